import { expect } from "chai";
import { tokenId } from "../../../../protocol/spec";
import { applySigned, encodeCounters, encodeOwner, type Open, type State } from "../../../../protocol/state";
import { SMALL_BITS, TOKEN_B, alice, bob, smallState } from "../../../fixtures/states";
import { signOp } from "../../../fixtures/users";
import { NOW, expectRefused, refusesWithoutAuthority } from "./behavior";

const base: Open = { op: "Open", fee: 0n, from: 1, cell: 5, token: TOKEN_B, account: 2 };
const signed = (state: State, change: Partial<Open> = {}) => signOp(state, alice, { ...base, ...change });

describe("Open", () => {
  refusesWithoutAuthority(signed, smallState);

  it("opens the next cell for any user's account", () => {
    const state = smallState();
    const { payments, words } = applySigned(state, signed(state), { timestamp: NOW });
    expect(state.balance(5)).to.deep.equal({ balance: 0n, nonce: 0, token: TOKEN_B, account: 2 });
    expect(state.balance(1)).to.deep.include({ balance: 1000n, nonce: 1 });
    expect(state.counters()).to.deep.equal({ nextAccount: 3, nextBalance: 6 });
    expect(payments).to.deep.equal([]);
    expect(words).to.deep.equal([0x02n | (1n << 8n), 0x03n | (5n << 8n) | (BigInt(TOKEN_B) << 31n) | (2n << 106n)]);
  });

  it("accesses key, paying cell and counters, then owner, new cell and balance cell 0", () => {
    const state = smallState();
    const { accesses } = applySigned(state, signed(state), { timestamp: NOW });
    expect(accesses.map(({ cell }) => cell)).to.deep.equal([2, 17, 0, 5, 21, 16]);
    expect(accesses[4].value).to.equal(0n);
    for (const i of [0, 3, 5]) expect(accesses[i].written).to.equal(accesses[i].value);
  });

  it("C28: refuses a cell that is not the counter's", () => {
    const state = smallState();
    for (const cell of [4, 6, 0]) {
      expectRefused(state, signed(state, { cell }), "cell", `is ${cell}, but the next one is 5`);
    }
  });

  it("refuses when all cells are allocated, and allocates the last one", () => {
    const state = smallState();
    state.write(0, encodeCounters(SMALL_BITS, { nextAccount: 3, nextBalance: 15 }));
    applySigned(state, signed(state, { cell: 15 }), { timestamp: NOW });
    expect(state.counters().nextBalance).to.equal(16);
    expectRefused(state, signed(state, { cell: 15 }), "cell", "has no room");
    expectRefused(state, { ...signed(state), cell: 16 }, "cell", "must be an integer below 16, got 16");
  });

  it("C28: refuses accounts that are no user's: unknown, the system's, a pool's", () => {
    const state = smallState();
    for (const account of [0, 3, 7]) {
      expectRefused(state, signed(state, { account }), "account", `is ${account}, which is no user's account`);
    }
    state.write(5, encodeOwner({ owner: bob.address, home: 1, kind: 2 }));
    expectRefused(state, signed(state), "account", "is 2, which is no user's account");
    expectRefused(state, { ...signed(state), account: 8 }, "account", "must be an integer below 8, got 8");
  });

  it("refuses tokens that cannot exist", () => {
    const state = smallState();
    for (const token of [0, 2 << 10])
      expectRefused(state, signed(state, { token }), "token", `is ${token}, which is no token`);
    applySigned(state, signed(state, { token: tokenId(63, 1023) }), { timestamp: NOW });
  });

  it("refuses a new cell that is not free", () => {
    const state = smallState();
    state.write(21, 1n);
    expectRefused(state, signed(state), "cell", "5 is not free");
  });

  it("C25: refuses the signature with another cell, token or account", () => {
    const state = smallState();
    const op = signed(state);
    for (const change of [{ cell: 6 }, { token: tokenId(1, 1) }, { account: 1 }]) {
      expectRefused(state, { ...op, ...change }, "signature", "is not one by account 1");
    }
  });
});
