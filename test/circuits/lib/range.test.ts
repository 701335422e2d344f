import { expect } from "chai";
import * as F from "../../../protocol/crypto/field";
import { circuit, type CircuitTester } from "../../fixtures/circom";
import { expectNoSurvivors } from "../mutation";

const compile = (template: string, parameters: (number | bigint)[] = []): Promise<CircuitTester> =>
  circuit("lib/range.circom", template, parameters);
const highest = (bits: number): bigint => (1n << BigInt(bits)) - 1n;
const bitsOf = (value: bigint, length: number): bigint[] => Array.from({ length }, (_, i) => (value >> BigInt(i)) & 1n);
const bit = (condition: boolean): bigint => (condition ? 1n : 0n);

describe("circuits/lib/range", () => {
  describe("Range and ToBits", () => {
    for (const bits of [1, 2, 3, 127, 128, 253]) {
      it(`C5: of ${bits} bits pass 0 and max; max + 1 and r - 1 cannot be proven`, async () => {
        const range = await compile("Range", [bits]);
        const toBits = await compile("ToBits", [bits]);
        for (const value of [0n, 1n, highest(bits) - 1n, highest(bits)]) {
          await range.expectPass({ in: value });
          await toBits.expectPass({ in: value }, { out: bitsOf(value, bits) });
        }
        for (const value of [highest(bits) + 1n, F.R - 1n]) {
          await range.expectFail({ in: value });
          await toBits.expectFail({ in: value });
        }
      });
    }

    it("C5: of three bits refuse every other value of a byte", async () => {
      const range = await compile("Range", [3]);
      for (let value = 0n; value < 256n; value++) {
        if (value < 8n) await range.expectPass({ in: value });
        else await range.expectFail({ in: value });
      }
    });

    it("refuse a width at which the bits would not be unique, or none", async () => {
      for (const template of ["Range", "ToBits"]) {
        for (const bits of [0, 254]) {
          const refusal = await compile(template, [bits]).catch((error: Error) => error.message);
          expect(refusal)
            .to.be.a("string")
            .that.matches(/False assert reached/);
        }
      }
    });

    it("C6: digits that are no digits break a constraint when their sum is repaired", async () => {
      const range = await compile("Range", [4]);
      const witness = await range.calculateWitness({ in: 5n });
      for (const [low, high] of [
        [5n, 0n],
        [F.R - 3n, 2n],
        [9n, F.R - 1n],
        [F.div(1n, 2n), F.div(9n, 8n)],
      ]) {
        const forged = await range.tamper(witness, {
          "part[0]": low,
          "part[1]": high,
          "edge[0]": F.mul(low, F.sub(low, 3n)),
          "edge[1]": F.mul(high, F.sub(high, 3n)),
        });
        await range.expectUnsatisfied(forged);
      }
    });

    it("C6: bits that are no bits break a constraint when their sum is repaired", async () => {
      const toBits = await compile("ToBits", [2]);
      const witness = await toBits.calculateWitness({ in: 2n });
      await toBits.expectUnsatisfied(await toBits.tamper(witness, { "out[0]": 2n, "out[1]": 0n }));
      await toBits.expectUnsatisfied(await toBits.tamper(witness, { "out[0]": F.R - 2n, "out[1]": 2n }));
    });

    it("C2: no signal can be changed alone", async () => {
      for (const bits of [6, 7]) {
        const range = await compile("Range", [bits]);
        await expectNoSurvivors(range, await range.calculateWitness({ in: 45n }));
        const toBits = await compile("ToBits", [bits]);
        await expectNoSurvivors(toBits, await toBits.calculateWitness({ in: 45n }));
      }
    });
  });

  describe("comparisons", () => {
    const WIDTH = 8;

    it("C5: Fits says whether a value below 2^(n + 1) is below 2^n, and refuses any other", async () => {
      const fits = await compile("Fits", [WIDTH]);
      for (const value of [0n, 255n]) await fits.expectPass({ in: value }, { out: 1n });
      for (const value of [256n, 511n]) await fits.expectPass({ in: value }, { out: 0n });
      for (const value of [512n, F.R - 1n, F.R - 256n]) await fits.expectFail({ in: value });
    });

    it("C2: no signal can be changed alone", async () => {
      const fits = await compile("Fits", [WIDTH]);
      await expectNoSurvivors(fits, await fits.calculateWitness({ in: 300n }));
    });
  });

  describe("zero and equality", () => {
    const VALUES = [0n, 1n, 2n, 1n << 128n, F.R - 1n];

    it("IsZero, IsEqual, AssertNotZero and AssertEqualIf decide over the whole field", async () => {
      const isZero = await compile("IsZero");
      const isEqual = await compile("IsEqual");
      const notZero = await compile("AssertNotZero");
      const equalIf = await compile("AssertEqualIf");
      for (const a of VALUES) {
        await isZero.expectPass({ in: a }, { out: bit(a === 0n) });
        if (a === 0n) await notZero.expectFail({ in: a });
        else await notZero.expectPass({ in: a });
        for (const b of VALUES) {
          await isEqual.expectPass({ a, b }, { out: bit(a === b) });
          await equalIf.expectPass({ enabled: 0n, a, b });
          if (a === b) await equalIf.expectPass({ enabled: 1n, a, b });
          else await equalIf.expectFail({ enabled: 1n, a, b });
        }
      }
    });

    it("IsZero cannot say the opposite, whatever the inverse", async () => {
      const isZero = await compile("IsZero");
      const atZero = await isZero.calculateWitness({ in: 0n });
      const elsewhere = await isZero.calculateWitness({ in: 5n });
      for (const inverse of [0n, 1n, F.inv(5n), F.R - 1n]) {
        await isZero.expectUnsatisfied(await isZero.tamper(atZero, { out: 0n, inverse }));
        await isZero.expectUnsatisfied(await isZero.tamper(elsewhere, { out: 1n, inverse }));
      }
    });

    it("C2: no signal can be changed alone but the inverse of 0, which nothing reads", async () => {
      const isZero = await compile("IsZero");
      await expectNoSurvivors(isZero, await isZero.calculateWitness({ in: 5n }));
      await expectNoSurvivors(isZero, await isZero.calculateWitness({ in: 0n }), ["inverse"]);
      const notZero = await compile("AssertNotZero");
      await expectNoSurvivors(notZero, await notZero.calculateWitness({ in: 5n }));
    });
  });

  describe("choices and logic", () => {
    it("Select and SelectOr choose", async () => {
      const select = await compile("Select");
      const selectOr = await compile("SelectOr", [7]);
      for (const [a, b] of [
        [3n, 5n],
        [0n, F.R - 1n],
        [F.R - 1n, 1n],
      ]) {
        await select.expectPass({ choice: 1n, a, b }, { out: a });
        await select.expectPass({ choice: 0n, a, b }, { out: b });
        await selectOr.expectPass({ choice: 1n, a }, { out: a });
        await selectOr.expectPass({ choice: 0n, a }, { out: 7n });
      }
    });

    it("AssertBit knows bits", async () => {
      const assertBit = await compile("AssertBit");
      for (const value of [0n, 1n]) await assertBit.expectPass({ in: value });
      for (const value of [2n, F.R - 1n]) await assertBit.expectFail({ in: value });
    });

    it("Product runs over all elements", async () => {
      const product = await compile("Product", [4]);
      await product.expectPass({ in: [2n, 3n, 5n, F.R - 1n] }, { out: F.R - 30n });
      await expectNoSurvivors(product, await product.calculateWitness({ in: [2n, 3n, 5n, 7n] }));
    });
  });
});
