import { ACCESS_CELL_BITS, ACCESS_TIME_BITS } from "../spec";
import type { Access, Touched } from "../state";

/** An access and its place in the order: what the memory check works on. Times are 1..K; time 0 is "never". */
export interface TracedAccess extends Access {
  /** Time of the access to the same cell before this one; 0 for the first. */
  previous: number;
  /** The batch's first access to the cell. */
  first: boolean;
  /** The batch's last access to the cell. */
  last: boolean;
}

/** Orders the accesses: who came before, who is first and last. */
export function traceAccesses(accesses: readonly Access[]): TracedAccess[] {
  if (accesses.length >> ACCESS_TIME_BITS !== 0) throw new RangeError(`${accesses.length} accesses are too many`);
  const latest = new Map<number, number>();
  const traced: TracedAccess[] = accesses.map((access, k) => {
    const previous = latest.get(access.cell) ?? 0;
    latest.set(access.cell, k + 1);
    return { ...access, previous, first: previous === 0, last: false };
  });
  for (const time of latest.values()) traced[time - 1].last = true;
  return traced;
}

/**
 * The sorted list: the cell of each first access, and N + k for the others, ascending. That it is strictly ascending
 * shows that each cell has one first access.
 */
export function sortedList(cellBits: number, accesses: readonly TracedAccess[]): number[] {
  if (cellBits > ACCESS_CELL_BITS)
    throw new RangeError(`cellBits must be at most ${ACCESS_CELL_BITS}, got ${cellBits}`);
  const entries = accesses.map(({ cell, first }, k) => (first ? cell : 2 ** cellBits + k + 1));
  return entries.sort((a, b) => a - b);
}

/** The touched cells, ascending: old is what first accesses read, new what last ones wrote. */
export function touchedCells(accesses: readonly TracedAccess[]): Touched[] {
  const cells = new Map<number, Touched>();
  for (const { cell, value, written, first } of accesses) {
    const touched = cells.get(cell);
    if (first || !touched) cells.set(cell, { index: cell, old: value, new: written });
    else touched.new = written;
  }
  return [...cells.values()].sort((a, b) => a.index - b.index);
}
