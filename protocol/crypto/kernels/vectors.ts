/** Polynomials in the kernels' memory, with the few coefficients beyond the domain's size beside them. */
import type { G1Point } from "../curve";
import * as F from "../field";
import { BLOCK_BYTES, LANES } from "./layout";
import type { Kernels, Task } from "./kernels";
import {
  bestWindow,
  multiExp,
  multiExpTasks,
  SCALAR_BYTES,
  windowOffset,
  writeScalars,
  type Bases,
  type MultiExp,
} from "./multiexp";
import type { Step } from "./thread";
import { powers } from "./transform";

/** Σ c_i·X^i + X^n·Σ tail_j·X^j, the first sum in memory, natural order, the second in `tail`. */
export interface Polynomial {
  readonly address: number;
  readonly tail: readonly bigint[];
}

/** Vectors of 2^power elements. */
export class Vectors {
  readonly size: number;
  readonly blocks: number;

  constructor(
    private readonly kernels: Kernels,
    power: number,
  ) {
    this.size = 2 ** power;
    this.blocks = this.size / LANES;
  }

  allocate(count = 1): number[] {
    return Array.from({ length: count }, () => this.kernels.allocateBlocks(this.blocks));
  }

  get bytes(): number {
    return this.blocks * BLOCK_BYTES;
  }

  read(address: number, i: number): bigint {
    return this.kernels.readElement(address, this.blocks, i);
  }

  /** Adds numbers to the first elements. */
  addTo(address: number, terms: readonly bigint[]): void {
    terms.forEach((term, i) => {
      this.kernels.writeElement(address, this.blocks, i, F.add(this.read(address, i), term));
    });
  }

  /** Values of polynomials at points. */
  async evaluate(polynomials: readonly (readonly [Polynomial, bigint])[]): Promise<bigint[]> {
    const { kernels, blocks, size } = this;
    const results = polynomials.map(() => kernels.allocateBlocks(1));
    await kernels.run(
      polynomials.map(([{ address }, x], i): Task => {
        const point = kernels.constant(x);
        return () => [["evaluateLanes", results[i], address, blocks, point, kernels.fr]];
      }),
    );
    return polynomials.map(([{ tail }, x], i) => {
      const lanes = powers(F.pow(x, BigInt(blocks)), LANES);
      const low = inner(kernels.readBlock(results[i]), lanes);
      return F.add(low, F.mul(F.pow(x, BigInt(size)), inner(tail, powers(x, tail.length))));
    });
  }

  /**
   * Sums over points, Σ c_i·P_i, for polynomials given by their coefficients or vectors given by their values.
   * @param bases as many points as the longest has elements, or more
   * @param onDone called `commitTasks` times
   */
  async commit(bases: Bases, polynomials: readonly Polynomial[], onDone?: () => void): Promise<G1Point[]> {
    const { kernels, size, blocks } = this;
    return kernels.scope(async () => {
      const sums = polynomials.map(({ tail }): MultiExp => {
        const count = size + tail.length;
        return { bases, scalars: kernels.allocate(count * SCALAR_BYTES), count, window: bestWindow(count) };
      });
      await kernels.run(
        polynomials.map(({ address }, i): Task => {
          const { scalars, window } = sums[i];
          const offset = kernels.rawConstant(windowOffset(window));
          return (work) => [["pack", scalars, SCALAR_BYTES, address, blocks, kernels.rawOne, offset, work, kernels.fr]];
        }),
        onDone,
      );
      polynomials.forEach(({ tail }, i) => {
        const { scalars, window } = sums[i];
        writeScalars(kernels, scalars + size * SCALAR_BYTES, tail, windowOffset(window));
      });
      return multiExp(kernels, sums, onDone);
    });
  }

  /** How often `commit` calls `onDone` for polynomials with such tails. */
  commitTasks(tails: readonly number[]): number {
    const tasks = tails.map((tail) => {
      const count = this.size + tail;
      return 1 + multiExpTasks({ count, window: bestWindow(count) });
    });
    return tasks.reduce((sum, count) => sum + count, 0);
  }

  /** A part of [0, blocks) for each of about `parts` tasks. */
  ranges(parts: number, align = 1): { start: number; count: number }[] {
    const size = Math.max(align, Math.ceil(this.blocks / parts / align) * align);
    const ranges = [];
    for (let start = 0; start < this.blocks; start += size) {
      ranges.push({ start, count: Math.min(size, this.blocks - start) });
    }
    return ranges;
  }

  /** Σ factor·polynomial into another vector. */
  combine(to: number, terms: readonly (readonly [factor: bigint, address: number])[]): Task[] {
    const { kernels } = this;
    const one = kernels.constant(1n);
    const factors = terms.map(([factor]) => kernels.constant(factor));
    return this.ranges(4 * kernels.threadCount).map(({ start, count }): Task => {
      const o = start * BLOCK_BYTES;
      return (work) => [
        ["clearBytes", to + o, count * BLOCK_BYTES],
        ...terms.map(([, address], i): Step => ["addScaled", to + o, address + o, count, factors[i], work, kernels.fr]),
        ["scale", to + o, to + o, count, one, kernels.fr],
      ];
    });
  }

  /**
   * Divides by X − x, in place. The remainder must be 0.
   * @returns the quotient
   */
  divide({ address, tail }: Polynomial, x: bigint): Polynomial {
    const { kernels, blocks } = this;
    const high: bigint[] = [];
    let carry = 0n;
    for (let j = tail.length - 1; j >= 0; j--) {
      high.unshift(carry);
      carry = F.add(F.mul(carry, x), tail[j]);
    }
    const [value, work] = [kernels.allocateBlocks(1), kernels.allocateBlocks(2)];
    const point = kernels.constant(x);
    kernels.call("evaluateLanes", value, address, blocks, point, kernels.fr);
    const lanes = kernels.readBlock(value);
    const step = F.pow(x, BigInt(blocks));
    const incoming = new Array<bigint>(LANES);
    for (let lane = LANES - 1; lane >= 0; lane--) {
      incoming[lane] = carry;
      carry = F.add(F.mul(carry, step), lanes[lane]);
    }
    if (carry !== 0n) throw new Error("a polynomial is not divisible: this is a mistake of the prover");
    kernels.call("divideLanes", address, blocks, point, kernels.constant(incoming), work, kernels.fr);
    return { address, tail: high };
  }
}

function inner(a: readonly bigint[], b: readonly bigint[]): bigint {
  return a.reduce((sum, x, i) => F.add(sum, F.mul(x, b[i])), 0n);
}
