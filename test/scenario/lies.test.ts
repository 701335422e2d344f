/** What a lie costs: of one gateway, and of a whole chain whose gateways are honest. The chains' contracts are real but for the verifier. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { FactKind, tokenId, ZUSD } from "../../protocol/spec";
import { encodeRequest, encodeSigned, type Request } from "../../protocol/state";
import { batchHash } from "../../protocol/witness";
import {
  accepted,
  connect,
  deployChain,
  depositOf,
  type Chain,
  type Fold,
  headOf,
  makeBatch,
  OWNER,
  recorded,
  report,
  type RequestWords,
  submit,
} from "../fixtures/contracts";

const DAY = 24 * 3600;
const [PRIMARY, LIAR, THIRD] = [1, 2, 3];
/** What the lying chain may stand for, and what the primary really holds. */
const CAP = 1_000n;
const HONEST = 5_000n;

const credited = (request: Request, covered = true): RequestWords =>
  recorded(encodeRequest(request) as RequestWords, { executed: covered, covered });

/** A withdrawal of zUSD on a chain, or of a token of that chain. */
function withdrawn(chain: number, amount: bigint, asset = 0): bigint[] {
  const isZusd = asset === 0;
  return encodeSigned({ op: "Withdraw", from: 1, fee: 0n, recipient: OWNER, isZusd, chain, amount, asset });
}

describe("lies", () => {
  async function fixture() {
    const primary = await deployChain({ index: PRIMARY, threshold: 2, gateways: 3, queueOnly: true });
    const liar = await deployChain({ index: LIAR, threshold: 2, gateways: 3 });
    const third = await deployChain({ index: THIRD, threshold: 2, gateways: 3 });
    const chains = [primary, liar, third];
    for (const chain of chains) {
      for (const other of chains) if (other !== chain) await connect(chain, other);
      await chain.rollup.setCap(PRIMARY, 10n * HONEST, 1);
      await chain.rollup.setCap(LIAR, CAP, 1);
    }
    // Somebody's real zUSD, from the primary.
    const vault = await ethers.getContractAt("MockQueueVault", primary.vault);
    const words = encodeRequest(depositOf(PRIMARY, HONEST)) as RequestWords;
    await vault.queue(...words);
    const folds = [{ chain: PRIMARY, count: 1n, later: [] }];
    const first = await makeBatch(primary, { queue: [recorded(words, { executed: true })], folds });
    await submit(primary, first);
    return { primary, liar, third, first };
  }

  type World = Awaited<ReturnType<typeof fixture>>;

  /** Requests that no queue has, as if they were all of the lying chain's. */
  function forge({ primary }: World, queue: RequestWords[], signed: bigint[] = []) {
    const folds: Fold[] = [{ chain: LIAR, count: BigInt(queue.length), later: [] }];
    return makeBatch(primary, { queue, signed, folds });
  }

  const sayQueue = ({ primary, liar }: World, requests: readonly RequestWords[], gateways = primary.gateways) =>
    report(primary, liar, FactKind.Queue, requests.length, headOf(requests), gateways);

  const issued = async ({ primary }: World, chain: number) => primary.rollup.issued(chain);

  for (const token of [ZUSD, tokenId(LIAR, 1)]) {
    it(`X10: an unbacked deposit of token ${token} that one gateway vouches for stops at the missing fact; nothing is lost`, async () => {
      const world = await loadFixture(fixture);
      const { primary } = world;
      const queue = [credited(depositOf(LIAR, 700n, token))];
      const batch = await forge(world, queue);
      await sayQueue(world, queue, primary.gateways.slice(0, 1));
      await expect(submit(primary, batch))
        .to.be.revertedWithCustomError(primary.rollup, "Rollup_FactMissing")
        .withArgs(FactKind.Queue, LIAR, 1, headOf(queue));
      expect([await issued(world, PRIMARY), await issued(world, LIAR)]).to.deep.equal([HONEST, 0n]);
      // The others go on.
      await submit(primary, await makeBatch(primary));
      expect(await primary.rollup.number()).to.equal(2);
    });
  }

  it("X17: a chain's forged queue brings in zUSD up to its cap, and no more leaves elsewhere for it", async () => {
    const world = await loadFixture(fixture);
    const { primary } = world;
    const forged = [600n, 400n].map((amount) => credited(depositOf(LIAR, amount)));
    await sayQueue(world, forged);
    await submit(primary, await forge(world, forged));
    expect(await issued(world, LIAR)).to.equal(CAP);

    // One unit more is refunded by the lying chain itself, however the batch puts it.
    const more = [...forged, credited(depositOf(LIAR, 1n))];
    await sayQueue(world, more);
    const folds = [{ chain: LIAR, count: 3n, later: [] }];
    const beyond = await makeBatch(primary, { queue: more.slice(2), folds });
    await expect(submit(primary, beyond)).to.be.revertedWithCustomError(primary.rollup, "ZusdLedger_WrongFlag");
    const refunded = [credited(depositOf(LIAR, 1n), false)];
    await submit(primary, await makeBatch(primary, { queue: refunded, folds }));

    // All that was credited leaves where zUSD is backed. Honest holders have that much less there: the whole loss.
    await submit(primary, await makeBatch(primary, { signed: withdrawn(PRIMARY, CAP) }));
    const loss = HONEST - (await issued(world, PRIMARY));
    expect(loss).to.equal(CAP);
    expect(await issued(world, LIAR)).to.equal(CAP);
    // A chain to which nothing was issued pays nothing.
    const third = await makeBatch(primary, { signed: withdrawn(THIRD, 1n) });
    await expect(submit(primary, third)).to.be.revertedWithCustomError(primary.rollup, "ZusdLedger_NotIssued");
  });

  it("X17: a forged queue's tokens are paid by the lying chain's vault alone, which does not know the request", async () => {
    const world = await loadFixture(fixture);
    const { primary, liar, third } = world;
    const forged = [credited(depositOf(LIAR, 10n ** 30n, tokenId(LIAR, 1)))];
    await sayQueue(world, forged);
    const batch = await forge(world, forged, withdrawn(LIAR, 10n ** 9n, 1));
    await submit(primary, batch);
    const number = await primary.rollup.number();
    expect(await primary.vault.outboxOf(number)).to.equal(ethers.ZeroHash);
    expect([await issued(world, PRIMARY), await issued(world, LIAR)]).to.deep.equal([HONEST, 0n]);

    // The honest part of the lying chain keeps its own queue: it takes no such batch, and pays nothing.
    await follow(world, liar, third);
    await report(liar, primary, FactKind.Batch, number, await primary.rollup.batchHash(number));
    await expect(liar.rollup.submitBatch(batch)).to.be.revertedWithCustomError(liar.vault, "RequestQueue_HeadUnknown");
    // Another chain follows, and pays nothing either.
    await report(third, primary, FactKind.Batch, number, await primary.rollup.batchHash(number));
    await third.rollup.submitBatch({ ...batch, folds: [] });
    expect(await third.rollup.batchHash(number)).to.equal(await primary.rollup.batchHash(number));
    expect(await third.vault.outboxOf(number)).to.equal(ethers.ZeroHash);
  });

  /** Brings other chains the batch that the fixture made. */
  async function follow({ primary, first }: World, ...others: Chain[]): Promise<void> {
    for (const chain of others) {
      await report(chain, primary, FactKind.Batch, 1, await primary.rollup.batchHash(1));
      await chain.rollup.submitBatch({ ...first, folds: [] });
    }
  }

  it("X17: no chain follows a batch that one chain says was accepted, not after a day of silence either", async () => {
    const world = await loadFixture(fixture);
    const { primary, liar, third } = world;
    await follow(world, third);
    const forged = await makeBatch(third, { newState: 666n });
    const { previousHash } = await accepted(third, forged, 2);
    expect(previousHash).to.equal(await primary.rollup.batchHash(1));
    const hash = await hashAsIf(third, forged);
    await report(third, liar, FactKind.Batch, 2, hash);
    const isRefused = () =>
      expect(third.rollup.submitBatch(forged))
        .to.be.revertedWithCustomError(third.rollup, "Rollup_FactMissing")
        .withArgs(FactKind.Batch, PRIMARY, 2, hash);
    await isRefused();
    await time.increase(2 * DAY);
    await isRefused();

    // Nor does it count as an acknowledgement: the primary knows what it accepted.
    await report(primary, liar, FactKind.Batch, 2, hash);
    const acknowledged = (await primary.ordering!.statusOf(LIAR)).acknowledged;
    await expect(primary.ordering!.acknowledge(LIAR, await accepted(third, forged, 2)))
      .to.be.revertedWithCustomError(primary.ordering!, "Ordering_UnknownBatch")
      .withArgs(2, hash);
    expect((await primary.ordering!.statusOf(LIAR)).acknowledged).to.equal(acknowledged);
  });

  /** The hash that a chain would give a batch. */
  async function hashAsIf(chain: Chain, batch: Awaited<ReturnType<typeof makeBatch>>): Promise<string> {
    const previousHash = await chain.rollup.batchHash(await chain.rollup.number());
    const { circuit: circuitId, newCommitment: commitment, words } = batch;
    return batchHash({ domain: await chain.rollup.domain(), circuitId, previousHash, commitment, words });
  }
});
