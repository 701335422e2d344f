import { expect } from "chai";
import { BALANCE_BITS, ExactWord, Op, WithdrawWord, field, keyCell, pack, packAmount } from "../../../protocol/spec";
import { encodeBalance, encodeSigned, type State, type WithdrawExact } from "../../../protocol/state";
import {
  draft,
  adding,
  exactWithdrawal,
  forgedInput,
  noop,
  opening,
  payment,
  secondWord,
  signWords,
  withAccess,
  type Slot,
} from "./forgery";
import { Judge, constraint } from "./judge";
import {
  CELLS,
  OF_ZUSD,
  SMALL,
  alter,
  cellOf,
  exactOf,
  openOf,
  signOp,
  transferOf,
  user,
  wideWorld,
  withdrawOf,
  world,
} from "./world";

/** Where the circuit refuses. */
const STANDS_ALONE = constraint("withdraw", "nextIsExact * (1 - enabled) ===");
const TWO_AMOUNTS = constraint("withdraw", "nextIsExact * packedAmount ===");
const MIN_OUT = constraint("withdraw", "nextMinOut * (1 - isZusd) ===");
const PAYS_TOO_MUCH = constraint("signedSlot", "Range(BALANCE_BITS())(fromBalance)");
const SIGNATURE = /EdDSAVerify/;
const DIGEST = constraint("batch", "digest ===");

const MAX_BALANCE = (1n << BigInt(BALANCE_BITS)) - 1n;

describe("Batch: WithdrawExact", () => {
  let judge: Judge;
  before(async () => {
    judge = await Judge.create();
  });

  async function refused(state: State, signed: Slot[], by: RegExp): Promise<void> {
    await judge.refuses(state, { signed }, by);
  }

  /** Both slots of an op of alice that she signed over any words. */
  function overWords(state: State, op: WithdrawExact, words: readonly bigint[]): [Slot, Slot] {
    return exactWithdrawal(state, { ...op, ...signWords(state, user("alice"), op.from, words) }, { words });
  }

  it("accepts the unchecked slots of these tests when the op is allowed", async () => {
    const { state, alice } = wideWorld();
    for (const op of [exactOf(), exactOf({ ...OF_ZUSD, asset: 3, minOut: 5n })]) {
      await judge.proves(state, { signed: exactWithdrawal(state, signOp(state, alice, op)) });
      await judge.proves(state, { signed: overWords(state, op, encodeSigned(op)) });
    }
  });

  describe("amounts", () => {
    it("C5: nothing, 1, the balance; not a unit more", async () => {
      const { state, alice } = wideWorld();
      for (const op of [exactOf(), exactOf(OF_ZUSD)]) {
        const { balance } = state.balance(op.from);
        for (const amount of [0n, 1n, balance - 1n, balance]) {
          const trace = await judge.accepts(state, { ops: [signOp(state, alice, { ...op, amount })] });
          const left = { ...state.balance(op.from), balance: balance - amount, nonce: 1 };
          const found = trace.touched.find(({ index }) => index === cellOf(op.from))?.new;
          expect(found).to.equal(encodeBalance(SMALL.cellBits, left));
        }
        for (const amount of [balance + 1n, 2n * balance, MAX_BALANCE]) {
          const slots = exactWithdrawal(state, signOp(state, alice, { ...op, amount }));
          await refused(state, slots, PAYS_TOO_MUCH);
        }
      }
    });

    it("C5: 2^128 - 1 of a full cell, and what no packed amount can say", async () => {
      const { state, alice } = world();
      alter(state, 4, { balance: MAX_BALANCE });
      for (const amount of [MAX_BALANCE, MAX_BALANCE - 1n, (1n << 127n) + 1n]) {
        expect(() => packAmount(amount)).to.throw("not exact");
        await judge.accepts(state, { ops: [signOp(state, alice, exactOf({ amount }))] });
      }
    });

    it("C5: the largest amount from an empty cell does not wrap around", async () => {
      const { state, alice } = world();
      alter(state, 4, { balance: 0n });
      for (const amount of [1n, MAX_BALANCE]) {
        await refused(state, exactWithdrawal(state, signOp(state, alice, exactOf({ amount }))), PAYS_TOO_MUCH);
      }
    });

    it("C28: more or less leaves than the exact amount", async () => {
      const { state, alice } = world();
      const op = signOp(state, alice, exactOf({ amount: 10n }));
      for (const amount of [0n, 9n, 11n]) {
        const slots = exactWithdrawal(state, { ...op, amount }, { words: encodeSigned(op) });
        await refused(state, slots, /Memory/);
      }
    });

    it("C28: an amount in the first word, too, also one of 0 that is not packed as 0", async () => {
      const { state } = world();
      const op = exactOf({ amount: 10n });
      const [word, second] = encodeSigned(op);
      const { offset, bits } = field(WithdrawWord, "amount");
      // 1, 0·10^1, 0·10^31, 1·10^0 in the highest bits.
      for (const [packed, first] of [
        [1n, 1n],
        [1n << 35n, 0n],
        [31n << 35n, 0n],
        [(1n << BigInt(bits)) - 1n, 0n],
      ]) {
        const words = [word | (packed << BigInt(offset)), second];
        for (const amount of [10n, 10n + first]) {
          const authorised = { ...op, amount, ...signWords(state, user("alice"), op.from, words) };
          await refused(state, exactWithdrawal(state, authorised, { words }), TWO_AMOUNTS);
        }
      }
    });
  });

  describe("what zUSD is redeemed for at least", () => {
    it("C5: any packed amount", async () => {
      const { state, alice } = wideWorld();
      for (const minOut of [0n, 1n, packable(35n), 10n ** 31n]) {
        await judge.accepts(state, { ops: [signOp(state, alice, exactOf({ ...OF_ZUSD, asset: 3, minOut }))] });
      }
    });

    it("C5: also one of 2^128 or more, which nothing reaches", async () => {
      const { state } = wideWorld();
      const op = exactOf({ ...OF_ZUSD, asset: 3 });
      const [word, second] = encodeSigned(op);
      const words = [word, second | (((1n << 40n) - 1n) << 31n)];
      const input = forgedInput(state, draft(state, { signed: overWords(state, op, words) }));
      await judge.tester.expectPass({ ...input });
    });

    it("C28: none for a token that is not zUSD, whatever the asset", async () => {
      const { state } = world();
      const op = exactOf({ amount: 10n });
      const [word, second] = encodeSigned(op);
      for (const minOut of [1n, 1n << 35n, 1n << 39n, (1n << 40n) - 1n]) {
        const words = [word, second | (minOut << BigInt(field(ExactWord, "minOut").offset))];
        await refused(state, overWords(state, op, words), MIN_OUT);
      }
    });

    function packable(bits: bigint): bigint {
      return (1n << bits) - 1n;
    }
  });

  describe("who stands where", () => {
    const exact = encodeSigned(exactOf())[1];

    it("C28: an Exact after a Noop", async () => {
      const { state } = world();
      for (const word of [exact, BigInt(Op.Exact)]) await refused(state, [noop, secondWord(word)], STANDS_ALONE);
    });

    it("C28: an Exact after a Transfer, whether it was signed or not", async () => {
      const { state, alice } = world();
      const op = transferOf({ amount: 0n });
      const both = { ...op, ...signWords(state, alice, op.from, [encodeSigned(op)[0], exact]) };
      for (const signed of [signOp(state, alice, op), both]) {
        await refused(state, [payment(state, signed), secondWord(exact)], STANDS_ALONE);
        // As if the Transfer moved the exact amount.
        const slot = payment(state, { ...signed, amount: 7n }, { word: encodeSigned(op)[0] });
        await refused(state, [slot, secondWord(exact)], STANDS_ALONE);
      }
    });

    it("C28: an Exact after an Open, or an OpenTo after a Withdraw", async () => {
      const { state, alice, bob } = world();
      const op = openOf();
      const [openWord, openToWord] = encodeSigned(op);
      const [opens, opened] = opening(state, { ...op, ...signWords(state, bob, op.from, [openWord, exact]) });
      await refused(state, [opens, secondWord(exact)], STANDS_ALONE);

      const out = exactOf({ amount: 0n });
      const [word] = encodeSigned(out);
      const authorised = { ...out, ...signWords(state, alice, out.from, [word, openToWord]) };
      const [withdraws] = exactWithdrawal(state, authorised);
      await refused(state, [withdraws, opened], /Batch/);
    });

    it("C28: an Exact in an even slot, also before a Withdraw", async () => {
      const { state, alice } = world();
      const [first, second] = exactWithdrawal(state, signOp(state, alice, exactOf()));
      const alone = payment(state, signOp(state, alice, withdrawOf({ amount: 0n })));
      for (const other of [noop, second, alone]) await refused(state, [second, other], /SignedWord/);
      // The Withdraw of these words is not signed without its Exact.
      await refused(state, [second, first], SIGNATURE);
      await refused(state, [noop, first], SIGNATURE);
    });

    it("C28, C25: two Exacts, or one that another's Withdraw uses", async () => {
      const { state, alice, bob } = wideWorld();
      alter(state, CELLS.feesSilver, { account: 2 });
      const [, exactOfAlice] = exactWithdrawal(state, signOp(state, alice, exactOf({ amount: 7n })));
      const ofBob = exactOf({ from: CELLS.feesSilver, amount: 9n });
      const [first] = exactWithdrawal(
        state,
        { ...signOp(state, bob, ofBob), amount: 7n },
        { words: encodeSigned(ofBob) },
      );
      await judge.accepts(state, { ops: [signOp(state, bob, ofBob)] });
      await refused(state, [first, exactOfAlice], SIGNATURE);
    });
  });

  describe("what is signed", () => {
    it("C25: a Withdraw signed without an Exact, used with one", async () => {
      const { state, alice } = wideWorld();
      for (const tokens of [{}, OF_ZUSD]) {
        const out = signOp(state, alice, withdrawOf({ ...tokens, amount: 0n }));
        await judge.accepts(state, { ops: [out] });
        const op = exactOf({ ...tokens, amount: 7n });
        expect(encodeSigned(op)[0]).to.equal(encodeSigned(out)[0]);
        const stolen = { ...out, ...op, expiry: out.expiry, signature: out.signature };
        await refused(state, exactWithdrawal(state, stolen), SIGNATURE);
        await refused(state, exactWithdrawal(state, { ...stolen, amount: 0n }), SIGNATURE);
      }
    });

    it("C25: one signed with an Exact, used without", async () => {
      const { state, alice } = wideWorld();
      for (const tokens of [{}, OF_ZUSD]) {
        const out = signOp(state, alice, exactOf({ ...tokens, amount: 7n }));
        const [word] = encodeSigned(out);
        const alone = { ...out, ...withdrawOf({ ...tokens, amount: 0n }), expiry: out.expiry, signature: out.signature };
        await refused(state, [payment(state, alone, { word }), noop], SIGNATURE);
        await refused(state, [payment(state, out, { word }), noop], SIGNATURE);
        await refused(state, [payment(state, alone, { word }), payment(state, out, { word })], SIGNATURE);
      }
    });

    it("C25: another exact amount, least to accept, or second word of 0", async () => {
      const { state, alice } = wideWorld();
      const op = exactOf({ ...OF_ZUSD, asset: 3, amount: 7n, minOut: 5n });
      const signed = signOp(state, alice, op);
      await judge.accepts(state, { ops: [signed] });
      for (const change of [
        { amount: 6n },
        { amount: 8n },
        { amount: 7n + (1n << 22n) },
        { minOut: 4n },
        { minOut: 0n },
      ]) {
        await refused(state, exactWithdrawal(state, { ...signed, ...change }), SIGNATURE);
      }
      const [word] = encodeSigned(op);
      const overZero = { ...op, ...signWords(state, alice, op.from, [word, 0n]) };
      await refused(state, exactWithdrawal(state, overZero), SIGNATURE);
    });

    it("C25: another recipient, asset, chain or fee", async () => {
      const { state, alice, carol } = wideWorld();
      const signed = signOp(state, alice, exactOf({ ...OF_ZUSD, asset: 3 }));
      for (const change of [{ recipient: carol.address }, { asset: 0 }, { chain: 2 }, { fee: 1n }]) {
        await refused(state, exactWithdrawal(state, { ...signed, ...change }), SIGNATURE);
      }
    });

    it("C9: the nonce once, for both slots", async () => {
      const { state, alice } = wideWorld();
      const op = signOp(state, alice, exactOf());
      for (const noncesUsed of [0n, 2n]) await refused(state, exactWithdrawal(state, op, { noncesUsed }), /Memory/);
    });
  });

  describe("the second slot", () => {
    it("C28: unused bits of the Exact word", async () => {
      const { state } = world();
      const op = exactOf({ amount: 10n });
      const [word, second] = encodeSigned(op);
      // The places of cell, fee and `to`; and above the amount.
      for (const bit of [8n, 12n, 13n, 30n, 71n, 82n, 83n, 88n, 105n, 234n, 242n, 243n, 252n, 253n]) {
        await refused(state, overWords(state, op, [word, second | (1n << bit)]), /SignedWord/);
      }
    });

    it("C28: other op codes with an Exact's fields", async () => {
      const { state } = world();
      const op = exactOf({ amount: 10n });
      const [word, second] = encodeSigned(op);
      const fields = second - BigInt(Op.Exact);
      for (const code of [0, 1, 2, 3, 5, 6, 7, 8, 0x0c, 0x14, 0x24, 0x44, 0x84, 0xc4]) {
        const words = [word, fields + BigInt(code)];
        // As a Transfer or a withdrawal nobody has signed it; alone the Withdraw is over another second word.
        await refused(state, overWords(state, op, words), /SignedWord|SignedSlot|Batch/);
      }
    });

    it("C23: changes nothing, and is in front of no other cells", async () => {
      const { state, alice } = wideWorld();
      const op = signOp(state, alice, exactOf());
      const [first, second] = exactWithdrawal(state, op);
      for (const cell of [keyCell(0), cellOf(0)]) {
        await refused(state, [first, adding(second, cell, 1n)], /Memory/);
      }
      const inFrontOf = (from: number, to: number): Slot =>
        withAccess(second, (access, cell, write) => access(cell === from ? to : cell, write));
      for (const [from, to] of [
        [keyCell(0), keyCell(1)],
        [cellOf(0), cellOf(11)],
        [cellOf(0), cellOf(2)],
      ]) {
        // A free cell reads as balance cell 0 does.
        const signed = [first, inFrontOf(from, to)];
        await refused(state, signed, DIGEST);
      }
    });

    it("C23: the first slot's access that it does not need changes nothing", async () => {
      const { state, alice } = wideWorld();
      const [first, second] = exactWithdrawal(state, signOp(state, alice, exactOf()));
      await refused(state, [adding(first, cellOf(0), 7n), second], /Memory/);
    });
  });

  it("reads words as the layouts say", () => {
    const { recipient } = exactOf();
    const words = encodeSigned(exactOf({ ...OF_ZUSD, chain: 9, asset: 3, amount: 10n, minOut: 20n, fee: 30n }));
    const to = { recipient: BigInt(recipient), asset: 3n };
    expect(words).to.deep.equal([
      pack(WithdrawWord, { op: 0x89n, from: BigInt(CELLS.aliceZusd), amount: 0n, fee: 30n, ...to }),
      pack(ExactWord, { op: 4n, minOut: 20n, amount: 10n }),
    ]);
  });
});
