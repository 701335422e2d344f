import { buildBabyjub, type BabyJub } from "circomlibjs";
import { expect } from "chai";
import { BASE8, isOnCurve, multiply, negate, type Point } from "../../../protocol/crypto/babyjubjub";
import * as F from "../../../protocol/crypto/field";
import { circuit, type CircuitTester } from "../../fixtures/circom";
import { expectNoSurvivors } from "../mutation";
import { baseMultiple, GENERATOR, NEUTRAL, pair, sumOf, TORSION } from "./points";

/** Every kind of point: neutral, of small order, of the subgroup, of the whole group. */
const POINTS: readonly Point[] = [
  ...TORSION,
  BASE8,
  negate(BASE8),
  baseMultiple(12345n),
  GENERATOR,
  multiply(77n, GENERATOR),
];
const compile = (template: string): Promise<CircuitTester> => circuit("lib/edwards.circom", template);

describe("circuits/lib/edwards", () => {
  let babyJub: BabyJub;
  before(async () => (babyJub = await buildBabyjub()));

  const theirSum = (p: Point, q: Point): [bigint, bigint] => {
    const [x, y] = babyJub.addPoint([babyJub.F.e(p.x), babyJub.F.e(p.y)], [babyJub.F.e(q.x), babyJub.F.e(q.y)]);
    return [babyJub.F.toObject(x), babyJub.F.toObject(y)];
  };

  it("the points of the tests are what they are called", () => {
    expect(new Set(TORSION.map(({ y, x }) => `${x},${y}`)).size).to.equal(8);
    for (const point of TORSION) {
      expect(isOnCurve(point)).to.equal(true);
      expect(multiply(8n, point)).to.deep.equal(NEUTRAL);
    }
    expect(TORSION[4]).to.deep.equal({ x: 0n, y: F.R - 1n });
    expect([TORSION[2].y, TORSION[6].y]).to.deep.equal([0n, 0n]);
  });

  it("adds any two points as circomlibjs does: equal, opposite, neutral, of small order", async () => {
    const add = await compile("EdwardsAdd");
    for (const p of POINTS) {
      for (const q of [...POINTS, negate(p)]) {
        expect(theirSum(p, q)).to.deep.equal(pair(sumOf(p, q)));
        await add.expectPass({ p: pair(p), q: pair(q) }, { out: theirSum(p, q) });
      }
    }
  });

  it("adds a constant point, and doubles, as circomlibjs does", async () => {
    const double = await compile("EdwardsDouble");
    const addBase = await circuit("lib/edwards.circom", "EdwardsAddConstant", [pair(BASE8)]);
    for (const p of POINTS) {
      await double.expectPass({ p: pair(p) }, { out: theirSum(p, p) });
      await addBase.expectPass({ p: pair(p) }, { out: theirSum(p, BASE8) });
    }
  });

  it("accepts points on the curve and no others", async () => {
    const onCurve = await compile("AssertOnCurve");
    for (const p of POINTS) await onCurve.expectPass({ p: pair(p) });
    for (const p of [
      [0n, 0n],
      [1n, 1n],
      [BASE8.y, BASE8.x],
      [F.add(BASE8.x, 1n), BASE8.y],
      [BASE8.x, F.sub(BASE8.y, 1n)],
    ]) {
      expect(isOnCurve({ x: p[0], y: p[1] })).to.equal(false);
      await onCurve.expectFail({ p });
    }
  });

  it("C2: no signal can be changed alone but the sign of an input of AssertOnCurve", async () => {
    const add = await compile("EdwardsAdd");
    await expectNoSurvivors(add, await add.calculateWitness({ p: pair(BASE8), q: pair(GENERATOR) }));
    const double = await compile("EdwardsDouble");
    await expectNoSurvivors(double, await double.calculateWitness({ p: pair(GENERATOR) }));
    const onCurve = await compile("AssertOnCurve");
    await expectNoSurvivors(onCurve, await onCurve.calculateWitness({ p: pair(BASE8) }), ["p[0]", "p[1]"]);
  });
});
