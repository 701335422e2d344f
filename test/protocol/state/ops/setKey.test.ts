import { expect } from "chai";
import { FIELD_ORDER } from "../../../../protocol/spec";
import { State, applyRequest, applySigned, encodeOwner, type SetKeyRequest } from "../../../../protocol/state";
import {
  DOMAIN,
  SMALL_BITS,
  TOKEN_A,
  TOKEN_B,
  alice,
  bob,
  cellsOf,
  mallory,
  smallState,
} from "../../../fixtures/states";
import { depositOf, setKeyOf, signOp, user } from "../../../fixtures/users";
import { NOW, expectNothing, expectRefused, expectThrows } from "./behavior";

const other = user("alice's other key");
/** Alice's own request for her account 1, which is at home on chain 1. */
const request = (change: Partial<SetKeyRequest> = {}): SetKeyRequest =>
  setKeyOf(alice, { chain: 1, account: 1, key: other.keys.ay, ...change });

describe("SetKey", () => {
  it("replaces the key, and nothing else", () => {
    const state = smallState();
    const before = cellsOf(state);
    const { queueOp, payments, accesses, words, zusd, fee } = applyRequest(state, request());
    expect(queueOp).to.deep.equal({ ...request(), executed: true, covered: true, usedAccount: 1, usedCell: 0 });
    expect(payments).to.deep.equal([]);
    expect([zusd, fee]).to.deep.equal([undefined, undefined]);
    expect(accesses.map(({ cell }) => cell)).to.deep.equal([0, 3, 16, 2]);
    for (const { value, written } of accesses.slice(0, 3)) expect(written).to.equal(value);
    expect(accesses[3]).to.deep.equal({ cell: 2, value: alice.keys.ay, written: other.keys.ay });
    expect(cellsOf(state)).to.deep.equal(before.map(([cell, value]) => [cell, cell === 2 ? other.keys.ay : value]));
    const word0 = 0x21n | (1n << 8n) | (1n << 14n) | (3n << 203n);
    expect(words).to.deep.equal([word0, BigInt(alice.address) | (1n << 166n), other.keys.ay]);
  });

  it("takes a key away, and gives one to an account that has none", () => {
    const state = smallState();
    const accounts = () => [state.key(1), state.key(2)];
    expect(applyRequest(state, request({ key: 0n })).queueOp.executed).to.equal(true);
    expect(accounts()).to.deep.equal([0n, bob.keys.ay]);
    expect(applyRequest(state, request({ key: 0n })).queueOp.executed).to.equal(true);
    expect(applyRequest(state, request()).queueOp.executed).to.equal(true);
    expect(accounts()).to.deep.equal([other.keys.ay, bob.keys.ay]);
  });

  it("takes any field element, and the key that the account has already", () => {
    const state = smallState();
    for (const key of [1n, FIELD_ORDER - 1n, alice.keys.ay, alice.keys.ay]) {
      expect(applyRequest(state, request({ key })).queueOp.executed).to.equal(true);
      expect(state.key(1)).to.equal(key);
    }
  });

  it("ends the old key's signatures, and begins the new one's; nonces go on", () => {
    const state = smallState();
    const transfer = { op: "Transfer", fee: 0n, from: 1, to: 2, account: 2, amount: 5n } as const;
    applySigned(state, signOp(state, alice, transfer), { timestamp: NOW });
    const old = signOp(state, alice, transfer);
    applyRequest(state, request());
    expectRefused(state, old, "signature.keyX", "does not fit account 1");
    applySigned(state, signOp(state, other, transfer), { timestamp: NOW });
    applyRequest(state, request({ key: 0n }));
    expectRefused(state, signOp(state, other, transfer), "from", "belongs to account 1, which has no key");
    applyRequest(state, request({ key: alice.keys.ay }));
    expectRefused(state, old, "signature", "is not one by account 1 of this op with nonce 2");
    applySigned(state, signOp(state, alice, transfer), { timestamp: NOW });
    expect(state.balance(1)).to.deep.include({ balance: 985n, nonce: 3 });
  });

  it("V16: executes on the home chain alone, also for the owner of accounts on several", () => {
    const state = smallState();
    // Alice's second account, 3, is at home on chain 2.
    applyRequest(state, depositOf(alice, { chain: 2, token: TOKEN_B, amount: 5n }));
    expect(state.owner(3)).to.deep.include({ owner: alice.address, home: 2 });
    expectNothing(state, request({ chain: 2 }), [0, 3, 16, 2]);
    expectNothing(state, request({ account: 3 }), [0, 7, 16, 6]);
    expect(applyRequest(state, request({ chain: 2, account: 3 })).queueOp.executed).to.equal(true);
    expect([state.key(1), state.key(3)]).to.deep.equal([alice.keys.ay, other.keys.ay]);
  });

  it("V17: does nothing for anyone but the owner", () => {
    const state = smallState();
    for (const { address } of [bob, mallory]) expectNothing(state, request({ owner: address }), [0, 3, 16, 2]);
    expectNothing(state, request({ owner: "0x0000000000000000000000000000000000000000" }), [0, 3, 16, 2]);
    expectNothing(state, request({ account: 2 }), [0, 5, 16, 4]);
  });

  it("C20: does nothing to account 0, to free accounts and to pools", () => {
    const state = smallState();
    // The domain reads as an owner at home on chain 0; it is of no kind.
    const domainOwner = "0x00000000000000000000000000000000ca05e3a9";
    expect(BigInt(domainOwner)).to.equal(DOMAIN);
    for (const chain of [0, 1]) expectNothing(state, request({ account: 0, chain, owner: domainOwner }), [0, 1, 16, 0]);
    for (const account of [3, 7]) {
      expectNothing(state, request({ account }), [0, 2 * account + 1, 16, 2 * account]);
      expectNothing(state, request({ account, chain: 0, owner: "0x0000000000000000000000000000000000000000" }), [
        0,
        2 * account + 1,
        16,
        2 * account,
      ]);
    }
    state.write(3, encodeOwner({ owner: alice.address, home: 1, kind: 2 }));
    expectNothing(state, request(), [0, 3, 16, 2]);
  });

  it("does nothing for chain 0, which has no queue, even if an account were at home there", () => {
    const state = smallState();
    state.write(3, encodeOwner({ owner: alice.address, home: 0, kind: 1 }));
    expectNothing(state, request({ chain: 0 }), [0, 3, 16, 2]);
  });

  it("sets the key of the last account, at home on the last chain", () => {
    const state = new State(SMALL_BITS, smallState().nonzero(), 0);
    state.write(15, encodeOwner({ owner: bob.address, home: 63, kind: 1 }));
    expect(applyRequest(state, request({ account: 7, chain: 63, owner: bob.address })).queueOp).to.deep.include({
      executed: true,
      usedAccount: 7,
    });
    expect(state.key(7)).to.equal(other.keys.ay);
  });

  it("is not touched by deposits, which bring a first key only", () => {
    const state = smallState();
    applyRequest(state, request());
    const deposit = depositOf(alice, { chain: 1, token: TOKEN_A, amount: 1n, account: 1, cell: 1 });
    applyRequest(state, deposit);
    expect(state.key(1)).to.equal(other.keys.ay);
    applyRequest(state, request({ key: 0n }));
    applyRequest(state, deposit);
    expect(state.key(1)).to.equal(alice.keys.ay);
  });

  it("C22: throws for what a vault never queues, and leaves the state as it was", () => {
    const state = smallState();
    for (const account of [8, -1, 0.5])
      expectThrows(state, request({ account }), `SetKey.account must be an integer below 8, got ${account}`);
    expectThrows(state, request({ chain: 64 }), "SetKeyWord0.chain must be below 2^6, got 64");
    // Account 2 is not alice's: her request is to be recorded, too.
    for (const account of [1, 2]) {
      expectThrows(state, request({ account, key: FIELD_ORDER }), "must be below the field order");
      expectThrows(state, request({ account, key: -1n }), "must not be negative");
    }
    expectThrows(state, request({ owner: "alice" }), "invalid address");
  });
});
