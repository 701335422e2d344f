import { expect } from "chai";
import { getDomain } from "../../../protocol/crypto/domain";
import * as F from "../../../protocol/crypto/field";
import type { Size } from "../../../protocol/spec";
import { encodeSigned, type State } from "../../../protocol/state";
import {
  type StatementError,
  buildBatch,
  checkStatement,
  circuitInput,
  digestElements,
  digestOf,
  wordsEval,
  type BatchTrace,
  type CircuitInput,
} from "../../../protocol/witness";
import { SMALL_BITS, TOKEN_A, TOKEN_B, alice, bob, smallState } from "../../fixtures/states";
import { challengeFor, evaluationsAt, proverInput, withAccess, type Claims } from "../../fixtures/statements";
import { depositOf, signOp } from "../../fixtures/users";

const SIZE: Size = { name: "small", cellBits: SMALL_BITS, queueOps: 1, signedOps: 2, gatePower: 0 };
const N = 2 ** SMALL_BITS;

// Accesses of the batch below, counted from 0: domain; counters, owner, balance, key; key, from, to; key, from, 0; four fee slots.
const DEPOSIT_BALANCE = 3;
const DEPOSIT_KEY = 4;
const TRANSFER_FROM = 6;
const TRANSFER_TO = 7;
const WITHDRAW_FROM = 9;
const WITHDRAW_UNUSED = 10;
const LAST_FEE = 14;

/** A deposit to bob, a transfer from alice to bob, and alice's withdrawal from the same cell. */
function batch(): { before: State; trace: BatchTrace } {
  const before = smallState();
  const state = before.clone();
  const second = signOp(
    before,
    alice,
    { op: "Withdraw", fee: 0n, isZusd: false, from: 1, amount: 9n, recipient: bob.address, chain: 1, asset: 1 },
    { nonceAhead: 1 },
  );
  const trace = buildBatch(state, {
    size: SIZE,
    number: 1,
    timestamp: 1000,
    requests: [depositOf(bob, { chain: 1, token: TOKEN_A, amount: 7n, account: 2, cell: 2 })],
    ops: [signOp(before, alice, { op: "Transfer", fee: 0n, from: 1, to: 2, account: 2, amount: 30n }), second],
  });
  expect(trace.report).to.deep.include({ included: [0, 1], rejected: [], left: [] });
  return { before, trace };
}

describe("checkStatement", () => {
  let before: State;
  let trace: BatchTrace;
  let honest: CircuitInput;

  beforeEach(() => {
    ({ before, trace } = batch());
    honest = proverInput(before, trace);
  });

  /** Expects that the claims are refused at this condition, although everything else is fitted to them. */
  function expectRefused(claims: Claims, condition: string | RegExp): void {
    expectInputRefused(proverInput(before, trace, claims), condition);
  }

  function expectInputRefused(input: CircuitInput, condition: string | RegExp): void {
    let error: Error | undefined;
    try {
      checkStatement(SIZE, input);
    } catch (caught) {
      error = caught as Error;
    }
    expect(error, "must be refused").to.be.instanceOf(Error);
    if (typeof condition === "string") expect((error as StatementError).condition, error?.message).to.equal(condition);
    else expect(error?.message).to.match(condition);
  }

  it("accepts an honest batch, and one of Noops alone", () => {
    checkStatement(SIZE, honest);
    const noops = buildBatch(before.clone(), { size: SIZE, number: 1, timestamp: 0, requests: [], ops: [] });
    checkStatement(SIZE, proverInput(before, noops));
  });

  it("accepts opening a cell, also behind a Noop that fills its slot", () => {
    const size = { ...SIZE, signedOps: 4 };
    const open = signOp(
      before,
      alice,
      { op: "Open", fee: 0n, from: 1, cell: 5, token: TOKEN_B, account: 2 },
      { nonceAhead: 1 },
    );
    const transfer = signOp(before, alice, { op: "Transfer", fee: 0n, from: 1, to: 1, account: 1, amount: 30n });
    const opened = buildBatch(before.clone(), { size, number: 1, timestamp: 0, requests: [], ops: [transfer, open] });
    expect(opened.words.slice(-3)).to.deep.equal([0n, ...encodeSigned(open)]);
    checkStatement(size, proverInput(before, opened));
  });

  describe("C10: the sorted list", () => {
    it("repeated, unsorted", () => {
      const { sorted } = trace;
      expectRefused({ sorted: [sorted[0], ...sorted.slice(0, -1)] }, "sorted list ascends");
      expectRefused({ sorted: [sorted[1], sorted[0], ...sorted.slice(2)] }, "sorted list ascends");
      expectRefused({ sorted: [...sorted].reverse() }, "sorted list ascends");
    });

    it("a cell missing, for another cell or another filler", () => {
      const { sorted } = trace;
      const other = (value: number) => [...sorted.slice(1), value].sort((a, b) => a - b);
      for (const value of [N - 1, N, N + 1, 2 * N - 1]) {
        if (!sorted.includes(value)) expectRefused({ sorted: other(value) }, "sorted list is a permutation");
      }
    });

    it("more than its bits", () => {
      expectRefused({ sorted: [...trace.sorted.slice(0, -1), 4 * N + N] }, "sorted list ascends");
      const many = { ...honest, sorted: [...honest.sorted.slice(0, -1), 1n << 25n] };
      expectInputRefused(many, /signal sorted\[14\] must be below/);
    });

    it("the first bit of a later access set: the cell would be listed twice", () => {
      const accesses = withAccess(trace, WITHDRAW_FROM, { first: true, previous: 0 });
      const filler = N + WITHDRAW_FROM + 1;
      const cell = trace.accesses[WITHDRAW_FROM].cell;
      const sorted = trace.sorted.map((value) => (value === filler ? cell : value)).sort((a, b) => a - b);
      expectRefused({ accesses, sorted }, "reads match writes");
      // Even with the write it no longer reads dropped from the memory, by the last bit of the access before.
      const both = accesses.map((access, i) => (i === TRANSFER_FROM ? { ...access, last: true } : access));
      expectRefused({ accesses: both, sorted }, "sorted list ascends");
      expectRefused({ accesses: both }, "sorted list is a permutation");
    });

    it("the first bit of a first access cleared: it would read a write that never was", () => {
      const accesses = withAccess(trace, 0, { first: false });
      const sorted = [...trace.sorted.filter((value) => value !== 1), N + 1].sort((a, b) => a - b);
      expectRefused({ accesses, sorted }, "reads match writes");
    });

    it("a first access that names an earlier time", () => {
      expectRefused({ accesses: withAccess(trace, 5, { previous: 3 }) }, "times are earlier");
    });
  });

  describe("C11: the memory", () => {
    it("a read that no write made", () => {
      // Bob's cell read with one unit more after the deposit.
      const { value, written } = trace.accesses[TRANSFER_TO];
      const accesses = withAccess(trace, TRANSFER_TO, { value: value + 1n, written: written + 1n });
      expectRefused({ accesses }, "reads match writes");
    });

    it("a write lost: bob's balance before the deposit read again by the transfer", () => {
      const { value } = trace.accesses[DEPOSIT_BALANCE];
      const stale = { value, written: value + 30n };
      for (const previous of [0, DEPOSIT_BALANCE + 1]) {
        expectRefused({ accesses: withAccess(trace, TRANSFER_TO, { ...stale, previous }) }, "reads match writes");
      }
    });

    it("the last bit set too early, or cleared", () => {
      expectRefused({ accesses: withAccess(trace, DEPOSIT_BALANCE, { last: true }) }, "reads match writes");
      expectRefused({ accesses: withAccess(trace, TRANSFER_TO, { last: false }) }, "reads match writes");
    });

    it("time reversed, and another time than the write's", () => {
      const { previous } = trace.accesses[WITHDRAW_FROM];
      expectRefused({ accesses: withAccess(trace, WITHDRAW_FROM, { previous: previous - 1 }) }, "reads match writes");
      for (const own of [WITHDRAW_FROM, TRANSFER_TO]) {
        expectRefused({ accesses: withAccess(trace, own, { previous: own + 1 }) }, "times are earlier");
      }
      const future = honest.previous.map((time, i) => (i === WITHDRAW_FROM ? 15n : time));
      expectInputRefused({ ...honest, previous: future }, /previous\[9\] must be below 15/);
    });

    it("values swapped between two cells", () => {
      // Noops read the domain twice, and the counters after it; they take any value.
      trace = buildBatch(before.clone(), { size: SIZE, number: 1, timestamp: 0, requests: [], ops: [] });
      const [domain, counters] = [before.read(1), before.read(0)];
      const accesses = trace.accesses.map((access, k) => {
        if (k >= 2 && access.cell === 1) return { ...access, value: counters, written: counters };
        if (k >= 2 && access.cell === 0) return { ...access, value: domain, written: domain };
        return access;
      });
      expect(accesses).not.to.deep.equal(trace.accesses);
      expectRefused({ accesses }, "reads match writes");
    });
  });

  describe("C12: the digest", () => {
    it("fixes the words: others can be fitted to a known challenge", () => {
      const x = honest.challenge;
      // Deposit's key (position 3) and its other words: the key takes any value, so it evens out the recipient.
      const words = [...trace.words];
      words[2] += 1n;
      words[3] = F.sub(words[3], F.inv(x));
      expect(wordsEval(words, x)).to.equal(honest.wordsEval);
      expect(words).not.to.deep.equal(trace.words);
      expectInputRefused({ ...honest, words }, "digest");
    });

    it("C23: fixes what was read: other values can be fitted to a known challenge, and then only the digest refuses", () => {
      const x = honest.challenge;
      const domain = getDomain(SMALL_BITS);
      // Bob's balance a million higher, evened out at x by what his key cell holds.
      const extra = 1_000_000n;
      const [balance, key] = [trace.accesses[DEPOSIT_BALANCE], trace.accesses[DEPOSIT_KEY]];
      const shift = F.div(F.mul(extra, domain.lagrange(balance.cell, x)), domain.lagrange(key.cell, x));
      const value = [...honest.value];
      value[DEPOSIT_BALANCE] += extra;
      value[TRANSFER_TO] += extra;
      value[DEPOSIT_KEY] = F.sub(value[DEPOSIT_KEY], shift);
      const accesses = trace.accesses.map((access, i) => ({ ...access, value: value[i] }));
      const digest = digestOf({ ...trace, accesses });

      // With its own digest the forged input satisfies everything at x, so it is the challenge that must change with it.
      checkStatement(SIZE, { ...honest, value, digest });
      expectInputRefused({ ...honest, value }, "digest");
      expect(challengeFor(digest)).not.to.equal(x);
      const atOwnChallenge = proverInput(before, trace, { accesses: fitWrites(accesses, extra, shift) });
      expectInputRefused(atOwnChallenge, "read equation");
    });

    it("C23: absorbs every word, value, place and sorted number", () => {
      const base = digestOf(trace);
      const differs = (claims: Claims) => expect(digestOf({ ...trace, ...claims })).not.to.equal(base);
      trace.words.forEach((word, i) => differs({ words: trace.words.map((w, j) => (i === j ? word + 1n : w)) }));
      trace.sorted.forEach((entry, i) => differs({ sorted: trace.sorted.map((s, j) => (i === j ? entry + 1 : s)) }));
      trace.accesses.forEach(({ cell, value, previous, first, last }, k) => {
        const changes = [
          { cell: cell + 1 },
          { value: value + 1n },
          { previous: previous + 1 },
          { first: !first },
          { last: !last },
        ];
        for (const change of changes) differs({ accesses: withAccess(trace, k, change) });
      });
    });

    it("keeps packed parts apart", () => {
      expect(() => digestElements({ ...trace, sorted: [2 ** 25] })).to.throw("packed value 0 must be below 2^25");
      expect(() => digestElements({ ...trace, accesses: withAccess(trace, 0, { cell: 2 ** 40 }) })).to.throw(
        "must be below 2^38",
      );
    });

    function fitWrites(accesses: BatchTrace["accesses"], extra: bigint, shift: bigint) {
      const key = { ...accesses[DEPOSIT_KEY], written: F.sub(accesses[DEPOSIT_KEY].written, shift) };
      return accesses.map((access, i) => {
        if (i === DEPOSIT_KEY) return key;
        return [DEPOSIT_BALANCE, TRANSFER_TO].includes(i) ? { ...access, written: access.written + extra } : access;
      });
    }
  });

  describe("C13: the polynomials", () => {
    it("values read that the old state does not have", () => {
      const accesses = withAccess(trace, DEPOSIT_KEY, { value: 5n, written: 5n });
      expectRefused({ accesses }, "read equation");
    });

    it("each value at the challenge changed", () => {
      for (const name of ["oldEval", "quotientEval"] as const) {
        expectInputRefused({ ...honest, [name]: F.add(honest[name], 1n) }, "read equation");
      }
      expectInputRefused({ ...honest, newEval: F.add(honest.newEval, 1n) }, "write equation");
    });

    it("a new state of higher degree, with the same cells", () => {
      const vanishing = getDomain(SMALL_BITS).vanishing(honest.challenge);
      expectInputRefused({ ...honest, newEval: F.add(honest.newEval, vanishing) }, "write equation");
    });

    it("a new state in which a cell that no op touched is changed", () => {
      const extra = F.mul(1n, getDomain(SMALL_BITS).lagrange(20, honest.challenge));
      expectInputRefused({ ...honest, newEval: F.add(honest.newEval, extra) }, "write equation");
    });

    it("values at another point than the challenge", () => {
      const evaluations = evaluationsAt(before, trace.accesses, 5n);
      expectInputRefused(circuitInput(trace, honest.challenge, evaluations), "read equation");
    });
  });

  describe("the words", () => {
    it("their value at the challenge", () => {
      expectInputRefused({ ...honest, wordsEval: F.add(honest.wordsEval, 1n) }, "wordsEval");
    });

    it("C27: a deposit's flags and indices against its conditions", () => {
      for (const flag of [203n, 204n])
        expectRefused({ words: replace(1, (word) => word ^ (1n << flag)) }, "queue op's flags, indices and amount");
      expectRefused({ words: replace(2, (word) => word + (1n << 166n)) }, /queue op's flags|cells of the accesses/);
      expectRefused({ words: replace(2, (word) => word + (1n << 188n)) }, /queue op's flags|cells of the accesses/);
    });

    it("C25: a signed word", () => {
      expectRefused({ words: replace(4, (word) => word + (1n << 31n)) }, /Transfer.signature is not one/);
    });

    it("C8: a Noop in the place of an op, and a signature where none belongs", () => {
      expectRefused({ words: replace(5, () => 0n) }, /placeholder signature/);
      const noops = buildBatch(before.clone(), { size: SIZE, number: 1, timestamp: 0, requests: [], ops: [] });
      const input = proverInput(before, noops);
      expectInputRefused({ ...input, s: [1n, 0n] }, "placeholder signature");
    });

    it("C23: an access that an op does not need used to change a cell", () => {
      const unused = withAccess(trace, WITHDRAW_UNUSED, { written: 5n, last: true });
      expectRefused({ accesses: unused }, "reads match writes");
      expectRefused({ accesses: withAccess(trace, LAST_FEE, { written: 5n }) }, "write equation");
    });

    function replace(at: number, change: (word: bigint) => bigint): bigint[] {
      return trace.words.map((word, i) => (i === at ? change(word) : word));
    }
  });

  it("refuses signals of another length or range, by name", () => {
    expectInputRefused({ ...honest, value: honest.value.slice(1) }, /signal value must have 15 values, got 14/);
    expectInputRefused({ ...honest, challenge: F.R }, /signal challenge must be below the field order/);
    expectInputRefused({ ...honest, expiry: [1n << 40n, 0n] }, /signal expiry\[0\] must be below/);
    expectInputRefused({ ...honest, first: honest.first.map(() => 2n) }, "bits");
  });
});
