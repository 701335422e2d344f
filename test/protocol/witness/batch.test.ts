import { expect } from "chai";
import { SIZES, ZUSD, accessCount, wordCount, type Size } from "../../../protocol/spec";
import { OpError, State, decodeBatch } from "../../../protocol/state";
import { NO_SIGNATURE, buildBatch, checkStatement, publicInputs, type BatchContent } from "../../../protocol/witness";
import {
  NO_CAP,
  TOKEN_A,
  TOKEN_B,
  alice,
  bob,
  cellsOf,
  contentOf,
  ledgerOf,
  mallory,
  smallState,
  zusdState,
} from "../../fixtures/states";
import { RandomBatches, Tally } from "../../fixtures/randomBatches";
import { proverInput } from "../../fixtures/statements";
import { depositOf, exitOf, setKeyOf, signOp, user } from "../../fixtures/users";

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
  const withdraw = {
    op: "Withdraw",
    fee: 0n,
    isZusd: false,
    from: 1,
    amount: 9n,
    recipient: bob.address,
    chain: 1,
    asset: 1,
  } as const;
  const exact = { ...withdraw, op: "WithdrawExact", minOut: 0n } as const;

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
      ...Array(4).fill(16),
    ]);
    expect(trace.touched).to.deep.equal(
      before
        .slice(0, 2)
        .map(([index, value]) => ({ index, old: value, new: value }))
        .concat({ index: 16, old: 0n, new: 0n }),
    );
    expect(trace.signatures).to.deep.equal(Array(4).fill(NO_SIGNATURE));
    expect(trace.effects).to.deep.equal({ payments: [], queueOps: [], fees: [0n, 0n, 0n, 0n] });
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

  it("lists refunds and exits, then withdrawals, as payments", () => {
    const state = zusdState();
    const refund = depositOf(mallory, { chain: 2, token: TOKEN_B, amount: 7n, account: 7 });
    const exit = exitOf(bob, { chain: 1, account: 2, cell: 6, token: ZUSD, payer: 2 });
    const second = signOp(state, alice, { ...exact, amount: 11n }, { nonceAhead: 1 });
    const ops = [signOp(state, alice, withdraw), second];
    const { effects } = buildBatch(state, content({ requests: [exit, refund], ops }));
    const common = { into: 0, minOut: 0n };
    expect(effects.payments).to.deep.equal([
      { chain: 2, token: ZUSD, recipient: bob.address, amount: 40n, ...common },
      { chain: 2, token: TOKEN_B, recipient: mallory.address, amount: 7n, ...common },
      { chain: 1, token: TOKEN_A, recipient: bob.address, amount: 9n, ...common },
      { chain: 1, token: TOKEN_A, recipient: bob.address, amount: 11n, ...common },
    ]);
    expect(effects.queueOps.map(({ op, executed }) => [op, executed])).to.deep.equal([
      ["FullExit", true],
      ["Deposit", false],
    ]);
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

  for (const [name, twoSlots] of [
    ["an Open", open],
    ["an exact withdrawal", exact],
  ] as const) {
    it(`starts ${name} in an even slot`, () => {
      const state = smallState();
      const ops = [signOp(state, alice, transfer), signOp(state, alice, twoSlots, { nonceAhead: 1 })];
      const trace = buildBatch(state, content({ ops }));
      expect(trace.words[8]).to.equal(0n);
      expect(decodeBatch(SIZE, trace.words).signed.map(({ slot }) => slot)).to.deep.equal([0, 2]);
      expect(trace.signatures.map((entry) => entry === NO_SIGNATURE)).to.deep.equal([false, true, false, true]);
      // Without anything before it, it begins the batch.
      const first = buildBatch(smallState(), content({ ops: [signOp(smallState(), alice, twoSlots)] }));
      expect(decodeBatch(SIZE, first.words).signed.map(({ slot }) => slot)).to.deep.equal([0]);
    });

    it(`places no Noop for ${name} that is rejected`, () => {
      const state = smallState();
      const first = signOp(state, alice, transfer);
      const wrong = twoSlots.op === "Open" ? { ...twoSlots, cell: 6 } : { ...twoSlots, amount: 1000n };
      const rejected = signOp(state, alice, wrong, { nonceAhead: 1 });
      const second = signOp(state, alice, transfer, { nonceAhead: 1 });
      const trace = buildBatch(state, content({ ops: [first, rejected, second] }));
      expect(decodeBatch(SIZE, trace.words).signed.map(({ slot }) => slot)).to.deep.equal([0, 1]);
      expect(trace.report).to.deep.include({ included: [0, 2], left: [] });
    });

    it(`leaves ${name} that would need a fifth slot`, () => {
      const state = smallState();
      const ops = [0, 1, 2].map((nonceAhead) => signOp(state, alice, transfer, { nonceAhead }));
      const last = signOp(state, alice, twoSlots, { nonceAhead: 3 });
      const trace = buildBatch(state, content({ ops: [...ops, last] }));
      expect(trace.report).to.deep.include({ included: [0, 1, 2], rejected: [], left: [3] });
      const two = buildBatch(smallState(), content({ ops: [...ops.slice(0, 2), { ...last }] }));
      expect(two.report).to.deep.include({ included: [0, 1], left: [] });
      expect(two.report.rejected.map(({ op }) => op)).to.deep.equal([2]);
    });
  }

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

  it("goes back with the ledger of zUSD, too, and forgets it with the rest", () => {
    const base = zusdState();
    const state = new State(base.cellBits, base.nonzero(), 0, ledgerOf(base));
    const leave = { ...withdraw, from: 5, isZusd: true, asset: 0, amount: 10n } as const;
    const contents = [contentOf(state)];
    for (let number = 1; number <= 3; number++) {
      const requests = [depositOf(bob, { chain: 2, token: ZUSD, amount: 5n, account: 2, cell: 6 })];
      buildBatch(state, content({ number, requests, ops: [signOp(state, alice, leave)], ...NO_CAP }));
      contents.push(contentOf(state));
    }
    expect(contents[3].ledger).to.deep.equal([
      [1, 70n],
      [2, 55n],
    ]);
    const later = state.clone();
    later.rollback(3);
    expect(contentOf(later)).to.deep.equal(contents[3]);
    state.forget(1);
    for (const batch of [2, 1]) {
      state.rollback(batch);
      expect(contentOf(state)).to.deep.equal(contents[batch]);
    }
    expect(() => state.rollback(0)).to.throw("no checkpoint of batch 0");
    // The same batch again, after the way back.
    const requests = [depositOf(bob, { chain: 2, token: ZUSD, amount: 5n, account: 2, cell: 6 })];
    buildBatch(state, content({ number: 2, requests, ops: [signOp(state, alice, leave)], ...NO_CAP }));
    expect(contentOf(state)).to.deep.equal(contents[2]);
  });

  it("asks the ledger before each op, in the order of the words", () => {
    const state = zusdState();
    const deposit = (amount: bigint) => depositOf(bob, { chain: 2, token: ZUSD, amount, account: 2, cell: 6 });
    const leave = { ...withdraw, from: 5, chain: 2, isZusd: true, asset: 0 } as const;
    const ops = [
      signOp(state, alice, { ...leave, amount: 41n }),
      signOp(state, alice, { ...leave, amount: 5n }, { nonceAhead: 1 }),
      signOp(state, alice, { ...leave, amount: 4n }, { nonceAhead: 1 }),
    ];
    // 40 are issued; the cap leaves room for 5 more.
    const cap = () => 45n;
    const { effects, report } = buildBatch(state, content({ requests: [deposit(5n), deposit(1n)], ops, cap }));
    expect(effects.queueOps.map(({ covered }) => covered)).to.deep.equal([true, false]);
    expect(report.included).to.deep.equal([0, 2]);
    expect(report.rejected[0].error.message).to.equal("Withdraw.amount exceeds the zUSD issued to chain 2 (5 > 4)");
    expect(ledgerOf(state)).to.deep.equal([[1, 100n]]);
  });

  it("sets a key before signed ops, and takes one away", () => {
    const state = smallState();
    const key = user("alice's other key");
    const requests = [setKeyOf(alice, { chain: 1, account: 1, key: key.keys.ay })];
    const ops = [signOp(state, alice, transfer), signOp(state, key, transfer)];
    const { report } = buildBatch(state, content({ requests, ops }));
    expect(report.included).to.deep.equal([1]);
    const gone = buildBatch(
      state,
      content({ number: 2, requests: [{ ...requests[0], key: 0n }], ops: [signOp(state, key, transfer)] }),
    );
    expect(gone.report.rejected.map(({ error }) => error.message)).to.deep.equal([
      "Transfer.from belongs to account 1, which has no key",
    ]);
  });

  it("throws for a request that no vault can have accepted, and leaves the state as it was", () => {
    const state = smallState();
    const before = contentOf(state);
    const good = depositOf(mallory, { chain: 1, token: TOKEN_A, amount: 7n });
    const zusd = depositOf(mallory, { chain: 1, token: ZUSD, amount: 7n });
    for (const [wrong, message] of [
      [{ ...good, account: 8 }, "Deposit.account must be"],
      [{ ...good, amount: 2n ** 128n }, "DepositWord0.amount must be below 2^128"],
      [setKeyOf(alice, { chain: 1, account: 8 }), "SetKey.account must be"],
      [exitOf(alice, { chain: 1, account: 1, cell: 16, token: TOKEN_A, payer: 1 }), "FullExit.cell must be"],
    ] as const) {
      expect(() => buildBatch(state, content({ requests: [zusd, wrong], ...NO_CAP }))).to.throw(message);
      expect(contentOf(state)).to.deep.equal(before);
      expect(state.batch).to.equal(0);
    }
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
    // Also where the batch would move zUSD: the ledger goes back as the cells do.
    const zusd = zusdState();
    const content0 = contentOf(zusd);
    const leave = signOp(zusd, alice, { ...withdraw, from: 5, isZusd: true, asset: 0 });
    expect(() => buildBatch(zusd, content({ number: 2, ops: [leave] }))).to.throw("batch 2 does not follow batch 0");
    expect(contentOf(zusd)).to.deep.equal(content0);
    expect(cellsOf(state)).to.deep.equal(before);
  });

  it("makes random batches that satisfy the whole statement", () => {
    const size = SIZES.test;
    const batches = new RandomBatches({ size, seed: "statement", forged: true });
    const tally = new Tally();
    for (let i = 0; i < 25; i++) {
      const batch = batches.next();
      const { before, trace, requests, ops } = batch;
      tally.add(batch);
      expect(trace.words).to.have.length(wordCount(size));
      expect(trace.accesses).to.have.length(accessCount(size));
      expect(trace.report.requests).to.equal(requests.length);
      const input = proverInput(before, trace);
      checkStatement(size, input);
      expect(publicInputs(input).slice(0, 2)).to.deep.equal([trace.digest, input.challenge]);
      expect(ops.length).to.equal(
        trace.report.included.length + trace.report.rejected.length + trace.report.left.length,
      );
    }
    expect(tally.of().share, String(tally)).to.be.within(0.6, 0.9);
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
