import { expect } from "chai";
import fc from "fast-check";
import { ZUSD, balanceCell, floorFee, packFee, unpackFee, type Size } from "../../../../protocol/spec";
import {
  applyFees,
  applySigned,
  decodeHeader,
  encodeBalance,
  FullFeeCellError,
  runFees,
  type Memory,
  type SignedOp,
  type State,
  type Transfer,
  type UnsignedOp,
} from "../../../../protocol/state";
import { buildBatch, type BatchContent } from "../../../../protocol/witness";
import {
  SMALL_BITS,
  TOKEN_A,
  TOKEN_B,
  alice,
  bob,
  contentOf,
  ledgerOf,
  mallory,
  zusdState,
} from "../../../fixtures/states";
import { depositOf, exitOf, signOp } from "../../../fixtures/users";
import { NOW, expectRefused } from "./behavior";

// Alice's cells 1 and 4 hold 1,000 and 1 of token A, 3 holds 500 of token B, 5 holds 100 zUSD; bob's 2 and 6 hold 20 of token A and 40 zUSD.
const transfer: Transfer = { op: "Transfer", from: 1, to: 2, account: 2, amount: 300n, fee: 12n };
const ops: Record<string, UnsignedOp> = {
  Transfer: transfer,
  Withdraw: {
    op: "Withdraw",
    from: 1,
    amount: 300n,
    recipient: bob.address,
    chain: 1,
    isZusd: false,
    asset: 1,
    fee: 12n,
  },
  WithdrawExact: {
    op: "WithdrawExact",
    from: 1,
    amount: 300n,
    recipient: bob.address,
    chain: 1,
    isZusd: false,
    asset: 1,
    minOut: 0n,
    fee: 12n,
  },
  Open: { op: "Open", from: 1, cell: 7, token: TOKEN_B, account: 2, fee: 12n },
};
const signed = (state: State, change: Partial<Transfer> = {}) => signOp(state, alice, { ...transfer, ...change });
const amountOf = (op: UnsignedOp) => (op.op === "Open" ? 0n : op.amount);

describe("fees", () => {
  for (const [name, op] of Object.entries(ops)) {
    describe(`of ${name}`, () => {
      it("go to the first slot of the paying cell's token", () => {
        for (const [feeCells, slot] of [
          [[2, 0, 0, 0], 0],
          [[3, 5, 4, 1], 2],
          [[0, 0, 0, 1], 3],
          [[2, 1, 4, 2], 0],
        ] as const) {
          const state = zusdState();
          const { fee } = applySigned(state, signOp(state, alice, op), { timestamp: NOW, feeCells });
          expect(fee).to.deep.equal({ slot, amount: 12n });
          expect(state.balance(1).balance).to.equal(1000n - amountOf(op) - 12n);
        }
      });

      it("are not charged without a slot of the token", () => {
        for (const feeCells of [undefined, [0, 0, 0, 0], [3, 5, 6, 3], [9, 0, 15, 0]]) {
          const state = zusdState();
          const { fee } = applySigned(state, signOp(state, alice, op), { timestamp: NOW, feeCells });
          expect(fee).to.equal(undefined);
          expect(state.balance(1).balance).to.equal(1000n - amountOf(op));
        }
      });

      it("and amount may take the whole balance, and not one unit more", () => {
        const state = zusdState();
        const feeCells = [1, 0, 0, 0];
        const cell = (balance: bigint) =>
          state.write(17, encodeBalance(SMALL_BITS, { balance, nonce: 0, token: TOKEN_A, account: 1 }));
        const all = amountOf(op) + 12n;
        cell(all - 1n);
        const rule = `exceeds the balance of cell 1 (${amountOf(op)} and a fee of 12 > ${all - 1n})`;
        expectRefused(state, signOp(state, alice, op), "amount", rule, { feeCells });
        cell(all);
        applySigned(state, signOp(state, alice, op), { timestamp: NOW, feeCells });
        expect(state.balance(1)).to.deep.include({ balance: 0n, nonce: 1 });
      });
    });
  }

  it("of nothing are paid into the slot all the same", () => {
    const state = zusdState();
    const op = signed(state, { fee: 0n, amount: 1000n });
    expect(applySigned(state, op, { timestamp: NOW, feeCells: [1, 0, 0, 0] }).fee).to.deep.equal({
      slot: 0,
      amount: 0n,
    });
  });

  it("are exact in 7 bits and a power of ten", () => {
    for (const [fee, packed] of [
      [0n, 0n],
      [1n, 1n],
      [127n, 127n],
      [130n, 13n | (1n << 7n)],
      [1270n, 127n | (1n << 7n)],
      [127n * 10n ** 31n, 127n | (31n << 7n)],
    ]) {
      expect(packFee(fee)).to.equal(packed);
      expect(unpackFee(packed)).to.equal(fee);
      expect(floorFee(fee)).to.equal(fee);
    }
    expect(() => packFee(128n)).to.throw("fee 128 is not exact in a packed fee; the nearest below is 120");
    const most = 127n * 10n ** 31n;
    expect(() => packFee(most + 1n)).to.throw(`the nearest below is ${most}`);
    expect(() => packFee(128n * 10n ** 31n)).to.throw(`the nearest below is ${most}`);
    expect(() => unpackFee(1n << 12n)).to.throw("packed fee must be below 2^12, got 4096");
    expect(() => unpackFee(-1n)).to.throw("packed fee must be below 2^12, got -1");
    expect(floorFee(2n ** 128n)).to.equal(most);
  });

  it("may be as large as they pack", () => {
    const state = zusdState();
    const fee = 127n * 10n ** 31n;
    state.write(17, encodeBalance(SMALL_BITS, { balance: fee + 1n, nonce: 0, token: TOKEN_A, account: 1 }));
    const op = signed(state, { amount: 1n, fee });
    expect(applySigned(state, op, { timestamp: NOW, feeCells: [1, 0, 0, 0] }).fee).to.deep.equal({
      slot: 0,
      amount: fee,
    });
    expect(state.balance(1).balance).to.equal(0n);
  });

  describe("are collected at the end of a batch", () => {
    const SIZE: Size = { name: "small", cellBits: SMALL_BITS, queueOps: 2, signedOps: 4, gatePower: 0 };
    const content = (change: Partial<BatchContent>): BatchContent => ({
      size: SIZE,
      number: 1,
      timestamp: NOW,
      requests: [],
      ops: [],
      ...change,
    });
    /** Ops signed one after the other, as a batch with these fee cells executes them. */
    function sequence(state: State, feeCells: number[], list: UnsignedOp[], by = alice): SignedOp[] {
      const draft = state.clone();
      return list.map((op) => {
        const made = signOp(draft, by, op);
        applySigned(draft, made, { timestamp: NOW, feeCells });
        return made;
      });
    }

    it("one sum for each slot, in the order of the slots", () => {
      const state = zusdState();
      const feeCells = [6, 2, 0, 3];
      const list: UnsignedOp[] = [
        transfer,
        { ...transfer, fee: 130n },
        { ...transfer, from: 5, to: 5, account: 1, amount: 1n, fee: 7n },
        { ...transfer, from: 3, to: 3, account: 1, amount: 1n, fee: 9n },
      ];
      const trace = buildBatch(state, content({ feeCells, ops: sequence(state, feeCells, list) }));
      expect(trace.report.included).to.deep.equal([0, 1, 2, 3]);
      expect(trace.effects.fees).to.deep.equal([7n, 142n, 0n, 9n]);
      expect([1, 2, 3, 5, 6].map((cell) => state.balance(cell).balance)).to.deep.equal([258n, 762n, 500n, 93n, 47n]);
      // zUSD moved inside of the rollup: the ledger knows nothing of it.
      expect(ledgerOf(state)).to.deep.equal(ledgerOf(zusdState()));
      const last = trace.accesses.slice(-4).map(({ cell, value, written }) => [cell, written - value]);
      expect(last).to.deep.equal([
        [22, 7n],
        [18, 142n],
        [16, 0n],
        [19, 9n],
      ]);
      expect(trace.words[0] >> 136n).to.equal(6n | (2n << 23n) | (3n << 69n));
    });

    it("and all go to the first of two slots of one token, or of one cell", () => {
      for (const feeCells of [
        [2, 4, 0, 0],
        [2, 2, 2, 2],
        [3, 2, 4, 1],
      ]) {
        const state = zusdState();
        const list = [transfer, transfer];
        const trace = buildBatch(state, content({ feeCells, ops: sequence(state, feeCells, list) }));
        const slot = feeCells.indexOf(2);
        expect(trace.effects.fees).to.deep.equal([0, 1, 2, 3].map((i) => (i === slot ? 24n : 0n)));
        expect(state.balance(2).balance).to.equal(20n + 600n + 24n);
        expect(state.balance(4).balance).to.equal(1n);
      }
    });

    it("so a fee cell cannot spend the fees of its own batch", () => {
      const state = zusdState();
      const feeCells = [2, 0, 0, 0];
      const [first] = sequence(state, feeCells, [{ ...transfer, amount: 0n, fee: 50n }]);
      const spend = signOp(state, bob, { ...transfer, from: 2, to: 2, amount: 21n, fee: 0n });
      const trace = buildBatch(state, content({ feeCells, ops: [first, spend] }));
      expect(trace.report.rejected.map(({ op, error }) => [op, error.message])).to.deep.equal([
        [1, "Transfer.amount exceeds the balance of cell 2 (21 > 20)"],
      ]);
      expect(state.balance(2).balance).to.equal(70n);
      buildBatch(state, content({ number: 2, feeCells, ops: [spend] }));
      expect(state.balance(2)).to.deep.include({ balance: 70n, nonce: 1 });
    });

    it("also by a fee cell that pays and receives itself", () => {
      const state = zusdState();
      const feeCells = [1, 0, 0, 0];
      const list: UnsignedOp[] = [
        { ...transfer, to: 1, account: 1, amount: 988n, fee: 12n },
        // The fee above is not back yet.
        { ...transfer, to: 1, account: 1, amount: 900n, fee: 80n },
      ];
      const ops = sequence(state, feeCells, list);
      const trace = buildBatch(state, content({ feeCells, ops }));
      expect(trace.report.included).to.deep.equal([0, 1]);
      expect(trace.effects.fees).to.deep.equal([92n, 0n, 0n, 0n]);
      expect(state.balance(1)).to.deep.include({ balance: 1000n, nonce: 2 });
    });

    it("also by a cell that the batch emptied or filled", () => {
      const state = zusdState();
      const feeCells = [1, 5, 0, 0];
      const requests = [
        exitOf(alice, { chain: 1, account: 1, cell: 5, token: ZUSD, payer: 1 }),
        depositOf(bob, { chain: 1, token: TOKEN_A, amount: 500n, account: 1, cell: 1, key: 0n }),
      ];
      const ops = [
        signOp(state, alice, { ...transfer, amount: 1400n, fee: 100n }),
        signOp(state, bob, { ...transfer, from: 6, to: 6, amount: 3n, fee: 3n }),
      ];
      const trace = buildBatch(state, content({ feeCells, requests, ops }));
      expect(trace.report.included).to.deep.equal([0, 1]);
      expect(trace.effects.fees).to.deep.equal([100n, 3n, 0n, 0n]);
      expect(state.balance(1)).to.deep.include({ balance: 100n, token: TOKEN_A });
      expect(state.balance(5)).to.deep.include({ balance: 3n, token: ZUSD });
      expect(ledgerOf(state)).to.deep.equal([[2, 40n]]);
    });

    it("not of ops that are rejected", () => {
      const state = zusdState();
      const feeCells = [2, 0, 0, 0];
      const wrong = signed(state, { amount: 1000n });
      const trace = buildBatch(state, content({ feeCells, ops: [wrong, signed(state)] }));
      expect(trace.report).to.deep.include({ included: [1] });
      expect(trace.effects.fees).to.deep.equal([12n, 0n, 0n, 0n]);
    });

    it("as long as their cell has room; a slot whose cell has not is left out, and nothing is charged", () => {
      const feeCells = [0, 4, 0, 0];
      const make = (room: bigint) => {
        const state = zusdState();
        const balance = 2n ** 128n - 1n - room;
        state.write(20, encodeBalance(SMALL_BITS, { balance, nonce: 0, token: TOKEN_A, account: 1 }));
        return { state, batch: content({ feeCells, ops: [signed(state)] }) };
      };
      const fits = make(12n);
      buildBatch(fits.state, fits.batch);
      expect(fits.state.balance(4).balance).to.equal(2n ** 128n - 1n);
      const { state, batch } = make(11n);
      const before = contentOf(state);
      expect(() => applyFees(state, feeCells, [0n, 12n, 0n, 0n])).to.throw(
        FullFeeCellError,
        "the fees of slot 1 make the balance of cell 4 exceed 2^128-1",
      );
      expect(contentOf(state)).to.deep.equal(before);

      const trace = buildBatch(state, batch);
      expect(trace.feeCells).to.deep.equal([0, 0, 0, 0]);
      expect(decodeHeader(trace.words[0]).feeCells).to.deep.equal([0, 0, 0, 0]);
      expect(trace.report.included).to.deep.equal([0]);
      expect(trace.effects.fees).to.deep.equal([0n, 0n, 0n, 0n]);
      expect(state.balance(4).balance).to.equal(2n ** 128n - 12n);
      expect(state.balance(1)).to.deep.include({ balance: 700n, nonce: 1 });
      expect(state.batch).to.equal(1);
    });

    it("by a later slot of the token, when the first one's cell is full, and by the others as before", () => {
      const state = zusdState();
      state.write(20, encodeBalance(SMALL_BITS, { balance: 2n ** 128n - 1n, nonce: 0, token: TOKEN_A, account: 1 }));
      const feeCells = [4, 3, 2, 1];
      const silver = { ...transfer, from: 3, to: 3, account: 1, amount: 1n, fee: 5n };
      const ops = sequence(state, [0, 3, 2, 1], [transfer, silver]);
      const trace = buildBatch(state, content({ feeCells, ops }));
      expect(trace.feeCells).to.deep.equal([0, 3, 2, 1]);
      expect(trace.effects.fees).to.deep.equal([0n, 5n, 12n, 0n]);
      expect(state.balance(2).balance).to.equal(332n);
      expect(state.balance(4).balance).to.equal(2n ** 128n - 1n);
    });

    it("by none, when all cells of the token are full", () => {
      const state = zusdState();
      const full = { balance: 2n ** 128n - 1n, nonce: 0, token: TOKEN_A };
      state.write(20, encodeBalance(SMALL_BITS, { ...full, account: 1 }));
      state.write(18, encodeBalance(SMALL_BITS, { ...full, account: 2 }));
      const spend = signed(state, { to: 1, account: 1 });
      const trace = buildBatch(state, content({ feeCells: [4, 0, 2, 4], ops: [spend] }));
      expect(trace.feeCells).to.deep.equal([0, 0, 0, 0]);
      expect(trace.report.included).to.deep.equal([0]);
      expect(state.balance(1).balance).to.equal(1000n);
    });

    it("C28: not by a cell that is free, also if the batch opens it, or that does not exist", () => {
      const state = zusdState();
      const before = contentOf(state);
      const requests = [depositOf(mallory, { chain: 1, token: TOKEN_A, amount: 7n })];
      for (const feeCells of [
        [7, 0, 0, 0],
        [1, 2, 3, 7],
      ]) {
        const slot = feeCells.indexOf(7);
        expect(() => buildBatch(state, content({ feeCells, requests }))).to.throw(
          RangeError,
          `feeCells[${slot}] is balance cell 7, which nobody owns`,
        );
      }
      for (const feeCells of [
        [16, 0, 0, 0],
        [-1, 0, 0, 0],
        [0.5, 0, 0, 0],
        [2 ** 23, 0, 0, 0],
        [],
        [1, 2, 3],
        [1, 2, 3, 4, 5],
      ]) {
        expect(() => buildBatch(state, content({ feeCells, requests })), feeCells.join()).to.throw();
      }
      expect(contentOf(state)).to.deep.equal(before);
      // The last cell is one as soon as it is allocated.
      state.write(31, encodeBalance(SMALL_BITS, { balance: 0n, nonce: 0, token: TOKEN_A, account: 2 }));
      buildBatch(state, content({ feeCells: [0, 0, 0, 15], ops: [signed(state)] }));
      expect(state.balance(15).balance).to.equal(12n);
    });

    it("and move nothing but the fees, whatever the slots", () => {
      const cells = [0, 1, 2, 3, 4, 5, 6];
      const slots = fc.array(fc.constantFrom(...cells), { minLength: 4, maxLength: 4 });
      const sums = fc.array(fc.bigInt({ min: 0n, max: 100n }), { minLength: 4, maxLength: 4 });
      fc.assert(
        fc.property(slots, sums, (feeCells, paid) => {
          const state = zusdState();
          const before = cells.map((cell) => state.balance(cell));
          // As the ops pay them: nothing into a slot without a cell.
          const fees = paid.map((sum, slot) => (feeCells[slot] === 0 ? 0n : sum));
          const { accesses, words, payments } = applyFees(state, feeCells, fees);
          expect([words, payments]).to.deep.equal([[], []]);
          expect(accesses.map(({ cell }) => cell)).to.deep.equal(feeCells.map((cell) => balanceCell(SMALL_BITS, cell)));
          cells.forEach((cell, i) => {
            const collected = fees.reduce((sum, fee, slot) => (feeCells[slot] === cell ? sum + fee : sum), 0n);
            expect(state.balance(cell)).to.deep.equal({ ...before[i], balance: before[i].balance + collected });
          });
        }),
        { numRuns: 50 },
      );
    });

    it("C22: from cells of the vector alone", () => {
      const state = zusdState();
      const memory: Memory = {
        cellBits: SMALL_BITS,
        peek: (cell) => state.read(cell),
        access: (cell) => state.read(cell),
      };
      for (const cell of [16, -1, 1.5]) {
        expect(() => runFees(memory, [1, cell, 0, 0], [0n, 0n, 0n, 0n])).to.throw(
          `Fees.feeCell1 must be an integer below 16, got ${cell}`,
        );
      }
    });
  });
});
