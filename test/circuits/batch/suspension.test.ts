import { expect } from "chai";
import { CHAIN_BITS, SUSPENDED_BITS, ZUSD, tokenId } from "../../../protocol/spec";
import {
  encodeHeader,
  encodeSigned,
  type QueueOp,
  type Request,
  type SignedOp,
  type State,
  type UnsignedOp,
} from "../../../protocol/state";
import { circuit, compileTester, type CircuitTester } from "../../fixtures/circom";
import { Random } from "../../fixtures/random";
import { expectNoSurvivors, gatesOf } from "../mutation";
import {
  depositSlot,
  exactWithdrawal,
  exitSlot,
  routeSlot,
  noop,
  opening,
  payment,
  setKeySlot,
  signWords,
  type Slot,
} from "./forgery";
import { Judge, constraint } from "./judge";
import {
  CELLS,
  GOLD,
  NOW,
  OF_ZUSD,
  SILVER,
  alter,
  batchOf,
  depositOf,
  exactOf,
  exitOf,
  routeOf,
  openOf,
  setKeyOf,
  signOp,
  transferOf,
  tryBatch,
  user,
  wideWorld,
  withdrawOf,
} from "./world";

/** Where the circuit refuses. */
const TOUCHES = constraint("signedSlot", "signs * touchesSuspended ===");
const QUEUE_IS = constraint("queueSlot", "chainSuspended ===");
const FLAG = constraint("queueSlot", "op.executed ===");

const maskOf = (...chains: number[]): bigint => chains.reduce((mask, chain) => mask | (1n << BigInt(chain)), 0n);
/** Every chain but those, and chain 0. */
const allBut = (...chains: number[]): bigint => ((1n << 64n) - 1n) & ~maskOf(0, ...chains);

describe("Batch: suspension", () => {
  let judge: Judge;
  before(async () => {
    judge = await Judge.create();
  });

  /** The slots of an op as if it were allowed, in the first slot that it can be in. */
  function slotsOf(state: State, op: SignedOp): Slot[] {
    switch (op.op) {
      case "Transfer":
      case "Withdraw":
        return [payment(state, op), noop];
      case "WithdrawExact":
        return exactWithdrawal(state, op);
      case "Open":
        return opening(state, op);
    }
  }

  /** An op of alice's: proven when the chains of `touched` alone are not suspended, and not when any one of them is. */
  async function touches(state: State, op: UnsignedOp, ...touched: number[]): Promise<void> {
    const signed = slotsOf(state, signOp(state, user("alice"), op));
    await judge.proves(state, { signed, suspended: allBut(...touched) });
    for (const chain of touched) {
      for (const suspended of [maskOf(chain), allBut()]) await judge.refuses(state, { signed, suspended }, TOUCHES);
    }
  }

  describe("C24: signed ops", () => {
    it("of the token of a suspended chain: Transfer, Withdraw, WithdrawExact, Open", async () => {
      const { state } = wideWorld();
      const cell = state.counters().nextBalance;
      await touches(state, transferOf(), 1);
      await touches(state, transferOf({ amount: 0n, to: 1, account: 1 }), 1);
      await touches(state, transferOf({ from: 4, to: CELLS.feesSilver, account: 4 }), 2);
      await touches(state, withdrawOf(), 2);
      await touches(state, withdrawOf({ from: 1, chain: 1, asset: 1 }), 1);
      await touches(state, exactOf(), 2);
      await touches(state, openOf({ from: 1, cell }), 1);
      await touches(state, openOf({ from: 4, cell }), 2);
    });

    it("in the odd slot, too", async () => {
      const { state, alice } = wideWorld();
      for (const op of [transferOf(), withdrawOf({ from: 1, chain: 1, asset: 1 })]) {
        const slot = payment(state, signOp(state, alice, op));
        await judge.proves(state, { signed: [noop, slot], suspended: allBut(1) });
        await judge.refuses(state, { signed: [noop, slot], suspended: maskOf(1) }, TOUCHES);
      }
    });

    it("of the highest chains", async () => {
      for (const chain of [31, 32, 62, 63]) {
        const { state } = wideWorld();
        alter(state, 4, { token: tokenId(chain, 3) });
        await touches(state, withdrawOf({ chain }), chain);
      }
    });

    it("withdrawals of zUSD to a suspended chain, not from one", async () => {
      const { state } = wideWorld();
      for (const chain of [1, 2, 63]) {
        state.issue(chain, 100n);
        await touches(state, withdrawOf({ ...OF_ZUSD, chain }), chain);
        await touches(state, exactOf({ ...OF_ZUSD, chain, asset: 3, minOut: 1n }), chain);
      }
    });

    it("what is of no chain goes on while all are suspended: zUSD inside the rollup", async () => {
      const { state } = wideWorld();
      const cell = state.counters().nextBalance;
      await touches(state, transferOf({ from: CELLS.aliceZusd, to: CELLS.bobZusd }));
      // A cell is opened for a token of a suspended chain: nothing of it moves.
      await touches(state, openOf({ from: CELLS.aliceZusd, cell, token: ZUSD }));
      await touches(state, openOf({ from: CELLS.aliceZusd, cell, token: SILVER }));
    });

    it("the reference rejects them", () => {
      const { state, alice } = wideWorld();
      const cell = state.counters().nextBalance;
      const ops = [
        transferOf(),
        openOf({ from: 1, cell }),
        withdrawOf(),
        exactOf(),
        withdrawOf({ ...OF_ZUSD, chain: 2 }),
      ];
      for (const op of ops) {
        const [rejected] = tryBatch(state, { ops: [signOp(state, alice, op)], suspended: maskOf(1, 2) });
        expect(rejected.map(({ message }) => message).join()).to.include("which is suspended");
      }
    });

    it("a batch in which one op touches a suspended chain and another none", async () => {
      const { state, alice, bob } = wideWorld();
      const gold = payment(state, signOp(state, bob, transferOf({ from: 2, to: 1, account: 1 })));
      const silver = payment(state, signOp(state, alice, withdrawOf()));
      for (const signed of [
        [gold, silver],
        [silver, gold],
      ]) {
        await judge.proves(state, { signed });
        for (const chain of [1, 2]) await judge.refuses(state, { signed, suspended: maskOf(chain) }, TOUCHES);
      }
    });

    it("a withdrawal of zUSD does not borrow a chain: its chain and the token's are not added up to another", async () => {
      const { state } = wideWorld();
      // Signed with chain 3, from a cell of chain 1: were it allowed, chain 4's bit would be asked for.
      const op = withdrawOf({ ...OF_ZUSD, from: 1, chain: 3 });
      const words = encodeSigned(op);
      const slot = payment(state, { ...op, ...signWords(state, user("alice"), 1, words) });
      const suspended = maskOf(1, 3);
      await judge.refuses(state, { signed: [slot, noop], suspended }, constraint("withdraw", "isZusd * fromChain ==="));
    });
  });

  describe("C24: queue ops", () => {
    /** What the reference says of a request when nothing is suspended, as a slot. */
    function slotOf(state: State, request: Request, changes: Partial<QueueOp> = {}): Slot {
      const trace = batchOf(state, { requests: [request] });
      const claim = { ...trace.effects.queueOps[0], ...changes } as QueueOp;
      switch (claim.op) {
        case "Deposit":
          return depositSlot({ ...claim, takesKey: trace.accesses[4].value !== trace.accesses[4].written });
        case "SetKey":
          return setKeySlot(claim);
        case "FullExit":
          return exitSlot(claim);
        case "Route":
          return routeSlot(claim);
      }
    }

    it("of a suspended chain's queue, executed or not", async () => {
      const { state, alice, bob, erin } = wideWorld();
      const requests: [Request, executed: boolean, chain: number][] = [
        [depositOf(alice, { chain: 1, token: GOLD, amount: 5n }), true, 1],
        [depositOf(alice, { chain: 1, token: ZUSD, amount: 5n, account: 1 }), true, 1],
        [depositOf(alice, { chain: 1, token: SILVER, amount: 5n }), false, 1],
        [depositOf(alice, { chain: 63, token: ZUSD, amount: 5n }), true, 63],
        [setKeyOf(alice), true, 1],
        [setKeyOf(bob), false, 1],
        [exitOf(alice), true, 1],
        [exitOf(alice, { cell: 4, token: SILVER, payer: 2 }), true, 1],
        [exitOf(bob), false, 1],
        [exitOf(erin, { chain: 2, account: 5, cell: CELLS.erinSilver, token: SILVER, payer: 2 }), true, 2],
        [routeOf(alice, { chain: 2, payer: 1, amount: 5n }), true, 2],
        [routeOf(alice, { chain: 1, payer: 1, amount: 5n }), true, 1],
        [routeOf(alice, { chain: 1, payer: 63, amount: 5n }), false, 1],
      ];
      for (const [request, executed, chain] of requests) {
        expect(batchOf(state, { requests: [request] }).effects.queueOps[0].executed).to.equal(executed);
        const queue = [slotOf(state, request)];
        const payer = "payer" in request ? request.payer : chain;
        await judge.proves(state, { queue, suspended: allBut(chain, payer) });
        for (const suspended of [maskOf(chain), allBut()]) {
          await judge.refuses(state, { queue, suspended }, QUEUE_IS);
          // Nor as one that does not execute.
          const not = request.op === "FullExit" ? { executed: false, amount: 0n } : { executed: false };
          await judge.refuses(state, { queue: [slotOf(state, request, not)], suspended }, QUEUE_IS);
          expect(() => batchOf(state, { requests: [request], suspended })).to.throw("which is suspended");
        }
      }
    });

    it("a FullExit that a suspended chain would pay does not execute; on its own queue it waits", async () => {
      const { state, alice } = wideWorld();
      for (const [request, payer] of [
        [exitOf(alice, { cell: 4, token: SILVER, payer: 2 }), 2],
        [exitOf(alice, { cell: CELLS.aliceZusd, token: ZUSD, payer: 2 }), 2],
        [exitOf(alice, { cell: CELLS.aliceZusd, token: ZUSD, payer: 63 }), 63],
      ] as const) {
        state.issue(payer, 9_000n - state.issued(payer));
        const executed = slotOf(state, request);
        const not = slotOf(state, request, { executed: false, amount: 0n });
        for (const suspended of [maskOf(payer), allBut(1)]) {
          await judge.accepts(state, { requests: [request], suspended });
          await judge.proves(state, { queue: [not], suspended });
          await judge.refuses(state, { queue: [executed], suspended }, FLAG);
        }
        for (const suspended of [0n, allBut(1, payer)]) {
          await judge.accepts(state, { requests: [request], suspended });
          await judge.proves(state, { queue: [executed], suspended });
          await judge.refuses(state, { queue: [not], suspended }, FLAG);
        }
        await judge.refuses(state, { queue: [executed], suspended: maskOf(1, payer) }, QUEUE_IS);
      }
    });
  });

  describe("C24: the header's mask", () => {
    it("chain 0 cannot be suspended, which would stop zUSD and Noops", async () => {
      const { state, alice } = wideWorld();
      const signed = slotsOf(state, signOp(state, alice, transferOf({ from: CELLS.aliceZusd, to: CELLS.bobZusd })));
      const header = encodeHeader({ number: 2, timestamp: NOW, suspended: 0n, feeCells: [0, 0, 0, 0] });
      for (const mask of [1n, 3n, (1n << 64n) - 1n]) {
        for (const slots of [{ signed }, {}]) {
          await judge.refuses(state, { ...slots, header: header + (mask << 72n) }, /Header/);
        }
      }
      expect(() => encodeHeader({ number: 2, timestamp: NOW, suspended: 1n, feeCells: [0, 0, 0, 0] })).to.throw(
        "bit 0",
      );
    });

    it("a batch of Noops under any mask", async () => {
      const { state } = wideWorld();
      for (const suspended of [0n, maskOf(1), maskOf(63), allBut()]) await judge.accepts(state, { suspended });
    });

    it("an op is proven under the header's mask, not under another", async () => {
      const { state, alice } = wideWorld();
      const signed = slotsOf(state, signOp(state, alice, transferOf()));
      const header = encodeHeader({ number: 2, timestamp: NOW, suspended: maskOf(1), feeCells: [0, 0, 0, 0] });
      await judge.refuses(state, { signed, suspended: 0n, header }, TOUCHES);
    });
  });

  describe("IsSuspended", () => {
    const bytesOf = (mask: bigint): bigint[] => Array.from({ length: 8 }, (_, i) => (mask >> BigInt(8 * i)) & 255n);
    const bitsOf = (chain: number): bigint[] => Array.from({ length: CHAIN_BITS }, (_, j) => BigInt((chain >> j) & 1));
    let isSuspended: CircuitTester;
    before(async () => {
      isSuspended = await circuit("batch/suspension.circom", "IsSuspended");
    });

    it("looks up each chain's bit, and no other's", async () => {
      // All chains in one circuit, or it would be 64 times as many witnesses.
      const all = await compileTester(
        [
          "pragma circom 2.2.0;",
          'include "batch/suspension.circom";',
          "template AllChains() {",
          "    signal input suspended[8];",
          "    signal output out[64];",
          "    for (var chain = 0; chain < 64; chain++) {",
          "        var bits[6];",
          "        for (var j = 0; j < 6; j++) {",
          "            bits[j] = (chain >> j) & 1;",
          "        }",
          "        out[chain] <== IsSuspended()(suspended, bits);",
          "    }",
          "}",
          "component main = AllChains();",
          "",
        ].join("\n"),
        { name: "AllChains" },
      );
      const full = (1n << BigInt(SUSPENDED_BITS)) - 1n;
      const random = new Random("masks");
      const masks = [0n, full, ...Array.from({ length: 6 }, () => random.bits(SUSPENDED_BITS))];
      // Bit c of the j-th is bit j of c: together they tell each chain's bit from any other's.
      for (let j = 0; j < CHAIN_BITS; j++) {
        const mask = maskOf(...Array.from({ length: 64 }, (_, chain) => chain).filter((chain) => (chain >> j) & 1));
        masks.push(mask, full ^ mask);
      }
      for (const mask of masks) {
        const out = Array.from({ length: 64 }, (_, chain) => (mask >> BigInt(chain)) & 1n);
        await all.expectPass({ suspended: bytesOf(mask) }, { out });
      }
    });

    it("of a mask of the chain alone, and of all others", async () => {
      for (let chain = 0; chain < 64; chain++) {
        const chainBits = bitsOf(chain);
        await isSuspended.expectPass({ suspended: bytesOf(maskOf(chain)), chainBits }, { out: 1n });
        const others = ((1n << 64n) - 1n) ^ maskOf(chain);
        await isSuspended.expectPass({ suspended: bytesOf(others), chainBits }, { out: 0n });
      }
    });

    it("C5: a byte of the chain's above 255 cannot be proven; others are for the header to range", async () => {
      const suspended = bytesOf(maskOf(9));
      for (const byte of [256n, 511n, 1n << 64n]) {
        const wide = suspended.map((value, i) => (i === 1 ? byte : value));
        await isSuspended.expectFail({ suspended: wide, chainBits: bitsOf(9) }, "ToBits");
      }
    });

    it("C2: no signal can be changed alone", async () => {
      const witness = await isSuspended.expectPass({ suspended: bytesOf(maskOf(9, 20)), chainBits: bitsOf(9) });
      await isSuspended.expectUnsatisfied(await isSuspended.tamper(witness, { out: 0n }));
      await expectNoSurvivors(isSuspended, witness);
    });

    it("takes 57 gates", async () => {
      expect(await gatesOf(isSuspended)).to.be.at.most(57);
    });
  });

  describe("Choose", () => {
    it("takes the input at the index of its bits, whatever the others are", async () => {
      for (const bits of [1, 2, 3]) {
        const choose = await circuit("batch/suspension.circom", "Choose", [bits]);
        expect(await gatesOf(choose)).to.be.at.most(3 * (2 ** bits - 1));
        const random = new Random(`choose ${bits}`);
        const inputs = Array.from({ length: 2 ** bits }, () => random.bits(253));
        for (const [index, out] of inputs.entries()) {
          const bit = Array.from({ length: bits }, (_, j) => BigInt((index >> j) & 1));
          await choose.expectPass({ in: inputs, bit }, { out });
        }
      }
    });

    it("C2: the chosen one cannot be another", async () => {
      const choose = await circuit("batch/suspension.circom", "Choose", [3]);
      const inputs = [10n, 11n, 12n, 13n, 14n, 15n, 16n, 17n];
      const witness = await choose.expectPass({ in: inputs, bit: [1n, 0n, 1n] }, { out: 15n });
      for (const out of [0n, 10n, 14n, 17n]) await choose.expectUnsatisfied(await choose.tamper(witness, { out }));
    });
  });
});
