/**
 * Points of y² = x³ + 3 in projective coordinates, four at a time as three blocks X, Y, Z; (0 : 1 : 0) is infinity. The formulas
 * are complete (Renes, Costello, Batina 2016, algorithms 7 and 9, with 3b = 9). In memory a point of a list is packed, 96 bytes.
 */
import { add, copy, limb, load4, negateWhere, put, reduce, store4, sub, zero } from "./field";
import { BLOCK, LIMB_BITS, LIMB_MASK, ONE } from "./layout";
import { mul, square } from "./multiply";

const POINT_BLOCKS: usize = 3;
const PACKED: usize = 96;

export function setInfinity(point: usize, field: usize): void {
  zero(point);
  copy(point + BLOCK, field + ONE);
  zero(point + 2 * BLOCK);
}

/** dst = 9a, reduced. */
function nine(dst: usize, a: usize, field: usize): void {
  reduce(dst, a, field);
  const mask = i32x4.splat(LIMB_MASK);
  let carry = i32x4.splat(0);
  for (let j: usize = 0; j < 9; j++) {
    // 8x split at the limb's width, so that no sum leaves 32 bits.
    const x = limb(dst, j);
    const eight = i32x4.shl(x, 3);
    const sum = i32x4.add(i32x4.add(x, j < 8 ? v128.and(eight, mask) : eight), carry);
    put(dst, j, j < 8 ? v128.and(sum, mask) : sum);
    carry = i32x4.add(i32x4.shr_u(x, 26), i32x4.shr_u(sum, LIMB_BITS));
  }
  reduce(dst, dst, field);
}

/**
 * r = a + b. r may be a.
 * @param w six blocks
 */
export function addPoints(r: usize, a: usize, b: usize, w: usize, field: usize): void {
  const t0 = w;
  const t1 = w + BLOCK;
  const t2 = w + 2 * BLOCK;
  const t3 = w + 3 * BLOCK;
  const t4 = w + 4 * BLOCK;
  const t5 = w + 5 * BLOCK;
  const x1 = a;
  const y1 = a + BLOCK;
  const z1 = a + 2 * BLOCK;
  const x2 = b;
  const y2 = b + BLOCK;
  const z2 = b + 2 * BLOCK;
  mul(t0, x1, x2, field);
  mul(t1, y1, y2, field);
  mul(t2, z1, z2, field);
  // t3 = x1·y2 + x2·y1, t4 = y1·z2 + y2·z1, t5 = x1·z2 + x2·z1
  crossed(t3, x1, y1, x2, y2, t0, t1, t5, field);
  crossed(t4, y1, z1, y2, z2, t1, t2, t5, field);
  crossed(t5, x1, z1, x2, z2, t0, t2, r, field);
  const x3 = r;
  const y3 = r + BLOCK;
  const z3 = r + 2 * BLOCK;
  add(x3, t0, t0);
  add(t0, x3, t0);
  nine(t2, t2, field);
  add(z3, t1, t2);
  sub(t1, t1, t2, field);
  nine(t5, t5, field);
  // x3 = t3·t1 − t4·t5, y3 = t1·z3 + t5·t0, z3 = z3·t4 + t0·t3
  mul(x3, t4, t5, field);
  mul(t2, t3, t1, field);
  sub(x3, t2, x3, field);
  mul(y3, t5, t0, field);
  mul(t1, t1, z3, field);
  add(y3, t1, y3);
  mul(t0, t0, t3, field);
  mul(z3, z3, t4, field);
  add(z3, z3, t0);
}

/** dst = (a1 + b1)·(a2 + b2) − aa − bb, that is a1·b2 + a2·b1. */
function crossed(dst: usize, a1: usize, b1: usize, a2: usize, b2: usize, aa: usize, bb: usize, w: usize, field: usize): void {
  add(w, a1, b1);
  add(dst, a2, b2);
  mul(dst, dst, w, field);
  add(w, aa, bb);
  sub(dst, dst, w, field);
}

/** r = 2a, in place. @param w three blocks */
function doublePoint(r: usize, w: usize, field: usize): void {
  const x = r;
  const y = r + BLOCK;
  const z = r + 2 * BLOCK;
  const t0 = w;
  const t1 = w + BLOCK;
  const t2 = w + 2 * BLOCK;
  mul(t1, x, y, field);
  mul(t2, y, z, field);
  square(t0, y, field);
  square(x, z, field);
  // x = 9z², z = 8y²
  nine(x, x, field);
  add(z, t0, t0);
  add(z, z, z);
  add(z, z, z);
  // y = y² + 9z², then x3 = 2·(y² − 27z²)·x·y, y3 = 9z²·8y² + (y² − 27z²)·(y² + 9z²), z3 = 8y²·y·z
  add(y, t0, x);
  mul(t2, t2, z, field);
  mul(z, x, z, field);
  const triple = w + 3 * BLOCK;
  add(triple, x, x);
  add(triple, triple, x);
  reduce(triple, triple, field);
  sub(t0, t0, triple, field);
  mul(x, t0, t1, field);
  add(x, x, x);
  mul(y, y, t0, field);
  add(y, y, z);
  copy(z, t2);
}

function loadPoints(dst: usize, p0: usize, p1: usize, p2: usize, p3: usize): void {
  for (let c: usize = 0; c < POINT_BLOCKS; c++) {
    const o = 32 * c;
    load4(dst + c * BLOCK, p0 + o, p1 + o, p2 + o, p3 + o);
  }
}

function storePoints(a: usize, p0: usize, p1: usize, p2: usize, p3: usize, field: usize): void {
  for (let c: usize = 0; c < POINT_BLOCKS; c++) {
    const o = 32 * c;
    reduce(a + c * BLOCK, a + c * BLOCK, field);
    store4(a + c * BLOCK, p0 + o, p1 + o, p2 + o, p3 + o);
  }
}

/** Negates the points in the lanes of a mask, in place. */
function negateLanes(r: usize, negative: v128, field: usize): void {
  const y = r + BLOCK;
  reduce(y, y, field);
  negateWhere(y, negative, field);
  reduce(y, y, field);
}

/** Digit i, four bits, of a half of a scalar; the highest bit of the half is its sign. */
// @ts-ignore: decorator
@inline
function digit(half: usize, i: usize): usize {
  const bits = (<usize>load<u8>(half + (i >> 1)) >> ((i & 1) << 2)) & 15;
  return i == 31 ? bits & 7 : bits;
}

/** A mask of a half's sign. */
// @ts-ignore: decorator
@inline
function signOf(half: usize): i32 {
  return -(<i32>load<u8>(half + 15) >> 7);
}

/** One lane of a point from a table's row. */
function pick(dst: usize, table: usize, index: usize, lane: usize): void {
  const from = table + index * POINT_BLOCKS * BLOCK + 4 * lane;
  const to = dst + 4 * lane;
  for (let o: usize = 0; o < POINT_BLOCKS * BLOCK; o += 16) store<u32>(to + o, load<u32>(from + o));
}

/**
 * point = scalar·point in each lane, by windows of four bits of both halves of the scalar: k₁ + k₂·λ, where λ times a point is the
 * point with its x times β.
 * @param s0 address of lane 0's scalar: magnitudes of k₁ and k₂, 16 bytes each, least significant first, with the sign in the highest bit
 * @param beta a block
 * @param work 58 blocks
 */
function scalePoint(point: usize, s0: usize, s1: usize, s2: usize, s3: usize, beta: usize, work: usize, field: usize): void {
  const table = work;
  const chosen = work + 48 * BLOCK;
  const t = work + 51 * BLOCK;
  setInfinity(table, field);
  for (let i: usize = 1; i < 16; i++) {
    const row = table + i * POINT_BLOCKS * BLOCK;
    for (let c: usize = 0; c < POINT_BLOCKS; c++) copy(row + c * BLOCK, row - POINT_BLOCKS * BLOCK + c * BLOCK);
    addPoints(row, row, point, t, field);
  }
  setInfinity(point, field);
  for (let i: usize = 32; i > 0; i--) {
    if (i < 32) for (let j = 0; j < 4; j++) doublePoint(point, t, field);
    for (let half: usize = 0; half < 32; half += 16) {
      const h0 = s0 + half;
      const h1 = s1 + half;
      const h2 = s2 + half;
      const h3 = s3 + half;
      pick(chosen, table, digit(h0, i - 1), 0);
      pick(chosen, table, digit(h1, i - 1), 1);
      pick(chosen, table, digit(h2, i - 1), 2);
      pick(chosen, table, digit(h3, i - 1), 3);
      if (half != 0) mul(chosen, chosen, beta, field);
      negateLanes(chosen, i32x4(signOf(h0), signOf(h1), signOf(h2), signOf(h3)), field);
      addPoints(point, point, chosen, t, field);
    }
  }
}

/**
 * Multiplies points of a list by scalars, in place; see `scalePoint` for `scalars` and `beta`.
 * @param count a multiple of 4
 * @param work 61 blocks
 */
export function scalePointList(points: usize, scalars: usize, count: usize, beta: usize, work: usize, field: usize): void {
  const point = work + 58 * BLOCK;
  for (let i: usize = 0; i < count; i += 4) {
    const p = points + PACKED * i;
    const s = scalars + 32 * i;
    loadPoints(point, p, p + PACKED, p + 2 * PACKED, p + 3 * PACKED);
    scalePoint(point, s, s + 32, s + 64, s + 96, beta, work, field);
    storePoints(point, p, p + PACKED, p + 2 * PACKED, p + 3 * PACKED, field);
  }
}

/**
 * Butterflies of one stage of a transform of points, in bit-reversed order: (u, v) → (u + w·v, u − w·v).
 * @param half distance of u and v
 * @param from first of the stage's butterflies, in order of u; `count` of them, a multiple of 4
 * @param roots scalars as of `scalePoint`: power j of the domain's root at 32·j
 * @param step exponent of the root from one butterfly of a group to the next
 * @param work 64 blocks
 */
export function pointButterflies(
  points: usize,
  half: usize,
  from: usize,
  count: usize,
  roots: usize,
  step: usize,
  beta: usize,
  work: usize,
  field: usize,
): void {
  const everywhere = i32x4.splat(-1);
  const u = work + 58 * BLOCK;
  const v = work + 61 * BLOCK;
  const difference = work;
  for (let i = from; i < from + count; i += 4) {
    const u0 = first(points, half, i);
    const u1 = first(points, half, i + 1);
    const u2 = first(points, half, i + 2);
    const u3 = first(points, half, i + 3);
    const o = PACKED * half;
    loadPoints(u, u0, u1, u2, u3);
    loadPoints(v, u0 + o, u1 + o, u2 + o, u3 + o);
    scalePoint(v, root(roots, half, i, step), root(roots, half, i + 1, step), root(roots, half, i + 2, step), root(roots, half, i + 3, step), beta, work, field);
    for (let c: usize = 0; c < POINT_BLOCKS; c++) copy(difference + c * BLOCK, v + c * BLOCK);
    negateLanes(difference, everywhere, field);
    addPoints(difference, difference, u, work + 6 * BLOCK, field);
    addPoints(u, u, v, work + 6 * BLOCK, field);
    storePoints(u, u0, u1, u2, u3, field);
    storePoints(difference, u0 + o, u1 + o, u2 + o, u3 + o, field);
  }
}

// @ts-ignore: decorator
@inline
function first(points: usize, half: usize, i: usize): usize {
  return points + PACKED * (2 * half * (i / half) + (i & (half - 1)));
}

// @ts-ignore: decorator
@inline
function root(roots: usize, half: usize, i: usize, step: usize): usize {
  return roots + 32 * ((i & (half - 1)) * step);
}

/** a_i += b_i. @param count a multiple of 4 @param work twelve blocks */
export function addPointLists(a: usize, b: usize, count: usize, work: usize, field: usize): void {
  const x = work;
  const y = work + 3 * BLOCK;
  for (let i: usize = 0; i < count; i += 4) {
    const p = a + PACKED * i;
    const q = b + PACKED * i;
    loadPoints(x, p, p + PACKED, p + 2 * PACKED, p + 3 * PACKED);
    loadPoints(y, q, q + PACKED, q + 2 * PACKED, q + 3 * PACKED);
    addPoints(x, x, y, work + 6 * BLOCK, field);
    storePoints(x, p, p + PACKED, p + 2 * PACKED, p + 3 * PACKED, field);
  }
}
