import { loadFixture, setCode, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { encodeBytes32String, ZeroAddress } from "ethers";
import { ethers } from "hardhat";
import { DAY, deployFeed, feedConfig, type FeedConfig, ONE } from "../../../fixtures/pcd";

const HOUR = 3600;

describe("FeedPrice", () => {
  const fixture = () => deployFeed(2_000n * 10n ** 8n);

  it("scales the answer to 18 decimals, from 0 to 36 of the feed", async () => {
    for (const [decimals, answer, price] of [
      [0, 7n, 7n * ONE],
      [8, 123_456_789n, 1_234_567_890_000_000_000n],
      [18, 5n * ONE + 1n, 5n * ONE + 1n],
      [20, 5n * 10n ** 20n + 199n, 5n * ONE + 1n],
      [36, 10n ** 36n, ONE],
    ] as const) {
      const aggregator = await ethers.deployContract("MockAggregator", [decimals, answer]);
      const source = await ethers.deployContract("FeedPrice", [feedConfig(aggregator)]);
      expect(await source.price()).to.deep.equal([price, price]);
      expect(await source.quote()).to.deep.equal([price, price, true]);
    }
  });

  it("tells bounds by what the feed may be off, rounded outwards", async () => {
    const { price } = await deployFeed(100_000_001n, { deviation: 25 });
    // 1.00000001 · 0.9975 and · 1.0025.
    expect(await price.price()).to.deep.equal([997_500_009_975_000_000n, 1_002_500_010_025_000_000n]);
    const aggregator = await ethers.deployContract("MockAggregator", [18, ONE + 1n]);
    const odd = await ethers.deployContract("FeedPrice", [feedConfig(aggregator, { deviation: 1 })]);
    expect(await odd.price()).to.deep.equal([999_900_000_000_000_000n, 1_000_100_000_000_000_002n]);
  });

  it("O5: tells whether a token with a peg is within its band, bounds included", async () => {
    const { aggregator, price } = await deployFeed(10n ** 8n, { band: 100 });
    for (const [answer, inBand] of [
      [99_000_000n, true],
      [98_999_999n, false],
      [101_000_000n, true],
      [101_000_001n, false],
    ] as const) {
      await aggregator.set(answer);
      expect((await price.quote()).inBand, `${answer}`).to.equal(inBand);
      expect(await price.price()).to.deep.equal([answer * 10n ** 10n, answer * 10n ** 10n]);
    }
  });

  it("O6, M10: refuses an answer that is older than the heartbeat by a second", async () => {
    const { aggregator, price } = await loadFixture(fixture);
    const now = (await time.latest()) + 10;
    await aggregator.setRound(10n ** 8n, now, now);
    await time.increaseTo(now + DAY);
    await price.price();
    await time.increaseTo(now + DAY + 1);
    await expect(price.price())
      .to.be.revertedWithCustomError(price, "FeedPrice_Stale")
      .withArgs(DAY, DAY + 1);
  });

  it("O6, M10: refuses an answer without a time, or of the future", async () => {
    const { aggregator, price } = await loadFixture(fixture);
    await aggregator.setRound(10n ** 8n, 0, 0);
    await expect(price.price())
      .to.be.revertedWithCustomError(price, "FeedPrice_WrongTime")
      .withArgs(await time.latest(), 0);
    const next = (await time.latest()) + 1;
    await time.setNextBlockTimestamp(next);
    await aggregator.setRound(10n ** 8n, next, next);
    await price.price();
    await time.setNextBlockTimestamp(next + 1);
    await aggregator.setRound(10n ** 8n, next, next + 2);
    await expect(price.price())
      .to.be.revertedWithCustomError(price, "FeedPrice_WrongTime")
      .withArgs(next + 1, next + 2);
  });

  it("O6, M10: refuses 0 and negative answers", async () => {
    const { aggregator, price } = await loadFixture(fixture);
    for (const answer of [0n, -1n, -(2n ** 127n)]) {
      await aggregator.set(answer);
      await expect(price.price()).to.be.revertedWithCustomError(price, "FeedPrice_NotPositive").withArgs(answer);
    }
  });

  it("O6: refuses an answer at the minimum or the maximum", async () => {
    const [min, max] = [ONE / 100n, 10n ** 24n];
    const { aggregator, price } = await loadFixture(fixture);
    await aggregator.set(10n ** 6n);
    await expect(price.price()).to.be.revertedWithCustomError(price, "FeedPrice_TooLow").withArgs(min, min);
    await aggregator.set(10n ** 6n + 1n);
    await price.price();
    await aggregator.set(10n ** 14n);
    await expect(price.price()).to.be.revertedWithCustomError(price, "FeedPrice_TooHigh").withArgs(max, max);
    await aggregator.set(10n ** 14n - 1n);
    await price.price();
    await aggregator.set(2n ** 255n - 1n);
    await expect(price.price()).to.be.reverted;
  });

  it("O6: refuses a feed whose decimals changed", async () => {
    const { aggregator, price } = await loadFixture(fixture);
    await aggregator.setDecimals(18);
    await expect(price.price()).to.be.revertedWithCustomError(price, "FeedPrice_WrongDecimals").withArgs(8, 18);
  });

  it("O6: refuses a feed whose code is gone", async () => {
    const { aggregator, price } = await loadFixture(fixture);
    await setCode(await aggregator.getAddress(), "0x");
    await expect(price.price()).to.be.reverted;
  });

  describe("with a sequencer", () => {
    async function sequenced() {
      const sequencer = await ethers.deployContract("MockAggregator", [0, 0]);
      const { aggregator, price } = await deployFeed(10n ** 8n, { sequencer, grace: HOUR, heartbeat: 7 * DAY });
      return { sequencer, aggregator, price };
    }

    it("O6: refuses while it is down, and within its grace", async () => {
      const { sequencer, price } = await loadFixture(sequenced);
      const start = (await time.latest()) + 10;
      await sequencer.setRound(1, start - 10, start);
      await expect(price.price()).to.be.revertedWithCustomError(price, "FeedPrice_SequencerDown").withArgs(1);
      await sequencer.setRound(0, start, start);
      await time.increaseTo(start + HOUR);
      await expect(price.price()).to.be.revertedWithCustomError(price, "FeedPrice_SequencerGrace").withArgs(HOUR, HOUR);
      await time.increaseTo(start + HOUR + 1);
      await price.price();
    });

    it("O6: refuses a round without a start, or one of the future", async () => {
      const { sequencer, price } = await loadFixture(sequenced);
      await time.increase(DAY);
      await price.price();
      await sequencer.setRound(0, 0, 0);
      await expect(price.price()).to.be.revertedWithCustomError(price, "FeedPrice_SequencerDown").withArgs(0);
      await sequencer.setRound(0, (await time.latest()) + DAY, 0);
      await expect(price.price()).to.be.revertedWithCustomError(price, "FeedPrice_SequencerDown").withArgs(0);
    });
  });

  it("O7: refuses a feed, or a sequencer's, without code on this chain", async () => {
    const { aggregator, price } = await loadFixture(fixture);
    const [someone] = await ethers.getSigners();
    await expect(ethers.deployContract("FeedPrice", [feedConfig(someone.address)]))
      .to.be.revertedWithCustomError(price, "Price_NoCode")
      .withArgs(someone.address);
    await expect(
      ethers.deployContract("FeedPrice", [feedConfig(aggregator, { sequencer: someone.address, grace: HOUR })]),
    )
      .to.be.revertedWithCustomError(price, "Price_NoCode")
      .withArgs(someone.address);
  });

  it("G5: bounds its parameters on both sides", async () => {
    const { aggregator, price } = await loadFixture(fixture);
    const sequencer = await aggregator.getAddress();
    const accepted: Partial<FeedConfig>[] = [
      { heartbeat: 1 },
      { heartbeat: 7 * DAY },
      { deviation: 1000, band: 1000 },
      { deviation: 3, band: 5 },
      { min: 1n, max: 2n },
      { sequencer, grace: 1 },
      { sequencer, grace: 7 * DAY },
    ];
    for (const overrides of accepted) {
      const made = await ethers.deployContract("FeedPrice", [feedConfig(aggregator, overrides)]);
      const expected = feedConfig(sequencer, overrides);
      expect(await made.config()).to.deep.equal(
        Object.values(expected).map((value) => (typeof value === "number" ? BigInt(value) : value)),
      );
    }
    const refused: [Partial<FeedConfig>, string, bigint | number][] = [
      [{ heartbeat: 0 }, "heartbeat", 0],
      [{ heartbeat: 7 * DAY + 1 }, "heartbeat", 7 * DAY + 1],
      [{ deviation: 1001 }, "deviation", 1001],
      [{ band: 1001 }, "band", 1001],
      [{ min: 0n }, "min", 0],
      [{ min: 5n, max: 5n }, "max", 5],
      [{ grace: 1 }, "grace", 1],
      [{ sequencer, grace: 0 }, "grace", 0],
      [{ sequencer, grace: 7 * DAY + 1 }, "grace", 7 * DAY + 1],
    ];
    for (const [overrides, name, value] of refused) {
      await expect(ethers.deployContract("FeedPrice", [feedConfig(aggregator, overrides)]))
        .to.be.revertedWithCustomError(price, "Price_InvalidParameter")
        .withArgs(encodeBytes32String(name), value);
    }
    const fine = await ethers.deployContract("MockAggregator", [37, 1]);
    await expect(ethers.deployContract("FeedPrice", [feedConfig(fine)]))
      .to.be.revertedWithCustomError(price, "Price_InvalidParameter")
      .withArgs(encodeBytes32String("decimals"), 37);
    expect((await price.config()).sequencer).to.equal(ZeroAddress);
  });
});
