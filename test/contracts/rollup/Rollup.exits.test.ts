import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroHash } from "ethers";
import { ethers } from "hardhat";
import {
  DepositWord0,
  FactKind,
  field,
  FullExitWord0,
  FullExitWord1,
  type Layout,
  mask,
  Op,
  packAmount,
  SetKeyWord0,
  SetKeyWord1,
  tokenId,
  ZUSD,
} from "../../../protocol/spec";
import { encodeSigned, type Payment, type UnsignedOp } from "../../../protocol/state";
import { outboxHash } from "../../../protocol/witness/hashes";
import {
  carryBatch,
  carryQueue,
  type Chain,
  deployTwoChains,
  depositRequest,
  foldOf,
  headOf,
  makeBatch,
  NATIVE,
  payment,
  PRIMARY,
  queueOf,
  recorded,
  report,
  type RequestWords,
  SECONDARY,
  submit,
} from "../../fixtures/contracts";

const [ON_PRIMARY, ON_SECONDARY] = [tokenId(PRIMARY, 1), tokenId(SECONDARY, 1)];
const DEPOSITOR = "0x00000000000000000000000000000000000000A1";

const fresh = (i: number): string => ethers.getAddress(ethers.toBeHex(0xabc0000 + i, 20));

/** A request with some bits of one word flipped. */
function flip(request: RequestWords, word: number, bits: bigint): RequestWords {
  return request.with(word, request[word] ^ bits) as RequestWords;
}

/** The lowest and the highest bit of a field. */
function ends(of: Layout, name: string): number[] {
  const { offset, bits } = field(of, name);
  return [offset, offset + bits - 1];
}

function asChain([word0, word1, word2]: RequestWords, chain: number): RequestWords {
  const { offset, bits } = field(DepositWord0, "chain");
  return [(word0 & ~(mask(bits) << BigInt(offset))) | (BigInt(chain) << BigInt(offset)), word1, word2];
}

function asOp([word0, word1, word2]: RequestWords, op: number): RequestWords {
  return [(word0 & ~0xffn) | BigInt(op), word1, word2];
}

describe("Rollup with SetKeys, exits and exact withdrawals", () => {
  /** The primary's queue: a SetKey and three exits, of which the second is paid by the secondary; the secondary's: an exit and a SetKey. */
  async function fixture() {
    const { primary, secondary } = await deployTwoChains();
    const [, , owner] = await ethers.getSigners();
    for (const { tokens } of [primary, secondary]) await tokens.list(NATIVE);
    const ask = (chain: Chain, token: number, payer: number, recipient: string) =>
      chain.vault.connect(owner).exit({ account: 1, cell: 1, token, payer, recipient });
    await primary.vault.connect(owner).setKey(1, 5n);
    await ask(primary, ON_PRIMARY, PRIMARY, fresh(1));
    await ask(primary, ON_SECONDARY, SECONDARY, fresh(2));
    await ask(primary, ZUSD, PRIMARY, fresh(3));
    await ask(secondary, ON_PRIMARY, PRIMARY, fresh(4));
    await secondary.vault.connect(owner).setKey(1, 6n);
    return { primary, secondary, owner, own: await queueOf(primary), foreign: await queueOf(secondary) };
  }

  it("are consumed in order, with whatever came of them", async () => {
    const { primary, own } = await loadFixture(fixture);
    const filled = [
      { executed: true, usedAccount: 1 },
      { executed: true, amount: mask(128), usedAccount: 1, usedCell: 1 },
      {},
    ];
    const queue = filled.map((outcome, i) => recorded(own[i], outcome));
    await submit(primary, await makeBatch(primary, { queue, folds: [await foldOf(primary, 3)] }));
    expect(await primary.rollup.consumedHead(PRIMARY)).to.equal(headOf(own.slice(0, 3)));
    const rest = [recorded(own[3])];
    await submit(primary, await makeBatch(primary, { queue: rest, folds: [await foldOf(primary, 4)] }));
    expect(await primary.rollup.consumedHead(PRIMARY)).to.equal(headOf(own));
  });

  describe("R2, C17: refuses requests that are not the queue's", () => {
    type Case = [name: string, queue: (own: RequestWords[], foreign: RequestWords[]) => RequestWords[]];
    const cases: Case[] = [
      ["a SetKey omitted", (own) => own.slice(1)],
      ["an exit omitted", (own) => [own[0], own[2]]],
      ["a SetKey duplicated", (own) => [own[0], own[0]]],
      ["an exit duplicated", (own) => [own[0], own[1], own[1]]],
      ["a SetKey and an exit reordered", (own) => [own[1], own[0]]],
      ["two exits reordered", (own) => [own[0], own[2], own[1]]],
      ["an exit of another chain's queue as one's own", (own, foreign) => [own[0], asChain(foreign[0], PRIMARY)]],
      ["a SetKey of another chain's queue as one's own", (_, foreign) => [asChain(foreign[1], PRIMARY)]],
      ["a SetKey as an exit", (own) => [asOp(own[0], Op.FullExit)]],
      ["a SetKey as a deposit", (own) => [asOp(own[0], Op.Deposit)]],
      ["an exit as a SetKey", (own) => [own[0], asOp(own[1], Op.SetKey)]],
      ["an exit as a deposit", (own) => [own[0], asOp(own[1], Op.Deposit)]],
    ];
    const altered = (request: number, word: number, what: string, bits: number[]) => {
      for (const bit of bits) {
        const name = `${["a SetKey", "an exit"][request]} with another ${what}: bit ${bit} of word ${word}`;
        cases.push([name, (own) => [...own.slice(0, request), flip(own[request], word, 1n << BigInt(bit))]]);
      }
    };
    altered(0, 0, "account", ends(SetKeyWord0, "account"));
    altered(0, 1, "owner", ends(SetKeyWord1, "owner"));
    altered(0, 2, "key", [0, 252]);
    for (const name of ["account", "cell", "token"]) altered(1, 0, name, ends(FullExitWord0, name));
    for (const name of ["owner", "payer"]) altered(1, 1, name, ends(FullExitWord1, name));
    altered(1, 2, "recipient", [0, 159]);
    for (const [name, choose] of cases) {
      it(name, async () => {
        const { primary, own, foreign } = await loadFixture(fixture);
        const queue = choose(own, foreign).map((request) => recorded(request));
        const batch = await makeBatch(primary, { queue, folds: [await foldOf(primary, queue.length)] });
        await expect(submit(primary, batch)).to.be.revertedWithCustomError(primary.rollup, "Rollup_WrongQueueHead");
      });
    }

    it("an exit paid by another chain than it asks for, moved in the words", async () => {
      const { primary, own } = await loadFixture(fixture);
      const { offset } = field(FullExitWord1, "payer");
      // From the primary (1) to the secondary (2), and back.
      for (const count of [2, 3]) {
        const queue = own.slice(0, count).map((request) => recorded(request, { executed: true, amount: 0n }));
        queue[count - 1] = flip(queue[count - 1], 1, 3n << BigInt(offset));
        const batch = await makeBatch(primary, { queue, folds: [await foldOf(primary, count)] });
        await expect(submit(primary, batch)).to.be.revertedWithCustomError(primary.rollup, "Rollup_WrongQueueHead");
      }
    });

    it("C17: of the own queue, moved to another chain's", async () => {
      const { primary, secondary, own } = await loadFixture(fixture);
      await carryQueue(primary, secondary);
      for (const request of own) {
        const queue = [recorded(asChain(request, SECONDARY))];
        const batch = await makeBatch(primary, { queue, folds: [await foldOf(secondary, 1)] });
        await expect(submit(primary, batch)).to.be.revertedWithCustomError(primary.rollup, "Rollup_FactMissing");
      }
    });

    it("without a fold, or without one of two", async () => {
      const { primary, secondary, own, foreign } = await loadFixture(fixture);
      await carryQueue(primary, secondary);
      const queue = [own[0], foreign[0], own[1]].map((request) => recorded(request));
      const batch = await makeBatch(primary, { queue });
      const folds = [await foldOf(primary, 2), await foldOf(secondary, 1)];
      const expected = [
        [[], 0],
        [folds.slice(0, 1), 2],
        [folds.slice(1), 1],
      ] as const;
      for (const [brought, covered] of expected) {
        await expect(submit(primary, { ...batch, folds: [...brought] }))
          .to.be.revertedWithCustomError(primary.rollup, "Rollup_UncheckedRequests")
          .withArgs(3, covered);
      }
      await expect(submit(primary, { ...batch, folds })).to.emit(primary.rollup, "BatchAccepted");
    });

    it("a forged exit of the own queue stops the batch here, whatever the primary took", async () => {
      const { primary, secondary, foreign } = await loadFixture(fixture);
      const forged = flip(foreign[0], 2, 1n << 20n);
      await report(primary, secondary, FactKind.Queue, 1, headOf([forged]));
      const folds = [{ chain: SECONDARY, count: 1n, later: [] }];
      const batch = await makeBatch(primary, { queue: [recorded(forged, { executed: true, amount: 9n })], folds });
      await submit(primary, batch);
      await carryBatch(secondary, primary, 1);
      await expect(submit(secondary, batch)).to.be.revertedWithCustomError(secondary.rollup, "Rollup_WrongQueueHead");
    });

    it("an exit whose recipient is no address, of a queue that another chain made up", async () => {
      const { primary, secondary, foreign } = await loadFixture(fixture);
      const forged = flip(foreign[0], 2, 1n << 160n);
      await report(primary, secondary, FactKind.Queue, 1, headOf([forged]));
      const folds = [{ chain: SECONDARY, count: 1n, later: [] }];
      await expect(submit(primary, await makeBatch(primary, { queue: [recorded(forged)], folds })))
        .to.be.revertedWithCustomError(primary.rollup, "Pubdata_InvalidRecipient")
        .withArgs(3, forged[2]);
    });
  });

  describe("outboxes", () => {
    /** One batch with every kind of payment on both chains, accepted by both; the vaults hold a thousand wei each. */
    async function paying() {
      const { primary, secondary, own, foreign, owner } = await fixture();
      for (const { vault } of [primary, secondary])
        await vault.deposit(depositRequest({ amount: 1000n }), { value: 1000n });
      const queue = await queueOf(primary);
      const first = await makeBatch(primary, { queue: [recorded(own[0])], folds: [await foldOf(primary, 1)] });
      await submit(primary, first);
      await carryBatch(secondary, primary, 1);
      await submit(secondary, { ...first, folds: [] });

      await carryQueue(primary, secondary);
      const leaving = { from: 1, fee: 0n, isZusd: false, asset: 1 };
      const signed: UnsignedOp[] = [
        { op: "WithdrawExact", ...leaving, chain: SECONDARY, recipient: fresh(5), amount: 123n, minOut: 0n },
        { op: "Withdraw", ...leaving, chain: PRIMARY, recipient: fresh(6), amount: 40n },
        { op: "Withdraw", ...leaving, chain: SECONDARY, recipient: fresh(5), amount: 50n },
      ];
      const batch = await makeBatch(primary, {
        queue: [
          recorded(queue[1], { executed: true, amount: 10n }),
          recorded(foreign[0], { executed: true, amount: 20n }),
          recorded(queue[2], { executed: true, amount: 30n }),
          recorded(queue[3], { executed: true, covered: false, amount: 0n }),
        ],
        signed: signed.flatMap(encodeSigned),
        folds: [await foldOf(primary, 4), await foldOf(secondary, 1)],
      });
      await submit(primary, batch);
      await carryBatch(secondary, primary, 2);
      await submit(secondary, { ...batch, folds: [await foldOf(secondary, 1)] });
      const onPrimary = [
        payment(ON_PRIMARY, fresh(1), 10n),
        payment(ON_PRIMARY, fresh(4), 20n),
        payment(ZUSD, fresh(3), 0n),
        payment(ON_PRIMARY, fresh(6), 40n),
      ];
      const onSecondary = [
        payment(ON_SECONDARY, fresh(2), 30n),
        payment(ON_SECONDARY, fresh(5), 123n),
        payment(ON_SECONDARY, fresh(5), 50n),
      ];
      return { primary, secondary, onPrimary, onSecondary, owner };
    }

    it("have what each chain pays: exits whoever was asked, then withdrawals, in the order of the words", async () => {
      const { primary, secondary, onPrimary, onSecondary } = await loadFixture(paying);
      expect(await primary.vault.outboxOf(2)).to.equal(outboxHash(onPrimary));
      expect(await secondary.vault.outboxOf(2)).to.equal(outboxHash(onSecondary));
      await primary.vault.pay(2, onPrimary, ZeroHash);
      await secondary.vault.pay(2, onSecondary, ZeroHash);
      const received = async (i: number) => ethers.provider.getBalance(fresh(i));
      expect(await Promise.all([1, 2, 3, 4, 5, 6].map(received))).to.deep.equal([10n, 30n, 0n, 20n, 173n, 40n]);
      expect(await ethers.provider.getBalance(primary.vault)).to.equal(930);
      expect(await ethers.provider.getBalance(secondary.vault)).to.equal(797);
    });

    it("C17: refuse payments omitted, duplicated, reordered, altered, or moved to another chain", async () => {
      const { primary, secondary, onPrimary, onSecondary } = await loadFixture(paying);
      for (const [{ vault }, right, others] of [
        [primary, onPrimary, onSecondary],
        [secondary, onSecondary, onPrimary],
      ] as const) {
        const wrong: Payment[][] = [[...others], [...right, ...others], [...others, ...right]];
        for (const [i, paid] of right.entries()) {
          wrong.push(
            right.toSpliced(i, 1),
            right.toSpliced(i, 0, paid),
            right.toSpliced(i, 1, others[0]),
            right.with(i, { ...paid, amount: paid.amount + 1n }),
            right.with(i, { ...paid, recipient: fresh(9) }),
            right.with(i, { ...paid, token: paid.token === ON_PRIMARY ? ON_SECONDARY : ON_PRIMARY }),
            right.with(i, { ...paid, token: ZUSD + 1 }),
            right.with(i, { ...paid, into: 1 }),
            right.with(i, { ...paid, minOut: 1n }),
          );
          if (i > 0) wrong.push(right.with(i, right[i - 1]).with(i - 1, paid));
        }
        for (const payments of wrong) {
          await expect(vault.pay(2, payments, ZeroHash)).to.be.revertedWithCustomError(vault, "Vault_WrongOutbox");
        }
        // Of another batch.
        for (const batch of [0, 1, 3]) {
          await expect(vault.pay(batch, [...right], ZeroHash)).to.be.revertedWithCustomError(
            vault,
            "Vault_WrongOutbox",
          );
        }
        await vault.pay(2, [...right], ZeroHash);
        await expect(vault.pay(2, [...right], ZeroHash)).to.be.revertedWithCustomError(vault, "Vault_WrongOutbox");
      }
    });

    it("C17: an exit's payment is of the amount in the words: every other amount is another outbox", async () => {
      const { primary, own } = await loadFixture(fixture);
      const hashes = new Set<string>();
      for (const amount of [0n, 1n, mask(104), 1n << 104n, mask(128)]) {
        const snapshot = await ethers.provider.send("evm_snapshot", []);
        const queue = [recorded(own[0]), recorded(own[1], { executed: true, amount })];
        await submit(primary, await makeBatch(primary, { queue, folds: [await foldOf(primary, 2)] }));
        const hash = await primary.vault.outboxOf(1);
        expect(hash).to.equal(outboxHash([payment(ON_PRIMARY, fresh(1), amount)]));
        hashes.add(hash);
        await ethers.provider.send("evm_revert", [snapshot]);
      }
      expect(hashes.size).to.equal(5);
    });

    it("hold nothing for exits that were not executed, and refunds where they stand among exits", async () => {
      const { primary, own } = await loadFixture(fixture);
      await primary.vault.deposit(depositRequest({ amount: 7n }), { value: 7n });
      const [, , , , deposit] = await queueOf(primary);
      const first = [recorded(own[0])];
      await submit(primary, await makeBatch(primary, { queue: first, folds: [await foldOf(primary, 1)] }));
      const last = [recorded(own[2]), recorded(own[3]), recorded(deposit)];
      const fold = await foldOf(primary, 5);
      for (const executed of [false, true]) {
        const snapshot = await ethers.provider.send("evm_snapshot", []);
        const queue = [recorded(own[1], { executed, amount: executed ? 3n : 0n }), ...last];
        await submit(primary, await makeBatch(primary, { queue, folds: [fold] }));
        const refund = payment(ON_PRIMARY, DEPOSITOR, 7n);
        const expected = executed ? [payment(ON_PRIMARY, fresh(1), 3n), refund] : [refund];
        expect(await primary.vault.outboxOf(2)).to.equal(outboxHash(expected));
        await ethers.provider.send("evm_revert", [snapshot]);
      }
    });
  });

  it("a zUSD redemption in the words reaches the outbox as it was signed", async () => {
    const { primary } = await loadFixture(fixture);
    const redemption = { from: 1, fee: 0n, isZusd: true, asset: 1, chain: PRIMARY, recipient: fresh(1), amount: 0n };
    const signed = encodeSigned({ op: "WithdrawExact", ...redemption, minOut: 99_000n });
    await submit(primary, await makeBatch(primary, { signed }));
    const paid = payment(ZUSD, fresh(1), 0n, { into: 1, minOut: packAmount(99_000n) });
    expect(await primary.vault.outboxOf(1)).to.equal(outboxHash([paid]));
  });
});
