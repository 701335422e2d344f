import { expect } from "chai";
import { FIELD_ORDER, tokenId } from "../../../../protocol/spec";
import {
  type State,
  applyRequest,
  encodeBalance,
  encodeCounters,
  encodeOwner,
  type DepositRequest,
} from "../../../../protocol/state";
import {
  SMALL_BITS,
  TOKEN_A,
  TOKEN_B,
  alice,
  bob,
  cellsOf,
  contentOf,
  mallory,
  smallState,
} from "../../../fixtures/states";
import { depositOf } from "../../../fixtures/users";
import { expectThrows } from "./behavior";

const FULL = { nextAccount: 8, nextBalance: 16 };
const toBob = (change: Partial<DepositRequest> = {}): DepositRequest =>
  depositOf(bob, { chain: 1, token: TOKEN_A, amount: 7n, account: 2, cell: 2, ...change });

/** Expects a refund, all cells as before, and the accesses of the slot. */
function expectRefunded(state: State, request: DepositRequest, cells: number[]): void {
  const before = contentOf(state);
  const { queueOp, payments, accesses } = applyRequest(state, request);
  expect(queueOp).to.deep.include({ executed: false, covered: true });
  const { chain, token, owner, amount } = request;
  expect(payments).to.deep.equal([{ chain, token, recipient: owner, amount, into: 0, minOut: 0n }]);
  expect(contentOf(state)).to.deep.equal(before);
  expect(accesses.map(({ cell }) => cell)).to.deep.equal(cells);
  for (const { value, written } of accesses) expect(written).to.equal(value);
}

describe("Deposit", () => {
  it("opens an account and a cell, and takes the key", () => {
    const state = smallState();
    const request = depositOf(mallory, { chain: 2, token: TOKEN_B, amount: 9n });
    const { queueOp, payments, accesses, words } = applyRequest(state, request);
    expect(queueOp).to.deep.include({ executed: true, covered: true, usedAccount: 3, usedCell: 5 });
    expect(payments).to.deep.equal([]);
    expect(state.owner(3)).to.deep.equal({ owner: mallory.address, home: 2, kind: 1 });
    expect(state.key(3)).to.equal(mallory.keys.ay);
    expect(state.balance(5)).to.deep.equal({ balance: 9n, nonce: 0, token: TOKEN_B, account: 3 });
    expect(state.counters()).to.deep.equal({ nextAccount: 4, nextBalance: 6 });
    expect(accesses.map(({ cell }) => cell)).to.deep.equal([0, 7, 21, 6]);
    const word0 = 0x20n | (2n << 8n) | (BigInt(TOKEN_B) << 59n) | (9n << 75n) | (3n << 203n);
    expect(words).to.deep.equal([word0, BigInt(mallory.address) | (3n << 166n) | (5n << 188n), mallory.keys.ay]);
  });

  it("adds to a named cell", () => {
    const state = smallState();
    const { accesses } = applyRequest(state, toBob());
    expect(state.balance(2)).to.deep.equal({ balance: 27n, nonce: 0, token: TOKEN_A, account: 2 });
    expect(state.counters()).to.deep.equal({ nextAccount: 3, nextBalance: 5 });
    expect(accesses.map(({ cell }) => cell)).to.deep.equal([0, 5, 18, 4]);
  });

  it("opens a cell for a named account", () => {
    const state = smallState();
    applyRequest(state, toBob({ chain: 2, token: TOKEN_B, cell: 0 }));
    expect(state.balance(5)).to.deep.equal({ balance: 7n, nonce: 0, token: TOKEN_B, account: 2 });
    expect(state.counters()).to.deep.equal({ nextAccount: 3, nextBalance: 6 });
  });

  it("credits an account that is not the depositor's", () => {
    const state = smallState();
    applyRequest(state, toBob({ owner: mallory.address, key: 0n }));
    expect(state.balance(2).balance).to.equal(27n);
  });

  describe("is refunded, and changes nothing,", () => {
    it("C27: when the named account is no user's", () => {
      expectRefunded(smallState(), toBob({ account: 3, cell: 0 }), [0, 7, 21, 6]);
      const state = smallState();
      state.write(5, encodeOwner({ owner: bob.address, home: 1, kind: 2 }));
      expectRefunded(state, toBob(), [0, 5, 18, 4]);
    });

    it("C27: when the named cell is another account's, free, or of another token", () => {
      expectRefunded(smallState(), toBob({ cell: 1 }), [0, 5, 17, 4]);
      expectRefunded(smallState(), toBob({ cell: 9 }), [0, 5, 25, 4]);
      expectRefunded(
        smallState(),
        depositOf(alice, { chain: 1, token: TOKEN_A, amount: 7n, account: 1, cell: 3 }),
        [0, 3, 19, 2],
      );
    });

    it("C27: when a new account names a cell", () => {
      expectRefunded(smallState(), toBob({ account: 0, cell: 2 }), [0, 7, 18, 6]);
      expectRefunded(smallState(), toBob({ account: 0, cell: 9 }), [0, 7, 25, 6]);
    });

    it("C27: when there is no room for the account, and credits named ones all the same", () => {
      const state = smallState();
      state.write(0, encodeCounters(SMALL_BITS, { ...FULL, nextBalance: 5 }));
      expectRefunded(state, toBob({ account: 0, cell: 0 }), [0, 1, 21, 0]);
      expect(applyRequest(state, toBob()).queueOp.executed).to.equal(true);
      expect(applyRequest(state, toBob({ cell: 0 })).queueOp.executed).to.equal(true);
    });

    it("C27: when there is no room for the cell", () => {
      const state = smallState();
      state.write(0, encodeCounters(SMALL_BITS, { ...FULL, nextAccount: 3 }));
      expectRefunded(state, toBob({ account: 0, cell: 0 }), [0, 7, 16, 6]);
      expectRefunded(state, toBob({ cell: 0 }), [0, 5, 16, 4]);
      expect(applyRequest(state, toBob()).queueOp.executed).to.equal(true);
    });

    it("C27: when the balance would reach 2^128", () => {
      const state = smallState();
      const cell = (balance: bigint) => encodeBalance(SMALL_BITS, { balance, nonce: 0, token: TOKEN_A, account: 2 });
      state.write(18, cell(2n ** 128n - 7n));
      expectRefunded(state, toBob(), [0, 5, 18, 4]);
      state.write(18, cell(2n ** 128n - 8n));
      expect(applyRequest(state, toBob()).queueOp.executed).to.equal(true);
    });

    it("C27: when the token has no local number", () => {
      expectRefunded(smallState(), toBob({ token: 1 << 10, account: 0, cell: 0 }), [0, 7, 21, 6]);
    });
  });

  it("C27: changes nothing and pays nothing for a token of another chain, which only a forged queue can hold", () => {
    const state = smallState();
    const before = cellsOf(state);
    for (const chain of [0, 2]) {
      const { queueOp, payments } = applyRequest(state, toBob({ chain }));
      expect(queueOp.executed).to.equal(false);
      expect(payments).to.deep.equal([]);
    }
    expect(applyRequest(state, toBob({ chain: 0, token: 1 })).payments).to.deep.equal([]);
    expect(cellsOf(state)).to.deep.equal(before);
  });

  it("allocates the last account and the last cell", () => {
    const state = smallState();
    state.write(0, encodeCounters(SMALL_BITS, { nextAccount: 7, nextBalance: 15 }));
    const { queueOp } = applyRequest(state, toBob({ account: 0, cell: 0 }));
    expect(queueOp).to.deep.include({ executed: true, usedAccount: 7, usedCell: 15 });
    expect(state.counters()).to.deep.equal(FULL);
  });

  describe("takes the key", () => {
    /** Bob's account without its key. */
    function keyless(): State {
      const state = smallState();
      state.write(4, 0n);
      return state;
    }

    it("when the owner deposits on the home chain and the account has none", () => {
      const state = keyless();
      applyRequest(state, toBob());
      expect(state.key(2)).to.equal(bob.keys.ay);
    });

    it("V17: and not when a stranger deposits", () => {
      const state = keyless();
      applyRequest(state, toBob({ owner: mallory.address, key: mallory.keys.ay }));
      expect(state.key(2)).to.equal(0n);
      expect(state.balance(2).balance).to.equal(27n);
    });

    it("V16: and not when the owner's address deposits on another chain", () => {
      const state = keyless();
      applyRequest(state, toBob({ chain: 2, token: TOKEN_B, cell: 0 }));
      expect(state.key(2)).to.equal(0n);
    });

    it("and not when the account has one, or the deposit brings none", () => {
      const state = smallState();
      applyRequest(state, toBob({ key: 5n }));
      expect(state.key(2)).to.equal(bob.keys.ay);
      const other = keyless();
      applyRequest(other, toBob({ key: 0n }));
      expect(other.key(2)).to.equal(0n);
    });

    it("and not when it is refunded", () => {
      const state = keyless();
      applyRequest(state, toBob({ cell: 1 }));
      expect(state.key(2)).to.equal(0n);
    });

    it("and opens an account without one", () => {
      const state = smallState();
      applyRequest(state, depositOf(mallory, { chain: 1, token: TOKEN_A, amount: 1n, key: 0n }));
      expect(state.key(3)).to.equal(0n);
      expect(state.owner(3).owner).to.equal(mallory.address);
    });
  });

  it("takes amounts from 0 to 2^128-1, and any key", () => {
    for (const [amount, key] of [
      [0n, 0n],
      [1n, 1n],
      [2n ** 104n, FIELD_ORDER - 1n],
      [2n ** 128n - 1n, 5n],
    ]) {
      const state = smallState();
      const request = depositOf(mallory, { chain: 1, token: TOKEN_A, amount, key });
      expect(applyRequest(state, request).queueOp.executed, `${amount}`).to.equal(true);
      expect(state.balance(5).balance).to.equal(amount);
      expect(state.key(3)).to.equal(key);
    }
  });

  it("C22: throws for what a vault never queues, and leaves the state as it was", () => {
    const state = smallState();
    expectThrows(state, toBob({ account: 8 }), "Deposit.account must be an integer below 8, got 8");
    expectThrows(state, toBob({ cell: 16 }), "Deposit.cell must be an integer below 16, got 16");
    for (const amount of [-1n, 2n ** 128n]) {
      expectThrows(
        state,
        toBob({ amount, account: 0, cell: 0, chain: 2 }),
        `DepositWord0.amount must be below 2^128, got ${amount}`,
      );
    }
    expectThrows(state, toBob({ key: -1n }), "Deposit.key must not be negative");
    expectThrows(state, toBob({ key: FIELD_ORDER }), "Deposit.key must be below the field order");
    expectThrows(state, toBob({ chain: 64, token: tokenId(1, 1) }), "DepositWord0.chain must be below 2^6");
    expectThrows(state, toBob({ token: 2 ** 16, chain: 2 }), "DepositWord0.token must be below 2^16");
    expectThrows(state, toBob({ owner: "bob" }), "Deposit.owner must be an address, got bob");
  });
});
