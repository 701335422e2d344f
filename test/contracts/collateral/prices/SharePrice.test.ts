import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { encodeBytes32String, MaxUint256 } from "ethers";
import { ethers } from "hardhat";
import { deployBooks, ONE, YEAR } from "../../../fixtures/pcd";

const [GROWTH, TOLERANCE] = [1_000n, 50n];
const MIN_SUPPLY = 10n ** 20n;

describe("SharePrice", () => {
  /** A vault of a token of 18 decimals with a thousand shares of one token each. */
  async function fixture() {
    const { admin, alice, access, zusd } = await deployBooks();
    const asset = await ethers.deployContract("MockToken", ["ASSET", 18]);
    const vault = await ethers.deployContract("MockShareVault", [asset, 0]);
    await asset.mint(admin, 10n ** 30n);
    await asset.approve(vault, MaxUint256);
    await vault.deposit(1_000n * ONE, admin);
    const source = await ethers.deployContract("MockPrice", [ONE, ONE]);
    const args = [access, vault, source, zusd, GROWTH, TOLERANCE, MIN_SUPPLY] as const;
    const price = await ethers.deployContract("SharePrice", [...args]);
    const start = BigInt(await time.latest());
    return { admin, alice, access, zusd, asset, vault, source, args, price, start };
  }

  type Fixture = Awaited<ReturnType<typeof fixture>>;

  /** Gives the vault so much that a share is `rate` assets, but for a unit of rounding. */
  async function growTo({ vault, asset }: Fixture, rate: bigint): Promise<bigint> {
    await asset.transfer(vault, (rate * (await vault.totalSupply())) / ONE - (await vault.totalAssets()));
    return vault.convertToAssets(ONE);
  }

  it("is the rate times the asset's price, rounded outwards", async () => {
    const f = await loadFixture(fixture);
    expect(await f.price.rates()).to.deep.equal([ONE, ONE]);
    expect(await f.price.price()).to.deep.equal([ONE, ONE + 1n]);
    await f.source.set(3n * ONE, 4n * ONE);
    expect(await f.price.quote()).to.deep.equal([3n * ONE, 4n * ONE + 4n, true]);
    await f.source.setInBand(false);
    expect((await f.price.quote()).inBand).to.equal(false);
    await f.source.setRefuses(true);
    await expect(f.price.price()).to.be.revertedWithCustomError(f.source, "Refused");
  });

  it("knows the decimals of asset and share", async () => {
    const f = await loadFixture(fixture);
    const asset = await ethers.deployContract("MockToken", ["SIX", 6]);
    const vault = await ethers.deployContract("MockShareVault", [asset, 12]);
    await asset.mint(f.admin, 10n ** 12n);
    await asset.approve(vault, MaxUint256);
    await vault.deposit(10n ** 9n, f.admin);
    await asset.transfer(vault, 10n ** 8n / 2n);
    const price = await ethers.deployContract("SharePrice", [f.access, vault, f.source, f.zusd, 0, 0, MIN_SUPPLY]);
    await f.source.set(2n * ONE, 2n * ONE);
    expect(await vault.decimals()).to.equal(18);
    // The vault rounds 1.05 down to 1.049999.
    expect(await price.price()).to.deep.equal([2_099_998n * 10n ** 12n, 2_100_000n * 10n ** 12n]);
  });

  it("O2: a donation counts in the lower bound at the limit of growth only, in the upper at once", async () => {
    const f = await loadFixture(fixture);
    const rate = await growTo(f, 2n * ONE);
    for (const [seconds, counted] of [
      [YEAR / 10, (ONE * 101n) / 100n],
      [YEAR / 2, (ONE * 105n) / 100n],
      [YEAR, (ONE * 11n) / 10n],
      [10 * YEAR, 2n * ONE - 1n],
      [11 * YEAR, 2n * ONE - 1n],
    ] as const) {
      await time.increaseTo(f.start + BigInt(seconds));
      expect(await f.price.rates()).to.deep.equal([counted, rate]);
      expect(await f.price.price()).to.deep.equal([counted, rate + 1n]);
    }
  });

  it("O2: a poke keeps what counted, and no growth adds up for later", async () => {
    const f = await loadFixture(fixture);
    await time.setNextBlockTimestamp(f.start + BigInt(YEAR));
    await expect(f.price.connect(f.alice).poke()).to.emit(f.price, "AnchorSet").withArgs(ONE);
    expect(await f.price.anchor()).to.deep.equal([ONE, f.start + BigInt(YEAR)]);
    const rate = await growTo(f, 2n * ONE);
    await time.increaseTo(f.start + BigInt(YEAR + YEAR / 10));
    expect(await f.price.rates()).to.deep.equal([(ONE * 101n) / 100n, rate]);
    await time.setNextBlockTimestamp(f.start + BigInt(YEAR + YEAR / 2));
    await f.price.poke();
    expect(await f.price.anchor()).to.deep.equal([(ONE * 105n) / 100n, f.start + BigInt(YEAR + YEAR / 2)]);
    await time.increaseTo(f.start + BigInt(2 * YEAR));
    expect(await f.price.rates()).to.deep.equal([(ONE * 105n * 105n) / 10_000n, rate]);
  });

  it("O2: poked in every block it grows as fast, and at most to e^g", async () => {
    const f = await loadFixture(fixture);
    await growTo(f, 2n * ONE);
    for (let i = 1n; i <= 100n; i++) {
      await time.setNextBlockTimestamp(f.start + (i * BigInt(YEAR)) / 100n);
      await f.price.poke();
    }
    const [rate] = await f.price.anchor();
    // (1 + 0.1/100)^100 = 1.10511569...
    expect(rate / 10n ** 10n).to.equal(110_511_569n);
    for (let i = 1n; i <= 10n; i++) {
      await time.setNextBlockTimestamp(f.start + BigInt(YEAR) + 12n * i);
      await f.price.poke();
    }
    // 120 seconds at 10 % a year, to the last digit but for compounding.
    const grown = (await f.price.anchor()).rate - rate;
    expect(grown).to.be.within(
      (rate * 120n) / BigInt(10 * YEAR),
      (rate * 120n) / BigInt(10 * YEAR) + rate / 10n ** 12n,
    );
  });

  it("grows though a block's growth is far below a unit of the asset", async () => {
    const f = await loadFixture(fixture);
    const asset = await ethers.deployContract("MockToken", ["SIX", 6]);
    const vault = await ethers.deployContract("MockShareVault", [asset, 12]);
    await asset.mint(f.admin, 10n ** 12n);
    await asset.approve(vault, MaxUint256);
    await vault.deposit(10n ** 9n, f.admin);
    const price = await ethers.deployContract("SharePrice", [
      f.access,
      vault,
      f.source,
      f.zusd,
      GROWTH,
      TOLERANCE,
      MIN_SUPPLY,
    ]);
    const start = BigInt(await time.latest());
    await asset.transfer(vault, 10n ** 9n);
    for (let i = 1n; i <= 100n; i++) {
      await time.setNextBlockTimestamp(start + 12n * i);
      await price.poke();
    }
    // 1,200 seconds of 10 % a year: 0.0000038.
    expect((await price.anchor()).rate).to.equal(1_000_003n);
  });

  it("falls at once, within the tolerance; below it there is no price until a rate is accepted", async () => {
    const f = await loadFixture(fixture);
    const { vault, price } = f;
    await vault.lose(5n * ONE - 1n);
    // One unit above 0.995: (995·10^18 + 2)/(1000·10^18 + 1), rounded down.
    expect(await price.rates()).to.deep.equal([995n * 10n ** 15n, 995n * 10n ** 15n]);
    await price.poke();
    expect((await price.anchor()).rate).to.equal(ONE);
    await vault.lose(1_000n);
    const rate = 995n * 10n ** 15n - 1n;
    for (const call of [() => price.price(), () => price.rates(), () => price.poke()]) {
      await expect(call()).to.be.revertedWithCustomError(price, "ClampedPrice_Fell").withArgs(ONE, rate);
    }
    await expect(price.connect(f.alice).accept(rate)).to.be.revertedWithCustomError(price, "AccessManagedUnauthorized");
    for (const wrong of [0n, rate + 1n]) {
      await expect(price.accept(wrong))
        .to.be.revertedWithCustomError(price, "ClampedPrice_WrongRate")
        .withArgs(rate, wrong);
    }
    await expect(price.accept(rate)).to.emit(price, "AnchorSet").withArgs(rate);
    expect(await price.rates()).to.deep.equal([rate, rate]);
  });

  it("small falls do not add up unseen: a poke leaves the anchor where it was", async () => {
    const f = await loadFixture(fixture);
    for (let i = 0; i < 5; i++) {
      await f.vault.lose(ONE);
      await f.price.poke();
    }
    await f.vault.lose(10n ** 15n);
    await expect(f.price.poke()).to.be.revertedWithCustomError(f.price, "ClampedPrice_Fell");
  });

  it("O2: the first depositor's inflation gives nothing: too few shares, and the clamp", async () => {
    const f = await loadFixture(fixture);
    const vault = await ethers.deployContract("MockShareVault", [f.asset, 0]);
    await f.asset.approve(vault, MaxUint256);
    await vault.deposit(1, f.admin);
    const price = await ethers.deployContract("SharePrice", [
      f.access,
      vault,
      f.source,
      f.zusd,
      GROWTH,
      TOLERANCE,
      MIN_SUPPLY,
    ]);
    await expect(price.price()).to.be.revertedWithCustomError(price, "Price_TooFewShares").withArgs(MIN_SUPPLY, 1);
    await expect(price.poke()).to.be.revertedWithCustomError(price, "Price_TooFewShares");
    await f.asset.transfer(vault, 10n ** 24n);
    await vault.mint(100n, f.admin);
    await expect(price.price()).to.be.revertedWithCustomError(price, "Price_TooFewShares").withArgs(MIN_SUPPLY, 101);
  });

  it("O2: the minimum of shares is enough", async () => {
    const f = await loadFixture(fixture);
    await f.vault.redeem(900n * ONE, f.admin, f.admin);
    await f.price.price();
    await f.vault.redeem(1, f.admin, f.admin);
    await expect(f.price.price())
      .to.be.revertedWithCustomError(f.price, "Price_TooFewShares")
      .withArgs(MIN_SUPPLY, MIN_SUPPLY - 1n);
  });

  it("O8: refuses a vault of zUSD", async () => {
    const f = await loadFixture(fixture);
    const vault = await ethers.deployContract("MockShareVault", [f.zusd, 0]);
    await expect(
      ethers.deployContract("SharePrice", [f.access, vault, f.source, f.zusd, GROWTH, TOLERANCE, MIN_SUPPLY]),
    )
      .to.be.revertedWithCustomError(f.price, "Price_OwnToken")
      .withArgs(f.zusd);
  });

  it("O7, G5: refuses addresses without code, and parameters out of range", async () => {
    const f = await loadFixture(fixture);
    for (const i of [1, 2, 3]) {
      const args = [...f.args] as unknown[];
      args[i] = f.alice.address;
      await expect(ethers.deployContract("SharePrice", args as never))
        .to.be.revertedWithCustomError(f.price, "Price_NoCode")
        .withArgs(f.alice.address);
    }
    for (const [i, name, good, bad] of [
      [4, "maxGrowth", 10_000n, 10_001n],
      [5, "tolerance", 500n, 501n],
      [6, "minSupply", 1n, 0n],
    ] as const) {
      const args = [...f.args] as unknown[];
      args[i] = good;
      await ethers.deployContract("SharePrice", args as never);
      args[i] = bad;
      await expect(ethers.deployContract("SharePrice", args as never))
        .to.be.revertedWithCustomError(f.price, "Price_InvalidParameter")
        .withArgs(encodeBytes32String(name), bad);
    }
    const large = await ethers.deployContract("MockToken", ["T", 25]);
    const vault = await ethers.deployContract("MockShareVault", [large, 0]);
    await expect(
      ethers.deployContract("SharePrice", [f.access, vault, f.source, f.zusd, GROWTH, TOLERANCE, MIN_SUPPLY]),
    )
      .to.be.revertedWithCustomError(f.price, "Price_InvalidParameter")
      .withArgs(encodeBytes32String("decimals"), 25);
    const poor = await ethers.deployContract("MockToken", ["T", 0]);
    const worthless = await ethers.deployContract("MockShareVault", [poor, 0]);
    await poor.mint(f.admin, 10n ** 6n);
    await poor.approve(worthless, MaxUint256);
    await worthless.deposit(10n ** 6n, f.admin);
    await worthless.lose(10n ** 6n);
    await expect(
      ethers.deployContract("SharePrice", [f.access, worthless, f.source, f.zusd, GROWTH, TOLERANCE, MIN_SUPPLY]),
    )
      .to.be.revertedWithCustomError(f.price, "ClampedPrice_WrongRate")
      .withArgs(0, 0);
    expect(await f.price.token()).to.equal(f.vault);
    expect(await f.price.source()).to.equal(f.source);
    expect([await f.price.maxGrowth(), await f.price.tolerance(), await f.price.minSupply()]).to.deep.equal([
      GROWTH,
      TOLERANCE,
      MIN_SUPPLY,
    ]);
  });
});
