import { expect } from "chai";
import { buildPoseidonReference, type Poseidon } from "circomlibjs";
import fc from "fast-check";
import * as F from "../../../protocol/crypto/field";
import { terminateCurve } from "../../../protocol/crypto/curve";
import { permute, permuteFirst, poseidon, sponge } from "../../../protocol/crypto/poseidon";

const element = fc.bigInt({ min: 0n, max: F.R - 1n });

describe("crypto/poseidon", () => {
  let reference: Poseidon;
  before(async () => (reference = await buildPoseidonReference()));
  after(terminateCurve);

  /** The whole state after circomlibjs' permutation from a chosen capacity. */
  function circomlib(inputs: bigint[], capacity: bigint): bigint[] {
    const state = reference(inputs, reference.F.e(capacity), inputs.length + 1);
    return state.map((value) => reference.F.toObject(value));
  }

  it("hashes one to five elements as circomlib does", () => {
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 5 }), (inputs) => {
        expect(poseidon(inputs)).to.equal(circomlib(inputs, 0n)[0]);
      }),
      { numRuns: 20 },
    );
  });

  it("permutes from any capacity as circomlibjs does with an initial state", () => {
    fc.assert(
      fc.property(element, fc.array(element, { minLength: 5, maxLength: 5 }), (capacity, inputs) => {
        const expected = circomlib(inputs, capacity);
        expect(permute([capacity, ...inputs])).to.deep.equal(expected);
        expect(permuteFirst(capacity, inputs)).to.equal(expected[0]);
      }),
      { numRuns: 20 },
    );
  });

  it("is circomlib's Poseidon(5) at capacity 0", () => {
    expect(permuteFirst(0n, [1n, 2n, 3n, 4n, 5n])).to.equal(poseidon([1n, 2n, 3n, 4n, 5n]));
  });

  it("absorbs five elements a step, the last step padded with zeros", () => {
    const elements = [11n, 12n, 13n, 14n, 15n, 16n, 17n];
    const first = circomlib(elements.slice(0, 5), 99n)[0];
    expect(sponge(99n, elements)).to.equal(circomlib([16n, 17n, 0n, 0n, 0n], first)[0]);
    expect(sponge(99n, [])).to.equal(99n);
  });

  it("depends on every element and on the tag", () => {
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 12 }), fc.nat(), (elements, at) => {
        const changed = [...elements];
        changed[at % elements.length] = F.add(changed[at % elements.length], 1n);
        expect(sponge(1n, changed)).to.not.equal(sponge(1n, elements));
        expect(sponge(2n, elements)).to.not.equal(sponge(1n, elements));
      }),
      { numRuns: 20 },
    );
  });

  it("refuses wrong counts and numbers outside the field", () => {
    expect(() => poseidon([])).to.throw("Poseidon takes 1 to 5 elements, got 0");
    expect(() => poseidon([1n, 2n, 3n, 4n, 5n, 6n])).to.throw("Poseidon takes 1 to 5 elements, got 6");
    expect(() => poseidon([1n, F.R])).to.throw("Poseidon input 1 must be below the field order");
    expect(() => permuteFirst(0n, [1n])).to.throw("the permutation absorbs 5 elements, got 1");
    expect(() => permute([1n])).to.throw("the permutation takes 6 elements, got 1");
    expect(() => sponge(-1n, [])).to.throw("sponge tag must not be negative");
    expect(() => sponge(1n, [F.R])).to.throw("must be below the field order");
  });
});
