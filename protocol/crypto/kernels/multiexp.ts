/** Multi-exponentiation Σ s_i·P_i on all threads: windows of the scalars are the tasks. */
import type { G1Point } from "../curve";
import { BLOCK_BYTES, FQ, KERNEL_BITS, FILE_BITS, words } from "./layout";
import type { Kernels, Task } from "./kernels";
import { addProjective, doubleTimes, fromAffine, INFINITY, toAffine, type Projective } from "./projective";

export const POINT_BYTES = 64;
export const SCALAR_BYTES = 32;
/** Scalars are field elements: below 2^254. */
const SCALAR_BITS = 254;

/** Time of an addition in a bucket's sum and of a bucket in the weighted sum, in one unit. */
const ADDITION = 1;
const BUCKET = 3.4;

const MIN_WINDOW = 4;
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

/** Indices sorted by digit, and two lists of points. */
function listBytes(count: number, window: number): number {
  const buckets = 2 ** (window - 1);
  const points = 2 * POINT_BYTES * (Math.ceil(count / 2) + buckets + 1);
  return Math.ceil((4 * (buckets + 2) + 4 * count + 32 + points) / 16) * 16;
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
    const results = windows.map((count) => kernels.allocateBlocks(6 * count));
    const tasks = sums.flatMap((sum, i) =>
      Array.from({ length: windows[i] }, (_, w): Task => {
        const { bases, scalars, count, window } = sum;
        const isLast = Number(w === windows[i] - 1);
        const result = results[i] + 6 * w * BLOCK_BYTES;
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
    sum = addProjective(doubleTimes(sum, window), windowSum(kernels, results + 6 * w * BLOCK_BYTES, window));
  }
  return toAffine(sum);
}

/** Σ_ℓ total_ℓ + ℓ·2^(window−3)·running_ℓ over the lanes. */
function windowSum(kernels: Kernels, address: number, window: number): Projective {
  const [totals, running] = [readPoints(kernels, address), readPoints(kernels, address + 3 * BLOCK_BYTES)];
  const [, r1, r2, r3] = running;
  // r1 + 2·r2 + 3·r3
  const tail = addProjective(r2, r3);
  const weighted = addProjective(addProjective(r1, r3), doubleTimes(tail, 1));
  return totals.reduce(addProjective, doubleTimes(weighted, window - 3));
}

/** The points of the lanes of three blocks X, Y, Z. */
function readPoints(kernels: Kernels, address: number): Projective[] {
  const [x, y, z] = [0, 1, 2].map((i) => kernels.readBlock(address + i * BLOCK_BYTES, FQ));
  return x.map((_, lane) => [x[lane], y[lane], z[lane]]);
}

/** Σ s_i·P_i of few points, without kernels. */
export function smallMultiExp(points: readonly G1Point[], scalars: readonly bigint[]): G1Point {
  let sum = INFINITY;
  for (let bit = SCALAR_BITS - 1; bit >= 0; bit--) {
    sum = doubleTimes(sum, 1);
    points.forEach((point, i) => {
      if ((scalars[i] >> BigInt(bit)) & 1n) sum = addProjective(sum, fromAffine(point));
    });
  }
  return toAffine(sum);
}
