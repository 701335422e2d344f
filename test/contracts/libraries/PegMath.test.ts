import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import fc from "fast-check";
import { ethers } from "hardhat";
import { ceilDiv, potential, shareUp } from "../../../protocol/pcd";

const MAX = 2n ** 112n - 1n;

/** κ·(T − R)²/(2T), as a fraction. */
const exact = (reserve: bigint, target: bigint, kappa: bigint) => {
  const gap = reserve < target ? target - reserve : 0n;
  return { numerator: kappa * gap * gap, denominator: 20_000n * target };
};

describe("PegMath", () => {
  const fixture = async () => ethers.deployContract("PcdHarness");

  it("the potential is κ(T − R)²/(2T), rounded down, and 0 from the target on", async () => {
    const math = await loadFixture(fixture);
    for (const [reserve, target, kappa] of [
      [0n, 1_000n, 100n],
      [1n, 1_000n, 100n],
      [999n, 1_000n, 1_000n],
      [0n, 1n, 1_000n],
      [0n, 20n, 1_000n],
      [0n, 19n, 1_000n],
      [123_456n, 10n ** 15n, 77n],
    ]) {
      const { numerator, denominator } = exact(reserve, target, kappa);
      expect(await math.potential(reserve, target, kappa)).to.equal(numerator / denominator);
    }
    // κT/2 of all that the target is, at one in ten: 0.05 T.
    expect(await math.potential(0, 20, 1_000)).to.equal(1);
    expect(await math.potential(0, 19, 1_000)).to.equal(0);
    for (const reserve of [1_000n, 1_001n, MAX]) expect(await math.potential(reserve, 1_000n, 1_000n)).to.equal(0);
  });

  it("M16: the largest target and κ do not overflow", async () => {
    const math = await loadFixture(fixture);
    const { numerator, denominator } = exact(0n, MAX, 1_000n);
    expect(await math.potential(0, MAX, 1_000)).to.equal(numerator / denominator);
    expect(await math.charge(MAX, MAX, MAX, 1_000)).to.equal(numerator / denominator);
    expect(await math.rebate(0, MAX, MAX, 1_000)).to.equal(numerator / denominator - 1n);
    expect(await math.shareUp(MAX, 10_000)).to.equal(MAX);
  });

  it("M8: a charge is the difference of potentials, a rebate one unit less, and never below 0", async () => {
    const math = await loadFixture(fixture);
    const [target, kappa] = [2_000n, 1_000n];
    // Φ falls from 100 at 0 to 99.9 at 1, 99.0 at 10, 98.9 at 11, 98.0 at 20.
    for (const [amount, drop] of [
      [0n, 0n],
      [1n, 1n],
      [10n, 1n],
      [11n, 2n],
      [20n, 2n],
      [2_000n, 100n],
    ]) {
      expect(await math.charge(amount, amount, target, kappa), `${amount}`).to.equal(drop);
      expect(await math.rebate(0, amount, target, kappa), `${amount}`).to.equal(drop === 0n ? 0n : drop - 1n);
    }
    await expect(math.charge(9, 10, target, kappa)).to.be.revertedWithPanic(0x11);
  });

  it("M8: a share is rounded up", async () => {
    const math = await loadFixture(fixture);
    for (const [amount, share, expected] of [
      [0n, 5n, 0n],
      [1n, 1n, 1n],
      [1n, 0n, 0n],
      [2_000n, 5n, 1n],
      [2_001n, 5n, 2n],
      [1_999n, 5n, 1n],
      [9n, 9_950n, 9n],
      [10_000n, 9_950n, 9_950n],
    ]) {
      expect(await math.shareUp(amount, share)).to.equal(expected);
      expect(expected).to.equal(ceilDiv(amount * share, 10_000n));
    }
  });

  it("is the model's", async () => {
    const math = await loadFixture(fixture);
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt(0n, MAX),
        fc.bigInt(1n, MAX),
        fc.bigInt(0n, 1_000n),
        fc.integer({ min: 0, max: 111 }),
        async (reserve, target, kappa, shift) => {
          const amount = MAX >> BigInt(shift);
          const r = reserve >> BigInt(111 - shift);
          expect(await math.potential(r, target, kappa)).to.equal(potential(r, target, kappa));
          const drop = potential(r, target, kappa) - potential(r + amount, target, kappa);
          expect(await math.rebate(r, amount, target, kappa)).to.equal(drop === 0n ? 0n : drop - 1n);
          expect(await math.charge(r + amount, amount, target, kappa)).to.equal(drop);
          expect(await math.shareUp(amount, kappa)).to.equal(shareUp(amount, kappa));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("M2, M8: rebates of parts never exceed the rebate of the whole, however small the pool", () => {
    const rebate = (reserve: bigint, amount: bigint, target: bigint, kappa: bigint) => {
      const drop = potential(reserve, target, kappa) - potential(reserve + amount, target, kappa);
      return drop === 0n ? 0n : drop - 1n;
    };
    const gains: string[] = [];
    // All splits in two of all mints into all small pools; a split in n is n − 1 of them.
    for (const target of [1n, 2n, 5n, 20n, 41n, 60n]) {
      for (const kappa of [1_000n, 10_000n]) {
        for (let reserve = 0n; reserve < target; reserve++) {
          for (let whole = 2n; whole <= target + 2n; whole++) {
            const atOnce = rebate(reserve, whole, target, kappa);
            for (let first = 1n; first < whole; first++) {
              const one = rebate(reserve, first, target, kappa);
              const two = rebate(reserve + first + one, whole - first, target, kappa);
              if (one + two > atOnce) gains.push(`${target} ${kappa} ${reserve}: ${first} of ${whole}`);
            }
          }
        }
      }
    }
    expect(gains).to.deep.equal([]);
  });
});
