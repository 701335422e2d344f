import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import fc from "fast-check";
import { ethers } from "hardhat";
import { DAY, NetFlow } from "../../../protocol/pcd";

const LIMIT = 2n ** 112n - 1n;

describe("NetFlow", () => {
  async function fixture() {
    const flow = await ethers.deployContract("PcdHarness");
    await time.increase(200_000);
    return { flow, now: BigInt(await time.latest()) };
  }

  it("stands still at the time that it is of", async () => {
    const { flow, now } = await loadFixture(fixture);
    for (const net of [0n, 1n, -1n, 77n, -77n, LIMIT, -LIMIT]) {
      expect(await flow.current(net, now, 50, 60)).to.equal(net);
    }
    await expect(flow.current(1, now + 1n, 50, 60)).to.be.revertedWithPanic(0x11);
  });

  it("decays by a direction's own limit per day, towards 0 and not beyond", async () => {
    const { flow, now } = await loadFixture(fixture);
    const [limitIn, limitOut] = [864_000n, 172_800n];
    for (const seconds of [1n, 2n, 3_600n, DAY - 1n]) {
      const time = now - seconds;
      expect(await flow.current(864_000n, time, limitIn, limitOut)).to.equal(864_000n - 10n * seconds);
      expect(await flow.current(-172_800n, time, limitIn, limitOut)).to.equal(-172_800n + 2n * seconds);
      // To the unit, and one less.
      expect(await flow.current(10n * seconds, time, limitIn, limitOut)).to.equal(0);
      expect(await flow.current(10n * seconds + 1n, time, limitIn, limitOut)).to.equal(1);
      expect(await flow.current(-2n * seconds, time, limitIn, limitOut)).to.equal(0);
      expect(await flow.current(-2n * seconds - 1n, time, limitIn, limitOut)).to.equal(-1);
    }
  });

  it("is 0 after a day, whatever it was: also above a limit that was lowered", async () => {
    const { flow, now } = await loadFixture(fixture);
    for (const net of [LIMIT, -LIMIT]) {
      expect(await flow.current(net, now - DAY, 1, 1)).to.equal(0);
      expect(await flow.current(net, now - DAY + 1n, 1, 1)).to.equal(net);
      expect(await flow.current(net, 0, LIMIT, LIMIT)).to.equal(0);
    }
  });

  it("M8: what decays is rounded down", async () => {
    const { flow, now } = await loadFixture(fixture);
    expect(await flow.current(10, now - 86_399n, 1, 1)).to.equal(10);
    expect(await flow.current(10, now - 43_199n, 2, 2)).to.equal(10);
    expect(await flow.current(10, now - 43_200n, 2, 2)).to.equal(9);
    expect(await flow.current(-10, now - 43_199n, 2, 2)).to.equal(-10);
    expect(await flow.current(-10, now - 43_200n, 2, 2)).to.equal(-9);
  });

  it("reaches a limit and does not exceed it, in either direction", async () => {
    const { flow } = await loadFixture(fixture);
    expect(await flow.enter(3, 7, 10)).to.equal(10);
    await expect(flow.enter(3, 8, 10))
      .to.be.revertedWithCustomError(flow, "NetFlow_Exceeded")
      .withArgs(10, 11);
    expect(await flow.enter(-20, 30, 10)).to.equal(10);
    await expect(flow.enter(-20, 31, 10))
      .to.be.revertedWithCustomError(flow, "NetFlow_Exceeded")
      .withArgs(10, 11);
    expect(await flow.leave(-3, 7, 10)).to.equal(-10);
    await expect(flow.leave(-3, 8, 10))
      .to.be.revertedWithCustomError(flow, "NetFlow_Exceeded")
      .withArgs(10, 11);
    expect(await flow.leave(20, 30, 10)).to.equal(-10);
    await expect(flow.leave(20, 31, 10))
      .to.be.revertedWithCustomError(flow, "NetFlow_Exceeded")
      .withArgs(10, 11);
  });

  it("above a lowered limit nothing more comes in, but anything may go out", async () => {
    const { flow } = await loadFixture(fixture);
    await expect(flow.enter(50, 0, 10))
      .to.be.revertedWithCustomError(flow, "NetFlow_Exceeded")
      .withArgs(10, 50);
    expect(await flow.leave(50, 60, 10)).to.equal(-10);
    await expect(flow.leave(-50, 0, 10))
      .to.be.revertedWithCustomError(flow, "NetFlow_Exceeded")
      .withArgs(10, 50);
    expect(await flow.enter(-50, 60, 10)).to.equal(10);
  });

  it("M16: the widest amounts and limits do not wrap", async () => {
    const { flow } = await loadFixture(fixture);
    expect(await flow.enter(0, LIMIT, LIMIT)).to.equal(LIMIT);
    expect(await flow.enter(-LIMIT, LIMIT, LIMIT)).to.equal(0);
    expect(await flow.leave(0, LIMIT, LIMIT)).to.equal(-LIMIT);
    expect(await flow.leave(LIMIT, LIMIT, LIMIT)).to.equal(0);
    await expect(flow.enter(1, LIMIT, LIMIT)).to.be.revertedWithCustomError(flow, "NetFlow_Exceeded");
    await expect(flow.leave(-1, LIMIT, LIMIT)).to.be.revertedWithCustomError(flow, "NetFlow_Exceeded");
  });

  it("is the model's", async () => {
    const { flow, now } = await loadFixture(fixture);
    const amount = fc.bigInt(-(10n ** 7n), 10n ** 7n);
    const limit = fc.bigInt(1n, 10n ** 7n);
    await fc.assert(
      fc.asyncProperty(amount, fc.bigInt(0n, 100_000n), limit, limit, async (net, elapsed, limitIn, limitOut) => {
        const model = new NetFlow();
        model.set(now - elapsed, net);
        expect(await flow.current(net, now - elapsed, limitIn, limitOut)).to.equal(
          model.current(now, limitIn, limitOut),
        );
      }),
      { numRuns: 100 },
    );
  });

  it("V13: over any time at most limit·(1 + time/day) leaves beyond what came in, however it is split", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.bigInt(0n, 20_000n), fc.bigInt(0n, 400n)), { minLength: 1, maxLength: 60 }),
        (steps) => {
          const [limit, flow] = [1_000n, new NetFlow()];
          let [now, out] = [1_000_000n, 0n];
          const start = now;
          for (const [wait, amount] of steps) {
            now += wait;
            try {
              flow.set(now, flow.after(now, -amount, limit, limit));
              out += amount;
            } catch {
              // Refused: nothing left.
            }
            expect(out * DAY <= limit * (DAY + now - start)).to.equal(true);
          }
        },
      ),
    );
  });
});
