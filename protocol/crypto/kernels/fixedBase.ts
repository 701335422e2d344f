/** Many multiples of the generator of G1, by a table of its multiples by every digit at every position. */
import { G1_GENERATOR } from "../curve";
import { R } from "../field";
import { FILE_BITS, FQ } from "./layout";
import type { Kernels, Task } from "./kernels";
import { ADDITION_WORK_BYTES, POINT_BYTES, SCALAR_BYTES } from "./multiexp";
import type { Step } from "./thread";

/** Bits of a digit, and how many digits numbers below 2·r_F < 2^255 have. */
const DIGIT_BITS = 12;
const DIGITS = Math.ceil(255 / DIGIT_BITS);

/** Multiples made at a time. */
const PART = 4096;

export class FixedBase {
  private constructor(
    private readonly kernels: Kernels,
    private readonly table: number,
    private readonly toFile: number,
  ) {}

  static readonly workBytes = ADDITION_WORK_BYTES;

  /** A block that `pack` adds to scalars: digits stand for one more than they are, which this makes up for. */
  static get offset(): bigint {
    let ones = 0n;
    for (let i = 0; i < DIGITS; i++) ones += 1n << BigInt(DIGIT_BITS * i);
    return (R - (ones % R)) % R;
  }

  /** Builds the table (5.8 MB, 0.1 s). */
  static async build(kernels: Kernels): Promise<FixedBase> {
    const row = 2 ** DIGIT_BITS * POINT_BYTES;
    const table = kernels.allocate(DIGITS * row);
    const work = kernels.allocate(ADDITION_WORK_BYTES);
    const { x, y } = G1_GENERATOR;
    kernels.writePoint(table, x, y);
    for (let i = 0; i < DIGITS; i++) {
      kernels.call("fillRow", table + i * row, 2 ** DIGIT_BITS, work, kernels.fq);
      // The last point of a row is the first of the next.
      const last = table + (i + 1) * row - POINT_BYTES;
      if (i + 1 < DIGITS) kernels.call("copyBytes", last + POINT_BYTES, last, POINT_BYTES);
    }
    return new FixedBase(kernels, table, kernels.rawConstant((1n << FILE_BITS) % FQ.prime));
  }

  /**
   * Points scalar·generator in the form of files.
   * @param scalars packed numbers plus `offset`
   */
  multiply(to: number, scalars: number, count: number): Task[] {
    const { kernels, table, toFile } = this;
    const tasks: Task[] = [];
    for (let start = 0; start < count; start += PART) {
      const part = Math.min(PART, count - start);
      const dst = to + start * POINT_BYTES;
      const src = scalars + start * SCALAR_BYTES;
      tasks.push((work): Step[] => [
        ["multiplyBase", dst, src, part, table, DIGIT_BITS, DIGITS, work, kernels.fq],
        ["preparePoints", dst, dst, part, toFile, work, kernels.fq],
      ]);
    }
    return tasks;
  }
}
