import { expect } from "chai";
import * as F from "../../../protocol/crypto/field";
import { DepositWord0, DepositWord1, Op, TransferWord, WithdrawWord, field, unpack } from "../../../protocol/spec";
import { circuit, type CircuitTester } from "../../fixtures/circom";
import { notReadAs, type Reading } from "./reading";
import { SMALL } from "./world";

/** In the small state accounts have 4 bits and balance cells 5. */
const AT = (name: string, of = WithdrawWord): bigint => BigInt(field(of, name).offset);

/** A Withdraw's word at the boundaries of all layouts. */
const SIGNED: Reading = {
  widths: {
    "low[0]": 1,
    "low[1]": 1,
    chainHigh: 4,
    isWithdraw: 1,
    index: 5,
    packedAmount: 40,
    toHigh: 18,
    account: 22,
    recipientHigh: 115,
    asset: 10,
  },
  sums: (fields) => {
    const { chainHigh, isWithdraw, index, packedAmount, toHigh, account, recipientHigh, asset } = fields;
    const chainLow = fields["low[0]"] + 2n * fields["low[1]"];
    const chain = chainLow + 4n * chainHigh;
    const op = chain + 64n * isWithdraw;
    const toField = toHigh << 5n;
    const sumIndex = op + (index << AT("from"));
    const sumAmount = sumIndex + (packedAmount << AT("amount"));
    const sumTo = sumAmount + (toField << AT("recipient"));
    const sumAccount = sumTo + (account << AT("account", TransferWord));
    const sumRecipient = sumAccount + (recipientHigh << 128n);
    const word = sumRecipient + (asset << AT("asset"));
    const withdrawOnlyHigh = recipientHigh + asset;
    const withdrawOnly = withdrawOnlyHigh + toHigh;
    // `to` is 0 but for its high part.
    const afterIndex = packedAmount;
    const notOpen = afterIndex + account;
    const sums = { chainLow, chain, op, toField, sumIndex, sumAmount, sumTo, sumAccount, sumRecipient, word };
    return { ...sums, withdrawOnlyHigh, withdrawOnly, afterIndex, notOpen };
  },
  input: ({ word }) => ({ word }),
};

/** A Deposit's first two words. */
const DEPOSIT: Reading = {
  widths: { chain: 6, local: 10, tokenChain: 6, amount: 104, account: 4, cell: 5, executed: 1, owner: 160 },
  sums: ({ isDeposit, chain, local, tokenChain, amount, account, cell, executed, owner, usedAccount, usedCell }) => {
    const at = (name: string, of = DepositWord0): bigint => BigInt(field(of, name).offset);
    const sumChain = BigInt(Op.Deposit) * isDeposit + (chain << at("chain"));
    const sumLocal = sumChain + (local << at("token"));
    const sumToken = sumLocal + (tokenChain << (at("token") + 10n));
    const sumAmount = sumToken + (amount << at("amount"));
    const sumAccount = sumAmount + (account << at("account"));
    const sumCell = sumAccount + (cell << at("cell"));
    const sumOwner = owner + (usedAccount << at("usedAccount", DepositWord1));
    const words = {
      "word[0]": sumCell + (executed << at("executed")),
      "word[1]": sumOwner + (usedCell << at("usedCell", DepositWord1)),
    };
    return { sumChain, sumLocal, sumToken, sumAmount, sumAccount, sumCell, sumOwner, ...words };
  },
  input: (sums) => ({ word: [sums["word[0]"], sums["word[1]"], 5n] }),
};

describe("words", () => {
  let signed: CircuitTester;
  let deposit: CircuitTester;
  before(async () => {
    signed = await circuit("batch/signedWord.circom", "SignedWord", [SMALL.cellBits, 0]);
    deposit = await circuit("batch/depositWord.circom", "DepositWords", [SMALL.cellBits]);
  });

  const withdraw = {
    "low[0]": 1n,
    "low[1]": 1n,
    chainHigh: 9n,
    isWithdraw: 1n,
    index: 3n,
    packedAmount: 77n,
    toHigh: 5n,
    account: 21n,
    recipientHigh: 1n << 100n,
    asset: 12n,
  };

  for (const name of ["chainHigh", "toHigh", "account", "recipientHigh", "asset"]) {
    it(`C5, C21: a signed word's ${name} does not carry into the field above`, async () => {
      await notReadAs(signed, { ...withdraw, [name]: 1n << BigInt(SIGNED.widths[name]) }, SIGNED);
    });
  }

  for (const [name, bits] of Object.entries(DEPOSIT.widths)) {
    it(`C5, C21: a Deposit's ${name} does not carry into the field above`, async () => {
      const fields = {
        isDeposit: 1n,
        chain: 1n,
        local: 2n,
        tokenChain: 3n,
        amount: 4n,
        account: 5n,
        cell: 6n,
        executed: 0n,
        owner: 7n,
        usedAccount: 8n,
        usedCell: 9n,
      };
      await notReadAs(deposit, { ...fields, [name]: 1n << BigInt(bits) }, DEPOSIT);
    });
  }

  describe("C28: an op code's bits are bits", () => {
    /** Signals that follow from other op code bits, without a field above them that a Transfer or Withdraw lacks. */
    function tampered(low: [bigint, bigint], isWithdraw: bigint, index: bigint, odd: boolean): Record<string, bigint> {
      const chain = low[0] + 2n * low[1];
      const op = chain + 64n * isWithdraw;
      const word = op + (index << 8n);
      const [neither, onlyFirst] = [(1n - low[0]) * (1n - low[1]), low[0] * (1n - low[1])];
      const [isNoop, isTransfer] = [neither * (1n - isWithdraw), onlyFirst * (1n - isWithdraw)];
      const moves = isTransfer + isWithdraw;
      const second = odd ? low[0] * low[1] : (1n - low[0]) * low[1];
      const isSecond = second * (1n - isWithdraw);
      // The slot's other conditions hold: exactly one op, and a Noop's word is 0.
      expect(moves + isNoop + isSecond).to.equal(1n);
      expect(isNoop * word).to.equal(0n);
      const signals = {
        "low[0]": low[0],
        "low[1]": low[1],
        isWithdraw,
        chainLow: chain,
        chain,
        op,
        ...{ neither, onlyFirst, isNoop, isTransfer, moves },
        ...(odd ? { both: second, isOpenTo: isSecond } : { onlySecond: second, isOpen: isSecond }),
        ...{ sumIndex: word, sumAmount: word, sumTo: word, sumAccount: word, sumRecipient: word, word },
      };
      return Object.fromEntries(Object.entries(signals).map(([name, value]) => [name, F.mod(value)]));
    }

    for (const [name, odd, honest, low, isWithdraw] of [
      ["0x81 as a Withdraw from chain 65", false, Op.Withdraw + 1, [65n, 0n], 1n],
      ["0x81 as two Withdraws less a Transfer", false, Op.Transfer, [1n, 0n], 2n],
      ["0x05 as two OpenTos less a Transfer", true, Op.Transfer, [1n, 2n], 0n],
    ] as const) {
      it(name, async () => {
        const tester = await circuit("batch/signedWord.circom", "SignedWord", [SMALL.cellBits, odd ? 1 : 0]);
        const index = 3n;
        const witness = await tester.expectPass({ word: BigInt(honest) + (index << 8n) });
        const signals = tampered([...low], isWithdraw, index, odd);
        await tester.expectUnsatisfied(await tester.tamper(witness, signals));
        // The same tampering with the honest bits is the honest witness.
        const bits: [bigint, bigint] = [BigInt(honest) & 1n, (BigInt(honest) >> 1n) & 1n];
        const unchanged = tampered(bits, BigInt(honest) >> 6n, index, odd);
        await tester.checkConstraints(await tester.tamper(witness, unchanged));
      });
    }

    it("words of 0 as minus eight Deposits of chain 1", async () => {
      const witness = await deposit.expectPass({ word: [(1n << 8n) | BigInt(Op.Deposit), 0n, 0n] }, { chain: 1n });
      const sums = ["sumChain", "sumLocal", "sumToken", "sumAmount", "sumAccount", "sumCell", "word[0]"];
      const signals = { isDeposit: F.R - 8n, ...Object.fromEntries(sums.map((name) => [name, 0n])) };
      await deposit.expectUnsatisfied(await deposit.tamper(witness, signals));
    });
  });

  it("C28: an OpenTo in an even slot, an Open in an odd one, and what else an OpenTo has no field for", async () => {
    const odd = await circuit("batch/signedWord.circom", "SignedWord", [SMALL.cellBits, 1]);
    await signed.expectPass({ word: BigInt(Op.Open) }, { isOpen: 1n });
    await signed.expectFail({ word: BigInt(Op.OpenTo) }, "SignedWord");
    await odd.expectPass({ word: BigInt(Op.OpenTo) }, { isOpenTo: 1n });
    await odd.expectFail({ word: BigInt(Op.Open) }, "SignedWord");
    for (const name of ["to", "fee"]) {
      const bit = 1n << AT(name, TransferWord);
      await odd.expectFail({ word: BigInt(Op.OpenTo) + bit }, "SignedWord");
      await signed.expectFail({ word: BigInt(Op.Open) + bit }, "SignedWord");
    }
  });

  it("C21: a word is the sum of its fields", async () => {
    const { word } = SIGNED.sums(withdraw);
    const witness = await signed.expectPass({ word });
    await signed.expectUnsatisfied(await signed.tamper(witness, { word: word + (1n << AT("from")) }));
    const words = [(1n << 8n) | BigInt(Op.Deposit), 7n, 5n];
    const honest = await deposit.expectPass({ word: words });
    for (const i of [0, 1]) {
      await deposit.expectUnsatisfied(await deposit.tamper(honest, { [`word[${i}]`]: words[i] + (1n << 30n) }));
    }
  });

  it("reads a Withdraw's word as its layout does", async () => {
    const { word } = SIGNED.sums(withdraw);
    const { op, from, amount, asset } = unpack(WithdrawWord, word);
    await signed.expectPass({ word }, { isWithdraw: 1n, chain: op - 64n, index: from, packedAmount: amount, asset });
  });
});
