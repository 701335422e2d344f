/** Which chains take part: the calls that add one to a running deployment, and that take one out. */
import type { Interface } from "ethers";
import { CHAIN_BITS } from "../spec";
import type { Chain } from "./chain";
import { factories } from "./contracts";
import { acting } from "./errors";

/** A call that the administration makes. */
export interface Call {
  readonly target: string;
  readonly data: string;
  /** For people. */
  readonly what: string;
}

export interface NewChain {
  /** 1..63, of no chain that is or was. */
  readonly index: number;
  readonly evmChainId: bigint;
  /** The deployment's `Facts` there; by default at the address that it has here. */
  readonly facts?: string;
  /** Up to how much zUSD may come in from it, in units of 10^-18. */
  readonly cap: bigint;
  /** The batch from which on the cap holds: the same on every chain, and in the future of each. */
  readonly from: number;
  /** Seconds of silence after which it is suspended. */
  readonly lease: number;
}

/** The calls on an existing chain that add another. @throws RangeError naming the field that is wrong */
export async function additionOf(chain: Chain, added: NewChain): Promise<Call[]> {
  const { index, evmChainId, facts = chain.addresses.facts, cap, from, lease } = added;
  const { registry, registered } = await registryOf(chain);
  checkIndex(chain, index);
  if (registered.has(index)) throw new RangeError(`index: chain ${index} takes part already`);
  await checkFrom(chain, from);
  const calls: Call[] = [
    {
      target: registry,
      data: registryInterface().encodeFunctionData("register", [index, evmChainId, facts]),
      what: `registers chain ${index} (EVM chain id ${evmChainId})`,
    },
    capCall(chain, index, cap, from),
  ];
  if (chain.ordering) {
    calls.push({
      target: await chain.ordering.getAddress(),
      data: chain.ordering.interface.encodeFunctionData("setLease", [index, lease]),
      what: `lets chain ${index} take part, with a lease of ${lease} s`,
    });
  }
  return calls;
}

/**
 * The calls on a chain that take another out, for good: no zUSD comes in from it any more, and nothing that it says counts. Without
 * acknowledgements it is suspended when its lease is over.
 * @param from the batch from which on no zUSD comes in, as for an addition
 * @throws RangeError naming the field that is wrong
 */
export async function retirementOf(chain: Chain, index: number, from: number): Promise<Call[]> {
  const { registry, registered } = await registryOf(chain);
  checkIndex(chain, index);
  if (!registered.has(index)) throw new RangeError(`index: chain ${index} does not take part`);
  if (index === chain.primary) throw new RangeError(`index: chain ${index} is the primary`);
  await checkFrom(chain, from);
  return [
    capCall(chain, index, 0n, from),
    {
      target: registry,
      data: registryInterface().encodeFunctionData("retire", [index]),
      what: `takes chain ${index} out`,
    },
  ];
}

function capCall({ rollup, addresses }: Chain, index: number, cap: bigint, from: number): Call {
  return {
    target: addresses.rollup,
    data: rollup.interface.encodeFunctionData("setCap", [index, cap, from]),
    what: `lets up to ${cap} units of zUSD come in from chain ${index}, from batch ${from} on`,
  };
}

function checkIndex(chain: Chain, index: number): void {
  const most = 2 ** CHAIN_BITS - 1;
  if (!Number.isInteger(index) || index < 1 || index > most) {
    throw new RangeError(`index: must be in 1..${most}, got ${index}`);
  }
  if (index === chain.index) throw new RangeError(`index: chain ${index} is this chain`);
}

/** @throws RangeError unless the batch is still to come on the chain */
export async function checkFrom(chain: Chain, from: number): Promise<void> {
  const latest = await acting(chain, "reading the latest batch", () => chain.rollup.number());
  if (!Number.isInteger(from) || BigInt(from) <= latest) {
    throw new RangeError(`from: must be above the latest batch, ${latest}, got ${from}`);
  }
}

const registryInterface = (): Interface => factories().IChainRegistry__factory.createInterface();

async function registryOf(chain: Chain): Promise<{ registry: string; registered: Set<number> }> {
  return acting(chain, "reading which chains take part", async () => {
    const registry = await chain.facts.chains();
    const mask = await factories().IChainRegistry__factory.connect(registry, chain.provider).registered();
    const all = Array.from({ length: 2 ** CHAIN_BITS }, (_, i) => i);
    return { registry, registered: new Set(all.filter((i) => ((mask >> BigInt(i)) & 1n) === 1n)) };
  });
}
