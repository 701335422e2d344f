/**
 * Number-theoretic transforms of n = 4P elements in P blocks: element i is in lane ⌊i/P⌋ of block i mod P, "natural order".
 *
 * Between an inverse and a forward transform stands the bit-reversed order of the same elements, i' = reverse(i), which is
 * never left outside this file: the inverse transform halves from the whole (Cooley, Tukey, twiddles by group), the forward
 * one doubles from single elements (twiddles by position), so that neither moves elements. Stages that fit the cache are done
 * chunk by chunk. With each stage numbers grow by 2p; the last multiplication brings them below 2p again.
 */
import { add, butterfly, canonical, copy, limb, put } from "./field";
import { BLOCK, FOUR_P, LIMB_BITS, LIMB_MASK, ONE } from "./layout";
import { mul, mulElement } from "./multiply";

/** Blocks that a core's second-level cache holds, with their twiddles. */
const CHUNK: usize = 2048;

/** Bytes of an element alone: nine words. */
const ELEMENT: usize = 36;

/** In each pair of lanes (0, 2), (1, 3): a + b in the first, a − b + 4p in the second, for a, b < 4p. */
function combineFar(dst: usize, a: usize, field: usize): void {
  let carry = i32x4.splat(0);
  for (let j: usize = 0; j < 9; j++) {
    const x = limb(a, j);
    carry = combineLimb(dst, j, v128.shuffle<i32>(x, x, 2, 3, 0, 1), x, i32x4(-1, -1, 0, 0), carry, field);
  }
}

/** As combineFar, for the pairs (0, 1), (2, 3). */
function combineNear(dst: usize, a: usize, field: usize): void {
  let carry = i32x4.splat(0);
  for (let j: usize = 0; j < 9; j++) {
    const x = limb(a, j);
    carry = combineLimb(dst, j, v128.shuffle<i32>(x, x, 1, 0, 3, 2), x, i32x4(-1, 0, -1, 0), carry, field);
  }
}

/** Limb j of other + x where `first` is set, other − x + 4p elsewhere. @returns the carry into the next limb */
// @ts-ignore: decorator
@inline
function combineLimb(dst: usize, j: usize, other: v128, x: v128, first: v128, carry: v128, field: usize): v128 {
  const signed = v128.bitselect(x, i32x4.sub(limb(field + FOUR_P, j), x), first);
  const sum = i32x4.add(i32x4.add(other, signed), carry);
  put(dst, j, j < 8 ? v128.and(sum, i32x4.splat(LIMB_MASK)) : sum);
  return i32x4.shr_s(sum, LIMB_BITS);
}

/**
 * Tables of a domain of 4P roots.
 * @param inverse P blocks: at M + g the twiddles of group g, of M in each lane, in the inverse transform
 * @param forward P elements of 36 bytes: at m + j the root ω_2m^j
 * @param last P blocks (1, ω^2k, ω^k, ω^3k)
 * @param roots for s = 1..log2(4P): three blocks, ω_2^s in all lanes, its inverse in all lanes, and with v its inverse
 * (1, v², v, v³); then (1, ω², ω, ω³) for the last
 * @param work one block
 */
export function buildTables(inverse: usize, forward: usize, last: usize, roots: usize, P: usize, work: usize, field: usize): void {
  for (let M: usize = 1, s: usize = 3; M < P; M <<= 1, s++) {
    // Twiddles of 4M groups of two times n/8M elements: powers of the root of order 8M.
    copy(inverse + M * BLOCK, roots + (3 * (s - 1) + 2) * BLOCK);
    for (let h: usize = 1, t: usize = 2; h < M; h <<= 1, t++) {
      const root = roots + (3 * (t - 1) + 1) * BLOCK;
      for (let i: usize = 0; i < h; i++) mul(inverse + (M + h + i) * BLOCK, inverse + (M + i) * BLOCK, root, field);
    }
  }
  for (let i: usize = 1; i < P; i++) canonical(inverse + i * BLOCK, inverse + i * BLOCK, field);
  for (let m: usize = 1, s: usize = 1; m < P; m <<= 1, s++) {
    copy(work, field + ONE);
    for (let j: usize = 0; j < m; j++) {
      for (let l: usize = 0; l < 9; l++) store<u32>(forward + (m + j) * ELEMENT + 4 * l, load<u32>(work + 16 * l));
      mul(work, work, roots + 3 * (s - 1) * BLOCK, field);
      canonical(work, work, field);
    }
  }
  let s: usize = 2;
  while ((<usize>1 << s) < 4 * P) s++;
  copy(last, field + ONE);
  for (let k: usize = 1; k < P; k++) mul(last + k * BLOCK, last + (k - 1) * BLOCK, roots + 3 * s * BLOCK, field);
}

/** One group's butterflies: (u, v) → (u + w·v, u − w·v + 2p). `work` is a block. */
function group(u: usize, half: usize, twiddle: usize, work: usize, field: usize): void {
  const v = u + half * BLOCK;
  for (let j: usize = 0; j < half; j++) {
    mul(work, v + j * BLOCK, twiddle, field);
    butterfly(u + j * BLOCK, v + j * BLOCK, u + j * BLOCK, work, field);
  }
}

/**
 * From values on the roots in natural order to n times the coefficients, bit-reversed, in place.
 * @param data P blocks below 4p; afterwards below (6 + 2·log2 P)·p
 * @param i a block (1, 1, 1, ω^-P)
 * @param work one block
 */
export function inverseTransform(data: usize, P: usize, inverse: usize, i: usize, work: usize, field: usize): void {
  for (let k: usize = 0; k < P; k++) {
    const x = data + k * BLOCK;
    combineFar(work, x, field);
    mul(work, work, i, field);
    combineNear(x, work, field);
  }
  let M: usize = 1;
  for (; P / M > CHUNK; M <<= 1) {
    const half = P / (2 * M);
    for (let g: usize = 0; g < M; g++) group(data + g * 2 * half * BLOCK, half, inverse + (M + g) * BLOCK, work, field);
  }
  const size = P / M;
  for (let c: usize = 0; c < M; c++) {
    for (let m: usize = 1; m < size; m <<= 1) {
      const half = size / (2 * m);
      for (let g: usize = 0; g < m; g++) {
        group(data + (c * size + g * 2 * half) * BLOCK, half, inverse + (M * m + c * m + g) * BLOCK, work, field);
      }
    }
  }
}

/** The butterflies of stage m on `size` blocks. */
function stage(data: usize, size: usize, m: usize, forward: usize, work: usize, field: usize): void {
  for (let base: usize = 0; base < size; base += 2 * m) {
    for (let j: usize = 0; j < m; j++) {
      const u = data + (base + j) * BLOCK;
      const v = u + m * BLOCK;
      mulElement(work, v, forward + (m + j) * ELEMENT, field);
      butterfly(u, v, u, work, field);
    }
  }
}

/**
 * From coefficients, bit-reversed, to values on the roots in natural order, in place.
 * @param data P blocks below 2p; afterwards below 6p
 * @param i a block (1, 1, 1, ω^P)
 * @param work one block
 */
export function forwardTransform(data: usize, P: usize, forward: usize, last: usize, i: usize, work: usize, field: usize): void {
  const size = P < CHUNK ? P : CHUNK;
  for (let c: usize = 0; c < P; c += size) {
    for (let m: usize = 1; m < size; m <<= 1) stage(data + c * BLOCK, size, m, forward, work, field);
  }
  for (let m = size; m < P; m <<= 1) stage(data, P, m, forward, work, field);
  for (let k: usize = 0; k < P; k++) {
    const x = data + k * BLOCK;
    mul(x, x, last + k * BLOCK, field);
    combineNear(work, x, field);
    mul(work, work, i, field);
    combineFar(x, work, field);
  }
}

/** The number with the `bits` lowest bits of a in reverse. */
function reverse(a: usize, bits: usize): usize {
  let result: usize = 0;
  for (let i: usize = 0; i < bits; i++) {
    result = (result << 1) | (a & 1);
    a >>= 1;
  }
  return result;
}

function bitsOf(P: usize): usize {
  let bits: usize = 0;
  while ((<usize>1 << bits) < P) bits++;
  return bits;
}

/** The four elements of index 4r .. 4r + 3, at lanes 0, 2, 1, 3 of a block of the bit-reversed order: their addresses' offsets. */
// @ts-ignore: decorator
@inline
function offset(index: usize, P: usize): usize {
  return (index & (P - 1)) * BLOCK + 4 * (index / P);
}

/** dst bit-reversed from src natural. */
export function toReversed(dst: usize, src: usize, P: usize): void {
  const bits = bitsOf(P);
  for (let p: usize = 0; p < P; p++) {
    const first = 4 * reverse(p, bits);
    for (let c: usize = 0; c < 4; c++) {
      const from = src + offset(first + c, P);
      const to = dst + p * BLOCK + 4 * (((c & 1) << 1) | (c >> 1));
      for (let j: usize = 0; j < BLOCK; j += 16) store<u32>(to + j, load<u32>(from + j));
    }
  }
}

/** dst natural from src bit-reversed. */
export function fromReversed(dst: usize, src: usize, P: usize): void {
  const bits = bitsOf(P);
  for (let p: usize = 0; p < P; p++) {
    const first = 4 * reverse(p, bits);
    for (let c: usize = 0; c < 4; c++) {
      const to = dst + offset(first + c, P);
      const from = src + p * BLOCK + 4 * (((c & 1) << 1) | (c >> 1));
      for (let j: usize = 0; j < BLOCK; j += 16) store<u32>(to + j, load<u32>(from + j));
    }
  }
}

/**
 * dst_i = factor·base^i·src_i, natural order. dst may be src.
 * @param start a block of factor·(1, base^P, base^2P, base^3P)
 * @param base a block with base in all lanes
 * @param work one block
 */
export function scalePowers(dst: usize, src: usize, P: usize, start: usize, base: usize, work: usize, field: usize): void {
  copy(work, start);
  for (let k: usize = 0; k < P; k++) {
    mul(dst + k * BLOCK, src + k * BLOCK, work, field);
    mul(work, work, base, field);
  }
}

/** P copies of a block. */
export function fill(dst: usize, block: usize, P: usize): void {
  for (let k: usize = 0; k < P; k++) copy(dst + k * BLOCK, block);
}

/** dst = factor·src. dst may be src. */
export function scale(dst: usize, src: usize, P: usize, factor: usize, field: usize): void {
  for (let k: usize = 0; k < P; k++) mul(dst + k * BLOCK, src + k * BLOCK, factor, field);
}

/** dst += factor·src; each call adds up to 2p. `work` is a block. */
export function addScaled(dst: usize, src: usize, P: usize, factor: usize, work: usize, field: usize): void {
  for (let k: usize = 0; k < P; k++) {
    mul(work, src + k * BLOCK, factor, field);
    add(dst + k * BLOCK, dst + k * BLOCK, work);
  }
}

/**
 * In each lane Σ_k src_k·x^k, by Horner's rule from the last block.
 * @param dst one block
 */
export function evaluateLanes(dst: usize, src: usize, P: usize, x: usize, field: usize): void {
  copy(dst, src + (P - 1) * BLOCK);
  for (let k = P - 1; k > 0; k--) {
    mul(dst, dst, x, field);
    add(dst, dst, src + (k - 1) * BLOCK);
  }
}

/**
 * Division by X − x, lane by lane and in place: element i becomes Σ_{j>i} c_j·x^(j−i−1), given that sum for the last index of each
 * lane. Elements must be below 4p; results are below 6p.
 * @param incoming a block: the quotient's element before the division's first step in each lane
 * @param work two blocks
 */
export function divideLanes(data: usize, P: usize, x: usize, incoming: usize, work: usize, field: usize): void {
  const next = work + BLOCK;
  copy(work, incoming);
  for (let k = P; k > 0; k--) {
    const at = data + (k - 1) * BLOCK;
    mul(next, work, x, field);
    add(next, next, at);
    copy(at, work);
    copy(work, next);
  }
}
