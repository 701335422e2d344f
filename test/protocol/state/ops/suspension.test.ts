import { expect } from "chai";
import { ZUSD, tokenId, type Size } from "../../../../protocol/spec";
import { applyRequest, applySigned, encodeHeader, type Request, type UnsignedOp } from "../../../../protocol/state";
import { buildBatch, type BatchContent } from "../../../../protocol/witness";
import {
  NO_CAP,
  TOKEN_A,
  TOKEN_B,
  alice,
  bob,
  contentOf,
  ledgerOf,
  mallory,
  zusdState,
} from "../../../fixtures/states";
import { depositOf, exitOf, routeOf, setKeyOf, signOp } from "../../../fixtures/users";
import { NOW, expectNothing, expectRefused, expectThrows } from "./behavior";

const SIZE: Size = { name: "small", cellBits: 5, queueOps: 2, signedOps: 4, gatePower: 0 };
const bit = (...chains: number[]) => chains.reduce((mask, chain) => mask | (1n << BigInt(chain)), 0n);
/** All chains but one. */
const allBut = (chain: number) => (2n ** 64n - 2n) & ~bit(chain);

const requests: Request[] = [
  depositOf(mallory, { chain: 1, token: TOKEN_A, amount: 7n }),
  depositOf(alice, { chain: 1, token: ZUSD, amount: 7n, account: 1, cell: 5 }),
  setKeyOf(alice, { chain: 1, account: 1, key: 0n }),
  exitOf(alice, { chain: 1, account: 1, cell: 1, token: TOKEN_A, payer: 1 }),
  exitOf(alice, { chain: 1, account: 1, cell: 3, token: TOKEN_B, payer: 2 }),
  routeOf(alice, { chain: 1, payer: 2, amount: 7n }),
];

describe("suspended chains", () => {
  describe("have no requests consumed:", () => {
    for (const request of requests) {
      const { op, chain } = request;
      const name = op === "SetKey" ? op : `${op} of token ${request.token}`;

      it(`${name} throws, also where it would do nothing, and is executed while others are suspended`, () => {
        const state = zusdState();
        const message = `${op}.chain is 1, which is suspended`;
        for (const suspended of [bit(1), bit(1, 2), 2n ** 64n - 2n]) {
          expectThrows(state, request, message, { suspended, ...NO_CAP });
          const other = request.op === "Route" ? { ...request, payer: 3 } : { ...request, account: 7 };
          expectThrows(state, other, message, { suspended, ...NO_CAP });
        }
        const payer = "payer" in request ? request.payer : chain;
        const suspended = allBut(chain) & ~bit(payer);
        expect(applyRequest(state, request, { suspended, ...NO_CAP }).queueOp.executed).to.equal(true);
      });
    }

    it("the last chain's, too", () => {
      const state = zusdState();
      const request = depositOf(bob, { chain: 63, token: tokenId(63, 1), amount: 1n });
      expectThrows(state, request, "Deposit.chain is 63, which is suspended", { suspended: bit(63) });
      expect(applyRequest(state, request, { suspended: allBut(63) }).queueOp.executed).to.equal(true);
    });
  });

  it("do not pay: an exit there does nothing", () => {
    const state = zusdState();
    const suspended = bit(2);
    expectNothing(state, requests[4], [0, 3, 19, 2], { suspended });
    const zusd = exitOf(alice, { chain: 1, account: 1, cell: 5, token: ZUSD, payer: 2 });
    expectNothing(state, zusd, [0, 3, 21, 2], { suspended });
    expectNothing(state, { ...zusd, payer: 63 }, [0, 3, 21, 2], { suspended: allBut(1) });
    // Another chain pays zUSD.
    expect(applyRequest(state, { ...zusd, payer: 1 }, { suspended }).queueOp).to.deep.include({
      executed: true,
      amount: 100n,
    });
    expect(applyRequest(state, requests[4]).queueOp.executed).to.equal(true);
  });

  describe("have none of their tokens moved:", () => {
    const recipient = bob.address;
    const leaving = { recipient, chain: 2, isZusd: false, asset: 1, fee: 0n } as const;
    const ops: UnsignedOp[] = [
      { op: "Transfer", from: 3, to: 3, account: 1, amount: 1n, fee: 0n },
      { op: "Withdraw", from: 3, amount: 1n, ...leaving },
      { op: "WithdrawExact", from: 3, amount: 1n, minOut: 0n, ...leaving },
      { op: "Open", from: 3, cell: 7, token: TOKEN_A, account: 1, fee: 0n },
    ];
    for (const op of ops) {
      it(`${op.op} from a cell of such a token is refused, and executed while others are suspended`, () => {
        const state = zusdState();
        const signed = signOp(state, alice, op);
        for (const suspended of [bit(2), bit(1, 2), 2n ** 64n - 2n])
          expectRefused(state, signed, "from.token.chain", "is 2, which is suspended", { suspended });
        applySigned(state, signed, { timestamp: NOW, suspended: allBut(2) });
      });
    }

    it("but may have a cell opened for them", () => {
      const state = zusdState();
      const op = signOp(state, alice, { op: "Open", from: 1, cell: 7, token: TOKEN_B, account: 2, fee: 0n });
      applySigned(state, op, { timestamp: NOW, suspended: bit(2) });
      expect(state.balance(7)).to.deep.include({ token: TOKEN_B, account: 2 });
    });

    it("zUSD moves in the rollup whatever is suspended, and leaves for the other chains", () => {
      const all = 2n ** 64n - 2n;
      const withdraw = { from: 5, amount: 9n, recipient, chain: 2, isZusd: true, asset: 0, fee: 0n } as const;
      for (const op of [
        { op: "Withdraw", ...withdraw },
        { op: "WithdrawExact", minOut: 0n, ...withdraw },
      ] as const) {
        const state = zusdState();
        const transfer = signOp(state, alice, { op: "Transfer", from: 5, to: 6, account: 2, amount: 9n, fee: 0n });
        applySigned(state, transfer, { timestamp: NOW, suspended: all });
        const open = signOp(state, alice, { op: "Open", from: 5, cell: 7, token: ZUSD, account: 1, fee: 0n });
        applySigned(state, open, { timestamp: NOW, suspended: all });
        const signed = signOp(state, alice, op);
        expectRefused(state, signed, "chain", "is 2, which is suspended", { suspended: bit(2) });
        expectRefused(state, signed, "chain", "is 2, which is suspended", { suspended: all });
        applySigned(state, signed, { timestamp: NOW, suspended: allBut(2) });
        expect(state.issued(2)).to.equal(31n);
      }
    });

    it("also as fees", () => {
      const state = zusdState();
      const op = signOp(state, alice, { op: "Transfer", from: 3, to: 3, account: 1, amount: 1n, fee: 1n });
      const terms = { suspended: bit(2), feeCells: [3, 0, 0, 0] };
      expectRefused(state, op, "from.token.chain", "is 2, which is suspended", terms);
    });
  });

  describe("of a batch", () => {
    const content = (change: Partial<BatchContent>): BatchContent => ({
      size: SIZE,
      number: 1,
      timestamp: NOW,
      requests: [],
      ops: [],
      ...change,
    });

    it("stand in its header", () => {
      for (const suspended of [0n, bit(1), bit(63), bit(1, 7, 62), 2n ** 64n - 2n]) {
        const { words } = buildBatch(zusdState(), content({ suspended }));
        expect((words[0] >> 72n) & (2n ** 64n - 1n)).to.equal(suspended);
        expect(words[0] >> 136n).to.equal(0n);
      }
    });

    it("are never chain 0, and no more than 63", () => {
      const state = zusdState();
      const before = contentOf(state);
      for (const [suspended, message] of [
        [1n, "HeaderWord.suspended must have bit 0 clear"],
        [2n ** 64n - 1n, "HeaderWord.suspended must have bit 0 clear"],
        [2n ** 64n, "HeaderWord.suspended must be below 2^64"],
        [-2n, "HeaderWord.suspended must be below 2^64"],
      ] as const) {
        expect(() => buildBatch(state, content({ suspended }))).to.throw(message);
        expect(() => encodeHeader({ number: 1, timestamp: 1, suspended, feeCells: [0, 0, 0, 0] })).to.throw(message);
      }
      expect(contentOf(state)).to.deep.equal(before);
    });

    it("make it throw for a request of one, and leave the state as it was, with its ledger", () => {
      const state = zusdState();
      const before = contentOf(state);
      const good = [
        exitOf(alice, { chain: 1, account: 1, cell: 5, token: ZUSD, payer: 1 }),
        depositOf(bob, { chain: 1, token: ZUSD, amount: 5n, account: 2, cell: 6 }),
      ];
      const late = depositOf(bob, { chain: 2, token: ZUSD, amount: 5n, account: 2, cell: 6 });
      const terms = { suspended: bit(2), ...NO_CAP };
      for (const first of good) {
        expect(() => buildBatch(state, content({ requests: [first, late], ...terms }))).to.throw(
          "Deposit.chain is 2, which is suspended",
        );
        expect(contentOf(state)).to.deep.equal(before);
        expect(state.batch).to.equal(0);
      }
      buildBatch(state, content({ requests: good, ...terms }));
      expect(ledgerOf(state)).to.deep.equal([
        [1, 5n],
        [2, 40n],
      ]);
    });

    it("have their ops rejected, and the others included", () => {
      const state = zusdState();
      const transfer = { op: "Transfer", account: 1, amount: 1n, fee: 0n } as const;
      const ops = [3, 1, 5].map((from) => signOp(state, alice, { ...transfer, from, to: from }));
      const { report } = buildBatch(state, content({ ops, suspended: bit(2) }));
      expect(report.included).to.deep.equal([1, 2]);
      expect(report.rejected.map(({ op, error }) => [op, error.message])).to.deep.equal([
        [0, "Transfer.from.token.chain is 2, which is suspended"],
      ]);
    });
  });
});
