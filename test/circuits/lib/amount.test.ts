import { expect } from "chai";
import fc from "fast-check";
import * as F from "../../../protocol/crypto/field";
import {
  EXPONENT_BITS,
  FEE_BITS,
  FEE_MANTISSA_BITS,
  MANTISSA_BITS,
  PACKED_AMOUNT_BITS,
  packAmount,
  packFee,
  unpackAmount,
  unpackFee,
} from "../../../protocol/spec";
import { circuit, type CircuitTester } from "../../fixtures/circom";
import { expectNoSurvivors } from "../mutation";

const MAX_EXPONENT = (1n << BigInt(EXPONENT_BITS)) - 1n;

/** The two packed forms: one of a fee and one of an amount that only a few zeros make exact, and their numbers. */
const FORMS = [
  {
    template: "UnpackAmount",
    mantissaBits: BigInt(MANTISSA_BITS),
    bits: BigInt(PACKED_AMOUNT_BITS),
    unpack: unpackAmount,
    pack: packAmount,
    value: 123_450_000_000_000_000_000n,
    packed: { mantissa: 123_456_789n, exponent: 21n },
    most: ((1n << 35n) - 1n) * 10n ** 31n,
    above: 1n << 138n,
  },
  {
    template: "UnpackFee",
    mantissaBits: BigInt(FEE_MANTISSA_BITS),
    bits: BigInt(FEE_BITS),
    unpack: unpackFee,
    pack: packFee,
    value: 120_000_000_000_000_000_000n,
    packed: { mantissa: 113n, exponent: 21n },
    most: 127n * 10n ** 31n,
    above: 1n << 110n,
  },
] as const;

describe("circuits/lib/amount", () => {
  for (const { template, mantissaBits, bits, unpack, pack, value, packed, most, above } of FORMS) {
    const maxMantissa = (1n << mantissaBits) - 1n;
    const join = (mantissa: bigint, exponent: bigint): bigint => mantissa | (exponent << mantissaBits);

    describe(template, () => {
      let tester: CircuitTester;
      before(async () => (tester = await circuit("lib/amount.circom", template)));

      it("unpacks every exponent at the ends of the mantissa", async () => {
        for (let exponent = 0n; exponent <= MAX_EXPONENT; exponent++) {
          for (const mantissa of [0n, 1n, maxMantissa]) {
            await tester.expectPass({ in: join(mantissa, exponent) }, { out: mantissa * 10n ** exponent });
          }
        }
      });

      it("unpacks as protocol/spec does, also what it packs", async () => {
        await fc.assert(
          fc.asyncProperty(fc.bigInt({ min: 0n, max: (1n << bits) - 1n }), async (any) => {
            await tester.expectPass({ in: any }, { out: unpack(any) });
          }),
          { numRuns: 50 },
        );
        await tester.expectPass({ in: pack(value) }, { out: value });
      });

      it("C5: every bit set passes, and stays below the bound that its users count on", async () => {
        await tester.expectPass({ in: (1n << bits) - 1n }, { out: most });
        expect(most < above).to.equal(true);
      });

      it("C5: one bit more, r - 1 and a mantissa of -1 cannot be proven", async () => {
        for (const outside of [1n << bits, F.R - 1n, F.neg(1n << mantissaBits)]) {
          await tester.expectFail({ in: outside });
        }
      });

      it("C6: mantissa and exponent cannot borrow from each other", async () => {
        const decimal = await circuit("lib/amount.circom", "UnpackDecimal", [mantissaBits]);
        const witness = await decimal.expectPass({ in: join(5n, 3n) }, { out: 5_000n });
        for (const exponent of [2n, 4n]) {
          const mantissa = F.mod(join(5n, 3n) - (exponent << mantissaBits));
          await decimal.expectUnsatisfied(await decimal.tamper(witness, { exponent, mantissa }));
        }
      });

      it("C2: no signal can be changed alone", async () => {
        await expectNoSurvivors(tester, await tester.calculateWitness({ in: join(packed.mantissa, packed.exponent) }));
      });
    });
  }
});
