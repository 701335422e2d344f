import { FactWaits } from "../chain/factCarrier";
import type { BatchCalldata } from "../chain/batch";
import type { Chain } from "../chain/chain";
import { acting, ChainError, revertReason } from "../chain/errors";
import { Ledger } from "../chain/ledger";
import { orderingOf, PostFollower, suspendedAt } from "../chain/ordering";
import { pause } from "../chain/pause";
import { QueueFollower } from "../chain/queueFollower";
import type { G1Point } from "../crypto/curve";
import { balanceRoom, signedWord } from "../spec";
import { decodeBatch, NO_FEE_CELLS, OpError, type Request, type SignedOp, type State, type Terms } from "../state";
import { buildBatch, type BatchTrace } from "../witness";
import { asOpError, Outlook } from "./admission";
import { Delivery } from "./delivery";
import type { BatcherEvent } from "./events";
import type { Followed } from "./followed";
import { HeldHeads } from "./heads";
import { proveBatch, type PlannedBatch } from "./maker";
import { checkChains, type BatcherOptions } from "./options";
import { Pool } from "./pool";
import { Store } from "./store";
import { takeByRank, takeTurns } from "./turns";
import { isVoidBy, UnderWay } from "./underWay";

const POOL_CAPACITY = 10_000;

/** A known request that must be taken within this many seconds goes first: a batch takes time to be proven. */
const FORCE_MARGIN = 3600;

/** A request that no batch has consumed. */
interface OpenRequest {
  readonly request: Request;
  /** When it became known on the primary, unix seconds; infinity: it is not. */
  readonly posted: number;
}

/**
 * Takes requests from all chains' queues and signed ops from users, and brings them in batches to every chain.
 *
 * The chains are the memory: the state comes from the primary's calldata, and whatever a batch still lacks (a secondary, a fact, payments)
 * is found missing there and done. On disk are only the pool and one proven batch, so that neither ops nor a proof get lost.
 */
export class Batcher {
  private readonly primary: Followed;
  private readonly secondaries: readonly Followed[];
  private readonly heads: HeldHeads;
  private readonly delivery: Delivery;
  private readonly posts: PostFollower;
  private readonly underWay: UnderWay;
  /** Commitment of `state`; undefined before it was compared with the chain's. */
  private commitment: G1Point | undefined;
  private outlook: Outlook | undefined;
  /** Queues that could be read in this round. */
  private reachable: readonly QueueFollower[] = [];
  private turn: Promise<unknown> = Promise.resolve();
  /** What was waited for last. */
  private wait: string | undefined;

  private constructor(
    private readonly options: BatcherOptions,
    private readonly store: Store,
    private readonly pool: Pool,
  ) {
    const follow = (chain: Chain) => ({ chain, ledger: new Ledger(chain), queue: new QueueFollower(chain) });
    this.primary = follow(options.primary);
    this.secondaries = options.secondaries.map(follow);
    this.posts = new PostFollower(options.primary);
    this.underWay = new UnderWay(store, options.proving.size);
    this.heads = new HeldHeads(this.primary, options.carrier);
    this.delivery = new Delivery(this.primary, this.secondaries, options.carrier, this.heads, (event) =>
      this.emit(event),
    );
  }

  /**
   * Rebuilds the state from the primary's calldata and compares its commitment with the chain's.
   * @throws ChainError when they differ or the chains are of different deployments, Error when the folder is in use
   */
  static async start(options: BatcherOptions): Promise<Batcher> {
    checkChains(options);
    const store = Store.open(options.directory);
    try {
      const batcher = new Batcher(options, store, new Pool(store, options.poolCapacity ?? POOL_CAPACITY));
      await batcher.exclusively(() => batcher.follow());
      batcher.emit({ type: "started", batch: batcher.latest, pooled: batcher.pooled.length });
      return batcher;
    } catch (error) {
      store.close();
      throw error;
    }
  }

  /** Number of the last batch on the primary. */
  get latest(): number {
    return this.primary.ledger.latest;
  }

  /** The state after that batch. Not to be changed. */
  get state(): State {
    return this.primary.ledger.state;
  }

  /** Signed ops that wait. */
  get pooled(): readonly SignedOp[] {
    return this.pool.ops;
  }

  /** The state after all known requests and pooled ops: where nonces and counters will be. Not to be changed. */
  expected(): Promise<State> {
    return this.exclusively(async () => (await this.lookAhead()).state);
  }

  /**
   * Takes an op into the pool; it is on disk when this returns.
   * @throws OpError naming the field and the rule that the op breaks
   */
  submit(op: SignedOp): Promise<void> {
    return this.exclusively(async () => {
      const outlook = await this.lookAhead();
      this.pool.requireRoom(op);
      this.requireFee(op);
      try {
        outlook.add(op);
      } catch (error) {
        throw asOpError(op, error);
      }
      this.pool.add(op);
    });
  }

  /**
   * One round: finishes batches that some chain still lacks, then brings one new batch to all chains.
   * @returns the number of the new batch, or undefined when there was nothing to put into one
   * @throws ChainError for what a chain refused, after everything else was done
   */
  async step(): Promise<number | undefined> {
    await this.exclusively(() => this.follow());
    const failures = await this.delivery.finish();
    failures.push(...(await this.delivery.bringHeads(this.reachable)));
    const batch = (await this.readUnderWay()) ?? (await this.make());
    if (batch) {
      await this.submitToPrimary(batch);
      await this.exclusively(() => this.follow());
      failures.push(...(await this.delivery.finish()));
    }
    // A fact on its way must not hide what went wrong elsewhere.
    const failure = failures.find((error) => !(error instanceof FactWaits)) ?? failures.at(0);
    if (failure) throw failure;
    return batch && this.latest;
  }

  private tell(error: Error): void {
    if (!(error instanceof FactWaits)) return this.emit({ type: "failed", error });
    if (error.message !== this.wait) this.emit({ type: "waiting", reason: error.message });
    this.wait = error.message;
  }

  /** Rounds until `signal` is raised, with a pause after one without a batch, or with a failure, which is told as an event. */
  async run(signal: AbortSignal, pauseMilliseconds = 1000): Promise<void> {
    while (!signal.aborted) {
      let batch: number | undefined;
      try {
        batch = await this.step();
      } catch (error) {
        this.tell(error as Error);
      }
      if (batch === undefined) await pause(pauseMilliseconds, signal);
    }
  }

  /** Gives the folder back. The prover is the caller's to end. */
  close(): void {
    this.store.close();
  }

  /** The fee that the operator asks for. Where the paying cell cannot be, the op's rules will say so. */
  private requireFee(op: SignedOp): void {
    const { feeCells = NO_FEE_CELLS, leastFees = [] } = this.options;
    const isCell = Number.isInteger(op.from) && op.from > 0 && op.from < balanceRoom(this.state.cellBits);
    const token = isCell ? this.state.balance(op.from).token : 0;
    const slot = feeCells.findIndex((cell) => cell !== 0 && this.state.balance(cell).token === token);
    const least = leastFees[slot] ?? 0n;
    if (token !== 0 && op.fee < least) throw new OpError(op.op, "fee", `must be at least ${least}, got ${op.fee}`);
  }

  private emit(event: BatcherEvent): void {
    this.options.onEvent?.(event);
  }

  /** What reads and changes the outlook and the followers waits for its turn: users' ops come at any time. */
  private exclusively<T>(run: () => Promise<T>): Promise<T> {
    const result = this.turn.then(run);
    this.turn = result.catch(() => undefined);
    return result;
  }

  // Following ---------------------------------------------------------------------------------------------------------

  /** Reads the primary's batches and all queues, and takes ops that are in batches out of the pool. */
  private async follow(): Promise<void> {
    const { ledger } = this.primary;
    const { reset, batches } = await ledger.sync();
    if (reset || batches.length > 0 || !this.commitment) {
      this.outlook = undefined;
      await this.checkCommitment();
    }
    // Not after a reset alone: the chain may have taken back batches while the batcher was down.
    this.pool.restore((number, hash) => ledger.batches[number - 1]?.hash === hash);
    for (const { number, hash, ops, batch } of batches) {
      const words = ops.signed.map(({ slot }) => batch.words[signedWord(this.options.proving.size, slot)]);
      for (const op of this.pool.include(number, hash, words)) this.emit({ type: "included", batch: number, op });
    }
    await this.posts.sync();
    const reachable: QueueFollower[] = [];
    for (const { queue } of [this.primary, ...this.secondaries]) {
      try {
        if (await queue.sync()) this.outlook = undefined;
        reachable.push(queue);
      } catch (error) {
        // Another chain that cannot be read only keeps its own requests waiting.
        if (queue === this.primary.queue) throw error;
        this.emit({ type: "failed", error: error as Error });
      }
    }
    this.reachable = reachable;
  }

  /** Compares the state, which came from the calldata, with what the chain committed to. */
  private async checkCommitment(): Promise<void> {
    const { primary, proving } = this.options;
    const own = await proving.commitments.commit(this.state);
    const { x, y } = this.primary.ledger.batches.at(-1)?.batch.newCommitment ?? (await primary.rollup.commitment());
    if (own.x !== x || own.y !== y) {
      const reason = `the state rebuilt from ${this.latest} batches has the commitment (${own.x}, ${own.y}), the rollup has (${x}, ${y})`;
      throw new ChainError(primary.name, "rebuilding the state", reason);
    }
    this.commitment = own;
  }

  /**
   * Requests that no batch has consumed, for each queue that can be read and is not suspended.
   * @param held only those below heads that the primary holds
   */
  private openRequests(suspended: bigint, held = false): OpenRequest[][] {
    return [this.primary, ...this.secondaries]
      .filter(({ chain, queue }) => this.reachable.includes(queue) && ((suspended >> BigInt(chain.index)) & 1n) === 0n)
      .map((followed) => {
        const { chain, queue } = followed;
        const end = held && followed !== this.primary ? this.heads.count(followed) : undefined;
        return queue.requests
          .slice(this.primary.ledger.consumed(chain.index), end)
          .map(({ request, index }) => ({ request, posted: this.posts.postedAt(chain.index, index) }));
      });
  }

  /** What the next batch takes of the queues: one of each in turn, or the oldest first when a known request must be taken soon. */
  private async chooseRequests(open: readonly OpenRequest[][], timestamp: number): Promise<OpenRequest[]> {
    const { primary, proving } = this.options;
    const forceDelay = Number(await acting(primary, "reading the force delay", () => orderingOf(primary).forceDelay()));
    const isUrgent = ({ posted }: OpenRequest) => posted + forceDelay < timestamp + FORCE_MARGIN;
    const { queueOps } = proving.size;
    if (open.some((queue) => queue.some(isUrgent))) return takeByRank(open, queueOps, ({ posted }) => posted);
    return takeTurns(open, queueOps, this.latest);
  }

  private async lookAhead(): Promise<Outlook> {
    await this.follow();
    if (!this.outlook) {
      const terms = await this.nextTerms();
      this.outlook = Outlook.of(
        this.state,
        this.openRequests(terms.suspended)
          .flat()
          .map(({ request }) => request),
        this.pool.ops,
        terms,
      ).outlook;
    }
    return this.outlook;
  }

  /** The primary's clock, unless the last batch is ahead of it. */
  private async nextTimestamp(): Promise<number> {
    const block = await this.options.primary.provider.getBlock("latest");
    if (!block) throw new ChainError(this.options.primary.name, "reading the clock", "the chain has no block");
    return Math.max(block.timestamp, this.primary.ledger.timestamp);
  }

  /** What the next batch settles for its ops. */
  private async nextTerms(): Promise<Terms & { suspended: bigint }> {
    const { primary } = this.options;
    const timestamp = await this.nextTimestamp();
    const caps = new Map<number, bigint>();
    for (const { chain } of [this.primary, ...this.secondaries]) {
      const reading = () => primary.rollup.capOf(chain.index, this.latest + 1);
      caps.set(chain.index, await acting(primary, "reading a cap", reading));
    }
    const suspended = await suspendedAt(primary, timestamp);
    // A cell that is not allocated yet collects nothing.
    const isAllocated = (cell: number) => this.state.balance(cell).account !== 0;
    const feeCells = (this.options.feeCells ?? NO_FEE_CELLS).map((cell) => (isAllocated(cell) ? cell : 0));
    return { timestamp, suspended, feeCells, cap: (chain) => caps.get(chain) ?? 0n };
  }

  // Making a batch ----------------------------------------------------------------------------------------------------

  private async make(): Promise<BatchCalldata | undefined> {
    const planned = await this.exclusively(() => this.plan());
    if (!planned) return undefined;
    const { number, report } = planned.trace;
    this.emit({ type: "building", batch: number, requests: report.requests, ops: report.included.length });
    const start = Date.now();
    const batch = await proveBatch(this.options.proving, planned, ({ phase, done, total }) =>
      this.emit({ type: "proving", batch: number, phase, done, total }),
    );
    this.underWay.keep(batch);
    this.emit({ type: "proven", batch: number, seconds: (Date.now() - start) / 1000 });
    return batch;
  }

  /** What the next batch holds; undefined when that is nothing. */
  private async plan(): Promise<PlannedBatch | undefined> {
    const { size } = this.options.proving;
    const terms = await this.nextTerms();
    const number = this.latest + 1;
    const open = this.openRequests(terms.suspended);
    const requests = (await this.chooseRequests(this.openRequests(terms.suspended, true), terms.timestamp)).map(
      ({ request }) => request,
    );
    if (requests.length === 0 && this.pool.ops.length === 0) return undefined;
    const after = this.state.clone();
    const trace = buildBatch(after, { ...terms, size, number, requests, ops: this.pool.ops });
    this.dropHopeless(
      trace,
      open.flat().map(({ request }) => request),
      terms,
    );
    if (requests.length === 0 && trace.report.included.length === 0) return undefined;
    return { trace, after, commitment: this.commitment as G1Point };
  }

  /** An op that this batch rejected may wait for requests of a later one. One that fails even after all of them leaves the pool. */
  private dropHopeless({ report }: BatchTrace, requests: readonly Request[], terms: Terms): void {
    if (report.rejected.length === 0) return;
    const { outlook, refused } = Outlook.of(this.state, requests, this.pool.ops, terms);
    this.outlook = outlook;
    this.pool.remove(refused.map(({ op }) => op));
    for (const { op, error } of refused) this.emit({ type: "dropped", op, error });
  }

  // The batch under way -----------------------------------------------------------------------------------------------

  /** The proven batch that a crash or a failure left on disk. */
  private async readUnderWay(): Promise<BatchCalldata | undefined> {
    const { circuitId } = this.options.proving;
    const next = { number: this.latest + 1, circuitId, now: await this.nextTimestamp() };
    const batch = this.underWay.read(next, (number, reason) => this.emit({ type: "discarded", batch: number, reason }));
    if (!batch || this.hasItsRequests(batch)) return batch;
    this.underWay.remove();
    this.emit({ type: "discarded", batch: next.number, reason: "requests that it takes are gone" });
    return undefined;
  }

  /** Not after a reorganisation that shortened a queue. Of a queue that cannot be read it is not known. */
  private hasItsRequests(batch: BatchCalldata): boolean {
    const { queue: taken } = decodeBatch(this.options.proving.size, batch.words);
    return this.reachable.every(({ chain: { index }, requests }) => {
      const count = taken.filter(({ op }) => op.chain === index).length;
      return count === 0 || this.primary.ledger.consumed(index) + count <= requests.length;
    });
  }

  private async submitToPrimary(batch: BatchCalldata): Promise<void> {
    const { number, queue } = decodeBatch(this.options.proving.size, batch.words);
    const consumes = new Map<number, number>();
    for (const { op } of queue) consumes.set(op.chain, (consumes.get(op.chain) ?? 0) + 1);
    try {
      await this.delivery.submitToPrimary(number, batch, consumes);
      this.underWay.remove();
    } catch (error) {
      const reason = revertReason((error as Error).cause)?.name;
      if (reason !== undefined && isVoidBy(reason)) {
        this.underWay.remove();
        this.emit({ type: "discarded", batch: number, reason });
      }
      throw error;
    }
  }
}
