import { loadFixture, takeSnapshot, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { BATCH_TAG, FactKind, HeaderWord, pack } from "../../../protocol/spec";
import { keccakWords, wordsHash } from "../../../protocol/witness/hashes";
import type { Ordering } from "../../../typechain-types";
import {
  accepted,
  carryBatch,
  type Chain,
  commit,
  connect,
  deployChain,
  deployTwoChains,
  DOMAIN,
  LEASE,
  makeBatch,
  PRIMARY,
  report,
  SECONDARY,
  submit,
  type TestBatch,
  wordsOf,
} from "../../fixtures/contracts";

const HOUR = 3600;
const THIRD = 3;

const maskOf = (...chains: number[]): bigint => chains.reduce((mask, chain) => mask | (1n << BigInt(chain)), 0n);

/** A batch of Noops with this timestamp that suspends the chains of a mask. */
async function suspending(chain: Chain, timestamp: number, suspended: bigint): Promise<TestBatch> {
  const number = (await chain.rollup.number()) + 1n;
  const [header, ...rest] = wordsOf(number, timestamp, [], []);
  return makeBatch(chain, { words: [header | pack(HeaderWord, { suspended }), ...rest] });
}

/** Submits such a batch as the operator, at a time or in the next block. */
async function submitSuspending(chain: Chain, timestamp: number, suspended: bigint, now?: number) {
  const batch = await suspending(chain, timestamp, suspended);
  if (now !== undefined) await time.setNextBlockTimestamp(now);
  return submit(chain, batch);
}

type Accepted = Awaited<ReturnType<typeof accepted>>;

/** Any argument of an error. */
const anything = (): boolean => true;

describe("Ordering: suspension and acknowledgements", () => {
  async function fixture() {
    const { primary, secondary } = await deployTwoChains();
    const ordering = primary.ordering as Ordering;
    const [, , stranger] = await ethers.getSigners();
    const since = Number((await ordering.statusOf(SECONDARY)).acknowledged);
    return { primary, secondary, ordering, stranger, since };
  }

  describe("X16, X18: whether a batch suspends a chain", () => {
    /** By how many seconds after the last acknowledgement the batch's timestamp is. */
    type Case = [lease: number, silence: number, maySuspend: boolean, mayLeave: boolean];
    const cases: Case[] = [
      [2 * HOUR, 0, false, true],
      [2 * HOUR, 1, false, true],
      [2 * HOUR, HOUR - 1, false, true],
      [2 * HOUR, HOUR, true, true],
      [2 * HOUR, HOUR + 1, true, true],
      [2 * HOUR, 2 * HOUR, true, true],
      [2 * HOUR, 2 * HOUR + 1, true, false],
      [2 * HOUR, 9 * HOUR, true, false],
      // Of an odd lease a half is no whole number of seconds.
      [2 * HOUR + 1, HOUR, false, true],
      [2 * HOUR + 1, HOUR + 1, true, true],
      [2 * HOUR + 1, 2 * HOUR + 1, true, true],
      [2 * HOUR + 1, 2 * HOUR + 2, true, false],
      // The shortest and the longest there is.
      [HOUR, HOUR / 2 - 1, false, true],
      [HOUR, HOUR / 2, true, true],
      [HOUR, HOUR + 1, true, false],
      [LEASE, LEASE / 2 - 1, false, true],
      [LEASE, LEASE / 2, true, true],
      [LEASE, LEASE, true, true],
      [LEASE, LEASE + 1, true, false],
    ];
    for (const [lease, silence, maySuspend, mayLeave] of cases) {
      const rule = maySuspend ? (mayLeave ? "either" : "must") : "must not";
      it(`a lease of ${lease} s, silent for ${silence} s: ${rule}`, async () => {
        const { primary, ordering, since } = await loadFixture(fixture);
        await ordering.setLease(SECONDARY, lease);
        const timestamp = since + silence;
        const now = Math.max(timestamp, (await time.latest()) + 1);
        const snapshot = await takeSnapshot();
        const left = submitSuspending(primary, timestamp, 0n, now);
        if (mayLeave) await expect(left).to.emit(primary.rollup, "BatchAccepted");
        else {
          await expect(left)
            .to.be.revertedWithCustomError(ordering, "Ordering_MustSuspend")
            .withArgs(SECONDARY, silence, lease);
        }
        await snapshot.restore();
        const suspended = submitSuspending(primary, timestamp, maskOf(SECONDARY), now);
        if (maySuspend) await expect(suspended).to.emit(primary.rollup, "BatchAccepted");
        else {
          await expect(suspended)
            .to.be.revertedWithCustomError(ordering, "Ordering_MustNotSuspend")
            .withArgs(SECONDARY, silence, lease);
        }
      });
    }

    it("goes by the batch's timestamp, not by when it is published", async () => {
      const { primary, ordering, since } = await loadFixture(fixture);
      await ordering.setLease(SECONDARY, 2 * HOUR);
      // The latest moment at which the chain need not be suspended, published almost an hour later.
      const late = since + 2 * HOUR + HOUR - 1;
      await expect(submitSuspending(primary, since + 2 * HOUR, 0n, late)).to.emit(primary.rollup, "BatchAccepted");
      await expect(submitSuspending(primary, since + 2 * HOUR + 1, 0n, late + 1))
        .to.be.revertedWithCustomError(ordering, "Ordering_MustSuspend")
        .withArgs(SECONDARY, 2 * HOUR + 1, 2 * HOUR);
    });

    it("X18: cannot be done early by a batch that is published late", async () => {
      const { primary, ordering, since } = await loadFixture(fixture);
      await ordering.setLease(SECONDARY, 2 * HOUR);
      await expect(submitSuspending(primary, since + HOUR - 1, maskOf(SECONDARY), since + 2 * HOUR - 1))
        .to.be.revertedWithCustomError(ordering, "Ordering_MustNotSuspend")
        .withArgs(SECONDARY, HOUR - 1, 2 * HOUR);
    });

    it("a batch from before the lease was given counts as no silence", async () => {
      const { primary, ordering } = await loadFixture(fixture);
      await time.increase(HOUR);
      const third = await deployChain({ index: THIRD });
      await connect(primary, third);
      const { acknowledged } = await ordering.statusOf(THIRD);
      const timestamp = Number(acknowledged) - HOUR + 5;
      await expect(submitSuspending(primary, timestamp, maskOf(THIRD)))
        .to.be.revertedWithCustomError(ordering, "Ordering_MustNotSuspend")
        .withArgs(THIRD, 0, LEASE);
      await expect(submitSuspending(primary, timestamp, 0n)).to.emit(primary.rollup, "BatchAccepted");
    });

    it("another lease holds from the next batch on", async () => {
      const { primary, ordering, since } = await loadFixture(fixture);
      const timestamp = since + 2 * HOUR;
      await time.increaseTo(timestamp);
      await expect(submitSuspending(primary, timestamp, maskOf(SECONDARY))).to.be.revertedWithCustomError(
        ordering,
        "Ordering_MustNotSuspend",
      );
      await ordering.setLease(SECONDARY, HOUR);
      await expect(submitSuspending(primary, timestamp, 0n)).to.be.revertedWithCustomError(
        ordering,
        "Ordering_MustSuspend",
      );
      await submitSuspending(primary, timestamp, maskOf(SECONDARY));
      await ordering.setLease(SECONDARY, LEASE);
      await expect(submitSuspending(primary, timestamp, maskOf(SECONDARY))).to.be.revertedWithCustomError(
        ordering,
        "Ordering_MustNotSuspend",
      );
      await submitSuspending(primary, timestamp, 0n);
    });

    it("a chain without a lease, and the primary, cannot be suspended", async () => {
      const { primary, ordering, since } = await loadFixture(fixture);
      const timestamp = since + LEASE;
      await time.increaseTo(timestamp);
      for (const chain of [PRIMARY, THIRD, 32, 63]) {
        // Alone, and next to one that may be suspended.
        for (const suspended of [maskOf(chain), maskOf(SECONDARY, chain)]) {
          await expect(submitSuspending(primary, timestamp, suspended))
            .to.be.revertedWithCustomError(ordering, "Ordering_UnknownChain")
            .withArgs(chain);
        }
      }
      await expect(submitSuspending(primary, timestamp, maskOf(SECONDARY))).to.emit(primary.rollup, "BatchAccepted");
    });

    it("of several chains each by its own silence and lease", async () => {
      const { primary, ordering, since } = await loadFixture(fixture);
      await ordering.setLease(SECONDARY, 2 * HOUR);
      await time.increaseTo(since + HOUR);
      await ordering.setLease(63, LEASE);
      const third = await deployChain({ index: THIRD });
      await connect(primary, third);
      await ordering.setLease(THIRD, HOUR);
      const timestamp = since + 2 * HOUR + 600;
      await time.increaseTo(timestamp);
      const refusals: [bigint, string, number][] = [
        [maskOf(), "Ordering_MustSuspend", SECONDARY],
        [maskOf(SECONDARY), "Ordering_MustSuspend", THIRD],
        [maskOf(THIRD), "Ordering_MustSuspend", SECONDARY],
        [maskOf(SECONDARY, THIRD, 63), "Ordering_MustNotSuspend", 63],
        [maskOf(SECONDARY, 4, THIRD), "Ordering_UnknownChain", 4],
      ];
      for (const [suspended, error, chain] of refusals) {
        const refused = expect(submitSuspending(primary, timestamp, suspended));
        const args = error === "Ordering_UnknownChain" ? [chain] : [chain, anything, anything];
        await refused.to.be.revertedWithCustomError(ordering, error).withArgs(...args);
      }
      await expect(submitSuspending(primary, timestamp, maskOf(SECONDARY, THIRD))).to.emit(
        primary.rollup,
        "BatchAccepted",
      );
    });

    it("of all chains there can be", async () => {
      const { primary, ordering, since } = await loadFixture(fixture);
      const chains = Array.from({ length: 62 }, (_, i) => i + 2);
      for (const chain of chains) await ordering.setLease(chain, HOUR);
      const timestamp = since + 2 * HOUR;
      await time.increaseTo(timestamp);
      for (const missing of [SECONDARY, 33, 63]) {
        const others = chains.filter((chain) => chain !== missing);
        await expect(submitSuspending(primary, timestamp, maskOf(...others)))
          .to.be.revertedWithCustomError(ordering, "Ordering_MustSuspend")
          .withArgs(missing, anything, HOUR);
      }
      await expect(submitSuspending(primary, timestamp, maskOf(...chains))).to.emit(primary.rollup, "BatchAccepted");
    });

    it("X16: batches go on without a chain that is silent for ever, and it resumes by an acknowledgement", async () => {
      const { primary, secondary, ordering, since } = await loadFixture(fixture);
      await ordering.setLease(SECONDARY, HOUR);
      const batches: TestBatch[] = [];
      for (let i = 1; i <= 3; i++) {
        const timestamp = since + i * LEASE;
        const batch = await suspending(primary, timestamp, maskOf(SECONDARY));
        await time.setNextBlockTimestamp(timestamp);
        await submit(primary, batch);
        batches.push(batch);
      }
      for (const [i, batch] of batches.entries()) {
        await carryBatch(secondary, primary, i + 1);
        await submit(secondary, batch);
      }
      await carryBatch(primary, secondary, 3);
      await ordering.acknowledge(SECONDARY, await accepted(primary, batches[2], 3));
      const timestamp = since + 3 * LEASE + 600;
      await expect(submitSuspending(primary, timestamp, maskOf(SECONDARY), timestamp)).to.be.revertedWithCustomError(
        ordering,
        "Ordering_MustNotSuspend",
      );
      await expect(submitSuspending(primary, timestamp, 0n)).to.emit(primary.rollup, "BatchAccepted");
    });
  });

  describe("acknowledge", () => {
    /** Four batches on the primary, 1000 s apart, the third with the second's timestamp; the secondary has seen three. */
    async function published() {
      const state = await fixture();
      const { primary, secondary, since } = state;
      const timestamps = [since + 1000, since + 2000, since + 2000, since + 3000];
      const batches: TestBatch[] = [];
      for (const timestamp of timestamps) {
        if ((await time.latest()) < timestamp) await time.setNextBlockTimestamp(timestamp);
        const batch = await makeBatch(primary, { timestamp });
        await submit(primary, batch);
        batches.push(batch);
      }
      for (const number of [1, 2, 3]) {
        await carryBatch(secondary, primary, number);
        await submit(secondary, batches[number - 1]);
      }
      const named = await Promise.all(batches.map((batch, i) => accepted(primary, batch, i + 1)));
      const hashes = await Promise.all(batches.map((_, i) => primary.rollup.batchHash(i + 1)));
      return { ...state, timestamps, batches, named, hashes };
    }

    it("takes note of the batch's timestamp, from anyone, when the chain's fact is there", async () => {
      const { primary, secondary, ordering, stranger, named, timestamps } = await loadFixture(published);
      await carryBatch(primary, secondary, 1);
      await expect(ordering.connect(stranger).acknowledge(SECONDARY, named[0]))
        .to.emit(ordering, "Acknowledged")
        .withArgs(SECONDARY, 1, timestamps[0]);
      expect(await ordering.statusOf(SECONDARY)).to.deep.equal([BigInt(timestamps[0]), BigInt(LEASE), 0n, 0n, 0n]);
    });

    it("leaves out batches in between", async () => {
      const { primary, secondary, ordering, named, timestamps } = await loadFixture(published);
      await carryBatch(primary, secondary, 3);
      await expect(ordering.acknowledge(SECONDARY, named[2]))
        .to.emit(ordering, "Acknowledged")
        .withArgs(SECONDARY, 3, timestamps[2]);
    });

    it("refuses a chain that has no lease, and the primary", async () => {
      const { primary, ordering, named, hashes } = await loadFixture(published);
      const third = await deployChain({ index: THIRD });
      await primary.chains.register(THIRD, 31337, third.facts);
      await report(primary, third, FactKind.Batch, 1, hashes[0]);
      for (const chain of [0, PRIMARY, THIRD, 64, 255]) {
        await expect(ordering.acknowledge(chain, named[0]))
          .to.be.revertedWithCustomError(ordering, "Ordering_UnknownChain")
          .withArgs(chain);
      }
    });

    it("refuses a batch that was not accepted here, though the chain says it was", async () => {
      const { primary, secondary, ordering, named, since } = await loadFixture(published);
      const unknown = await accepted(primary, await makeBatch(primary, { timestamp: since + 3000 }), 5);
      for (const [number, batch] of [
        [5, unknown],
        [4, { ...named[3], newCommitment: await commit(5n) }],
        [2 ** 32 - 1, { ...unknown, header: unknown.header | (2n ** 32n - 1n) }],
      ] as const) {
        await report(primary, secondary, FactKind.Batch, number, hashOf(batch));
        await expect(ordering.acknowledge(SECONDARY, batch))
          .to.be.revertedWithCustomError(ordering, "Ordering_UnknownBatch")
          .withArgs(number, hashOf(batch));
      }
    });

    it("refuses every altered field of the batch", async () => {
      const { primary, secondary, ordering, named, hashes } = await loadFixture(published);
      await carryBatch(primary, secondary, 2);
      const batch = named[1];
      const { x, y } = batch.newCommitment;
      const alterations: Partial<Accepted>[] = [
        { circuit: ethers.id("another circuit") },
        { circuit: ZeroHash },
        { header: batch.header + pack(HeaderWord, { timestamp: 1n }) },
        { header: batch.header | pack(HeaderWord, { suspended: 4n }) },
        { header: batch.header | pack(HeaderWord, { feeCell0: 1n }) },
        { header: batch.header | pack(HeaderWord, { feeCell3: 1n << 22n }) },
        { header: batch.header | (1n << 255n) },
        { previousHash: hashes[1] },
        { previousHash: ZeroHash },
        { newCommitment: { x: x + 1n, y } },
        { newCommitment: { x, y: y + 1n } },
        { newCommitment: { x: y, y: x } },
        { wordsHash: named[2].wordsHash },
        { wordsHash: ZeroHash },
      ];
      for (const alteration of alterations) {
        const altered = { ...batch, ...alteration };
        await expect(ordering.acknowledge(SECONDARY, altered), Object.keys(alteration)[0])
          .to.be.revertedWithCustomError(ordering, "Ordering_UnknownBatch")
          .withArgs(2, hashOf(altered));
      }
      // The number says with which hash it is compared.
      for (const other of [-1n, 1n]) {
        const altered = { ...batch, header: batch.header + other };
        await expect(ordering.acknowledge(SECONDARY, altered))
          .to.be.revertedWithCustomError(ordering, "Ordering_UnknownBatch")
          .withArgs(2n + other, hashOf(altered));
      }
      await expect(ordering.acknowledge(SECONDARY, batch)).to.emit(ordering, "Acknowledged");
    });

    it("needs the fact of this batch, of its hash, from this chain, of a source not frozen", async () => {
      const { primary, secondary, ordering, named, hashes } = await loadFixture(published);
      const third = await deployChain({ index: THIRD });
      await connect(primary, third);
      const isMissing = async () =>
        expect(ordering.acknowledge(SECONDARY, named[0]))
          .to.be.revertedWithCustomError(ordering, "Ordering_FactMissing")
          .withArgs(FactKind.Batch, SECONDARY, 1, hashes[0]);
      await isMissing();
      await report(primary, third, FactKind.Batch, 1, hashes[0]);
      await report(primary, secondary, FactKind.Queue, 1, hashes[0]);
      await report(primary, secondary, FactKind.Batch, 2, hashes[0]);
      await isMissing();
      await carryBatch(primary, secondary, 1);
      await primary.facts.setFrozen(SECONDARY, true);
      await isMissing();
      await primary.facts.setFrozen(SECONDARY, false);
      await expect(ordering.acknowledge(SECONDARY, named[0])).to.emit(ordering, "Acknowledged");
    });

    it("another hash under the batch's number does not count", async () => {
      const { primary, secondary, ordering, named } = await loadFixture(published);
      await report(primary, secondary, FactKind.Batch, 1, ethers.id("another"));
      await expect(ordering.acknowledge(SECONDARY, named[0])).to.be.revertedWithCustomError(
        ordering,
        "Ordering_FactMissing",
      );
    });

    it("refuses a batch that is not later: the same, an older one, one of the same time, genesis", async () => {
      const { primary, secondary, ordering, named } = await loadFixture(published);
      for (const number of [1, 2, 3]) await carryBatch(primary, secondary, number);
      const isRefused = async (batch: Accepted, number: number) =>
        expect(ordering.acknowledge(SECONDARY, batch))
          .to.be.revertedWithCustomError(ordering, "Ordering_NotLater")
          .withArgs(SECONDARY, number);
      await ordering.acknowledge(SECONDARY, named[1]);
      const status = await ordering.statusOf(SECONDARY);
      await isRefused(named[1], 2);
      await isRefused(named[0], 1);
      await isRefused(named[2], 3);
      const genesis = {
        circuit: ZeroHash,
        header: 0n,
        previousHash: ZeroHash,
        newCommitment: await commit(1n),
        wordsHash: wordsHash([]),
      };
      expect(hashOf(genesis)).to.equal(await primary.rollup.batchHash(0));
      await isRefused(genesis, 0);
      expect(await ordering.statusOf(SECONDARY)).to.deep.equal(status);
    });

    it("a batch from before the lease was given is not later", async () => {
      const { primary, ordering, named, hashes, timestamps } = await loadFixture(published);
      const third = await deployChain({ index: THIRD });
      await connect(primary, third);
      for (const [i, batch] of named.entries()) {
        await report(primary, third, FactKind.Batch, i + 1, hashes[i]);
        await expect(ordering.acknowledge(THIRD, batch))
          .to.be.revertedWithCustomError(ordering, "Ordering_NotLater")
          .withArgs(THIRD, i + 1);
      }
      expect(Number((await ordering.statusOf(THIRD)).acknowledged)).to.be.greaterThan(timestamps[3]);
    });

    it("X18: counts the batch's timestamp, however late it was published and acknowledged", async () => {
      const { primary, secondary, ordering, since } = await loadFixture(fixture);
      await ordering.setLease(SECONDARY, 4 * HOUR);
      const timestamp = since + 1000;
      const batch = await makeBatch(primary, { timestamp });
      await time.setNextBlockTimestamp(timestamp + HOUR);
      await submit(primary, batch);
      await carryBatch(secondary, primary, 1);
      await submit(secondary, batch);
      await carryBatch(primary, secondary, 1);
      await time.increaseTo(timestamp + 4 * HOUR - 10);
      await ordering.acknowledge(SECONDARY, await accepted(primary, batch, 1));
      expect((await ordering.statusOf(SECONDARY)).acknowledged).to.equal(timestamp);
      await expect(submitSuspending(primary, timestamp + 4 * HOUR + 1, 0n, timestamp + 4 * HOUR + 1))
        .to.be.revertedWithCustomError(ordering, "Ordering_MustSuspend")
        .withArgs(SECONDARY, 4 * HOUR + 1, 4 * HOUR);
      await expect(submitSuspending(primary, timestamp + 4 * HOUR, 0n)).to.emit(primary.rollup, "BatchAccepted");
    });

    it("of one chain says nothing of another", async () => {
      const { primary, secondary, ordering, named, since } = await loadFixture(published);
      await ordering.setLease(63, LEASE);
      const { acknowledged } = await ordering.statusOf(63);
      await carryBatch(primary, secondary, 1);
      await ordering.acknowledge(SECONDARY, named[0]);
      expect((await ordering.statusOf(63)).acknowledged).to.equal(acknowledged);
      expect(Number((await ordering.statusOf(SECONDARY)).acknowledged)).to.equal(since + 1000);
    });
  });
});

/** The hash that an accepted batch of these fields would have. */
function hashOf({ circuit, header, previousHash, newCommitment, wordsHash: hash }: Accepted): string {
  const { x, y } = newCommitment;
  return keccakWords(BATCH_TAG, DOMAIN, circuit, header, previousHash, x, y, hash);
}
