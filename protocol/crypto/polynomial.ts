import * as F from "./field";
import { getDomain } from "./domain";

/**
 * Plain polynomial arithmetic: a polynomial is the list of its coefficients, constant first. Slow and obvious; it is what the commitments
 * and quotients are tested against.
 */
export type Polynomial = readonly bigint[];

/** p(x) by Horner's rule. */
export function evaluate(polynomial: Polynomial, x: bigint): bigint {
  return polynomial.reduceRight((sum, coefficient) => F.add(F.mul(sum, x), coefficient), 0n);
}

export function add(a: Polynomial, b: Polynomial): bigint[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => F.add(a[i] ?? 0n, b[i] ?? 0n));
}

export function scale(polynomial: Polynomial, factor: bigint): bigint[] {
  return polynomial.map((coefficient) => F.mul(coefficient, factor));
}

export function multiply(a: Polynomial, b: Polynomial): bigint[] {
  if (a.length === 0 || b.length === 0) return [];
  const product = new Array<bigint>(a.length + b.length - 1).fill(0n);
  a.forEach((x, i) => b.forEach((y, j) => (product[i + j] = F.add(product[i + j], F.mul(x, y)))));
  return product;
}

/** Quotient and remainder of the division by a polynomial whose last coefficient is not 0. */
export function divide(dividend: Polynomial, divisor: Polynomial): { quotient: bigint[]; remainder: bigint[] } {
  const leading = divisor.at(-1);
  if (leading === undefined || leading === 0n) throw new RangeError("the divisor's last coefficient must not be 0");
  const inverse = F.inv(leading);
  const remainder = [...dividend];
  const quotient: bigint[] = new Array<bigint>(Math.max(0, dividend.length - divisor.length + 1)).fill(0n);
  for (let shift = quotient.length - 1; shift >= 0; shift--) {
    const factor = F.mul(remainder[shift + divisor.length - 1], inverse);
    quotient[shift] = factor;
    divisor.forEach((c, i) => (remainder[shift + i] = F.sub(remainder[shift + i], F.mul(factor, c))));
  }
  return { quotient, remainder: remainder.slice(0, divisor.length - 1) };
}

/** The 2^k values on the domain of size 2^k of a polynomial with 2^k coefficients (radix-2 number-theoretic transform). */
export function toValues(polynomial: Polynomial): bigint[] {
  return transform(polynomial, getDomain(powerOf(polynomial.length)).omega);
}

/** The 2^k coefficients of the polynomial with these 2^k values on the domain of size 2^k. */
export function fromValues(values: readonly bigint[]): bigint[] {
  const domain = getDomain(powerOf(values.length));
  return scale(transform(values, F.inv(domain.omega)), domain.sizeInverse);
}

function powerOf(length: number): number {
  const power = Math.log2(length);
  if (!Number.isInteger(power)) throw new RangeError(`the length must be a power of two, got ${length}`);
  return power;
}

function transform(input: readonly bigint[], root: bigint): bigint[] {
  if (input.length === 1) return [...input];
  const square = F.mul(root, root);
  const even = transform(
    input.filter((_, i) => i % 2 === 0),
    square,
  );
  const odd = transform(
    input.filter((_, i) => i % 2 === 1),
    square,
  );
  const output = new Array<bigint>(input.length);
  let twiddle = 1n;
  for (let i = 0; i < even.length; i++) {
    const product = F.mul(twiddle, odd[i]);
    output[i] = F.add(even[i], product);
    output[i + even.length] = F.sub(even[i], product);
    twiddle = F.mul(twiddle, root);
  }
  return output;
}
