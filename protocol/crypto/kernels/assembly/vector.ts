/** Element-wise arithmetic on vectors, a range of blocks at a time. */
import { add, copy, invert, sub } from "./field";
import { BLOCK, ONE } from "./layout";
import { mul } from "./multiply";

/** dst = a·b, element by element. */
export function multiplyVectors(dst: usize, a: usize, b: usize, P: usize, field: usize): void {
  for (let k: usize = 0; k < P; k++) mul(dst + k * BLOCK, a + k * BLOCK, b + k * BLOCK, field);
}

/**
 * Inverses of all elements, in place, none of which may be 0: one inversion and three multiplications each (Montgomery).
 * @param work 19 + P blocks
 */
export function invertVector(data: usize, P: usize, work: usize, field: usize): void {
  const product = work;
  const t = work + BLOCK;
  const prefixes = work + 19 * BLOCK;
  copy(product, field + ONE);
  for (let k: usize = 0; k < P; k++) {
    copy(prefixes + k * BLOCK, product);
    mul(product, product, data + k * BLOCK, field);
  }
  invert(product, product, work + 2 * BLOCK, field);
  for (let k = P; k > 0; k--) {
    const at = data + (k - 1) * BLOCK;
    mul(t, product, prefixes + (k - 1) * BLOCK, field);
    mul(product, product, at, field);
    copy(at, t);
  }
}

/**
 * Element i times i, in place.
 * @param index a block with the indices of the first block's elements; afterwards those after the range
 */
export function scaleByIndex(data: usize, P: usize, index: usize, field: usize): void {
  for (let k: usize = 0; k < P; k++) {
    mul(data + k * BLOCK, data + k * BLOCK, index, field);
    // Sums grow by less than p each: multiplied by 1 they are small again.
    add(index, index, field + ONE);
    mul(index, index, field + ONE, field);
  }
}

/** dst = Σ_k a_k·b_k in each lane; one block, below 2p. `work` is a block. */
export function innerProduct(dst: usize, a: usize, b: usize, P: usize, work: usize, field: usize): void {
  copy(dst, field + ONE);
  sub(dst, dst, dst, field);
  for (let k: usize = 0; k < P; k++) {
    mul(work, a + k * BLOCK, b + k * BLOCK, field);
    add(dst, dst, work);
    // Sixteen sums of less than 2p each, then small again.
    if ((k & 15) == 15) mul(dst, dst, field + ONE, field);
  }
  mul(dst, dst, field + ONE, field);
}

/**
 * dst_i = ω^i − x.
 * @param root a block with the roots of the first block; afterwards those after the range
 * @param omega a block with the root of the domain in all lanes
 */
export function rootDifferences(dst: usize, P: usize, root: usize, omega: usize, x: usize, field: usize): void {
  for (let k: usize = 0; k < P; k++) {
    sub(dst + k * BLOCK, root, x, field);
    mul(root, root, omega, field);
  }
}

/** dst = (a − value)·b, element by element. dst may be a. `work` is a block. */
export function subtractMultiply(dst: usize, a: usize, value: usize, b: usize, P: usize, work: usize, field: usize): void {
  for (let k: usize = 0; k < P; k++) {
    sub(work, a + k * BLOCK, value, field);
    mul(dst + k * BLOCK, work, b + k * BLOCK, field);
  }
}
