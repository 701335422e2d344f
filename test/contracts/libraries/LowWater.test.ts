import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import fc from "fast-check";
import { ethers } from "hardhat";
import { DAY } from "../../../protocol/pcd";
import { LowWater } from "../../../protocol/pcd/lowWater";
import { onAnotherDay } from "../../fixtures/clock";

describe("LowWater", () => {
  /** A mark at the begin of a UTC day, of a quantity that is 0. */
  async function fixture() {
    const mark = await ethers.deployContract("PcdHarness");
    const midnight = (BigInt(await time.latest()) / DAY + 2n) * DAY;
    /** Notes a change `seconds` after midnight. */
    const note = async (seconds: bigint, old: bigint, current: bigint) => {
      await time.setNextBlockTimestamp(midnight + seconds);
      await mark.note(old, current);
    };
    const leastAt = async (seconds: bigint, current: bigint) => {
      await time.increaseTo(midnight + seconds);
      return mark.least(current);
    };
    return { mark, midnight, note, leastAt };
  }

  it("a quantity that never changed is what it is", async () => {
    const { mark } = await loadFixture(fixture);
    expect(await mark.least(0)).to.equal(0);
    expect(await mark.least(5)).to.equal(5);
    expect(await mark.least(2n ** 96n - 1n)).to.equal(2n ** 96n - 1n);
  });

  it("what was added counts from the second midnight on, so after a day at least", async () => {
    const { note, leastAt } = await loadFixture(fixture);
    await note(DAY - 10n, 0n, 100n);
    expect(await leastAt(DAY - 5n, 100n)).to.equal(0);
    expect(await leastAt(DAY - 1n, 100n)).to.equal(0);
    expect(await leastAt(DAY, 100n)).to.equal(0);
    expect(await leastAt(2n * DAY - 1n, 100n)).to.equal(0);
    expect(await leastAt(2n * DAY, 100n)).to.equal(100);
  });

  it("what was taken counts at once, and until the second midnight", async () => {
    const { note, leastAt } = await loadFixture(fixture);
    await note(0n, 0n, 100n);
    await note(2n * DAY, 100n, 30n);
    expect(await leastAt(2n * DAY + 1n, 30n)).to.equal(30);
    await note(2n * DAY + 10n, 30n, 100n);
    expect(await leastAt(2n * DAY + 20n, 100n)).to.equal(30);
    expect(await leastAt(4n * DAY - 1n, 100n)).to.equal(30);
    expect(await leastAt(4n * DAY, 100n)).to.equal(100);
  });

  it("a rise within the day leaves the day's least, and a later fall lowers it", async () => {
    const { note, leastAt } = await loadFixture(fixture);
    await note(0n, 0n, 100n);
    await note(2n * DAY + 1n, 100n, 200n);
    expect(await leastAt(2n * DAY + 2n, 200n)).to.equal(100);
    await note(2n * DAY + 3n, 200n, 99n);
    expect(await leastAt(2n * DAY + 4n, 99n)).to.equal(99);
    await note(3n * DAY, 99n, 98n);
    expect(await leastAt(3n * DAY + 1n, 98n)).to.equal(98);
    expect(await leastAt(4n * DAY, 98n)).to.equal(98);
  });

  it("a day without a change has the least of what stood then", async () => {
    const { note, leastAt } = await loadFixture(fixture);
    await note(0n, 0n, 100n);
    await note(5n * DAY, 100n, 300n);
    expect(await leastAt(5n * DAY + 1n, 300n)).to.equal(100);
    expect(await leastAt(6n * DAY, 300n)).to.equal(100);
    expect(await leastAt(7n * DAY, 300n)).to.equal(300);
  });

  it("M16: a hundred years later, at the largest quantity", async () => {
    const { note, leastAt } = await loadFixture(fixture);
    const most = 2n ** 96n - 1n;
    await onAnotherDay(async () => {
      await note(0n, 0n, most);
      await note(36_525n * DAY, most, most - 1n);
      expect(await leastAt(36_526n * DAY, most - 1n)).to.equal(most - 1n);
    });
  });

  it("is the model's, and the least of two days by its definition", async () => {
    const { mark, midnight } = await loadFixture(fixture);
    const model = new LowWater();
    let [now, value] = [midnight, 0n];
    /** What stood from a time on. */
    const history: [bigint, bigint][] = [[0n, 0n]];
    const steps = fc.sample(fc.tuple(fc.bigInt(1n, 60_000n), fc.bigInt(0n, 1_000n)), { numRuns: 80, seed: 5 });
    for (const [wait, next] of steps) {
      now += wait;
      await time.setNextBlockTimestamp(now);
      await mark.note(value, next);
      model.note(now, value, next);
      value = next;
      history.push([now, value]);
      const begin = (now / DAY - 1n) * DAY;
      // All that stood since yesterday began: what came then, and what stood when it did.
      const atBegin = history.filter(([t]) => t <= begin).at(-1)![1];
      const since = history.filter(([t]) => t > begin).map(([, v]) => v);
      const expected = [atBegin, ...since].reduce((a, b) => (a < b ? a : b));
      expect(await mark.least(value)).to.equal(expected);
      expect(model.least(now, value)).to.equal(expected);
    }
  });
});
