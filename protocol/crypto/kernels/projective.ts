/** The few point operations at the end of a multi-exponentiation, in plain bigints and projective coordinates. */
import { Q, type G1Point } from "../curve";
import { inverse } from "./layout";

/** (X : Y : Z) stands for (X/Z, Y/Z); (0 : 1 : 0) is infinity. */
export type Projective = readonly [x: bigint, y: bigint, z: bigint];

export const INFINITY: Projective = [0n, 1n, 0n];

const mod = (value: bigint): bigint => {
  const rest = value % Q;
  return rest < 0n ? rest + Q : rest;
};

/** a + b, complete (Renes, Costello, Batina 2016, algorithm 7, with 3b = 9). */
export function addProjective([x1, y1, z1]: Projective, [x2, y2, z2]: Projective): Projective {
  const xx = mod(x1 * x2);
  const yy = mod(y1 * y2);
  const zz = mod(9n * z1 * z2);
  const xy = mod(x1 * y2 + x2 * y1);
  const yz = mod(y1 * z2 + y2 * z1);
  const xz = mod(9n * (x1 * z2 + x2 * z1));
  return [mod(xy * (yy - zz) - yz * xz), mod((yy + zz) * (yy - zz) + 3n * xx * xz), mod((yy + zz) * yz + 3n * xx * xy)];
}

export function negate([x, y, z]: Projective): Projective {
  return [x, y === 0n ? 0n : Q - y, z];
}

/** 2^count·point. */
export function doubleTimes(point: Projective, count: number): Projective {
  let result = point;
  for (let i = 0; i < count; i++) result = addProjective(result, result);
  return result;
}

/** The affine point; (0, 0) is infinity. */
export function toAffine([x, y, z]: Projective): G1Point {
  if (z === 0n) return { x: 0n, y: 0n };
  const factor = inverse(z, Q);
  return { x: mod(x * factor), y: mod(y * factor) };
}

export function fromAffine({ x, y }: G1Point): Projective {
  return x === 0n && y === 0n ? INFINITY : [x, y, 1n];
}
