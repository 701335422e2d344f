import { loadFixture, takeSnapshot, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { FactKind, HeaderWord, pack } from "../../../protocol/spec";
import { requestHash } from "../../../protocol/witness/hashes";
import type { Ordering } from "../../../typechain-types";
import {
  carryQueue,
  type Chain,
  CIRCUIT,
  circuitOf,
  connect,
  deployChain,
  depositMany,
  type Fold,
  FORCE_DELAY,
  LEASE,
  makeBatch,
  NATIVE,
  PRIMARY,
  queueOf,
  recorded,
  type RequestWords,
  SECONDARY,
  SIZE,
  submit,
  type TestBatch,
} from "../../fixtures/contracts";
import { Random } from "../../fixtures/random";

const THIRD = 3;
const HOUR = 3600;
const NEVER = ethers.MaxUint256;
/** Of every chain, so that there is always one more that nobody posted. */
const DEPOSITS = 14;

interface BatchOptions {
  timestamp?: number;
  suspended?: readonly Chain[];
  circuit?: string;
  queueOps?: number;
}

type Signer = Chain["admin"];

/** What happens on the primary chain to the queues of all. */
class Primary {
  readonly ordering: Ordering;
  /** By their heads. */
  private readonly queues = new Map<string, RequestWords[]>();

  constructor(
    readonly chain: Chain,
    readonly stranger: Signer,
  ) {
    this.ordering = chain.ordering as Ordering;
  }

  async queue(of: Chain): Promise<RequestWords[]> {
    const head = await of.vault.headAt(await of.vault.requestCount());
    const queue = this.queues.get(head) ?? (await queueOf(of));
    this.queues.set(head, queue);
    return queue;
  }

  async consumed(of: Chain): Promise<number> {
    return Number((await this.ordering.statusOf(of.index)).consumed);
  }

  /** Posts the next requests of a chain. Returns when that was. */
  async post(of: Chain, count: number): Promise<number> {
    const { known, consumed } = await this.ordering.statusOf(of.index);
    const [from, queue] = [Number(known > consumed ? known : consumed), await this.queue(of)];
    await this.carry(of);
    const [requests, later] = [queue.slice(from, from + count), queue.slice(from + count)];
    await this.ordering.post(of.index, requests, later.map(requestHash), queue.length);
    return time.latest();
  }

  /** A batch that takes the next request of each of these chains' queues, in this order; its other slots are empty. */
  async batch(slots: readonly Chain[], options: BatchOptions = {}): Promise<TestBatch> {
    const { timestamp = await time.latest(), suspended = [], circuit = CIRCUIT, queueOps = SIZE.queueOps } = options;
    const next = new Map<Chain, number>();
    const words: bigint[] = [];
    for (const of of slots) {
      const at = next.get(of) ?? (await this.consumed(of));
      words.push(...recorded((await this.queue(of))[at], { executed: true }));
      next.set(of, at + 1);
    }
    const folds: Fold[] = [];
    for (const [of, end] of [...next].sort(([a], [b]) => a.index - b.index)) {
      await this.carry(of);
      const queue = await this.queue(of);
      folds.push({ chain: of.index, count: BigInt(queue.length), later: queue.slice(end).map(requestHash) });
    }
    const mask = suspended.reduce((bits, { index }) => bits | (1n << BigInt(index)), 0n);
    const number = (await this.chain.rollup.number()) + 1n;
    const header = pack(HeaderWord, { number, timestamp: BigInt(timestamp), suspended: mask });
    const empty = new Array<bigint>(3 * (queueOps - slots.length) + SIZE.signedOps).fill(0n);
    return makeBatch(this.chain, { circuit, words: [header, ...words, ...empty], folds });
  }

  /** Submits a batch at a time; by default in the next block. */
  async submit(batch: TestBatch, by: "operator" | "stranger" = "operator", now?: number) {
    if (now !== undefined) await time.setNextBlockTimestamp(now);
    if (by === "operator") return submit(this.chain, batch);
    return this.chain.rollup.connect(this.stranger).submitBatch(batch);
  }

  async accepts(batch: TestBatch, by?: "operator" | "stranger", now?: number): Promise<void> {
    await expect(this.submit(batch, by, now)).to.emit(this.chain.rollup, "BatchAccepted");
  }

  /** That a batch is refused, whoever sends it, for requests that were posted then. */
  async refusesFor(posted: number, batch: TestBatch): Promise<void> {
    for (const by of ["operator", "stranger"] as const) {
      await expect(this.submit(batch, by), by)
        .to.be.revertedWithCustomError(this.ordering, "Ordering_OverdueRequests")
        .withArgs(posted);
    }
  }

  async refusesStranger(batch: TestBatch, now?: number): Promise<void> {
    await expect(this.submit(batch, "stranger", now))
      .to.be.revertedWithCustomError(this.ordering, "Ordering_NotOperator")
      .withArgs(this.stranger.address);
  }

  private async carry(of: Chain): Promise<void> {
    const count = await of.vault.requestCount();
    const head = await of.vault.headAt(count);
    const { chain } = this;
    if (of.index === chain.index || (await chain.facts.holds(FactKind.Queue, of.index, count, head))) return;
    await carryQueue(chain, of);
  }
}

describe("Ordering: known requests", () => {
  async function fixture() {
    return deployThree(FORCE_DELAY);
  }

  async function deployThree(forceDelay: number) {
    const own = await deployChain({ forceDelay });
    const second = await deployChain({ index: SECONDARY });
    const third = await deployChain({ index: THIRD });
    for (const chain of [second, third]) await connect(own, chain);
    for (const chain of [own, second, third]) {
      await chain.tokens.list(NATIVE);
      await depositMany(chain, DEPOSITS);
    }
    const [, , stranger] = await ethers.getSigners();
    const primary = new Primary(own, stranger);
    return { primary, ordering: primary.ordering, own, second, third };
  }

  /** Lets a chain be silent for so long that it may be suspended, and need not, when requests posted now are overdue. */
  async function maySuspend({ ordering }: Primary, chain: Chain): Promise<void> {
    await ordering.setLease(chain.index, 2 * FORCE_DELAY);
  }

  const overdue = async (posted: number): Promise<void> => time.increaseTo(posted + FORCE_DELAY + 1);

  describe("R12: who submits", () => {
    it("nobody but operators while there is no known request, however old the unknown ones are", async () => {
      const { primary, own, second } = await loadFixture(fixture);
      await time.increase(3 * FORCE_DELAY);
      for (const slots of [[], [own, own], [own, second, second, second]]) {
        await primary.refusesStranger(await primary.batch(slots));
      }
      await primary.accepts(await primary.batch([own, second]));
    });

    it("anyone when a known request is older than the force delay, to the second", async () => {
      const { primary, own } = await loadFixture(fixture);
      const posted = await primary.post(own, 1);
      await time.increaseTo(posted + FORCE_DELAY - 1);
      const batch = await primary.batch([own]);
      await primary.refusesStranger(batch, posted + FORCE_DELAY);
      await primary.accepts(batch, "stranger", posted + FORCE_DELAY + 1);
    });

    it("of another chain just so", async () => {
      const { primary, third } = await loadFixture(fixture);
      const posted = await primary.post(third, 2);
      await time.increaseTo(posted + FORCE_DELAY - 1);
      const batch = await primary.batch([third, third]);
      await primary.refusesStranger(batch, posted + FORCE_DELAY);
      await primary.accepts(batch, "stranger", posted + FORCE_DELAY + 1);
    });

    it("anyone adds other requests, until the last overdue one is consumed", async () => {
      const { primary, own, second, third } = await loadFixture(fixture);
      const posted = await primary.post(own, 5);
      await overdue(posted);
      await primary.post(third, 1);
      await primary.accepts(await primary.batch([own, own, own, own]), "stranger");
      await primary.accepts(await primary.batch([second, own, third, own]), "stranger");
      for (const slots of [[], [own], [second, second, second, second]]) {
        await primary.refusesStranger(await primary.batch(slots));
      }
      await primary.accepts(await primary.batch([second]));
    });

    it("a post that comes later does not count from the earlier one's time", async () => {
      const { primary, own } = await loadFixture(fixture);
      const first = await primary.post(own, 1);
      await time.increase(HOUR);
      const second = await primary.post(own, 1);
      await overdue(first);
      await primary.accepts(await primary.batch([own]), "stranger");
      await time.increaseTo(second + FORCE_DELAY - 1);
      const batch = await primary.batch([own]);
      await primary.refusesStranger(batch, second + FORCE_DELAY);
      await primary.accepts(batch, "stranger", second + FORCE_DELAY + 1);
    });

    it("not when the only overdue request is of a chain that the batch suspends", async () => {
      const { primary, second, own } = await loadFixture(fixture);
      await maySuspend(primary, second);
      const posted = await primary.post(second, 1);
      await overdue(posted);
      for (const slots of [[], [own]]) {
        await primary.refusesStranger(await primary.batch(slots, { suspended: [second] }));
      }
      await primary.accepts(await primary.batch([second]), "stranger");
    });

    it("not when the only overdue request is of a chain that must be suspended", async () => {
      const { primary, ordering, second } = await loadFixture(fixture);
      await ordering.setLease(SECONDARY, HOUR);
      await overdue(await primary.post(second, 1));
      await primary.refusesStranger(await primary.batch([], { suspended: [second] }));
      await expect(primary.submit(await primary.batch([second]), "stranger"))
        .to.be.revertedWithCustomError(ordering, "Ordering_MustSuspend")
        .withArgs(SECONDARY, (silence: bigint) => silence > FORCE_DELAY, HOUR);
    });

    it("an overdue request lets nobody suspend a chain, or take another's, against the rules", async () => {
      const { primary, ordering, own, second } = await loadFixture(fixture);
      await overdue(await primary.post(own, 1));
      const suspending = await primary.batch([own], { suspended: [second] });
      await expect(primary.submit(suspending, "stranger")).to.be.revertedWithCustomError(
        ordering,
        "Ordering_MustNotSuspend",
      );
      const { rollup } = primary.chain;
      const batch = await primary.batch([own, own]);
      await expect(primary.submit({ ...batch, folds: [] }, "stranger")).to.be.revertedWithCustomError(
        rollup,
        "Rollup_UncheckedRequests",
      );
      await primary.chain.verifier.setAccepts(false);
      await expect(primary.submit(batch, "stranger")).to.be.revertedWithCustomError(rollup, "Rollup_InvalidProof");
    });
  });

  describe("R15: overdue requests come first, whoever submits", () => {
    it("from the second on at which they are overdue", async () => {
      const { primary, own } = await loadFixture(fixture);
      const posted = await primary.post(own, 1);
      await time.increaseTo(posted + FORCE_DELAY - 1);
      await primary.accepts(await primary.batch([]), "operator", posted + FORCE_DELAY);
      const batch = await primary.batch([]);
      await time.setNextBlockTimestamp(posted + FORCE_DELAY + 1);
      await primary.refusesFor(posted, batch);
      await primary.accepts(await primary.batch([own]));
      await primary.accepts(await primary.batch([]));
    });

    it("by the primary's clock, not by the batch's timestamp", async () => {
      const { primary, own } = await loadFixture(fixture);
      const posted = await primary.post(own, 1);
      await time.increaseTo(posted + FORCE_DELAY);
      await primary.refusesFor(posted, await primary.batch([], { timestamp: posted + FORCE_DELAY - HOUR + 10 }));
    });

    it("a batch of Noops, and one with an empty slot while they are left, is refused", async () => {
      const { primary, own } = await loadFixture(fixture);
      const posted = await primary.post(own, 5);
      await overdue(posted);
      for (const slots of [[], [own], [own, own], [own, own, own]]) {
        await primary.refusesFor(posted, await primary.batch(slots));
      }
      await primary.accepts(await primary.batch([own, own, own, own]));
      await primary.refusesFor(posted, await primary.batch([]));
      await primary.accepts(await primary.batch([own]));
    });

    it("a full batch of the oldest ones is taken though overdue ones are left", async () => {
      const { primary, own } = await loadFixture(fixture);
      const posted = await primary.post(own, 14);
      await overdue(posted);
      for (const left of [10, 6, 2]) {
        await primary.accepts(await primary.batch([own, own, own, own]));
        expect(await primary.ordering.oldestKnown(0), `${left} left`).to.equal(posted);
      }
      await primary.accepts(await primary.batch([own, own]));
      expect(await primary.ordering.oldestKnown(0)).to.equal(NEVER);
    });

    it("younger known ones, and unknown ones, do not take their slots", async () => {
      const { primary, own, second, third } = await loadFixture(fixture);
      const posted = await primary.post(own, 4);
      await time.increase(HOUR);
      await primary.post(second, 4);
      await overdue(posted);
      const refused = [
        [second, second, second, second],
        [own, own, own, second],
        [second, own, own, own],
        [third, third, third, third],
        [own, own, own, third],
        [third, own, second, own],
      ];
      for (const slots of refused) await primary.refusesFor(posted, await primary.batch(slots));
      await primary.accepts(await primary.batch([own, own, own, own]));
      // Nothing is overdue now, and the operator chooses again.
      await primary.accepts(await primary.batch([third, own, third]));
    });

    it("what is left of the slots is the operator's to fill: with younger ones, unknown ones, or nothing", async () => {
      const { primary, own, second, third } = await loadFixture(fixture);
      const posted = await primary.post(own, 3);
      await time.increase(HOUR);
      await primary.post(second, 4);
      await overdue(posted);
      for (const last of [[second], [third], [own], []]) {
        for (const slots of [
          [own, own, own, ...last],
          [...last, own, own, own],
        ]) {
          const snapshot = await takeSnapshot();
          await primary.accepts(await primary.batch(slots));
          await snapshot.restore();
        }
      }
    });

    it("known ones that are not overdue are not forced, and may be taken out of order", async () => {
      const { primary, own, second } = await loadFixture(fixture);
      const first = await primary.post(own, 2);
      await primary.post(second, 2);
      await time.increaseTo(first + FORCE_DELAY - 100);
      await primary.accepts(await primary.batch([]));
      await primary.accepts(await primary.batch([second]));
      await primary.accepts(await primary.batch([second, second]));
    });

    it("requests of a suspended chain wait, and those of the others come first", async () => {
      const { primary, own, second } = await loadFixture(fixture);
      await maySuspend(primary, second);
      const first = await primary.post(second, 6);
      const later = await primary.post(own, 2);
      await overdue(later);
      await primary.refusesFor(first, await primary.batch([own, own]));
      await primary.refusesFor(later, await primary.batch([], { suspended: [second] }));
      await primary.refusesFor(later, await primary.batch([own], { suspended: [second] }));
      await primary.accepts(await primary.batch([own, own], { suspended: [second] }), "stranger");
      await primary.accepts(await primary.batch([], { suspended: [second] }));
      // As soon as the chain is back they are forced.
      await primary.refusesFor(first, await primary.batch([]));
      await primary.accepts(await primary.batch([second, second, second, second]), "stranger");
    });

    it("requests posted in one block may come in any order, before younger ones", async () => {
      const { primary, ordering, own, second, third } = await loadFixture(fixture);
      for (const chain of [second, third]) await carryQueue(own, chain);
      const queues = await Promise.all([own, second, third].map(async (chain) => primary.queue(chain)));
      const [counts, later] = [[3, 3, 2], queues.map((queue) => queue.map(requestHash))];
      try {
        await ethers.provider.send("evm_setAutomine", [false]);
        for (const [i, { index }] of [own, second, third].entries()) {
          const requests = queues[i].slice(0, counts[i]);
          await ordering.post(index, requests, later[i].slice(counts[i]), DEPOSITS, { gasLimit: 1_000_000 });
        }
        await ethers.provider.send("evm_mine", []);
      } finally {
        await ethers.provider.send("evm_setAutomine", [true]);
      }
      const posted = await time.latest();
      for (const chain of [own, second, third]) {
        expect((await ordering.postOf(chain.index, 0)).time).to.equal(posted);
      }
      await primary.post(third, 3);
      await overdue(posted);
      const taken = [
        [own, own, own, second],
        [second, second, second, own],
        [third, third, own, second],
        [third, second, third, second],
        [own, second, third, own],
      ];
      for (const slots of taken) {
        const snapshot = await takeSnapshot();
        await primary.accepts(await primary.batch(slots));
        await snapshot.restore();
      }
      await primary.refusesFor(posted, await primary.batch([third, third, third, own]));
      await primary.refusesFor(posted, await primary.batch([own, own, own, own]));
      await primary.accepts(await primary.batch([third, third, own, second]), "stranger");
      await primary.accepts(await primary.batch([second, own, second, own]), "stranger");
    });

    it("more of them than slots, over several batches and chains, come oldest first and no other way", async () => {
      const { primary, ordering, own, second, third } = await loadFixture(fixture);
      const chains = [own, second, third];
      const posts: [Chain, number][] = [
        [own, 3],
        [second, 5],
        [own, 4],
        [third, 2],
        [second, 1],
        [third, 3],
      ];
      const oldest: { chain: Chain; posted: number }[] = [];
      for (const [chain, count] of posts) {
        const posted = await primary.post(chain, count);
        oldest.push(...new Array<{ chain: Chain; posted: number }>(count).fill({ chain, posted }));
        await time.increase(600);
      }
      await overdue(oldest[oldest.length - 1].posted);
      // Every choice of how many requests of which chain; the others are known and younger, or unknown.
      const choices: Chain[][] = [];
      for (let i = 0; i <= 4; i++) {
        for (let j = 0; i + j <= 4; j++) {
          const counts = [i, j, 4 - i - j];
          choices.push(chains.flatMap((chain, k) => new Array<Chain>(counts[k]).fill(chain)));
        }
      }
      const key = (slots: readonly Chain[]): string =>
        slots
          .map(({ index }) => index)
          .sort()
          .join();
      while (oldest.length > 4) {
        const right = oldest.splice(0, 4).map(({ chain }) => chain);
        for (const slots of choices.filter((choice) => key(choice) !== key(right))) {
          await expect(primary.submit(await primary.batch(slots)), key(slots)).to.be.revertedWithCustomError(
            ordering,
            "Ordering_OverdueRequests",
          );
        }
        await primary.accepts(await primary.batch(right.toReversed()), "stranger");
        expect(await ordering.oldestKnown(0)).to.equal(oldest[0].posted);
      }
      await primary.refusesFor(oldest[0].posted, await primary.batch([third]));
      await primary.accepts(await primary.batch([third, third]), "stranger");
      expect(await ordering.oldestKnown(0)).to.equal(NEVER);
    });

    it("every slot counts, also of a larger circuit", async () => {
      const { primary, own } = await loadFixture(fixture);
      const [circuit, queueOps] = [ethers.id("six queue ops"), 6];
      await own.circuits.register(circuit, circuitOf(own.verifier, { queueOps, signedOps: SIZE.signedOps }));
      const posted = await primary.post(own, 7);
      await overdue(posted);
      for (const count of [0, 4, 5]) {
        await primary.refusesFor(posted, await primary.batch(new Array(count).fill(own), { circuit, queueOps }));
      }
      await primary.accepts(await primary.batch(new Array(6).fill(own), { circuit, queueOps }));
    });

    it("a fold that consumes nothing changes nothing, and needs a chain that takes part", async () => {
      const { primary, ordering, own } = await loadFixture(fixture);
      const stranger = await deployChain({ index: 4 });
      await own.chains.register(4, 31337, stranger.facts);
      await stranger.tokens.list(NATIVE);
      await depositMany(stranger, 2);
      await carryQueue(own, stranger);
      const queue = await queueOf(stranger);
      const nothing: Fold = { chain: 4, count: 2n, later: queue.map(requestHash) };
      await expect(submit(own, { ...(await primary.batch([])), folds: [nothing] }))
        .to.be.revertedWithCustomError(ordering, "Ordering_UnknownChain")
        .withArgs(4);
      const taking = await makeBatch(own, {
        queue: [recorded(queue[0])],
        folds: [{ ...nothing, later: nothing.later.slice(1) }],
      });
      await expect(submit(own, taking)).to.be.revertedWithCustomError(ordering, "Ordering_UnknownChain").withArgs(4);
      await ordering.setLease(4, LEASE);
      await primary.accepts({ ...(await primary.batch([])), folds: [nothing] });
      expect((await ordering.statusOf(4)).consumed).to.equal(0);
      const posted = await primary.post(own, 1);
      await overdue(posted);
      const { index } = own;
      const ofOwn: Fold = { chain: index, count: BigInt(DEPOSITS), later: (await primary.queue(own)).map(requestHash) };
      await primary.refusesFor(posted, {
        ...(await primary.batch([], { timestamp: posted + FORCE_DELAY })),
        folds: [ofOwn],
      });
    });
  });

  describe("what is consumed", () => {
    it("is counted of every chain, known or not, and posts are left behind", async () => {
      const { primary, ordering, own, second } = await loadFixture(fixture);
      for (const count of [2, 1, 3]) await primary.post(own, count);
      const state = async (chain: Chain) => {
        const { consumed, known, firstPost } = await ordering.statusOf(chain.index);
        return [consumed, known, firstPost].map(Number);
      };
      expect(await state(own)).to.deep.equal([0, 6, 0]);
      await primary.accepts(await primary.batch([own, second]));
      expect(await state(own), "within the first post").to.deep.equal([1, 6, 0]);
      expect(await state(second), "nothing posted").to.deep.equal([1, 0, 0]);
      await primary.accepts(await primary.batch([own]));
      expect(await state(own), "the end of the first post").to.deep.equal([2, 6, 1]);
      await primary.accepts(await primary.batch([own, own]));
      expect(await state(own), "over the second post").to.deep.equal([4, 6, 2]);
      await primary.accepts(await primary.batch([second, own, own, own]));
      expect(await state(own), "beyond the last post").to.deep.equal([7, 6, 3]);
      expect(await ordering.oldestKnown(0)).to.equal(NEVER);
    });

    it("may overtake what is known; posting goes on from there, and forces the right requests", async () => {
      const { primary, ordering, own, second } = await loadFixture(fixture);
      await primary.post(own, 2);
      await primary.post(own, 1);
      await primary.accepts(await primary.batch([own, own, own, own]));
      await primary.accepts(await primary.batch([own, own]));
      await time.increase(HOUR);
      const posted = await primary.post(own, 2);
      expect(await ordering.postOf(PRIMARY, 2)).to.deep.equal([8n, BigInt(posted)]);
      expect(await ordering.oldestKnown(0)).to.equal(posted);
      const later = await primary.post(second, 1);
      await time.increaseTo(posted + FORCE_DELAY - 1);
      await primary.refusesStranger(await primary.batch([own, own]), posted + FORCE_DELAY);
      await overdue(later);
      await primary.refusesFor(posted, await primary.batch([own]));
      await primary.refusesFor(later, await primary.batch([own, own]));
      await primary.accepts(await primary.batch([own, second, own]), "stranger");
      // And once more, from a chain all of whose posts are used up.
      await primary.accepts(await primary.batch([own, own]));
      const last = await primary.post(own, 1);
      expect(await ordering.postOf(PRIMARY, 3)).to.deep.equal([11n, BigInt(last)]);
      expect((await ordering.statusOf(PRIMARY)).firstPost).to.equal(3);
      await overdue(last);
      await primary.refusesFor(last, await primary.batch([]));
      await primary.accepts(await primary.batch([own]));
    });
  });

  it("R15: a queue of 300 in posts of many sizes is worked off in order, by folds over all of it", async () => {
    const { primary, ordering, own, second, third } = await loadFixture(fixture);
    await depositMany(own, 96 - DEPOSITS);
    await depositMany(second, 204 - DEPOSITS);
    const [circuit, queueOps] = [ethers.id("32 queue ops"), 32];
    await own.circuits.register(circuit, circuitOf(own.verifier, { queueOps, signedOps: SIZE.signedOps }));
    const sizes = [1, 1, 2, 40, 3, 32, 1, 60, 1, 20, 31, 1, 8, 49, 33, 1, 16];
    const expected: { chain: Chain; posted: number; post: number }[] = [];
    const posts = new Map<Chain, number>();
    for (const [i, size] of sizes.entries()) {
      const chain = i % 2 === 0 ? own : second;
      const [posted, post] = [await primary.post(chain, size), posts.get(chain) ?? 0];
      posts.set(chain, post + 1);
      expected.push(...new Array<(typeof expected)[number]>(size).fill({ chain, posted, post }));
    }
    expect(expected).to.have.length(300);
    await overdue(expected[299].posted);
    const consumed = new Map<Chain, number>([own, second].map((chain) => [chain, 0]));
    for (let at = 0; at < expected.length; at += queueOps) {
      const right = expected.slice(at, at + queueOps);
      const left = expected.slice(at + queueOps);
      if (left.length > 0) {
        const slots = right.map(({ chain }) => chain);
        await primary.refusesFor(right[31].posted, await primary.batch(slots.with(-1, third), { circuit, queueOps }));
        await primary.refusesFor(right[31].posted, await primary.batch(slots.slice(0, -1), { circuit, queueOps }));
      }
      const slots = right.map(({ chain }) => chain);
      await primary.accepts(await primary.batch(slots, { circuit, queueOps }), "stranger");
      expect(await ordering.oldestKnown(0)).to.equal(left.length > 0 ? left[0].posted : NEVER);
      for (const chain of [own, second]) {
        consumed.set(chain, consumed.get(chain)! + slots.filter((slot) => slot === chain).length);
        const status = await ordering.statusOf(chain.index);
        expect(status.consumed).to.equal(consumed.get(chain));
        expect(status.firstPost).to.equal(left.find((request) => request.chain === chain)?.post ?? posts.get(chain));
      }
    }
  });

  describe("whatever is posted, consumed and submitted", () => {
    /** As `fixture`, but with the shortest force delay. */
    async function hasty() {
      return deployThree(HOUR);
    }

    for (const seed of ["first", "second"]) {
      it(`[fuzz] R12, R15: the rules hold, as a model of single requests has them (${seed})`, async () => {
        const { primary, own, second, third } = await loadFixture(hasty);
        const { ordering } = primary;
        const random = new Random(`ordering ${seed}`);
        const model = new Map([own, second, third].map((chain) => [chain, new ModelQueue()]));
        const chains = [...model.keys()];
        const queueOfModel = (chain: Chain): ModelQueue => model.get(chain) as ModelQueue;
        const counts = { taken: 0, byStrangers: 0, Ordering_NotOperator: 0, Ordering_OverdueRequests: 0 };
        await time.increase(HOUR);

        for (let step = 0; step < 70; step++) {
          for (const chain of chains) {
            const queue = queueOfModel(chain);
            if ((await primary.queue(chain)).length < queue.end + 8) await depositMany(chain, 4);
            if (!random.chance(0.2)) continue;
            const count = 1 + random.int(4);
            if ((await primary.queue(chain)).length < queue.end + count) continue;
            queue.post(count, await primary.post(chain, count));
          }
          await time.increase(random.pick([1, 60, 600, 1800, HOUR]));

          // A chain whose silence is between half its lease and all of it may be suspended, and need not.
          const timestamp = await time.latest();
          const { acknowledged } = await ordering.statusOf(SECONDARY);
          await ordering.setLease(SECONDARY, Math.max(timestamp - Number(acknowledged), HOUR));
          const suspended = random.chance(0.25) ? [second] : [];
          const open = chains.filter((chain) => !suspended.includes(chain));
          const slots = choose(random, open, queueOfModel);

          const batch = await primary.batch(slots, { timestamp, suspended });
          const now = (await time.latest()) + 1 + random.int(3);
          const by = random.pick(["operator", "stranger"] as const);
          const expected = judge({ now, by, slots, open, queueOfModel });
          const sent = primary.submit(batch, by, now);
          if (expected) {
            await expect(sent, `step ${step}`).to.be.revertedWithCustomError(ordering, expected);
            counts[expected]++;
          } else {
            await expect(sent, `step ${step}`).to.emit(primary.chain.rollup, "BatchAccepted");
            counts.taken++;
            if (by === "stranger") counts.byStrangers++;
            for (const chain of slots) queueOfModel(chain).consumed++;
          }
          for (const chain of chains) {
            expect(await primary.consumed(chain)).to.equal(queueOfModel(chain).consumed);
          }
          for (const among of [chains, open]) {
            const mask = chains.filter((chain) => !among.includes(chain)).map(({ index }) => 1n << BigInt(index));
            const oldest = oldestOf(among.map(queueOfModel));
            const known = await ordering.oldestKnown(mask.reduce((all, bit) => all | bit, 0n));
            expect(known, `step ${step}`).to.equal(oldest === Infinity ? NEVER : oldest);
          }
        }
        for (const [what, count] of Object.entries(counts)) expect(count, what).to.be.greaterThan(3);
      });
    }
  });
});

/** A queue as the protocol's text has it: every request with the time at which it became known. */
class ModelQueue {
  consumed = 0;
  private readonly posted = new Map<number, number>();

  /** The position after all that is known or consumed. */
  get end(): number {
    return Math.max(this.consumed, ...[...this.posted.keys()].map((position) => position + 1));
  }

  post(count: number, now: number): void {
    for (let from = this.end, i = 0; i < count; i++) this.posted.set(from + i, now);
  }

  /** When a request became known; infinity: it is not. */
  postedAt(position: number): number {
    return this.posted.get(position) ?? Infinity;
  }
}

/** When the oldest request was posted that is left after `taken` more of each queue; infinity: there is none. */
function oldestOf(queues: ModelQueue[], taken: number[] = []): number {
  // Requests become known in the order of their queue.
  return Math.min(Infinity, ...queues.map((queue, i) => queue.postedAt(queue.consumed + (taken[i] ?? 0))));
}

interface Submission {
  now: number;
  by: "operator" | "stranger";
  slots: Chain[];
  /** The chains that are not suspended. */
  open: Chain[];
  queueOfModel: (chain: Chain) => ModelQueue;
}

/** The error that a batch is refused with, by the rules; undefined: it is taken. */
function judge({ now, by, slots, open, queueOfModel }: Submission) {
  const isOverdue = (posted: number): boolean => now - posted > HOUR;
  const queues = open.map(queueOfModel);
  if (by === "stranger" && !isOverdue(oldestOf(queues))) return "Ordering_NotOperator";
  const taken = open.map((chain) => slots.filter((slot) => slot === chain).length);
  const left = oldestOf(queues, taken);
  if (!isOverdue(left)) return undefined;
  const times = queues.flatMap((queue, i) =>
    Array.from({ length: taken[i] }, (_, k) => queue.postedAt(queue.consumed + k)),
  );
  const isOldestFirst = times.length === SIZE.queueOps && times.every((posted) => posted <= left);
  return isOldestFirst ? undefined : "Ordering_OverdueRequests";
}

/** Slots of a batch: at random, or the oldest known requests and then perhaps one of them exchanged or left out. */
function choose(random: Random, open: Chain[], queueOfModel: (chain: Chain) => ModelQueue): Chain[] {
  if (random.chance(0.2)) return Array.from({ length: random.int(SIZE.queueOps + 1) }, () => random.pick(open));
  const slots: Chain[] = [];
  for (let i = 0; i < SIZE.queueOps; i++) {
    const taken = open.map((chain) => slots.filter((slot) => slot === chain).length);
    const times = open.map((chain, k) => oldestOf([queueOfModel(chain)], [taken[k]]));
    const oldest = Math.min(...times);
    if (oldest !== Infinity) slots.push(open[times.indexOf(oldest)]);
  }
  if (slots.length > 0 && random.chance(0.3)) slots[random.int(slots.length)] = random.pick(open);
  return random.chance(0.2) ? slots.slice(1) : slots;
}
