import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroHash } from "ethers";
import fc from "fast-check";
import { ethers } from "hardhat";
import * as F from "../../../protocol/crypto/field";
import {
  BALANCE_BITS,
  DepositWord0,
  DepositWord1,
  EXPONENT_BITS,
  MANTISSA_BITS,
  mask,
  Op,
  OpenToWord,
  pack,
  tokenId,
  TransferWord,
  unpackAmount,
  WithdrawWord,
} from "../../../protocol/spec";
import { outboxHash, queueHead, requestHash, wordsEval } from "../../../protocol/witness/hashes";
import { headOf, payment, type RequestWords, wordsOf } from "../../fixtures/contracts";

const OWNER = 0xa11cen;

function deposit(fields: Partial<Record<"chain" | "token" | "amount" | "executed", bigint>>): RequestWords {
  const word0 = pack(DepositWord0, {
    op: BigInt(Op.Deposit),
    chain: 2n,
    token: (2n << 10n) | 3n,
    amount: 5n,
    ...fields,
  });
  return [word0, pack(DepositWord1, { owner: OWNER, usedAccount: 1n, usedCell: 2n }), 77n];
}

function withdraw(chain: number, fields: Record<string, bigint> = {}): bigint {
  const word = { from: 1n, amount: 9n, recipient: 0xb0bn, asset: 4n, ...fields };
  return pack(WithdrawWord, { op: BigInt(Op.Withdraw + chain), ...word });
}

const address = (value: bigint): string => ethers.toBeHex(value, 20);

describe("Pubdata", () => {
  async function fixture() {
    return { library: await ethers.deployContract("LibraryHarness") };
  }

  it("evaluates words as the reference does", async () => {
    const { library } = await loadFixture(fixture);
    const element = fc.oneof(fc.bigInt(0n, F.R - 1n), fc.constantFrom(0n, 1n, F.R - 1n));
    await fc.assert(
      fc.asyncProperty(fc.array(element, { maxLength: 12 }), element, async (words, x) => {
        expect(await library.evaluate(words, x)).to.equal(wordsEval(words, x));
      }),
      { numRuns: 50 },
    );
  });

  it("P1: refuses a word at or above the field's order, wherever it stands", async () => {
    const { library } = await loadFixture(fixture);
    for (const at of [0, 1, 2]) {
      for (const word of [F.R, F.R + 1n, ethers.MaxUint256]) {
        await expect(library.evaluate([1n, 2n, 3n].with(at, word), 5n))
          .to.be.revertedWithCustomError(library, "Pubdata_WordTooLarge")
          .withArgs(at, word);
      }
    }
  });

  it("consumes the requests of one chain, in order, without the operator's bits", async () => {
    const { library } = await loadFixture(fixture);
    const [a, b, c] = [deposit({ amount: 1n }), deposit({ chain: 3n }), deposit({ amount: 2n, executed: 1n })];
    const words = wordsOf(1n, 0, [a, b, c], []);
    expect(await library.consume(words, 4, 2, ZeroHash)).to.deep.equal([headOf([a, c]), 2n]);
    expect(await library.consume(words, 4, 3, ZeroHash)).to.deep.equal([headOf([b]), 1n]);
    expect(await library.consume(words, 4, 5, ethers.id("head"))).to.deep.equal([ethers.id("head"), 0n]);
    // A Noop before a request takes no place in the queue.
    const gap = wordsOf(1n, 0, [[0n, 0n, 0n], a], []);
    expect(await library.consume(gap, 4, 2, ethers.id("head"))).to.deep.equal([
      queueHead(ethers.id("head"), requestHash(a)),
      1n,
    ]);
  });

  describe("the outbox", () => {
    const own = (local: number, recipient: bigint, amount: bigint, chain = 2) =>
      payment(tokenId(chain, local), address(recipient), amount);

    it("has the refunds of the chain's own deposits, then its withdrawals, in order", async () => {
      const { library } = await loadFixture(fixture);
      const queue = [
        deposit({ amount: 1n }),
        deposit({ executed: 1n }),
        deposit({ chain: 3n, token: (3n << 10n) | 1n }),
      ];
      const transfer = pack(TransferWord, { op: BigInt(Op.Transfer), from: 1n, to: 2n, account: 1n, amount: 5n });
      const words = wordsOf(1n, 0, queue, [withdraw(2), transfer, withdraw(3), withdraw(2, { recipient: 0xcafen })]);
      expect(await library.outboxHash(words, 4, 2)).to.equal(
        outboxHash([own(3, OWNER, 1n), own(4, 0xb0bn, 9n), own(4, 0xcafen, 9n)]),
      );
      expect(await library.outboxHash(words, 4, 3)).to.equal(outboxHash([own(1, OWNER, 5n, 3), own(4, 0xb0bn, 9n, 3)]));
      expect(await library.outboxHash(words, 4, 4)).to.equal(ZeroHash);
    });

    it("is empty for Noops and for ops that only look like payments", async () => {
      const { library } = await loadFixture(fixture);
      const openTo = pack(OpenToWord, { op: BigInt(Op.OpenTo), cell: 3n, token: 2049n, account: 1n });
      const words = wordsOf(1n, 0, [deposit({ executed: 1n })], [openTo, 0n, withdraw(2) ^ 0x40n, withdraw(2) ^ 0x80n]);
      expect(await library.outboxHash(words, 4, 2)).to.equal(ZeroHash);
    });

    it("refunds no token of another chain", async () => {
      const { library } = await loadFixture(fixture);
      const words = wordsOf(1n, 0, [deposit({ token: (3n << 10n) | 3n })], []);
      expect(await library.outboxHash(words, 4, 2)).to.equal(ZeroHash);
      expect(await library.outboxHash(words, 4, 3)).to.equal(ZeroHash);
    });

    it("V10: unpacks amounts exactly, and refuses what does not fit 128 bits", async () => {
      const { library } = await loadFixture(fixture);
      const most = mask(MANTISSA_BITS);
      for (let exponent = 0n; exponent < 1n << BigInt(EXPONENT_BITS); exponent++) {
        for (const mantissa of [0n, 1n, most]) {
          const amount = mantissa | (exponent << BigInt(MANTISSA_BITS));
          const words = wordsOf(1n, 0, [], [withdraw(2, { amount })]);
          const value = unpackAmount(amount);
          if (value >> BigInt(BALANCE_BITS) === 0n) {
            expect(await library.outboxHash(words, 4, 2)).to.equal(outboxHash([own(4, 0xb0bn, value)]));
          } else {
            await expect(library.outboxHash(words, 4, 2))
              .to.be.revertedWithCustomError(library, "Pubdata_AmountTooLarge")
              .withArgs(13, value);
          }
        }
      }
    });

    it("agrees with the widest fields", async () => {
      const { library } = await loadFixture(fixture);
      const widest = withdraw(2, { recipient: mask(160), asset: 1023n, fee: mask(12), from: mask(23) });
      const request = deposit({ token: (2n << 10n) | 1023n, amount: mask(104) });
      request[1] = pack(DepositWord1, { owner: mask(160), usedAccount: mask(22), usedCell: mask(23) });
      const words = wordsOf(1n, 0, [request], [widest]);
      expect(await library.outboxHash(words, 4, 2)).to.equal(
        outboxHash([own(1023, mask(160), mask(104)), own(1023, mask(160), 9n)]),
      );
    });
  });
});
