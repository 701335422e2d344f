import { expect } from "chai";
import { Op, WithdrawWord, ZUSD, pack, packAmount, tokenId } from "../../../protocol/spec";
import { encodeSigned, type Deposit, type DepositRequest, type State, type Withdraw } from "../../../protocol/state";
import {
  depositSlot,
  exactWithdrawal,
  noop,
  opening,
  payment,
  signWords,
  type DepositClaim,
  type Slot,
} from "./forgery";
import { Judge, constraint } from "./judge";
import {
  CELLS,
  GOLD,
  OF_ZUSD,
  alter,
  batchOf,
  cellOf,
  depositOf,
  exactOf,
  openOf,
  signOp,
  transferOf,
  user,
  wideWorld,
  withdrawOf,
  type Content,
} from "./world";

/** Where the circuit refuses. */
const FLAG = constraint("queueSlot", "op.executed ===");
const NO_LEDGER = constraint("queueSlot", "withoutLedger * (1 - op.covered) ===");
const NOT_ZUSD = constraint("withdraw", "isZusd * (fromLocal - ZUSD()) ===");
const NOT_OF_THE_ROLLUP = constraint("withdraw", "isZusd * fromChain ===");
const NO_CHAIN = constraint("withdraw", "AssertNotZeroIf()(enabled, chain)");
const OTHER_CHAIN = constraint("withdraw", "AssertEqualIf()(isOwn, chain, fromChain)");

describe("Batch: zUSD", () => {
  let judge: Judge;
  before(async () => {
    judge = await Judge.create();
  });

  describe("Deposit", () => {
    const NO_ROOM: Pick<Content, "cap"> = { cap: () => 0n };

    /** What the reference says a request does. */
    function truth(state: State, request: DepositRequest, terms: Pick<Content, "cap"> = {}): DepositClaim {
      const trace = batchOf(state, { requests: [request], ...terms });
      const [deposit] = trace.effects.queueOps as [Deposit];
      return { ...deposit, takesKey: trace.accesses[4].value !== trace.accesses[4].written };
    }

    async function refused(state: State, claim: DepositClaim, by = FLAG): Promise<void> {
      await judge.refuses(state, { queue: [depositSlot(claim)] }, by);
    }

    async function proves(state: State, claim: DepositClaim): Promise<void> {
      await judge.proves(state, { queue: [depositSlot(claim)] });
    }

    const fresh = (fields: Partial<DepositRequest> = {}): DepositRequest =>
      depositOf(user("dave"), { chain: 1, token: ZUSD, amount: 77n, ...fields });

    /** All that a deposit of zUSD can be for: new account, new cell, a cell of alice's. */
    const requests = [{}, { account: 1 }, { account: 1, cell: CELLS.aliceZusd }];

    for (const chain of [1, 2, 63]) {
      it(`C27: from chain ${chain}, covered: credited, not refunded`, async () => {
        const { state } = wideWorld();
        for (const fields of requests) {
          const claim = truth(state, fresh({ ...fields, chain }));
          expect(claim).to.include({ executed: true, covered: true });
          await proves(state, claim);
          await refused(state, { ...claim, executed: false, takesKey: false });
        }
      });
    }

    it("C27: not covered: refunded, not credited", async () => {
      const { state } = wideWorld();
      for (const fields of requests) {
        const claim = truth(state, fresh(fields), NO_ROOM);
        expect(claim).to.include({ executed: false, covered: false });
        await proves(state, claim);
        await refused(state, { ...claim, executed: true });
        await refused(state, { ...claim, newAccount: true }, /Memory/);
        await refused(state, { ...claim, newCell: true }, /Memory/);
      }
    });

    it("C27: not covered, and not for other reasons either", async () => {
      const { state } = wideWorld();
      for (const fields of [{ account: 6 }, { account: 1, cell: CELLS.bobZusd }, { account: 1, cell: 1 }]) {
        for (const terms of [NO_ROOM, {}]) {
          const claim = truth(state, fresh(fields), terms);
          expect(claim).to.include({ executed: false, covered: terms !== NO_ROOM });
          await proves(state, claim);
          await refused(state, { ...claim, executed: true });
        }
      }
    });

    it("C27: the token of id 1 alone is zUSD: not 0, not 2, not 1 of another chain than the queue's", async () => {
      const { state } = wideWorld();
      // A cell of each token, so that the token is the only reason.
      for (const token of [0, 2, 3, 1023, tokenId(2, 1), tokenId(3, 1), tokenId(32, 1)]) {
        alter(state, 1, { token });
        for (const fields of [{}, { account: 1, cell: 1 }]) {
          const claim = truth(state, fresh({ ...fields, token }));
          expect(claim.executed, `token ${token}`).to.equal(false);
          await proves(state, claim);
          await refused(state, { ...claim, executed: true });
        }
      }
      // A cell of GOLD is none of zUSD, nor the reverse.
      alter(state, 1, { token: GOLD });
      for (const fields of [{ cell: 1 }, { cell: CELLS.aliceZusd, token: GOLD }]) {
        const claim = truth(state, fresh({ account: 1, ...fields }));
        await proves(state, claim);
        await refused(state, { ...claim, executed: true });
      }
    });

    it("C27: not from chain 0, whose token it is; so no account's home is chain 0", async () => {
      const { state } = wideWorld();
      for (const fields of requests) {
        const claim = truth(state, fresh({ ...fields, chain: 0 }));
        expect(claim.executed).to.equal(false);
        await proves(state, claim);
        await refused(state, { ...claim, executed: true });
      }
    });

    it("C27: another token is always covered, so its deposit is not refunded for the ledger", async () => {
      const { state } = wideWorld();
      for (const token of [GOLD, tokenId(2, 1), 0, 2]) {
        const claim = truth(state, fresh({ token }));
        expect(claim.covered).to.equal(true);
        await refused(state, { ...claim, covered: false, executed: false, takesKey: false }, NO_LEDGER);
        await refused(state, { ...claim, covered: false }, NO_LEDGER);
      }
    });
  });

  describe("withdrawals", () => {
    const ofZusd = (fields: Partial<Withdraw> = {}): Withdraw => withdrawOf({ ...OF_ZUSD, ...fields });

    /** The slot of a withdrawal of alice's that she signed, of any op code. */
    function withdrawal(state: State, op: Withdraw, code: number): Slot {
      const { from, amount, recipient, asset } = op;
      const fields = {
        from: BigInt(from),
        amount: packAmount(amount),
        recipient: BigInt(recipient),
        asset: BigInt(asset),
      };
      const word = pack(WithdrawWord, { op: BigInt(code), ...fields });
      return payment(state, { ...op, ...signWords(state, user("alice"), from, [word]) }, { word });
    }

    /** In either slot, for both have the template. */
    async function refused(state: State, slot: Slot, by: RegExp): Promise<void> {
      await judge.refuses(state, { signed: [slot, noop] }, by);
      await judge.refuses(state, { signed: [noop, slot] }, by);
    }

    it("for any chain, and into any token there or none", async () => {
      const { state } = wideWorld();
      for (const chain of [1, 2, 32, 63]) {
        for (const asset of [0, 1, 1023]) {
          const slot = withdrawal(state, ofZusd({ chain, asset, amount: 9_000n }), Op.WithdrawZusd + chain);
          await judge.proves(state, { signed: [slot, noop] });
        }
      }
      const { alice, bob } = wideWorld();
      const ops = [
        signOp(state, alice, ofZusd({ amount: 9_000n })),
        signOp(state, bob, ofZusd({ from: CELLS.bobZusd, amount: 1_000n })),
      ];
      await judge.accepts(state, { ops });
    });

    it("C28: from a cell of another token, of the rollup or of the paying chain", async () => {
      const { state } = wideWorld();
      for (const [token, by] of [
        [2, NOT_ZUSD],
        [1023, NOT_ZUSD],
        [0, NOT_ZUSD],
        [GOLD, NOT_OF_THE_ROLLUP],
        [tokenId(2, 1), NOT_OF_THE_ROLLUP],
        [tokenId(63, 1), NOT_OF_THE_ROLLUP],
      ] as const) {
        alter(state, 1, { token });
        for (const chain of [1, 2, 63]) {
          await refused(state, withdrawal(state, ofZusd({ from: 1, chain }), Op.WithdrawZusd + chain), by);
        }
      }
    });

    it("C28: as a token of its own chain from a cell of zUSD", async () => {
      const { state } = wideWorld();
      for (const asset of [0, ZUSD, 3]) {
        for (const chain of [1, 2, 63]) {
          await refused(state, withdrawal(state, ofZusd({ asset }), Op.Withdraw + chain), OTHER_CHAIN);
        }
      }
      // Of chain 0, which zUSD is of.
      await refused(state, withdrawal(state, ofZusd({ asset: ZUSD }), Op.Withdraw), NO_CHAIN);
    });

    it("C28: for chain 0", async () => {
      const { state } = wideWorld();
      for (const asset of [0, ZUSD, 3]) {
        await refused(state, withdrawal(state, ofZusd({ asset }), Op.WithdrawZusd), NO_CHAIN);
      }
    });

    it("C28: exactly, with the same conditions", async () => {
      const { state, alice } = wideWorld();
      alter(state, 1, { token: 2 });
      const [word, second] = encodeSigned(exactOf({ ...OF_ZUSD, amount: 7n }));
      for (const [from, code, by] of [
        [1, Op.WithdrawZusd + 1, NOT_ZUSD],
        [4, Op.WithdrawZusd + 2, NOT_OF_THE_ROLLUP],
        [CELLS.aliceZusd, Op.Withdraw + 1, OTHER_CHAIN],
        [CELLS.aliceZusd, Op.WithdrawZusd, NO_CHAIN],
      ] as const) {
        const words = [(word & ~((1n << 31n) - 1n)) | BigInt(code) | (BigInt(from) << 8n), second];
        const op = exactOf({ from, amount: 7n });
        const authorised = { ...op, ...signWords(state, alice, from, words) };
        await judge.refuses(state, { signed: exactWithdrawal(state, authorised, { words }) }, by);
      }
    });

    it("C28: op codes of both withdrawals at once", async () => {
      const { state } = wideWorld();
      for (const from of [CELLS.aliceZusd, 4]) {
        for (const chain of [0, 1, 2, 63]) {
          await refused(state, withdrawal(state, ofZusd({ from, asset: 3 }), 0xc0 + chain), /SignedWord/);
        }
      }
    });

    it("C25: a signature for one chain, token or kind of withdrawal used for another", async () => {
      const { state, alice } = wideWorld();
      const op = signOp(state, alice, ofZusd({ asset: 3 }));
      const words = [{ chain: 2 }, { asset: 0 }, { asset: 4 }].map((fields) => encodeSigned({ ...op, ...fields })[0]);
      for (const word of words) await refused(state, payment(state, op, { word }), /EdDSAVerify/);
      // A cell's own token: nothing but the op code is another.
      const own = signOp(state, alice, withdrawOf());
      await refused(state, payment(state, own, { word: encodeSigned({ ...own, isZusd: true })[0] }), NOT_OF_THE_ROLLUP);
    });

    it("C5: the whole balance leaves, one unit more does not", async () => {
      const { state } = wideWorld();
      const slot = withdrawal(state, ofZusd({ amount: 9_001n }), Op.WithdrawZusd + 1);
      await refused(state, slot, constraint("signedSlot", "Range(BALANCE_BITS())(fromBalance)"));
    });

    it("more than is issued to the chain: the rollup's to refuse", async () => {
      const { state, alice } = wideWorld();
      expect(state.issued(2)).to.equal(0n);
      const op = signOp(state, alice, ofZusd({ chain: 2, amount: 9_000n }));
      expect(() => batchOf(state, { ops: [op] })).to.throw("exceeds the zUSD issued");
      await judge.proves(state, { signed: [payment(state, op), noop] });
    });
  });

  describe("inside the rollup", () => {
    it("is paid, in cells of zUSD alone", async () => {
      const { state, alice } = wideWorld();
      const pays = transferOf({ from: CELLS.aliceZusd, to: CELLS.bobZusd });
      const trace = await judge.accepts(state, { ops: [signOp(state, alice, pays)] });
      const found = trace.touched.find(({ index }) => index === cellOf(CELLS.bobZusd))?.new;
      expect(found).to.equal(state.read(cellOf(CELLS.bobZusd)) + 1_000n);
      const sameToken = constraint("transfer", "AssertEqualIf()(enabled, fromToken, toToken)");
      for (const { from, to } of [
        { from: CELLS.aliceZusd, to: 2 },
        { from: 1, to: CELLS.bobZusd },
      ]) {
        const slot = payment(state, signOp(state, alice, transferOf({ from, to })));
        await judge.refuses(state, { signed: [slot, noop] }, sameToken);
      }
    });

    it("a cell is opened for it, and pays for one", async () => {
      const { state, alice, bob } = wideWorld();
      const cell = state.counters().nextBalance;
      await judge.accepts(state, { ops: [signOp(state, bob, openOf({ cell, token: ZUSD }))] });
      await judge.accepts(state, { ops: [signOp(state, alice, openOf({ cell, from: CELLS.aliceZusd }))] });
      const slots = opening(state, signOp(state, bob, openOf({ cell, token: 0 })));
      await judge.refuses(state, { signed: slots }, constraint("open", "AssertNotZeroIf()(enabled, tokenId.local)"));
    });
  });
});
