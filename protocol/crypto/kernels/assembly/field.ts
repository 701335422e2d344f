/**
 * Arithmetic on blocks of four field elements; see `multiply.ts`.
 *
 * Sums are not reduced: a block is "normal" when all limbs but the last are below 2^29, and may stand for any number below
 * 64·p. The comments say how large results are, as multiples of p; mul takes factors whose product is below 169·p².
 */
import { mul, square } from "./multiply";
import { BLOCK, EXPONENT, FOUR_P, LIMB_BITS, LIMB_MASK, ONE, TWO_P } from "./layout";

// @ts-ignore: decorator
@inline
export function limb(block: usize, index: usize): v128 {
  return v128.load(block + 16 * index);
}

// @ts-ignore: decorator
@inline
export function put(block: usize, index: usize, value: v128): void {
  v128.store(block + 16 * index, value);
}

export function copy(dst: usize, a: usize): void {
  for (let j: usize = 0; j < 9; j++) put(dst, j, limb(a, j));
}

export function zero(dst: usize): void {
  for (let j: usize = 0; j < 9; j++) put(dst, j, i32x4.splat(0));
}

/** dst = a + b. */
export function add(dst: usize, a: usize, b: usize): void {
  let carry = i32x4.splat(0);
  const mask = i32x4.splat(LIMB_MASK);
  for (let j: usize = 0; j < 8; j++) {
    const sum = i32x4.add(i32x4.add(limb(a, j), limb(b, j)), carry);
    put(dst, j, v128.and(sum, mask));
    carry = i32x4.shr_u(sum, LIMB_BITS);
  }
  put(dst, 8, i32x4.add(i32x4.add(limb(a, 8), limb(b, 8)), carry));
}

/** dst = a − b + 4p, for b up to 4p. */
export function sub(dst: usize, a: usize, b: usize, field: usize): void {
  let carry = i32x4.splat(0);
  const mask = i32x4.splat(LIMB_MASK);
  for (let j: usize = 0; j < 8; j++) {
    const difference = i32x4.sub(i32x4.add(limb(a, j), limb(field + FOUR_P, j)), limb(b, j));
    const sum = i32x4.add(difference, carry);
    put(dst, j, v128.and(sum, mask));
    carry = i32x4.shr_s(sum, LIMB_BITS);
  }
  const difference = i32x4.sub(i32x4.add(limb(a, 8), limb(field + FOUR_P, 8)), limb(b, 8));
  put(dst, 8, i32x4.add(difference, carry));
}

/** a + b and a − b + 2p at once, for b up to 2p: u = a + b, v = a − b + 2p. u and v may be a and b. */
export function butterfly(u: usize, v: usize, a: usize, b: usize, field: usize): void {
  let up = i32x4.splat(0);
  let down = i32x4.splat(0);
  const mask = i32x4.splat(LIMB_MASK);
  for (let j: usize = 0; j < 8; j++) {
    const x = limb(a, j);
    const y = limb(b, j);
    const sum = i32x4.add(i32x4.add(x, y), up);
    const difference = i32x4.add(i32x4.sub(i32x4.add(x, limb(field + TWO_P, j)), y), down);
    put(u, j, v128.and(sum, mask));
    put(v, j, v128.and(difference, mask));
    up = i32x4.shr_u(sum, LIMB_BITS);
    down = i32x4.shr_s(difference, LIMB_BITS);
  }
  const x = limb(a, 8);
  const y = limb(b, 8);
  put(u, 8, i32x4.add(i32x4.add(x, y), up));
  put(v, 8, i32x4.add(i32x4.sub(i32x4.add(x, limb(field + TWO_P, 8)), y), down));
}

/**
 * dst = a − k·p for a k that leaves less than 1.5·p, for a below 64·p. With p₈ = 3,171,406 the last limb of both moduli,
 * k = ⌊21·a₈/2^26⌋ never exceeds a/p, and falls short of it by less than 0.008·a/p + 1.
 */
export function reduce(dst: usize, a: usize, field: usize): void {
  const k = i32x4.shr_u(i32x4.mul(limb(a, 8), i32x4.splat(21)), 26);
  const mask = i32x4.splat(LIMB_MASK);
  let carry = i32x4.splat(0);
  // k < 64 and p_j < 2^29: a product may wrap, but the difference from the sum of the limbs below is taken in 64 bits.
  let low = i64x2.splat(0);
  let high = i64x2.splat(0);
  for (let j: usize = 0; j < 8; j++) {
    const x = limb(a, j);
    const p = limb(field, j);
    low = i64x2.add(i64x2.sub(i64x2.extend_low_i32x4_u(x), i64x2.extmul_low_i32x4_u(k, p)), low);
    high = i64x2.add(i64x2.sub(i64x2.extend_high_i32x4_u(x), i64x2.extmul_high_i32x4_u(k, p)), high);
    put(dst, j, v128.and(v128.shuffle<i32>(low, high, 0, 2, 4, 6), mask));
    low = i64x2.shr_s(low, LIMB_BITS);
    high = i64x2.shr_s(high, LIMB_BITS);
  }
  carry = v128.shuffle<i32>(low, high, 0, 2, 4, 6);
  put(dst, 8, i32x4.add(i32x4.sub(limb(a, 8), i32x4.mul(k, limb(field, 8))), carry));
}

/** dst = a mod p in [0, p), for a below 64·p. */
export function canonical(dst: usize, a: usize, field: usize): void {
  reduce(dst, a, field);
  // Less than 1.5·p: at most one p too much.
  const mask = i32x4.splat(LIMB_MASK);
  let borrow = i32x4.splat(0);
  for (let j: usize = 0; j < 9; j++) {
    borrow = i32x4.shr_s(i32x4.add(i32x4.sub(limb(dst, j), limb(field, j)), borrow), LIMB_BITS);
  }
  const keep = i32x4.lt_s(borrow, i32x4.splat(0));
  let carry = i32x4.splat(0);
  for (let j: usize = 0; j < 9; j++) {
    const difference = i32x4.add(i32x4.sub(limb(dst, j), v128.andnot(limb(field, j), keep)), carry);
    put(dst, j, v128.and(difference, mask));
    carry = i32x4.shr_s(difference, LIMB_BITS);
  }
}

/** All bits of a lane are set where the element is 0 mod p. `work` is a block. */
export function isZero(a: usize, work: usize, field: usize): v128 {
  canonical(work, a, field);
  let bits = limb(work, 0);
  for (let j: usize = 1; j < 9; j++) bits = v128.or(bits, limb(work, j));
  return i32x4.eq(bits, i32x4.splat(0));
}

/** a becomes 4p − a in the lanes of the mask, for a up to 4p there. */
export function negateWhere(a: usize, mask: v128, field: usize): void {
  const low = i32x4.splat(LIMB_MASK);
  let carry = i32x4.splat(0);
  for (let j: usize = 0; j < 9; j++) {
    const x = limb(a, j);
    const value = i32x4.add(v128.bitselect(i32x4.sub(limb(field + FOUR_P, j), x), x, mask), carry);
    put(a, j, j < 8 ? v128.and(value, low) : value);
    carry = i32x4.shr_s(value, LIMB_BITS);
  }
}

/** dst = a where the mask is set, else b. */
export function select(dst: usize, a: usize, b: usize, mask: v128): void {
  for (let j: usize = 0; j < 9; j++) put(dst, j, v128.bitselect(limb(a, j), limb(b, j), mask));
}

/** dst = 1/a in each lane, 0 for 0: a^(p−2) by windows of four bits. `work` is 17 blocks. */
export function invert(dst: usize, a: usize, work: usize, field: usize): void {
  const result = work + 16 * BLOCK;
  copy(work, field + ONE);
  for (let i: usize = 1; i < 16; i++) mul(work + i * BLOCK, work + (i - 1) * BLOCK, a, field);
  copy(result, field + ONE);
  for (let i: i32 = 63; i >= 0; i--) {
    for (let j = 0; j < 4; j++) square(result, result, field);
    const digit = (load<u32>(field + EXPONENT + ((<usize>(i >> 3)) << 2)) >> ((i & 7) << 2)) & 15;
    if (digit != 0) mul(result, result, work + <usize>digit * BLOCK, field);
  }
  copy(dst, result);
}

/** Four packed elements (32 bytes, least significant first, below 2^256) as a block. */
export function load4(dst: usize, p0: usize, p1: usize, p2: usize, p3: usize): void {
  const mask = i32x4.splat(LIMB_MASK);
  let a = v128.load(p0);
  let b = v128.load(p1);
  let c = v128.load(p2);
  let d = v128.load(p3);
  let ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  let cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const w0 = v128.shuffle<i64>(ab, cd, 0, 2);
  const w1 = v128.shuffle<i64>(ab, cd, 1, 3);
  ab = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  cd = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  const w2 = v128.shuffle<i64>(ab, cd, 0, 2);
  const w3 = v128.shuffle<i64>(ab, cd, 1, 3);
  a = v128.load(p0, 16);
  b = v128.load(p1, 16);
  c = v128.load(p2, 16);
  d = v128.load(p3, 16);
  ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const w4 = v128.shuffle<i64>(ab, cd, 0, 2);
  const w5 = v128.shuffle<i64>(ab, cd, 1, 3);
  ab = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  cd = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  const w6 = v128.shuffle<i64>(ab, cd, 0, 2);
  const w7 = v128.shuffle<i64>(ab, cd, 1, 3);
  // Limb j starts at bit 29j = 32j − 3j.
  put(dst, 0, v128.and(w0, mask));
  put(dst, 1, v128.and(v128.or(i32x4.shr_u(w0, 29), i32x4.shl(w1, 3)), mask));
  put(dst, 2, v128.and(v128.or(i32x4.shr_u(w1, 26), i32x4.shl(w2, 6)), mask));
  put(dst, 3, v128.and(v128.or(i32x4.shr_u(w2, 23), i32x4.shl(w3, 9)), mask));
  put(dst, 4, v128.and(v128.or(i32x4.shr_u(w3, 20), i32x4.shl(w4, 12)), mask));
  put(dst, 5, v128.and(v128.or(i32x4.shr_u(w4, 17), i32x4.shl(w5, 15)), mask));
  put(dst, 6, v128.and(v128.or(i32x4.shr_u(w5, 14), i32x4.shl(w6, 18)), mask));
  put(dst, 7, v128.and(v128.or(i32x4.shr_u(w6, 11), i32x4.shl(w7, 21)), mask));
  put(dst, 8, i32x4.shr_u(w7, 8));
}

/** A normal block of elements below 2^256 as four packed elements. */
export function store4(a: usize, p0: usize, p1: usize, p2: usize, p3: usize): void {
  const w0 = v128.or(limb(a, 0), i32x4.shl(limb(a, 1), 29));
  const w1 = v128.or(i32x4.shr_u(limb(a, 1), 3), i32x4.shl(limb(a, 2), 26));
  const w2 = v128.or(i32x4.shr_u(limb(a, 2), 6), i32x4.shl(limb(a, 3), 23));
  const w3 = v128.or(i32x4.shr_u(limb(a, 3), 9), i32x4.shl(limb(a, 4), 20));
  const w4 = v128.or(i32x4.shr_u(limb(a, 4), 12), i32x4.shl(limb(a, 5), 17));
  const w5 = v128.or(i32x4.shr_u(limb(a, 5), 15), i32x4.shl(limb(a, 6), 14));
  const w6 = v128.or(i32x4.shr_u(limb(a, 6), 18), i32x4.shl(limb(a, 7), 11));
  const w7 = v128.or(i32x4.shr_u(limb(a, 7), 21), i32x4.shl(limb(a, 8), 8));
  let ab = v128.shuffle<i32>(w0, w1, 0, 4, 1, 5);
  let cd = v128.shuffle<i32>(w2, w3, 0, 4, 1, 5);
  v128.store(p0, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(p1, v128.shuffle<i64>(ab, cd, 1, 3));
  ab = v128.shuffle<i32>(w0, w1, 2, 6, 3, 7);
  cd = v128.shuffle<i32>(w2, w3, 2, 6, 3, 7);
  v128.store(p2, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(p3, v128.shuffle<i64>(ab, cd, 1, 3));
  ab = v128.shuffle<i32>(w4, w5, 0, 4, 1, 5);
  cd = v128.shuffle<i32>(w6, w7, 0, 4, 1, 5);
  v128.store(p0, v128.shuffle<i64>(ab, cd, 0, 2), 16);
  v128.store(p1, v128.shuffle<i64>(ab, cd, 1, 3), 16);
  ab = v128.shuffle<i32>(w4, w5, 2, 6, 3, 7);
  cd = v128.shuffle<i32>(w6, w7, 2, 6, 3, 7);
  v128.store(p2, v128.shuffle<i64>(ab, cd, 0, 2), 16);
  v128.store(p3, v128.shuffle<i64>(ab, cd, 1, 3), 16);
}
