/**
 * Halves of scalars for points of BN254, by its endomorphism (x, y) → (β·x, y), which multiplies by λ (Gallant, Lambert, Vanstone
 * 2001): k = k₁ + k₂·λ mod r with both below 2^127.
 */
import * as F from "../field";
import type { Kernels } from "./kernels";
import { FQ } from "./layout";
import { SCALAR_BYTES } from "./multiexp";

/** A cube root of 1 modulo Q, and the one modulo r that belongs to it: λ·(1, 2) = (β, 2). */
export const BETA = 2203960485148121921418603742825762020974279258880205651966n;
export const LAMBDA = 4407920970296243842393367215006156084916469457145843978461n;

/** A short basis of the lattice of all (a, b) with a + b·λ = 0 mod r: two remainders of Euclid's algorithm around √r. */
const BASIS = shortBasis();

const SIGN = 1n << 127n;
const HALF_BYTES = SCALAR_BYTES / 2;

function shortBasis(): readonly [readonly [bigint, bigint], readonly [bigint, bigint]] {
  let [r0, r1] = [F.R, LAMBDA];
  let [t0, t1] = [0n, 1n];
  while (r1 * r1 > F.R) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [t0, t1] = [t1, t0 - quotient * t1];
  }
  const quotient = r0 / r1;
  const [r2, t2] = [r0 - quotient * r1, t0 - quotient * t1];
  const isShort = r0 * r0 + t0 * t0 <= r2 * r2 + t2 * t2;
  return [[r1, -t1], isShort ? [r0, -t0] : [r2, -t2]];
}

/** The integer nearest to a/b, for b > 0. */
function nearest(a: bigint, b: bigint): bigint {
  const doubled = 2n * a + b;
  const quotient = doubled / (2n * b);
  return doubled < 0n && doubled % (2n * b) !== 0n ? quotient - 1n : quotient;
}

/** k₁ and k₂ of a field element, both between −2^127 and 2^127. */
export function halves(k: bigint): readonly [bigint, bigint] {
  const [[a1, b1], [a2, b2]] = BASIS;
  const determinant = a1 * b2 - a2 * b1;
  const sign = determinant < 0n ? -1n : 1n;
  const c1 = nearest(sign * b2 * k, sign * determinant);
  const c2 = nearest(-sign * b1 * k, sign * determinant);
  return [k - c1 * a1 - c2 * a2, -c1 * b1 - c2 * b2];
}

/** Writes scalars as the point kernels take them: both halves' magnitudes, 16 bytes each, with the sign in the highest bit. */
export function writeHalves(kernels: Kernels, address: number, scalars: readonly bigint[]): void {
  scalars.forEach((scalar, i) => {
    const view = new DataView(new ArrayBuffer(SCALAR_BYTES));
    halves(scalar).forEach((half, j) => {
      const bits = half < 0n ? -half | SIGN : half;
      view.setBigUint64(j * HALF_BYTES, bits & ((1n << 64n) - 1n), true);
      view.setBigUint64(j * HALF_BYTES + 8, bits >> 64n, true);
    });
    kernels.bytes(address + i * SCALAR_BYTES, SCALAR_BYTES).set(new Uint8Array(view.buffer));
  });
}

/** Address of a block with β in all lanes. */
export function betaBlock(kernels: Kernels): number {
  return kernels.constant(BETA, FQ);
}
