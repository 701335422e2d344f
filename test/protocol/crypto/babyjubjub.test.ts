import { buildBabyjub, type BabyJub, type BabyJubPoint } from "circomlibjs";
import { expect } from "chai";
import fc from "fast-check";
import {
  BASE8,
  isOnCurve,
  multiply,
  multiplyAdd,
  negate,
  SUBGROUP_ORDER,
  xFromY,
  type Point,
} from "../../../protocol/crypto/babyjubjub";
import { terminateCurve } from "../../../protocol/crypto/curve";
import * as F from "../../../protocol/crypto/field";

const scalar = fc.bigInt({ min: 0n, max: 2n ** 258n });
const NEUTRAL: Point = { x: 0n, y: 1n };
const ORDER_4: Point = { x: F.sqrt(F.inv(168700n)) as bigint, y: 0n };

describe("crypto/babyjubjub", () => {
  let reference: BabyJub;
  before(async () => (reference = await buildBabyjub()));
  after(terminateCurve);

  const theirs = ({ x, y }: Point): BabyJubPoint => [reference.F.e(x), reference.F.e(y)];
  const ours = ([x, y]: BabyJubPoint): Point => ({ x: reference.F.toObject(x), y: reference.F.toObject(y) });

  it("has circomlib's generator and order", () => {
    expect(BASE8).to.deep.equal(ours(reference.Base8));
    expect(SUBGROUP_ORDER).to.equal(reference.subOrder);
    expect(multiply(SUBGROUP_ORDER, BASE8)).to.deep.equal(NEUTRAL);
  });

  it("multiplies and adds as circomlibjs does, also points with a part of small order", () => {
    const generator = ours(reference.Generator);
    fc.assert(
      fc.property(scalar, scalar, fc.constantFrom(BASE8, generator, ORDER_4, NEUTRAL), (s, t, q) => {
        const sum = reference.addPoint(
          reference.mulPointEscalar(reference.Base8, s),
          reference.mulPointEscalar(theirs(q), t),
        );
        expect(multiplyAdd(s, BASE8, t, q)).to.deep.equal(ours(sum));
        expect(isOnCurve(ours(sum))).to.equal(true);
      }),
      { numRuns: 25 },
    );
  });

  it("finds x from y and negates", () => {
    const point = multiply(77n, BASE8);
    expect([point.x, negate(point).x]).to.include(xFromY(point.y));
    expect(multiplyAdd(1n, point, 1n, negate(point))).to.deep.equal(NEUTRAL);
    expect(isOnCurve({ x: point.x, y: F.add(point.y, 1n) })).to.equal(false);
  });
});
