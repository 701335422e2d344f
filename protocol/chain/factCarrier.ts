import { getAddress, id, type ContractTransactionReceipt, type LogDescription } from "ethers";
import { type FactKind } from "../spec";
import type { Chain } from "./chain";
import type { TestGateway } from "./contracts";
import { acting, ChainError, isRefused } from "./errors";
import { describeFact } from "./facts";
import { readInteroperable } from "./interoperable";
import { mostForFact } from "./networks";

/** A value that one chain is told about another: the head of a queue at a count, or the hash of a batch. */
export interface Fact {
  readonly kind: (typeof FactKind)[keyof typeof FactKind];
  /** Count of requests, or number of the batch. */
  readonly number: number;
  /** The head or hash, 32 bytes hexadecimal. */
  readonly value: string;
}

/** Brings facts from one chain to another. */
export interface FactCarrier {
  /**
   * Returns once the fact holds on `to`; sends nothing when it does already. Throws `ChainError` when it cannot be brought.
   * @param from the chain whose vault or rollup knows the value
   */
  carry(fact: Fact, from: Chain, to: Chain): Promise<void>;
  /**
   * As `carry`, for one of several facts of which each serves: returns the latest that holds, or carries the latest that may be sent. New
   * ones that come while an older one is on its way do not hold it up.
   * @param facts at least one, in order
   */
  carryOne(facts: readonly Fact[], from: Chain, to: Chain): Promise<Fact>;
}

/** `MessageSent` of ERC-7786. */
const MESSAGE_SENT = id("MessageSent(bytes32,bytes,bytes,bytes,uint256,bytes[])");

/** A fact is on its way: carry it again later. */
export class FactWaits extends ChainError {
  constructor(chain: string, what: string, reason: string) {
    super(chain, `fact ${what}`, reason);
    this.name = "FactWaits";
  }
}

/**
 * Publishes a fact for another chain, with what the gateways ask for it, up to what it may cost on the network: gateways for which that is too
 * little are left out. Where it is not recorded yet it is, and `FactWaits` says from when
 * on it is final: it is published when this is called again then.
 */
export async function publishFact(fact: Fact, from: Chain, to: Chain): Promise<ContractTransactionReceipt> {
  const what = `${describeFact(fact)} of ${from.name}`;
  const { kind, number } = fact;
  const finalAt = await acting(from, `recording ${what}`, () => recordFact(fact, from));
  if (finalAt !== undefined) {
    throw new FactWaits(from.name, what, `is final at ${new Date(finalAt * 1000).toISOString()}`);
  }
  return acting(from, `publishing ${what} for ${to.name}`, async () => {
    const [asked, { chainId }] = await Promise.all([
      from.facts.quote(kind, number, to.index),
      from.provider.getNetwork(),
    ]);
    const most = mostForFact(chainId);
    const value = asked < most ? asked : most;
    const sent = await from.facts.publish(kind, number, to.index, { value });
    return (await sent.wait()) as ContractTransactionReceipt;
  });
}

/** Records a fact where that is needed. @returns when it is final, unix seconds; undefined: it may be published */
async function recordFact({ kind, number }: Fact, { facts, provider }: Chain): Promise<number | undefined> {
  const finality = Number(await facts.finality());
  // What is final at once is recorded as it is published.
  if (finality === 0) return undefined;
  let { time } = await facts.recorded(kind, number);
  if (time === 0n) {
    await (await facts.record(kind, number)).wait();
    ({ time } = await facts.recorded(kind, number));
  }
  const finalAt = Number(time) + finality;
  const block = await provider.getBlock("latest");
  return block !== null && block.timestamp >= finalAt ? undefined : finalAt;
}

/** Seconds after which a fact that did not arrive is published again. */
const REPEAT_AFTER = 3600;

/**
 * Carries facts over the registered gateways: publishes, and lets the gateways' networks deliver. Test gateways have none: it delivers their
 * messages itself, as their relayer.
 */
export class GatewayCarrier implements FactCarrier {
  /** When facts were published last, in milliseconds, by what they are and where to. */
  private readonly published = new Map<string, number>();

  async carry(fact: Fact, from: Chain, to: Chain): Promise<void> {
    if (await this.holds(fact, from, to)) return;
    const what = `${describeFact(fact)} of ${from.name}`;
    const key = `${what} ${fact.value} for ${to.name}`;
    if (Date.now() >= (this.published.get(key) ?? -Infinity) + REPEAT_AFTER * 1000) {
      const receipt = await publishFact(fact, from, to);
      const all = await this.deliver(receipt, what, from, to);
      if (!all) this.published.set(key, Date.now());
      if (await this.holds(fact, from, to)) return;
      if (all)
        throw new ChainError(to.name, `fact ${what}`, "does not hold though every gateway delivered its message");
    }
    throw new FactWaits(to.name, what, "was published, and does not hold yet");
  }

  async carryOne(facts: readonly Fact[], from: Chain, to: Chain): Promise<Fact> {
    const holding = await Promise.all(facts.map((fact) => this.holds(fact, from, to)));
    const held = facts[holding.lastIndexOf(true)] as Fact | undefined;
    if (held) return held;
    const next = (await latestToSend(facts, from)) ?? facts[facts.length - 1];
    await this.carry(next, from, to);
    return next;
  }

  private holds({ kind, number, value }: Fact, from: Chain, to: Chain): Promise<boolean> {
    return acting(to, "asking for a fact", () => to.facts.holds(kind, from.index, number, value));
  }

  /**
   * Hands each test gateway's message of one publication to its counterpart: the gateway at the same place of the deployment's list.
   * @returns whether all gateways are test gateways
   */
  private async deliver(receipt: ContractTransactionReceipt, what: string, from: Chain, to: Chain): Promise<boolean> {
    const isTest = await Promise.all(from.gateways.map(isTestGateway));
    if (!isTest.includes(true)) return false;
    if (from.gateways.length !== to.gateways.length) {
      throw new ChainError(
        to.name,
        `fact ${what}`,
        `${from.gateways.length} gateways there, ${to.gateways.length} here`,
      );
    }
    const addresses = await Promise.all(from.gateways.map((gateway) => gateway.getAddress()));
    for (const log of receipt.logs) {
      if (log.topics[0] !== MESSAGE_SENT) continue;
      const place = addresses.indexOf(getAddress(log.address));
      if (place < 0) throw new ChainError(from.name, `fact ${what}`, `gateway ${log.address} is not registered there`);
      if (!isTest[place]) continue;
      const { args } = from.gateways[place].interface.parseLog(log) as LogDescription;
      const message = args as unknown as { sendId: string; sender: string; recipient: string; payload: string };
      const recipient = readInteroperable(message.recipient).address;
      if (recipient !== getAddress(to.addresses.facts)) continue;
      await acting(to, `delivering ${what}`, async () => {
        const sent = await to.gateways[place].deliver(message.sendId, message.sender, recipient, message.payload);
        await sent.wait();
      });
    }
    return !isTest.includes(false);
  }
}

/** The latest fact that is final, or the first that will be; none if nothing was recorded. */
async function latestToSend(facts: readonly Fact[], from: Chain): Promise<Fact | undefined> {
  return acting(from, "asking what is final", async () => {
    const finality = await from.facts.finality();
    if (finality === 0n) return undefined;
    const now = BigInt((await from.provider.getBlock("latest"))?.timestamp ?? 0);
    const times = await Promise.all(facts.map(({ kind, number }) => from.facts.recorded(kind, number)));
    const recorded = facts.filter((_, i) => times[i].time !== 0n);
    const final = facts.filter((_, i) => times[i].time !== 0n && times[i].time + finality <= now);
    return final.at(-1) ?? recorded[0];
  });
}

/** Only test gateways have a relayer. */
async function isTestGateway(gateway: TestGateway): Promise<boolean> {
  try {
    await gateway.relayer();
    return true;
  } catch (error) {
    if (!isRefused(error)) throw error;
    return false;
  }
}
