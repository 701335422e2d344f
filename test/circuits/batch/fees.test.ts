import { expect } from "chai";
import { FEE_SLOTS, TransferWord, ZUSD, field, packFee, unpackFee } from "../../../protocol/spec";
import { encodeSigned, type SignedOp, type State } from "../../../protocol/state";
import { checkStatement } from "../../../protocol/witness";
import { circuit, type CircuitTester } from "../../fixtures/circom";
import { expectNoSurvivors } from "../mutation";
import {
  adding,
  draft,
  exactWithdrawal,
  forgedInput,
  noop,
  opening,
  payment,
  secondWord,
  signWords,
  withAccess,
  withWords,
  type Slot,
} from "./forgery";
import { Judge, constraint } from "./judge";
import {
  CELLS,
  GOLD,
  OF_ZUSD,
  SILVER,
  SMALL,
  alter,
  cellOf,
  depositOf,
  exactOf,
  exitOf,
  openOf,
  signOp,
  transferOf,
  wideWorld,
  withdrawOf,
  type Content,
} from "./world";

/** Where the circuit refuses. */
const PAYS_TOO_MUCH = constraint("signedSlot", "Range(BALANCE_BITS())(fromBalance)");
const SLOT_IS_FULL = constraint("fees", "Range(BALANCE_BITS())(balance + sum[signedOps])");
const NO_FEE_FIELD = constraint("signedWord", "isSecond * (packedFee + toLow) ===");
const SIGNATURE = /EdDSAVerify/;
const MEMORY = /Memory/;
const DIGEST = constraint("batch", "digest ===");

const MAX_BALANCE = (1n << 128n) - 1n;
/** Of any 12 bits. */
const MAX_FEE = 127n * 10n ** 31n;

const { feesGold, feesZusd, feesSilver } = CELLS;
const FEE_CELLS = [feesGold, feesZusd, feesSilver, 0];

describe("Batch: fees", () => {
  let judge: Judge;
  before(async () => {
    judge = await Judge.create();
  });

  /** An honest batch, and what each of the listed cells gains in it. */
  async function gains(state: State, content: Content, cells: readonly number[]): Promise<bigint[]> {
    const { touched } = await judge.accepts(state, content);
    return cells.map((cell) => {
      const found = touched.find(({ index }) => index === cellOf(cell));
      return found ? found.new - found.old : 0n;
    });
  }

  it("accepts the unchecked slots of these tests when all is allowed", async () => {
    const { state, alice, bob } = wideWorld();
    const cell = state.counters().nextBalance;
    const terms = { feeCells: FEE_CELLS };
    const transfer = payment(state, signOp(state, alice, transferOf({ fee: 3n })), { fee: 3n });
    const withdraw = payment(state, signOp(state, alice, withdrawOf({ fee: 5n })), { fee: 5n });
    await judge.proves(state, { ...terms, signed: [transfer, withdraw], fees: [3n, 0n, 5n] });
    const exact = exactWithdrawal(state, signOp(state, alice, exactOf({ ...OF_ZUSD, fee: 7n })), { fee: 7n });
    await judge.proves(state, { ...terms, signed: exact, fees: [0n, 7n] });
    const opens = opening(state, signOp(state, bob, openOf({ cell, fee: 9n })), { fee: 9n });
    await judge.proves(state, { ...terms, signed: opens, fees: [9n] });
  });

  describe("which slot", () => {
    it("of each kind of op and token: the slot with its token, and no other cell", async () => {
      const { state, alice, bob } = wideWorld();
      const cell = state.counters().nextBalance;
      const collect = [feesGold, feesZusd, feesSilver, 0];
      for (const feeCells of [FEE_CELLS, [0, feesSilver, feesGold, feesZusd], [feesZusd, 0, feesSilver, feesGold]]) {
        const of = (...ops: SignedOp[]): Promise<bigint[]> => gains(state, { ops, feeCells }, collect);
        const transfer = signOp(state, alice, transferOf({ fee: 3n }));
        const withdraw = signOp(state, alice, withdrawOf({ fee: 120n }));
        expect(await of(transfer, withdraw)).to.deep.equal([3n, 0n, 120n, 0n]);
        expect(await of(signOp(state, alice, exactOf({ fee: 4n })))).to.deep.equal([0n, 0n, 4n, 0n]);
        const zusd = exactOf({ ...OF_ZUSD, fee: 5n, minOut: 1n });
        expect(await of(signOp(state, alice, zusd))).to.deep.equal([0n, 5n, 0n, 0n]);
        expect(await of(signOp(state, bob, openOf({ cell, fee: 6n })))).to.deep.equal([6n, 0n, 0n, 0n]);
      }
    });

    it("the fees of both slots of ops add up", async () => {
      const { state, alice, bob } = wideWorld();
      const ops = [
        signOp(state, alice, transferOf({ fee: 3n })),
        signOp(state, bob, transferOf({ from: 2, to: 3, account: 3, fee: 4n })),
      ];
      expect(await gains(state, { ops, feeCells: FEE_CELLS }, [feesGold])).to.deep.equal([7n]);
      const signed = ops.map((op, i) => payment(state, op as never, { fee: [3n, 4n][i] }));
      for (const sum of [0n, 3n, 4n, 6n, 8n]) {
        await judge.refuses(state, { signed, feeCells: FEE_CELLS, fees: [sum] }, MEMORY);
      }
    });

    it("C7: the first of two with one token, be it one cell or two", async () => {
      const { state, alice } = wideWorld();
      const op = signOp(state, alice, transferOf({ fee: 3n }));
      const signed = [payment(state, op, { fee: 3n }), noop];
      for (const [feeCells, first] of [
        [[feesGold, 3, 0, 0], 0],
        [[3, feesGold, 0, 0], 0],
        [[feesSilver, 0, 3, feesGold], 2],
        [[0, feesZusd, feesGold, feesGold], 2],
        [[feesGold, feesGold, feesGold, feesGold], 0],
      ] as const) {
        const honest = Array.from({ length: FEE_SLOTS }, (_, i) => (i === first ? 3n : 0n));
        await judge.proves(state, { signed, feeCells, fees: honest });
        for (let other = 0; other < FEE_SLOTS; other++) {
          if (other === first) continue;
          const fees = honest.map((_, i) => (i === other ? 3n : 0n));
          // To one cell in another access: what it reads in between is another.
          await judge.refuses(state, { signed, feeCells, fees }, MEMORY);
          await judge.refuses(state, { signed, feeCells, fees: honest.map((fee, i) => fee + fees[i]) }, MEMORY);
        }
      }
      expect(await gains(state, { ops: [op], feeCells: [3, feesGold, 0, 0] }, [3, feesGold])).to.deep.equal([3n, 0n]);
    });

    it("none of the token: nothing is charged, whatever was signed", async () => {
      const { state, alice } = wideWorld();
      for (const feeCells of [
        [0, 0, 0, 0],
        [feesZusd, feesSilver, 0, 0],
      ]) {
        const op = signOp(state, alice, transferOf({ amount: 1_000_000n, fee: 3n }));
        const cells = [2, feesZusd, feesSilver, 0];
        expect(await gains(state, { ops: [op], feeCells }, cells)).to.deep.equal([1_000_000n, 0n, 0n, 0n]);
        const less = signOp(state, alice, transferOf({ fee: 3n }));
        const charged = [payment(state, less, { fee: 3n }), noop];
        await judge.refuses(state, { signed: charged, feeCells }, MEMORY);
        for (const fees of [[3n], [0n, 3n], [0n, 0n, 3n], [0n, 0n, 0n, 3n]]) {
          await judge.refuses(state, { signed: charged, feeCells, fees }, MEMORY);
          await judge.refuses(state, { signed: [payment(state, less), noop], feeCells, fees }, MEMORY);
        }
      }
    });

    it("C7: not in balance cell 0, which has no token", async () => {
      const { state, alice } = wideWorld();
      const op = signOp(state, alice, transferOf({ fee: 3n }));
      for (const fee of [0n, 3n]) {
        await judge.refuses(state, { signed: [payment(state, op, { fee }), noop], fees: [3n] }, MEMORY);
      }
      await judge.refuses(state, { fees: [0n, 0n, 0n, 1n] }, MEMORY);
    });

    it("C7: not in a free cell, nor in one of another token of the same chain", async () => {
      const { state, alice } = wideWorld();
      const op = signOp(state, alice, transferOf({ fee: 3n }));
      for (const [cell, token] of [
        [11, undefined],
        [feesGold, GOLD + 1],
        [feesGold, 1],
      ] as const) {
        if (token !== undefined) alter(state, cell, { token });
        const feeCells = [cell, 0, 0, 0];
        await judge.proves(state, { signed: [payment(state, op), noop], feeCells });
        await judge.refuses(state, { signed: [payment(state, op, { fee: 3n }), noop], feeCells, fees: [3n] }, MEMORY);
      }
    });

    it("C7: in a cell that the batch itself opens: it has its token after the ops", async () => {
      const { state, alice, bob } = wideWorld();
      const cell = state.counters().nextBalance;
      const feeCells = [cell, feesGold, 0, 0];
      const slots = (fee: bigint): readonly Slot[] =>
        opening(state, signOp(state, bob, openOf({ cell, token: GOLD, fee: 9n })), { fee });
      await judge.proves(state, { signed: slots(9n), feeCells, fees: [9n] });
      await judge.refuses(state, { signed: slots(9n), feeCells, fees: [0n, 9n] }, MEMORY);
      await judge.refuses(state, { signed: slots(0n), feeCells }, MEMORY);
      const other = opening(state, signOp(state, alice, openOf({ cell, from: 4, token: GOLD, fee: 9n })), { fee: 0n });
      await judge.proves(state, { signed: other, feeCells });
    });
  });

  describe("how much", () => {
    it("C5: with the amount the whole balance, not a unit more", async () => {
      const { state, alice } = wideWorld();
      const all = { amount: 999_900n, fee: 100n };
      await judge.accepts(state, { ops: [signOp(state, alice, transferOf(all))], feeCells: FEE_CELLS });
      const more = signOp(state, alice, transferOf({ amount: 999_901n, fee: 100n }));
      const signed = [payment(state, more, { fee: 100n }), noop];
      await judge.refuses(state, { signed, feeCells: FEE_CELLS, fees: [100n] }, PAYS_TOO_MUCH);
      // Without a slot for it the fee is no hindrance.
      await judge.accepts(state, { ops: [more], feeCells: [feesZusd, 0, 0, 0] });

      const exact = { amount: 4_950n, fee: 50n };
      await judge.accepts(state, { ops: [signOp(state, alice, exactOf(exact))], feeCells: FEE_CELLS });
      const tooMuch = signOp(state, alice, exactOf({ ...exact, amount: 4_951n }));
      const slots = exactWithdrawal(state, tooMuch, { fee: 50n });
      await judge.refuses(state, { signed: slots, feeCells: FEE_CELLS, fees: [0n, 0n, 50n] }, PAYS_TOO_MUCH);
    });

    it("C5: from a cell with less than the fee, or nothing", async () => {
      const { state, bob } = wideWorld();
      const cell = state.counters().nextBalance;
      for (const [balance, fee] of [
        [0n, 1n],
        [99n, 100n],
        [0n, MAX_FEE],
      ]) {
        alter(state, 2, { balance });
        const slots = opening(state, signOp(state, bob, openOf({ cell, fee })), { fee });
        await judge.refuses(state, { signed: slots, feeCells: FEE_CELLS, fees: [fee] }, PAYS_TOO_MUCH);
      }
    });

    it("C5: the largest fee word", async () => {
      const { state, alice } = wideWorld();
      const packed = (1n << 12n) - 1n;
      expect([unpackFee(packed), packFee(MAX_FEE)]).to.deep.equal([MAX_FEE, packed]);
      alter(state, 1, { balance: MAX_FEE });
      const op = signOp(state, alice, transferOf({ amount: 0n, fee: MAX_FEE }));
      expect(await gains(state, { ops: [op], feeCells: FEE_CELLS }, [feesGold])).to.deep.equal([MAX_FEE]);
      alter(state, 1, { balance: MAX_FEE - 1n });
      const signed = [payment(state, op, { fee: MAX_FEE }), noop];
      await judge.refuses(state, { signed, feeCells: FEE_CELLS, fees: [MAX_FEE] }, PAYS_TOO_MUCH);
    });

    it("C5: a slot's balance reaches 2^128 - 1, not 2^128", async () => {
      const { state, alice, bob } = wideWorld();
      const ops = [
        signOp(state, alice, transferOf({ fee: 3n })),
        signOp(state, bob, transferOf({ from: 2, to: 3, account: 3, fee: 4n })),
      ] as const;
      const signed = [payment(state, ops[0], { fee: 3n }), payment(state, ops[1], { fee: 4n })];
      alter(state, feesGold, { balance: MAX_BALANCE - 7n });
      await judge.accepts(state, { ops: [...ops], feeCells: FEE_CELLS });
      alter(state, feesGold, { balance: MAX_BALANCE - 6n });
      await judge.refuses(state, { signed, feeCells: FEE_CELLS, fees: [7n] }, SLOT_IS_FULL);
      // Carried into the nonce or not at all.
      await judge.refuses(state, { signed, feeCells: FEE_CELLS, fees: [7n - (1n << 128n)] }, SLOT_IS_FULL);
      await judge.refuses(state, { signed, feeCells: FEE_CELLS, fees: [6n] }, SLOT_IS_FULL);
      // A second slot with the token does not take what the first cannot.
      await judge.refuses(state, { signed, feeCells: [feesGold, 3, 0, 0], fees: [0n, 7n] }, SLOT_IS_FULL);
    });

    it("C25: another fee than signed", async () => {
      const { state, alice, bob } = wideWorld();
      const cell = state.counters().nextBalance;
      const terms = { feeCells: FEE_CELLS };
      for (const fee of [0n, 2n, 4n, 127n]) {
        const transfer = payment(state, { ...signOp(state, alice, transferOf({ fee: 3n })), fee }, { fee });
        await judge.refuses(state, { ...terms, signed: [transfer, noop], fees: [fee] }, SIGNATURE);
        const withdraw = payment(state, { ...signOp(state, alice, withdrawOf({ fee: 3n })), fee }, { fee });
        await judge.refuses(state, { ...terms, signed: [noop, withdraw], fees: [0n, 0n, fee] }, SIGNATURE);
        const exact = { ...signOp(state, alice, exactOf({ fee: 3n })), fee };
        const slots = exactWithdrawal(state, exact, { fee });
        await judge.refuses(state, { ...terms, signed: slots, fees: [0n, 0n, fee] }, SIGNATURE);
        const opens = opening(state, { ...signOp(state, bob, openOf({ cell, fee: 3n })), fee }, { fee });
        await judge.refuses(state, { ...terms, signed: opens, fees: [fee] }, SIGNATURE);
      }
    });

    it("C25: the same fee packed in another way", async () => {
      const { state, alice } = wideWorld();
      const { offset } = field(TransferWord, "fee");
      const op = transferOf({ fee: 10n });
      const [word] = encodeSigned(op);
      // 1·10^1 in place of 10·10^0.
      const other = word + (((1n << 7n) + 1n - 10n) << BigInt(offset));
      const slotOf = (of: State, signedWord: bigint): Slot =>
        payment(of, { ...op, ...signWords(of, alice, op.from, [signedWord]) }, { word: other, fee: 10n });
      const terms = { feeCells: FEE_CELLS, fees: [10n] };
      await judge.refuses(state, { ...terms, signed: [slotOf(state, word), noop] }, SIGNATURE);
      // Signed so, it is the circuit's to accept; the statement in TypeScript knows the smallest exponent alone.
      const input = forgedInput(state, draft(state, { ...terms, signed: [slotOf(state, other), noop] }));
      await judge.tester.expectPass({ ...input });
      expect(() => checkStatement(SMALL, input)).to.throw();
    });

    it("C28: charged, but not paid to the slot; paid, but not charged; neither; more or less", async () => {
      const { state, alice } = wideWorld();
      const op = signOp(state, alice, transferOf({ fee: 3n }));
      for (const [charged, paid] of [
        [3n, 0n],
        [0n, 3n],
        [0n, 0n],
        [3n, 2n],
        [3n, 4n],
        [2n, 3n],
        [4n, 4n],
        [2n, 2n],
        [6n, 6n],
      ]) {
        const signed = [payment(state, op, { fee: charged }), noop];
        await judge.refuses(state, { signed, feeCells: FEE_CELLS, fees: [paid] }, MEMORY);
      }
    });

    it("C28: into the prover's own cell, by the slot's access or by another", async () => {
      const { state, alice } = wideWorld();
      const op = signOp(state, alice, transferOf({ fee: 3n }));
      const slot = payment(state, op, { fee: 3n });
      const elsewhere = draft(state, { signed: [slot, noop], feeCells: FEE_CELLS, fees: [3n] });
      const at = elsewhere.accesses.findLastIndex(({ cell }) => cell === cellOf(feesGold));
      // The slot's access to carol's cell of the same token, and to one that has all but the balance.
      for (const cell of [3, 11]) {
        const value = cell === 3 ? state.read(cellOf(3)) : state.read(cellOf(feesGold)) - 1n;
        state.write(cellOf(cell), value);
        const accesses = elsewhere.accesses.map((access, k) =>
          k === at ? { cell: cellOf(cell), value, written: value + 3n } : access,
        );
        await judge.refusesDraft(state, { ...elsewhere, accesses }, DIGEST);
      }
      // The Noop's accesses, and the receiving cell's.
      const noopTo3 = withAccess(noop, (access, cell) =>
        access(cell === cellOf(0) ? cellOf(3) : cell, (value) => value + (cell === cellOf(0) ? 3n : 0n)),
      );
      await judge.refuses(state, { signed: [slot, noopTo3], feeCells: FEE_CELLS }, DIGEST);
      await judge.refuses(state, { signed: [adding(slot, cellOf(2), 3n), noop], feeCells: FEE_CELLS }, MEMORY);
    });
  });

  describe("C7: the slot's cell is in the ops, too", () => {
    it("as paying and receiving cell, or either: serial, and nothing is lost", async () => {
      const { state, alice, bob } = wideWorld();
      const nonce = 1n << 128n;
      const self = signOp(state, alice, transferOf({ to: 1, account: 1, amount: 999_997n, fee: 3n }));
      expect(await gains(state, { ops: [self], feeCells: [1, 0, 0, 0] }, [1])).to.deep.equal([nonce]);
      const pays = signOp(state, alice, transferOf({ amount: 100n, fee: 3n }));
      expect(await gains(state, { ops: [pays], feeCells: [1, 0, 0, 0] }, [1, 2])).to.deep.equal([nonce - 100n, 100n]);
      expect(await gains(state, { ops: [pays], feeCells: [2, 0, 0, 0] }, [1, 2])).to.deep.equal([nonce - 103n, 103n]);
      // Fees arrive after all ops: what alice's cell collects in the batch it cannot spend there.
      const first = signOp(state, bob, transferOf({ from: 2, to: 3, account: 3, fee: 9n }));
      const spends = signOp(state, alice, transferOf({ amount: 1_000_001n }));
      const signed = [payment(state, first, { fee: 9n }), payment(state, spends)];
      await judge.refuses(state, { signed, feeCells: [1, 0, 0, 0], fees: [9n] }, PAYS_TOO_MUCH);
    });

    it("that it is read before the op that pays it", async () => {
      const { state, alice } = wideWorld();
      const pays = signOp(state, alice, transferOf({ amount: 100n, fee: 3n }));
      const forged = draft(state, {
        signed: [payment(state, pays, { fee: 3n }), noop],
        feeCells: [1, 0, 0, 0],
        fees: [3n],
      });
      const at = forged.accesses.findLastIndex(({ cell }) => cell === cellOf(1));
      const old = state.read(cellOf(1));
      forged.accesses[at] = { cell: cellOf(1), value: old, written: old + 3n };
      await judge.refusesDraft(state, forged, MEMORY);
    });

    it("is emptied by a FullExit or filled by a Deposit", async () => {
      const { state, alice, fees } = wideWorld();
      const ops = [signOp(state, alice, transferOf({ fee: 3n }))];
      const exit = exitOf(fees, { account: 4, cell: feesGold });
      expect(await gains(state, { requests: [exit], ops, feeCells: FEE_CELLS }, [feesGold])).to.deep.equal([3n - 10n]);
      const deposit = depositOf(fees, { chain: 1, token: GOLD, amount: 5n, account: 4, cell: feesGold });
      expect(await gains(state, { requests: [deposit], ops, feeCells: FEE_CELLS }, [feesGold])).to.deep.equal([8n]);
    });
  });

  describe("C28: words without a fee", () => {
    const FEE = BigInt(field(TransferWord, "fee").offset);

    it("a fee in a Noop's, an OpenTo's or an Exact's", async () => {
      const { state, alice, bob } = wideWorld();
      const cell = state.counters().nextBalance;
      const terms = { feeCells: FEE_CELLS };
      const noopWithFee = withWords(noop, () => 3n << FEE);
      for (const signed of [
        [noopWithFee, noop],
        [noop, noopWithFee],
      ]) {
        await judge.refuses(state, { ...terms, signed }, constraint("signedWord", "isNoop * word ==="));
      }
      const open = openOf({ cell, token: GOLD });
      const words = encodeSigned(open);
      for (const bit of [0n, 6n, 7n, 11n]) {
        const opened = words[1] | (1n << (FEE + bit));
        const [first, second] = opening(state, { ...open, ...signWords(state, bob, open.from, [words[0], opened]) });
        await judge.refuses(state, { ...terms, signed: [first, withWords(second, () => opened)] }, NO_FEE_FIELD);
        const exact = exactOf();
        const [word, plain] = encodeSigned(exact);
        const withFee = plain | (1n << (FEE + bit));
        const authorised = { ...exact, ...signWords(state, alice, exact.from, [word, withFee]) };
        const [withdraws] = exactWithdrawal(state, authorised);
        await judge.refuses(state, { ...terms, signed: [withdraws, secondWord(withFee)] }, NO_FEE_FIELD);
      }
    });

    it("a fee of an OpenTo into the slot of the new cell's token", async () => {
      const { state, bob } = wideWorld();
      const cell = state.counters().nextBalance;
      // Bob pays GOLD for a cell of SILVER: the fee is in GOLD.
      const slots = opening(state, signOp(state, bob, openOf({ cell, token: SILVER, fee: 3n })), { fee: 3n });
      await judge.proves(state, { signed: slots, feeCells: FEE_CELLS, fees: [3n] });
      await judge.refuses(state, { signed: slots, feeCells: FEE_CELLS, fees: [0n, 0n, 3n] }, MEMORY);
      await judge.refuses(state, { signed: slots, feeCells: FEE_CELLS, fees: [3n, 0n, 3n] }, MEMORY);
    });

    it("Noops and queue ops pay nothing into any slot", async () => {
      const { state } = wideWorld();
      for (const fees of [[1n], [0n, 1n], [0n, 0n, 1n], [0n, 0n, 0n, 1n]]) {
        await judge.refuses(state, { feeCells: [feesGold, feesZusd, feesSilver, 3], fees }, MEMORY);
      }
      // Nor does a slot's access change nonce, token or account.
      for (const bit of [128n, 168n, 184n]) {
        await judge.refuses(state, { feeCells: FEE_CELLS, fees: [1n << bit] }, MEMORY);
      }
    });

    it("C21, C22: a slot's cell that is none: it is read in full", async () => {
      const { state } = wideWorld();
      for (const value of [16n << 184n, 1n << 208n, 1n << 252n]) {
        state.write(cellOf(11), value);
        await judge.refuses(state, { feeCells: [11, 0, 0, 0] }, /BalanceCell/);
      }
    });
  });

  describe("Fee", () => {
    let fee: CircuitTester;
    before(async () => {
      fee = await circuit("batch/fees.circom", "Fee");
    });

    it("is for the first slot with the token, whatever the others are", async () => {
      const tokens = [0, ZUSD, GOLD];
      for (let i = 0; i < tokens.length ** FEE_SLOTS; i++) {
        const slotToken = Array.from({ length: FEE_SLOTS }, (_, slot) => tokens[Math.floor(i / 3 ** slot) % 3]);
        for (const token of [ZUSD, GOLD, SILVER]) {
          const first = slotToken.indexOf(token);
          const paid = slotToken.map((_, slot) => (slot === first ? 7n : 0n));
          await fee.expectPass({ token, fee: 7n, slotToken }, { paid, out: first < 0 ? 0n : 7n });
        }
      }
    });

    it("is 0 where there is none to pay, also with token 0 as in slots that are not used", async () => {
      const none = { paid: [0n, 0n, 0n, 0n], out: 0n };
      await fee.expectPass({ token: 0, fee: 0n, slotToken: [0, 0, 0, 0] }, none);
      await fee.expectPass({ token: GOLD, fee: 0n, slotToken: [0, GOLD, GOLD, 0] }, none);
    });

    it("C5: of the largest size", async () => {
      const slotToken = [GOLD, 65_535, 65_535, 0];
      await fee.expectPass({ token: 65_535, fee: MAX_FEE, slotToken }, { paid: [0n, MAX_FEE, 0n, 0n], out: MAX_FEE });
    });

    it("C2: no signal can be changed alone", async () => {
      const none = await fee.expectPass({ token: GOLD, fee: 7n, slotToken: [ZUSD, 0, SILVER, 5] });
      // A fee that finds no slot may be any.
      await expectNoSurvivors(fee, none, ["fee"]);
      // `IsZero` says nothing of the inverse of a difference that is 0, and nothing else uses it.
      const some = await fee.expectPass({ token: GOLD, fee: 7n, slotToken: [ZUSD, GOLD, SILVER, GOLD] });
      await expectNoSurvivors(fee, some, /\.inverse$/);
    });
  });

  describe("FeeSlot", () => {
    let slot: CircuitTester;
    before(async () => {
      slot = await circuit("batch/fees.circom", "FeeSlot", [3]);
    });

    it("C5: adds up to a balance below 2^128, and leaves the rest of the cell", async () => {
      const rest = 0x1234_5678_9abcn << 128n;
      for (const [balance, paid] of [
        [0n, [0n, 0n, 0n]],
        [5n, [1n, 2n, 3n]],
        [MAX_BALANCE - 6n, [1n, 2n, 3n]],
        [MAX_BALANCE - 3n * MAX_FEE, [MAX_FEE, MAX_FEE, MAX_FEE]],
        [MAX_BALANCE, [0n, 0n, 0n]],
      ] as const) {
        const sum = paid[0] + paid[1] + paid[2];
        await slot.expectPass({ value: rest + balance, balance, paid: [...paid] }, { written: rest + balance + sum });
      }
      for (const [balance, paid] of [
        [MAX_BALANCE - 5n, [1n, 2n, 3n]],
        [MAX_BALANCE, [0n, 0n, 1n]],
        [MAX_BALANCE + 1n - MAX_FEE, [0n, MAX_FEE, 0n]],
      ] as const) {
        await slot.expectFail({ value: rest + balance, balance, paid: [...paid] }, "FeeSlot");
      }
    });

    it("C2: no signal can be changed alone", async () => {
      const witness = await slot.expectPass({ value: 12n, balance: 12n, paid: [1n, 2n, 3n] });
      await expectNoSurvivors(slot, witness);
    });
  });
});
