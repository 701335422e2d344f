import fc from "fast-check";
import * as F from "../../../protocol/crypto/field";
import { circuit } from "../../fixtures/circom";
import { expectNoSurvivors } from "../mutation";

const element = fc.bigInt({ min: 0n, max: F.R - 1n });

describe("circuits/lib/horner", () => {
  for (const length of [1, 2, 7]) {
    it(`sums ${length} words, the low index at the low power`, async () => {
      const horner = await circuit("lib/horner.circom", "Horner", [length]);
      await fc.assert(
        fc.asyncProperty(fc.array(element, { minLength: length, maxLength: length }), element, async (words, x) => {
          const expected = words.reduce((sum, word, k) => F.add(sum, F.mul(word, F.pow(x, BigInt(k)))), 0n);
          await horner.expectPass({ in: words, x }, { out: expected });
        }),
        { numRuns: 10 },
      );
      await horner.expectPass({ in: Array(length).fill(9n), x: 0n }, { out: 9n });
    });
  }

  it("C2: no signal can be changed alone", async () => {
    const horner = await circuit("lib/horner.circom", "Horner", [4]);
    await expectNoSurvivors(horner, await horner.calculateWitness({ in: [3n, 5n, 7n, 11n], x: 13n }));
  });
});
