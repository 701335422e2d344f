import { expect } from "chai";
import { COUNTERS_CELL, ZUSD, balanceCell, feeAccess, queueWord, signedWord, type Size } from "../../../protocol/spec";
import {
  type State,
  StateMemory,
  encodeBalance,
  encodeHeader,
  encodeQueueOp,
  encodeSigned,
  runFees,
  runHeader,
  runQueueNoop,
  runRequest,
  runSigned,
  runSignedNoop,
  signedMessage,
  type Context,
  type Request,
  type SignedOp,
  type UnsignedOp,
} from "../../../protocol/state";
import { sign } from "../../../protocol/crypto/eddsa";
import {
  NO_SIGNATURE,
  buildBatch,
  checkStatement,
  digestOf,
  sortedList,
  traceAccesses,
  type BatchContent,
  type BatchTrace,
  type CircuitInput,
  type StatementError,
  type TracedAccess,
} from "../../../protocol/witness";
import {
  NO_CAP,
  SMALL_BITS,
  TOKEN_A,
  TOKEN_B,
  alice,
  bob,
  contentOf,
  ledgerOf,
  mallory,
  zusdState,
} from "../../fixtures/states";
import { proverInput, withAccess, type Claims } from "../../fixtures/statements";
import { LATER, depositOf, exitOf, routeOf, setKeyOf, signOp, user, type User } from "../../fixtures/users";

// Alice's cells 1 and 4 hold 1,000 and 1 of token A, 3 holds 500 of token B, 5 holds 100 zUSD; bob's 2 and 6 hold 20 of token A and 40 zUSD.
const SIZE: Size = { name: "small", cellBits: SMALL_BITS, queueOps: 1, signedOps: 2, gatePower: 0 };
const FLAGS = "queue op's flags, indices and amount";
const EXECUTED = 203n;
const COVERED = 204n;
const AMOUNT = 75n;
/** Positions in the batch: the queue op's words, the signed ops' words, and their accesses. */
const [QUEUE, SIGNED, FEES] = [queueWord(0), signedWord(SIZE, 0), feeAccess(SIZE)];
/** Counters, owner, balance and key of the queue op. */
const [, , QUEUE_BALANCE, QUEUE_KEY] = [1, 2, 3, 4];
/** Paying cell and third cell of the first signed op. */
const [SIGNED_FROM, SIGNED_THIRD] = [6, 7];

interface Batch {
  before: State;
  trace: BatchTrace;
  size: Size;
}

/** A batch of the reference, in which everything is included. */
function batchOf(content: Partial<BatchContent>, before = zusdState(), size = SIZE): Batch {
  const trace = buildBatch(before.clone(), {
    size,
    number: 1,
    timestamp: 1000,
    requests: [],
    ops: [],
    ...NO_CAP,
    ...content,
  });
  expect(trace.report.rejected.map(({ error }) => error.message)).to.deep.equal([]);
  return { before, trace, size };
}

function accept({ before, trace, size }: Batch, claims: Claims = {}): void {
  checkStatement(size, proverInput(before, trace, claims));
}

/** Expects that the claims are refused at this condition, although everything else is fitted to them. */
function expectRefused({ before, trace, size }: Batch, claims: Claims, condition: string | RegExp): void {
  expectInputRefused(size, proverInput(before, trace, claims), condition);
}

function expectInputRefused(size: Size, input: CircuitInput, condition: string | RegExp): void {
  let error: Error | undefined;
  try {
    checkStatement(size, input);
  } catch (caught) {
    error = caught as Error;
  }
  expect(error, "must be refused").to.be.instanceOf(Error);
  if (typeof condition === "string") expect((error as StatementError).condition, error?.message).to.equal(condition);
  else expect(error?.message).to.match(condition);
}

function replaced({ words }: BatchTrace, at: number, change: (word: bigint) => bigint): bigint[] {
  return words.map((word, i) => (i === at ? change(word) : word));
}

/** The trace with a word changed, and the balance that a queue op leaves. */
function withAmount({ trace }: Batch, change: bigint): Claims {
  const words = replaced(trace, QUEUE, (word) => word + (change << AMOUNT));
  const { written } = trace.accesses[QUEUE_BALANCE];
  return { words, accesses: withAccess(trace, QUEUE_BALANCE, { written: written - change }) };
}

/**
 * A batch as the reference makes it, but of any context: the circuit takes the tokens of the fee slots from their cells after the ops, and knows
 * no ledger.
 */
function batchIn(
  before: State,
  { requests = [], ops = [] }: { requests?: Request[]; ops?: SignedOp[] },
  { feeCells, ...terms }: Pick<Context, "feeTokens"> & { feeCells: number[] },
): Batch {
  const state = before.clone();
  const memory = new StateMemory(state);
  const context: Context = {
    domain: state.domain,
    timestamp: 1000,
    suspended: 0n,
    ledger: { issued: () => 2n ** 128n, cap: () => 2n ** 128n },
    ...terms,
  };
  const words = [encodeHeader({ number: 1, timestamp: 1000, suspended: 0n, feeCells })];
  const signatures: BatchTrace["signatures"] = [];
  const fees = [0n, 0n, 0n, 0n];
  runHeader(memory);
  for (const request of requests) words.push(...encodeQueueOp(runRequest(memory, request, context).queueOp));
  if (requests.length === 0) {
    runQueueNoop(memory);
    words.push(0n, 0n, 0n);
  }
  for (const op of ops) {
    const { fee } = runSigned(memory, op, context);
    if (fee) fees[fee.slot] += fee.amount;
    const encoded = encodeSigned(op);
    words.push(...encoded);
    signatures.push({ expiry: op.expiry, signature: op.signature }, ...encoded.slice(1).map(() => NO_SIGNATURE));
  }
  const size = { ...SIZE, signedOps: signatures.length + (signatures.length % 2) };
  if (signatures.length % 2 === 1) {
    runSignedNoop(memory);
    words.push(0n);
    signatures.push(NO_SIGNATURE);
  }
  runFees(memory, feeCells, fees);
  const accesses = traceAccesses(memory.accesses);
  const sorted = sortedList(size.cellBits, accesses);
  const digest = digestOf({ words, accesses, sorted });
  const trace: BatchTrace = {
    size,
    number: 1,
    timestamp: 1000,
    feeCells,
    words,
    accesses,
    sorted,
    digest,
    touched: [],
    signatures,
    effects: { payments: [], queueOps: [], fees },
    report: { requests: requests.length, included: [], rejected: [], left: [] },
  };
  return { before, trace, size };
}

describe("checkStatement, op by op", () => {
  describe("SetKey", () => {
    const other = user("alice's other key");
    const request = setKeyOf(alice, { chain: 1, account: 1, key: other.keys.ay });
    const done = () => batchOf({ requests: [request] });

    it("stands, also when it does nothing", () => {
      accept(done());
      accept(batchOf({ requests: [{ ...request, key: 0n }] }));
      accept(batchOf({ requests: [{ ...request, owner: bob.address }] }));
      accept(batchOf({ requests: [{ ...request, account: 0 }] }));
      accept(batchOf({ requests: [{ ...request, account: 7, chain: 63 }] }));
    });

    it("C27: not with a flag or an index turned round", () => {
      for (const batch of [done(), batchOf({ requests: [{ ...request, owner: bob.address }] })]) {
        for (const flag of [EXECUTED, COVERED])
          expectRefused(batch, { words: replaced(batch.trace, QUEUE, (word) => word ^ (1n << flag)) }, FLAGS);
        const index = replaced(batch.trace, QUEUE + 1, (word) => word + (1n << 166n));
        expectRefused(batch, { words: index }, /queue op's flags|cells of the accesses/);
      }
    });

    it("not asked by another owner, or on another chain, than its flag says", () => {
      const batch = done();
      const { trace } = batch;
      const owner = BigInt(alice.address) ^ BigInt(mallory.address);
      expectRefused(batch, { words: replaced(trace, QUEUE + 1, (word) => word ^ owner) }, FLAGS);
      expectRefused(batch, { words: replaced(trace, QUEUE, (word) => word + (1n << 8n)) }, FLAGS);
    });

    it("not with another key written than the word's, nor any when it does nothing", () => {
      const batch = done();
      for (const written of [0n, alice.keys.ay, other.keys.ay + 1n])
        expectRefused(batch, { accesses: withAccess(batch.trace, QUEUE_KEY, { written }) }, "write equation");
      const nothing = batchOf({ requests: [{ ...request, owner: bob.address }] });
      const accesses = withAccess(nothing.trace, QUEUE_KEY, { written: other.keys.ay });
      expectRefused(nothing, { accesses }, "write equation");
    });

    it("not with a bit that it does not use", () => {
      const batch = done();
      for (const bit of [36n, 59n, 75n, 202n, 205n]) {
        const words = replaced(batch.trace, QUEUE, (word) => word | (1n << bit));
        expectRefused(batch, { words }, /SetKeyWord0.unused bits must be zero/);
      }
      const words = replaced(batch.trace, QUEUE + 1, (word) => word | (1n << 188n));
      expectRefused(batch, { words }, /SetKeyWord1.unused bits must be zero/);
    });
  });

  describe("FullExit", () => {
    const request = exitOf(alice, { chain: 1, account: 1, cell: 1, token: TOKEN_A, payer: 1 });
    const ofZusd = (payer: number) => ({ ...request, cell: 5, token: ZUSD, payer });
    const done = () => batchOf({ requests: [request] });
    const nothing = () => batchOf({ requests: [{ ...request, owner: bob.address }] });

    it("stands: of a token, of zUSD as a whole or in part, and when it does nothing", () => {
      for (const exit of [request, ofZusd(1), ofZusd(2), ofZusd(3), { ...request, payer: 2 }, { ...request, cell: 2 }])
        accept(batchOf({ requests: [exit] }));
      accept(nothing());
    });

    it("C27: not with a flag or an index turned round", () => {
      for (const batch of [done(), nothing(), batchOf({ requests: [ofZusd(1)] }), batchOf({ requests: [ofZusd(2)] })]) {
        const { trace } = batch;
        for (const flag of [EXECUTED, COVERED])
          expectRefused(batch, { words: replaced(trace, QUEUE, (word) => word ^ (1n << flag)) }, FLAGS);
        for (const index of [166n, 188n]) {
          const words = replaced(trace, QUEUE + 1, (word) => word + (1n << index));
          expectRefused(batch, { words }, /queue op's flags|cells of the accesses/);
        }
      }
    });

    it("not with another amount than the balance, though the cell keeps the rest", () => {
      for (const batch of [done(), batchOf({ requests: [ofZusd(1)] })]) {
        for (const change of [1n, -1n]) expectRefused(batch, withAmount(batch, change), FLAGS);
      }
    });

    it("not with an amount when it does nothing", () => {
      const batch = nothing();
      expectRefused(batch, withAmount(batch, 1n), FLAGS);
    });

    it("of less than the balance, where it says so, with any amount: what is issued is every rollup's to check", () => {
      const partly = batchOf({ requests: [ofZusd(2)] });
      expect(partly.trace.effects.queueOps[0]).to.deep.include({ amount: 40n, covered: false });
      for (const change of [1n, -1n, -40n, 59n]) accept(partly, withAmount(partly, change));
      // But not of all of it, or more.
      for (const change of [60n, 61n, 2n ** 127n]) expectRefused(partly, withAmount(partly, change), FLAGS);
      // As the reference says of another ledger.
      const richer = zusdState();
      richer.issue(2, 59n);
      const { trace } = batchOf({ requests: [ofZusd(2)] }, richer);
      const words = replaced(partly.trace, QUEUE, (word) => word + (59n << AMOUNT));
      expect(trace.words).to.deep.equal(words);
    });

    it("not of another token than zUSD: that is always covered", () => {
      const batch = done();
      const uncovered = replaced(batch.trace, QUEUE, (word) => (word ^ (1n << COVERED)) - (1n << AMOUNT));
      const { written } = batch.trace.accesses[QUEUE_BALANCE];
      const accesses = withAccess(batch.trace, QUEUE_BALANCE, { written: written + 1n });
      expectRefused(batch, { words: uncovered, accesses }, FLAGS);
    });

    it("not paid by another chain, to a stranger's cell or for another token than its flag says", () => {
      const batch = done();
      const { trace } = batch;
      for (const [at, change] of [
        // Payer 2 and owner mallory, then chain 2, account 2, cell 4 and token B.
        [QUEUE + 1, 3n << 160n],
        [QUEUE + 1, BigInt(alice.address) ^ BigInt(mallory.address)],
        [QUEUE, 3n << 8n],
        [QUEUE, 3n << 14n],
        [QUEUE, BigInt(TOKEN_A ^ TOKEN_B) << 59n],
      ] as const) {
        const words = replaced(trace, at, (word) => word ^ change);
        expectRefused(batch, { words }, /queue op's flags|cells of the accesses/);
      }
    });

    it("not with a recipient that is no address", () => {
      const batch = done();
      const words = replaced(batch.trace, QUEUE + 2, (word) => word | (1n << 160n));
      expectRefused(batch, { words }, /address must be below 2\^160/);
    });

    it("not with its cell written otherwise", () => {
      const batch = done();
      const { value, written } = batch.trace.accesses[QUEUE_BALANCE];
      for (const wrong of [value, written + 1n, written + (1n << 128n), 0n])
        expectRefused(
          batch,
          { accesses: withAccess(batch.trace, QUEUE_BALANCE, { written: wrong }) },
          "write equation",
        );
    });
  });

  describe("Route", () => {
    // In time at exactly its deadline; 40 are issued to chain 2.
    const request = routeOf(alice, { chain: 1, payer: 2, amount: 40n, deadline: 1000, into: 3, minOut: 5n });
    const done = () => batchOf({ requests: [request] });

    it("stands: paid, on one chain, late, not covered, to nobody and of another token", () => {
      const requests = [
        request,
        { ...request, payer: 1 },
        { ...request, deadline: 999 },
        { ...request, amount: 41n },
        { ...request, payer: 0 },
        { ...request, chain: 0 },
        { ...request, token: TOKEN_A },
      ];
      for (const route of requests) accept(batchOf({ requests: [route] }));
    });

    it("C27: not with the flag turned round, and only the ledger's flag with it", () => {
      const batches = [
        done(),
        batchOf({ requests: [{ ...request, deadline: 999 }] }),
        batchOf({ requests: [{ ...request, amount: 41n }] }),
        batchOf({ requests: [{ ...request, token: TOKEN_A }] }),
        batchOf({ requests: [{ ...request, payer: 0 }] }),
      ];
      for (const batch of batches)
        expectRefused(batch, { words: replaced(batch.trace, QUEUE, (word) => word ^ (1n << EXECUTED)) }, FLAGS);
      // What the ledger says is every rollup's to check; but executed and covered belong together.
      const [paid, late, uncovered, other] = batches;
      const flip = ({ trace }: Batch, bits: bigint) => ({ words: replaced(trace, QUEUE, (word) => word ^ bits) });
      for (const batch of [paid, uncovered]) {
        accept(batch, flip(batch, 3n << EXECUTED));
        expectRefused(batch, flip(batch, 1n << COVERED), FLAGS);
      }
      accept(late, flip(late, 1n << COVERED));
      expectRefused(late, flip(late, 3n << EXECUTED), FLAGS);
      expectRefused(other, flip(other, 1n << COVERED), FLAGS);
    });

    it("not in time, to another chain or of another token than its flag says", () => {
      const batch = done();
      for (const [at, change] of [
        // A deadline of 1000 - 8, payer 0, chain 0, and token A.
        [QUEUE + 1, 8n << 211n],
        [QUEUE + 1, 2n << 160n],
        [QUEUE, 1n << 8n],
        [QUEUE, BigInt(ZUSD ^ TOKEN_A) << 59n],
      ] as const) {
        expectRefused(batch, { words: replaced(batch.trace, at, (word) => word ^ change) }, FLAGS);
      }
      // A header a second later.
      expectRefused(batch, { words: replaced(batch.trace, 0, (word) => word + (1n << 32n)) }, FLAGS);
    });

    it("with any amount, owner, payment and, in time, deadline: they are the requester's", () => {
      const batch = done();
      for (const [at, change] of [
        [QUEUE, 1n << AMOUNT],
        [QUEUE + 1, 1n],
        [QUEUE + 1, 1n << 250n],
        [QUEUE + 2, 1n],
        [QUEUE + 2, 1n << 209n],
      ] as const) {
        accept(batch, { words: replaced(batch.trace, at, (word) => word ^ change) });
      }
    });

    it("not with a bit that it does not use, nor a deadline in another op", () => {
      const batch = done();
      for (const [at, bit, layout] of [
        [QUEUE, 14n, "RouteWord0"],
        [QUEUE, 58n, "RouteWord0"],
        [QUEUE, 205n, "RouteWord0"],
        [QUEUE + 1, 166n, "RouteWord1"],
        [QUEUE + 1, 210n, "RouteWord1"],
        [QUEUE + 1, 251n, "RouteWord1"],
        [QUEUE + 2, 210n, "RouteWord2"],
      ] as const) {
        const words = replaced(batch.trace, at, (word) => word | (1n << bit));
        expectRefused(batch, { words }, new RegExp(`${layout}.unused bits must be zero`));
      }
      const exit = batchOf({ requests: [exitOf(alice, { chain: 1, account: 1, cell: 1, token: TOKEN_A, payer: 1 })] });
      const words = replaced(exit.trace, QUEUE + 1, (word) => word | (1n << 211n));
      expectRefused(exit, { words }, /FullExitWord1.unused bits must be zero/);
    });

    it("not with the system's owner cell written otherwise", () => {
      for (const batch of [done(), batchOf({ requests: [{ ...request, deadline: 0 }] })]) {
        const { cell, written } = batch.trace.accesses[2];
        expect(cell).to.equal(1);
        const accesses = withAccess(batch.trace, 2, { written: written + 1n });
        expectRefused(batch, { accesses }, "write equation");
      }
    });
  });

  describe("zUSD", () => {
    const deposit = depositOf(bob, { chain: 2, token: ZUSD, amount: 5n, account: 2, cell: 6 });

    it("deposited stands below and above the cap, as the words say: the cap is every rollup's to check", () => {
      for (const cap of [() => 0n, () => 45n, () => 2n ** 100n]) accept(batchOf({ requests: [deposit], cap }));
      const refused = batchOf({ requests: [deposit], cap: () => 44n });
      const credited = batchOf({ requests: [deposit], cap: () => 45n });
      expect(refused.trace.words[QUEUE] ^ credited.trace.words[QUEUE]).to.equal(3n << EXECUTED);
    });

    it("C27: not credited above the cap, nor refunded below it for no other reason", () => {
      for (const cap of [0n, 2n ** 100n]) {
        const batch = batchOf({ requests: [deposit], cap: () => cap });
        for (const flag of [EXECUTED, COVERED])
          expectRefused(batch, { words: replaced(batch.trace, QUEUE, (word) => word ^ (1n << flag)) }, FLAGS);
      }
      // Refunded for another reason, either flag of the cap stands.
      const batch = batchOf({ requests: [{ ...deposit, cell: 2 }] });
      accept(batch, { words: replaced(batch.trace, QUEUE, (word) => word ^ (1n << COVERED)) });
    });

    it("not said to be above a cap when it is another token", () => {
      const own = depositOf(bob, { chain: 1, token: TOKEN_A, amount: 5n, account: 2, cell: 2 });
      const batch = batchOf({ requests: [own] });
      const words = replaced(batch.trace, QUEUE, (word) => word & ~(3n << EXECUTED));
      const { value } = batch.trace.accesses[QUEUE_BALANCE];
      expectRefused(batch, { words, accesses: withAccess(batch.trace, QUEUE_BALANCE, { written: value }) }, FLAGS);
    });

    const withdraw = {
      op: "Withdraw",
      fee: 0n,
      isZusd: true,
      from: 5,
      amount: 30n,
      recipient: mallory.address,
      chain: 2,
      asset: 7,
    } as const;

    it("withdrawn stands whatever is issued: that is every rollup's to check", () => {
      accept(batchOf({ ops: [signOp(zusdState(), alice, withdraw)] }));
      const state = zusdState();
      const content = contentOf(state);
      state.issue(3, 100n);
      const { trace } = batchOf({ ops: [signOp(state, alice, { ...withdraw, amount: 100n, chain: 3 })] }, state);
      // The cells say nothing of the ledger.
      const other = zusdState();
      expect(contentOf(other)).to.deep.equal(content);
      accept({ before: other, trace, size: SIZE });
    });

    it("not as a token of a chain, for another chain or into another token", () => {
      const batch = batchOf({ ops: [signOp(zusdState(), alice, withdraw)] });
      for (const change of [0xc0n, 1n, 1n << 243n]) {
        const words = replaced(batch.trace, SIGNED, (word) => word ^ change);
        expectRefused(batch, { words }, /Withdraw.signature is not one/);
      }
    });

    it("not from a cell of another token, though its holder signs it", () => {
      const state = zusdState();
      const batch = batchOf({ ops: [signOp(state, alice, withdraw)] }, state);
      const from = signOp(state, alice, { ...withdraw, from: 1 });
      const input = proverInput(state, batch.trace, {
        words: replaced(batch.trace, SIGNED, () => encodeSigned(from)[0]),
        accesses: withAccess(batch.trace, SIGNED_FROM, { cell: 17, value: state.read(17) }),
      });
      const { keyX, ...signature } = from.signature;
      input.keyX[0] = keyX;
      [input.r8x[0], input.r8y[0], input.s[0]] = [signature.r8x, signature.r8y, signature.s];
      expectInputRefused(SIZE, input, /Withdraw.isZusd is set, but the token of cell 1 is 1025/);
    });
  });

  describe("WithdrawExact", () => {
    const exact = {
      op: "WithdrawExact",
      fee: 0n,
      isZusd: true,
      from: 5,
      amount: 33n,
      recipient: mallory.address,
      chain: 2,
      asset: 7,
      minOut: 1000n,
    } as const;
    const done = () => batchOf({ ops: [signOp(zusdState(), alice, exact)] });

    it("stands, of zUSD and of a token", () => {
      accept(done());
      const own = { ...exact, isZusd: false, from: 1, chain: 1, asset: 1, minOut: 0n };
      accept(batchOf({ ops: [signOp(zusdState(), alice, own)] }));
      accept(batchOf({ ops: [signOp(zusdState(), alice, { ...own, amount: 0n })] }));
    });

    it("C25: not with another second word", () => {
      const batch = done();
      for (const change of [1n << 106n, 1n << 31n]) {
        const words = replaced(batch.trace, SIGNED + 1, (word) => word ^ change);
        expectRefused(batch, { words }, /WithdrawExact.signature is not one/);
      }
      // Without it, it would be a Withdraw of nothing.
      const alone = replaced(batch.trace, SIGNED + 1, () => 0n);
      expectRefused(batch, { words: alone }, /Withdraw.signature is not one/);
    });

    it("C8: not with a signature in the second slot", () => {
      const batch = done();
      const input = proverInput(batch.before, batch.trace);
      for (const change of [
        { s: [input.s[0], 1n] },
        { expiry: [input.expiry[0], 1n] },
        { keyX: [input.keyX[0], input.keyX[0]] },
      ])
        expectInputRefused(SIZE, { ...input, ...change }, "placeholder signature");
    });

    it("C28: not without its first word, nor with a second amount", () => {
      const batch = done();
      const { trace } = batch;
      expectRefused(batch, { words: replaced(trace, SIGNED, () => 0n) }, /Exact.op stands without its first word/);
      const [first, second] = trace.words.slice(SIGNED);
      const swapped = [...trace.words.slice(0, SIGNED), second, first];
      expectRefused(batch, { words: swapped }, /Exact.op stands without its first word/);
      const twice = replaced(trace, SIGNED, (word) => word | (1n << 31n));
      expectRefused(batch, { words: twice }, /WithdrawExact.amount must be 0 in the first word/);
    });

    it("not with the paying cell written otherwise, or a cell that it does not need", () => {
      const batch = done();
      const { written, value } = batch.trace.accesses[SIGNED_FROM];
      for (const wrong of [value, written + 1n, written - (1n << 128n)])
        expectRefused(batch, { accesses: withAccess(batch.trace, SIGNED_FROM, { written: wrong }) }, "write equation");
      // Key cell 0, which the second word accesses, is the counters'.
      const key = batch.trace.accesses.findIndex(({ cell, last }) => cell === COUNTERS_CELL && last);
      expect(key).to.equal(SIGNED_THIRD + 1);
      expectRefused(batch, { accesses: withAccess(batch.trace, key, { written: 5n }) }, "write equation");
    });
  });

  describe("fees", () => {
    const transfer = { op: "Transfer", from: 1, to: 4, account: 1, amount: 300n, fee: 12n } as const;
    const feeCells = [2, 3, 0, 0];
    const done = () => batchOf({ feeCells, ops: [signOp(zusdState(), alice, transfer)] });

    it("stand: with slots, without, twice for one token, and with a free cell in a slot", () => {
      accept(done());
      const state = zusdState();
      const ops = [signOp(state, alice, transfer), signOp(state, alice, transfer, { nonceAhead: 1 })];
      for (const cells of [
        [0, 0, 0, 0],
        [6, 5, 3, 3],
        [4, 2, 1, 2],
        [1, 1, 1, 1],
      ])
        accept(batchOf({ feeCells: cells, ops }));
      // The reference does not take a free cell; the circuit does, and charges nothing for it.
      const free = batchIn(state, { ops: [ops[0]] }, { feeCells: [9, 0, 0, 15], feeTokens: [0, 0, 0, 0] });
      expect(free.trace.effects.fees).to.deep.equal([0n, 0n, 0n, 0n]);
      accept(free);
    });

    it("stand with a cell that the batch itself opens: it has its token after the ops", () => {
      const state = zusdState();
      const op = signOp(state, alice, transfer);
      const requests = [depositOf(mallory, { chain: 1, token: TOKEN_A, amount: 7n })];
      const opened = batchIn(
        state,
        { requests, ops: [op] },
        { feeCells: [7, 2, 0, 0], feeTokens: [TOKEN_A, TOKEN_A, 0, 0] },
      );
      expect(opened.trace.effects.fees).to.deep.equal([12n, 0n, 0n, 0n]);
      accept(opened);
      const open = signOp(state, alice, { op: "Open", from: 3, cell: 7, token: TOKEN_A, account: 2, fee: 0n });
      const byOpen = batchIn(state, { ops: [open, op] }, { feeCells: [7, 0, 0, 0], feeTokens: [TOKEN_A, 0, 0, 0] });
      accept(byOpen);
      // As if the slot had no token yet, the fee would not be charged.
      const uncharged = batchIn(state, { requests, ops: [op] }, { feeCells: [7, 0, 0, 0], feeTokens: [0, 0, 0, 0] });
      expectRefused(uncharged, {}, /^(reads match writes|write equation)/);
    });

    it("not charged and not collected, or collected and not charged", () => {
      const batch = done();
      const { trace } = batch;
      const from = trace.accesses[SIGNED_FROM];
      expectRefused(
        batch,
        { accesses: withAccess(trace, SIGNED_FROM, { written: from.written + 12n }) },
        "write equation",
      );
      const { value, written } = trace.accesses[FEES];
      expect(written - value).to.equal(12n);
      for (const wrong of [value, written - 1n, written + 1n])
        expectRefused(batch, { accesses: withAccess(trace, FEES, { written: wrong }) }, "write equation");
    });

    it("not collected by another slot, or by another cell than the header's", () => {
      const batch = done();
      const { trace, before } = batch;
      const shifted = trace.accesses.map((access, i): TracedAccess => {
        if (i === FEES) return { ...access, written: access.value };
        return i === FEES + 1 ? { ...access, written: access.written + 12n } : access;
      });
      expectRefused(batch, { accesses: shifted }, "write equation");
      // Mallory's cell in the place of bob's, in the accesses alone and in the words, too.
      const value = encodeBalance(SMALL_BITS, { balance: 0n, nonce: 0, token: TOKEN_A, account: 2 });
      before.write(balanceCell(SMALL_BITS, 9), value);
      const elsewhere = withAccess(trace, FEES, { cell: balanceCell(SMALL_BITS, 9), value, written: value + 12n });
      const sorted = sortedList(SMALL_BITS, elsewhere);
      expectRefused(batch, { accesses: elsewhere, sorted }, "digest");
      const words = replaced(trace, 0, (word) => word + (7n << 136n));
      expectRefused(batch, { words }, "digest");
      // With the header of the other cell it is another batch, and its operator's choice.
      accept(batch, { words, accesses: elsewhere, sorted });
    });

    it("not left out by a cell that is read with another token, or as none", () => {
      const batch = done();
      const { trace } = batch;
      const { value } = trace.accesses[FEES];
      for (const wrong of [0n, value ^ (1n << 168n)]) {
        const accesses = trace.accesses.map((access, i): TracedAccess => {
          if (i === FEES) return { ...access, value: wrong, written: wrong };
          return i === SIGNED_FROM ? { ...access, written: access.written + 12n } : access;
        });
        expectRefused(batch, { accesses }, "read equation");
      }
      const junk = withAccess(trace, FEES, { value: value + (1n << 208n) });
      expectRefused(batch, { accesses: junk }, /BalanceCell.unused bits must be zero/);
    });

    it("C25: not of another height than was signed", () => {
      const batch = done();
      const words = replaced(batch.trace, SIGNED, (word) => word + (1n << 71n));
      expectRefused(batch, { words }, /Transfer.signature is not one/);
    });

    it("not of more than the cell has left, nor into a cell that has no room", () => {
      const state = zusdState();
      const op = signOp(state, alice, { ...transfer, amount: 995n });
      const forged = batchIn(state, { ops: [op] }, { feeCells: [0, 0, 0, 0], feeTokens: [0, 0, 0, 0] });
      const words = replaced(forged.trace, 0, (word) => word | (2n << 136n));
      const accesses = withAccess(forged.trace, FEES, {
        cell: 18,
        value: state.read(18),
        first: true,
        last: true,
        previous: 0,
      });
      expectRefused(
        forged,
        { words, accesses },
        /Transfer.amount exceeds the balance of cell 1 \(995 and a fee of 12 > 1000\)/,
      );
      const full = zusdState();
      full.write(18, encodeBalance(SMALL_BITS, { balance: 2n ** 128n - 12n, nonce: 0, token: TOKEN_A, account: 2 }));
      const paid = batchIn(
        full,
        { ops: [signOp(full, alice, transfer)] },
        { feeCells: [0, 0, 0, 0], feeTokens: [TOKEN_A, 0, 0, 0] },
      );
      const into = withAccess(paid.trace, FEES, {
        cell: 18,
        value: full.read(18),
        first: true,
        last: true,
        previous: 0,
      });
      const toBob = replaced(paid.trace, 0, (word) => word | (2n << 136n));
      expectRefused(paid, { words: toBob, accesses: into }, /the fees of slot 0 make the balance of cell 2 exceed/);
    });

    it("C22: not into a cell outside the vector", () => {
      const batch = done();
      for (const slot of [136n, 159n, 182n, 205n]) {
        const words = replaced(batch.trace, 0, (word) => word | (16n << slot));
        expectRefused(batch, { words }, /HeaderWord.feeCell must be below 16/);
      }
      expectRefused(
        batch,
        { words: replaced(batch.trace, 0, (word) => word | (1n << 228n)) },
        /HeaderWord.unused bits/,
      );
    });
  });

  describe("suspended chains", () => {
    const suspend = ({ trace }: Batch, ...chains: number[]): Claims => ({
      words: replaced(trace, 0, (word) => chains.reduce((w, chain) => w | (1n << BigInt(72 + chain)), word)),
    });

    it("stand while nothing of them moves", () => {
      const request = depositOf(bob, { chain: 1, token: TOKEN_A, amount: 5n, account: 2, cell: 2 });
      const op = signOp(zusdState(), alice, { op: "Transfer", from: 1, to: 4, account: 1, amount: 3n, fee: 0n });
      const batch = batchOf({ requests: [request], ops: [op] });
      accept(batch, suspend(batch, 2, 3, 63));
      expectRefused(batch, suspend(batch, 0), /HeaderWord.suspended must have bit 0 clear/);
    });

    it("have no request consumed, executed or not", () => {
      const requests: Request[] = [
        depositOf(bob, { chain: 1, token: TOKEN_A, amount: 5n, account: 2, cell: 2 }),
        depositOf(bob, { chain: 1, token: TOKEN_A, amount: 5n, account: 2, cell: 1 }),
        setKeyOf(alice, { chain: 1, account: 1 }),
        setKeyOf(bob, { chain: 1, account: 1 }),
        exitOf(alice, { chain: 1, account: 1, cell: 1, token: TOKEN_A, payer: 1 }),
        exitOf(bob, { chain: 1, account: 1, cell: 1, token: TOKEN_A, payer: 1 }),
        routeOf(alice, { chain: 1, payer: 1, amount: 5n }),
        routeOf(alice, { chain: 1, payer: 3, amount: 5n }),
      ];
      for (const request of requests) {
        const batch = batchOf({ requests: [request] });
        expectRefused(batch, suspend(batch, 1), new RegExp(`${request.op}.chain is 1, which is suspended`));
        accept(batch, suspend(batch, 2));
      }
    });

    it("pay no exit, which then does nothing", () => {
      for (const [cell, token] of [
        [3, TOKEN_B],
        [5, ZUSD],
      ]) {
        const request = exitOf(alice, { chain: 1, account: 1, cell, token, payer: 2 });
        const batch = batchOf({ requests: [request] });
        expectRefused(batch, suspend(batch, 2), FLAGS);
        const nothing = batchOf({ requests: [request], suspended: 1n << 2n });
        accept(nothing);
        expectRefused(nothing, { words: replaced(nothing.trace, 0, (word) => word ^ (1n << 74n)) }, FLAGS);
      }
    });

    it("pay no route, which then is refunded", () => {
      const request = routeOf(alice, { chain: 1, payer: 2, amount: 5n });
      const batch = batchOf({ requests: [request] });
      expectRefused(batch, suspend(batch, 2), FLAGS);
      const refunded = batchOf({ requests: [request], suspended: 1n << 2n });
      accept(refunded);
      expectRefused(refunded, { words: replaced(refunded.trace, 0, (word) => word ^ (1n << 74n)) }, FLAGS);
    });

    it("have no token moved, and get no zUSD", () => {
      const state = zusdState();
      const leaving = { recipient: bob.address, chain: 2, fee: 0n, amount: 1n };
      const ops: [UnsignedOp, string][] = [
        [{ op: "Transfer", from: 3, to: 3, account: 1, amount: 1n, fee: 0n }, "Transfer.from.token.chain"],
        [{ op: "Withdraw", from: 3, isZusd: false, asset: 1, ...leaving }, "Withdraw.from.token.chain"],
        [{ op: "Withdraw", from: 5, isZusd: true, asset: 0, ...leaving }, "Withdraw.chain"],
        [
          { op: "WithdrawExact", from: 3, isZusd: false, asset: 1, minOut: 0n, ...leaving },
          "WithdrawExact.from.token.chain",
        ],
        [{ op: "WithdrawExact", from: 5, isZusd: true, asset: 0, minOut: 0n, ...leaving }, "WithdrawExact.chain"],
        [{ op: "Open", from: 3, cell: 7, token: TOKEN_A, account: 1, fee: 0n }, "Open.from.token.chain"],
      ];
      for (const [op, field] of ops) {
        const batch = batchOf({ ops: [signOp(state, alice, op)] });
        expectRefused(batch, suspend(batch, 2), new RegExp(`${field} is 2, which is suspended`));
        accept(batch, suspend(batch, 1, 3));
      }
    });
  });

  describe("amounts and fees", () => {
    /** A word signed as it is, whatever its packing. */
    function signWords(state: State, by: User, op: UnsignedOp, words: bigint[]): SignedOp {
      const { nonce, token } = state.balance(op.from);
      const message = signedMessage(state.domain, words[0], words[1] ?? 0n, { expiry: LATER, nonce, token });
      return { ...op, expiry: LATER, signature: { ...sign(by.keys.secret, message), keyX: by.keys.ax } };
    }

    it("are packed with the smallest exponent, which the circuit does not ask for", () => {
      const state = zusdState();
      const leaving = { recipient: bob.address, chain: 2, isZusd: true, asset: 0 };
      const ten = (10n ^ (1n | (1n << 35n))) << 31n;
      const tenFee = (10n ^ (1n | (1n << 7n))) << 71n;
      const ops: [UnsignedOp, number, bigint][] = [
        [{ op: "Transfer", from: 1, to: 4, account: 1, amount: 10n, fee: 0n }, 0, ten],
        [{ op: "Transfer", from: 1, to: 4, account: 1, amount: 10n, fee: 10n }, 0, tenFee],
        [{ op: "Withdraw", from: 5, amount: 10n, fee: 0n, ...leaving }, 0, ten],
        [{ op: "WithdrawExact", from: 5, amount: 3n, fee: 10n, minOut: 0n, ...leaving }, 0, tenFee],
        [{ op: "WithdrawExact", from: 5, amount: 3n, fee: 0n, minOut: 10n, ...leaving }, 1, ten],
        [{ op: "Open", from: 1, cell: 7, token: TOKEN_A, account: 1, fee: 10n }, 0, tenFee],
      ];
      for (const [op, index, change] of ops) {
        const batch = batchOf({ ops: [signOp(state, alice, op)] });
        accept(batch);
        const words = replaced(batch.trace, SIGNED + index, (word) => word ^ change);
        // Signed in the smallest form, it is the word's packing that is refused; signed as the word says, the signature.
        expectRefused(batch, { words }, "packed amount's smallest exponent");
        const signed = signWords(state, alice, op, words.slice(SIGNED));
        const input = proverInput(state, batch.trace, { words });
        const { keyX, r8x, r8y, s } = signed.signature;
        [input.keyX[0], input.r8x[0], input.r8y[0], input.s[0]] = [keyX, r8x, r8y, s];
        expectInputRefused(SIZE, input, new RegExp(`${op.op}.signature is not one`));
      }
    });
  });

  it("a batch of everything stands", () => {
    const size = { ...SIZE, queueOps: 4, signedOps: 6 };
    const before = zusdState();
    const other = user("alice's other key");
    const requests = [
      depositOf(mallory, { chain: 3, token: ZUSD, amount: 9n }),
      setKeyOf(alice, { chain: 1, account: 1, key: other.keys.ay }),
      exitOf(bob, { chain: 1, account: 2, cell: 6, token: ZUSD, payer: 3 }),
      exitOf(alice, { chain: 1, account: 1, cell: 3, token: TOKEN_B, payer: 2 }),
    ];
    const ops = [
      signOp(before, other, { op: "Transfer", from: 1, to: 2, account: 2, amount: 100n, fee: 12n }),
      signOp(before, bob, {
        op: "Withdraw",
        from: 2,
        amount: 70n,
        recipient: bob.address,
        chain: 1,
        isZusd: false,
        asset: 1,
        fee: 3n,
      }),
      signOp(before, other, {
        op: "WithdrawExact",
        from: 5,
        amount: 33n,
        recipient: bob.address,
        chain: 1,
        isZusd: true,
        asset: 1,
        minOut: 5n,
        fee: 7n,
      }),
      signOp(before, other, { op: "Open", from: 4, cell: 8, token: TOKEN_B, account: 2, fee: 1n }),
    ];
    const feeCells = [6, 4, 3, 2];
    const batch = batchOf({ requests, ops, feeCells, suspended: 1n << 63n }, before, size);
    expect(batch.trace.effects.queueOps.map(({ executed, covered }) => [executed, covered])).to.deep.equal([
      [true, true],
      [true, true],
      [true, false],
      [true, true],
    ]);
    expect(batch.trace.effects.fees).to.deep.equal([7n, 16n, 0n, 0n]);
    accept(batch);
    expect(ledgerOf(before)).to.deep.equal(ledgerOf(zusdState()));
  });
});
