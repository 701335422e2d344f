import { dataSlice, getAddress, id, type ContractTransactionReceipt, type LogDescription } from "ethers";
import { FactKind } from "../spec";
import type { Chain } from "./chain";
import { acting, ChainError } from "./errors";

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
}

/** `MessageSent` of ERC-7786. */
const MESSAGE_SENT = id("MessageSent(bytes32,bytes,bytes,bytes,uint256,bytes[])");
const ADDRESS_BYTES = 20;

/**
 * Publishes a fact for another chain, with what the gateways ask for it. Where it is not recorded yet it is, and `ChainError` says from when
 * on it is final: it is published when this is called again then.
 */
export async function publishFact(fact: Fact, from: Chain, to: Chain): Promise<ContractTransactionReceipt> {
  const what = `${describeFact(fact)} of ${from.name}`;
  const { kind, number } = fact;
  const finalAt = await acting(from, `recording ${what}`, () => recordFact(fact, from));
  if (finalAt !== undefined) {
    throw new ChainError(from.name, `fact ${what}`, `is final at ${new Date(finalAt * 1000).toISOString()}`);
  }
  return acting(from, `publishing ${what} for ${to.name}`, async () => {
    const value = await from.facts.quote(kind, number, to.index);
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

/** Carries facts over the test gateways of a development deployment: publishes, then delivers each message itself as their relayer. */
export class TestGatewayCarrier implements FactCarrier {
  async carry(fact: Fact, from: Chain, to: Chain): Promise<void> {
    if (await this.holds(fact, from, to)) return;
    const what = `${describeFact(fact)} of ${from.name}`;
    const receipt = await publishFact(fact, from, to);
    await this.deliver(receipt, what, from, to);
    if (!(await this.holds(fact, from, to))) {
      throw new ChainError(to.name, `fact ${what}`, "does not hold though every gateway delivered its message");
    }
  }

  private holds({ kind, number, value }: Fact, from: Chain, to: Chain): Promise<boolean> {
    return acting(to, "asking for a fact", () => to.facts.holds(kind, from.index, number, value));
  }

  /** Hands each gateway's message of one publication to its counterpart: the gateway at the same place of the deployment's list. */
  private async deliver(receipt: ContractTransactionReceipt, what: string, from: Chain, to: Chain): Promise<void> {
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
      const { args } = from.gateways[place].interface.parseLog(log) as LogDescription;
      const message = args as unknown as { sendId: string; sender: string; recipient: string; payload: string };
      // The address ends an interoperable address (ERC-7930).
      const recipient = getAddress(dataSlice(message.recipient, -ADDRESS_BYTES));
      if (recipient !== getAddress(to.addresses.facts)) continue;
      await acting(to, `delivering ${what}`, async () => {
        const sent = await to.gateways[place].deliver(message.sendId, message.sender, recipient, message.payload);
        await sent.wait();
      });
    }
  }
}

function describeFact({ kind, number }: Fact): string {
  return kind === FactKind.Queue ? `queue head at ${number}` : `batch ${number}`;
}
