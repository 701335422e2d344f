import type { State } from "./state";

/** One access: a cell is read and written. An op that only reads writes back what it read. */
export interface Access {
  cell: number;
  value: bigint;
  written: bigint;
}

/** What ops work on. */
export interface Memory {
  readonly cellBits: number;
  /** The value that the next access to the cell will read; not an access itself. */
  peek(cell: number): bigint;
  /** The access: reads the cell and writes `written`, or what it read. Returns what it read. */
  access(cell: number, written?: bigint): bigint;
}

/** The memory that a state is, with a record of the accesses. */
export class StateMemory implements Memory {
  readonly accesses: Access[] = [];

  constructor(private readonly state: State) {}

  get cellBits(): number {
    return this.state.cellBits;
  }

  peek(cell: number): bigint {
    return this.state.read(cell);
  }

  access(cell: number, written?: bigint): bigint {
    const value = this.state.read(cell);
    const access = { cell, value, written: written ?? value };
    this.state.write(cell, access.written);
    this.accesses.push(access);
    return value;
  }
}
