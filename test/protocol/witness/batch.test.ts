import { expect } from "chai";
import { SIZES, accessCount, wordCount, type Size } from "../../../protocol/spec";
import { OpError, decodeBatch } from "../../../protocol/state";
import { NO_SIGNATURE, buildBatch, checkStatement, publicInputs, type BatchContent } from "../../../protocol/witness";
import { TOKEN_A, TOKEN_B, alice, bob, cellsOf, mallory, smallState } from "../../fixtures/states";
import { RandomBatches } from "../../fixtures/randomBatches";
import { proverInput } from "../../fixtures/statements";
import { depositOf, signOp } from "../../fixtures/users";

const SIZE: Size = { name: "small", cellBits: 5, queueOps: 2, signedOps: 4, gatePower: 0 };

describe("buildBatch", () => {
  const content = (change: Partial<BatchContent> = {}): BatchContent => ({
    size: SIZE,
    number: 1,
    timestamp: 1000,
    requests: [],
    ops: [],
    ...change,
  });
  const transfer = { op: "Transfer", fee: 0n, from: 1, to: 2, account: 2, amount: 30n } as const;
  const open = { op: "Open", fee: 0n, from: 1, cell: 5, token: TOKEN_B, account: 2 } as const;

  it("fills a batch with Noops that change nothing", () => {
    const state = smallState();
    const before = cellsOf(state);
    const trace = buildBatch(state, content());
    expect(cellsOf(state)).to.deep.equal(before);
    expect(trace.words).to.deep.equal([1n | (1000n << 32n), ...Array<bigint>(10).fill(0n)]);
    expect(trace.accesses.map(({ cell }) => cell)).to.deep.equal([
      1,
      ...[0, 1, 16, 0],
      ...[0, 1, 16, 0],
      ...Array(4).fill([0, 16, 16]).flat(),
    ]);
    expect(trace.touched).to.deep.equal(
      before
        .slice(0, 2)
        .map(([index, value]) => ({ index, old: value, new: value }))
        .concat({ index: 16, old: 0n, new: 0n }),
    );
    expect(trace.signatures).to.deep.equal(Array(4).fill(NO_SIGNATURE));
    expect(trace.effects).to.deep.equal({ payments: [], deposits: [] });
  });

  it("puts queue ops before signed ops, so a deposit can be spent in its own batch", () => {
    const state = smallState();
    const draft = state.clone();
    const request = depositOf(mallory, { chain: 1, token: TOKEN_A, amount: 70n });
    buildBatch(draft, content({ requests: [request] }));
    const spend = signOp(draft, mallory, { ...transfer, from: 5, amount: 60n });
    const trace = buildBatch(state, content({ requests: [request], ops: [spend] }));
    expect(trace.report).to.deep.equal({ requests: 1, included: [0], rejected: [], left: [] });
    expect(state.balance(5).balance).to.equal(10n);
    expect(state.balance(2).balance).to.equal(80n);
    expect(state.batch).to.equal(1);
  });

  it("takes no more requests than there are slots", () => {
    const request = depositOf(bob, { chain: 1, token: TOKEN_A, amount: 7n, account: 2, cell: 2 });
    const state = smallState();
    const trace = buildBatch(state, content({ requests: [request, request, request] }));
    expect(trace.report.requests).to.equal(2);
    expect(state.balance(2).balance).to.equal(34n);
  });

  it("lists refunds, then withdrawals, as payments", () => {
    const state = smallState();
    const refund = depositOf(mallory, { chain: 2, token: TOKEN_B, amount: 7n, account: 7 });
    const withdraw = signOp(state, alice, {
      op: "Withdraw",
      fee: 0n,
      isZusd: false,
      from: 1,
      amount: 9n,
      recipient: bob.address,
      chain: 1,
      asset: 1,
    });
    const { effects } = buildBatch(state, content({ requests: [refund], ops: [withdraw] }));
    expect(effects.payments).to.deep.equal([
      { chain: 2, token: 1, recipient: mallory.address, amount: 7n },
      { chain: 1, token: 1, recipient: bob.address, amount: 9n },
    ]);
    expect(effects.queueOps[0].executed).to.equal(false);
  });

  it("rejects what may not be executed, reports it, and goes on", () => {
    const state = smallState();
    const good = signOp(state, alice, transfer);
    const trace = buildBatch(state, content({ ops: [{ ...good, amount: 31n }, good, good] }));
    expect(trace.report.included).to.deep.equal([1]);
    expect(trace.report.rejected.map(({ op }) => op)).to.deep.equal([0, 2]);
    for (const { error } of trace.report.rejected) expect(error).to.be.instanceOf(OpError);
    expect(trace.words.slice(8)).to.deep.equal([0n, 0n, 0n]);
    expect(trace.signatures[0]).to.deep.equal({ expiry: good.expiry, signature: good.signature });
  });

  it("starts an Open in an even slot", () => {
    const state = smallState();
    const ops = [signOp(state, alice, transfer), signOp(state, alice, open, { nonceAhead: 1 })];
    const trace = buildBatch(state, content({ ops }));
    expect(trace.words[8]).to.equal(0n);
    expect(decodeBatch(SIZE, trace.words).signed.map(({ slot }) => slot)).to.deep.equal([0, 2]);
    expect(trace.signatures.map((entry) => entry === NO_SIGNATURE)).to.deep.equal([false, true, false, true]);
  });

  it("places no Noop for an Open that is rejected", () => {
    const state = smallState();
    const first = signOp(state, alice, transfer);
    const rejected = signOp(state, alice, { ...open, cell: 6 }, { nonceAhead: 1 });
    const second = signOp(state, alice, transfer, { nonceAhead: 1 });
    const trace = buildBatch(state, content({ ops: [first, rejected, second] }));
    expect(decodeBatch(SIZE, trace.words).signed.map(({ slot }) => slot)).to.deep.equal([0, 1]);
    expect(trace.report).to.deep.include({ included: [0, 2], left: [] });
  });

  it("leaves what finds no slot, and everything after it", () => {
    const state = smallState();
    const ops = [0, 1, 2].map((nonceAhead) => signOp(state, alice, transfer, { nonceAhead }));
    const opened = signOp(state, alice, open, { nonceAhead: 3 });
    const trace = buildBatch(
      state,
      content({ ops: [...ops, opened, signOp(state, alice, transfer, { nonceAhead: 3 })] }),
    );
    expect(trace.report).to.deep.equal({ requests: 0, included: [0, 1, 2], rejected: [], left: [3, 4] });
  });

  it("goes back to the state before, batch by batch", () => {
    const state = smallState();
    const before = cellsOf(state);
    const base = state.batch;
    buildBatch(state, content({ ops: [signOp(state, alice, transfer)] }));
    const middle = cellsOf(state);
    buildBatch(state, content({ number: 2, ops: [signOp(state, alice, transfer)] }));
    state.rollback(1);
    expect(cellsOf(state)).to.deep.equal(middle);
    state.rollback(base);
    // The fixture's deposits were made after genesis, without a batch.
    expect(cellsOf(state)).not.to.deep.equal(before);
    expect(state.counters()).to.deep.equal({ nextAccount: 1, nextBalance: 1 });
  });

  it("throws for a request that no vault can have accepted, and leaves the state as it was", () => {
    const state = smallState();
    const before = cellsOf(state);
    const good = depositOf(mallory, { chain: 1, token: TOKEN_A, amount: 7n });
    expect(() => buildBatch(state, content({ requests: [good, { ...good, account: 8 }] }))).to.throw(
      "Deposit.account must be",
    );
    expect(cellsOf(state)).to.deep.equal(before);
    expect(state.batch).to.equal(0);
  });

  it("refuses a number out of turn, a foreign size and a header out of range", () => {
    const state = smallState();
    const before = cellsOf(state);
    const op = signOp(state, alice, transfer);
    expect(() => buildBatch(state, content({ number: 2, ops: [op] }))).to.throw("batch 2 does not follow batch 0");
    expect(() => buildBatch(state, content({ size: SIZES.test }))).to.throw(
      "size test is for 2^16 cells, the state has 2^5",
    );
    expect(() => buildBatch(state, content({ size: { ...SIZE, signedOps: 3 } }))).to.throw("even number of signed ops");
    expect(() => buildBatch(state, content({ timestamp: 2 ** 40 }))).to.throw(
      "HeaderWord.timestamp must be below 2^40",
    );
    expect(cellsOf(state)).to.deep.equal(before);
  });

  it("makes random batches that satisfy the whole statement", () => {
    const size = SIZES.test;
    const batches = new RandomBatches({ size, seed: "statement", forged: true });
    let included = 0;
    let rejected = 0;
    for (let i = 0; i < 25; i++) {
      const { before, trace, requests, ops } = batches.next();
      expect(trace.words).to.have.length(wordCount(size));
      expect(trace.accesses).to.have.length(accessCount(size));
      expect(trace.report.requests).to.equal(requests.length);
      const input = proverInput(before, trace);
      checkStatement(size, input);
      expect(publicInputs(input).slice(0, 2)).to.deep.equal([trace.digest, input.challenge]);
      included += trace.report.included.length;
      rejected += trace.report.rejected.length;
      expect(ops.length).to.equal(
        trace.report.included.length + trace.report.rejected.length + trace.report.left.length,
      );
    }
    expect(included / (included + rejected)).to.be.greaterThan(0.6);
    expect(rejected).to.be.greaterThan(0);
  });

  it("draws the same random batches from the same seed", () => {
    const words = (seed: string) => {
      const batches = new RandomBatches({ size: SIZE, seed });
      return Array.from({ length: 5 }, () => batches.next().trace.words);
    };
    expect(words("a")).to.deep.equal(words("a"));
    expect(words("a")).not.to.deep.equal(words("b"));
  });
});
