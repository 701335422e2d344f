/**
 * The steps of a PLONK proof over all rows (Gabizon, Williamson, Ciobotaru, eprint 2019/953, section 8), a range of blocks at
 * a time.
 *
 * Rows of the key's polynomials come as in the key's file: packed values on the domain of 4n roots, Montgomery form for 2^256,
 * that is 2^-5 of ours. A row is four values, the coset of the row's root comes first: 128 bytes. `rows` holds the range of each
 * lane for each polynomial in turn: value `coset` of polynomial s, lane ℓ, k-th block of K is at ((4s + ℓ)·K + k)·128 + 32·coset.
 */
import { add, copy, invert, isZero, limb, load4, put, store4, sub } from "./field";
import { BLOCK, ONE } from "./layout";
import { mul } from "./multiply";

// The polynomials in `rows`.
const QM: usize = 0;
const QL: usize = 1;
const QR: usize = 2;
const QO: usize = 3;
const QC: usize = 4;
const S1: usize = 0; // of the grand product's rows
const L1: usize = 8; // of the quotient's rows, after the selectors and the three permutations

// Blocks of constants, equal in all lanes.
const BETA: usize = 0; // 2^5·β, for the permutations' values
const GAMMA: usize = 1;
const K1: usize = 2;
const K2: usize = 3;
const OMEGA: usize = 4; // root of the domain
const ALPHA: usize = 5; // 2^-5·α
const ALPHA_SQUARE: usize = 6;
const DIVISOR: usize = 7; // 2^5/Z_H on the coset

// @ts-ignore: decorator
@inline
function loadRow(dst: usize, rows: usize, polynomial: usize, k: usize, K: usize, coset: usize): void {
  const at = rows + (4 * polynomial * K + k) * 128 + 32 * coset;
  load4(dst, at, at + 128 * K, at + 256 * K, at + 384 * K);
}

/**
 * Fills in the sums that snarkjs' setup adds to the witness: value nW + i = f1·v1 + f2·v2.
 * @param values packed
 * @param known number of the witness' own values
 * @param additions 72 bytes each: two wires, two factors (Montgomery form for 2^256)
 * @param factor a block of 2^266 mod p, which brings Montgomery form from 2^256 to 2^261
 * @param work two blocks
 * @returns the first addition of a wire that comes later, or -1
 */
export function addWires(values: usize, known: usize, additions: usize, count: usize, factor: usize, work: usize, field: usize): i32 {
  const f = work;
  const v = work + BLOCK;
  for (let i: usize = 0; i < count; i++) {
    const at = additions + 72 * i;
    const first = <usize>load<u32>(at);
    const second = <usize>load<u32>(at + 4);
    if (first >= known + i || second >= known + i) return <i32>i;
    load4(f, at + 8, at + 40, at + 8, at + 40);
    load4(v, values + 32 * first, values + 32 * second, values + 32 * first, values + 32 * second);
    mul(v, v, f, field);
    for (let j: usize = 0; j < 9; j++) {
      const x = limb(v, j);
      put(v, j, i32x4.add(x, v128.shuffle<i32>(x, x, 1, 0, 3, 2)));
    }
    mul(v, v, factor, field);
    const to = values + 32 * (known + i);
    store4(v, to, to, to, to);
  }
  return -1;
}

/**
 * A vector of packed elements by index: dst_row = table[indices_row], 0 for rows beyond them.
 * @param nothing 32 zero bytes
 * @returns the first row whose index is not below `count`, or -1
 */
export function gatherElements(dst: usize, indices: usize, rows: usize, P: usize, table: usize, count: usize, nothing: usize): i32 {
  for (let row: usize = 0; row < rows; row++) if (<usize>load<u32>(indices + 4 * row) >= count) return <i32>row;
  for (let k: usize = 0; k < P; k++) {
    load4(
      dst + k * BLOCK,
      elementAt(indices, k, rows, table, nothing),
      elementAt(indices, P + k, rows, table, nothing),
      elementAt(indices, 2 * P + k, rows, table, nothing),
      elementAt(indices, 3 * P + k, rows, table, nothing),
    );
  }
  return -1;
}

function elementAt(indices: usize, row: usize, rows: usize, table: usize, nothing: usize): usize {
  return row < rows ? table + 32 * <usize>load<u32>(indices + 4 * row) : nothing;
}

/** w = qm·a·b + ql·a + qr·b + qo·c + qc + pi, all times 2^-5. `t` is a block. */
function gate(w: usize, t: usize, a: usize, b: usize, c: usize, pi: usize, rows: usize, k: usize, K: usize, coset: usize, field: usize): void {
  mul(w, a, b, field);
  loadRow(t, rows, QM, k, K, coset);
  mul(w, w, t, field);
  loadRow(t, rows, QL, k, K, coset);
  mul(t, t, a, field);
  add(w, w, t);
  loadRow(t, rows, QR, k, K, coset);
  mul(t, t, b, field);
  add(w, w, t);
  loadRow(t, rows, QO, k, K, coset);
  mul(t, t, c, field);
  add(w, w, t);
  loadRow(t, rows, QC, k, K, coset);
  add(w, w, t);
  add(w, w, pi);
}

/**
 * Checks the gates of K blocks.
 * @param a values on the domain from the range's first block; b, c, pi likewise, pi times 2^-5
 * @param rows of Qm, Ql, Qr, Qo, Qc
 * @param work three blocks
 * @returns 4k + lane of a gate that does not hold, or -1
 */
export function checkGates(a: usize, b: usize, c: usize, pi: usize, rows: usize, K: usize, work: usize, field: usize): i32 {
  const t = work + BLOCK;
  const u = work + 2 * BLOCK;
  for (let k: usize = 0; k < K; k++) {
    const o = k * BLOCK;
    gate(work, t, a + o, b + o, c + o, pi + o, rows, k, K, 0, field);
    const holds = isZero(work, u, field);
    if (v128.all_true<i32>(holds)) continue;
    return <i32>(4 * k) + ctz(~i32x4.bitmask(holds));
  }
  return -1;
}

/** dst = (a + x + γ)(b + y + γ)(c + z + γ), for numbers below 8p. `t` is a block. */
function triple(dst: usize, t: usize, a: usize, x: usize, b: usize, y: usize, c: usize, z: usize, gamma: usize, field: usize): void {
  add(dst, a, x);
  add(dst, dst, gamma);
  add(t, b, y);
  add(t, t, gamma);
  mul(dst, dst, t, field);
  add(t, c, z);
  add(t, t, gamma);
  mul(dst, dst, t, field);
}

/** dst = (a + βx + γ)(b + βk₁x + γ)(c + βk₂x + γ) for bx = βx. `w` is three blocks. */
function identityFactors(dst: usize, a: usize, b: usize, c: usize, bx: usize, constants: usize, w: usize, field: usize): void {
  const y = w + BLOCK;
  const z = w + 2 * BLOCK;
  mul(y, bx, constants + K1 * BLOCK, field);
  mul(z, bx, constants + K2 * BLOCK, field);
  triple(dst, w, a, bx, b, y, c, z, constants + GAMMA * BLOCK, field);
}

/** dst = (a + βσ₁ + γ)(b + βσ₂ + γ)(c + βσ₃ + γ). `w` is four blocks. */
function permutationFactors(
  dst: usize,
  a: usize,
  b: usize,
  c: usize,
  rows: usize,
  polynomial: usize,
  k: usize,
  K: usize,
  coset: usize,
  constants: usize,
  w: usize,
  field: usize,
): void {
  const beta = constants + BETA * BLOCK;
  const x = w + BLOCK;
  const y = w + 2 * BLOCK;
  const z = w + 3 * BLOCK;
  loadRow(x, rows, polynomial, k, K, coset);
  mul(x, x, beta, field);
  loadRow(y, rows, polynomial + 1, k, K, coset);
  mul(y, y, beta, field);
  loadRow(z, rows, polynomial + 2, k, K, coset);
  mul(z, z, beta, field);
  triple(dst, w, a, x, b, y, c, z, constants + GAMMA * BLOCK, field);
}

/**
 * The grand product over K blocks, each lane by itself and from 1: z_k = Π_{i<k} numerator_i/denominator_i.
 * @param z K blocks
 * @param total one block: the product over all of them
 * @param rows of S1, S2, S3
 * @param start β·ω^row of the first block's rows
 * @param work 30 + 2·K blocks
 */
export function grandProduct(
  z: usize,
  total: usize,
  a: usize,
  b: usize,
  c: usize,
  rows: usize,
  K: usize,
  start: usize,
  constants: usize,
  work: usize,
  field: usize,
): void {
  const bx = work;
  const product = work + BLOCK;
  const ratio = work + 2 * BLOCK;
  const w = work + 3 * BLOCK;
  const denominators = work + 30 * BLOCK;
  const prefixes = denominators + K * BLOCK;
  copy(bx, start);
  copy(product, field + ONE);
  for (let k: usize = 0; k < K; k++) {
    const o = k * BLOCK;
    identityFactors(z + o, a + o, b + o, c + o, bx, constants, w, field);
    permutationFactors(denominators + o, a + o, b + o, c + o, rows, S1, k, K, 0, constants, w, field);
    copy(prefixes + o, product);
    mul(product, product, denominators + o, field);
    mul(bx, bx, constants + OMEGA * BLOCK, field);
  }
  invert(product, product, w, field);
  for (let k = K; k > 0; k--) {
    const o = (k - 1) * BLOCK;
    mul(ratio, product, prefixes + o, field);
    mul(product, product, denominators + o, field);
    mul(z + o, z + o, ratio, field);
  }
  copy(product, field + ONE);
  for (let k: usize = 0; k < K; k++) {
    const o = k * BLOCK;
    copy(ratio, z + o);
    copy(z + o, product);
    mul(product, product, ratio, field);
  }
  copy(total, product);
}

/** Block P of z: the next row of each lane's last one, so that z(ωx) is always one block further. */
export function wrap(z: usize, P: usize): void {
  for (let j: usize = 0; j < 9; j++) {
    const x = limb(z, j);
    put(z + P * BLOCK, j, v128.shuffle<i32>(x, x, 1, 2, 3, 0));
  }
}

/**
 * Values of the quotient T on K blocks of a coset of the domain.
 * @param t K blocks; may be pi
 * @param a values on the coset from the range's first block, below 6p; b, c, z, pi likewise, pi times 2^-5
 * @param rows of Qm, Ql, Qr, Qo, Qc, S1, S2, S3, L1
 * @param start β·x of the first block's points
 * @param work eight blocks
 */
export function quotient(
  t: usize,
  a: usize,
  b: usize,
  c: usize,
  z: usize,
  pi: usize,
  rows: usize,
  K: usize,
  coset: usize,
  start: usize,
  constants: usize,
  work: usize,
  field: usize,
): void {
  const bx = work;
  const sum = work + BLOCK;
  const product = work + 2 * BLOCK;
  const w = work + 3 * BLOCK;
  copy(bx, start);
  for (let k: usize = 0; k < K; k++) {
    const o = k * BLOCK;
    gate(sum, w, a + o, b + o, c + o, pi + o, rows, k, K, coset, field);
    identityFactors(product, a + o, b + o, c + o, bx, constants, w, field);
    mul(product, product, z + o, field);
    permutationFactors(w + 4 * BLOCK, a + o, b + o, c + o, rows, 5, k, K, coset, constants, w, field);
    mul(w, w + 4 * BLOCK, z + o + BLOCK, field);
    sub(product, product, w, field);
    mul(product, product, constants + ALPHA * BLOCK, field);
    add(sum, sum, product);
    sub(product, z + o, field + ONE, field);
    loadRow(w, rows, L1, k, K, coset);
    mul(product, product, w, field);
    mul(product, product, constants + ALPHA_SQUARE * BLOCK, field);
    add(sum, sum, product);
    mul(t + o, sum, constants + DIVISOR * BLOCK, field);
    mul(bx, bx, constants + OMEGA * BLOCK, field);
  }
}

/**
 * The thirds of T from its remainders modulo X^n − i, X^n + 1 and X^n + i, in place: (r1, r2, r3) → (t0, t1, t2) with
 * T = t0 + X^n·t1 + X^2n·t2.
 * @param constants blocks 1/2i, 1/2, 1/4
 * @param work two blocks
 */
export function splitQuotient(r1: usize, r2: usize, r3: usize, P: usize, constants: usize, work: usize, field: usize): void {
  const u = work;
  const v = work + BLOCK;
  for (let k: usize = 0; k < P; k++) {
    const x = r1 + k * BLOCK;
    const y = r2 + k * BLOCK;
    const z = r3 + k * BLOCK;
    // v = (t0 − t2)/2, u = (t0 + t2)/2
    add(v, x, z);
    mul(v, v, constants + 2 * BLOCK, field);
    sub(u, x, z, field);
    mul(z, u, constants, field);
    add(u, y, z);
    mul(u, u, constants + BLOCK, field);
    copy(y, z);
    add(x, u, v);
    sub(z, u, v, field);
  }
}
