/** Between blocks and packed elements, 32 bytes each, least significant byte first. */
import { canonical, limb, load4, put, store4 } from "./field";
import { BLOCK, LIMB_BITS, LIMB_MASK } from "./layout";
import { mul } from "./multiply";

/**
 * Blocks in natural order from packed elements, each times `factor`·2^-261.
 * @param src 4P elements, `stride` bytes from one to the next
 */
export function unpack(dst: usize, src: usize, stride: usize, P: usize, factor: usize, field: usize): void {
  for (let k: usize = 0; k < P; k++) {
    const at = src + k * stride;
    const block = dst + k * BLOCK;
    load4(block, at, at + P * stride, at + 2 * P * stride, at + 3 * P * stride);
    mul(block, block, factor, field);
  }
}

/**
 * Packed canonical numbers, `stride` bytes from one to the next, from blocks in natural order: each times `factor`·2^-261 mod p, plus
 * `offset`, which must not make it 2^256.
 * @param src P blocks below 64p
 * @param factor a block; RAW_ONE of the field gives the number itself
 * @param offset a block
 * @param work one block
 */
export function pack(dst: usize, stride: usize, src: usize, P: usize, factor: usize, offset: usize, work: usize, field: usize): void {
  const mask = i32x4.splat(LIMB_MASK);
  for (let k: usize = 0; k < P; k++) {
    mul(work, src + k * BLOCK, factor, field);
    canonical(work, work, field);
    let carry = i32x4.splat(0);
    for (let j: usize = 0; j < 9; j++) {
      const sum = i32x4.add(i32x4.add(limb(work, j), limb(offset, j)), carry);
      put(work, j, j < 8 ? v128.and(sum, mask) : sum);
      carry = i32x4.shr_u(sum, LIMB_BITS);
    }
    const at = dst + stride * k;
    store4(work, at, at + stride * P, at + 2 * stride * P, at + 3 * stride * P);
  }
}

/**
 * Packed elements times `factor`·2^-261, packed again, not canonical (below 2p). dst may be src.
 * @param count a multiple of 4
 * @param work one block
 */
export function scalePacked(dst: usize, src: usize, count: usize, factor: usize, work: usize, field: usize): void {
  for (let i: usize = 0; i < count; i += 4) {
    const from = src + 32 * i;
    const to = dst + 32 * i;
    load4(work, from, from + 32, from + 64, from + 96);
    mul(work, work, factor, field);
    store4(work, to, to + 32, to + 64, to + 96);
  }
}

export function copyBytes(dst: usize, src: usize, length: usize): void {
  memory.copy(dst, src, length);
}

export function clearBytes(dst: usize, length: usize): void {
  memory.fill(dst, 0, length);
}
