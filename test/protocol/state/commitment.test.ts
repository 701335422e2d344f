import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { G1_GENERATOR, mulG1, type G1Point } from "../../../protocol/crypto/curve";
import { getDomain } from "../../../protocol/crypto/domain";
import * as F from "../../../protocol/crypto/field";
import * as kzg from "../../../protocol/crypto/kzg";
import * as P from "../../../protocol/crypto/polynomial";
import { developmentTau, openSrs, readSrs, type Srs } from "../../../protocol/crypto/srs";
import { State, StateCommitment, valuesBefore, type Touched } from "../../../protocol/state";
import { quotientValues } from "../../fixtures/quotient";
import { DOMAIN } from "../../fixtures/states";

const POWERS = [3, 4, 5];
const RUNS = { numRuns: 20 };

/** A state, and changes to some of its cells: the values of touched cells before and after. */
const scenario = fc.constantFrom(...POWERS).chain((power) => {
  const value = fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: F.R - 1n }));
  const index = fc.nat(2 ** power - 1);
  const pairs = fc.uniqueArray(fc.tuple(index, value), { selector: ([cell]) => cell, maxLength: 10 });
  return fc.record({ power: fc.constant(power), values: pairs, writes: pairs });
});

function dense(power: number, values: Iterable<readonly [number, bigint]>): bigint[] {
  const list = new Array<bigint>(2 ** power).fill(0n);
  for (const [index, value] of values) list[index] = value;
  return list;
}

/** Q by long division of f − Σ f_i·L_i by Z_I, all in coefficients. */
function quotientPlainly(
  power: number,
  before: Iterable<readonly [number, bigint]>,
  indices: readonly number[],
): bigint[] {
  const domain = getDomain(power);
  const values = dense(power, before);
  const polynomial = P.fromValues(values);
  const onTouched = values.map((value, index) => (indices.includes(index) ? value : 0n));
  const numerator = P.add(polynomial, P.scale(P.fromValues(onTouched), F.neg(1n)));
  const divisor = indices.reduce<bigint[]>(
    (product, i) => P.multiply(product, [F.neg(domain.omegaPower(i)), 1n]),
    [1n],
  );
  const { quotient, remainder } = P.divide(numerator, divisor);
  expect(remainder.every((coefficient) => coefficient === 0n)).to.equal(true);
  return quotient;
}

function commitPlainly(polynomial: P.Polynomial): Promise<G1Point> {
  return mulG1(G1_GENERATOR, P.evaluate(polynomial, developmentTau()));
}

/** The state after the writes, and what they touched. */
function change(
  power: number,
  values: [number, bigint][],
  writes: [number, bigint][],
): { state: State; touched: Touched[] } {
  const state = new State(power, values, 0);
  const touched = writes.map(([index, value]) => ({ index, old: state.read(index), new: value }));
  for (const { index, new: value } of touched) state.write(index, value);
  return { state, touched };
}

describe("StateCommitment", () => {
  let directory: string;
  const srs = new Map<number, Srs>();
  const at = (power: number) => srs.get(power) as Srs;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "commitment-"));
    const { path } = await openSrs({ power: Math.max(...POWERS), directory });
    for (const power of POWERS) srs.set(power, await readSrs(path, { power }));
  });
  after(() => rm(directory, { recursive: true }));

  it("commits to the polynomial through the cells", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ power, values }) => {
        const commitment = await new StateCommitment(at(power)).commit(new State(power, values, 0));
        expect(commitment).to.deep.equal(await commitPlainly(P.fromValues(dense(power, values))));
      }),
      RUNS,
    );
  });

  it("updates touched cells to the same commitment as from nothing", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ power, values, writes }) => {
        const committer = new StateCommitment(at(power));
        const old = await committer.commit(new State(power, values, 0));
        const { state, touched } = change(power, values, writes);
        expect(await committer.update(old, touched)).to.deep.equal(await committer.commit(state));
      }),
      RUNS,
    );
  });

  it("knows the cells before a batch", () => {
    fc.assert(
      fc.property(scenario, ({ power, values, writes }) => {
        const { state, touched } = change(power, values, writes);
        expect(dense(power, valuesBefore(state, touched))).to.deep.equal(dense(power, values));
      }),
    );
  });

  it("divides as plain polynomials do", () => {
    fc.assert(
      fc.property(scenario, ({ power, values, writes }) => {
        const indices = writes.map(([index]) => index);
        const quotient = quotientValues(getDomain(power), values, indices);
        const plain = quotientPlainly(power, values, indices);
        const padded = [...plain, ...new Array<bigint>(2 ** power).fill(0n)].slice(0, 2 ** power);
        expect(dense(power, quotient)).to.deep.equal(P.toValues(padded));
      }),
    );
  });

  it("divides when every cell is touched, when none is, and refuses a cell twice", () => {
    const domain = getDomain(3);
    const all = Array.from({ length: 8 }, (_, i) => [i, BigInt(i + 1)] as [number, bigint]);
    expect(quotientValues(domain, all, [0, 1, 2, 3, 4, 5, 6, 7]).every(([, value]) => value === 0n)).to.equal(true);
    expect(quotientValues(domain, all, [])).to.deep.equal(all);
    expect(() => quotientValues(domain, all, [1, 1])).to.throw("touched cells must be distinct");
  });

  it("commits to the quotient, and satisfies the equations of reads and writes at any x", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, fc.bigInt({ min: 0n, max: F.R - 1n }), async ({ power, values, writes }, x) => {
        const domain = getDomain(power);
        const committer = new StateCommitment(at(power));
        const { state, touched } = change(power, values, writes);
        const indices = touched.map(({ index }) => index);
        const quotient = await committer.quotient(state, touched);
        expect(quotient.commitment).to.deep.equal(await commitPlainly(quotientPlainly(power, values, indices)));

        const { oldEval, quotientEval, newEval } = await committer.openAt(state, touched, quotient, x, () => 1n);
        const sumOf = (pick: (cell: Touched) => bigint) =>
          domain.evaluate(
            touched.map((cell) => [cell.index, pick(cell)] as const),
            x,
          );
        const [olds, news] = [sumOf((cell) => cell.old), sumOf((cell) => cell.new)];
        expect(F.sub(oldEval, olds)).to.equal(F.mul(quotientEval, domain.vanishingOn(indices, x)));
        expect(newEval).to.equal(F.sub(F.add(oldEval, news), olds));
      }),
      RUNS,
    );
  });

  it("P3: opens all three at x so that the pairing accepts, and refuses each value or commitment changed", async () => {
    const power = 4;
    const committer = new StateCommitment(at(power));
    const values: [number, bigint][] = [
      [0, 5n],
      [3, 6n],
      [9, 7n],
      [15, 8n],
    ];
    const old = await committer.commit(new State(power, values, 0));
    const { state, touched } = change(power, values, [
      [3, 60n],
      [4, 1n],
      [9, 0n],
    ]);
    const quotient = await committer.quotient(state, touched);
    const commitments = [old, quotient.commitment, await committer.update(old, touched)];
    const [x, v] = [123456789n, 987654321n];
    const { opening, ...named } = await committer.openAt(state, touched, quotient, x, () => v);
    const opened = { values: [named.oldEval, named.quotientEval, named.newEval], witness: opening };

    const verify = (points: G1Point[], batch: kzg.BatchOpening) => kzg.verifyBatch(at(power), points, x, v, batch);
    expect(await verify(commitments, opened)).to.equal(true);
    for (let i = 0; i < 3; i++) {
      const wrong = opened.values.map((value, j) => (i === j ? F.add(value, 1n) : value));
      expect(await verify(commitments, { ...opened, values: wrong }), `value ${i}`).to.equal(false);
      const points = commitments.map((point, j) => (i === j ? G1_GENERATOR : point));
      expect(await verify(points, opened), `commitment ${i}`).to.equal(false);
    }
    expect(await verify(commitments, { ...opened, witness: G1_GENERATOR })).to.equal(false);
  });

  it("C13: has a quotient of another set refused by the equation of reads", async () => {
    const power = 4;
    const domain = getDomain(power);
    const values: [number, bigint][] = [
      [0, 5n],
      [3, 6n],
      [9, 7n],
      [15, 8n],
    ];
    const x = 1234567n;
    const oldEval = domain.evaluate(values, x);
    const reads = domain.evaluate(
      [
        [3, 6n],
        [9, 7n],
      ],
      x,
    );
    const holds = (indices: number[]) => {
      const quotientEval = domain.evaluate(quotientValues(domain, values, indices), x);
      return F.sub(oldEval, reads) === F.mul(quotientEval, domain.vanishingOn([3, 9], x));
    };
    expect(holds([3, 9])).to.equal(true);
    for (const indices of [[3], [9], [3, 15], [3, 9, 15], []]) expect(holds(indices), indices.join()).to.equal(false);
  });

  it("opens single cells, allocated or not", async () => {
    const power = 3;
    const committer = new StateCommitment(at(power));
    const state = State.genesis(DOMAIN, power);
    const commitment = await committer.commit(state);
    for (const index of [0, 1, 5]) {
      const opening = await committer.openCell(state, index);
      expect(opening.value).to.equal(state.read(index));
      expect(await kzg.verifyCell(at(power), power, commitment, index, opening)).to.equal(true);
      expect(await kzg.verifyCell(at(power), power, commitment, (index + 1) % 8, opening)).to.equal(false);
    }
  });

  it("refuses a state of another size than its SRS", async () => {
    const committer = new StateCommitment(at(4));
    let error: Error | undefined;
    await committer.commit(State.genesis(DOMAIN, 3)).catch((caught: Error) => (error = caught));
    expect(error?.message).to.equal("the SRS is for 2^4 cells, the state has 2^3");
  });
});
