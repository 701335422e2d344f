import { expect } from "chai";
import fc from "fast-check";
import * as F from "../../../protocol/crypto/field";
import { getCurve, terminateCurve } from "../../../protocol/crypto/curve";
import { Domain, getDomain } from "../../../protocol/crypto/domain";
import * as P from "../../../protocol/crypto/polynomial";

const element = fc.bigInt({ min: 0n, max: F.R - 1n });
/** A power from 1 to 5 and values for all or some of its cells. */
const vector = fc.integer({ min: 1, max: 5 }).chain((power) =>
  fc.record({
    power: fc.constant(power),
    values: fc.array(fc.oneof(element, fc.constant(0n)), { minLength: 2 ** power, maxLength: 2 ** power }),
  }),
);
const sparse = (values: bigint[]) => [...values.entries()].filter(([, value]) => value !== 0n);

describe("crypto/domain", () => {
  after(terminateCurve);

  it("has the roots of unity of snarkjs", async () => {
    const { Fr } = await getCurve();
    for (const power of [0, 1, 4, 16, 28]) {
      expect(new Domain(power).omega).to.equal(Fr.toObject(Fr.w[power]));
    }
  });

  it("gives the powers of ω, with and without its table, and finds the index of each", () => {
    const domain = new Domain(6);
    let expected = 1n;
    const without = Array.from({ length: domain.size }, (_, i) => domain.omegaPower(i));
    const table = domain.omegaPowers();
    for (let i = 0; i < domain.size; i++) {
      expect(without[i]).to.equal(expected);
      expect(table[i]).to.equal(expected);
      expect(domain.omegaPower(i)).to.equal(expected);
      expect(domain.indexOf(expected)).to.equal(i);
      expected = F.mul(expected, domain.omega);
    }
    expect(expected).to.equal(1n);
    expect(domain.indexOf(F.GENERATOR)).to.equal(undefined);
  });

  it("evaluates from values as the interpolated polynomial does, in and outside the domain", () => {
    fc.assert(
      fc.property(vector, element, fc.nat(), ({ power, values }, x, at) => {
        const domain = getDomain(power);
        const polynomial = P.fromValues(values);
        expect(domain.evaluate(sparse(values), x)).to.equal(P.evaluate(polynomial, x));
        const index = at % domain.size;
        expect(domain.evaluate(new Map(sparse(values)), domain.omegaPower(index))).to.equal(values[index]);
      }),
    );
  });

  it("gives Lagrange values, their derivatives and vanishing products as plain polynomials do", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.nat(), fc.nat(), element, (power, a, b, x) => {
        const domain = getDomain(power);
        const [index, at] = [a % domain.size, b % domain.size];
        const lagrange = P.fromValues(Array.from({ length: domain.size }, (_, i) => (i === index ? 1n : 0n)));
        const derivative = lagrange.map((c, i) => F.mul(c, BigInt(i))).slice(1);
        expect(domain.lagrange(index, x)).to.equal(P.evaluate(lagrange, x));
        expect(domain.lagrangeDerivative(index, at)).to.equal(P.evaluate(derivative, domain.omegaPower(at)));
        const all = Array.from({ length: domain.size }, (_, i) => i);
        expect(domain.vanishingOn(all, x)).to.equal(domain.vanishing(x));
        const factors = [index, at].map((i) => [F.neg(domain.omegaPower(i)), 1n]);
        expect(domain.vanishingOn([index, at], x)).to.equal(P.evaluate(P.multiply(factors[0], factors[1]), x));
      }),
    );
  });

  it("drops zeros and refuses indices and values out of range, and an index listed twice", () => {
    const domain = getDomain(3);
    expect(
      domain.entries([
        [1, 0n],
        [2, 5n],
      ]),
    ).to.deep.equal([[2, 5n]]);
    expect(() => domain.entries([[8, 1n]])).to.throw("cell index must be an integer from 0 to 7, got 8");
    expect(() => domain.entries([[-1, 1n]])).to.throw("cell index must be an integer from 0 to 7, got -1");
    expect(() => domain.entries([[1.5, 1n]])).to.throw("cell index must be an integer from 0 to 7, got 1.5");
    expect(() => domain.entries([[1, F.R]])).to.throw("value of cell 1 must be below the field order");
    expect(() =>
      domain.entries([
        [1, 1n],
        [1, 0n],
      ]),
    ).to.throw("cell index 1 is listed twice");
    expect(() => new Domain(29)).to.throw("domain power must be an integer from 0 to 28, got 29");
  });
});

describe("crypto/polynomial", () => {
  it("transforms to values and back", () => {
    fc.assert(
      fc.property(vector, ({ power, values }) => {
        const polynomial = P.fromValues(values);
        const domain = getDomain(power);
        expect(P.toValues(polynomial)).to.deep.equal(values);
        expect(domain.omegaPowers().map((root) => P.evaluate(polynomial, root))).to.deep.equal(values);
      }),
      { numRuns: 30 },
    );
    expect(() => P.fromValues([1n, 2n, 3n])).to.throw("the length must be a power of two, got 3");
  });

  it("divides with remainder: dividend = quotient·divisor + remainder", () => {
    const list = fc.array(element, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(list, list, element, (dividend, divisor, x) => {
        divisor[divisor.length - 1] ||= 1n;
        const { quotient, remainder } = P.divide(dividend, divisor);
        expect(remainder.length).to.be.lessThan(divisor.length);
        const rebuilt = P.add(P.multiply(quotient, divisor), remainder);
        expect(P.evaluate(rebuilt, x)).to.equal(P.evaluate(dividend, x));
      }),
    );
    expect(() => P.divide([1n], [1n, 0n])).to.throw("the divisor's last coefficient must not be 0");
  });
});
