import fc from "fast-check";
import * as F from "../../../protocol/crypto/field";
import { EXPONENT_BITS, MANTISSA_BITS, PACKED_AMOUNT_BITS, packAmount, unpackAmount } from "../../../protocol/spec";
import { circuit, type CircuitTester } from "../../fixtures/circom";
import { expectNoSurvivors } from "./mutation";

const MAX_MANTISSA = (1n << BigInt(MANTISSA_BITS)) - 1n;
const MAX_EXPONENT = (1n << BigInt(EXPONENT_BITS)) - 1n;
const pack = (mantissa: bigint, exponent: bigint): bigint => mantissa | (exponent << BigInt(MANTISSA_BITS));

describe("circuits/lib/amount", () => {
  let unpack: CircuitTester;
  before(async () => (unpack = await circuit("lib/amount.circom", "UnpackAmount")));

  it("unpacks every exponent at the ends of the mantissa", async () => {
    for (let exponent = 0n; exponent <= MAX_EXPONENT; exponent++) {
      for (const mantissa of [0n, 1n, MAX_MANTISSA]) {
        await unpack.expectPass({ in: pack(mantissa, exponent) }, { out: mantissa * 10n ** exponent });
      }
    }
  });

  it("unpacks as protocol/spec does, also what it packs", async () => {
    await fc.assert(
      fc.asyncProperty(fc.bigInt({ min: 0n, max: (1n << BigInt(PACKED_AMOUNT_BITS)) - 1n }), async (packed) => {
        await unpack.expectPass({ in: packed }, { out: unpackAmount(packed) });
      }),
      { numRuns: 50 },
    );
    const amount = 123_450_000_000_000_000_000n;
    await unpack.expectPass({ in: packAmount(amount) }, { out: amount });
  });

  it("C5: 40 bits pass; 2^40, r - 1 and -1·2^35 cannot be proven", async () => {
    await unpack.expectPass({ in: (1n << BigInt(PACKED_AMOUNT_BITS)) - 1n });
    for (const packed of [1n << BigInt(PACKED_AMOUNT_BITS), F.R - 1n, F.neg(1n << BigInt(MANTISSA_BITS))]) {
      await unpack.expectFail({ in: packed });
    }
  });

  it("C6: mantissa and exponent cannot borrow from each other", async () => {
    const witness = await unpack.calculateWitness({ in: pack(5n, 3n) });
    for (const exponent of [2n, 4n]) {
      const mantissa = F.mod(pack(5n, 3n) - (exponent << BigInt(MANTISSA_BITS)));
      await unpack.expectUnsatisfied(await unpack.tamper(witness, { exponent, mantissa }));
    }
  });

  it("C2: no signal can be changed alone", async () => {
    expectNoSurvivors(unpack, await unpack.calculateWitness({ in: pack(123_456_789n, 21n) }));
  });
});
