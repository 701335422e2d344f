import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import * as F from "../../../protocol/crypto/field";
import * as C from "../../../protocol/crypto/curve";
import * as kzg from "../../../protocol/crypto/kzg";
import * as P from "../../../protocol/crypto/polynomial";
import { getDomain } from "../../../protocol/crypto/domain";
import { developmentTau, openSrs, readSrs, type Srs } from "../../../protocol/crypto/srs";
import { quotientValues } from "../../fixtures/quotient";

const element = fc.bigInt({ min: 0n, max: F.R - 1n });
const cells = (power: number) =>
  fc.uniqueArray(fc.tuple(fc.nat(2 ** power - 1), element), { selector: ([index]) => index, maxLength: 12 });
const POWERS = [4, 5, 6];
const anyPower = fc.constantFrom(...POWERS);
const vector = anyPower.chain((power) => fc.record({ power: fc.constant(power), values: cells(power) }));
const RUNS = { numRuns: 12 };

function coefficients(power: number, values: [number, bigint][]): bigint[] {
  const dense = new Array<bigint>(2 ** power).fill(0n);
  for (const [index, value] of values) dense[index] = value;
  return P.fromValues(dense);
}

/** [f(τ)]₁ from the coefficients and the known τ. */
async function commitPlainly(polynomial: P.Polynomial): Promise<C.G1Point> {
  return C.mulG1(C.G1_GENERATOR, P.evaluate(polynomial, developmentTau()));
}

/** (f(X) - f(x))/(X - x) by long division. */
function witnessPlainly(polynomial: P.Polynomial, x: bigint): bigint[] {
  const numerator = P.add(polynomial, [F.neg(P.evaluate(polynomial, x))]);
  const { quotient, remainder } = P.divide(numerator, [F.neg(x), 1n]);
  expect(remainder).to.deep.equal([0n]);
  return quotient;
}

describe("crypto/kzg", () => {
  let directory: string;
  const srs = new Map<number, Srs>();
  const at = (power: number) => srs.get(power) as Srs;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "kzg-"));
    const { path } = await openSrs({ power: 6, directory });
    for (const power of POWERS) srs.set(power, await readSrs(path, { power }));
  });
  after(async () => {
    await rm(directory, { recursive: true });
    await C.terminateCurve();
  });

  it("commits to values as to the coefficients of their polynomial", async () => {
    await fc.assert(
      fc.asyncProperty(vector, async ({ power, values }) => {
        const commitment = await kzg.commit(at(power), values);
        expect(commitment).to.deep.equal(await commitPlainly(coefficients(power, values)));
      }),
      RUNS,
    );
    expect(await kzg.commit(at(4), [])).to.deep.equal(C.G1_INFINITY);
    expect(await kzg.commit(at(4), [[3, 1n]])).to.deep.equal(kzg.lagrangePoint(at(4), 3));
  });

  it("updates a commitment by differences", async () => {
    await fc.assert(
      fc.asyncProperty(cells(5), cells(5), async (before, after) => {
        const differences = new Map<number, bigint>(after);
        for (const [index, value] of before) differences.set(index, F.sub(differences.get(index) ?? 0n, value));
        const updated = await kzg.update(at(5), await kzg.commit(at(5), before), differences);
        expect(updated).to.deep.equal(await kzg.commit(at(5), after));
      }),
      RUNS,
    );
  });

  it("opens at any x with the witness of long division, and verifies", async () => {
    await fc.assert(
      fc.asyncProperty(vector, element, async ({ power, values }, x) => {
        const polynomial = coefficients(power, values);
        const opening = await kzg.open(at(power), values, x);
        expect(opening.value).to.equal(P.evaluate(polynomial, x));
        expect(opening.witness).to.deep.equal(await commitPlainly(witnessPlainly(polynomial, x)));
        expect(await kzg.verify(at(power), await kzg.commit(at(power), values), x, opening)).to.equal(true);
      }),
      RUNS,
    );
  });

  it("opens one cell, also an empty one, and verifies", async () => {
    await fc.assert(
      fc.asyncProperty(vector, fc.nat(), async ({ power, values }, n) => {
        const domain = getDomain(power);
        const index = n % 2 && values.length > 0 ? values[n % values.length][0] : n % domain.size;
        const polynomial = coefficients(power, values);
        const opening = await kzg.openCell(at(power), values, index);
        expect(opening.value).to.equal(new Map(values).get(index) ?? 0n);
        const witness = witnessPlainly(polynomial, domain.omegaPower(index));
        expect(opening.witness).to.deep.equal(await commitPlainly(witness));
        expect(await kzg.open(at(power), values, domain.omegaPower(index))).to.deep.equal(opening);
        const commitment = await kzg.commit(at(power), values);
        expect(await kzg.verifyCell(at(power), power, commitment, index, opening)).to.equal(true);
        const wrong = { ...opening, value: F.add(opening.value, 1n) };
        expect(await kzg.verifyCell(at(power), power, commitment, index, wrong)).to.equal(false);
      }),
      RUNS,
    );
  });

  it("opens several polynomials at one x with one witness", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(cells(4), { minLength: 1, maxLength: 4 }),
        element,
        element,
        async (polynomials, x, v) => {
          const commitments = await Promise.all(polynomials.map((values) => kzg.commit(at(4), values)));
          let told: readonly bigint[] = [];
          const opening = await kzg.openBatch(at(4), polynomials, x, (values) => ((told = values), v));
          expect(told).to.deep.equal(opening.values);
          expect(opening.values).to.deep.equal(polynomials.map((values) => P.evaluate(coefficients(4, values), x)));
          expect(await kzg.verifyBatch(at(4), commitments, x, v, opening)).to.equal(true);
          for (let j = 0; j < polynomials.length; j++) {
            const values = opening.values.map((value, k) => (k === j ? F.add(value, 1n) : value));
            const isRelevant = j === 0 || v !== 0n;
            expect(await kzg.verifyBatch(at(4), commitments, x, v, { ...opening, values })).to.equal(!isRelevant);
          }
        },
      ),
      RUNS,
    );
  });

  it("divides by the touched cells as the sum over the cells does, and commits to the quotient", async () => {
    const indices = (power: number) => fc.uniqueArray(fc.nat(2 ** power - 1));
    const touched = vector.chain(({ power, values }) =>
      fc.record({ values: fc.constant({ power, values }), indices: indices(power) }),
    );
    await fc.assert(
      fc.asyncProperty(touched, async ({ values: { power, values }, indices }) => {
        const quotient = await kzg.quotient(at(power), values, indices);
        const expected = quotientValues(getDomain(power), values, indices).filter(([, value]) => value !== 0n);
        expect([...quotient.values]).to.deep.equal(expected.sort(([a], [b]) => a - b));
        expect(quotient.commitment).to.deep.equal(await kzg.commit(at(power), quotient.values));
      }),
      RUNS,
    );
  });

  it("divides when every cell is touched, or none", async () => {
    const all = Array.from({ length: 16 }, (_, i): [number, bigint] => [i, BigInt(i + 1)]);
    const whole = await kzg.quotient(
      at(4),
      all,
      all.map(([index]) => index),
    );
    expect([[...whole.values], whole.commitment]).to.deep.equal([[], C.G1_INFINITY]);
    expect([...(await kzg.quotient(at(4), all, [])).values]).to.deep.equal(all);
  });

  it("refuses a wrong value, x, commitment, witness and challenge", async () => {
    const values: [number, bigint][] = [
      [1, 5n],
      [9, 7n],
    ];
    const x = 1234567n;
    const commitment = await kzg.commit(at(4), values);
    const opening = await kzg.open(at(4), values, x);
    const isValid = (c: C.G1Point, point: bigint, o: kzg.Opening) => kzg.verify(at(4), c, point, o);
    expect(await isValid(commitment, x, opening)).to.equal(true);
    expect(await isValid(commitment, x, { ...opening, value: opening.value + 1n })).to.equal(false);
    expect(await isValid(commitment, x + 1n, opening)).to.equal(false);
    expect(await isValid(C.negG1(commitment), x, opening)).to.equal(false);
    expect(await isValid(commitment, x, { ...opening, witness: C.negG1(opening.witness) })).to.equal(false);
    expect(await isValid(commitment, x, { ...opening, witness: C.G1_INFINITY })).to.equal(false);
    const batch = await kzg.openBatch(at(4), [values, [[2, 3n]]], x, () => 10n);
    const second = await kzg.commit(at(4), [[2, 3n]]);
    expect(await kzg.verifyBatch(at(4), [commitment, second], x, 10n, batch)).to.equal(true);
    expect(await kzg.verifyBatch(at(4), [commitment, second], x, 11n, batch)).to.equal(false);
    expect(await kzg.verifyBatch(at(4), [second, commitment], x, 10n, batch)).to.equal(false);
  });

  it("accepts a constant and the zero polynomial, whose witness is the point at infinity", async () => {
    for (const constant of [0n, 42n]) {
      const values = Array.from({ length: 16 }, (_, i): [number, bigint] => [i, constant]);
      const opening = await kzg.open(at(4), values, 99n);
      expect(opening).to.deep.equal({ value: constant, witness: C.G1_INFINITY });
      expect(await kzg.verify(at(4), await kzg.commit(at(4), values), 99n, opening)).to.equal(true);
    }
  });

  it("names what is out of range", async () => {
    const message = async (promise: Promise<unknown>) => promise.then(String, (error: Error) => error.message);
    const opening = { value: 1n, witness: C.G1_INFINITY };
    expect(await message(kzg.commit(at(4), [[16, 1n]]))).to.contain("cell index must be an integer from 0 to 15");
    expect(await message(kzg.open(at(4), [], F.R))).to.contain("evaluation point must be below the field order");
    expect(await message(kzg.openCell(at(4), [], 16))).to.contain("cell index must be an integer from 0 to 15");
    expect(await message(kzg.verify(at(4), { x: 1n, y: 1n }, 1n, opening))).to.contain("commitment must be a point");
    expect(await message(kzg.verify(at(4), C.G1_INFINITY, 1n, { ...opening, value: F.R }))).to.contain("opened value");
    expect(await message(kzg.verify(at(4), C.G1_INFINITY, F.R, opening))).to.contain("evaluation point");
    expect(await message(kzg.quotient(at(4), [], [1, 1]))).to.contain("touched cells must be distinct");
    expect(await message(kzg.quotient(at(4), [], [16]))).to.contain("cell index must be an integer from 0 to 15");
    const batch = { values: [1n], witness: C.G1_INFINITY };
    expect(await message(kzg.verifyBatch(at(4), [], 1n, 1n, batch))).to.contain(
      "0 commitments need as many values, got 1",
    );
    expect(await message(kzg.commit({ ...at(4), power: 5 }, []))).to.contain("the Lagrange basis must have 32 points");
  });
});
