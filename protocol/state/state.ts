import { assertField } from "../crypto/field";
import { COUNTERS_CELL, DOMAIN_CELL, MAX_CELL_BITS, keyCell, ownerCell, balanceCell } from "../spec";
import { decodeBalance, decodeCounters, decodeOwner, encodeCounters } from "./cells";
import type { Balance, Counters, Owner } from "./cells";

/** What a cell, or a chain's entry of the zUSD ledger, held before a write. */
interface Change {
  of: "cell" | "issued";
  index: number;
  before: bigint;
}

/**
 * The state: a vector of N = 2^cellBits field elements, of which only the nonzero ones are stored; and beside it the zUSD ledger, which every
 * chain's rollup keeps too.
 *
 * Every write goes into a journal, so the state can go back to any batch that was marked by `checkpoint` and not yet
 * forgotten.
 */
export class State {
  readonly size: number;
  private readonly cells = new Map<number, bigint>();
  private readonly ledger = new Map<number, bigint>();
  private journal: Change[] = [];
  /** Journal positions after each batch, ascending. */
  private marks: { batch: number; position: number }[];

  /**
   * @param cellBits n, 3..24
   * @param cells nonzero cells
   * @param batch number of the batch after which the state is like this
   * @param ledger zUSD issued to chains
   */
  constructor(
    readonly cellBits: number,
    cells: Iterable<readonly [number, bigint]>,
    batch: number,
    ledger: Iterable<readonly [number, bigint]> = [],
  ) {
    if (!Number.isInteger(cellBits) || cellBits < 3 || cellBits > MAX_CELL_BITS) {
      throw new RangeError(`cellBits must be an integer in 3..${MAX_CELL_BITS}, got ${cellBits}`);
    }
    this.size = 2 ** cellBits;
    for (const [cell, value] of cells) this.write(cell, value);
    for (const [chain, value] of ledger) this.ledger.set(chain, value);
    this.journal = [];
    this.marks = [{ batch, position: 0 }];
  }

  /** The state after batch 0: nothing is allocated but account 0 and balance cell 0, which nobody owns. */
  static genesis(domain: bigint, cellBits: number): State {
    const counters = encodeCounters(cellBits, { nextAccount: 1, nextBalance: 1 });
    if (domain <= 0n || domain >> 160n !== 0n) throw new RangeError(`domain must be in 1..2^160-1, got ${domain}`);
    return new State(
      cellBits,
      [
        [COUNTERS_CELL, counters],
        [DOMAIN_CELL, domain],
      ],
      0,
    );
  }

  read(cell: number): bigint {
    this.assertCell(cell);
    return this.cells.get(cell) ?? 0n;
  }

  write(cell: number, value: bigint): void {
    assertField(`value of cell ${cell}`, value);
    const before = this.read(cell);
    if (before === value) return;
    this.journal.push({ of: "cell", index: cell, before });
    this.store(this.cells, cell, value);
  }

  /** zUSD that came in from a chain less what went out to it. */
  issued(chain: number): bigint {
    return this.ledger.get(chain) ?? 0n;
  }

  /** Moves the zUSD ledger of a chain. Throws `RangeError` when it would fall below 0. */
  issue(chain: number, change: bigint): void {
    const before = this.issued(chain);
    if (before + change < 0n) throw new RangeError(`zUSD issued to chain ${chain} is ${before}, less than ${-change}`);
    this.journal.push({ of: "issued", index: chain, before });
    this.store(this.ledger, chain, before + change);
  }

  /** The nonzero cells, in no particular order. */
  nonzero(): Iterable<readonly [number, bigint]> {
    return this.cells;
  }

  /** How many cells are not zero. */
  get nonzeroCount(): number {
    return this.cells.size;
  }

  /** A copy that shares nothing; it remembers no earlier batch. */
  clone(): State {
    return new State(this.cellBits, this.cells, this.batch, this.ledger);
  }

  // Typed views -----------------------------------------------------------------------------------------------------

  get domain(): bigint {
    return this.read(DOMAIN_CELL);
  }

  counters(): Counters {
    return decodeCounters(this.cellBits, this.read(COUNTERS_CELL));
  }

  /** y of the account's key; 0: none. */
  key(account: number): bigint {
    return this.read(keyCell(account));
  }

  owner(account: number): Owner {
    return decodeOwner(this.read(ownerCell(account)));
  }

  balance(index: number): Balance {
    return decodeBalance(this.cellBits, this.read(balanceCell(this.cellBits, index)));
  }

  // Snapshots -------------------------------------------------------------------------------------------------------

  /** The last batch that was marked. */
  get batch(): number {
    return this.marks[this.marks.length - 1].batch;
  }

  /** Marks the state as the one after `batch`, which must follow the last marked one. */
  checkpoint(batch: number): void {
    if (batch !== this.batch + 1) throw new RangeError(`batch ${batch} does not follow batch ${this.batch}`);
    this.marks.push({ batch, position: this.journal.length });
  }

  /** Goes back to the state after `batch`. Throws when it was never marked, or was forgotten. */
  rollback(batch: number): void {
    const at = this.marks.findIndex((mark) => mark.batch === batch);
    if (at < 0)
      throw new RangeError(`no checkpoint of batch ${batch}; there are ${this.marks[0].batch}..${this.batch}`);
    this.undo(this.marks[at].position);
    this.marks.length = at + 1;
  }

  /** Gives up the way back to batches before `batch`, so that the journal does not grow for ever. */
  forget(batch: number): void {
    const kept = this.marks.filter((mark) => mark.batch >= batch);
    if (kept.length === 0) throw new RangeError(`cannot forget up to batch ${batch}, the last one is ${this.batch}`);
    const start = kept[0].position;
    this.journal = this.journal.slice(start);
    this.marks = kept.map((mark) => ({ batch: mark.batch, position: mark.position - start }));
  }

  /** Runs `change`; when it throws, the state is as it was before. */
  atomically<T>(change: () => T): T {
    const position = this.journal.length;
    try {
      return change();
    } catch (error) {
      this.undo(position);
      throw error;
    }
  }

  private undo(position: number): void {
    while (this.journal.length > position) {
      const { of, index, before } = this.journal.pop() as Change;
      this.store(of === "cell" ? this.cells : this.ledger, index, before);
    }
  }

  private store(map: Map<number, bigint>, index: number, value: bigint): void {
    if (value === 0n) map.delete(index);
    else map.set(index, value);
  }

  private assertCell(cell: number): void {
    if (!Number.isInteger(cell) || cell < 0 || cell >= this.size) {
      throw new RangeError(`cell must be an integer in 0..${this.size - 1}, got ${cell}`);
    }
  }
}
