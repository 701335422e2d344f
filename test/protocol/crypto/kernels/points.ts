/** Many points with known multiples, found fast and without the kernels. */
import * as C from "../../../../protocol/crypto/curve";
import * as F from "../../../../protocol/crypto/field";
import { randomNumbers } from "./numbers";

export interface Multiples {
  readonly scalars: readonly bigint[];
  /** scalar·generator for each of them, as files hold points. */
  readonly points: Uint8Array;
}

/** Each scalar is twice the one before it, the first is random; no sums of two of them are equal. */
export async function doublings(seed: string, count: number): Promise<Multiples> {
  const { G1 } = await C.getCurve();
  const scalars = randomNumbers(seed, 1, F.R);
  const points = [G1.timesScalar(G1.g, scalars[0])];
  while (scalars.length < count) {
    scalars.push(F.mul(2n, scalars[scalars.length - 1]));
    points.push(G1.double(points[points.length - 1]));
  }
  return { scalars, points: await G1.batchToAffine(new Uint8Array(Buffer.concat(points))) };
}
