import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256 } from "ethers";
import { ceilDiv } from "../../../protocol/pcd/numbers";
import { deployFacility, ONE, openFor } from "../../fixtures/pcd";

/** At a haircut of 8 % exactly the limit of 100 tokens at $92. */
const DEBT = 8_464n * ONE;

describe("DiscountedFacility: liquidation", () => {
  /** Alice's position of 100 tokens and 8,464 zUSD, Bob's of 1,000 and 10,000. */
  async function fixture() {
    const f = await deployFacility();
    const id = await openFor(f.facility, f.alice, 100n * ONE, DEBT);
    await openFor(f.facility, f.bob, 1_000n * ONE, 10_000n * ONE);
    const setPrice = (price: bigint) => f.source.set(price, price);
    return { ...f, id, setPrice };
  }

  it("M11: refuses a position that is exactly at the limit, and takes it a unit below", async () => {
    const { facility, bob, id, setPrice } = await loadFixture(fixture);
    await setPrice(92n * ONE);
    await expect(facility.connect(bob).liquidate(id, DEBT, 0, bob))
      .to.be.revertedWithCustomError(facility, "DiscountedFacility_Healthy")
      .withArgs(DEBT, DEBT);
    await setPrice(92n * ONE - 1n);
    await facility.connect(bob).liquidate(id, DEBT, 0, bob);
  });

  it("M11: refuses what was opened in the same block at the largest debt", async () => {
    const { facility, alice, bob } = await loadFixture(fixture);
    const id = await openFor(facility, alice, 100n * ONE, 8_500n * ONE);
    await expect(facility.connect(bob).liquidate(id, MaxUint256, 0, bob))
      .to.be.revertedWithCustomError(facility, "DiscountedFacility_Healthy")
      .withArgs(9_200n * ONE, 8_500n * ONE);
  });

  it("pays x, and takes x(1 + b)/p, rounded down", async () => {
    const { facility, token, zusd, books, bob, carol, id, setPrice } = await loadFixture(fixture);
    await setPrice(90n * ONE);
    // 1,000 · 1.03/90 = 11.444...
    const taken = 11_444_444_444_444_444_444n;
    const before = await zusd.balanceOf(bob);
    expect(await facility.connect(bob).liquidate.staticCall(id, 1_000n * ONE, taken, carol)).to.deep.equal([
      1_000n * ONE,
      taken,
    ]);
    await expect(facility.connect(bob).liquidate(id, 1_000n * ONE, taken, carol))
      .to.emit(facility, "Liquidated")
      .withArgs(id, bob, 1_000n * ONE, taken, 0);
    expect(await zusd.balanceOf(bob)).to.equal(before - 1_000n * ONE);
    expect(await token.balanceOf(carol)).to.equal(taken);
    const { collateral, debt } = await facility.position(id);
    expect([collateral, debt]).to.deep.equal([100n * ONE - taken, DEBT - 1_000n * ONE]);
    expect(await facility.reserve()).to.equal(1_100n * ONE - taken);
    expect(await books.debtOf(facility)).to.equal(DEBT + 9_000n * ONE);
    expect(await books.buffer()).to.equal(0);
  });

  it("takes no more zUSD than the debt, and leaves the rest of the collateral to the owner", async () => {
    const { facility, zusd, alice, bob, id, setPrice } = await loadFixture(fixture);
    await setPrice(90n * ONE);
    const before = await zusd.balanceOf(bob);
    await facility.connect(bob).liquidate(id, MaxUint256, 0, bob);
    expect(await zusd.balanceOf(bob)).to.equal(before - DEBT);
    // 8,464 · 1.03/90 = 96.865777...
    const rest = 100n * ONE - (DEBT * 103n) / 9_000n;
    expect(await facility.position(id)).to.deep.equal([alice.address, rest, 0n, 0n]);
    await facility.connect(alice).withdraw(id, rest, alice);
    await expect(facility.connect(bob).liquidate(id, ONE, 0, bob))
      .to.be.revertedWithCustomError(facility, "DiscountedFacility_Healthy")
      .withArgs(0, 0);
  });

  it("M6: burns nothing when less would come out than asked for", async () => {
    const { facility, bob, id, setPrice } = await loadFixture(fixture);
    await setPrice(90n * ONE);
    const taken = 11_444_444_444_444_444_444n;
    await expect(facility.connect(bob).liquidate(id, 1_000n * ONE, taken + 1n, bob))
      .to.be.revertedWithCustomError(facility, "Facility_BelowMinimum")
      .withArgs(taken + 1n, taken);
    await expect(facility.connect(bob).liquidate(id, 0, 0, bob))
      .to.be.revertedWithCustomError(facility, "Facility_TooSmall")
      .withArgs(0);
    await expect(facility.connect(bob).liquidate(9, 1, 0, bob)).to.be.revertedWithCustomError(
      facility,
      "DiscountedFacility_NoPosition",
    );
  });

  it("M9: leaves no debt, or the minimum", async () => {
    const { facility, bob, id, setPrice } = await loadFixture(fixture);
    await setPrice(90n * ONE);
    await expect(facility.connect(bob).liquidate(id, DEBT - 100n * ONE + 1n, 0, bob))
      .to.be.revertedWithCustomError(facility, "DiscountedFacility_DebtTooSmall")
      .withArgs(100n * ONE, 100n * ONE - 1n);
    await facility.connect(bob).liquidate(id, DEBT - 100n * ONE, 0, bob);
  });

  it("M13: with the bonus in full a part leaves the position healthier", async () => {
    for (const price of [91n, 90n, 88n]) {
      const { facility, bob, id, setPrice } = await loadFixture(fixture);
      await setPrice(price * ONE);
      await facility.connect(bob).liquidate(id, 4_000n * ONE, 0, bob);
      const { collateral, debt } = await facility.position(id);
      expect(collateral * DEBT).to.be.above(100n * ONE * debt);
    }
  });

  it("M13: the bonus is capped where it would leave the position worse: at the worth of (1 + b) of the debt", async () => {
    // (1 + b)·8,464 = 8,717.92: the bonus is whole at a price of 87.1792 and capped a unit below.
    const { facility, bob, id, setPrice } = await loadFixture(fixture);
    const bound = 871_792n * 10n ** 14n;
    const part = 4_000n * ONE;
    const taken = async () => (await facility.connect(bob).liquidate.staticCall(id, part, 0, bob)).collateral;
    await setPrice(bound);
    expect(await taken()).to.equal((part * 103n * ONE) / (bound * 100n));
    await setPrice(bound - 1n);
    expect(await taken()).to.equal((part * 100n * ONE) / DEBT);
    // The worth of the debt: no bonus is left, all of the debt still buys all of the collateral.
    await setPrice((DEBT * 100n) / (100n * 100n));
    expect(await facility.connect(bob).liquidate.staticCall(id, MaxUint256, 0, bob)).to.deep.equal([DEBT, 100n * ONE]);
    await facility.connect(bob).liquidate(id, part, 0, bob);
    const { collateral, debt } = await facility.position(id);
    expect(collateral * DEBT).to.be.at.least(100n * ONE * debt);
    expect(collateral).to.equal(100n * ONE - (part * 100n * ONE) / DEBT);
  });

  it("M13: below the worth of the debt all of the collateral costs 1/(1 + b) of it, and the rest is bad debt at once", async () => {
    const { facility, token, books, bob, carol, id, setPrice } = await loadFixture(fixture);
    await setPrice(80n * ONE);
    // 8,000/1.03, rounded up.
    const price = 7_766_990_291_262_135_922_331n;
    await expect(facility.connect(bob).liquidate(id, MaxUint256, 100n * ONE, carol))
      .to.emit(facility, "Liquidated")
      .withArgs(id, bob, price, 100n * ONE, DEBT - price)
      .and.to.emit(books, "BufferMoved")
      .withArgs(facility, price - DEBT, price - DEBT);
    expect(await token.balanceOf(carol)).to.equal(100n * ONE);
    const { collateral, debt, bucket } = await facility.position(id);
    expect([collateral, debt, bucket]).to.deep.equal([0n, 0n, 0n]);
    expect(await books.debtOf(facility)).to.equal(10_000n * ONE);
    expect(await books.buffer()).to.equal(price - DEBT);
    expect((await facility.position(2)).debt).to.equal(10_000n * ONE);
  });

  it("M13: a part of that takes its part of the collateral and of the bad debt", async () => {
    const { facility, books, bob, id, setPrice } = await loadFixture(fixture);
    await setPrice(80n * ONE);
    const price = 7_766_990_291_262_135_922_331n;
    const pay = 3_000n * ONE;
    const taken = (100n * ONE * pay) / price;
    const writtenOff = ceilDiv((DEBT - price) * pay, price);
    await expect(facility.connect(bob).liquidate(id, pay, 0, bob))
      .to.emit(facility, "Liquidated")
      .withArgs(id, bob, pay, taken, writtenOff);
    const { collateral, debt } = await facility.position(id);
    expect(collateral).to.equal(100n * ONE - taken);
    expect(debt).to.be.within(DEBT - pay - writtenOff, DEBT - pay - writtenOff + 1n);
    expect(await books.buffer()).to.equal(-writtenOff);
    // As healthy as before, but for a unit of rounding.
    expect((collateral + 1n) * DEBT).to.be.at.least(100n * ONE * (debt - 1n));
    // One unit less than the price is a part still.
    const rest = await facility.connect(bob).liquidate.staticCall(id, MaxUint256, 0, bob);
    await expect(facility.connect(bob).liquidate(id, rest.paid - 1n, 0, bob)).to.be.revertedWithCustomError(
      facility,
      "DiscountedFacility_DebtTooSmall",
    );
    await facility.connect(bob).liquidate(id, rest.paid, 0, bob);
    expect((await facility.position(id)).debt).to.equal(0);
  });

  it("M11: liquidating oneself takes what anyone would get", async () => {
    const { facility, token, zusd, alice, id, setPrice } = await loadFixture(fixture);
    await setPrice(90n * ONE);
    const before = [await token.balanceOf(alice), await zusd.balanceOf(alice)];
    await facility.connect(alice).liquidate(id, MaxUint256, 0, alice);
    await facility.connect(alice).withdraw(id, (await facility.position(id)).collateral, alice);
    // All of the collateral for all of the debt: as if it had repaid.
    expect(await token.balanceOf(alice)).to.equal(before[0] + 100n * ONE);
    expect(await zusd.balanceOf(alice)).to.equal(before[1] - DEBT);
  });

  it("M15: bad debt above a thousandth of all debt stops new zUSD, until it is covered", async () => {
    const f = await deployFacility({ pegged: 10n ** 6n * ONE });
    const { facility, source, books, admin, alice } = f;
    await openFor(facility, alice, 100n * ONE, DEBT);
    await source.set(1n, 1n);
    await facility.connect(admin).liquidate(1, MaxUint256, 0, admin);
    // A hundred tokens were worth 100 units, and cost 100/1.03, rounded up.
    const lost = DEBT - 98n;
    expect(await books.buffer()).to.equal(-lost);
    await source.set(100n * ONE, 100n * ONE);
    const opening = () => facility.connect(alice).open(alice, 100n * ONE, 1_000n * ONE, alice);
    await expect(opening()).to.be.revertedWithCustomError(books, "Books_Impaired").withArgs(0, -lost);
    await books.cover(lost - 1_000n * ONE - 1n);
    await expect(opening()).to.be.revertedWithCustomError(books, "Books_Impaired");
    await books.cover(1n);
    await opening();
  });

  it("goes by the lower price", async () => {
    const { facility, source, bob, id } = await loadFixture(fixture);
    await source.set(90n * ONE, 1_000n * ONE);
    const { collateral } = await facility.connect(bob).liquidate.staticCall(id, 900n * ONE, 0, bob);
    expect(collateral).to.equal((103n * ONE) / 10n);
  });
});
