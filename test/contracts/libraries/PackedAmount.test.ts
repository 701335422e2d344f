import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import fc from "fast-check";
import { ethers } from "hardhat";
import { mask, unpackAmount } from "../../../protocol/spec";

const MANTISSA = 35;

describe("PackedAmount", () => {
  const fixture = async () => ethers.deployContract("PcdHarness");

  it("V10: unpacks mantissa · 10^exponent, from 0 to the widest", async () => {
    const library = await loadFixture(fixture);
    for (const packed of [0n, 1n, mask(MANTISSA), 1n << 35n, (1n << 35n) | 1n, (31n << 35n) | 7n, mask(40)]) {
      expect(await library.unpack(packed)).to.equal((packed & mask(35)) * 10n ** (packed >> 35n));
      expect(await library.unpack(packed)).to.equal(unpackAmount(packed));
    }
  });

  it("V10: packs up: exactly what is exact, else the next above", async () => {
    const library = await loadFixture(fixture);
    const m = mask(MANTISSA);
    for (const [amount, mantissa, exponent] of [
      [0n, 0n, 0n],
      [1n, 1n, 0n],
      [m, m, 0n],
      [m + 1n, m / 10n + 1n, 1n],
      [(m / 10n) * 100n, (m / 10n) * 10n, 1n],
      [m * 10n, m, 1n],
      [m * 10n - 9n, m, 1n],
      // A digit more than the mantissa holds, by rounding alone.
      [m * 10n + 1n, m / 10n + 1n, 2n],
      [10n ** 18n, 10n ** 10n, 8n],
    ]) {
      expect(await library.packUp(amount), `${amount}`).to.equal(mantissa | (exponent << 35n));
    }
    const widest = await library.packUp(mask(128));
    expect(unpackAmount(widest) >= mask(128)).to.equal(true);
  });

  it("M8: is the least packed amount that is not below, at every magnitude", async () => {
    const library = await loadFixture(fixture);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 127 }), fc.bigInt(0n, mask(128)), async (shift, wide) => {
        const amount = wide >> BigInt(shift);
        const packed = await library.packUp(amount);
        expect(packed < 1n << 40n).to.equal(true);
        const value = unpackAmount(packed);
        expect(value >= amount).to.equal(true);
        // Of every exponent, the least that is not below is not less.
        for (let exponent = 0n; exponent < 32n; exponent++) {
          const unit = 10n ** exponent;
          const mantissa = (amount + unit - 1n) / unit;
          if (mantissa <= mask(MANTISSA)) expect(mantissa * unit >= value).to.equal(true);
        }
      }),
      { numRuns: 100 },
    );
  });
});
