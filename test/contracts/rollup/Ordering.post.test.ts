import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import {
  accountRoom,
  balanceRoom,
  DepositWord0,
  DepositWord1,
  FactKind,
  field,
  FIELD_ORDER,
  FullExitWord1,
  QUEUE_RING,
  RouteWord1,
  tokenId,
  ZUSD,
} from "../../../protocol/spec";
import { encodeRequest, type Request } from "../../../protocol/state";
import { requestHash } from "../../../protocol/witness/hashes";
import type { Ordering } from "../../../typechain-types";
import {
  carryQueue,
  type Chain,
  connect,
  deployChain,
  deployTwoChains,
  depositMany,
  depositRequest,
  foldOf,
  FORCE_DELAY,
  headOf,
  LEASE,
  makeBatch,
  NATIVE,
  PRIMARY,
  queueOf,
  recorded,
  report,
  type RequestWords,
  SECONDARY,
  SIZE,
  submit,
} from "../../fixtures/contracts";

const THIRD = 3;
const NEVER = ethers.MaxUint256;
const OWNER = "0x00000000000000000000000000000000000000A1";

const words = (request: Request): RequestWords => encodeRequest(request) as RequestWords;
const hashesOf = (requests: RequestWords[]): string[] => requests.map(requestHash);
const bitOf = (of: typeof DepositWord0, name: string, bit = 0): bigint => 1n << BigInt(field(of, name).offset + bit);

/** Submits a batch that consumes the next requests of the primary's own queue. */
async function consume(primary: Chain, from: number, to: number): Promise<void> {
  const queue = (await queueOf(primary)).slice(from, to).map((request) => recorded(request));
  await submit(primary, await makeBatch(primary, { queue, folds: [await foldOf(primary, to)] }));
}

describe("Ordering.post", () => {
  async function fixture() {
    const { primary, secondary } = await deployTwoChains();
    for (const chain of [primary, secondary]) {
      await chain.tokens.list(NATIVE);
      await depositMany(chain, 5);
    }
    const ordering = primary.ordering as Ordering;
    const [, , stranger] = await ethers.getSigners();
    return {
      primary,
      secondary,
      ordering,
      stranger,
      own: await queueOf(primary),
      foreign: await queueOf(secondary),
    };
  }

  it("makes the next requests known from now on, and anyone may", async () => {
    const { ordering, stranger, own } = await loadFixture(fixture);
    const now = (await time.latest()) + 100;
    await time.setNextBlockTimestamp(now);
    await expect(ordering.connect(stranger).post(PRIMARY, own, [], 5))
      .to.emit(ordering, "RequestsPosted")
      .withArgs(PRIMARY, 5, now);
    expect(await ordering.statusOf(PRIMARY)).to.deep.equal([0n, 0n, 0n, 5n, 0n]);
    expect(await ordering.postOf(PRIMARY, 0)).to.deep.equal([5n, BigInt(now)]);
    await expect(ordering.postOf(PRIMARY, 1)).to.be.reverted;
    expect(await ordering.oldestKnown(0)).to.equal(now);
  });

  it("takes requests of every kind, as the vault queued them", async () => {
    const { primary, ordering, stranger } = await loadFixture(fixture);
    const vault = primary.vault.connect(stranger);
    const [account, cell] = [accountRoom(SIZE.cellBits) - 1, balanceRoom(SIZE.cellBits) - 1];
    await vault.setKey(account, FIELD_ORDER - 1n);
    await vault.exit({ account, cell, token: tokenId(63, 1023), payer: 63, recipient: OWNER });
    await vault.exit({ account, cell, token: ZUSD, payer: SECONDARY, recipient: OWNER });
    const full = { owner: stranger.address, key: FIELD_ORDER - 1n, account, cell, amount: 7n };
    await vault.deposit(depositRequest(full), { value: 7n });
    const queue = await queueOf(primary);
    await expect(ordering.post(PRIMARY, queue, [], 9)).to.emit(ordering, "RequestsPosted");
    expect((await ordering.statusOf(PRIMARY)).known).to.equal(9);
  });

  it("goes on where the last post ended, with the hashes of later requests up to a head", async () => {
    const { ordering, own } = await loadFixture(fixture);
    const pieces: [from: number, to: number, count: number][] = [
      [0, 2, 5],
      [2, 3, 4],
      [3, 4, 4],
      [4, 5, 5],
    ];
    const posts: bigint[][] = [];
    for (const [from, to, count] of pieces) {
      await ordering.post(PRIMARY, own.slice(from, to), hashesOf(own.slice(to, count)), count);
      posts.push([BigInt(to), BigInt(await time.latest())]);
    }
    for (const [i, post] of posts.entries()) expect(await ordering.postOf(PRIMARY, i)).to.deep.equal(post);
    expect(await ordering.statusOf(PRIMARY)).to.deep.equal([0n, 0n, 0n, 5n, 0n]);
    expect(await ordering.oldestKnown(0)).to.equal(posts[0][1]);
  });

  it("goes on from the consumed head when batches have consumed what nobody posted", async () => {
    const { primary, ordering, own } = await loadFixture(fixture);
    await consume(primary, 0, 2);
    await expect(ordering.post(PRIMARY, own, [], 5)).to.be.revertedWithCustomError(ordering, "Ordering_WrongQueueHead");
    const first = await next();
    await expect(ordering.post(PRIMARY, own.slice(2, 3), hashesOf(own.slice(3)), 5))
      .to.emit(ordering, "RequestsPosted")
      .withArgs(PRIMARY, 3, first);
    expect(await ordering.statusOf(PRIMARY)).to.deep.equal([0n, 0n, 2n, 3n, 0n]);
    // Known are more than consumed now, until a batch consumes what is known, and more.
    await consume(primary, 2, 4);
    expect(await ordering.statusOf(PRIMARY)).to.deep.equal([0n, 0n, 4n, 3n, 1n]);
    await expect(ordering.post(PRIMARY, own.slice(3), [], 5)).to.be.revertedWithCustomError(
      ordering,
      "Ordering_WrongQueueHead",
    );
    const second = await next();
    await expect(ordering.post(PRIMARY, own.slice(4), [], 5))
      .to.emit(ordering, "RequestsPosted")
      .withArgs(PRIMARY, 5, second);
    expect(await ordering.statusOf(PRIMARY)).to.deep.equal([0n, 0n, 4n, 5n, 1n]);
    expect(await ordering.oldestKnown(0)).to.equal(second);
  });

  it("goes on from the known ones when batches have consumed some of them, or just all", async () => {
    const { primary, ordering, own } = await loadFixture(fixture);
    await ordering.post(PRIMARY, own.slice(0, 3), hashesOf(own.slice(3)), 5);
    await consume(primary, 0, 2);
    await ordering.post(PRIMARY, own.slice(3, 4), hashesOf(own.slice(4)), 5);
    expect(await ordering.statusOf(PRIMARY)).to.deep.equal([0n, 0n, 2n, 4n, 0n]);
    await consume(primary, 2, 4);
    expect(await ordering.oldestKnown(0)).to.equal(NEVER);
    await ordering.post(PRIMARY, own.slice(4), [], 5);
    expect(await ordering.statusOf(PRIMARY)).to.deep.equal([0n, 0n, 4n, 5n, 2n]);
    expect(await ordering.oldestKnown(0)).to.equal(await time.latest());
  });

  it("refuses no requests", async () => {
    const { ordering, own } = await loadFixture(fixture);
    for (const later of [[], hashesOf(own)]) {
      await expect(ordering.post(PRIMARY, [], later, later.length)).to.be.revertedWithCustomError(
        ordering,
        "Ordering_NoRequests",
      );
    }
  });

  it("refuses chains without a lease", async () => {
    const { primary, ordering, foreign } = await loadFixture(fixture);
    const third = await deployChain({ index: THIRD });
    await third.tokens.list(NATIVE);
    await depositMany(third, 2);
    await primary.chains.register(THIRD, 31337, third.facts);
    await carryQueue(primary, third);
    const queue = await queueOf(third);
    for (const [chain, requests] of [
      [0, foreign],
      [THIRD, queue],
      [64, foreign],
      [PRIMARY + 64, foreign],
      [255, foreign],
    ] as const) {
      await expect(ordering.post(chain, [...requests], [], requests.length))
        .to.be.revertedWithCustomError(ordering, "Ordering_UnknownChain")
        .withArgs(chain);
    }
    await ordering.setLease(THIRD, LEASE);
    await expect(ordering.post(THIRD, queue, [], 2)).to.emit(ordering, "RequestsPosted");
  });

  describe("forgets what is not proven any more", () => {
    async function forged() {
      const primary = await deployChain({ threshold: 2, gateways: 4 });
      const secondary = await deployChain({ index: SECONDARY });
      await connect(primary, secondary);
      const ordering = primary.ordering as Ordering;
      await ordering.setLease(SECONDARY, LEASE);
      for (const chain of [primary, secondary]) {
        await chain.tokens.list(NATIVE);
        await depositMany(chain, 2);
      }
      const [, , stranger] = await ethers.getSigners();
      const [own, foreign] = [await queueOf(primary), await queueOf(secondary)];
      const tell = (queue: RequestWords[], gateways: Chain["gateways"]) =>
        report(primary, secondary, FactKind.Queue, queue.length, headOf(queue), gateways);
      return { primary, secondary, ordering, anyone: ordering.connect(stranger), own, foreign, tell };
    }

    it("X11: requests of a forged head, longer than the queue, stop batches until their liars are removed, and no longer", async () => {
      const { primary, ordering, anyone, foreign, tell } = await loadFixture(forged);
      const { gateways, facts } = primary;
      const lie = [...foreign, ...foreign, ...foreign];
      await tell(lie, gateways.slice(0, 2));
      await anyone.post(SECONDARY, lie, [], 6);
      const proven = [SECONDARY, 6n, headOf(lie)];
      await expect(anyone.forget(SECONDARY))
        .to.be.revertedWithCustomError(ordering, "Ordering_StillProven")
        .withArgs(...proven);
      await time.increase(FORCE_DELAY + 1);
      await expect(consume(primary, 0, 1)).to.be.revertedWithCustomError(ordering, "Ordering_OverdueRequests");
      for (const gateway of gateways.slice(0, 2)) await facts.removeGateway(gateway);
      await expect(consume(primary, 0, 1)).to.be.revertedWithCustomError(ordering, "Ordering_OverdueRequests");
      await expect(anyone.forget(SECONDARY)).to.emit(ordering, "RequestsForgotten").withArgs(SECONDARY, 0);
      const { known, consumed } = await ordering.statusOf(SECONDARY);
      expect([known, consumed, await ordering.oldestKnown(0)]).to.deep.equal([0n, 0n, NEVER]);
      await consume(primary, 0, 1);

      await tell(foreign, gateways.slice(2));
      await anyone.post(SECONDARY, foreign, [], 2);
      expect(await ordering.oldestKnown(0)).to.equal(await time.latest());
      expect((await ordering.statusOf(SECONDARY)).known).to.equal(2);
      await expect(anyone.forget(SECONDARY)).to.be.revertedWithCustomError(ordering, "Ordering_StillProven");
    });

    it("X6: what a frozen source queued waits until it speaks again, and stops nothing; what is consumed stays so", async () => {
      const { primary, secondary, ordering, anyone, foreign, tell } = await loadFixture(forged);
      await tell(foreign, primary.gateways);
      await anyone.post(SECONDARY, foreign, [], 2);
      const queue = foreign.slice(0, 1).map((request) => recorded(request));
      await submit(primary, await makeBatch(primary, { queue, folds: [await foldOf(secondary, 1)] }));
      await primary.facts.setFrozen(SECONDARY, true);
      await expect(anyone.forget(SECONDARY)).to.emit(ordering, "RequestsForgotten").withArgs(SECONDARY, 1);
      const { known, consumed } = await ordering.statusOf(SECONDARY);
      expect([known, consumed]).to.deep.equal([1n, 1n]);
      await expect(anyone.forget(SECONDARY))
        .to.be.revertedWithCustomError(ordering, "Ordering_NothingKnown")
        .withArgs(SECONDARY);
      await primary.facts.setFrozen(SECONDARY, false);
      await anyone.post(SECONDARY, foreign.slice(1), [], 2);
      expect(await ordering.oldestKnown(0)).to.equal(await time.latest());
    });

    it("this chain's own are proven by its vault, for ever", async () => {
      const { ordering, anyone, own } = await loadFixture(forged);
      await expect(anyone.forget(PRIMARY)).to.be.revertedWithCustomError(ordering, "Ordering_NothingKnown");
      await anyone.post(PRIMARY, own, [], 2);
      await expect(anyone.forget(PRIMARY))
        .to.be.revertedWithCustomError(ordering, "Ordering_StillProven")
        .withArgs(PRIMARY, 2, headOf(own));
    });
  });

  describe("R14: refuses what is not the continuation of the queue", () => {
    type Case = [
      name: string,
      requests: (own: RequestWords[]) => RequestWords[],
      later: (own: RequestWords[]) => string[],
    ];
    const none = (): string[] => [];
    const cases: Case[] = [
      ["a gap at the start", (own) => own.slice(1), none],
      ["a gap in between", (own) => own.toSpliced(2, 1), none],
      ["reordered", ([first, second, ...rest]) => [second, first, ...rest], none],
      ["reordered across the later ones", ([first, second]) => [second, first], (own) => hashesOf(own.slice(2))],
      ["one twice", (own) => [own[0], ...own], none],
      ["one more than there are", (own) => [...own, own[0]], none],
      ["fewer than there are", (own) => own.slice(0, 4), none],
      ["a later one altered", (own) => own.slice(0, 2), (own) => hashesOf(own.slice(2)).with(1, ZeroHash)],
      ["a later one left out", (own) => own.slice(0, 2), (own) => hashesOf(own.slice(3))],
      ["a later one added", (own) => own.slice(0, 2), (own) => [...hashesOf(own.slice(2)), ZeroHash]],
      ["later ones reordered", (own) => own.slice(0, 2), (own) => hashesOf(own.slice(2)).reverse()],
      ["a request as a later one and again", (own) => own.slice(0, 2), (own) => hashesOf(own.slice(1))],
    ];
    for (const [name, requests, later] of cases) {
      it(name, async () => {
        const { ordering, own } = await loadFixture(fixture);
        const [posted, rest] = [requests(own), later(own)];
        await expect(ordering.post(PRIMARY, posted, rest, 5))
          .to.be.revertedWithCustomError(ordering, "Ordering_WrongQueueHead")
          .withArgs(5, headOf(own), (actual: string) => actual !== headOf(own));
        expect((await ordering.statusOf(PRIMARY)).known).to.equal(0);
      });
    }

    it("one altered bit of any field", async () => {
      const { primary, ordering, stranger, own } = await loadFixture(fixture);
      const vault = primary.vault.connect(stranger);
      const full = { owner: stranger.address, key: 5n, account: 3, cell: 4, amount: 8n };
      await vault.deposit(depositRequest(full), { value: 8n });
      await vault.setKey(3, 5n);
      await vault.exit({ account: 3, cell: 4, token: ZUSD, payer: 1, recipient: OWNER });
      await ordering.post(PRIMARY, own, hashesOf((await queueOf(primary)).slice(5)), 8);
      const queue = (await queueOf(primary)).slice(5);
      const alterations: [at: number, word: number, bit: bigint][] = [
        [0, 0, bitOf(DepositWord0, "account", 2)],
        [0, 0, bitOf(DepositWord0, "cell", 14)],
        [0, 0, bitOf(DepositWord0, "token", 9)],
        [0, 0, bitOf(DepositWord0, "amount")],
        [0, 0, bitOf(DepositWord0, "amount", 103)],
        [0, 1, bitOf(DepositWord1, "owner")],
        [0, 1, bitOf(DepositWord1, "owner", 159)],
        [0, 2, 1n],
        [0, 2, 1n << 252n],
        [1, 0, bitOf(DepositWord0, "account", 13)],
        [1, 1, bitOf(DepositWord1, "owner", 80)],
        [1, 2, 1n << 100n],
        [2, 0, bitOf(DepositWord0, "account", 2)],
        [2, 0, bitOf(DepositWord0, "cell")],
        [2, 1, bitOf(FullExitWord1, "payer", 1)],
        [2, 2, 1n << 159n],
      ];
      for (const [at, word, bit] of alterations) {
        const altered = queue.with(at, queue[at].with(word, queue[at][word] ^ bit) as RequestWords);
        await expect(ordering.post(PRIMARY, altered, [], 8), `request ${at}, word ${word}, ${bit}`)
          .to.be.revertedWithCustomError(ordering, "Ordering_WrongQueueHead")
          .withArgs(8, headOf([...own, ...queue]), headOf([...own, ...altered]));
      }
      await expect(ordering.post(PRIMARY, queue, [], 8)).to.emit(ordering, "RequestsPosted");
    });

    it("what is known already", async () => {
      const { ordering, own } = await loadFixture(fixture);
      await ordering.post(PRIMARY, own.slice(0, 3), hashesOf(own.slice(3)), 5);
      for (const [requests, count] of [
        [own, 5],
        [own.slice(0, 3), 3],
        [own.slice(2), 5],
        [own.slice(4), 5],
      ] as const) {
        await expect(ordering.post(PRIMARY, [...requests], [], count)).to.be.revertedWithCustomError(
          ordering,
          "Ordering_WrongQueueHead",
        );
      }
      await expect(ordering.post(PRIMARY, own.slice(3), [], 5)).to.emit(ordering, "RequestsPosted");
      await expect(ordering.post(PRIMARY, own.slice(4), [], 5)).to.be.revertedWithCustomError(
        ordering,
        "Ordering_WrongQueueHead",
      );
    });

    it("C17: another chain's requests, as they are and as if they were this chain's", async () => {
      const { primary, secondary, ordering, own, foreign } = await loadFixture(fixture);
      await carryQueue(primary, secondary);
      await expect(ordering.post(PRIMARY, foreign, [], 5))
        .to.be.revertedWithCustomError(ordering, "Requests_WrongChain")
        .withArgs(PRIMARY, SECONDARY);
      await expect(ordering.post(SECONDARY, own, [], 5))
        .to.be.revertedWithCustomError(ordering, "Requests_WrongChain")
        .withArgs(SECONDARY, PRIMARY);
      // Of zUSD, so that they are requests of this chain.
      const [token, chain] = [bitOf(DepositWord0, "token"), bitOf(DepositWord0, "chain")];
      const moved = foreign.map(([word0, word1, key]): RequestWords => {
        const change = token * BigInt(ZUSD - tokenId(SECONDARY, 1)) + chain * BigInt(PRIMARY - SECONDARY);
        return [word0 + change, word1, key];
      });
      await expect(ordering.post(PRIMARY, moved, [], 5))
        .to.be.revertedWithCustomError(ordering, "Ordering_WrongQueueHead")
        .withArgs(5, headOf(own), headOf(moved));
    });

    it("another count than the head's", async () => {
      const { ordering, own } = await loadFixture(fixture);
      for (const count of [0, 1, 4]) {
        await expect(ordering.post(PRIMARY, own, [], count))
          .to.be.revertedWithCustomError(ordering, "Ordering_WrongQueueHead")
          .withArgs(count, headOf(own.slice(0, count)), headOf(own));
      }
    });

    it("up to a head that the vault's ring does not hold: not yet, or not any more", async () => {
      const { primary, ordering, own } = await loadFixture(fixture);
      for (const count of [6n, 2n ** 64n - 1n]) {
        await expect(ordering.post(PRIMARY, own, [], count))
          .to.be.revertedWithCustomError(primary.vault, "RequestQueue_HeadUnknown")
          .withArgs(count, 5);
      }
      await depositMany(primary, QUEUE_RING - 1);
      const [total, oldest] = [QUEUE_RING + 4, 5];
      expect(await primary.vault.requestCount()).to.equal(total);
      const queue = await queueOf(primary);
      await expect(ordering.post(PRIMARY, own.slice(0, 4), [], oldest - 1))
        .to.be.revertedWithCustomError(primary.vault, "RequestQueue_HeadUnknown")
        .withArgs(oldest - 1, total);
      await ordering.post(PRIMARY, own.slice(0, 1), hashesOf(own.slice(1)), oldest);
      await ordering.post(PRIMARY, own.slice(1, 3), hashesOf(queue.slice(3)), total);
      await ordering.post(PRIMARY, queue.slice(3, 100), hashesOf(queue.slice(100)), total);
      expect((await ordering.statusOf(PRIMARY)).known).to.equal(100);
    });
  });

  describe("another chain's queue", () => {
    it("needs the fact of its head", async () => {
      const { primary, secondary, ordering, foreign } = await loadFixture(fixture);
      const isMissing = async (requests = foreign, count = 5, later: string[] = []) =>
        expect(ordering.post(SECONDARY, requests, later, count))
          .to.be.revertedWithCustomError(ordering, "Ordering_FactMissing")
          .withArgs(FactKind.Queue, SECONDARY, count, headOf(requests));
      await isMissing();
      // A head of another length, of another kind, of another chain.
      const third = await deployChain({ index: THIRD });
      await connect(primary, third);
      await report(primary, secondary, FactKind.Queue, 4, headOf(foreign.slice(0, 4)));
      await report(primary, secondary, FactKind.Batch, 5, headOf(foreign));
      await report(primary, third, FactKind.Queue, 5, headOf(foreign));
      await isMissing();
      await isMissing(foreign, 4);
      await isMissing(foreign.slice(0, 3), 4);
      await carryQueue(primary, secondary);
      await primary.facts.setFrozen(SECONDARY, true);
      await isMissing();
      await primary.facts.setFrozen(SECONDARY, false);
      const now = await next();
      await expect(ordering.post(SECONDARY, foreign, [], 5))
        .to.emit(ordering, "RequestsPosted")
        .withArgs(SECONDARY, 5, now);
    });

    it("in pieces, each up to any of its facts, however old; with its own posts", async () => {
      const { primary, secondary, ordering, own, foreign } = await loadFixture(fixture);
      await report(primary, secondary, FactKind.Queue, 3, headOf(foreign.slice(0, 3)));
      await carryQueue(primary, secondary);
      await ordering.post(SECONDARY, foreign.slice(0, 2), hashesOf(foreign.slice(2)), 5);
      const first = await time.latest();
      await ordering.post(SECONDARY, foreign.slice(2, 3), [], 3);
      await ordering.post(PRIMARY, own, [], 5);
      const ofPrimary = await time.latest();
      await ordering.post(SECONDARY, foreign.slice(3), [], 5);
      const { known, consumed, firstPost } = await ordering.statusOf(SECONDARY);
      expect([known, consumed, firstPost]).to.deep.equal([5n, 0n, 0n]);
      expect((await ordering.statusOf(PRIMARY)).known).to.equal(5);
      for (const [i, end] of [2n, 3n, 5n].entries()) expect((await ordering.postOf(SECONDARY, i)).end).to.equal(end);
      expect(await ordering.oldestKnown(0)).to.equal(first);
      expect(await ordering.oldestKnown(1n << BigInt(SECONDARY))).to.equal(ofPrimary);
      expect(await ordering.oldestKnown((1n << BigInt(SECONDARY)) | (1n << BigInt(PRIMARY)))).to.equal(NEVER);
    });

    it("goes on from what batches consumed, when the chain has told another history of as many", async () => {
      const { primary, secondary, ordering, foreign } = await loadFixture(fixture);
      const [word0, word1, key] = foreign[0];
      const forged: RequestWords = [word0 ^ bitOf(DepositWord0, "amount", 5), word1, key];
      await report(primary, secondary, FactKind.Queue, 1, headOf([forged]));
      await ordering.post(SECONDARY, [forged], [], 1);
      await carryQueue(primary, secondary);
      await submit(
        primary,
        await makeBatch(primary, { queue: [recorded(foreign[0])], folds: [await foldOf(secondary, 1)] }),
      );
      const { consumed, known } = await ordering.statusOf(SECONDARY);
      expect([consumed, known]).to.deep.equal([1n, 1n]);
      await expect(ordering.post(SECONDARY, foreign.slice(1), [], 5)).to.emit(ordering, "RequestsPosted");
    });

    it("R14: an altered, omitted or reordered request reaches no fact", async () => {
      const { primary, secondary, ordering, foreign } = await loadFixture(fixture);
      await carryQueue(primary, secondary);
      const [word0, word1, key] = foreign[1];
      for (const requests of [
        foreign.with(1, [word0 ^ bitOf(DepositWord0, "amount", 5), word1, key]),
        foreign.slice(1),
        foreign.toReversed(),
        [...foreign, foreign[0]],
      ]) {
        await expect(ordering.post(SECONDARY, requests, [], 5))
          .to.be.revertedWithCustomError(ordering, "Ordering_FactMissing")
          .withArgs(FactKind.Queue, SECONDARY, 5, headOf(requests));
      }
    });
  });

  describe("R14: a request that no vault queues", () => {
    const asked = { chain: SECONDARY, owner: OWNER } as const;
    const common = { ...asked, account: 3 } as const;
    const payment = { recipient: OWNER, into: 0, minOut: 0n } as const;
    const route = { op: "Route", ...asked, token: ZUSD, amount: 6n, payer: PRIMARY, deadline: 7, ...payment } as const;
    const deposit = { ...common, op: "Deposit", cell: 4, token: tokenId(SECONDARY, 5), amount: 6n, key: 7n } as const;
    const setKey = { ...common, op: "SetKey", key: 7n } as const;
    const exit = {
      ...common,
      op: "FullExit",
      cell: 4,
      token: tokenId(SECONDARY, 5),
      payer: SECONDARY,
      recipient: OWNER,
    } as const;
    const [accounts, cells] = [accountRoom(SIZE.cellBits), balanceRoom(SIZE.cellBits)];
    const bit = (request: Request, word: number, mask: bigint): RequestWords =>
      words(request).with(word, words(request)[word] | mask) as RequestWords;

    /** Each of the library's errors, by requests that a chain which lies could claim to have queued. */
    const odd: [error: string, name: string, request: RequestWords][] = [
      ["Requests_Malformed", "an undefined op", [words(setKey)[0] ^ 0x80n, words(setKey)[1], 7n]],
      ["Requests_Malformed", "an executed deposit", bit(deposit, 0, bitOf(DepositWord0, "executed"))],
      ["Requests_Malformed", "a covered deposit", bit(deposit, 0, bitOf(DepositWord0, "covered"))],
      ["Requests_Malformed", "a bit far beyond", bit(exit, 0, 1n << 252n)],
      ["Requests_Malformed", "a deposit with a payer", bit(deposit, 1, bitOf(FullExitWord1, "payer"))],
      ["Requests_Malformed", "a deposit with a deadline", bit(deposit, 1, bitOf(RouteWord1, "deadline"))],
      ["Requests_Malformed", "an executed route", bit(route, 0, bitOf(DepositWord0, "executed"))],
      ["Requests_Malformed", "a route of an account", bit(route, 0, bitOf(DepositWord0, "account"))],
      ["Requests_NoPayer", "a route to no chain", words({ ...route, payer: 0 })],
      ["Requests_InvalidPayment", "a route with a bit too many", bit(route, 2, 1n << 210n)],
      ["Requests_InvalidPayment", "a route with a least output of nothing", words({ ...route, minOut: 1n })],
      ["Requests_InvalidRecipient", "a route to nobody", words({ ...route, recipient: ZeroAddress })],
      ["Requests_AmountOutOfRange", "a route of nothing", words({ ...route, amount: 0n })],
      ["Requests_WrongToken", "a route of another token", words({ ...route, token: tokenId(SECONDARY, 5) })],
      ["Requests_Malformed", "a key with a cell", bit(setKey, 0, bitOf(DepositWord0, "cell"))],
      ["Requests_Malformed", "an exit's used account", bit(exit, 1, bitOf(FullExitWord1, "usedAccount"))],
      ["Requests_WrongChain", "of the primary", words({ ...setKey, chain: PRIMARY })],
      ["Requests_WrongChain", "of no chain", words({ ...setKey, chain: 0 })],
      ["Requests_ZeroOwner", "of nobody", words({ ...setKey, owner: ZeroAddress })],
      ["Requests_ZeroOwner", "a Noop", [0n, 0n, 0n]],
      ["Requests_InvalidRecipient", "to nobody", words({ ...exit, recipient: ZeroAddress })],
      ["Requests_InvalidRecipient", "to no address", bit(exit, 2, 1n << 160n)],
      ["Requests_AccountOutOfRange", "a key of no account", words({ ...setKey, account: 0 })],
      ["Requests_AccountOutOfRange", "an account beyond the state", words({ ...deposit, account: accounts })],
      ["Requests_CellOutOfRange", "an exit of no cell", words({ ...exit, cell: 0 })],
      ["Requests_CellOutOfRange", "a cell beyond the state", words({ ...deposit, cell: cells })],
      ["Requests_CellWithoutAccount", "a cell of a new account", words({ ...deposit, account: 0 })],
      ["Requests_AmountOutOfRange", "a deposit of nothing", words({ ...deposit, amount: 0n })],
      ["Requests_AmountOutOfRange", "a deposit of too much", bit(deposit, 0, bitOf(DepositWord0, "amount", 104))],
      ["Requests_KeyOutOfRange", "a deposit's key", words(deposit).with(2, FIELD_ORDER) as RequestWords],
      ["Requests_KeyOutOfRange", "a key", words(setKey).with(2, ethers.MaxUint256) as RequestWords],
      ["Requests_WrongToken", "a deposit of another chain's token", words({ ...deposit, token: tokenId(THIRD, 5) })],
      ["Requests_WrongToken", "an exit paid by another chain", words({ ...exit, payer: PRIMARY })],
      ["Requests_WrongToken", "an exit paid by none", words({ ...exit, payer: 0 })],
    ];

    it("covers every error of Requests", async () => {
      const names: string[] = [];
      (await ethers.getContractFactory("Ordering")).interface.forEachError(({ name }) => names.push(name));
      const ofRequests = names.filter((name) => name.startsWith("Requests_"));
      expect([...new Set(odd.map(([error]) => error))].sort()).to.deep.equal(ofRequests.sort());
    });

    it("is refused, though the chain says that it is its queue's", async () => {
      const { primary, secondary, ordering } = await loadFixture(fixture);
      for (const [i, [error, name, request]] of odd.entries()) {
        const count = 100 + 3 * i;
        await report(primary, secondary, FactKind.Queue, count, headOf([request]));
        await expect(ordering.post(SECONDARY, [request], [], count), name).to.be.revertedWithCustomError(
          ordering,
          error,
        );
        // Behind requests that are none of it, and before them.
        const [before, after] = [words(deposit), words(setKey)];
        for (const [k, queue] of [
          [before, request],
          [request, after],
        ].entries()) {
          await report(primary, secondary, FactKind.Queue, count + 1 + k, headOf(queue));
          await expect(ordering.post(SECONDARY, queue, [], count + 1 + k), name).to.be.revertedWithCustomError(
            ordering,
            error,
          );
        }
      }
      expect((await ordering.statusOf(SECONDARY)).known).to.equal(0);
      expect(await ordering.oldestKnown(0)).to.equal(NEVER);
    });

    it("is never forced, nor is what follows it; what was before it is", async () => {
      const { primary, secondary, ordering, stranger } = await loadFixture(fixture);
      const forged: RequestWords = bit(deposit, 0, bitOf(DepositWord0, "executed"));
      const queue = [words(deposit), forged, words(setKey)];
      await report(primary, secondary, FactKind.Queue, 3, headOf(queue));
      // The request is hashed as the queue hashes it, but its bit is not a requester's to choose.
      expect(requestHash(forged)).to.equal(requestHash(words(deposit)));
      await ordering.post(SECONDARY, queue.slice(0, 1), hashesOf(queue.slice(1)), 3);
      const posted = await time.latest();
      await expect(ordering.post(SECONDARY, queue.slice(1), [], 3)).to.be.revertedWithCustomError(
        ordering,
        "Requests_Malformed",
      );
      await expect(ordering.post(SECONDARY, queue.slice(2), [], 3)).to.be.revertedWithCustomError(
        ordering,
        "Ordering_FactMissing",
      );
      expect((await ordering.statusOf(SECONDARY)).known).to.equal(1);

      await time.increase(FORCE_DELAY + 1);
      await expect(submit(primary, await makeBatch(primary)))
        .to.be.revertedWithCustomError(ordering, "Ordering_OverdueRequests")
        .withArgs(posted);
      const folds = [{ chain: SECONDARY, count: 3n, later: hashesOf(queue.slice(1)) }];
      const taking = await makeBatch(primary, { queue: [recorded(queue[0])], folds });
      await expect(primary.rollup.connect(stranger).submitBatch(taking)).to.emit(primary.rollup, "BatchAccepted");

      await time.increase(2 * FORCE_DELAY);
      const noops = await makeBatch(primary);
      await expect(primary.rollup.connect(stranger).submitBatch(noops)).to.be.revertedWithCustomError(
        ordering,
        "Ordering_NotOperator",
      );
      await expect(submit(primary, noops)).to.emit(primary.rollup, "BatchAccepted");
    });
  });
});

/** Says when the next block will be, which else comes later where tests are slow. */
async function next(): Promise<number> {
  const now = (await time.latest()) + 1;
  await time.setNextBlockTimestamp(now);
  return now;
}
