import { OpError, encodeSigned, type SignedOp } from "../state";
import type { Store } from "./store";

/** Batches whose ops are remembered: more than any chain of the deployment should ever take back. */
const REMEMBERED = 64;

/** Ops that left the pool with a batch. */
interface Included {
  readonly batch: number;
  readonly hash: string;
  readonly ops: readonly SignedOp[];
}

interface Contents {
  /** Oldest first. */
  ops: SignedOp[];
  /** The last batches that were taken note of, oldest first. */
  included: Included[];
  /** Number of the batch before those. */
  before: number;
}

/** Signed ops that wait for a batch, kept on disk. */
export class Pool {
  private readonly contents: Contents;

  constructor(
    private readonly store: Store,
    private readonly capacity: number,
  ) {
    this.contents = (store.read(DOCUMENT) as Contents | undefined) ?? { ops: [], included: [], before: 0 };
  }

  get ops(): readonly SignedOp[] {
    return this.contents.ops;
  }

  /** Throws `OpError` when there is no room for this op. */
  requireRoom(op: SignedOp): void {
    if (this.ops.length >= this.capacity)
      throw new OpError(op.op, "op", `finds no room: ${this.capacity} ops wait already`);
  }

  add(op: SignedOp): void {
    this.contents.ops.push(op);
    this.save();
  }

  /**
   * Takes out what a batch contains. Equal ops differ in their nonces alone, and those are used in order, so the oldest of them is the one.
   * A batch that was taken note of before is ignored.
   */
  include(batch: number, hash: string, words: readonly bigint[]): readonly SignedOp[] {
    const { included, before } = this.contents;
    if (batch <= (included.at(-1)?.batch ?? before)) return [];
    const ops: SignedOp[] = [];
    const left = [...words];
    const isLeft = (op: SignedOp) => {
      const at = left.indexOf(encodeSigned(op)[0]);
      if (at < 0) return true;
      left.splice(at, 1);
      ops.push(op);
      return false;
    };
    this.contents.ops = this.ops.filter(isLeft);
    included.push({ batch, hash, ops });
    while (included.length > REMEMBERED) this.contents.before = (included.shift() as Included).batch;
    this.save();
    return ops;
  }

  /** Puts back the ops of batches that the chain took back in a reorganisation, before all others. */
  restore(isOnChain: (batch: number, hash: string) => boolean): void {
    const { included, ops } = this.contents;
    const first = included.findIndex(({ batch, hash }) => !isOnChain(batch, hash));
    if (first < 0) return;
    this.contents.ops = [...included.slice(first).flatMap((batch) => batch.ops), ...ops];
    this.contents.included = included.slice(0, first);
    this.save();
  }

  remove(ops: readonly SignedOp[]): void {
    if (ops.length === 0) return;
    this.contents.ops = this.ops.filter((op) => !ops.includes(op));
    this.save();
  }

  private save(): void {
    this.store.write(DOCUMENT, this.contents);
  }
}

const DOCUMENT = "pool";
