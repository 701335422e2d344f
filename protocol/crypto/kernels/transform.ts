/** Transforms of 2^power elements between coefficients and values on a coset of the domain of 2^power roots. */
import { getDomain } from "../domain";
import * as F from "../field";
import { BLOCK_BYTES, LANES } from "./layout";
import type { Kernels } from "./kernels";
import type { Step } from "./thread";

const ELEMENT_BYTES = 36;

export class Transform {
  static readonly MIN_POWER = 3;
  /** Blocks of a vector of 2^power elements. */
  readonly blocks: number;
  readonly omega: bigint;
  private readonly inverse: number;
  private readonly forward: number;
  private readonly last: number;
  private readonly quarterRoot: number;
  private readonly inverseQuarterRoot: number;

  /** @param power 3..28; the tables take 81 bytes an element */
  constructor(
    private readonly kernels: Kernels,
    readonly power: number,
  ) {
    if (!Number.isInteger(power) || power < Transform.MIN_POWER || power > F.TWO_ADICITY) {
      throw new RangeError(
        `a transform's power must be an integer from ${Transform.MIN_POWER} to ${F.TWO_ADICITY}, got ${power}`,
      );
    }
    this.blocks = 2 ** power / LANES;
    this.omega = getDomain(power).omega;
    this.inverse = kernels.allocateBlocks(this.blocks);
    this.forward = kernels.allocate(this.blocks * ELEMENT_BYTES);
    this.last = kernels.allocateBlocks(this.blocks);
    const quarter = F.pow(this.omega, BigInt(this.blocks));
    this.quarterRoot = kernels.constant([1n, 1n, 1n, quarter]);
    this.inverseQuarterRoot = kernels.constant([1n, 1n, 1n, F.inv(quarter)]);
  }

  /** Fills the tables; to be done once, before the first transform. */
  build(): Step[] {
    const { kernels, power } = this;
    const addresses: number[] = [];
    for (let s = 1; s <= power; s++) {
      const root = getDomain(s).omega;
      const inverse = F.inv(root);
      addresses.push(kernels.constant(root), kernels.constant(inverse));
      addresses.push(kernels.constant([1n, F.pow(inverse, 2n), inverse, F.pow(inverse, 3n)]));
    }
    const { omega } = this;
    addresses.push(kernels.constant([1n, F.mul(omega, omega), omega, F.pow(omega, 3n)]));
    const work = kernels.allocateBlocks(1);
    return [["buildTables", this.inverse, this.forward, this.last, addresses[0], this.blocks, work, kernels.fr]];
  }

  /**
   * Coefficients, below 2p, from values at shift·ω^i, which must be below 4p; all in natural order.
   * @param work a vector, then one block; `to` may be `from`
   */
  toCoefficients(to: number, from: number, work: number, shift = 1n): Step[] {
    const { kernels, blocks } = this;
    const block = work + blocks * BLOCK_BYTES;
    return [
      ["copyBytes", work, from, blocks * BLOCK_BYTES],
      ["inverseTransform", work, blocks, this.inverse, this.inverseQuarterRoot, block, kernels.fr],
      ["fromReversed", to, work, blocks],
      this.scaled(to, to, F.inv(BigInt(2 ** this.power)), F.inv(shift), block),
    ];
  }

  /**
   * Values at shift·ω^i, below 6p, from coefficients; all in natural order.
   * @param work a vector, then one block; `to` may be `from`
   * @param tail coefficients from X^n on, at most n
   */
  toValues(to: number, from: number, work: number, shift = 1n, tail: readonly bigint[] = []): Step[] {
    const { kernels, blocks, power } = this;
    const block = work + blocks * BLOCK_BYTES;
    const wrapped = tail.map((value, i): Step => {
      // X^(n+i) is shift^n·X^i on the coset.
      const values = new Array<bigint>(LANES).fill(0n);
      values[Math.floor(i / blocks)] = F.mul(value, F.pow(shift, BigInt(2 ** power + i)));
      const at = work + (i % blocks) * BLOCK_BYTES;
      return ["add", at, at, kernels.constant(values)];
    });
    return [
      this.scaled(work, from, 1n, shift, block),
      ...wrapped,
      ["toReversed", to, work, blocks],
      ["forwardTransform", to, blocks, this.forward, this.last, this.quarterRoot, block, kernels.fr],
    ];
  }

  /** The elements base^i in natural order; `work` is a block. */
  powers(to: number, base: bigint, work: number): Step[] {
    const { kernels, blocks } = this;
    return [["fill", to, kernels.constant(1n), blocks], this.scaled(to, to, 1n, base, work)];
  }

  /** Element i times factor·base^i. */
  private scaled(to: number, from: number, factor: bigint, base: bigint, block: number): Step {
    const { kernels, blocks } = this;
    if (base === 1n) return ["scale", to, from, blocks, kernels.constant(factor), kernels.fr];
    const start = powers(F.pow(base, BigInt(blocks)), LANES).map((power) => F.mul(factor, power));
    return ["scalePowers", to, from, blocks, kernels.constant(start), kernels.constant(base), block, kernels.fr];
  }
}

/** 1, x, x², ... */
export function powers(x: bigint, count: number): bigint[] {
  const result = [1n];
  while (result.length < count) result.push(F.mul(result[result.length - 1], x));
  return result;
}
