import type { BatchCalldata } from "../chain/batch";
import { BlockMark } from "../chain/blockMark";
import { DelayedPayer, HOURLY } from "../chain/delayedPayer";
import { acting, ChainError, revertReason } from "../chain/errors";
import type { Fact, FactCarrier } from "../chain/factCarrier";
import { acknowledge, readStanding } from "../chain/ordering";
import { payOutbox } from "../chain/outboxPayer";
import type { Fold, QueueFollower } from "../chain/queueFollower";
import { submitBatch } from "../chain/submitter";
import { FactKind } from "../spec";
import type { OnEvent } from "./events";
import type { Followed } from "./followed";
import type { HeldHeads } from "./heads";

/** How often a chain is acknowledged before its lease is over. */
const ACKNOWLEDGEMENTS_PER_LEASE = 4;

/** More requests than the vault's ring holds may come while a batch is on its way; then the fold is computed again. */
const FOLD_ATTEMPTS = 3;

/** Delayed payments of a chain in one round: each is a transaction, and batches wait for them. */
const DELAYED_PER_ROUND = 4;

/** Brings batches to the chains, with the facts they need, and pays what they order. All of it may be repeated at any time. */
export class Delivery {
  /** The last batch whose payments are tried, by chain index, and a block in which they are. */
  private readonly settled = new Map<number, { number: number; hash: string; mark: BlockMark }>();
  private readonly delayed: ReadonlyMap<Followed, DelayedPayer>;

  constructor(
    private readonly primary: Followed,
    private readonly secondaries: readonly Followed[],
    private readonly carrier: FactCarrier,
    private readonly heads: HeldHeads,
    private readonly emit: OnEvent,
  ) {
    const all = [primary, ...secondaries];
    this.delayed = new Map(all.map((followed) => [followed, new DelayedPayer(followed.chain, HOURLY)]));
  }

  /** Submits the next batch on the primary, after the heads of the other chains' queues that it consumes from. */
  async submitToPrimary(number: number, batch: BatchCalldata, consumes: ReadonlyMap<number, number>): Promise<void> {
    const { chain, ledger } = this.primary;
    const followed = [this.primary, ...this.secondaries].sort((a, b) => a.chain.index - b.chain.index);
    const receipt = await withFreshQueues(followed, async () => {
      const folds: Fold[] = [];
      for (const each of followed) {
        const { chain: source, queue } = each;
        const count = consumes.get(source.index) ?? 0;
        if (count === 0) continue;
        const end = ledger.consumed(source.index) + count;
        const held = source === chain ? 0 : this.heads.count(each);
        const fold = queue.fold(end, held >= end ? held : undefined);
        folds.push(fold);
        // A batch of an earlier run may need a head that this one has not seen.
        if (source === chain || fold.count === held) continue;
        const head = { kind: FactKind.Queue, number: fold.count, value: queue.headAt(fold.count) };
        await this.carrier.carry(head, source, chain);
      }
      return submitBatch(chain, batch, folds);
    });
    this.emit({ type: "submitted", batch: number, chain: chain.name, gasUsed: receipt.gasUsed });
  }

  /** Brings the primary the heads of the queues that can be read. @returns what failed, or is on its way */
  async bringHeads(reachable: readonly QueueFollower[]): Promise<Error[]> {
    const failures: Error[] = [];
    for (const secondary of this.secondaries.filter(({ queue }) => reachable.includes(queue))) {
      await this.heads.bring(secondary).catch((error: unknown) => failures.push(error as Error));
    }
    return failures;
  }

  /**
   * Brings every secondary to the primary's last batch, pays the outboxes of all chains and what they delayed, and acknowledges where the
   * secondaries stand. A chain that fails does not keep the others from getting theirs.
   * @returns what failed
   */
  async finish(): Promise<Error[]> {
    const failures: Error[] = [];
    for (const followed of [this.primary, ...this.secondaries]) {
      try {
        if (followed !== this.primary) await this.catchUp(followed);
        await this.settle(followed);
        if (followed !== this.primary) await this.acknowledge(followed);
      } catch (error) {
        failures.push(error as Error);
      }
      await this.payDelayed(followed);
    }
    return failures;
  }

  /** Pays what a vault delayed before. Nothing waits for it, so a failure is only told. */
  private async payDelayed(followed: Followed): Promise<void> {
    try {
      const { payouts, failures } = await (this.delayed.get(followed) as DelayedPayer).pay(DELAYED_PER_ROUND);
      for (const payout of payouts) this.emit({ type: "paidDelayed", chain: followed.chain.name, payout });
      for (const error of failures) this.emit({ type: "failed", error });
    } catch (error) {
      this.emit({ type: "failed", error: error as Error });
    }
  }

  /** Submits what the primary accepted and a secondary has not, from the primary's calldata: all up to the one whose fact is there. */
  private async catchUp(secondary: Followed): Promise<void> {
    const { chain, ledger, queue } = secondary;
    await ledger.sync();
    const missing = this.primary.ledger.batches.slice(ledger.latest);
    if (missing.length === 0) return;
    const facts: Fact[] = missing.map(({ number, hash }) => ({ kind: FactKind.Batch, number, value: hash }));
    const fact = await this.carrier.carryOne(facts, this.primary.chain, chain);
    const followed = missing.slice(0, facts.indexOf(fact) + 1);
    for (const [i, { number, hash, batch, ops }] of followed.entries()) {
      const count = ops.queue.filter(({ op }) => op.chain === chain.index).length;
      const receipt = await withFreshQueues([secondary], () => {
        const folds = count === 0 ? [] : [queue.fold(ledger.consumed(chain.index) + count)];
        return submitBatch(chain, batch, folds, followed.slice(i + 1));
      });
      this.emit({ type: "submitted", batch: number, chain: chain.name, gasUsed: receipt.gasUsed });
      await ledger.sync();
      if (ledger.batches[number - 1]?.hash !== hash) {
        throw new ChainError(chain.name, `batch ${number}`, "is not the primary's after it was submitted");
      }
    }
  }

  /** Tells the primary where a secondary stands, before it would have to suspend it. */
  private async acknowledge({ chain, ledger }: Followed): Promise<void> {
    const last = ledger.batches.at(-1);
    if (!last) return;
    const { acknowledged, lease } = await readStanding(this.primary.chain, chain.index);
    const { timestamp } = last.ops;
    if (timestamp <= acknowledged + lease / ACKNOWLEDGEMENTS_PER_LEASE) return;
    await acknowledge(this.primary.chain, chain, last, this.carrier);
    this.emit({ type: "acknowledged", batch: last.number, chain: chain.name });
  }

  private async settle({ chain, ledger }: Followed): Promise<void> {
    const last = this.settled.get(chain.index);
    // After a reorganisation all are looked at again: it may have taken back the payments, and not the batch.
    const isOnChain =
      last !== undefined &&
      ledger.batches[last.number - 1]?.hash === last.hash &&
      (await acting(chain, "looking for a block", () => last.mark.stands()));
    let mark = isOnChain ? last.mark : undefined;
    for (const { number, hash } of ledger.batches.slice(isOnChain ? last.number : 0)) {
      const payments = ledger.outbox(number, chain.index);
      if (payments.length > 0) {
        const payout = await payOutbox(chain, number, payments);
        if (payout.paid + payout.deferred > 0) this.emit({ type: "paid", batch: number, chain: chain.name, payout });
        mark = undefined;
      }
      mark ??= await acting(chain, "reading the latest block", () => BlockMark.latest(chain.provider));
      this.settled.set(chain.index, { number, hash, mark });
    }
  }
}

/** Runs again, with the queues read anew, when a vault no longer knows the head that a fold ends at. */
async function withFreshQueues<T>(followed: readonly Followed[], run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      const isOutrun = revertReason((error as Error).cause)?.name === "RequestQueue_HeadUnknown";
      if (!isOutrun || attempt === FOLD_ATTEMPTS) throw error;
      for (const { queue } of followed) await queue.sync();
    }
  }
}
