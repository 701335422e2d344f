import type { Size } from "../spec";
import { Replay, State, decodeBatch, type DecodedBatch, type Payment } from "../state";
import { ZeroAddress } from "ethers";
import { BatchFollower, type AcceptedBatch } from "./batchFollower";
import type { Chain } from "./chain";
import { acting, ChainError } from "./errors";

/** A batch that a ledger replayed. */
export interface LedgerBatch extends AcceptedBatch {
  readonly ops: DecodedBatch;
  /** What it pays, on any chain, in the order of its words. */
  readonly payments: readonly Payment[];
}

/** The state that a chain stands at, rebuilt from the words that the chain published and nothing else. */
export class Ledger {
  readonly follower: BatchFollower;
  private replayed: Replay;
  private current: State | undefined;
  private readonly history: LedgerBatch[] = [];
  private readonly consumedBy = new Map<number, number>();
  private readonly sizes = new Map<string, Size>();

  constructor(readonly chain: Chain) {
    this.follower = new BatchFollower(chain);
    this.replayed = new Replay(chain.cellBits, chain.domain);
  }

  /** The state after the last batch seen. It belongs to the ledger: clone it before changing it. */
  get state(): State {
    return (this.current ??= new State(
      this.chain.cellBits,
      this.replayed.nonzero(),
      this.latest,
      this.replayed.issuedAll(),
    ));
  }

  get batches(): readonly LedgerBatch[] {
    return this.history;
  }

  /** Number of the last batch; 0 at genesis. */
  get latest(): number {
    return this.history.length;
  }

  /** Timestamp of the last batch, unix seconds; 0 at genesis. */
  get timestamp(): number {
    return this.history.at(-1)?.ops.timestamp ?? 0;
  }

  /** Requests of a chain's queue that batches have consumed. */
  consumed(chain: number): number {
    return this.consumedBy.get(chain) ?? 0;
  }

  /** A batch's payments on one chain: that chain's outbox. */
  outbox(number: number, chain: number): Payment[] {
    return this.history[number - 1].payments.filter((payment) => payment.chain === chain);
  }

  /**
   * Reads and replays new batches; starts over after a reorganisation.
   * @returns whether it started over, and the batches read by this call
   */
  async sync(): Promise<{ reset: boolean; batches: LedgerBatch[] }> {
    const { reset } = await this.follower.sync();
    if (reset) this.restart();
    const batches: LedgerBatch[] = [];
    for (const accepted of this.follower.batches.slice(this.latest)) {
      const size = await this.sizeOf(accepted);
      batches.push(this.replay(accepted, size));
    }
    return { reset, batches };
  }

  private restart(): void {
    this.replayed = new Replay(this.chain.cellBits, this.chain.domain);
    this.current = undefined;
    this.history.length = 0;
    this.consumedBy.clear();
  }

  private replay(accepted: AcceptedBatch, size: Size): LedgerBatch {
    const { words } = accepted.batch;
    try {
      const ops = decodeBatch(size, words);
      const payments = this.replayed.apply(size, words);
      this.current = undefined;
      for (const { op } of ops.queue) this.consumedBy.set(op.chain, this.consumed(op.chain) + 1);
      const batch = { ...accepted, ops, payments };
      this.history.push(batch);
      return batch;
    } catch (cause) {
      const reason = `its words do not apply to the state: ${(cause as Error).message}`;
      throw new ChainError(this.chain.name, `batch ${accepted.number}`, reason, { cause });
    }
  }

  /** The size that a batch's circuit has, from the chain's registry. */
  private async sizeOf({ number, batch: { circuit } }: AcceptedBatch): Promise<Size> {
    const known = this.sizes.get(circuit);
    if (known) return known;
    const { verifier, queueOps, signedOps } = await acting(this.chain, "reading the circuit registry", () =>
      this.chain.circuits.circuitOf(circuit),
    );
    if (verifier === ZeroAddress)
      throw new ChainError(this.chain.name, `batch ${number}`, `circuit ${circuit} is not registered`);
    const [Q, S] = [Number(queueOps), Number(signedOps)];
    // The gates matter to who proves, not to who reads.
    const size = { name: `${Q}+${S}`, cellBits: this.chain.cellBits, queueOps: Q, signedOps: S, gatePower: 0 };
    this.sizes.set(circuit, size);
    return size;
  }
}
