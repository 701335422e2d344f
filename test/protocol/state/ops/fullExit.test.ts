import { expect } from "chai";
import { ZUSD, tokenId } from "../../../../protocol/spec";
import {
  applyRequest,
  applySigned,
  encodeBalance,
  encodeOwner,
  type FullExitRequest,
  type State,
} from "../../../../protocol/state";
import {
  NO_CAP,
  SMALL_BITS,
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
} from "../../../fixtures/states";
import { depositOf, exitOf, signOp } from "../../../fixtures/users";
import { NOW, expectNothing, expectThrows } from "./behavior";

/** Alice leaves with cell 1, for mallory's address. */
const request = (change: Partial<FullExitRequest> = {}): FullExitRequest =>
  exitOf(alice, {
    chain: 1,
    account: 1,
    cell: 1,
    token: TOKEN_A,
    payer: 1,
    recipient: mallory.address,
    ...change,
  });
const ofZusd = (payer: number, change: Partial<FullExitRequest> = {}) =>
  request({ cell: 5, token: ZUSD, payer, ...change });

/** A state whose balance cell `index` holds a balance of account 1. */
function withBalance(state: State, index: number, token: number, balance: bigint): State {
  state.write(16 + index, encodeBalance(SMALL_BITS, { balance, nonce: 5, token, account: 1 }));
  return state;
}

describe("FullExit", () => {
  it("pays the whole balance to whom the owner names, and leaves the cell with its token and nonce", () => {
    const state = smallState();
    applySigned(state, signOp(state, alice, { op: "Transfer", fee: 0n, from: 1, to: 2, account: 2, amount: 300n }), {
      timestamp: NOW,
    });
    const before = cellsOf(state);
    const { queueOp, payments, accesses, words, zusd } = applyRequest(state, request());
    expect(queueOp).to.deep.equal({
      ...request(),
      executed: true,
      covered: true,
      usedAccount: 1,
      usedCell: 1,
      amount: 700n,
    });
    expect(payments).to.deep.equal([
      { chain: 1, token: TOKEN_A, recipient: mallory.address, amount: 700n, into: 0, minOut: 0n },
    ]);
    expect(zusd).to.equal(undefined);
    expect(state.balance(1)).to.deep.equal({ balance: 0n, nonce: 1, token: TOKEN_A, account: 1 });
    expect(accesses.map(({ cell }) => cell)).to.deep.equal([0, 3, 17, 2]);
    for (const i of [0, 1, 3]) expect(accesses[i].written).to.equal(accesses[i].value);
    expect(cellsOf(state)).to.deep.equal(before.map(([cell, value]) => [cell, cell === 17 ? value - 700n : value]));
    const word0 = 0x22n | (1n << 8n) | (1n << 14n) | (1n << 36n) | (BigInt(TOKEN_A) << 59n) | (700n << 75n);
    const word1 = BigInt(alice.address) | (1n << 160n) | (1n << 166n) | (1n << 188n);
    expect(words).to.deep.equal([word0 | (3n << 203n), word1, BigInt(mallory.address)]);
  });

  it("pays nothing of an empty cell, one unit, and the largest balance", () => {
    for (const balance of [0n, 1n, 2n ** 128n - 1n]) {
      const state = withBalance(smallState(), 1, TOKEN_A, balance);
      const { queueOp, payments } = applyRequest(state, request());
      expect(queueOp).to.deep.include({ executed: true, covered: true, amount: balance });
      expect(payments.map(({ amount }) => amount)).to.deep.equal([balance]);
      expect(state.balance(1)).to.deep.equal({ balance: 0n, nonce: 5, token: TOKEN_A, account: 1 });
    }
  });

  it("may be repeated, and the cell used again", () => {
    const state = smallState();
    applyRequest(state, request());
    const again = applyRequest(state, request());
    expect(again.queueOp).to.deep.include({ executed: true, amount: 0n });
    applyRequest(state, depositOf(bob, { chain: 1, token: TOKEN_A, amount: 7n, account: 1, cell: 1, key: 0n }));
    expect(applyRequest(state, request()).payments[0].amount).to.equal(7n);
  });

  it("is asked on the account's home chain, and paid by the token's", () => {
    const state = smallState();
    // Alice's cell 3 is of a token of chain 2; her account is at home on chain 1.
    const { payments } = applyRequest(state, request({ cell: 3, token: TOKEN_B, payer: 2 }));
    expect(payments).to.deep.equal([
      { chain: 2, token: TOKEN_B, recipient: mallory.address, amount: 500n, into: 0, minOut: 0n },
    ]);
  });

  it("needs no key", () => {
    const state = smallState();
    state.write(2, 0n);
    expect(applyRequest(state, request()).queueOp.executed).to.equal(true);
  });

  describe("does nothing", () => {
    it("V17: for anyone but the owner", () => {
      const state = smallState();
      for (const { address } of [bob, mallory]) expectNothing(state, request({ owner: address }), [0, 3, 17, 2]);
    });

    it("V16: on another chain than the account's home", () => {
      const state = smallState();
      for (const chain of [0, 2, 63]) expectNothing(state, request({ chain }), [0, 3, 17, 2]);
      state.write(3, encodeOwner({ owner: alice.address, home: 0, kind: 1 }));
      expectNothing(state, request({ chain: 0 }), [0, 3, 17, 2]);
    });

    it("for account 0, a free account and a pool", () => {
      const state = smallState();
      expectNothing(state, request({ account: 0 }), [0, 1, 17, 0]);
      expectNothing(state, request({ account: 0, cell: 0, token: 0 }), [0, 1, 16, 0]);
      expectNothing(state, request({ account: 3 }), [0, 7, 17, 6]);
      state.write(3, encodeOwner({ owner: alice.address, home: 1, kind: 2 }));
      expectNothing(state, request(), [0, 3, 17, 2]);
    });

    it("for a cell that is another account's, or free", () => {
      const state = smallState();
      expectNothing(state, request({ cell: 2 }), [0, 3, 18, 2]);
      expectNothing(state, request({ cell: 0, token: 0 }), [0, 3, 16, 2]);
      expectNothing(state, request({ cell: 9 }), [0, 3, 25, 2]);
      expectNothing(state, request({ cell: 9, token: 0, payer: 0 }), [0, 3, 25, 2]);
    });

    it("for another token than the cell's", () => {
      const state = zusdState();
      for (const token of [TOKEN_A + 1, TOKEN_B, ZUSD, 0]) {
        expectNothing(state, request({ token, payer: token >> 10 || 1 }), [0, 3, 17, 2]);
      }
      expectNothing(state, ofZusd(1, { token: TOKEN_A }), [0, 3, 21, 2]);
    });

    it("when another chain than the token's shall pay, or none", () => {
      const state = smallState();
      for (const payer of [0, 2, 63]) expectNothing(state, request({ payer }), [0, 3, 17, 2]);
      const zusd = zusdState();
      expectNothing(zusd, ofZusd(0), [0, 3, 21, 2]);
    });

    it("for a token of chain 0 that is not zUSD, which nothing can pay", () => {
      const state = withBalance(smallState(), 1, 5, 10n);
      for (const payer of [0, 1]) expectNothing(state, request({ token: 5, payer }), [0, 3, 17, 2]);
    });
  });

  describe("of zUSD", () => {
    it("is paid by any chain whose ledger covers it", () => {
      const state = zusdState();
      applyRequest(
        state,
        depositOf(bob, { chain: 63, token: ZUSD, amount: 100n, account: 2, cell: 6, key: 0n }),
        NO_CAP,
      );
      const { queueOp, payments, zusd } = applyRequest(state, ofZusd(63));
      expect(queueOp).to.deep.include({ executed: true, covered: true, amount: 100n });
      expect(payments).to.deep.equal([
        { chain: 63, token: ZUSD, recipient: mallory.address, amount: 100n, into: 0, minOut: 0n },
      ]);
      expect(zusd).to.deep.equal([{ chain: 63, change: -100n }]);
      expect(state.balance(5).balance).to.equal(0n);
      expect(ledgerOf(state)).to.deep.equal([
        [1, 100n],
        [2, 40n],
      ]);
    });

    it("pays all that the ledger holds when that is less, and keeps the rest", () => {
      const state = zusdState();
      const { queueOp, payments, zusd, words } = applyRequest(state, ofZusd(2));
      expect(queueOp).to.deep.include({ executed: true, covered: false, amount: 40n });
      expect(payments.map(({ chain, amount }) => [chain, amount])).to.deep.equal([[2, 40n]]);
      expect(zusd).to.deep.equal([{ chain: 2, change: -40n }]);
      expect(state.balance(5).balance).to.equal(60n);
      expect(ledgerOf(state)).to.deep.equal([[1, 100n]]);
      expect((words[0] >> 203n) & 3n).to.equal(1n);
      // What is left can be asked of another chain.
      expect(applyRequest(state, ofZusd(1)).queueOp).to.deep.include({ executed: true, covered: true, amount: 60n });
      expect(ledgerOf(state)).to.deep.equal([[1, 40n]]);
    });

    it("executes for nothing where nothing is issued", () => {
      const state = zusdState();
      const before = contentOf(state);
      const { queueOp, payments } = applyRequest(state, ofZusd(3));
      expect(queueOp).to.deep.include({ executed: true, covered: false, amount: 0n });
      expect(payments.map(({ chain, amount }) => [chain, amount])).to.deep.equal([[3, 0n]]);
      expect(contentOf(state)).to.deep.equal(before);
      // An empty cell is covered even there.
      withBalance(state, 5, ZUSD, 0n);
      expect(applyRequest(state, ofZusd(3)).queueOp).to.deep.include({ executed: true, covered: true, amount: 0n });
    });

    it("is covered up to exactly what is issued", () => {
      for (const [balance, covered, amount] of [
        [39n, true, 39n],
        [40n, true, 40n],
        [41n, false, 40n],
        [2n ** 128n - 1n, false, 40n],
      ] as const) {
        const state = withBalance(zusdState(), 5, ZUSD, balance);
        expect(applyRequest(state, ofZusd(2)).queueOp, `${balance}`).to.deep.include({
          executed: true,
          covered,
          amount,
        });
        expect(state.balance(5).balance).to.equal(balance - amount);
        expect(state.issued(2)).to.equal(40n - amount);
      }
    });

    it("leaves the ledger alone when it does not execute", () => {
      const state = zusdState();
      expectNothing(state, ofZusd(1, { owner: bob.address }), [0, 3, 21, 2]);
      expectNothing(state, ofZusd(1, { cell: 6 }), [0, 3, 22, 2]);
    });
  });

  it("C22: throws for what a vault never queues, and leaves the state as it was", () => {
    const state = smallState();
    for (const account of [8, -1])
      expectThrows(state, request({ account }), `FullExit.account must be an integer below 8, got ${account}`);
    for (const cell of [16, -1])
      expectThrows(state, request({ cell }), `FullExit.cell must be an integer below 16, got ${cell}`);
    expectThrows(state, request({ chain: 64 }), "FullExitWord0.chain must be below 2^6, got 64");
    expectThrows(state, request({ payer: 64 }), "FullExitWord1.payer must be below 2^6, got 64");
    expectThrows(state, request({ token: 2 ** 16 }), "FullExitWord0.token must be below 2^16, got 65536");
    expectThrows(state, request({ owner: "alice" }), "invalid address");
    // Cell 2 is not alice's: her request is to be recorded, too.
    expectThrows(state, request({ recipient: "0x12" }), "invalid address");
    expectThrows(state, request({ recipient: "0x12", cell: 2 }), "FullExit.recipient must be an address, got 0x12");
    // The last of each fits, and does nothing.
    expectNothing(state, request({ account: 7, cell: 15, token: tokenId(63, 1023), payer: 63 }), [0, 15, 31, 14]);
  });
});
