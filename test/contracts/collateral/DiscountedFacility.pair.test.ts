/** Shares of Uniswap's own pair as collateral, by the prices of two feeds. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { AbiCoder, MaxUint256, type ContractTransactionResponse } from "ethers";
import { ethers } from "hardhat";
import { DAY, deployPairFacility, ONE } from "../../fixtures/pcd";

const CENT = 10n ** 6n;

describe("DiscountedFacility: shares of a pair", () => {
  async function gasOf(sending: Promise<ContractTransactionResponse>): Promise<bigint> {
    return (await (await sending).wait())!.gasUsed;
  }

  it("is worth what the pair holds", async () => {
    const { source, value, token } = await loadFixture(deployPairFacility);
    const supply = await token.totalSupply();
    const [lower, upper] = await source.price();
    // 40 million, less and more the root of half a per cent either way.
    expect((lower * supply) / ONE / ONE).to.equal(39_899_874n);
    expect((upper * supply) / ONE / ONE).to.equal(40_099_875n);
    expect(value / ONE).to.equal(797_997n);
  });

  it("gas: liquidates for at most 250,000, and does all else for what is said here [gas]", async () => {
    const { facility, alice, bob, carol, part, value, setEth } = await loadFixture(deployPairFacility);
    const bars: [string, bigint, bigint][] = [];
    const note = async (name: string, bar: bigint, sending: Promise<ContractTransactionResponse>) =>
      void bars.push([name, bar, await gasOf(sending)]);
    const [a, b] = [facility.connect(alice), facility.connect(bob)];
    await note("open, the first", 340_000n, a.open(alice, part / 2n, (value * 42n) / 100n, alice));
    await note("open", 250_000n, b.open(bob, part / 2n, (value * 42n) / 100n, bob));
    await note("borrow", 190_000n, b.borrow(2, ONE, bob));
    await note("add", 120_000n, b.add(2, part / 10n));
    await note("repay", 110_000n, b.repay(2, 1_000n * ONE));
    await note("withdraw", 180_000n, b.withdraw(2, part / 20n, bob));
    await note("redeem", 210_000n, b.redeem(1_000n * ONE, 0, bob));
    await note("touch", 80_000n, b.touch(1));
    // The pair falls by the root of what a half of it falls by: to 0.89 of it.
    await setEth(160_000n);
    await note("liquidate, a part", 250_000n, b.liquidate(1, 10_000n * ONE, 0, bob));
    await note("liquidate, to a new holder", 250_000n, b.liquidate(1, 10_000n * ONE, 0, carol));
    await note("liquidate, all", 250_000n, b.liquidate(1, MaxUint256, 0, bob));
    await setEth(100_000n);
    await note("liquidate, with bad debt", 250_000n, a.liquidate(2, MaxUint256, 0, alice));
    for (const [name, bar, gas] of bars) expect(gas, name).to.be.at.most(bar);
  });

  it("O1: a flash loan that skews the reserves a thousand times gives no more credit, and liquidates nobody", async () => {
    const { facility, usd, pair, view, address, admin, alice, bob, part, value, isFirst } =
      await loadFixture(deployPairFacility);
    const limit = (value * 85n) / 100n;
    await facility.connect(alice).open(alice, part, limit - ONE, alice);
    const [r0, r1] = await view.getReserves();
    const [usdIn, ethOut] = isFirst ? [r0, r1] : [r1, r0];
    const amount = usdIn * 999n;
    const out = (amount * 997n * ethOut) / (usdIn * 1000n + amount * 997n);
    await usd.mint(address, amount);
    await pair.getFunction("swap")(isFirst ? 0 : out, isFirst ? out : 0, admin, "0x");
    await expect(facility.connect(bob).liquidate(1, ONE, 0, bob)).to.be.revertedWithCustomError(
      facility,
      "DiscountedFacility_Healthy",
    );
    // The fee of the swap, 0.3 % of the product and 0.15 % of its root, is income of all shares.
    await expect(facility.connect(alice).borrow(1, (value * 2n) / 1000n, alice)).to.be.revertedWithCustomError(
      facility,
      "DiscountedFacility_Unhealthy",
    );
  });

  it("O3: nothing that needs a price works in the pair's own callback", async () => {
    const f = await loadFixture(deployPairFacility);
    await f.facility.connect(f.alice).open(f.alice, f.part, f.value / 2n, f.alice);
    const borrower = await ethers.deployContract("MockPairBorrower", [f.source]);
    await f.usd.mint(borrower, 2_000_000n * 10n ** 6n);
    const data = AbiCoder.defaultAbiCoder().encode(
      ["address", "uint256"],
      [await f.usd.getAddress(), 1_010_000n * 10n ** 6n],
    );
    const out = 1_000_000n * 10n ** 6n;
    await f.pair.getFunction("swap")(f.isFirst ? out : 0, f.isFirst ? 0 : out, borrower, data);
    expect(await borrower.succeeded()).to.equal(false);
  });

  it("O5: the dollar off its peg stops new debt and redemption; debts are judged by its price", async () => {
    const { facility, usdFeed, alice, bob, part, value } = await loadFixture(deployPairFacility);
    await facility.connect(alice).open(alice, part, (value * 80n) / 100n, alice);
    await usdFeed.aggregator.set(99n * CENT);
    await facility.connect(alice).borrow(1, ONE, alice);
    await usdFeed.aggregator.set(99n * CENT - 1n);
    for (const refused of [
      () => facility.connect(alice).borrow(1, ONE, alice),
      () => facility.connect(bob).redeem(ONE, 0, bob),
    ]) {
      await expect(refused()).to.be.revertedWithCustomError(facility, "DiscountedFacility_OutOfBand");
    }
    await usdFeed.aggregator.set(75n * CENT);
    await facility.connect(bob).liquidate(1, 10_000n * ONE, 0, bob);
  });

  it("M10, O6: a feed that fell silent stops what needs a price", async () => {
    const { facility, ethFeed, alice, part, value } = await loadFixture(deployPairFacility);
    await facility.connect(alice).open(alice, part, value / 2n, alice);
    await time.increase(DAY + 1);
    await expect(facility.connect(alice).borrow(1, ONE, alice)).to.be.revertedWithCustomError(
      ethFeed.price,
      "FeedPrice_Stale",
    );
    await facility.connect(alice).repay(1, ONE);
  });

  it("own LP: at most a tenth of the pool", async () => {
    const { facility, token, admin } = await loadFixture(deployPairFacility);
    const limit = (await token.totalSupply()) / 10n;
    await token.approve(facility, MaxUint256);
    await expect(facility.open(admin, limit + 1n, 0, admin))
      .to.be.revertedWithCustomError(facility, "DiscountedFacility_AbovePoolShare")
      .withArgs(limit, limit + 1n);
    await facility.open(admin, limit, 0, admin);
  });
});
