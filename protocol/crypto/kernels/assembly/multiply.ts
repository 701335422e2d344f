/**
 * Montgomery multiplication of four field elements at once.
 *
 * A block is four elements, one to each 32-bit lane of nine vectors: vector j holds limb j, bits 29j..29j+28. The numbers
 * stand for x·2^261 mod p. Column k of a product is the sum of all limb products of weight 2^(29k); a multiple q_k·p makes its
 * low 29 bits vanish, what is left is carried into the next column (product scanning, Koç, Acar, Kaliski 1996). A column
 * holds 18 products of less than 2^60 at most, so nothing overflows 64 bits.
 */

import { LIMB_BITS, LIMB_MASK, NEGATED_INVERSE } from "./layout";

// @ts-ignore: decorator
@inline
function limb(block: usize, index: i32): v128 {
  return v128.load(block + 16 * index);
}

// @ts-ignore: decorator
@inline
function put(block: usize, index: i32, value: v128): void {
  v128.store(block + 16 * index, value);
}

/** Adds a·b of lanes 0 and 1. */
// @ts-ignore: decorator
@inline
function low(sum: v128, a: v128, b: v128): v128 {
  return i64x2.add(sum, i64x2.extmul_low_i32x4_u(a, b));
}

/** Adds a·b of lanes 2 and 3. */
// @ts-ignore: decorator
@inline
function high(sum: v128, a: v128, b: v128): v128 {
  return i64x2.add(sum, i64x2.extmul_high_i32x4_u(a, b));
}

/** The low 32 bits of four 64-bit numbers. */
// @ts-ignore: decorator
@inline
function words(lo: v128, hi: v128): v128 {
  return v128.shuffle<i32>(lo, hi, 0, 2, 4, 6);
}

// @ts-ignore: decorator
@inline
function product(dst: usize, field: usize, a0: v128, a1: v128, a2: v128, a3: v128, a4: v128, a5: v128, a6: v128, a7: v128, a8: v128, b0: v128, b1: v128, b2: v128, b3: v128, b4: v128, b5: v128, b6: v128, b7: v128, b8: v128): void {
  const MASK = i32x4.splat(LIMB_MASK);
  const p0 = limb(field, 0);
  const p1 = limb(field, 1);
  const p2 = limb(field, 2);
  const p3 = limb(field, 3);
  const p4 = limb(field, 4);
  const p5 = limb(field, 5);
  const p6 = limb(field, 6);
  const p7 = limb(field, 7);
  const p8 = limb(field, 8);
  const inverse = v128.load(field, NEGATED_INVERSE);
  let carryLo = i64x2.splat(0);
  let carryHi = i64x2.splat(0);
  let lo: v128;
  let hi: v128;
  // column 0
  lo = i64x2.extmul_low_i32x4_u(a0, b0); hi = i64x2.extmul_high_i32x4_u(a0, b0);
  const q0 = v128.and(i32x4.mul(words(lo, hi), inverse), MASK);
  lo = low(lo, q0, p0); hi = high(hi, q0, p0);
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 1
  lo = i64x2.extmul_low_i32x4_u(a0, b1); hi = i64x2.extmul_high_i32x4_u(a0, b1); lo = low(lo, a1, b0); hi = high(hi, a1, b0); lo = low(lo, q0, p1); hi = high(hi, q0, p1);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  const q1 = v128.and(i32x4.mul(words(lo, hi), inverse), MASK);
  lo = low(lo, q1, p0); hi = high(hi, q1, p0);
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 2
  lo = i64x2.extmul_low_i32x4_u(a0, b2); hi = i64x2.extmul_high_i32x4_u(a0, b2); lo = low(lo, a1, b1); hi = high(hi, a1, b1); lo = low(lo, a2, b0); hi = high(hi, a2, b0);
  lo = low(lo, q0, p2); hi = high(hi, q0, p2); lo = low(lo, q1, p1); hi = high(hi, q1, p1);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  const q2 = v128.and(i32x4.mul(words(lo, hi), inverse), MASK);
  lo = low(lo, q2, p0); hi = high(hi, q2, p0);
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 3
  lo = i64x2.extmul_low_i32x4_u(a0, b3); hi = i64x2.extmul_high_i32x4_u(a0, b3); lo = low(lo, a1, b2); hi = high(hi, a1, b2); lo = low(lo, a2, b1); hi = high(hi, a2, b1);
  lo = low(lo, a3, b0); hi = high(hi, a3, b0); lo = low(lo, q0, p3); hi = high(hi, q0, p3); lo = low(lo, q1, p2); hi = high(hi, q1, p2);
  lo = low(lo, q2, p1); hi = high(hi, q2, p1);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  const q3 = v128.and(i32x4.mul(words(lo, hi), inverse), MASK);
  lo = low(lo, q3, p0); hi = high(hi, q3, p0);
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 4
  lo = i64x2.extmul_low_i32x4_u(a0, b4); hi = i64x2.extmul_high_i32x4_u(a0, b4); lo = low(lo, a1, b3); hi = high(hi, a1, b3); lo = low(lo, a2, b2); hi = high(hi, a2, b2);
  lo = low(lo, a3, b1); hi = high(hi, a3, b1); lo = low(lo, a4, b0); hi = high(hi, a4, b0); lo = low(lo, q0, p4); hi = high(hi, q0, p4);
  lo = low(lo, q1, p3); hi = high(hi, q1, p3); lo = low(lo, q2, p2); hi = high(hi, q2, p2); lo = low(lo, q3, p1); hi = high(hi, q3, p1);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  const q4 = v128.and(i32x4.mul(words(lo, hi), inverse), MASK);
  lo = low(lo, q4, p0); hi = high(hi, q4, p0);
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 5
  lo = i64x2.extmul_low_i32x4_u(a0, b5); hi = i64x2.extmul_high_i32x4_u(a0, b5); lo = low(lo, a1, b4); hi = high(hi, a1, b4); lo = low(lo, a2, b3); hi = high(hi, a2, b3);
  lo = low(lo, a3, b2); hi = high(hi, a3, b2); lo = low(lo, a4, b1); hi = high(hi, a4, b1); lo = low(lo, a5, b0); hi = high(hi, a5, b0);
  lo = low(lo, q0, p5); hi = high(hi, q0, p5); lo = low(lo, q1, p4); hi = high(hi, q1, p4); lo = low(lo, q2, p3); hi = high(hi, q2, p3);
  lo = low(lo, q3, p2); hi = high(hi, q3, p2); lo = low(lo, q4, p1); hi = high(hi, q4, p1);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  const q5 = v128.and(i32x4.mul(words(lo, hi), inverse), MASK);
  lo = low(lo, q5, p0); hi = high(hi, q5, p0);
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 6
  lo = i64x2.extmul_low_i32x4_u(a0, b6); hi = i64x2.extmul_high_i32x4_u(a0, b6); lo = low(lo, a1, b5); hi = high(hi, a1, b5); lo = low(lo, a2, b4); hi = high(hi, a2, b4);
  lo = low(lo, a3, b3); hi = high(hi, a3, b3); lo = low(lo, a4, b2); hi = high(hi, a4, b2); lo = low(lo, a5, b1); hi = high(hi, a5, b1);
  lo = low(lo, a6, b0); hi = high(hi, a6, b0); lo = low(lo, q0, p6); hi = high(hi, q0, p6); lo = low(lo, q1, p5); hi = high(hi, q1, p5);
  lo = low(lo, q2, p4); hi = high(hi, q2, p4); lo = low(lo, q3, p3); hi = high(hi, q3, p3); lo = low(lo, q4, p2); hi = high(hi, q4, p2);
  lo = low(lo, q5, p1); hi = high(hi, q5, p1);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  const q6 = v128.and(i32x4.mul(words(lo, hi), inverse), MASK);
  lo = low(lo, q6, p0); hi = high(hi, q6, p0);
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 7
  lo = i64x2.extmul_low_i32x4_u(a0, b7); hi = i64x2.extmul_high_i32x4_u(a0, b7); lo = low(lo, a1, b6); hi = high(hi, a1, b6); lo = low(lo, a2, b5); hi = high(hi, a2, b5);
  lo = low(lo, a3, b4); hi = high(hi, a3, b4); lo = low(lo, a4, b3); hi = high(hi, a4, b3); lo = low(lo, a5, b2); hi = high(hi, a5, b2);
  lo = low(lo, a6, b1); hi = high(hi, a6, b1); lo = low(lo, a7, b0); hi = high(hi, a7, b0); lo = low(lo, q0, p7); hi = high(hi, q0, p7);
  lo = low(lo, q1, p6); hi = high(hi, q1, p6); lo = low(lo, q2, p5); hi = high(hi, q2, p5); lo = low(lo, q3, p4); hi = high(hi, q3, p4);
  lo = low(lo, q4, p3); hi = high(hi, q4, p3); lo = low(lo, q5, p2); hi = high(hi, q5, p2); lo = low(lo, q6, p1); hi = high(hi, q6, p1);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  const q7 = v128.and(i32x4.mul(words(lo, hi), inverse), MASK);
  lo = low(lo, q7, p0); hi = high(hi, q7, p0);
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 8
  lo = i64x2.extmul_low_i32x4_u(a0, b8); hi = i64x2.extmul_high_i32x4_u(a0, b8); lo = low(lo, a1, b7); hi = high(hi, a1, b7); lo = low(lo, a2, b6); hi = high(hi, a2, b6);
  lo = low(lo, a3, b5); hi = high(hi, a3, b5); lo = low(lo, a4, b4); hi = high(hi, a4, b4); lo = low(lo, a5, b3); hi = high(hi, a5, b3);
  lo = low(lo, a6, b2); hi = high(hi, a6, b2); lo = low(lo, a7, b1); hi = high(hi, a7, b1); lo = low(lo, a8, b0); hi = high(hi, a8, b0);
  lo = low(lo, q0, p8); hi = high(hi, q0, p8); lo = low(lo, q1, p7); hi = high(hi, q1, p7); lo = low(lo, q2, p6); hi = high(hi, q2, p6);
  lo = low(lo, q3, p5); hi = high(hi, q3, p5); lo = low(lo, q4, p4); hi = high(hi, q4, p4); lo = low(lo, q5, p3); hi = high(hi, q5, p3);
  lo = low(lo, q6, p2); hi = high(hi, q6, p2); lo = low(lo, q7, p1); hi = high(hi, q7, p1);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  const q8 = v128.and(i32x4.mul(words(lo, hi), inverse), MASK);
  lo = low(lo, q8, p0); hi = high(hi, q8, p0);
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 9
  lo = i64x2.extmul_low_i32x4_u(a1, b8); hi = i64x2.extmul_high_i32x4_u(a1, b8); lo = low(lo, a2, b7); hi = high(hi, a2, b7); lo = low(lo, a3, b6); hi = high(hi, a3, b6);
  lo = low(lo, a4, b5); hi = high(hi, a4, b5); lo = low(lo, a5, b4); hi = high(hi, a5, b4); lo = low(lo, a6, b3); hi = high(hi, a6, b3);
  lo = low(lo, a7, b2); hi = high(hi, a7, b2); lo = low(lo, a8, b1); hi = high(hi, a8, b1); lo = low(lo, q1, p8); hi = high(hi, q1, p8);
  lo = low(lo, q2, p7); hi = high(hi, q2, p7); lo = low(lo, q3, p6); hi = high(hi, q3, p6); lo = low(lo, q4, p5); hi = high(hi, q4, p5);
  lo = low(lo, q5, p4); hi = high(hi, q5, p4); lo = low(lo, q6, p3); hi = high(hi, q6, p3); lo = low(lo, q7, p2); hi = high(hi, q7, p2);
  lo = low(lo, q8, p1); hi = high(hi, q8, p1);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  put(dst, 0, v128.and(words(lo, hi), MASK));
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 10
  lo = i64x2.extmul_low_i32x4_u(a2, b8); hi = i64x2.extmul_high_i32x4_u(a2, b8); lo = low(lo, a3, b7); hi = high(hi, a3, b7); lo = low(lo, a4, b6); hi = high(hi, a4, b6);
  lo = low(lo, a5, b5); hi = high(hi, a5, b5); lo = low(lo, a6, b4); hi = high(hi, a6, b4); lo = low(lo, a7, b3); hi = high(hi, a7, b3);
  lo = low(lo, a8, b2); hi = high(hi, a8, b2); lo = low(lo, q2, p8); hi = high(hi, q2, p8); lo = low(lo, q3, p7); hi = high(hi, q3, p7);
  lo = low(lo, q4, p6); hi = high(hi, q4, p6); lo = low(lo, q5, p5); hi = high(hi, q5, p5); lo = low(lo, q6, p4); hi = high(hi, q6, p4);
  lo = low(lo, q7, p3); hi = high(hi, q7, p3); lo = low(lo, q8, p2); hi = high(hi, q8, p2);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  put(dst, 1, v128.and(words(lo, hi), MASK));
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 11
  lo = i64x2.extmul_low_i32x4_u(a3, b8); hi = i64x2.extmul_high_i32x4_u(a3, b8); lo = low(lo, a4, b7); hi = high(hi, a4, b7); lo = low(lo, a5, b6); hi = high(hi, a5, b6);
  lo = low(lo, a6, b5); hi = high(hi, a6, b5); lo = low(lo, a7, b4); hi = high(hi, a7, b4); lo = low(lo, a8, b3); hi = high(hi, a8, b3);
  lo = low(lo, q3, p8); hi = high(hi, q3, p8); lo = low(lo, q4, p7); hi = high(hi, q4, p7); lo = low(lo, q5, p6); hi = high(hi, q5, p6);
  lo = low(lo, q6, p5); hi = high(hi, q6, p5); lo = low(lo, q7, p4); hi = high(hi, q7, p4); lo = low(lo, q8, p3); hi = high(hi, q8, p3);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  put(dst, 2, v128.and(words(lo, hi), MASK));
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 12
  lo = i64x2.extmul_low_i32x4_u(a4, b8); hi = i64x2.extmul_high_i32x4_u(a4, b8); lo = low(lo, a5, b7); hi = high(hi, a5, b7); lo = low(lo, a6, b6); hi = high(hi, a6, b6);
  lo = low(lo, a7, b5); hi = high(hi, a7, b5); lo = low(lo, a8, b4); hi = high(hi, a8, b4); lo = low(lo, q4, p8); hi = high(hi, q4, p8);
  lo = low(lo, q5, p7); hi = high(hi, q5, p7); lo = low(lo, q6, p6); hi = high(hi, q6, p6); lo = low(lo, q7, p5); hi = high(hi, q7, p5);
  lo = low(lo, q8, p4); hi = high(hi, q8, p4);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  put(dst, 3, v128.and(words(lo, hi), MASK));
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 13
  lo = i64x2.extmul_low_i32x4_u(a5, b8); hi = i64x2.extmul_high_i32x4_u(a5, b8); lo = low(lo, a6, b7); hi = high(hi, a6, b7); lo = low(lo, a7, b6); hi = high(hi, a7, b6);
  lo = low(lo, a8, b5); hi = high(hi, a8, b5); lo = low(lo, q5, p8); hi = high(hi, q5, p8); lo = low(lo, q6, p7); hi = high(hi, q6, p7);
  lo = low(lo, q7, p6); hi = high(hi, q7, p6); lo = low(lo, q8, p5); hi = high(hi, q8, p5);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  put(dst, 4, v128.and(words(lo, hi), MASK));
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 14
  lo = i64x2.extmul_low_i32x4_u(a6, b8); hi = i64x2.extmul_high_i32x4_u(a6, b8); lo = low(lo, a7, b7); hi = high(hi, a7, b7); lo = low(lo, a8, b6); hi = high(hi, a8, b6);
  lo = low(lo, q6, p8); hi = high(hi, q6, p8); lo = low(lo, q7, p7); hi = high(hi, q7, p7); lo = low(lo, q8, p6); hi = high(hi, q8, p6);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  put(dst, 5, v128.and(words(lo, hi), MASK));
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 15
  lo = i64x2.extmul_low_i32x4_u(a7, b8); hi = i64x2.extmul_high_i32x4_u(a7, b8); lo = low(lo, a8, b7); hi = high(hi, a8, b7); lo = low(lo, q7, p8); hi = high(hi, q7, p8);
  lo = low(lo, q8, p7); hi = high(hi, q8, p7);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  put(dst, 6, v128.and(words(lo, hi), MASK));
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 16
  lo = i64x2.extmul_low_i32x4_u(a8, b8); hi = i64x2.extmul_high_i32x4_u(a8, b8); lo = low(lo, q8, p8); hi = high(hi, q8, p8);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  put(dst, 7, v128.and(words(lo, hi), MASK));
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  put(dst, 8, words(carryLo, carryHi));
}

/** dst = a·b·2^-261, below 2p if a·b < 169·p². dst may be a or b. */
export function mul(dst: usize, a: usize, b: usize, field: usize): void {
  product(dst, field, limb(a, 0), limb(a, 1), limb(a, 2), limb(a, 3), limb(a, 4), limb(a, 5), limb(a, 6), limb(a, 7), limb(a, 8), limb(b, 0), limb(b, 1), limb(b, 2), limb(b, 3), limb(b, 4), limb(b, 5), limb(b, 6), limb(b, 7), limb(b, 8));
}

/** As mul, with the one element b in nine consecutive words, in all lanes. */
export function mulElement(dst: usize, a: usize, b: usize, field: usize): void {
  product(dst, field, limb(a, 0), limb(a, 1), limb(a, 2), limb(a, 3), limb(a, 4), limb(a, 5), limb(a, 6), limb(a, 7), limb(a, 8), v128.load32_splat(b, 0), v128.load32_splat(b, 4), v128.load32_splat(b, 8), v128.load32_splat(b, 12), v128.load32_splat(b, 16), v128.load32_splat(b, 20), v128.load32_splat(b, 24), v128.load32_splat(b, 28), v128.load32_splat(b, 32));
}

/** dst = a²·2^-261. */
export function square(dst: usize, a: usize, field: usize): void {
  const a0 = limb(a, 0);
  const a1 = limb(a, 1);
  const a2 = limb(a, 2);
  const a3 = limb(a, 3);
  const a4 = limb(a, 4);
  const a5 = limb(a, 5);
  const a6 = limb(a, 6);
  const a7 = limb(a, 7);
  const a8 = limb(a, 8);
  const d0 = i32x4.shl(a0, 1);
  const d1 = i32x4.shl(a1, 1);
  const d2 = i32x4.shl(a2, 1);
  const d3 = i32x4.shl(a3, 1);
  const d4 = i32x4.shl(a4, 1);
  const d5 = i32x4.shl(a5, 1);
  const d6 = i32x4.shl(a6, 1);
  const d7 = i32x4.shl(a7, 1);
  const MASK = i32x4.splat(LIMB_MASK);
  const p0 = limb(field, 0);
  const p1 = limb(field, 1);
  const p2 = limb(field, 2);
  const p3 = limb(field, 3);
  const p4 = limb(field, 4);
  const p5 = limb(field, 5);
  const p6 = limb(field, 6);
  const p7 = limb(field, 7);
  const p8 = limb(field, 8);
  const inverse = v128.load(field, NEGATED_INVERSE);
  let carryLo = i64x2.splat(0);
  let carryHi = i64x2.splat(0);
  let lo: v128;
  let hi: v128;
  // column 0
  lo = i64x2.extmul_low_i32x4_u(a0, a0); hi = i64x2.extmul_high_i32x4_u(a0, a0);
  const q0 = v128.and(i32x4.mul(words(lo, hi), inverse), MASK);
  lo = low(lo, q0, p0); hi = high(hi, q0, p0);
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 1
  lo = i64x2.extmul_low_i32x4_u(d0, a1); hi = i64x2.extmul_high_i32x4_u(d0, a1); lo = low(lo, q0, p1); hi = high(hi, q0, p1);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  const q1 = v128.and(i32x4.mul(words(lo, hi), inverse), MASK);
  lo = low(lo, q1, p0); hi = high(hi, q1, p0);
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 2
  lo = i64x2.extmul_low_i32x4_u(d0, a2); hi = i64x2.extmul_high_i32x4_u(d0, a2); lo = low(lo, a1, a1); hi = high(hi, a1, a1); lo = low(lo, q0, p2); hi = high(hi, q0, p2);
  lo = low(lo, q1, p1); hi = high(hi, q1, p1);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  const q2 = v128.and(i32x4.mul(words(lo, hi), inverse), MASK);
  lo = low(lo, q2, p0); hi = high(hi, q2, p0);
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 3
  lo = i64x2.extmul_low_i32x4_u(d0, a3); hi = i64x2.extmul_high_i32x4_u(d0, a3); lo = low(lo, d1, a2); hi = high(hi, d1, a2); lo = low(lo, q0, p3); hi = high(hi, q0, p3);
  lo = low(lo, q1, p2); hi = high(hi, q1, p2); lo = low(lo, q2, p1); hi = high(hi, q2, p1);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  const q3 = v128.and(i32x4.mul(words(lo, hi), inverse), MASK);
  lo = low(lo, q3, p0); hi = high(hi, q3, p0);
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 4
  lo = i64x2.extmul_low_i32x4_u(d0, a4); hi = i64x2.extmul_high_i32x4_u(d0, a4); lo = low(lo, d1, a3); hi = high(hi, d1, a3); lo = low(lo, a2, a2); hi = high(hi, a2, a2);
  lo = low(lo, q0, p4); hi = high(hi, q0, p4); lo = low(lo, q1, p3); hi = high(hi, q1, p3); lo = low(lo, q2, p2); hi = high(hi, q2, p2);
  lo = low(lo, q3, p1); hi = high(hi, q3, p1);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  const q4 = v128.and(i32x4.mul(words(lo, hi), inverse), MASK);
  lo = low(lo, q4, p0); hi = high(hi, q4, p0);
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 5
  lo = i64x2.extmul_low_i32x4_u(d0, a5); hi = i64x2.extmul_high_i32x4_u(d0, a5); lo = low(lo, d1, a4); hi = high(hi, d1, a4); lo = low(lo, d2, a3); hi = high(hi, d2, a3);
  lo = low(lo, q0, p5); hi = high(hi, q0, p5); lo = low(lo, q1, p4); hi = high(hi, q1, p4); lo = low(lo, q2, p3); hi = high(hi, q2, p3);
  lo = low(lo, q3, p2); hi = high(hi, q3, p2); lo = low(lo, q4, p1); hi = high(hi, q4, p1);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  const q5 = v128.and(i32x4.mul(words(lo, hi), inverse), MASK);
  lo = low(lo, q5, p0); hi = high(hi, q5, p0);
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 6
  lo = i64x2.extmul_low_i32x4_u(d0, a6); hi = i64x2.extmul_high_i32x4_u(d0, a6); lo = low(lo, d1, a5); hi = high(hi, d1, a5); lo = low(lo, d2, a4); hi = high(hi, d2, a4);
  lo = low(lo, a3, a3); hi = high(hi, a3, a3); lo = low(lo, q0, p6); hi = high(hi, q0, p6); lo = low(lo, q1, p5); hi = high(hi, q1, p5);
  lo = low(lo, q2, p4); hi = high(hi, q2, p4); lo = low(lo, q3, p3); hi = high(hi, q3, p3); lo = low(lo, q4, p2); hi = high(hi, q4, p2);
  lo = low(lo, q5, p1); hi = high(hi, q5, p1);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  const q6 = v128.and(i32x4.mul(words(lo, hi), inverse), MASK);
  lo = low(lo, q6, p0); hi = high(hi, q6, p0);
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 7
  lo = i64x2.extmul_low_i32x4_u(d0, a7); hi = i64x2.extmul_high_i32x4_u(d0, a7); lo = low(lo, d1, a6); hi = high(hi, d1, a6); lo = low(lo, d2, a5); hi = high(hi, d2, a5);
  lo = low(lo, d3, a4); hi = high(hi, d3, a4); lo = low(lo, q0, p7); hi = high(hi, q0, p7); lo = low(lo, q1, p6); hi = high(hi, q1, p6);
  lo = low(lo, q2, p5); hi = high(hi, q2, p5); lo = low(lo, q3, p4); hi = high(hi, q3, p4); lo = low(lo, q4, p3); hi = high(hi, q4, p3);
  lo = low(lo, q5, p2); hi = high(hi, q5, p2); lo = low(lo, q6, p1); hi = high(hi, q6, p1);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  const q7 = v128.and(i32x4.mul(words(lo, hi), inverse), MASK);
  lo = low(lo, q7, p0); hi = high(hi, q7, p0);
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 8
  lo = i64x2.extmul_low_i32x4_u(d0, a8); hi = i64x2.extmul_high_i32x4_u(d0, a8); lo = low(lo, d1, a7); hi = high(hi, d1, a7); lo = low(lo, d2, a6); hi = high(hi, d2, a6);
  lo = low(lo, d3, a5); hi = high(hi, d3, a5); lo = low(lo, a4, a4); hi = high(hi, a4, a4); lo = low(lo, q0, p8); hi = high(hi, q0, p8);
  lo = low(lo, q1, p7); hi = high(hi, q1, p7); lo = low(lo, q2, p6); hi = high(hi, q2, p6); lo = low(lo, q3, p5); hi = high(hi, q3, p5);
  lo = low(lo, q4, p4); hi = high(hi, q4, p4); lo = low(lo, q5, p3); hi = high(hi, q5, p3); lo = low(lo, q6, p2); hi = high(hi, q6, p2);
  lo = low(lo, q7, p1); hi = high(hi, q7, p1);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  const q8 = v128.and(i32x4.mul(words(lo, hi), inverse), MASK);
  lo = low(lo, q8, p0); hi = high(hi, q8, p0);
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 9
  lo = i64x2.extmul_low_i32x4_u(d1, a8); hi = i64x2.extmul_high_i32x4_u(d1, a8); lo = low(lo, d2, a7); hi = high(hi, d2, a7); lo = low(lo, d3, a6); hi = high(hi, d3, a6);
  lo = low(lo, d4, a5); hi = high(hi, d4, a5); lo = low(lo, q1, p8); hi = high(hi, q1, p8); lo = low(lo, q2, p7); hi = high(hi, q2, p7);
  lo = low(lo, q3, p6); hi = high(hi, q3, p6); lo = low(lo, q4, p5); hi = high(hi, q4, p5); lo = low(lo, q5, p4); hi = high(hi, q5, p4);
  lo = low(lo, q6, p3); hi = high(hi, q6, p3); lo = low(lo, q7, p2); hi = high(hi, q7, p2); lo = low(lo, q8, p1); hi = high(hi, q8, p1);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  put(dst, 0, v128.and(words(lo, hi), MASK));
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 10
  lo = i64x2.extmul_low_i32x4_u(d2, a8); hi = i64x2.extmul_high_i32x4_u(d2, a8); lo = low(lo, d3, a7); hi = high(hi, d3, a7); lo = low(lo, d4, a6); hi = high(hi, d4, a6);
  lo = low(lo, a5, a5); hi = high(hi, a5, a5); lo = low(lo, q2, p8); hi = high(hi, q2, p8); lo = low(lo, q3, p7); hi = high(hi, q3, p7);
  lo = low(lo, q4, p6); hi = high(hi, q4, p6); lo = low(lo, q5, p5); hi = high(hi, q5, p5); lo = low(lo, q6, p4); hi = high(hi, q6, p4);
  lo = low(lo, q7, p3); hi = high(hi, q7, p3); lo = low(lo, q8, p2); hi = high(hi, q8, p2);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  put(dst, 1, v128.and(words(lo, hi), MASK));
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 11
  lo = i64x2.extmul_low_i32x4_u(d3, a8); hi = i64x2.extmul_high_i32x4_u(d3, a8); lo = low(lo, d4, a7); hi = high(hi, d4, a7); lo = low(lo, d5, a6); hi = high(hi, d5, a6);
  lo = low(lo, q3, p8); hi = high(hi, q3, p8); lo = low(lo, q4, p7); hi = high(hi, q4, p7); lo = low(lo, q5, p6); hi = high(hi, q5, p6);
  lo = low(lo, q6, p5); hi = high(hi, q6, p5); lo = low(lo, q7, p4); hi = high(hi, q7, p4); lo = low(lo, q8, p3); hi = high(hi, q8, p3);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  put(dst, 2, v128.and(words(lo, hi), MASK));
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 12
  lo = i64x2.extmul_low_i32x4_u(d4, a8); hi = i64x2.extmul_high_i32x4_u(d4, a8); lo = low(lo, d5, a7); hi = high(hi, d5, a7); lo = low(lo, a6, a6); hi = high(hi, a6, a6);
  lo = low(lo, q4, p8); hi = high(hi, q4, p8); lo = low(lo, q5, p7); hi = high(hi, q5, p7); lo = low(lo, q6, p6); hi = high(hi, q6, p6);
  lo = low(lo, q7, p5); hi = high(hi, q7, p5); lo = low(lo, q8, p4); hi = high(hi, q8, p4);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  put(dst, 3, v128.and(words(lo, hi), MASK));
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 13
  lo = i64x2.extmul_low_i32x4_u(d5, a8); hi = i64x2.extmul_high_i32x4_u(d5, a8); lo = low(lo, d6, a7); hi = high(hi, d6, a7); lo = low(lo, q5, p8); hi = high(hi, q5, p8);
  lo = low(lo, q6, p7); hi = high(hi, q6, p7); lo = low(lo, q7, p6); hi = high(hi, q7, p6); lo = low(lo, q8, p5); hi = high(hi, q8, p5);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  put(dst, 4, v128.and(words(lo, hi), MASK));
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 14
  lo = i64x2.extmul_low_i32x4_u(d6, a8); hi = i64x2.extmul_high_i32x4_u(d6, a8); lo = low(lo, a7, a7); hi = high(hi, a7, a7); lo = low(lo, q6, p8); hi = high(hi, q6, p8);
  lo = low(lo, q7, p7); hi = high(hi, q7, p7); lo = low(lo, q8, p6); hi = high(hi, q8, p6);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  put(dst, 5, v128.and(words(lo, hi), MASK));
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 15
  lo = i64x2.extmul_low_i32x4_u(d7, a8); hi = i64x2.extmul_high_i32x4_u(d7, a8); lo = low(lo, q7, p8); hi = high(hi, q7, p8); lo = low(lo, q8, p7); hi = high(hi, q8, p7);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  put(dst, 6, v128.and(words(lo, hi), MASK));
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  // column 16
  lo = i64x2.extmul_low_i32x4_u(a8, a8); hi = i64x2.extmul_high_i32x4_u(a8, a8); lo = low(lo, q8, p8); hi = high(hi, q8, p8);
  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);
  put(dst, 7, v128.and(words(lo, hi), MASK));
  carryLo = i64x2.shr_u(lo, LIMB_BITS); carryHi = i64x2.shr_u(hi, LIMB_BITS);
  put(dst, 8, words(carryLo, carryHi));
}
