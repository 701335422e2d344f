import { expect } from "chai";
import { ZUSD, balanceRoom, queueWord, signedWord, tokenChain, wordCount, type Size } from "../../protocol/spec";
import {
  FullFeeCellError,
  NO_FEE_CELLS,
  OpError,
  Replay,
  ReplayError,
  applyFees,
  applySigned,
  decodeBatch,
  encodeHeader,
  encodeSigned,
  requestOf,
  slotsOf,
  type SignedOp,
  type State,
  type UnsignedOp,
} from "../../protocol/state";
import { StatementError, checkStatement, type BatchTrace } from "../../protocol/witness";
import { freshSeed } from "../fixtures/random";
import { RandomBatches, Tally, type RandomBatch } from "../fixtures/randomBatches";
import { DOMAIN, contentOf } from "../fixtures/states";
import { honestInput } from "../circuits/batch/world";

/** Small ones, so that states are soon full and batches hold their ops in every place. */
const SIZES: readonly (Size & { forged: boolean })[] = [
  { name: "a", cellBits: 5, queueOps: 1, signedOps: 2, gatePower: 0, forged: true },
  { name: "b", cellBits: 6, queueOps: 2, signedOps: 2, gatePower: 0, forged: false },
  { name: "c", cellBits: 6, queueOps: 1, signedOps: 4, gatePower: 0, forged: true },
  { name: "d", cellBits: 7, queueOps: 3, signedOps: 4, gatePower: 0, forged: false },
];
/** Each world begins at genesis. */
const BATCHES_PER_WORLD = 50;

/** A world: the reference's state and a follower's, which know of each other only the words. */
class World {
  private readonly batches: RandomBatches;
  private readonly replay: Replay;

  constructor(
    private readonly size: Size & { forged: boolean },
    seed: string,
    private readonly tally: Tally,
  ) {
    this.batches = new RandomBatches({ size, seed, domain: DOMAIN, forged: size.forged });
    this.replay = new Replay(size.cellBits, DOMAIN);
  }

  step(): void {
    const { size, replay } = this;
    const batch = this.batches.next();
    const { before, trace } = batch;
    this.tally.add(batch);

    const input = honestInput(before, trace);
    checkStatement(size, input);
    for (const words of flagsForged(batch)) {
      expect(() => checkStatement(size, { ...input, words }), "a forged flag in the statement").to.throw(
        StatementError,
        "queue op's flags, indices and amount",
      );
      if (isMadeExecuted(batch, words)) {
        expect(() => copyOf(replay).apply(size, words), "a forged flag in the replay").to.throw(ReplayError);
      }
    }

    expect(replay.apply(size, trace.words)).to.deep.equal(trace.effects.payments);
    expect(contentOf(replay)).to.deep.equal(contentOf(this.batches.state));
    expectRead(size, batch);
    expectConserved(before, this.batches.state, trace);
    for (const { op } of trace.report.rejected) this.askAgain(batch, batch.ops[op]);
  }

  /** An op that was rejected, now with a right signature: reference and replay decide alike about its rules. */
  private askAgain(batch: RandomBatch, rejected: SignedOp, feeCells = batch.terms.feeCells ?? NO_FEE_CELLS): void {
    const { size, replay, batches } = this;
    const op = batches.signed(rejected);
    if (!op) return;
    const state = batches.state.clone();
    const terms = { ...batch.terms, feeCells };
    const { timestamp, suspended = 0n } = terms;
    const words = new Array<bigint>(wordCount(size)).fill(0n);
    words[0] = encodeHeader({ number: state.batch + 1, timestamp, suspended, feeCells });
    words.splice(signedWord(size, 0), slotsOf(op), ...encodeSigned(op));
    const follower = copyOf(replay);
    try {
      const { payments, fee } = applySigned(state, op, terms);
      const fees = feeCells.map((_, slot) => (slot === fee?.slot ? fee.amount : 0n));
      applyFees(state, feeCells, fees);
      expect(follower.apply(size, words)).to.deep.equal(payments);
      expect(contentOf(follower)).to.deep.equal(contentOf(state));
    } catch (error) {
      // As in a batch: without the slot whose cell is full.
      if (error instanceof FullFeeCellError) return this.askAgain(batch, rejected, feeCells.with(error.slot, 0));
      if (!(error instanceof OpError)) throw error;
      expect(() => follower.apply(size, words), `rejected by the reference: ${error.message}`).to.throw(ReplayError);
    }
  }
}

/** The words with each request's `executed` bit turned round: nobody may choose it. */
function flagsForged({ trace }: RandomBatch): bigint[][] {
  return trace.effects.queueOps.map((_, slot) =>
    trace.words.map((word, at) => (at === queueWord(slot) ? word ^ (1n << 203n) : word)),
  );
}

/** Whether a request that was not executed is said to be. (That one could have been executed, a follower cannot know.) */
function isMadeExecuted({ trace }: RandomBatch, words: readonly bigint[]): boolean {
  const slot = trace.effects.queueOps.findIndex((_, i) => words[queueWord(i)] !== trace.words[queueWord(i)]);
  return !trace.effects.queueOps[slot].executed;
}

function copyOf(replay: Replay): Replay {
  const { cells, ledger } = replay as unknown as Record<"cells" | "ledger", Map<number, bigint>>;
  const copy = Object.assign(Object.create(Replay.prototype) as Replay, replay);
  return Object.assign(copy, { cells: new Map(cells), ledger: new Map(ledger) });
}

/** The words read back are what was asked for and done. */
function expectRead(size: Size, { requests, ops, terms, trace }: RandomBatch): void {
  const read = decodeBatch(size, trace.words);
  const { number, timestamp, suspended, feeCells } = read;
  expect({ number, timestamp, suspended, feeCells }).to.deep.equal({
    number: trace.number,
    timestamp: terms.timestamp,
    suspended: terms.suspended,
    feeCells: trace.feeCells,
  });
  // A slot is as it was settled, or left out.
  trace.feeCells.forEach((cell, slot) => expect([0, terms.feeCells?.[slot]]).to.include(cell));
  expect(read.queue.map(({ op }) => op)).to.deep.equal(trace.effects.queueOps);
  expect(read.queue.map(({ op }) => requestOf(op))).to.deep.equal(requests);
  const included = trace.report.included.map((i): UnsignedOp => {
    const { expiry: _, signature: __, ...op } = ops[i];
    return op;
  });
  expect(read.signed.map(({ op }) => op)).to.deep.equal(included);
}

/** Of each token there is after the batch what there was, and what came in, less what went out; zUSD as much as is issued. */
function expectConserved(before: State, after: State, { effects }: BatchTrace): void {
  const change = suppliesOf(after);
  for (const [token, supply] of suppliesOf(before)) add(change, token, -supply);
  const issued = new Map<number, bigint>();
  for (const op of effects.queueOps) {
    if (op.op !== "Deposit" && op.op !== "Route") continue;
    // A refund comes in and goes out, and so does a route. A vault holds its own chain's tokens alone; what is of another came from nowhere.
    const isHeld = op.chain !== 0 && (op.token === ZUSD || tokenChain(op.token) === op.chain);
    expect(isHeld || !op.executed).to.equal(true);
    if (!isHeld) continue;
    add(change, op.token, -op.amount);
    if (op.token === ZUSD) add(issued, op.chain, op.amount);
  }
  for (const { token, chain, amount } of effects.payments) {
    add(change, token, amount);
    if (token === ZUSD) add(issued, chain, -amount);
  }
  for (const [token, difference] of change) expect(difference, `token ${token}`).to.equal(0n);
  let sum = 0n;
  for (let chain = 0; chain < 64; chain++) {
    expect(after.issued(chain) - before.issued(chain), `chain ${chain}`).to.equal(issued.get(chain) ?? 0n);
    sum += after.issued(chain);
  }
  expect(suppliesOf(after).get(ZUSD) ?? 0n).to.equal(sum);
}

function suppliesOf(state: State): Map<number, bigint> {
  const supplies = new Map<number, bigint>();
  for (let index = 1; index < balanceRoom(state.cellBits); index++) {
    const { token, balance } = state.balance(index);
    if (token !== 0) add(supplies, token, balance);
  }
  return supplies;
}

function add(sums: Map<number, bigint>, key: number, amount: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + amount);
}

/** Plays worlds of all sizes; a failure says with which seed it can be had again. */
function play(count: number, seed: string, tally: Tally): void {
  for (let i = 0; i < count / BATCHES_PER_WORLD; i++) {
    const size = SIZES[i % SIZES.length];
    const worldSeed = `${seed} ${i}`;
    const world = new World(size, worldSeed, tally);
    for (let batch = 1; batch <= BATCHES_PER_WORLD; batch++) {
      try {
        world.step();
      } catch (error) {
        (error as Error).message =
          `size ${size.name}, seed "${worldSeed}", batch ${batch}: ${(error as Error).message}`;
        throw error;
      }
    }
  }
}

describe("Reference = statement = replay", () => {
  it("[proof] C19, R9: 1,000 random batches", () => {
    const tally = new Tally();
    play(1000, "statement", tally);
    const counts = String(tally);
    expect(tally.of().share, counts).to.be.greaterThan(0.6);
    // Every op is met both ways, and whatever else can happen, happens.
    for (const kind of [
      "Deposit",
      "SetKey",
      "FullExit",
      "Route of zUSD",
      "Transfer",
      "Withdraw",
      "WithdrawExact",
      "Open",
    ]) {
      const zUSD = ["Deposit", "FullExit", "Withdraw", "WithdrawExact"].includes(kind) ? [`${kind} of zUSD`] : [];
      for (const name of [kind, ...zUSD]) {
        const { executed, all } = tally.of(name);
        expect(executed, `${name} executed: ${counts}`).to.be.greaterThan(20);
        expect(all - executed, `${name} refused: ${counts}`).to.be.greaterThan(5);
      }
    }
    for (const event of [
      "deposit above the cap",
      "exit of a part",
      "route that is not covered",
      "route to its own chain",
      "route too late",
      "route to a suspended chain",
      "key set",
      "key taken away",
      "op on a suspended chain",
      "suspended chains",
      "fees",
      "several fee cells",
      "op without a slot",
    ]) {
      expect(tally.times(event), `${event}: ${counts}`).to.be.greaterThan(10);
    }
  });

  for (let part = 1; part <= 50; part++) {
    it(`[fuzz] C19, R9: 10,000 random batches, part ${part} of 50`, () => {
      const tally = new Tally();
      play(200, freshSeed(`part ${part}`), tally);
      expect(tally.of().share, String(tally)).to.be.greaterThan(0.6);
    });
  }
});
