/** Multi-exponentiation Σ s_i·P_i on all threads: windows of the scalars are the tasks. */
import type { G1Point } from "../curve";
import { BLOCK_BYTES, FQ, KERNEL_BITS, FILE_BITS, words } from "./layout";
import type { Kernels, Task } from "./kernels";
import { addProjective, doubleTimes, INFINITY, negate, toAffine, type Projective } from "./projective";

export const POINT_BYTES = 64;
export const SCALAR_BYTES = 32;
/** Blocks of a window's result: two lists of points, each with two sums. */
const WINDOW_BLOCKS = 12;
/** Scalars are field elements: below 2^254. */
const SCALAR_BITS = 254;

/** Time of an addition in a bucket's sum and of a bucket in the weighted sum, in one unit. */
const ADDITION = 1;
const BUCKET = 2;

const MIN_WINDOW = 5;
const MAX_WINDOW = 17;

/** Points prepared for the kernels. */
export interface Bases {
  readonly address: number;
  readonly count: number;
  readonly hasInfinity: boolean;
}

export interface MultiExp {
  readonly bases: Bases;
  /** Address of packed scalars plus `windowOffset(window)`; as many as there are bases, or fewer. */
  readonly scalars: number;
  readonly count: number;
  /** Bits of a window. */
  readonly window: number;
}

/** The window that makes a sum of `count` points fastest. */
export function bestWindow(count: number): number {
  let best = MIN_WINDOW;
  const cost = (c: number): number => windowCount(c) * (count * ADDITION + 2 ** (c - 1) * BUCKET);
  for (let c = MIN_WINDOW; c <= MAX_WINDOW; c++) if (cost(c) < cost(best)) best = c;
  return best;
}

/** One bit more than a scalar's, for the last signed digit's carry. */
function windowCount(window: number): number {
  return Math.ceil((SCALAR_BITS + 1) / window);
}

/** What is added to scalars so that their signed digits can be read without carries: see `sumWindow`. */
export function windowOffset(window: number): bigint {
  let offset = 0n;
  for (let i = 0; i < windowCount(window) - 1; i++) offset += 1n << BigInt(window * i + window - 1);
  return offset;
}

/** Bytes of `assembly/multiexp.ts`' own work space; its `workBytes` says the same. */
export const ADDITION_WORK_BYTES = 495_536;

/** Bytes of work space that a thread needs for sums of `count` points. */
export function multiExpWorkBytes(count: number): number {
  return listBytes(count, bestWindow(count)) + ADDITION_WORK_BYTES;
}

/** Ends of digits, counts of rows and columns, indices sorted by digit, and two lists of points. */
function listBytes(count: number, window: number): number {
  const buckets = 2 ** (window - 1);
  const { columns, rows } = shapeOf(window);
  const points = 2 * POINT_BYTES * (Math.ceil(count / 2) + 2 * buckets + 2);
  return Math.ceil((4 * (buckets + 2 + rows + columns) + 4 * count + 32 + points) / 16) * 16;
}

/** Rows and columns of the buckets. */
function shapeOf(window: number): { columns: number; rows: number } {
  const columns = 2 ** Math.floor(window / 2);
  return { columns, rows: 2 ** (window - 1) / columns };
}

/** Prepares points that lie in memory as files hold them; `to` may be where they are. */
export function prepareBases(kernels: Kernels, to: number, from: number, count: number): Task[] {
  const factor = kernels.constant(1n << (2n * KERNEL_BITS - FILE_BITS - KERNEL_BITS), FQ);
  const parts = 4 * kernels.threadCount;
  const size = 2 * Math.ceil(count / 2 / parts);
  const tasks: Task[] = [];
  for (let start = 0; start < count; start += size) {
    const part = Math.min(size, count - start);
    const [dst, src] = [to + start * POINT_BYTES, from + start * POINT_BYTES];
    tasks.push((work) => [["preparePoints", dst, src, part, factor, work, kernels.fq]]);
  }
  return tasks;
}

/** Puts points (as files hold them) into memory, prepared. */
export async function loadBases(kernels: Kernels, points: Uint8Array): Promise<Bases> {
  const address = kernels.store(points);
  const count = points.length / POINT_BYTES;
  const infinities = await kernels.run(prepareBases(kernels, address, address, count));
  return { address, count, hasInfinity: infinities.includes(1) };
}

/** Puts scalars into memory, offset for a window. */
export function storeScalars(kernels: Kernels, scalars: readonly bigint[], window: number): number {
  const offset = windowOffset(window);
  const address = kernels.allocate(scalars.length * SCALAR_BYTES);
  writeScalars(kernels, address, scalars, offset);
  return address;
}

/** Writes packed numbers s + offset. */
export function writeScalars(kernels: Kernels, address: number, scalars: readonly bigint[], offset: bigint): void {
  scalars.forEach((scalar, i) => {
    kernels.bytes(address + i * SCALAR_BYTES, SCALAR_BYTES).set(new Uint8Array(words(scalar + offset, 8).buffer));
  });
}

/** The sums, of which all windows run side by side. */
export async function multiExp(kernels: Kernels, sums: readonly MultiExp[], onDone?: () => void): Promise<G1Point[]> {
  const windows = sums.map(({ window, count }) => (count === 0 ? 0 : windowCount(window)));
  return kernels.scope(async () => {
    const results = windows.map((count) => kernels.allocateBlocks(WINDOW_BLOCKS * count));
    const tasks = sums.flatMap((sum, i) =>
      Array.from({ length: windows[i] }, (_, w): Task => {
        const { bases, scalars, count, window } = sum;
        const isLast = Number(w === windows[i] - 1);
        const result = results[i] + WINDOW_BLOCKS * w * BLOCK_BYTES;
        const lists = listBytes(count, window);
        return (work) => [
          [
            "sumWindow",
            ...[result, bases.address, scalars, count, w, window, isLast, Number(bases.hasInfinity)],
            ...[work, work + lists, kernels.fq],
          ],
        ];
      }),
    );
    await kernels.run(tasks, onDone);
    return sums.map(({ window }, i) => combine(kernels, results[i], windows[i], window));
  });
}

/** Number of tasks that `multiExp` reports for such a sum. */
export function multiExpTasks({ window, count }: Pick<MultiExp, "window" | "count">): number {
  return count === 0 ? 0 : windowCount(window);
}

/** Σ 2^(window·w)·(sum of window w). */
function combine(kernels: Kernels, results: number, count: number, window: number): G1Point {
  let sum = INFINITY;
  for (let w = count - 1; w >= 0; w--) {
    sum = addProjective(
      doubleTimes(sum, window),
      windowSum(kernels, results + WINDOW_BLOCKS * w * BLOCK_BYTES, window),
    );
  }
  return toAffine(sum);
}

/** Σ (b + 1)·(bucket b) from the weighted sums of columns and rows: b + 1 = row·columns + (column + 1). */
function windowSum(kernels: Kernels, address: number, window: number): Projective {
  const { columns, rows } = shapeOf(window);
  const byColumn = weightedSum(kernels, address, columns);
  const byRow = weightedSum(kernels, address + 6 * BLOCK_BYTES, rows);
  // Rows are counted from 1 as well: once less each.
  const rowsFromZero = addProjective(byRow.weighted, negate(byRow.plain));
  return addProjective(byColumn.weighted, doubleTimes(rowsFromZero, Math.log2(columns)));
}

/** Σ (i + 1)·P_i and Σ P_i of `count` points from the lanes' sums: Σ_ℓ total_ℓ + ℓ·(count/4)·running_ℓ. */
function weightedSum(kernels: Kernels, address: number, count: number): { weighted: Projective; plain: Projective } {
  const [totals, running] = [readPoints(kernels, address), readPoints(kernels, address + 3 * BLOCK_BYTES)];
  const [r0, r1, r2, r3] = running;
  const tail = addProjective(r2, r3);
  // r1 + 2·r2 + 3·r3
  const byLane = addProjective(addProjective(r1, r3), doubleTimes(tail, 1));
  const weighted = totals.reduce(addProjective, doubleTimes(byLane, Math.log2(count / 4)));
  return { weighted, plain: addProjective(addProjective(r0, r1), tail) };
}

/** The points of the lanes of three blocks X, Y, Z. */
function readPoints(kernels: Kernels, address: number): Projective[] {
  const [x, y, z] = [0, 1, 2].map((i) => kernels.readBlock(address + i * BLOCK_BYTES, FQ));
  return x.map((_, lane) => [x[lane], y[lane], z[lane]]);
}
