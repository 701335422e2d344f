import { buildBn128 } from "ffjavascript";
import { encodeScalars, G1_BYTES } from "./curve";
import { FIELD_BYTES } from "./field";

/**
 * Many multiples of the generator of G1, by a table with the multiples d·2^(8j) of the generator for every byte value d and byte position
 * j: one point addition per nonzero byte of a scalar (Brickell, Gordon, McCurley, Wilson 1992).
 */

/** The compiled kernels of one thread: functions of byte offsets into their memory, whose first word is the end of what is in use. */
interface Kernels {
  instance: { exports: Record<string, (...offsets: number[]) => void> };
  memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
}

const JACOBIAN_BYTES = 96;
const DIGITS = 256;
const PAGE_BYTES = 65536;

/** Points per call of `multiply` at most. */
export const FIXED_BASE_BATCH = 4096;

export class FixedBase {
  private readonly table: number;
  private readonly work: number;

  private constructor(private readonly kernels: Kernels) {
    const tableBytes = FIELD_BYTES * DIGITS * G1_BYTES;
    const workBytes = FIXED_BASE_BATCH * JACOBIAN_BYTES;
    const used = new Uint32Array(kernels.memory.buffer, 0, 1)[0];
    this.table = Math.ceil(used / 8) * 8;
    this.work = this.table + tableBytes;
    // The kernels take scratch space after the used part: one batch inversion needs less than the points themselves.
    const needed = this.work + 2 * workBytes;
    const missing = needed - kernels.memory.buffer.byteLength;
    if (missing > 0) kernels.memory.grow(Math.ceil(missing / PAGE_BYTES));
    new Uint32Array(kernels.memory.buffer, 0, 1)[0] = this.work + workBytes;
  }

  /** Builds the table, in the calling thread (0.1 s). */
  static async build(): Promise<FixedBase> {
    const curve = await buildBn128(true);
    const { gAffine } = curve.G1;
    const fixedBase = new FixedBase(curve.tm as unknown as Kernels);
    fixedBase.fillTable(gAffine);
    return fixedBase;
  }

  /**
   * @param scalars at most FIXED_BASE_BATCH field elements
   * @returns scalar·generator for each, encoded as by `encodeG1`
   */
  multiply(scalars: readonly bigint[]): Uint8Array {
    if (scalars.length > FIXED_BASE_BATCH) {
      throw new RangeError(`at most ${FIXED_BASE_BATCH} scalars at a time, got ${scalars.length}`);
    }
    const { g1m_zero, g1m_addMixed } = this.kernels.instance.exports;
    const digits = encodeScalars(scalars);
    for (let i = 0; i < scalars.length; i++) {
      const sum = this.work + i * JACOBIAN_BYTES;
      g1m_zero(sum);
      for (let j = 0; j < FIELD_BYTES; j++) {
        const digit = digits[i * FIELD_BYTES + j];
        if (digit !== 0) g1m_addMixed(sum, this.entry(j, digit), sum);
      }
    }
    return this.affine(scalars.length).slice();
  }

  /** Offset of digit·2^(8·position)·generator. */
  private entry(position: number, digit: number): number {
    return this.table + (position * DIGITS + digit) * G1_BYTES;
  }

  /** Makes the first points of the work space affine, in place, and gives a view of them. */
  private affine(count: number): Uint8Array {
    this.kernels.instance.exports.g1m_batchToAffine(this.work, count, this.work);
    return new Uint8Array(this.kernels.memory.buffer, this.work, count * G1_BYTES);
  }

  private fillTable(generator: Uint8Array): void {
    const { g1m_toJacobian, g1m_addMixed, g1m_zero } = this.kernels.instance.exports;
    const memory = new Uint8Array(this.kernels.memory.buffer);
    memory.set(generator, this.entry(0, 1));
    for (let position = 0; position < FIELD_BYTES; position++) {
      const base = this.entry(position, 1);
      g1m_zero(this.work);
      g1m_toJacobian(base, this.work + JACOBIAN_BYTES);
      for (let digit = 2; digit <= DIGITS; digit++) {
        const previous = this.work + (digit - 1) * JACOBIAN_BYTES;
        g1m_addMixed(previous, base, previous + JACOBIAN_BYTES);
      }
      // One multiple more than the row holds: 256·base is the base of the next row.
      const multiples = this.affine(DIGITS + 1);
      memory.set(multiples.subarray(0, DIGITS * G1_BYTES), this.entry(position, 0));
      if (position + 1 < FIELD_BYTES) memory.set(multiples.subarray(DIGITS * G1_BYTES), this.entry(position + 1, 1));
    }
  }
}
