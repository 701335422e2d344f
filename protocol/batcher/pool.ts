import { OpError, encodeSigned, type SignedOp } from "../state";
import type { Store } from "./store";

/** Signed ops that wait for a batch, oldest first, kept on disk. */
export class Pool {
  private list: SignedOp[];
  /** The last batch whose ops were taken out. */
  private batch: number;

  constructor(
    private readonly store: Store,
    private readonly capacity: number,
  ) {
    const kept = store.read(DOCUMENT) as { batch: number; ops: SignedOp[] } | undefined;
    this.list = kept?.ops ?? [];
    this.batch = kept?.batch ?? 0;
  }

  get ops(): readonly SignedOp[] {
    return this.list;
  }

  /** Throws `OpError` when there is no room for this op. */
  requireRoom(op: SignedOp): void {
    if (this.list.length >= this.capacity)
      throw new OpError(op.op, "op", `finds no room: ${this.capacity} ops wait already`);
  }

  add(op: SignedOp): void {
    this.list.push(op);
    this.save();
  }

  /**
   * Takes out what a batch contains. Equal ops differ in their nonces alone, and those are used in order, so the oldest of them is the one.
   * A batch that was taken note of before is ignored.
   */
  include(batch: number, words: readonly bigint[]): SignedOp[] {
    if (batch <= this.batch) return [];
    const included: SignedOp[] = [];
    const left = [...words];
    const isLeft = (op: SignedOp) => {
      const at = left.indexOf(encodeSigned(op)[0]);
      if (at < 0) return true;
      left.splice(at, 1);
      included.push(op);
      return false;
    };
    this.list = this.list.filter(isLeft);
    this.batch = batch;
    this.save();
    return included;
  }

  remove(ops: readonly SignedOp[]): void {
    if (ops.length === 0) return;
    this.list = this.list.filter((op) => !ops.includes(op));
    this.save();
  }

  private save(): void {
    this.store.write(DOCUMENT, { batch: this.batch, ops: this.list });
  }
}

const DOCUMENT = "pool";
