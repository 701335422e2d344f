import * as F from "./field";

/**
 * Values of a polynomial on a domain as [index, value] pairs; cells that are not listed are 0. Any iterable will do, a Map too. No index
 * may come twice.
 */
export type SparseValues = Iterable<readonly [number, bigint]>;

/**
 * The N = 2^n roots of unity on which the state is read, and its Lagrange polynomials L_i (degree < N, 1 at ω^i and 0 at the other roots).
 * ω is snarkjs' root: 5^((R-1)/2^n).
 */
export class Domain {
  readonly size: number;
  readonly omega: bigint;
  readonly sizeInverse: bigint;
  private table: bigint[] | undefined;

  constructor(readonly power: number) {
    if (!Number.isInteger(power) || power < 0 || power > F.TWO_ADICITY) {
      throw new RangeError(`domain power must be an integer from 0 to ${F.TWO_ADICITY}, got ${power}`);
    }
    this.size = 2 ** power;
    this.omega = F.pow(F.GENERATOR, (F.R - 1n) >> BigInt(power));
    this.sizeInverse = F.inv(BigInt(this.size));
  }

  /** Throws unless `index` is an integer in [0, N). */
  assertIndex(index: number): void {
    if (!Number.isInteger(index) || index < 0 || index >= this.size) {
      throw new RangeError(`cell index must be an integer from 0 to ${this.size - 1}, got ${index}`);
    }
  }

  /** ω^index for an index in [0, N). */
  omegaPower(index: number): bigint {
    this.assertIndex(index);
    return this.table ? this.table[index] : F.pow(this.omega, BigInt(index));
  }

  /** All ω^i, i < N; computed once. */
  omegaPowers(): readonly bigint[] {
    if (!this.table) {
      const table = new Array<bigint>(this.size);
      let current = 1n;
      for (let i = 0; i < this.size; i++) {
        table[i] = current;
        current = F.mul(current, this.omega);
      }
      this.table = table;
    }
    return this.table;
  }

  /** The i with ω^i = x, or undefined when x is not in the domain; found bit by bit (Pohlig-Hellman). */
  indexOf(x: bigint): number | undefined {
    if (this.vanishing(x) !== 0n) return undefined;
    let rest = x;
    let index = 0;
    let inverse = F.inv(this.omega);
    for (let bit = 0; bit < this.power; bit++) {
      if (F.pow(rest, 1n << BigInt(this.power - 1 - bit)) !== 1n) {
        index += 2 ** bit;
        rest = F.mul(rest, inverse);
      }
      inverse = F.mul(inverse, inverse);
    }
    return index;
  }

  /** x^N - 1, the polynomial that vanishes on the whole domain. */
  vanishing(x: bigint): bigint {
    let result = F.assertField("evaluation point", x);
    for (let i = 0; i < this.power; i++) result = F.mul(result, result);
    return F.sub(result, 1n);
  }

  /** Π (x - ω^i) over the listed indices. */
  vanishingOn(indices: Iterable<number>, x: bigint): bigint {
    let product = 1n;
    for (const index of indices) product = F.mul(product, F.sub(x, this.omegaPower(index)));
    return product;
  }

  /** L_index(x) = (ω^index / N)·(x^N - 1)/(x - ω^index). */
  lagrange(index: number, x: bigint): bigint {
    return this.lagrangeAll([index], x)[0];
  }

  /** L_i(x) for each listed index, with one inversion. */
  lagrangeAll(indices: readonly number[], x: bigint): bigint[] {
    const numerator = F.mul(this.vanishing(x), this.sizeInverse);
    const roots = indices.map((index) => this.omegaPower(index));
    if (numerator === 0n) return roots.map((root) => (root === x ? 1n : 0n));
    const inverses = F.batchInverse(roots.map((root) => F.sub(x, root)));
    return roots.map((root, i) => F.mul(F.mul(root, numerator), inverses[i]));
  }

  /** L_index'(ω^at), the derivative at a point of the domain: ω^(index-at)/(ω^at - ω^index), and (N-1)/(2·ω^at) for index = at. */
  lagrangeDerivative(index: number, at: number): bigint {
    const root = this.omegaPower(index);
    const point = this.omegaPower(at);
    if (index === at) return F.div(BigInt(this.size - 1), F.mul(2n, point));
    return F.div(root, F.mul(point, F.sub(point, root)));
  }

  /** f(x) from the values of f on the domain (barycentric formula), at any x. */
  evaluate(values: SparseValues, x: bigint): bigint {
    const entries = this.entries(values);
    const weights = this.lagrangeAll(
      entries.map(([index]) => index),
      x,
    );
    return entries.reduce((sum, [, value], i) => F.add(sum, F.mul(value, weights[i])), 0n);
  }

  /** The nonzero values as a checked list: indices in range and none twice, values in the field. */
  entries(values: SparseValues): [number, bigint][] {
    const seen = new Set<number>();
    const list: [number, bigint][] = [];
    for (const [index, value] of values) {
      this.assertIndex(index);
      if (seen.has(index)) throw new RangeError(`cell index ${index} is listed twice`);
      seen.add(index);
      F.assertField(`value of cell ${index}`, value);
      if (value !== 0n) list.push([index, value]);
    }
    return list;
  }
}

const domains = new Map<number, Domain>();

/** The domain of 2^power roots; one object per power, so its table is built once. */
export function getDomain(power: number): Domain {
  let domain = domains.get(power);
  if (!domain) domains.set(power, (domain = new Domain(power)));
  return domain;
}
