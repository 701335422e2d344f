import { loadFixture, setStorageAt } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256 } from "ethers";
import { artifacts, ethers } from "hardhat";
import { deployFacility, ONE, openFor, PARAMETERS, PRICE } from "../../fixtures/pcd";

/** Where the compiler put the positions. */
async function accountsSlot(): Promise<number> {
  const name = "contracts/collateral/DiscountedFacility.sol";
  const info = await artifacts.getBuildInfo(`${name}:DiscountedFacility`);
  const contract = info!.output.contracts[name].DiscountedFacility as unknown as {
    storageLayout: { storage: { label: string; slot: string }[] };
  };
  return Number(contract.storageLayout.storage.find(({ label }) => label === "_accounts")!.slot);
}

describe("DiscountedFacility: redemption", () => {
  /** Alice's position of 100 tokens and 8,000 zUSD, Bob's of 100 and 4,000. */
  async function fixture() {
    const f = await deployFacility();
    await openFor(f.facility, f.alice, 100n * ONE, 8_000n * ONE);
    await openFor(f.facility, f.bob, 100n * ONE, 4_000n * ONE);
    return f;
  }

  it("M18: takes from all in proportion to debt, at the upper price less the fee", async () => {
    const { facility, source, token, zusd, books, alice, bob, carol } = await loadFixture(fixture);
    await source.set(PRICE - ONE, PRICE);
    // 3,000 · 0.9995/100
    const out = 29_985n * 10n ** 15n;
    const before = await zusd.balanceOf(bob);
    expect(await facility.connect(bob).redeem.staticCall(3_000n * ONE, out, carol)).to.equal(out);
    await expect(facility.connect(bob).redeem(3_000n * ONE, out, carol))
      .to.emit(facility, "Redeemed")
      .withArgs(bob, carol, 3_000n * ONE, 3_000n * ONE, out)
      .and.to.emit(books, "Retired")
      .withArgs(facility, bob, 3_000n * ONE, 9_000n * ONE);
    expect(await token.balanceOf(carol)).to.equal(out);
    expect(await zusd.balanceOf(bob)).to.equal(before - 3_000n * ONE);
    // Two thirds and one third, and a unit for rounding.
    expect(await facility.position(1)).to.deep.equal([alice.address, 8_001n * 10n ** 16n - 1n, 6_000n * ONE, 80n]);
    expect(await facility.position(2)).to.deep.equal([bob.address, 90_005n * 10n ** 15n - 1n, 3_000n * ONE, 40n]);
    expect(await facility.reserve()).to.equal(200n * ONE - out);
    expect(await token.balanceOf(facility)).to.equal(200n * ONE - out);
    expect(await books.buffer()).to.equal(0);
    const { shares, index } = await facility.totals();
    expect(shares).to.equal((12_000n * ONE) << 16n);
    expect(index).to.equal(((out << 144n) + shares - 1n) / shares);
    expect(index).to.be.above(2n ** 112n);
  });

  it("M18: a position that came after it pays nothing for it", async () => {
    const { facility, alice, bob, carol } = await loadFixture(fixture);
    await facility.connect(bob).redeem(3_000n * ONE, 0, carol);
    await openFor(facility, alice, 100n * ONE, 6_000n * ONE);
    await openFor(facility, alice, 7n * ONE, 0n);
    expect(await facility.position(3)).to.deep.equal([alice.address, 100n * ONE, 6_000n * ONE, 60n]);
    await facility.connect(bob).redeem(1_500n * ONE, 0, carol);
    // Of 15,000 debt 6,000 are the third position's: 600 of 1,500, for 5.997 tokens.
    expect(await facility.position(3)).to.deep.equal([alice.address, 94_003n * 10n ** 15n - 1n, 5_400n * ONE, 60n]);
    expect(await facility.position(4)).to.deep.equal([alice.address, 7n * ONE, 0n, 0n]);
  });

  it("M17: shares change only after what redemptions took for the old ones is taken", async () => {
    const { facility, alice, bob, carol } = await loadFixture(fixture);
    await facility.connect(bob).redeem(3_000n * ONE, 0, carol);
    // As much as is taken from positions that stay as they were: 19.99 of 6,000 and 9.995 of 3,000 that are left.
    const left = [8_001n * 10n ** 16n - 1n, 90_005n * 10n ** 15n - 1n];
    await facility.connect(alice).repay(1, 3_000n * ONE);
    expect((await facility.position(1)).collateral).to.equal(left[0]);
    await facility.connect(bob).borrow(2, 3_000n * ONE, bob);
    expect((await facility.position(2)).collateral).to.equal(left[1]);
    await facility.touch(1);
    await facility.touch(2);
    expect((await facility.position(1)).collateral).to.equal(left[0]);
    expect((await facility.position(2)).collateral).to.equal(left[1]);
    expect(left[0] + left[1]).to.be.at.most(await facility.reserve());
  });

  it("M2: in parts it never gives more", async () => {
    const total = 3_000n * ONE + 7n;
    for (const parts of [1n, 3n, 10n]) {
      const { facility, token, bob, carol } = await loadFixture(fixture);
      for (let i = 0n; i < parts; i++) {
        await facility.connect(bob).redeem(i === 0n ? total - (total / parts) * (parts - 1n) : total / parts, 0, carol);
      }
      const whole = (total * 9_995n) / (100n * 10_000n);
      expect(await token.balanceOf(carol)).to.be.within(whole - parts, whole);
    }
  });

  it("M6: burns nothing when less would come out than asked for, or nothing", async () => {
    const { facility, bob } = await loadFixture(fixture);
    const out = 9_995n * 10n ** 15n;
    await expect(facility.connect(bob).redeem(1_000n * ONE, out + 1n, bob))
      .to.be.revertedWithCustomError(facility, "Facility_BelowMinimum")
      .withArgs(out + 1n, out);
    // 100 units are worth one of the token, less the fee nothing.
    for (const amount of [0n, 1n, 100n]) {
      await expect(facility.connect(bob).redeem(amount, 0, bob))
        .to.be.revertedWithCustomError(facility, "Facility_TooSmall")
        .withArgs(amount);
    }
    await facility.connect(bob).redeem(101n, 1n, bob);
  });

  it("M5: not more than the debt; and what is left is nothing, or the minimum", async () => {
    const { facility, bob } = await loadFixture(fixture);
    const all = 12_000n * ONE;
    await expect(facility.connect(bob).redeem(all + 1n, 0, bob))
      .to.be.revertedWithCustomError(facility, "DiscountedFacility_AboveDebt")
      .withArgs(all, all + 1n);
    await expect(facility.connect(bob).redeem(all - PARAMETERS.minTotal + 1n, 0, bob))
      .to.be.revertedWithCustomError(facility, "DiscountedFacility_DebtTooSmall")
      .withArgs(PARAMETERS.minTotal, PARAMETERS.minTotal - 1n);
    await facility.connect(bob).redeem(all - PARAMETERS.minTotal, 0, bob);
    await facility.connect(bob).redeem(PARAMETERS.minTotal, 0, bob);
    const empty = await deployFacility();
    await expect(empty.facility.connect(empty.bob).redeem(ONE, 0, bob)).to.be.revertedWithCustomError(
      facility,
      "DiscountedFacility_AboveDebt",
    );
  });

  it("of all debt ends the epoch: positions keep what collateral is left, owe nothing, and start anew", async () => {
    const { facility, books, alice, bob, carol } = await loadFixture(fixture);
    await expect(facility.connect(bob).redeem(12_000n * ONE, 0, carol)).to.emit(facility, "EpochEnded");
    expect(await books.debtOf(facility)).to.equal(0);
    // 100 − 80·0.9995 and 100 − 40·0.9995.
    const left = [20_040n * 10n ** 15n - 1n, 60_020n * 10n ** 15n - 1n];
    expect(await facility.position(1)).to.deep.equal([alice.address, left[0], 0n, 80n]);
    expect(await facility.position(2)).to.deep.equal([bob.address, left[1], 0n, 40n]);
    expect(await facility.totals()).to.deep.equal([2n, 0n, 0n, 1n, 80n]);
    await expect(facility.connect(alice).repay(1, 1)).to.be.revertedWithCustomError(facility, "Facility_TooSmall");
    await facility.connect(bob).borrow(2, 1_000n * ONE, bob);
    expect((await facility.position(2)).debt).to.equal(1_000n * ONE);
    await facility.connect(alice).withdraw(1, left[0], alice);
    expect(await facility.position(1)).to.deep.equal([alice.address, 0n, 0n, 0n]);
    await expect(facility.connect(alice).withdraw(1, 1, alice)).to.be.reverted;
    expect((await facility.totals()).highestBucket).to.equal(17);
  });

  describe("while a position may be unhealthy", () => {
    it("is refused, exactly from the bound of the highest bucket on", async () => {
      const { facility, source, bob, carol } = await loadFixture(fixture);
      // Ratios up to 80 $/token are healthy down to 80/0.92 = 86.9565...
      const bound = 86_956_521_739_130_434_783n;
      await source.set(bound - 1n, bound);
      await expect(facility.connect(bob).redeem(3_000n * ONE, 0, carol))
        .to.be.revertedWithCustomError(facility, "DiscountedFacility_PositionUnhealthy")
        .withArgs(80n * ONE - 1n, 80n * ONE);
      await source.set(bound, bound);
      await facility.connect(bob).redeem(3_000n * ONE, 0, carol);
    });

    it("is allowed again when the position is repaid, filled up or liquidated", async () => {
      const price = 86n * ONE;
      for (const mend of ["repay", "add", "liquidate"] as const) {
        const { facility, source, bob, carol } = await loadFixture(fixture);
        await source.set(price, price);
        await expect(facility.connect(bob).redeem(3_000n * ONE, 0, carol)).to.be.revertedWithCustomError(
          facility,
          "DiscountedFacility_PositionUnhealthy",
        );
        if (mend === "liquidate") await facility.connect(bob).liquidate(1, MaxUint256, 0, bob);
        else await facility.connect(bob)[mend](1, 100n * ONE);
        await facility.connect(bob).redeem(3_000n * ONE, 0, carol);
      }
    });

    it("touch renews a label that redemptions have made too high", async () => {
      const { facility, source, bob, carol } = await loadFixture(fixture);
      await facility.connect(bob).redeem(6_000n * ONE, 0, carol);
      // Alice owes 4,000 and has 60.02 tokens: 66.6 $/token.
      expect((await facility.totals()).highestBucket).to.equal(80);
      await source.set(80n * ONE, 80n * ONE);
      await expect(facility.connect(bob).redeem(ONE, 0, carol)).to.be.revertedWithCustomError(
        facility,
        "DiscountedFacility_PositionUnhealthy",
      );
      await facility.connect(bob).touch(1);
      expect((await facility.position(1)).bucket).to.equal(67);
      expect((await facility.totals()).highestBucket).to.equal(67);
      await facility.connect(bob).redeem(ONE, 0, carol);
      await expect(facility.touch(3))
        .to.be.revertedWithCustomError(facility, "DiscountedFacility_NoPosition")
        .withArgs(3);
    });

    it("labels are rounded up, and nothing is lent beyond 253 hundredths of the base price, at any price", async () => {
      const { facility, source, alice, bob, carol } = await loadFixture(fixture);
      await openFor(facility, alice, 100n * ONE, 3_000n * ONE);
      expect((await facility.position(3)).bucket).to.equal(30);
      await facility.connect(alice).borrow(3, 1, alice);
      expect((await facility.position(3)).bucket).to.equal(31);
      await source.set(1_000n * ONE, 1_000n * ONE);
      const limit = 25_300n * ONE;
      await expect(facility.connect(alice).open(alice, 100n * ONE, limit + 1n, alice))
        .to.be.revertedWithCustomError(facility, "DiscountedFacility_Unhealthy")
        .withArgs(limit, limit + 1n);
      await openFor(facility, alice, 100n * ONE, limit);
      expect((await facility.position(4)).bucket).to.equal(253);
      await expect(facility.connect(alice).withdraw(4, 1, alice)).to.be.revertedWithCustomError(
        facility,
        "DiscountedFacility_Unhealthy",
      );
      // Rounding cannot bring it to the last bucket.
      await facility.connect(bob).redeem(1_001n, 1n, carol);
      await facility.touch(4);
      expect((await facility.position(4)).bucket).to.be.at.most(254);
      await facility.connect(bob).redeem(ONE, 0, carol);
    });

    it("the last bucket is of ratios without a bound: it refuses at any price", async () => {
      const { facility, source, bob, carol } = await loadFixture(fixture);
      // No way there is known: its collateral is taken from the second position in storage, where it follows 144 bits of shares.
      const slot = BigInt(ethers.solidityPackedKeccak256(["uint256", "uint256"], [2, await accountsSlot()])) + 1n;
      const address = await facility.getAddress();
      const word = BigInt(await ethers.provider.getStorage(address, slot));
      expect(word >> 144n).to.equal(100n * ONE);
      for (const [collateral, bucket] of [
        [0n, 255],
        [15n * ONE, 255],
        [(4_000n * ONE * 100n) / 25_400n + 1n, 254],
      ] as const) {
        await setStorageAt(address, slot, (word & (2n ** 144n - 1n)) | (collateral << 144n));
        await facility.touch(2);
        expect((await facility.position(2)).bucket).to.equal(bucket);
        await source.set(2n ** 100n, 2n ** 100n);
        const redeeming = facility.connect(bob).redeem(3_000n * ONE, 0, carol);
        if (bucket === 254) await redeeming;
        else {
          await expect(redeeming)
            .to.be.revertedWithCustomError(facility, "DiscountedFacility_PositionUnhealthy")
            .withArgs((2n ** 100n * 92n) / 100n, MaxUint256);
        }
      }
    });

    it("a bucket is empty only when its last position has left", async () => {
      const { facility, alice } = await loadFixture(fixture);
      const id = await openFor(facility, alice, 100n * ONE, 8_000n * ONE);
      await facility.connect(alice).repay(id, MaxUint256);
      expect((await facility.totals()).highestBucket).to.equal(80);
      await facility.connect(alice).repay(1, MaxUint256);
      expect((await facility.totals()).highestBucket).to.equal(40);
      await facility.connect(alice).repay(2, MaxUint256);
      expect((await facility.totals()).highestBucket).to.equal(0);
    });
  });

  describe("with a chain factor below one", () => {
    it("M15: debt falls by amount·s only, and as much less comes out; the difference is surplus", async () => {
      const { facility, pegged, books, zusd, bob, carol } = await loadFixture(fixture);
      await pegged.setWeight(9n * 10n ** 17n);
      // (0.9·10^9 + 12,000)/(10^9 + 12,000), rounded down.
      const value = 9n * 10n ** 26n + 12_000n * ONE;
      const claims = 10n ** 27n + 12_000n * ONE;
      const factor = (value * ONE) / claims;
      expect(await books.factor()).to.equal(factor);
      const amount = 3_000n * ONE + 1n;
      const debt = (amount * factor) / ONE;
      const out = (debt * 9_995n) / (100n * 10_000n);
      await expect(facility.connect(bob).redeem(amount, 0, carol))
        .to.emit(facility, "Redeemed")
        .withArgs(bob, carol, amount, debt, out);
      expect(await books.buffer()).to.equal(amount - debt);
      expect(await books.debtOf(facility)).to.equal(12_000n * ONE - debt);
      expect(await books.factor()).to.be.at.least(factor);
      expect((await zusd.totalSupply()) + (await books.buffer())).to.equal(claims - debt);
      await expect(facility.connect(bob).redeem(1, 0, bob)).to.be.revertedWithCustomError(
        facility,
        "Facility_TooSmall",
      );
    });
  });

  /** Borrows `amount` for position 3, redeems all debt but the minimum, and puts the collateral back: only fees are lost. */
  async function cycle({ facility, books, alice }: Awaited<ReturnType<typeof fixture>>, amount: bigint) {
    await facility.connect(alice).borrow(3, amount, alice);
    const all = (await books.debtOf(facility)) - PARAMETERS.minTotal;
    const out = await facility.connect(alice).redeem.staticCall(all, 0, alice);
    await facility.connect(alice).redeem(all, 0, alice);
    await facility.connect(alice).add(3, out);
  }

  it("M16: goes on when the value of a share falls without end: an epoch ends and shares are cut", async () => {
    const f = await loadFixture(fixture);
    const { facility, alice } = f;
    const minimum = PARAMETERS.minTotal;
    await openFor(facility, alice, 500_000n * ONE, 0n);
    for (const epoch of [0n, 0n, 1n, 1n, 2n]) {
      expect((await facility.totals()).epoch).to.equal(epoch);
      // A factor of 30,012, then of 30,001: 2^14.9 each. An epoch starts between 2^16 and 2^17, so every second ends one.
      await cycle(f, 30_000_000n * ONE);
      const { shares } = await facility.totals();
      expect(shares / minimum).to.be.within(2n ** 16n, 2n ** 32n);
    }
    let sum = 0n;
    for (const id of [1, 2, 3]) sum += (await facility.position(id)).debt;
    expect(sum).to.be.within(minimum, minimum + 3n);
  });

  it("M16: an epoch ends when a share is worth 2^-32, and not a unit before", async () => {
    for (const [short, epoch] of [
      [1n, 0n],
      [0n, 1n],
    ] as const) {
      const { facility, alice } = await deployFacility();
      const minimum = PARAMETERS.minTotal;
      const debt = minimum * 2n ** 16n - short;
      await openFor(facility, alice, 900_000n * ONE, debt);
      await facility.connect(alice).redeem(debt - minimum, 0, alice);
      const { shares, epoch: now } = await facility.totals();
      expect(now).to.equal(epoch);
      expect(shares).to.equal(epoch === 0n ? debt << 16n : minimum << 16n);
      expect((await facility.position(1)).debt).to.equal(minimum);
    }
  });

  it("M16: rounding shares up at the end of an epoch makes no debt that could not be repaid", async () => {
    const { facility, books, alice } = await deployFacility();
    const minimum = PARAMETERS.minTotal;
    // The first end divides by 2^16, of which the shares are a multiple; the second does, too, of shares that are none.
    for (const debt of [70_000n * minimum, 69_000n * minimum + 1n]) {
      if (debt === 70_000n * minimum) await openFor(facility, alice, 900_000n * ONE, debt);
      else await facility.connect(alice).borrow(1, debt, alice);
      await facility.connect(alice).redeem((await books.debtOf(facility)) - minimum, 0, alice);
      await facility.connect(alice).add(1, 650_000n * ONE);
    }
    expect((await facility.totals()).epoch).to.equal(2);
    expect((await facility.position(1)).debt).to.equal(minimum);
    await facility.connect(alice).repay(1, MaxUint256);
    expect(await books.debtOf(facility)).to.equal(0);
  });

  it("M18: takes no more than there is, even of a position that could not have been labelled healthy", async () => {
    const { facility, bob, carol } = await loadFixture(fixture);
    const slot = BigInt(ethers.solidityPackedKeccak256(["uint256", "uint256"], [2, await accountsSlot()])) + 1n;
    const address = await facility.getAddress();
    const word = BigInt(await ethers.provider.getStorage(address, slot));
    await setStorageAt(address, slot, (word & (2n ** 144n - 1n)) | (1n << 144n));
    await facility.connect(bob).redeem(3_000n * ONE, 0, carol);
    expect((await facility.position(2)).collateral).to.equal(0);
    await facility.touch(2);
  });

  it("M16: a position that slept through more than a hundred epochs is settled by touch, in parts", async function () {
    const f = await loadFixture(fixture);
    const { facility, alice } = f;
    await openFor(facility, alice, 900_000n * ONE, 0n);
    await facility.connect(f.bob).repay(2, MaxUint256);
    while ((await facility.totals()).epoch < 100n) await cycle(f, 70_000_000n * ONE);
    await facility.connect(alice).add.staticCall(1, ONE);
    while ((await facility.totals()).epoch < 101n) await cycle(f, 70_000_000n * ONE);
    for (const refused of [
      () => facility.connect(alice).add(1, ONE),
      () => facility.connect(alice).borrow(1, ONE, alice),
      () => facility.connect(alice).repay(1, ONE),
      () => facility.connect(alice).withdraw(1, ONE, alice),
      () => facility.connect(alice).liquidate(1, ONE, 0, alice),
    ]) {
      await expect(refused()).to.be.revertedWithCustomError(facility, "DiscountedFacility_NotSettled").withArgs(1);
    }
    const before = await facility.position(1);
    expect(before.bucket).to.equal(80);
    await facility.touch(1);
    expect(await facility.position(1)).to.deep.equal(before);
    await expect(facility.connect(alice).touch(1)).to.not.be.reverted;
    const after = await facility.position(1);
    expect([after.collateral, after.debt]).to.deep.equal([before.collateral, before.debt]);
    expect(after.debt).to.be.at.most(2);
    expect(after.bucket).to.equal(1);
    // 80 of its 100 tokens stood for its debt, and went for it.
    expect(after.collateral).to.be.within(20n * ONE, 21n * ONE);
    await facility.connect(alice).add(1, ONE);
    await facility.connect(alice).repay(1, MaxUint256);
  });
});
