import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { AbiCoder, encodeBytes32String, id, MaxUint256 } from "ethers";
import { ethers } from "hardhat";
import { deployBooks, ONE, YEAR } from "../../../fixtures/pcd";
import type { MockPrice, MockToken } from "../../../../typechain-types";

const [GROWTH, TOLERANCE, MIN_SUPPLY] = [1_000n, 0n, 10n ** 20n];
const selector = (signature: string): string => id(signature).slice(0, 10);
const WITHDRAW_FEES = selector("withdraw_admin_fees()");
const REMOVE = selector("remove_liquidity(uint256,uint256[2])");

describe("CurvePrice", () => {
  /** A pool with a thousand of each of `count` tokens. */
  async function deployPool(count: number) {
    const { admin, alice, access, zusd } = await deployBooks();
    const coins: MockToken[] = [];
    const sources: MockPrice[] = [];
    for (let i = 0; i < count; i++) {
      coins.push(await ethers.deployContract("MockToken", [`T${i}`, 18]));
      sources.push(await ethers.deployContract("MockPrice", [ONE, ONE]));
    }
    const pool = await ethers.deployContract("MockCurvePool", [coins]);
    for (const coin of coins) {
      await coin.mint(admin, 10n ** 24n);
      await coin.approve(pool, MaxUint256);
    }
    await pool.add(1_000n * ONE);
    const config = { pool, share: pool, sources, probe: WITHDRAW_FEES, probeWords: 0 };
    const deploy = (changes: object = {}, growth = GROWTH, tolerance = TOLERANCE, from: unknown = zusd) =>
      ethers.deployContract("CurvePrice", [
        access,
        { ...config, ...changes },
        from as typeof zusd,
        growth,
        tolerance,
        MIN_SUPPLY,
      ]);
    const price = await deploy();
    const start = BigInt(await time.latest());
    return { admin, alice, access, zusd, coins, sources, pool, deploy, price, start };
  }

  const fixture = () => deployPool(2);

  it("is the virtual price times the cheapest token, to times the dearest", async () => {
    const f = await loadFixture(fixture);
    expect(await f.price.quote()).to.deep.equal([ONE, ONE + 1n, true]);
    await f.sources[0].set((ONE * 99n) / 100n, ONE);
    await f.sources[1].set(ONE, (ONE * 102n) / 100n);
    expect(await f.price.price()).to.deep.equal([(ONE * 99n) / 100n, (ONE * 102n) / 100n + 2n]);
    await f.sources[1].set((ONE * 98n) / 100n, (ONE * 98n) / 100n);
    expect(await f.price.price()).to.deep.equal([(ONE * 98n) / 100n, ONE + 1n]);
  });

  it("O5: the lowest leg rules, and the price is out of band when any leg is, of 2 to 4", async () => {
    for (const count of [2, 3, 4]) {
      const { price, sources } = await deployPool(count);
      for (const [i, source] of sources.entries()) {
        await source.set(ONE / 2n, ONE / 2n);
        await source.setInBand(false);
        expect(await price.quote()).to.deep.equal([ONE / 2n, ONE + 1n, false]);
        await source.set(ONE, 2n * ONE);
        expect(await price.quote()).to.deep.equal([ONE, 2n * ONE + 2n, false]);
        await source.set(ONE, ONE);
        await source.setInBand(true);
        expect(await price.source(i)).to.equal(source);
      }
      expect(await price.quote()).to.deep.equal([ONE, ONE + 1n, true]);
      for (const i of [count, 4, 5]) expect(await price.source(i)).to.equal(ethers.ZeroAddress);
    }
  });

  it("O2: a donation counts in the lower bound at the limit of growth only", async () => {
    const f = await loadFixture(fixture);
    await f.coins[0].transfer(f.pool, 1_000n * ONE);
    await time.increaseTo(f.start + BigInt(YEAR));
    expect(await f.price.rates()).to.deep.equal([(ONE * 11n) / 10n, (ONE * 3n) / 2n]);
    expect(await f.price.price()).to.deep.equal([(ONE * 11n) / 10n, (ONE * 3n) / 2n + 1n]);
  });

  it("O4: a virtual price that falls is no price, until the administrator accepts it", async () => {
    const f = await loadFixture(fixture);
    const tolerant = await f.deploy({}, GROWTH, 10n);
    await f.pool.lose(20);
    const rate = (ONE * 999n) / 1_000n;
    expect(await tolerant.rates()).to.deep.equal([rate, rate]);
    await expect(f.price.price()).to.be.revertedWithCustomError(f.price, "ClampedPrice_Fell").withArgs(ONE, rate);
    await expect(f.price.poke()).to.be.revertedWithCustomError(f.price, "ClampedPrice_Fell");
    await expect(f.price.connect(f.alice).accept(rate)).to.be.revertedWithCustomError(
      f.price,
      "AccessManagedUnauthorized",
    );
    await f.price.accept(rate);
    expect(await f.price.rates()).to.deep.equal([rate, rate]);
    await f.pool.lose(1);
    for (const price of [f.price, tolerant]) {
      await expect(price.price()).to.be.revertedWithCustomError(price, "ClampedPrice_Fell");
    }
  });

  it("O3: cannot be read, poked or accepted while the pool pays out, by each kind of probe", async () => {
    const f = await loadFixture(fixture);
    for (const [probe, probeWords] of [
      [WITHDRAW_FEES, 0],
      [REMOVE, 3],
      [selector("lockedView()"), 0],
    ] as const) {
      const price = await f.deploy({ probe, probeWords });
      await price.price();
      const leaver = await ethers.deployContract("Reentrant");
      await f.pool.transfer(leaver, 100n * ONE);
      const leaving = f.pool.interface.encodeFunctionData("remove_liquidity", [50n * ONE, [0, 0]]);
      for (const name of ["price", "poke"] as const) {
        await leaver.arm(price, price.interface.encodeFunctionData(name as "price"));
        await leaver.act(f.pool, 0, leaving);
        expect(await leaver.called()).to.equal(true);
        expect(await leaver.succeeded()).to.equal(false);
        expect(await leaver.answer()).to.equal(price.interface.getError("Price_Locked")!.selector);
      }
      await price.price();
    }
  });

  it("O3: without a probe that works the manipulated price would be read", async () => {
    const f = await loadFixture(fixture);
    const leaver = await ethers.deployContract("Reentrant");
    await f.pool.transfer(leaver, 1_000n * ONE);
    await leaver.arm(f.pool, f.pool.interface.encodeFunctionData("get_virtual_price"));
    await leaver.act(f.pool, 0, f.pool.interface.encodeFunctionData("remove_liquidity", [1_000n * ONE, [0, 0]]));
    // 2,000 tokens for the 1,000 shares that are left: this is what the probe is for.
    expect(await leaver.answer()).to.equal("0x00000000");
    expect(await leaver.succeeded()).to.equal(true);
  });

  it("O3: a probe that fails for another reason refuses every price", async () => {
    const f = await loadFixture(fixture);
    for (const probe of [selector("alwaysReverts()"), selector("slowlyLocked()"), "0x12345678"]) {
      await expect(f.deploy({ probe })).to.be.revertedWithCustomError(f.price, "Price_Locked").withArgs(f.pool);
    }
  });

  it("O3: with too little gas for the probe nothing is read", async () => {
    const f = await loadFixture(fixture);
    const reader = await ethers.deployContract("MockPairBorrower", [f.price]);
    const prices = AbiCoder.defaultAbiCoder().encode(["uint256[2]"], [await f.price.price()]);
    const tooLow = f.price.interface.getError("Price_GasTooLow")!.selector;
    const answers = new Set<string>();
    for (let gas = 1_000; gas <= 200_000; gas += 1_000) {
      const [success, result] = await reader.readWith(gas);
      answers.add(success ? result : result.slice(0, 10));
    }
    expect([...answers]).to.deep.equal(["0x", tooLow, prices]);
  });

  it("O2: refuses a pool with fewer shares than the minimum", async () => {
    const f = await loadFixture(fixture);
    await f.pool.remove_liquidity(1_900n * ONE, [0, 0]);
    await f.price.price();
    await f.pool.remove_liquidity(1, [0, 0]);
    await expect(f.price.price())
      .to.be.revertedWithCustomError(f.price, "Price_TooFewShares")
      .withArgs(MIN_SUPPLY, MIN_SUPPLY - 1n);
  });

  it("O8: refuses a pool that contains zUSD, at any place", async () => {
    const f = await deployPool(3);
    for (const coin of f.coins) {
      await expect(f.deploy({}, GROWTH, TOLERANCE, coin))
        .to.be.revertedWithCustomError(f.price, "Price_OwnToken")
        .withArgs(coin);
    }
  });

  it("O8: refuses another number of sources than the pool has tokens, for zUSD could be behind them", async () => {
    const f = await deployPool(3);
    await expect(f.deploy({ sources: f.sources.slice(0, 2) }))
      .to.be.revertedWithCustomError(f.price, "Price_InvalidParameter")
      .withArgs(encodeBytes32String("sources"), 2);
    await expect(f.deploy({ sources: [...f.sources, f.sources[0]] })).to.be.reverted;
    for (const count of [1, 5]) {
      await expect(f.deploy({ sources: new Array<MockPrice>(count).fill(f.sources[0]) }))
        .to.be.revertedWithCustomError(f.price, "Price_InvalidParameter")
        .withArgs(encodeBytes32String("sources"), count);
    }
  });

  it("O7, G5: refuses addresses without code, and parameters out of range", async () => {
    const f = await loadFixture(fixture);
    const nobody = f.alice.address;
    for (const changes of [{ pool: nobody }, { share: nobody }, { sources: [f.sources[0], nobody] }]) {
      await expect(f.deploy(changes)).to.be.revertedWithCustomError(f.price, "Price_NoCode").withArgs(nobody);
    }
    await expect(f.deploy({}, GROWTH, TOLERANCE, nobody))
      .to.be.revertedWithCustomError(f.price, "Price_NoCode")
      .withArgs(nobody);
    await f.deploy({ probe: REMOVE, probeWords: 8 });
    await expect(f.deploy({ probe: REMOVE, probeWords: 9 }))
      .to.be.revertedWithCustomError(f.price, "Price_InvalidParameter")
      .withArgs(encodeBytes32String("probeWords"), 9);
    await expect(f.deploy({}, 10_001n)).to.be.revertedWithCustomError(f.price, "Price_InvalidParameter");
    expect(await f.price.pool()).to.equal(f.pool);
  });
});
