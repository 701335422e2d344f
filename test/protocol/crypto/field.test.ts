import { expect } from "chai";
import fc from "fast-check";
import * as F from "../../../protocol/crypto/field";

const element = fc.bigInt({ min: 0n, max: F.R - 1n });
const nonzero = fc.bigInt({ min: 1n, max: F.R - 1n });

describe("crypto/field", () => {
  it("has the order of BN254's scalar field (EIP-196)", () => {
    expect(F.R).to.equal(0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001n);
  });

  it("adds, subtracts, negates and multiplies as the integers modulo R do", () => {
    fc.assert(
      fc.property(element, element, (a, b) => {
        expect(F.add(a, b)).to.equal((a + b) % F.R);
        expect(F.sub(a, b)).to.equal((a - b + F.R) % F.R);
        expect(F.neg(a)).to.equal((F.R - a) % F.R);
        expect(F.mul(a, b)).to.equal((a * b) % F.R);
      }),
    );
  });

  it("reduces any integer, also a negative one", () => {
    fc.assert(
      fc.property(element, fc.bigInt({ min: -5n, max: 5n }), (a, k) => {
        expect(F.mod(a + k * F.R)).to.equal(a);
      }),
    );
  });

  it("inverts, one by one and in a batch", () => {
    fc.assert(
      fc.property(fc.array(nonzero, { maxLength: 8 }), (values) => {
        const inverses = F.batchInverse(values);
        values.forEach((value, i) => {
          expect(F.mul(value, inverses[i])).to.equal(1n);
          expect(F.inv(value)).to.equal(inverses[i]);
        });
      }),
    );
  });

  it("refuses to invert zero and says where it is", () => {
    expect(() => F.inv(0n)).to.throw("zero has no inverse");
    expect(() => F.batchInverse([1n, 0n, 2n])).to.throw("zero has no inverse (element 1 of the batch)");
  });

  it("raises to powers: Fermat's theorem holds, negative exponents are refused", () => {
    fc.assert(fc.property(nonzero, (a) => F.pow(a, F.R - 1n) === 1n && F.mul(F.pow(a, F.R - 2n), a) === 1n));
    expect(F.pow(0n, 0n)).to.equal(1n);
    expect(() => F.pow(2n, -1n)).to.throw("exponent must not be negative");
  });

  it("finds a square root exactly when there is one", () => {
    fc.assert(
      fc.property(nonzero, (a) => {
        const square = F.mul(a, a);
        expect([a, F.neg(a)]).to.include(F.sqrt(square));
        expect(F.sqrt(F.mul(square, F.GENERATOR))).to.equal(undefined);
      }),
      { numRuns: 20 },
    );
    expect(F.sqrt(0n)).to.equal(0n);
  });

  it("encodes 32 bytes, most significant first, and back", () => {
    fc.assert(fc.property(element, (a) => F.fromBytes(F.toBytes(a)) === a));
    expect([...F.toBytes(0x0102n)]).to.deep.equal([...new Array<number>(30).fill(0), 1, 2]);
  });

  it("refuses what is not an element, and names it", () => {
    expect(() => F.assertField("amount", F.R)).to.throw("amount must be below the field order");
    expect(() => F.assertField("amount", -1n)).to.throw("amount must not be negative");
    expect(() => F.assertField("amount", 1 as unknown as bigint)).to.throw("amount must be a bigint, got number");
    expect(() => F.toBytes(F.R)).to.throw("below the field order");
    expect(() => F.fromBytes(new Uint8Array(32).fill(0xff))).to.throw("below the field order");
    expect(() => F.fromBytes(new Uint8Array(31))).to.throw("a field element has 32 bytes, got 31");
    expect(F.assertField("amount", F.R - 1n)).to.equal(F.R - 1n);
  });

  it("draws random elements in range", () => {
    const drawn = Array.from({ length: 50 }, () => F.random());
    expect(drawn.every((value) => value >= 0n && value < F.R)).to.equal(true);
    expect(new Set(drawn).size).to.equal(50);
  });
});
