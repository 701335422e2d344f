/** Points of Baby Jubjub for the tests of its circuits. */
import { BASE8, multiply, multiplyAdd, SUBGROUP_ORDER, type Point } from "../../../protocol/crypto/babyjubjub";

/** The neutral point. */
export const NEUTRAL: Point = { x: 0n, y: 1n };

/** A generator of the whole group, of order 8·l (EIP-2494). */
export const GENERATOR: Point = {
  x: 995203441582195749578291179787384436505546430278305826713579947235728471134n,
  y: 5472060717959818805561601436314318772137091100104008585924551046643952123905n,
};

/** The eight points whose order divides 8; index k is k times a point of order 8, so 0 is the neutral one and 4 is (0, -1). */
export const TORSION: readonly Point[] = Array.from({ length: 8 }, (_, k) =>
  multiply(BigInt(k) * SUBGROUP_ORDER, GENERATOR),
);

/** p + q. */
export function sumOf(p: Point, q: Point): Point {
  return multiplyAdd(1n, p, 1n, q);
}

/** k·B8. */
export function baseMultiple(k: bigint): Point {
  return multiply(k, BASE8);
}

/** A point as the circuits take it. */
export function pair({ x, y }: Point): [bigint, bigint] {
  return [x, y];
}
