import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { FactKind } from "../../../protocol/spec";
import { batchHash } from "../../../protocol/witness/hashes";
import {
  accepted,
  carryBatch,
  CIRCUIT,
  deployTwoChains,
  DOMAIN,
  makeBatch,
  PRIMARY,
  report,
  submit,
  type TestBatch,
} from "../../fixtures/contracts";

describe("Rollup on a secondary chain", () => {
  async function fixture() {
    const chains = await deployTwoChains();
    const batch = await makeBatch(chains.primary);
    await submit(chains.primary, batch);
    return { ...chains, batch };
  }

  it("takes the batch that the primary took, from anyone, and gets the same state", async () => {
    const { primary, secondary, batch } = await loadFixture(fixture);
    const [, , , stranger] = await ethers.getSigners();
    await carryBatch(secondary, primary, 1);
    await expect(secondary.rollup.connect(stranger).submitBatch(batch)).to.emit(secondary.rollup, "BatchAccepted");
    expect(await secondary.rollup.commitment()).to.deep.equal(await primary.rollup.commitment());
    expect(await secondary.rollup.batchHash(1)).to.equal(await primary.rollup.batchHash(1));
  });

  it("refuses it without the fact, and says which", async () => {
    const { primary, secondary, batch } = await loadFixture(fixture);
    await expect(submit(secondary, batch))
      .to.be.revertedWithCustomError(secondary.rollup, "Rollup_FactMissing")
      .withArgs(FactKind.Batch, PRIMARY, 1, await primary.rollup.batchHash(1));
  });

  it("R6: refuses another valid batch of the same number", async () => {
    const { primary, secondary, batch } = await loadFixture(fixture);
    await carryBatch(secondary, primary, 1);
    const other = await makeBatch(secondary, { newState: 5n });
    await expect(submit(secondary, other)).to.be.revertedWithCustomError(secondary.rollup, "Rollup_FactMissing");
    await submit(secondary, batch);
    await expect(submit(secondary, batch)).to.be.revertedWithCustomError(secondary.rollup, "Rollup_WrongNumber");
  });

  it("verifies the proof and the openings itself", async () => {
    const { primary, secondary, batch } = await loadFixture(fixture);
    await carryBatch(secondary, primary, 1);
    await secondary.verifier.setAccepts(false);
    await expect(submit(secondary, batch)).to.be.revertedWithCustomError(secondary.rollup, "Rollup_InvalidProof");
    const forged: TestBatch = { ...batch, oldEval: batch.oldEval + 1n };
    await expect(submit(secondary, forged)).to.be.revertedWithCustomError(secondary.rollup, "Rollup_InvalidOpening");
  });

  it("R3: does not compare the timestamp with its own clock, only with the previous batch's", async () => {
    const { primary, secondary, batch } = await loadFixture(fixture);
    await carryBatch(secondary, primary, 1);
    await time.increase(100_000);
    await submit(secondary, batch);
    const future = await makeBatch(secondary, { timestamp: 2 ** 40 - 1 });
    const hash = batchHash({
      domain: DOMAIN,
      circuitId: CIRCUIT,
      previousHash: await secondary.rollup.batchHash(1),
      commitment: future.newCommitment,
      words: future.words,
    });
    await report(secondary, primary, FactKind.Batch, 2, hash);
    await expect(submit(secondary, future)).to.emit(secondary.rollup, "BatchAccepted");
    const earlier = await makeBatch(secondary, { timestamp: 2 ** 40 - 2 });
    await expect(submit(secondary, earlier)).to.be.revertedWithCustomError(secondary.rollup, "Rollup_WrongTimestamp");
  });

  it("X6: refuses every fact of a frozen source, and goes on when it is unfrozen", async () => {
    const { primary, secondary, batch } = await loadFixture(fixture);
    await carryBatch(secondary, primary, 1);
    const second = await ethers.deployContract("MockGateway");
    await secondary.facts.addGateway(second);
    await report(secondary, primary, FactKind.Batch, 7, ethers.id("a"), secondary.gateways);
    await report(secondary, primary, FactKind.Batch, 7, ethers.id("b"), [second]);
    await expect(submit(secondary, batch)).to.be.revertedWithCustomError(secondary.rollup, "Rollup_FactMissing");
    await secondary.facts.setFrozen(PRIMARY, false);
    await expect(submit(secondary, batch)).to.emit(secondary.rollup, "BatchAccepted");
  });

  describe("followBatch", () => {
    /** Three batches on the primary; the secondary knows the fact of the last. */
    async function behind() {
      const state = await fixture();
      const { primary, secondary, batch } = state;
      const batches = [batch];
      for (let i = 0; i < 2; i++) {
        batches.push(await makeBatch(primary));
        await submit(primary, batches[i + 1]);
      }
      await carryBatch(secondary, primary, 3);
      const parts = await Promise.all(batches.map((taken, i) => accepted(primary, taken, i + 1)));
      return { ...state, rollup: secondary.rollup, batches, parts };
    }

    it("takes several batches under the fact of the last", async () => {
      const { primary, rollup, batches, parts } = await loadFixture(behind);
      for (let i = 0; i < 3; i++) {
        await expect(rollup.followBatch(batches[i], parts.slice(i + 1))).to.emit(rollup, "BatchAccepted");
      }
      expect(await rollup.commitment()).to.deep.equal(await primary.rollup.commitment());
    });

    it("refuses batches that do not lead there, and says where", async () => {
      const { primary, rollup, batches, parts } = await loadFixture(behind);
      const [, second, third] = parts;
      const missing = async (number: number, later: typeof parts, value: string) =>
        expect(rollup.followBatch(batches[0], later))
          .to.be.revertedWithCustomError(rollup, "Rollup_FactMissing")
          .withArgs(FactKind.Batch, PRIMARY, number, value);
      await missing(1, [], await primary.rollup.batchHash(1));
      await missing(2, [second], await primary.rollup.batchHash(2));
      for (const [later, at] of [
        [[third], 0],
        [[second, second], 1],
        [[third, second], 0],
        [[second, third, third], 2],
      ] as const) {
        await expect(rollup.followBatch(batches[0], [...later]))
          .to.be.revertedWithCustomError(rollup, "Rollup_NotLater")
          .withArgs(at);
      }
      const altered = { ...third, wordsHash: ethers.id("other words") };
      await expect(rollup.followBatch(batches[0], [second, altered])).to.be.revertedWithCustomError(
        rollup,
        "Rollup_FactMissing",
      );
    });

    it("R6: another valid batch of the number leads nowhere", async () => {
      const { secondary, rollup, parts } = await loadFixture(behind);
      const other = await makeBatch(secondary, { newState: 5n });
      await expect(rollup.followBatch(other, parts.slice(1)))
        .to.be.revertedWithCustomError(rollup, "Rollup_NotLater")
        .withArgs(0);
    });

    it("is not for the primary, which follows nobody", async () => {
      const { primary, parts } = await loadFixture(behind);
      const next = await makeBatch(primary);
      await expect(primary.rollup.followBatch(next, parts)).to.be.revertedWithCustomError(
        primary.rollup,
        "Rollup_NothingToFollow",
      );
    });
  });

  it("several batches may follow under their facts, in order only", async () => {
    const { primary, secondary, batch } = await loadFixture(fixture);
    const second = await makeBatch(primary);
    await submit(primary, second);
    await carryBatch(secondary, primary, 2);
    await expect(submit(secondary, second)).to.be.revertedWithCustomError(secondary.rollup, "Rollup_WrongNumber");
    await carryBatch(secondary, primary, 1);
    await submit(secondary, batch);
    await expect(submit(secondary, second)).to.emit(secondary.rollup, "BatchAccepted");
  });
});
