/**
 * Gates by hand, as snarkjs' plonk_setup.js makes them: `processConstraints` there, with `join`, `reduceCoefs`,
 * `addConstraintSum` and `addConstraintMul`.
 */
import { expect } from "chai";
import * as F from "../../../../protocol/crypto/field";
import type { Constraints, LinearCombination } from "../../../../protocol/prover/plonk/constraintFile";
import { buildGates, type Addition, type Gates } from "../../../../protocol/prover/plonk/gates";
import type { Constraint, Term } from "./circuitFiles";

/** The number of wires of every circuit here. Wires V1, V2, ... come after them, for sums. */
const WIRES = 50;
const [V1, V2, V3, V4, V5, V6] = [50, 51, 52, 53, 54, 55];

type Row = [wires: [a: number, b: number, c: number], qm: bigint, ql: bigint, qr: bigint, qo: bigint, qc: bigint];

function constraintsOf(constraints: readonly Constraint[], publics = 0): Constraints {
  const combination = (terms: readonly Term[]): LinearCombination => ({
    wires: terms.map(([wire]) => wire),
    coefficients: terms.map(([, coefficient]) => coefficient),
  });
  return {
    variables: WIRES,
    publics,
    count: constraints.length,
    *read() {
      for (const [a, b, c] of constraints) yield [combination(a), combination(b), combination(c)];
    },
  };
}

function rowsOf({ count, wires, selectors, coefficients }: Gates): Row[] {
  return Array.from({ length: count }, (_, row) => {
    const [a, b, c] = wires.map((column) => column[row]);
    const [qm, ql, qr, qo, qc] = selectors.map((column) => coefficients[column[row]]);
    return [[a, b, c], qm, ql, qr, qo, qc];
  });
}

/** The gates of one constraint. */
const gatesOf = (...constraint: Constraint): Row[] => rowsOf(buildGates(constraintsOf([constraint])));

const neg = F.neg;

/** Of a new wire that is ka·a + kb·b. */
const addition = (a: number, b: number, wire: number, ka: bigint, kb: bigint): Row => [
  [a, b, wire],
  0n,
  neg(ka),
  neg(kb),
  1n,
  0n,
];

/** k1·w1 + k2·w2 + ... of so many terms, with k_i = 100 + i. */
const sum = (count: number): Term[] => Array.from({ length: count }, (_, i) => [i + 1, BigInt(101 + i)]);

/** Terms are taken from the front two by two, and their sum is put at the end, until three are left. */
const SUMS: readonly (readonly [terms: number, additions: Row[], last: Row])[] = [
  [1, [], [[1, 0, 0], 0n, 101n, 0n, 0n, 0n]],
  [2, [], [[1, 2, 0], 0n, 101n, 102n, 0n, 0n]],
  [3, [], [[1, 2, 3], 0n, 101n, 102n, 103n, 0n]],
  [4, [addition(1, 2, V1, 101n, 102n)], [[3, 4, V1], 0n, 103n, 104n, 1n, 0n]],
  [5, [addition(1, 2, V1, 101n, 102n), addition(3, 4, V2, 103n, 104n)], [[5, V1, V2], 0n, 105n, 1n, 1n, 0n]],
  [
    6,
    [addition(1, 2, V1, 101n, 102n), addition(3, 4, V2, 103n, 104n), addition(5, 6, V3, 105n, 106n)],
    [[V1, V2, V3], 0n, 1n, 1n, 1n, 0n],
  ],
  [
    7,
    [
      addition(1, 2, V1, 101n, 102n),
      addition(3, 4, V2, 103n, 104n),
      addition(5, 6, V3, 105n, 106n),
      addition(7, V1, V4, 107n, 1n),
    ],
    [[V2, V3, V4], 0n, 1n, 1n, 1n, 0n],
  ],
];

/** The same until one is left, as a product needs: its wire and its coefficient. */
const FACTORS: readonly (readonly [terms: number, additions: Row[], wire: number, coefficient: bigint])[] = [
  [1, [], 1, 101n],
  [2, [addition(1, 2, V1, 101n, 102n)], V1, 1n],
  [3, [addition(1, 2, V1, 101n, 102n), addition(3, V1, V2, 103n, 1n)], V2, 1n],
  [4, [addition(1, 2, V1, 101n, 102n), addition(3, 4, V2, 103n, 104n), addition(V1, V2, V3, 1n, 1n)], V3, 1n],
  [
    5,
    [
      addition(1, 2, V1, 101n, 102n),
      addition(3, 4, V2, 103n, 104n),
      addition(5, V1, V3, 105n, 1n),
      addition(V2, V3, V4, 1n, 1n),
    ],
    V4,
    1n,
  ],
  [
    6,
    [
      addition(1, 2, V1, 101n, 102n),
      addition(3, 4, V2, 103n, 104n),
      addition(5, 6, V3, 105n, 106n),
      addition(V1, V2, V4, 1n, 1n),
      addition(V3, V4, V5, 1n, 1n),
    ],
    V5,
    1n,
  ],
  [
    7,
    [
      addition(1, 2, V1, 101n, 102n),
      addition(3, 4, V2, 103n, 104n),
      addition(5, 6, V3, 105n, 106n),
      addition(7, V1, V4, 107n, 1n),
      addition(V2, V3, V5, 1n, 1n),
      addition(V4, V5, V6, 1n, 1n),
    ],
    V6,
    1n,
  ],
];

describe("plonk: gates", () => {
  it("of public wires come first, one each, then the constraints in their order", () => {
    const product: Constraint = [[[1, 2n]], [[2, 3n]], [[3, 5n]]];
    const alone: Constraint = [[], [], [[4, 7n]]];
    const gates = buildGates(constraintsOf([product, alone, product], 3));
    expect(rowsOf(gates)).to.deep.equal([
      [[1, 0, 0], 0n, 1n, 0n, 0n, 0n],
      [[2, 0, 0], 0n, 1n, 0n, 0n, 0n],
      [[3, 0, 0], 0n, 1n, 0n, 0n, 0n],
      [[1, 2, 3], 6n, 0n, 0n, neg(5n), 0n],
      [[4, 0, 0], 0n, 7n, 0n, 0n, 0n],
      [[1, 2, 3], 6n, 0n, 0n, neg(5n), 0n],
    ]);
    expect(gates).to.deep.include({ count: 6, publics: 3, variables: WIRES, additions: [] });
  });

  it("name each coefficient once", () => {
    const product: Constraint = [[[1, 2n]], [[2, 3n]], [[3, 5n]]];
    const { coefficients } = buildGates(constraintsOf([product, product], 2));
    expect([...coefficients].sort((x, y) => Number(x - y))).to.deep.equal([0n, 1n, 6n, neg(5n)]);
  });

  it("are none without constraints and public wires", () => {
    expect(buildGates(constraintsOf([]))).to.deep.include({ count: 0, additions: [], coefficients: [] });
  });

  describe("where a or b is empty", () => {
    const some: Term[] = [
      [0, 9n],
      [1, 8n],
    ];

    it("are the sum c, with its constant", () => {
      const gate: Row = [[2, 3, 0], 0n, 5n, 6n, 0n, 4n];
      const c: Term[] = [
        [0, 4n],
        [2, 5n],
        [3, 6n],
      ];
      expect(gatesOf([], some, c)).to.deep.equal([gate]);
      expect(gatesOf(some, [], c)).to.deep.equal([gate]);
      expect(gatesOf([], [], c)).to.deep.equal([gate]);
    });

    it("are a constant, or nothing, when c is", () => {
      expect(gatesOf([], some, [[0, 4n]])).to.deep.equal([[[0, 0, 0], 0n, 0n, 0n, 0n, 4n]]);
      expect(gatesOf(some, [], [])).to.deep.equal([[[0, 0, 0], 0n, 0n, 0n, 0n, 0n]]);
    });

    for (const [terms, additions, last] of SUMS) {
      it(`sum ${terms} term${terms === 1 ? "" : "s"} of c`, () => {
        expect(gatesOf([], some, sum(terms))).to.deep.equal([...additions, last]);
      });
    }
  });

  describe("where a or b is a constant k", () => {
    const other: Term[] = [
      [0, 7n],
      [1, 2n],
      [2, 3n],
    ];
    const c: Term[] = [
      [0, 11n],
      [2, 5n],
      [3, 13n],
    ];

    it("are the sum k·b − c or k·a − c, by wire", () => {
      // 10·(7 + 2·w1 + 3·w2) − (11 + 5·w2 + 13·w3)
      const gate: Row = [[1, 2, 3], 0n, 20n, 25n, neg(13n), 59n];
      expect(gatesOf([[0, 10n]], other, c)).to.deep.equal([gate]);
      expect(gatesOf(other, [[0, 10n]], c)).to.deep.equal([gate]);
    });

    it("take wires in ascending order, whichever side they are from", () => {
      const gate: Row = [[2, 5, 7], 0n, neg(3n), 2n, neg(4n), 0n];
      const combination: Term[] = [
        [2, 3n],
        [7, 4n],
      ];
      expect(gatesOf([[0, 1n]], [[5, 2n]], combination)).to.deep.equal([gate]);
    });

    it("are a constant when all is constant", () => {
      expect(gatesOf([[0, 3n]], [[0, 5n]], [[0, 15n]])).to.deep.equal([[[0, 0, 0], 0n, 0n, 0n, 0n, 0n]]);
      expect(gatesOf([[0, 3n]], [[0, 5n]], [])).to.deep.equal([[[0, 0, 0], 0n, 0n, 0n, 0n, 15n]]);
    });

    it("keep terms whose coefficients cancel to 0", () => {
      const b: Term[] = [
        [1, 2n],
        [2, 3n],
        [3, 4n],
        [4, 5n],
      ];
      const multiple: Term[] = [
        [1, 20n],
        [2, 30n],
        [3, 40n],
      ];
      expect(gatesOf([[0, 10n]], b.slice(0, 3), multiple)).to.deep.equal([[[1, 2, 3], 0n, 0n, 0n, 0n, 0n]]);
      expect(gatesOf(b, [[0, 10n]], multiple)).to.deep.equal([
        addition(1, 2, V1, 0n, 0n),
        [[3, 4, V1], 0n, 0n, 50n, 1n, 0n],
      ]);
    });

    it("take a constant of 0 for a constant, and a wire with the coefficient 0 for a wire", () => {
      expect(gatesOf([[0, 0n]], other, c)).to.deep.equal([[[1, 2, 3], 0n, 0n, neg(5n), neg(13n), neg(11n)]]);
      // Products, though b is the constant 10.
      const wire: Term[] = [
        [0, 10n],
        [4, 0n],
      ];
      expect(gatesOf([[1, 2n]], wire, [[3, 5n]])).to.deep.equal([[[1, 4, 3], 0n, 20n, 0n, neg(5n), 0n]]);
      expect(gatesOf(wire, [[1, 2n]], [[3, 5n]])).to.deep.equal([[[4, 1, 3], 0n, 0n, 20n, neg(5n), 0n]]);
      expect(gatesOf([], other, [[4, 0n]])).to.deep.equal([[[4, 0, 0], 0n, 0n, 0n, 0n, 0n]]);
    });

    for (const [terms, additions, last] of SUMS) {
      it(`sum ${terms} term${terms === 1 ? "" : "s"}`, () => {
        expect(gatesOf([[0, 1n]], sum(terms), [])).to.deep.equal([...additions, last]);
        expect(gatesOf(sum(terms), [[0, 1n]], [])).to.deep.equal([...additions, last]);
      });
    }
  });

  describe("of a product", () => {
    it("multiply coefficients and constants", () => {
      const [a, b, c] = [
        [1, 2n, 7n],
        [2, 3n, 11n],
        [3, 5n, 13n],
      ].map(([wire, coefficient, constant]): Term[] => [
        [0, constant as bigint],
        [wire as number, coefficient as bigint],
      ]);
      // (7 + 2·a)·(11 + 3·b) − (13 + 5·c) = 6·ab + 22·a + 21·b − 5·c + 64
      expect(gatesOf(a, b, c)).to.deep.equal([[[1, 2, 3], 6n, 22n, 21n, neg(5n), 64n]]);
    });

    it("without c are 0", () => {
      expect(gatesOf([[1, 2n]], [[2, 3n]], [])).to.deep.equal([[[1, 2, 0], 6n, 0n, 0n, 0n, 0n]]);
      expect(gatesOf([[1, 2n]], [[2, 3n]], [[0, 8n]])).to.deep.equal([[[1, 2, 0], 6n, 0n, 0n, 0n, neg(8n)]]);
    });

    it("may have one wire in all places, and coefficients up to r − 1", () => {
      const largest = F.R - 1n;
      const same: Term[] = [[1, largest]];
      // (−w)·(−w) − (−w)
      expect(gatesOf(same, same, same)).to.deep.equal([[[1, 1, 1], 1n, 0n, 0n, 1n, 0n]]);
    });

    for (const [terms, additions, wire, coefficient] of FACTORS) {
      it(`sum ${terms} term${terms === 1 ? "" : "s"} in a, b or c`, () => {
        const [one, two]: Term[][] = [[[48, 3n]], [[49, 5n]]];
        expect(gatesOf(sum(terms), one, two)).to.deep.equal([
          ...additions,
          [[wire, 48, 49], F.mul(coefficient, 3n), 0n, 0n, neg(5n), 0n],
        ]);
        expect(gatesOf(one, sum(terms), two)).to.deep.equal([
          ...additions,
          [[48, wire, 49], F.mul(3n, coefficient), 0n, 0n, neg(5n), 0n],
        ]);
        expect(gatesOf(one, two, sum(terms))).to.deep.equal([
          ...additions,
          [[48, 49, wire], 15n, 0n, 0n, neg(coefficient), 0n],
        ]);
      });
    }
  });

  it("with sums of a, b and c come in this order, before the product, and number new wires on", () => {
    const two = (first: number): Term[] => [
      [first, 2n],
      [first + 1, 3n],
    ];
    const product: Constraint = [two(1), two(3), two(5)];
    const gates = buildGates(constraintsOf([product, product]));
    expect(rowsOf(gates)).to.deep.equal([
      addition(1, 2, V1, 2n, 3n),
      addition(3, 4, V2, 2n, 3n),
      addition(5, 6, V3, 2n, 3n),
      [[V1, V2, V3], 1n, 0n, 0n, neg(1n), 0n],
      addition(1, 2, V4, 2n, 3n),
      addition(3, 4, V5, 2n, 3n),
      addition(5, 6, V6, 2n, 3n),
      [[V4, V5, V6], 1n, 0n, 0n, neg(1n), 0n],
    ]);
    const additions: Addition[] = [1, 3, 5, 1, 3, 5].map((wire) => [wire, wire + 1, 2n, 3n]);
    expect(gates).to.deep.include({ count: 8, variables: WIRES + 6, additions });
  });

  it("leave the constant of a long sum to its last gate", () => {
    const long: Term[] = [[0, 99n], ...sum(4)];
    expect(gatesOf([], [], long)).to.deep.equal([
      addition(1, 2, V1, 101n, 102n),
      [[3, 4, V1], 0n, 103n, 104n, 1n, 99n],
    ]);
    expect(gatesOf([[0, 99n], ...sum(2)], [[48, 3n]], [])).to.deep.equal([
      addition(1, 2, V1, 101n, 102n),
      [[V1, 48, 0], 3n, 0n, 297n, 0n, 0n],
    ]);
  });

  it("are more than a first array holds, with progress up to the last constraint", () => {
    const count = 25_000;
    const told: number[] = [];
    const constraint: Constraint = [[[1, 2n]], [[2, 3n]], [[3, 5n]]];
    const constraints = new Array<Constraint>(count).fill(constraint);
    const rows = rowsOf(buildGates(constraintsOf(constraints, 1), (done) => told.push(done)));
    expect(rows).to.have.length(1 + count);
    expect(rows.slice(1).every(([wires, qm]) => wires.join() === "1,2,3" && qm === 6n)).to.equal(true);
    expect(told).to.deep.equal([...told].sort((x, y) => x - y));
    expect(told.length).to.be.greaterThan(1);
    expect(told[told.length - 1]).to.equal(count);
  });
});
