import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroHash } from "ethers";
import { DepositWord0, DepositWord1, FactKind, field, type Layout, QUEUE_RING } from "../../../protocol/spec";
import {
  carryBatch,
  carryQueue,
  deployTwoChains,
  depositMany,
  type Fold,
  foldOf,
  headOf,
  makeBatch,
  NATIVE,
  PRIMARY,
  queueOf,
  recorded,
  report,
  type RequestWords,
  SECONDARY,
  submit,
} from "../../fixtures/contracts";

/** Sets the bits that the batch fills in: the flags and the indices used. */
const executed = (request: RequestWords): RequestWords =>
  recorded(request, { executed: true, usedAccount: 5, usedCell: 6 });

/** The bit of a word that holds bit `bit` of a field. */
const bitOf = (of: Layout, name: string, bit = 0): bigint => 1n << BigInt(field(of, name).offset + bit);

/** Codes that no queue op has, some of them signed ops'. */
const UNDEFINED_OPS = [1n, 0x1fn, 0x24n, 0x41n, 0x81n, 0xffn];

describe("Rollup request queues", () => {
  async function fixture() {
    const chains = await deployTwoChains();
    for (const chain of [chains.primary, chains.secondary]) {
      await chain.tokens.list(NATIVE);
      await depositMany(chain, 3);
    }
    return { ...chains, own: await queueOf(chains.primary), foreign: await queueOf(chains.secondary) };
  }

  it("consumes a prefix of the own queue, batch by batch", async () => {
    const { primary, own } = await loadFixture(fixture);
    expect(await primary.rollup.consumedHead(PRIMARY)).to.equal(ZeroHash);
    const first = await makeBatch(primary, {
      queue: [executed(own[0]), recorded(own[1])],
      folds: [await foldOf(primary, 2)],
    });
    await submit(primary, first);
    expect(await primary.rollup.consumedHead(PRIMARY)).to.equal(headOf(own.slice(0, 2)));
    const second = await makeBatch(primary, { queue: [executed(own[2])], folds: [await foldOf(primary, 3)] });
    await submit(primary, second);
    expect(await primary.rollup.consumedHead(PRIMARY)).to.equal(headOf(own));
  });

  it("R13: requests that arrive after the proof change the fold only", async () => {
    const { primary, own } = await loadFixture(fixture);
    const batch = await makeBatch(primary, { queue: [executed(own[0])], folds: [await foldOf(primary, 1)] });
    await depositMany(primary, 5);
    // The old fold ends at a head that the vault still remembers; a new one ends at the newest.
    await expect(submit(primary, { ...batch, folds: [await foldOf(primary, 1, 3)] })).to.emit(
      primary.rollup,
      "BatchAccepted",
    );
    const next = await makeBatch(primary, { queue: [executed(own[1])], folds: [await foldOf(primary, 2)] });
    expect(next.folds[0].later.length).to.equal(6);
    await expect(submit(primary, next)).to.emit(primary.rollup, "BatchAccepted");
  });

  it("R13: a head leaves the ring after 256 requests; a fold over thousands still works [fuzz]", async () => {
    const { primary, own } = await loadFixture(fixture);
    await depositMany(primary, QUEUE_RING - 1);
    const old = await makeBatch(primary, { queue: [recorded(own[0])], folds: [await foldOf(primary, 1, 3)] });
    await expect(submit(primary, { ...old, folds: [await foldOf(primary, 1, 2)] })).to.be.revertedWithCustomError(
      primary.vault,
      "RequestQueue_HeadUnknown",
    );
    await primary.rollup.connect(primary.operator).submitBatch.staticCall(old);
    await depositMany(primary, 1000);
    await expect(submit(primary, old)).to.be.revertedWithCustomError(primary.vault, "RequestQueue_HeadUnknown");
    await expect(submit(primary, { ...old, folds: [await foldOf(primary, 1)] })).to.emit(
      primary.rollup,
      "BatchAccepted",
    );
  });

  describe("R2, C17: refuses requests that are not the queue's", () => {
    type Case = [name: string, queue: (own: RequestWords[], foreign: RequestWords[]) => RequestWords[]];
    const cases: Case[] = [
      ["omitted", (own) => [own[1]]],
      ["duplicated", (own) => [own[0], own[0]]],
      ["reordered", (own) => [own[1], own[0]]],
      [
        "one altered bit of the amount",
        ([[word0, word1, key]]) => [[word0 ^ bitOf(DepositWord0, "amount", 3), word1, key]],
      ],
      [
        "one altered bit of the account",
        ([[word0, word1, key]]) => [[word0 ^ bitOf(DepositWord0, "account"), word1, key]],
      ],
      [
        "one altered bit of the cell",
        ([[word0, word1, key]]) => [[word0 ^ bitOf(DepositWord0, "cell", 22), word1, key]],
      ],
      ["one altered bit of the token", ([[word0, word1, key]]) => [[word0 ^ bitOf(DepositWord0, "token"), word1, key]]],
      [
        "one altered bit of the owner",
        ([[word0, word1, key]]) => [[word0, word1 ^ bitOf(DepositWord1, "owner", 159), key]],
      ],
      ["one altered bit of the key", ([[word0, word1, key]]) => [[word0, word1, key ^ 1n]]],
      ["another chain's request as one's own", (_, [[word0, word1, key]]) => [asChain(word0, PRIMARY, word1, key)]],
    ];
    for (const [name, choose] of cases) {
      it(name, async () => {
        const { primary, own, foreign } = await loadFixture(fixture);
        const queue = choose(own, foreign).map((request) => recorded(request));
        const batch = await makeBatch(primary, { queue, folds: [await foldOf(primary, queue.length)] });
        await expect(submit(primary, batch)).to.be.revertedWithCustomError(primary.rollup, "Rollup_WrongQueueHead");
      });
    }

    it("more than there are", async () => {
      const { primary, own } = await loadFixture(fixture);
      const queue = [...own, own[0]].map((request) => recorded(request));
      const folds: Fold[] = [{ chain: PRIMARY, count: 4n, later: [] }];
      await expect(submit(primary, await makeBatch(primary, { queue, folds })))
        .to.be.revertedWithCustomError(primary.vault, "RequestQueue_HeadUnknown")
        .withArgs(4, 3);
    });

    it("a later request altered, left out or added", async () => {
      const { primary, own } = await loadFixture(fixture);
      const batch = await makeBatch(primary, { queue: [recorded(own[0])] });
      const fold = await foldOf(primary, 1);
      const altered = { ...fold, later: [fold.later[0], ZeroHash] };
      await expect(submit(primary, { ...batch, folds: [altered] })).to.be.revertedWithCustomError(
        primary.rollup,
        "Rollup_WrongQueueHead",
      );
      for (const later of [fold.later.slice(1), [...fold.later, ZeroHash]]) {
        await expect(submit(primary, { ...batch, folds: [{ ...fold, later }] })).to.be.revertedWithCustomError(
          primary.rollup,
          "Rollup_WrongQueueHead",
        );
      }
    });

    it("without a fold", async () => {
      const { primary, own, foreign } = await loadFixture(fixture);
      await expect(submit(primary, await makeBatch(primary, { queue: [recorded(own[0])] })))
        .to.be.revertedWithCustomError(primary.rollup, "Rollup_UncheckedRequests")
        .withArgs(1, 0);
      const mixed = await makeBatch(primary, {
        queue: [recorded(own[0]), recorded(foreign[0])],
        folds: [await foldOf(primary, 1)],
      });
      await expect(submit(primary, mixed))
        .to.be.revertedWithCustomError(primary.rollup, "Rollup_UncheckedRequests")
        .withArgs(2, 1);
    });

    it("another count than the head's", async () => {
      const { primary, own } = await loadFixture(fixture);
      const batch = await makeBatch(primary, {
        queue: [recorded(own[0])],
        folds: [{ ...(await foldOf(primary, 1)), count: 2n }],
      });
      await expect(submit(primary, batch))
        .to.be.revertedWithCustomError(primary.rollup, "Rollup_WrongQueueHead")
        .withArgs(2, headOf(own.slice(0, 2)), headOf(own));
    });

    it("an undefined queue op, which no queue holds", async () => {
      const { primary } = await loadFixture(fixture);
      const inSlot = bitOf(DepositWord0, "chain") * BigInt(PRIMARY);
      for (const op of UNDEFINED_OPS) {
        for (const word0 of [op, op | inSlot]) {
          await expect(submit(primary, await makeBatch(primary, { queue: [[word0, 0n, 0n]] })))
            .to.be.revertedWithCustomError(primary.rollup, "Rollup_UncheckedRequests")
            .withArgs(1, 0);
        }
        const batch = await makeBatch(primary, {
          queue: [[op | inSlot, 0n, 0n]],
          folds: [await foldOf(primary, 1)],
        });
        await expect(submit(primary, batch)).to.be.revertedWithCustomError(primary.rollup, "Rollup_WrongQueueHead");
      }
    });

    it("an undefined queue op, even of another chain's queue", async () => {
      const { primary, secondary } = await loadFixture(fixture);
      for (const [i, op] of UNDEFINED_OPS.entries()) {
        const request: RequestWords = [op | (bitOf(DepositWord0, "chain") * BigInt(SECONDARY)), 0n, 0n];
        const count = BigInt(100 + i);
        await report(primary, secondary, FactKind.Queue, count, headOf([request]));
        const folds = [{ chain: SECONDARY, count, later: [] }];
        await expect(submit(primary, await makeBatch(primary, { queue: [recorded(request)], folds })))
          .to.be.revertedWithCustomError(primary.rollup, "Pubdata_UnknownQueueOp")
          .withArgs(1, op);
      }
    });
  });

  describe("other chains' queues on the primary chain", () => {
    it("need the fact of their head", async () => {
      const { primary, secondary, own, foreign } = await loadFixture(fixture);
      const queue = [executed(foreign[0]), executed(own[0]), recorded(foreign[1])];
      const folds = [await foldOf(primary, 1), await foldOf(secondary, 2)];
      const batch = await makeBatch(primary, { queue, folds });
      await expect(submit(primary, batch))
        .to.be.revertedWithCustomError(primary.rollup, "Rollup_FactMissing")
        .withArgs(FactKind.Queue, SECONDARY, 3, headOf(foreign));
      await carryQueue(primary, secondary);
      await expect(submit(primary, batch)).to.emit(primary.rollup, "BatchAccepted");
      expect(await primary.rollup.consumedHead(SECONDARY)).to.equal(headOf(foreign.slice(0, 2)));
      expect(await primary.rollup.consumedHead(PRIMARY)).to.equal(headOf(own.slice(0, 1)));
    });

    it("C17: a request moved to another chain does not fit that chain's queue", async () => {
      const { primary, secondary, own } = await loadFixture(fixture);
      await carryQueue(primary, secondary);
      const moved = asChain(own[0][0], SECONDARY, own[0][1], own[0][2]);
      const batch = await makeBatch(primary, { queue: [recorded(moved)], folds: [await foldOf(secondary, 1)] });
      await expect(submit(primary, batch)).to.be.revertedWithCustomError(primary.rollup, "Rollup_FactMissing");
    });

    it("are refused from a chain that is not registered", async () => {
      const { primary, secondary, foreign } = await loadFixture(fixture);
      const unknown = asChain(foreign[0][0], 3, foreign[0][1], foreign[0][2]);
      const folds = [{ ...(await foldOf(secondary, 1)), chain: 3 }];
      await expect(submit(primary, await makeBatch(primary, { queue: [recorded(unknown)], folds })))
        .to.be.revertedWithCustomError(primary.rollup, "Rollup_FactMissing")
        .withArgs(FactKind.Queue, 3, 3, headOf([unknown, ...foreign.slice(1)]));
    });

    it("come in folds that strictly increase by chain, from 1", async () => {
      const { primary, secondary, own, foreign } = await loadFixture(fixture);
      await carryQueue(primary, secondary);
      const [ownFold, foreignFold] = [await foldOf(primary, 1), await foldOf(secondary, 1)];
      const batch = await makeBatch(primary, { queue: [recorded(own[0]), recorded(foreign[0])] });
      for (const folds of [[foreignFold, ownFold], [ownFold, ownFold], [{ ...ownFold, chain: 0 }]]) {
        await expect(submit(primary, { ...batch, folds })).to.be.revertedWithCustomError(
          primary.rollup,
          "Rollup_FoldsUnsorted",
        );
      }
      await expect(submit(primary, { ...batch, folds: [ownFold, foreignFold] })).to.emit(
        primary.rollup,
        "BatchAccepted",
      );
    });

    it("a fold that consumes nothing is checked too and changes nothing", async () => {
      const { primary, secondary } = await loadFixture(fixture);
      const batch = await makeBatch(primary, { folds: [await foldOf(primary, 0), await foldOf(secondary, 0)] });
      await expect(submit(primary, batch)).to.be.revertedWithCustomError(primary.rollup, "Rollup_FactMissing");
      await carryQueue(primary, secondary);
      await submit(primary, batch);
      expect(await primary.rollup.consumedHead(PRIMARY)).to.equal(ZeroHash);
    });
  });

  describe("on a secondary chain", () => {
    async function accepted() {
      const state = await fixture();
      const { primary, secondary, own, foreign } = state;
      await carryQueue(primary, secondary);
      const folds = [await foldOf(primary, 1), await foldOf(secondary, 1)];
      const batch = await makeBatch(primary, { queue: [recorded(own[0]), recorded(foreign[0])], folds });
      await submit(primary, batch);
      await carryBatch(secondary, primary, 1);
      return { ...state, batch };
    }

    it("only the own queue is checked", async () => {
      const { secondary, batch, foreign } = await loadFixture(accepted);
      await expect(submit(secondary, { ...batch, folds: [await foldOf(secondary, 1)] })).to.emit(
        secondary.rollup,
        "BatchAccepted",
      );
      expect(await secondary.rollup.consumedHead(SECONDARY)).to.equal(headOf(foreign.slice(0, 1)));
      expect(await secondary.rollup.consumedHead(PRIMARY)).to.equal(ZeroHash);
    });

    it("the own queue must be checked", async () => {
      const { secondary, batch } = await loadFixture(accepted);
      await expect(submit(secondary, { ...batch, folds: [] }))
        .to.be.revertedWithCustomError(secondary.rollup, "Rollup_UncheckedRequests")
        .withArgs(1, 0);
    });

    it("a fold of another chain is refused", async () => {
      const { primary, secondary, batch } = await loadFixture(accepted);
      const folds = [await foldOf(primary, 1), await foldOf(secondary, 1)];
      await expect(submit(secondary, { ...batch, folds }))
        .to.be.revertedWithCustomError(secondary.rollup, "Rollup_UnexpectedFold")
        .withArgs(PRIMARY);
    });

    it("R2: a forged request of the own queue stops the batch here, whatever the primary took", async () => {
      const { primary, secondary, foreign } = await loadFixture(fixture);
      const [word0, word1, key] = foreign[0];
      const forged: RequestWords = [word0 + 1000n * bitOf(DepositWord0, "amount"), word1, key];
      await report(primary, secondary, FactKind.Queue, 1, headOf([forged]));
      const folds = [{ chain: SECONDARY, count: 1n, later: [] }];
      const batch = await makeBatch(primary, { queue: [recorded(forged)], folds });
      await submit(primary, batch);
      await carryBatch(secondary, primary, 1);
      await expect(submit(secondary, batch)).to.be.revertedWithCustomError(secondary.rollup, "Rollup_WrongQueueHead");
    });
  });
});

function asChain(word0: bigint, chain: number, word1: bigint, key: bigint): RequestWords {
  const { offset, bits } = field(DepositWord0, "chain");
  const mask = ((1n << BigInt(bits)) - 1n) << BigInt(offset);
  return [(word0 & ~mask) | (BigInt(chain) << BigInt(offset)), word1, key];
}
