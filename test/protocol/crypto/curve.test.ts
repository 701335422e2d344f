import { expect } from "chai";
import fc from "fast-check";
import * as F from "../../../protocol/crypto/field";
import * as C from "../../../protocol/crypto/curve";

const element = fc.bigInt({ min: 0n, max: F.R - 1n });

/** (scalar)·G by the curve's affine formulas, slowly. */
function multiple(scalar: bigint): C.G1Point {
  const inverse = (a: bigint) => {
    let [result, square] = [1n, ((a % C.Q) + C.Q) % C.Q];
    for (let e = C.Q - 2n; e > 0n; e >>= 1n) {
      if (e & 1n) result = (result * square) % C.Q;
      square = (square * square) % C.Q;
    }
    return result;
  };
  const add = (p: C.G1Point, q: C.G1Point): C.G1Point => {
    if (C.isInfinity(p)) return q;
    if (C.isInfinity(q)) return p;
    if (p.x === q.x && p.y !== q.y) return C.G1_INFINITY;
    const slope = p.x === q.x ? 3n * p.x * p.x * inverse(2n * p.y) : (q.y - p.y) * inverse(q.x - p.x);
    const mod = (a: bigint) => ((a % C.Q) + C.Q) % C.Q;
    const x = mod(slope * slope - p.x - q.x);
    return { x, y: mod(slope * (p.x - x) - p.y) };
  };
  let [sum, power] = [C.G1_INFINITY, C.G1_GENERATOR];
  for (let rest = scalar; rest > 0n; rest >>= 1n) {
    if (rest & 1n) sum = add(sum, power);
    power = add(power, power);
  }
  return sum;
}

describe("crypto/curve", () => {
  after(C.terminateCurve);

  it("encodes points as ffjavascript holds them, and back; (0, 0) is infinity", async () => {
    const { G1, G2 } = await C.getCurve();
    expect(C.encodeG1([C.G1_GENERATOR])).to.deep.equal(G1.gAffine);
    expect(C.encodeG1([C.G1_INFINITY])).to.deep.equal(G1.zeroAffine);
    expect(C.encodeG2(C.G2_GENERATOR)).to.deep.equal(G2.toAffine(G2.g));
    expect(C.decodeG2(C.encodeG2(C.G2_GENERATOR))).to.deep.equal(C.G2_GENERATOR);
    const points = [C.G1_GENERATOR, C.G1_INFINITY, multiple(77n)];
    expect(C.decodeG1(C.encodeG1(points))).to.deep.equal(points);
  });

  it("refuses bytes and numbers that are not coordinates, and points off the curve", async () => {
    expect(() => C.decodeG1(new Uint8Array(63))).to.throw("G1 points have 64 bytes each, got 63");
    expect(() => C.decodeG2(new Uint8Array(64))).to.throw("a G2 point has 128 bytes, got 64");
    expect(() => C.decodeG1(new Uint8Array(64).fill(0xff))).to.throw("stored coordinate must be below Q");
    expect(() => C.encodeG1([{ x: C.Q, y: 2n }])).to.throw("coordinate must be in [0, Q)");
    expect(() => C.assertG1("commitment", { x: 1n, y: 3n })).to.throw("commitment must be a point on BN254");
    expect(() => C.assertG1("commitment", { x: 1n, y: 2n + C.Q })).to.throw("commitment.y must be in [0, Q)");
    C.assertG1("commitment", C.G1_INFINITY);
  });

  it("adds, negates and multiplies", async () => {
    await fc.assert(
      fc.asyncProperty(element, element, async (a, b) => {
        const [p, q] = [await C.mulG1(C.G1_GENERATOR, a), await C.mulG1(C.G1_GENERATOR, b)];
        expect(p).to.deep.equal(multiple(a));
        expect(await C.addG1(p, q)).to.deep.equal(multiple(F.add(a, b)));
        expect(await C.addG1(p, C.negG1(p), C.G1_INFINITY)).to.deep.equal(C.G1_INFINITY);
        expect(await C.addG1(p, p)).to.deep.equal(multiple(F.add(a, a)));
      }),
      { numRuns: 10 },
    );
    expect(await C.mulG1(C.G1_GENERATOR, 0n)).to.deep.equal(C.G1_INFINITY);
    expect(C.negG1(C.G1_INFINITY)).to.deep.equal(C.G1_INFINITY);
  });

  for (const count of [0, 1, 5, 48, 49, 300]) {
    it(`sums ${count} multiples`, async () => {
      const exponents = Array.from({ length: count }, (_, i) => BigInt(i % 7));
      const scalars = exponents.map((_, i) => (i % 5 === 0 ? 0n : F.random()));
      const expected = exponents.reduce((sum, exponent, i) => F.add(sum, F.mul(exponent, scalars[i])), 0n);
      const points = C.encodeG1(exponents.map(multiple));
      expect(await C.multiExp(points, scalars)).to.deep.equal(multiple(expected));
    });
  }

  it("refuses sums with scalars missing or outside the field", async () => {
    const refused = async (run: () => Promise<unknown>) => {
      const error = await run().then(
        () => undefined,
        (reason: Error) => reason,
      );
      return error?.message ?? "accepted";
    };
    const points = C.encodeG1([C.G1_GENERATOR, C.G1_GENERATOR]);
    expect(await refused(() => C.multiExp(points, [1n]))).to.equal("1 scalars need as many bases, got 2");
    expect(await refused(() => C.multiExp(points, [1n, F.R]))).to.contain("scalar must be below the field order");
    const many = C.encodeG1(new Array<C.G1Point>(60).fill(C.G1_GENERATOR));
    expect(await refused(() => C.multiExp(many, new Array<bigint>(60).fill(F.R)))).to.contain("below the field order");
  });

  it("checks pairings: e(aG, bH)·e(-abG, H) = 1, also with points at infinity", async () => {
    const [a, b] = [12345n, 67890n];
    const left = await C.mulG1(C.G1_GENERATOR, a);
    const right = await C.mulG2(C.G2_GENERATOR, b);
    const product = C.negG1(multiple(a * b));
    const infinityG2: C.G2Point = { x: [0n, 0n], y: [0n, 0n] };
    expect(
      await C.pairingCheck([
        [left, right],
        [product, C.G2_GENERATOR],
      ]),
    ).to.equal(true);
    expect(
      await C.pairingCheck([
        [left, right],
        [multiple(a * b), C.G2_GENERATOR],
      ]),
    ).to.equal(false);
    expect(await C.pairingCheck([[left, right]])).to.equal(false);
    expect(await C.pairingCheck([])).to.equal(true);
    expect(
      await C.pairingCheck([
        [C.G1_INFINITY, right],
        [left, infinityG2],
      ]),
    ).to.equal(true);
    expect(await C.addG2(right, right)).to.deep.equal(await C.mulG2(C.G2_GENERATOR, 2n * b));
  });

  it("refuses pairings of points off the curve or outside the subgroup", async () => {
    const refused = async (pair: [C.G1Point, C.G2Point]) =>
      C.pairingCheck([pair]).then(String, (error: Error) => error.message);
    expect(await refused([{ x: 1n, y: 1n }, C.G2_GENERATOR])).to.contain("must be a point on BN254");
    const off: C.G2Point = { x: C.G2_GENERATOR.x, y: [1n, 1n] };
    expect(await refused([C.G1_GENERATOR, off])).to.contain("must be a point on the twist of BN254");
    // A point found from its x alone has the twist's order, a multiple of R, but for a chance of about 2^-254.
    const { G2 } = await C.getCurve();
    const compressed = new Uint8Array(64);
    let stray: Uint8Array;
    do {
      compressed[63]++;
      stray = G2.fromRprCompressed(compressed, 0);
    } while (!G2.isValid(stray));
    expect(await refused([C.G1_GENERATOR, C.decodeG2(stray)])).to.contain("must be in the subgroup of order R");
  });

  it("can be ended and used again", async () => {
    await C.terminateCurve();
    expect(await C.mulG1(C.G1_GENERATOR, 5n)).to.deep.equal(multiple(5n));
  });
});
