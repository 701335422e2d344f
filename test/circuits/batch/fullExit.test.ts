import { expect } from "chai";
import { COUNTERS_CELL, Kind, ZUSD, keyCell, ownerCell, tokenId } from "../../../protocol/spec";
import {
  encodeBalance,
  encodeOwner,
  encodeQueueOp,
  type FullExit,
  type FullExitRequest,
  type State,
} from "../../../protocol/state";
import {
  adding,
  draftOf,
  exitSlot,
  noop,
  payment,
  withAccess,
  withWords,
  type Slot,
} from "./forgery";
import { Judge, constraint } from "./judge";
import {
  CELLS,
  GOLD,
  SILVER,
  SMALL,
  alter,
  batchOf,
  cellOf,
  depositOf,
  exitOf,
  signOp,
  transferOf,
  wideWorld,
  world,
  type Content,
} from "./world";

/** Where the circuit refuses. */
const FLAG = constraint("queueSlot", "op.executed ===");
const NOTHING_LEAVES = constraint("fullExit", "nothing * amount ===");
const NOTHING_IS_COVERED = constraint("fullExit", "nothing * (1 - covered) ===");
const NO_LEDGER = constraint("queueSlot", "withoutLedger * (1 - op.covered) ===");
const ALL_LEAVES = constraint("fullExit", "exitsAll * difference ===");
const LESS_LEAVES = constraint("queueSlot", "Fits(BALANCE_BITS())(balanceAfter)");
const DIGEST = constraint("batch", "digest ===");

const MAX_BALANCE = (1n << 128n) - 1n;

describe("Batch: FullExit", () => {
  let judge: Judge;
  before(async () => {
    judge = await Judge.create();
  });

  type Terms = Pick<Content, "suspended">;

  /** What the reference says a request does. */
  function truth(state: State, request: FullExitRequest, terms: Terms = {}): FullExit {
    return batchOf(state, { requests: [request], ...terms }).effects.queueOps[0] as FullExit;
  }

  async function proves(state: State, claim: FullExit, terms: Terms = {}): Promise<void> {
    await judge.proves(state, { queue: [exitSlot(claim)], ...terms });
  }

  async function refused(state: State, slot: Slot, by: RegExp, terms: Terms = {}): Promise<void> {
    await judge.refuses(state, { queue: [slot], ...terms }, by);
  }

  /** A request whose conditions all hold: the balance leaves, and neither the flag nor the amount can be another. */
  async function executes(state: State, request: FullExitRequest, terms: Terms = {}): Promise<void> {
    const claim = truth(state, request, terms);
    expect(claim).to.include({ executed: true, covered: true, amount: state.balance(claim.cell).balance });
    await proves(state, claim, terms);
    // Not executed, as words that say so must be otherwise: without an amount, and covered.
    const not = { ...claim, executed: false, amount: 0n };
    await refused(state, exitSlot(not), FLAG, terms);
    await refused(state, exitSlot(not, { paid: claim.amount }), FLAG, terms);
    if (claim.amount === 0n) return;
    await refused(state, exitSlot(claim, { paid: 0n }), /Memory/, terms);
    await refused(state, exitSlot(claim, { paid: claim.amount - 1n }), /Memory/, terms);
  }

  /** A request that changes nothing: neither can the flag be 1, nor an amount leave, nor the words say anything else. */
  async function doesNot(state: State, request: FullExitRequest, terms: Terms = {}): Promise<void> {
    const claim = truth(state, request, terms);
    expect(claim).to.include({ executed: false, covered: true, amount: 0n });
    await proves(state, claim, terms);
    const amount = state.balance(claim.cell).balance;
    await refused(state, exitSlot({ ...claim, executed: true, amount }), FLAG, terms);
    await refused(state, exitSlot({ ...claim, executed: true, amount }, { paid: 0n }), FLAG, terms);
    await refused(state, exitSlot({ ...claim, amount: 1n }), NOTHING_LEAVES, terms);
    const by = request.token === ZUSD ? NOTHING_IS_COVERED : NO_LEDGER;
    await refused(state, exitSlot({ ...claim, covered: false }), by, terms);
    if (amount === 0n) return;
    await refused(state, exitSlot({ ...claim, amount }, { paid: amount }), NOTHING_LEAVES, terms);
    await refused(state, exitSlot(claim, { paid: amount }), /Memory/, terms);
    const less = { ...claim, executed: true, covered: false, amount: amount - 1n };
    await refused(state, exitSlot(less), request.token === ZUSD ? FLAG : NO_LEDGER, terms);
  }

  describe("C27: executed if and only if", () => {
    it("all conditions hold: a token of the home chain, of another one, without a key, of a balance of 0", async () => {
      const { state, alice, carol } = wideWorld();
      await executes(state, exitOf(alice));
      await executes(state, exitOf(alice, { cell: 4, token: SILVER, payer: 2 }));
      await executes(state, exitOf(carol, { account: 3, cell: 3 }));
      alter(state, 1, { balance: 0n });
      await executes(state, exitOf(alice));
      alter(state, 1, { balance: MAX_BALANCE, nonce: 2 ** 40 - 1 });
      await executes(state, exitOf(alice));
    });

    it("of zUSD, paid by the home chain or any other", async () => {
      const { state, alice } = wideWorld();
      const ofZusd = exitOf(alice, { cell: CELLS.aliceZusd, token: ZUSD });
      await executes(state, ofZusd);
      for (const payer of [2, 63]) {
        state.issue(payer, 9_000n);
        await executes(state, { ...ofZusd, payer });
      }
    });

    it("the owner asks", async () => {
      const { state, alice, bob } = wideWorld();
      await doesNot(state, exitOf(bob));
      await doesNot(state, exitOf(alice, { account: 2, cell: 2 }));
      const near = `0x${(BigInt(alice.address) ^ (1n << 159n)).toString(16).padStart(40, "0")}`;
      await doesNot(state, exitOf({ ...alice, address: near }));
    });

    it("on the account's home chain, not on another one nor on chain 0", async () => {
      const { state, alice, erin } = wideWorld();
      for (const chain of [0, 2, 63]) await doesNot(state, exitOf(alice, { chain }));
      // The paying chain is no reason.
      const silver = { cell: CELLS.erinSilver, account: 5, token: SILVER, payer: 2 };
      await doesNot(state, exitOf(erin, { ...silver, chain: 1 }));
      await executes(state, exitOf(erin, { ...silver, chain: 2 }));
    });

    it("the account is a user's: not a pool's, nor of another kind", async () => {
      for (const kind of [Kind.None, Kind.Pool, 3]) {
        const { state, alice } = world();
        state.write(ownerCell(1), encodeOwner({ owner: alice.address, home: 1, kind }));
        await doesNot(state, exitOf(alice));
      }
    });

    it("the account exists, and is not the system's", async () => {
      const { state, alice } = world();
      const domain = { ...alice, address: `0x${state.domain.toString(16).padStart(40, "0")}` };
      for (const chain of [0, 1]) {
        for (const account of [0, 4]) {
          for (const cell of [0, 9]) {
            await doesNot(state, exitOf(domain, { chain, account, cell, token: 0 }));
          }
        }
      }
      await doesNot(state, exitOf(alice, { account: 0 }));
      // A cell that is account 0's but for its token and balance.
      state.write(cellOf(9), encodeBalance(SMALL.cellBits, { balance: 5n, nonce: 0, token: GOLD, account: 0 }));
      await doesNot(state, exitOf(domain, { account: 0, cell: 9 }));
    });

    it("the cell is the account's: not another one's, nor free", async () => {
      const { state, alice } = wideWorld();
      for (const cell of [0, 2, 3, 11, 31]) await doesNot(state, exitOf(alice, { cell }));
      // Of the same owner's other account.
      state.write(ownerCell(2), state.read(ownerCell(1)));
      await doesNot(state, exitOf(alice, { cell: 2 }));
      await executes(state, exitOf(alice, { cell: 2, account: 2 }));
    });

    it("the cell has the token", async () => {
      const { state, alice } = wideWorld();
      for (const token of [0, ZUSD, 2, tokenId(1, 2), tokenId(3, 1)]) await doesNot(state, exitOf(alice, { token }));
      await doesNot(state, exitOf(alice, { token: SILVER, payer: 2 }));
      await doesNot(state, exitOf(alice, { cell: 4 }));
      await doesNot(state, exitOf(alice, { cell: CELLS.aliceZusd }));
      // zUSD is named for a cell of GOLD, so that any chain may pay.
      await doesNot(state, exitOf(alice, { token: ZUSD, payer: 2 }));
    });

    it("a chain pays", async () => {
      const { state, alice } = wideWorld();
      await doesNot(state, exitOf(alice, { payer: 0 }));
      await doesNot(state, exitOf(alice, { cell: CELLS.aliceZusd, token: ZUSD, payer: 0 }));
      // Of chain 0 itself, where it would be the token's chain.
      for (const token of [2, 1023]) {
        alter(state, 1, { token });
        for (const payer of [0, 1]) await doesNot(state, exitOf(alice, { token, payer }));
      }
    });

    it("the token's chain pays, unless it is zUSD", async () => {
      const { state, alice } = wideWorld();
      for (const payer of [2, 3, 33, 63]) await doesNot(state, exitOf(alice, { payer }));
      await doesNot(state, exitOf(alice, { cell: 4, token: SILVER, payer: 1 }));
    });

    it("C24: the paying chain is not suspended", async () => {
      const { state, alice } = wideWorld();
      const silver = exitOf(alice, { cell: 4, token: SILVER, payer: 2 });
      await doesNot(state, silver, { suspended: 1n << 2n });
      await doesNot(state, silver, { suspended: (1n << 64n) - 1n - 3n });
      await executes(state, silver, { suspended: (1n << 64n) - 1n - 7n });
      const zusd = exitOf(alice, { cell: CELLS.aliceZusd, token: ZUSD, payer: 63 });
      state.issue(63, 9_000n);
      await doesNot(state, zusd, { suspended: 1n << 63n });
      await executes(state, zusd, { suspended: (1n << 63n) - 4n });
    });
  });

  describe("C27: how much leaves", () => {
    it("all of it, when covered: not a unit less or more, nor nothing", async () => {
      const { state, alice } = wideWorld();
      for (const request of [exitOf(alice), exitOf(alice, { cell: CELLS.aliceZusd, token: ZUSD })]) {
        const claim = truth(state, request);
        for (const amount of [0n, 1n, claim.amount - 1n, claim.amount + 1n, 2n * claim.amount, MAX_BALANCE]) {
          await refused(state, exitSlot({ ...claim, amount }), ALL_LEAVES);
          await refused(state, exitSlot({ ...claim, amount }, { paid: claim.amount }), ALL_LEAVES);
        }
      }
    });

    it("less, when not covered: down to nothing, never as much as all", async () => {
      const { state, alice } = wideWorld();
      const request = exitOf(alice, { cell: CELLS.aliceZusd, token: ZUSD, payer: 2 });
      for (const issued of [0n, 1n, 8_999n]) {
        state.issue(2, issued - state.issued(2));
        const claim = truth(state, request);
        expect(claim).to.include({ executed: true, covered: false, amount: issued });
        await proves(state, claim);
        await refused(state, exitSlot(claim, { paid: issued + 1n }), /Memory/);
        await refused(state, exitSlot({ ...claim, covered: true }), ALL_LEAVES);
        await refused(state, exitSlot({ ...claim, executed: false, amount: 0n }), NOTHING_IS_COVERED);
        await refused(state, exitSlot({ ...claim, executed: false, covered: true, amount: 0n }), FLAG);
        for (const amount of [9_000n, 9_001n, 18_000n, MAX_BALANCE]) {
          await refused(state, exitSlot({ ...claim, amount }), LESS_LEAVES);
        }
      }
      state.issue(2, 1n);
      expect(truth(state, request)).to.include({ executed: true, covered: true, amount: 9_000n });
    });

    it("C5: not less than a balance of 0, and less than one of 2^128 - 1", async () => {
      const { state, alice } = wideWorld();
      const request = exitOf(alice, { cell: CELLS.aliceZusd, token: ZUSD, payer: 2 });
      alter(state, CELLS.aliceZusd, { balance: 0n });
      const empty = truth(state, request);
      expect(empty).to.include({ executed: true, covered: true, amount: 0n });
      await proves(state, empty);
      for (const amount of [0n, 1n, MAX_BALANCE]) {
        await refused(state, exitSlot({ ...empty, covered: false, amount }), LESS_LEAVES);
      }
      alter(state, CELLS.aliceZusd, { balance: MAX_BALANCE });
      const full = truth(state, request);
      await proves(state, full);
      await proves(state, { ...full, amount: MAX_BALANCE - 1n });
      await refused(state, exitSlot({ ...full, amount: MAX_BALANCE }), LESS_LEAVES);
      await proves(state, { ...full, covered: true, amount: MAX_BALANCE });
    });

    it("not less of another token: of that there is no ledger", async () => {
      const { state, alice } = world();
      const claim = truth(state, exitOf(alice));
      for (const amount of [0n, claim.amount - 1n]) {
        await refused(state, exitSlot({ ...claim, covered: false, amount }), NO_LEDGER);
      }
    });
  });

  it("C7: the cell keeps its owner, token and nonce, and is used again in the same batch", async () => {
    const { state, alice, bob } = world();
    const trace = await judge.accepts(state, {
      requests: [exitOf(alice)],
      ops: [signOp(state, bob, transferOf({ from: 2, to: 1, account: 1 })), signOp(state, alice, transferOf())],
    });
    const after = { balance: 0n, nonce: 1, token: GOLD, account: 1 };
    const found = trace.touched.find(({ index }) => index === cellOf(1))?.new;
    expect(found).to.equal(encodeBalance(SMALL.cellBits, after));

    // What has left does not pay.
    const queue = [exitSlot(truth(state, exitOf(alice)))];
    const signed = [payment(state, signOp(state, alice, transferOf({ amount: 1n }))), noop];
    await judge.proves(state, { signed });
    await judge.refuses(state, { queue, signed }, /Range/);
  });

  it("C23: counters, owner and key are read and written back", async () => {
    const { state, alice, bob } = world();
    for (const request of [exitOf(alice), exitOf(bob)]) {
      const slot = exitSlot(truth(state, request));
      for (const cell of [COUNTERS_CELL, ownerCell(1), cellOf(1), keyCell(1)]) {
        await refused(state, adding(slot, cell, 1n), /Memory/);
      }
      await refused(state, adding(slot, cellOf(1), 1n << 128n), /Memory/);
    }
  });

  it("C28: in front of other cells than the named ones", async () => {
    const { state, alice } = wideWorld();
    const claim = truth(state, exitOf(alice));
    const usedAccount = constraint("queueSlot", "op.usedAccount ===");
    const usedCell = constraint("queueSlot", "op.usedCell ===");
    for (const used of [0, 2, 6]) await refused(state, exitSlot({ ...claim, usedAccount: used }), usedAccount);
    for (const used of [0, 2, 11]) await refused(state, exitSlot({ ...claim, usedCell: used }), usedCell);
    const not = truth(state, exitOf(alice, { cell: 2 }));
    await refused(state, exitSlot({ ...not, usedAccount: 2 }), usedAccount);
    await refused(state, exitSlot({ ...not, usedCell: 1 }), usedCell);
    // Account 0 and cell 0 are no new ones here.
    const none = truth(state, exitOf(alice, { account: 0, cell: 0 }));
    await refused(state, exitSlot({ ...none, usedAccount: state.counters().nextAccount }), usedAccount);
    await refused(state, exitSlot({ ...none, usedCell: state.counters().nextBalance }), usedCell);

    // The words are right; the access is to another cell with the same content but for the balance.
    state.write(cellOf(11), state.read(cellOf(1)) + 1n);
    const elsewhere = (words: FullExit): Slot =>
      withAccess(exitSlot(words), (access, cell, write) => access(cell === cellOf(1) ? cellOf(11) : cell, write));
    await refused(state, elsewhere(claim), ALL_LEAVES);
    await refused(state, elsewhere({ ...claim, amount: claim.amount + 1n }), DIGEST);
  });

  it("C28: bits that a FullExit does not use, and its words as another op's", async () => {
    const { state, alice } = wideWorld();
    const claim = truth(state, exitOf(alice));
    for (const [i, bits] of [
      [0, [205n, 252n, 253n]],
      [1, [211n, 252n, 253n]],
    ] as const) {
      for (const bit of bits) {
        const slot = withWords(exitSlot(claim), (word, j) => (i === j ? word | (1n << bit) : word));
        await refused(state, slot, /QueueWords/);
      }
    }
    for (const code of [0x20n, 0x21n, 0x23n]) {
      const slot = withWords(exitSlot(claim), (word, i) => (i === 0 ? (word & ~0xffn) | code : word));
      await refused(state, slot, /QueueWords/);
    }
  });

  it("C28: the payer is a FullExit's and a Route's alone", async () => {
    const { state, alice } = wideWorld();
    const payer = constraint("queueWords", "payer * (1 - high) ===");
    const requests = [
      depositOf(alice, { chain: 1, token: GOLD, amount: 5n }),
      depositOf(alice, { chain: 1, token: GOLD, amount: 5n, account: 1, cell: 1 }),
    ];
    for (const request of requests) {
      const honest = draftOf(batchOf(state, { requests: [request] }));
      for (const bit of [160n, 165n]) {
        const words = honest.words.map((word, i) => (i === 2 ? word | (1n << bit) : word));
        await judge.refusesDraft(state, { ...honest, words }, payer);
      }
    }
  });

  it("C22: a named or used index out of range", async () => {
    const { state, alice } = wideWorld();
    const claim = truth(state, exitOf(alice, { account: 4, cell: 2 }));
    const outside: Partial<FullExit>[] = [
      { account: 16, usedAccount: 16 },
      { account: 20, usedAccount: 4 },
      { usedAccount: 20 },
      { cell: 32, usedCell: 32 },
      { cell: 34, usedCell: 2 },
      { usedCell: 34 },
    ];
    for (const fields of outside) {
      const words = encodeQueueOp({ ...claim, ...fields });
      await refused(
        state,
        withWords(exitSlot(claim), (_, i) => words[i]),
        /QueueWords/,
      );
    }
  });

  it("the recipient is the requester's, and moves nothing", async () => {
    const { state, alice, bob, carol } = world();
    for (const { address } of [alice, bob, carol]) await executes(state, exitOf(alice, { recipient: address }));
  });
});
