import { expect } from "chai";
import { COUNTERS_CELL, ZUSD, keyCell, mask, ownerCell, packAmount, tokenId } from "../../../protocol/spec";
import { NO_FEE_CELLS, encodeHeader, type Request, type Route, type RouteRequest, type State } from "../../../protocol/state";
import { adding, draftOf, routeSlot, withAccess, withWords, type Slot } from "./forgery";
import { Judge, constraint } from "./judge";
import {
  CELLS,
  GOLD,
  NOW,
  SILVER,
  batchOf,
  cellOf,
  depositOf,
  exitOf,
  routeOf,
  setKeyOf,
  user,
  wideWorld,
  type Content,
} from "./world";

/** Where the circuit refuses. */
const FLAG = constraint("queueSlot", "op.executed ===");
const NO_LEDGER = constraint("queueSlot", "withoutLedger * (1 - op.covered) ===");
const NO_CELLS = constraint("queueWords", "isRoute * (account + cell) ===");
const DEADLINE = constraint("queueWords", "deadline * (1 - isRoute) ===");

const LAST = 2 ** 40 - 1;

/** 100 zUSD of alice's from chain 2 to chain 1, where 10,010 are issued in the wide world. */
function request(fields: Partial<RouteRequest> = {}): RouteRequest {
  return routeOf(user("alice"), { chain: 2, payer: 1, amount: 100n, deadline: NOW, ...fields });
}

describe("Batch: Route", () => {
  let judge: Judge;
  before(async () => {
    judge = await Judge.create();
  });

  type Terms = Pick<Content, "suspended">;

  /** What the reference says a request does. */
  function truth(state: State, route: RouteRequest, terms: Terms = {}): Route {
    return batchOf(state, { requests: [route], ...terms }).effects.queueOps[0] as Route;
  }

  async function proves(state: State, claim: Route, terms: Terms = {}): Promise<void> {
    await judge.proves(state, { queue: [routeSlot(claim)], ...terms });
  }

  async function refused(state: State, slot: Slot, by: RegExp, terms: Terms = {}): Promise<void> {
    await judge.refuses(state, { queue: [slot], ...terms }, by);
  }

  /** A request whose conditions all hold: it is paid, and not refunded, unless the ledger says so. */
  async function executes(state: State, route: RouteRequest, terms: Terms = {}): Promise<void> {
    const claim = truth(state, route, terms);
    expect(claim).to.include({ executed: true, covered: true });
    await proves(state, claim, terms);
    await refused(state, routeSlot({ ...claim, executed: false }), FLAG, terms);
    await refused(state, routeSlot({ ...claim, covered: false }), FLAG, terms);
    await proves(state, { ...claim, executed: false, covered: false }, terms);
  }

  /** A request that is refunded whatever the ledger says. */
  async function doesNot(state: State, route: RouteRequest, terms: Terms = {}): Promise<void> {
    const claim = { ...truth(state, route, terms), covered: true };
    expect(claim.executed).to.equal(false);
    await proves(state, claim, terms);
    await refused(state, routeSlot({ ...claim, executed: true }), FLAG, terms);
    if (route.token === ZUSD) {
      await proves(state, { ...claim, covered: false }, terms);
      await refused(state, routeSlot({ ...claim, executed: true, covered: false }), FLAG, terms);
      return;
    }
    for (const executed of [true, false])
      await refused(state, routeSlot({ ...claim, executed, covered: false }), NO_LEDGER, terms);
  }

  it("an honest one, paid and refunded, with what to redeem into", async () => {
    const { state } = wideWorld();
    const payment = { into: 1023, minOut: packAmount(99n) };
    const paid = await judge.accepts(state, { requests: [request(payment)] });
    expect(paid.effects.payments).to.deep.equal([
      { chain: 1, token: ZUSD, recipient: user("alice").address, amount: 100n, ...payment },
    ]);
    const refunded = await judge.accepts(state, { requests: [request({ ...payment, amount: 10_011n })] });
    expect(refunded.effects.queueOps[0]).to.include({ executed: false, covered: false });
    expect(refunded.effects.payments).to.deep.include.members([
      { chain: 2, token: ZUSD, recipient: user("alice").address, amount: 10_011n, into: 0, minOut: 0n },
    ]);
  });

  describe("C27: executed if and only if", () => {
    it("all conditions hold: between any two chains, on one, of nothing, of the most", async () => {
      const { state } = wideWorld();
      for (const chain of [1, 2, 63]) await executes(state, request({ chain }));
      for (const payer of [2, 63]) {
        state.issue(payer, 100n);
        await executes(state, request({ chain: 1, payer }));
      }
      await executes(state, request({ amount: 0n }));
      state.issue(1, mask(128));
      const most = truth(state, request({ amount: mask(128) }));
      expect(most).to.include({ executed: false, covered: false });
      await proves(state, { ...most, executed: true, covered: true });
    });

    it("C27: in time, until the deadline and no second longer", async () => {
      const { state } = wideWorld();
      for (const deadline of [NOW, NOW + 1, LAST]) await executes(state, request({ deadline }));
      for (const deadline of [NOW - 1, NOW - 2 ** 30, 1, 0]) await doesNot(state, request({ deadline }));
    });

    it("in time, at the ends of a timestamp's range", async () => {
      const { state } = wideWorld();
      for (const [timestamp, deadline] of [
        [0, 0],
        [0, LAST],
        [LAST, LAST],
        [1, 0],
        [LAST, LAST - 1],
        [LAST, 0],
      ]) {
        const header = encodeHeader({ number: 2, timestamp, suspended: 0n, feeCells: NO_FEE_CELLS });
        const executed = timestamp <= deadline;
        const claim: Route = { ...request({ deadline }), executed, covered: true, usedAccount: 0, usedCell: 0 };
        await judge.proves(state, { queue: [routeSlot(claim)], header });
        await judge.refuses(state, { queue: [routeSlot({ ...claim, executed: !executed })], header }, FLAG);
      }
    });

    it("the token is zUSD: not another of chain 0, nor of either chain, nor none", async () => {
      const { state } = wideWorld();
      for (const token of [0, 2, 1023, GOLD, SILVER, tokenId(2, 1), 2 << 10, tokenId(63, 1023)])
        await doesNot(state, request({ token }));
    });

    it("a chain asks, and a chain pays", async () => {
      const { state } = wideWorld();
      await doesNot(state, request({ chain: 0 }));
      await doesNot(state, request({ payer: 0 }));
      await doesNot(state, request({ chain: 0, payer: 0 }));
    });

    it("C24: the destination is not suspended", async () => {
      const { state } = wideWorld();
      const all = (1n << 64n) - 1n;
      for (const suspended of [2n, all - 5n]) await doesNot(state, request(), { suspended });
      await executes(state, request(), { suspended: all - 7n });
      state.issue(63, 100n);
      await doesNot(state, request({ payer: 63 }), { suspended: 1n << 63n });
      await executes(state, request({ payer: 63 }), { suspended: (1n << 63n) - 1n - 5n });
    });

    it("nothing makes up for a deadline that is over", async () => {
      const { state } = wideWorld();
      const late = { deadline: NOW - 1 };
      for (const other of [{ token: GOLD }, { chain: 0 }, { payer: 0 }]) await doesNot(state, request({ ...late, ...other }));
      await doesNot(state, request(late), { suspended: 2n });
    });
  });

  it("C27: what the ledger covers is not the circuit's to say, of another token it always is", async () => {
    const { state } = wideWorld();
    for (const amount of [10_010n, 10_011n]) {
      const claim = truth(state, request({ amount }));
      expect(claim.covered).to.equal(amount === 10_010n);
      await proves(state, { ...claim, executed: true, covered: true });
      await proves(state, { ...claim, executed: false, covered: false });
    }
  });

  it("C7, C23: counters, owner, balance and key are read and written back, paid or not", async () => {
    const { state } = wideWorld();
    for (const route of [request(), request({ deadline: 0 })]) {
      const slot = routeSlot(truth(state, route));
      for (const cell of [COUNTERS_CELL, ownerCell(0), cellOf(0), keyCell(0)]) {
        for (const amount of [1n, route.amount]) await refused(state, adding(slot, cell, amount), /Memory/);
      }
    }
  });

  it("C23: in front of other cells than account 0's and cell 0", async () => {
    const { state } = wideWorld();
    const claim = truth(state, request());
    for (const [from, to] of [
      [ownerCell(0), ownerCell(1)],
      [cellOf(0), cellOf(CELLS.aliceZusd)],
    ]) {
      const elsewhere = withAccess(routeSlot(claim), (access, cell, write) => access(cell === from ? to : cell, write));
      await refused(state, elsewhere, constraint("batch", "digest ==="));
    }
  });

  it("C28: names and uses no account and no cell", async () => {
    const { state } = wideWorld();
    const withBits = (slot: Slot, ...bits: bigint[]): Slot => withWords(slot, (word, i) => word | (bits[i] ?? 0n));
    for (const route of [request(), request({ deadline: 0 })]) {
      const slot = routeSlot(truth(state, route));
      for (const bit of [14n, 17n, 36n, 40n]) await refused(state, withBits(slot, 1n << bit), NO_CELLS);
      // Also where the used ones are the named ones.
      await refused(state, withBits(slot, 1n << 14n, 1n << 166n), NO_CELLS);
      await refused(state, withBits(slot, 1n << 36n, 1n << 188n), NO_CELLS);
      await refused(state, withBits(slot, 0n, 1n << 166n), constraint("queueSlot", "op.usedAccount ==="));
      await refused(state, withBits(slot, 0n, 1n << 188n), constraint("queueSlot", "op.usedCell ==="));
      // Account 0 and cell 0 are no new ones here.
      const { nextAccount, nextBalance } = state.counters();
      const newAccount = withBits(slot, 0n, BigInt(nextAccount) << 166n);
      await refused(state, newAccount, constraint("queueSlot", "op.usedAccount ==="));
      const newCell = withBits(slot, 0n, BigInt(nextBalance) << 188n);
      await refused(state, newCell, constraint("queueSlot", "op.usedCell ==="));
    }
  });

  it("C28: the deadline is a Route's alone", async () => {
    const { state, alice } = wideWorld();
    const requests: Request[] = [
      depositOf(alice, { chain: 1, token: GOLD, amount: 5n }),
      depositOf(alice, { chain: 1, token: ZUSD, amount: 5n, account: 1 }),
      setKeyOf(alice),
      exitOf(alice),
      exitOf(alice, { cell: CELLS.aliceZusd, token: ZUSD }),
    ];
    for (const of of requests) {
      const honest = draftOf(batchOf(state, { requests: [of] }));
      for (const bit of [211n, 250n]) {
        const words = honest.words.map((word, i) => (i === 2 ? word | (1n << bit) : word));
        await judge.refusesDraft(state, { ...honest, words }, DEADLINE);
      }
    }
  });

  it("C28: bits that a Route does not use, and its words as another op's", async () => {
    const { state } = wideWorld();
    const claim = truth(state, request({ deadline: LAST }));
    for (const [i, bits] of [
      [0, [205n, 252n, 253n]],
      [1, [251n, 252n, 253n]],
    ] as const) {
      for (const bit of bits) {
        const slot = withWords(routeSlot(claim), (word, j) => (i === j ? word | (1n << bit) : word));
        await refused(state, slot, /QueueWords/);
      }
    }
    for (const code of [0x00n, 0x20n, 0x21n, 0x22n, 0x24n]) {
      for (const route of [claim, truth(state, request({ deadline: 0 }))]) {
        const slot = withWords(routeSlot(route), (word, i) => (i === 0 ? (word & ~0xffn) | code : word));
        await refused(state, slot, /QueueWords|QueueSlot|FullExit|Fits/);
      }
    }
  });
});
