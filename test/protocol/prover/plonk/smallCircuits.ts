/** Circuits written by hand, and their witnesses. */
import * as F from "../../../../protocol/crypto/field";
import type { Circuit } from "./circuitFiles";

/**
 * Public z = x·y for a public x, and a private s = z + 2·x + 3·y. Five gates: one for z, one for x, then
 * `PRODUCT_GATE`, `ADDITION_GATE` for z + 2·x, and `SUM_GATE`.
 */
export const PRODUCT: Circuit = {
  outputs: 1,
  publicInputs: 1,
  privateInputs: 2,
  constraints: [
    [[[2, 1n]], [[3, 1n]], [[1, 1n]]],
    [
      [
        [1, 1n],
        [2, 2n],
        [3, 3n],
      ],
      [[0, 1n]],
      [[4, 1n]],
    ],
  ],
};
export const PRODUCT_GATE = 2;
export const ADDITION_GATE = 3;
export const SUM_GATE = 4;
export const PRODUCT_GATES = 5;

export function productWitness(x: bigint, y: bigint): bigint[] {
  const z = F.mul(x, y);
  return [1n, z, x, y, [z, F.mul(2n, x), F.mul(3n, y)].reduce(F.add)];
}

/** A public p and so many private squares, all apart: r_i·r_i = q_i is gate 1 + i, of wires 2 + 2·i and 3 + 2·i. */
export function squares(count: number): Circuit {
  return {
    outputs: 0,
    publicInputs: 1,
    privateInputs: 2 * count,
    constraints: Array.from({ length: count }, (_, i) => [[[2 + 2 * i, 1n]], [[2 + 2 * i, 1n]], [[3 + 2 * i, 1n]]]),
  };
}

export function squaresWitness(count: number): bigint[] {
  const pairs = Array.from({ length: count }, (_, i) => [BigInt(i), BigInt(i) * BigInt(i)]);
  return [1n, 7n, ...pairs.flat()];
}
