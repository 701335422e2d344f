import { buildPoseidonReference, type Poseidon } from "circomlibjs";
import { expect } from "chai";
import fc from "fast-check";
import { poseidon1, poseidon2, poseidon3, poseidon4, poseidon5 } from "poseidon-lite";
import { permuteFirst, sponge } from "../../../protocol/crypto/poseidon";
import * as F from "../../../protocol/crypto/field";
import { circuit, compileTester, type CircuitTester } from "../../fixtures/circom";
import { expectNoSurvivors } from "../mutation";

const HASHES = [poseidon1, poseidon2, poseidon3, poseidon4, poseidon5];
/** One to three blocks, whole and not, and two tags for the same length. */
const SPONGES: readonly { length: number; tag: bigint }[] = [
  { length: 1, tag: 77n },
  { length: 5, tag: 77n },
  { length: 5, tag: 78n },
  { length: 6, tag: 77n },
  { length: 13, tag: 77n },
];
const LONGEST = 13;

const element = fc.bigInt({ min: 0n, max: F.R - 1n });
const listOf = (length: number) => fc.array(element, { minLength: length, maxLength: length });

/** Several templates, each over the first inputs of one list, in one circuit. */
function overPrefixes(longest: number, calls: readonly [template: string, length: number][]): Promise<CircuitTester> {
  const prefix = (length: number) => Array.from({ length }, (_, i) => `in[${i}]`).join(", ");
  const lines = calls.map(([template, length], i) => `out[${i}] <== ${template}([${prefix(length)}]);`);
  const source = `pragma circom 2.2.0;
include "lib/poseidon.circom";
template Prefixes() {
  signal input in[${longest}];
  signal output out[${calls.length}];
  ${lines.join("\n  ")}
}
component main = Prefixes();
`;
  return compileTester(source, { name: "Prefixes" });
}

describe("circuits/lib/poseidon", () => {
  let reference: Poseidon;
  before(async () => (reference = await buildPoseidonReference()));

  it("hashes one to five elements as poseidon-lite and circomlibjs do", async () => {
    const lengths = HASHES.map((_, i) => i + 1);
    const tester = await overPrefixes(
      lengths.length,
      lengths.map((length) => [`Poseidon(${length})`, length]),
    );
    const check = async (inputs: bigint[]): Promise<void> => {
      const out = lengths.map((length) => HASHES[length - 1](inputs.slice(0, length)));
      const theirs = lengths.map((length) => reference.F.toObject(reference(inputs.slice(0, length))));
      expect(theirs).to.deep.equal(out);
      await tester.expectPass({ in: inputs }, { out });
    };
    await fc.assert(fc.asyncProperty(listOf(lengths.length), check), { numRuns: 10 });
    await check([0n, 0n, 0n, 0n, 0n]);
    await check(Array<bigint>(5).fill(F.R - 1n));
    await expectNoSurvivors(tester, await tester.calculateWitness({ in: [1n, 2n, 3n, 4n, 5n] }));
  });

  it("permutes from a chosen capacity as circomlibjs does", async () => {
    const tester = await circuit("lib/poseidon.circom", "PoseidonFirst", [6, 5]);
    await fc.assert(
      fc.asyncProperty(element, listOf(5), async (capacity, inputs) => {
        const expected = reference.F.toObject(reference(inputs, capacity));
        expect(permuteFirst(capacity, inputs)).to.equal(expected);
        await tester.expectPass({ capacity, in: inputs }, { out: expected });
      }),
      { numRuns: 5 },
    );
  });

  it("C15: digests lists of one to three blocks as the sponge of protocol/crypto does, each tag its own digest", async () => {
    const tester = await overPrefixes(
      LONGEST,
      SPONGES.map(({ length, tag }) => [`Sponge(${length}, ${tag})`, length]),
    );
    await fc.assert(
      fc.asyncProperty(listOf(LONGEST), async (inputs) => {
        const out = SPONGES.map(({ length, tag }) => sponge(tag, inputs.slice(0, length)));
        expect(new Set([...out, poseidon5(inputs.slice(0, 5))]).size).to.equal(SPONGES.length + 1);
        await tester.expectPass({ in: inputs }, { out });
      }),
      { numRuns: 5 },
    );
    const inputs = Array.from({ length: LONGEST }, (_, i) => BigInt(i + 1));
    await expectNoSurvivors(tester, await tester.calculateWitness({ in: inputs }));
  });
});
