import { expect } from "chai";
import { floorAmount } from "../../../../protocol/spec";
import { applySigned, encodeBalance, type State, type Withdraw } from "../../../../protocol/state";
import { SMALL_BITS, TOKEN_A, alice, bob, smallState } from "../../../fixtures/states";
import { signOp } from "../../../fixtures/users";
import { NOW, expectRefused, refusesWithoutAuthority } from "./behavior";

const base: Withdraw = {
  op: "Withdraw",
  fee: 0n,
  isZusd: false,
  from: 1,
  amount: 300n,
  recipient: bob.address,
  chain: 1,
  asset: 1,
};
const signed = (state: State, change: Partial<Withdraw> = {}) => signOp(state, alice, { ...base, ...change });

describe("Withdraw", () => {
  refusesWithoutAuthority(signed, smallState);

  it("takes the amount out and has the token's chain pay it", () => {
    const state = smallState();
    const { payments, words } = applySigned(state, signed(state), { timestamp: NOW });
    expect(state.balance(1)).to.deep.equal({ balance: 700n, nonce: 1, token: 1025, account: 1 });
    expect(payments).to.deep.equal([
      { chain: 1, token: 1025, recipient: bob.address, amount: 300n, into: 0, minOut: 0n },
    ]);
    const recipient = BigInt(bob.address);
    expect(words).to.deep.equal([0x41n | (1n << 8n) | (300n << 31n) | (recipient << 83n) | (1n << 243n)]);
  });

  it("accesses the payer's key, the paying cell and balance cell 0", () => {
    const state = smallState();
    const { accesses } = applySigned(state, signed(state), { timestamp: NOW });
    expect(accesses.map(({ cell }) => cell)).to.deep.equal([2, 17, 16]);
    expect(accesses[2]).to.deep.equal({ cell: 16, value: 0n, written: 0n });
  });

  it("takes the whole balance, and not one unit more", () => {
    const state = smallState();
    expectRefused(state, signed(state, { amount: 1001n }), "amount", "exceeds the balance of cell 1 (1001 > 1000)");
    applySigned(state, signed(state, { amount: 1000n }), { timestamp: NOW });
    expect(state.balance(1).balance).to.equal(0n);
  });

  it("takes nothing, and the largest amount that packs, and refuses one above 2^128-1", () => {
    const state = smallState();
    applySigned(state, signed(state, { amount: 0n }), { timestamp: NOW });
    expect(state.balance(1)).to.deep.include({ balance: 1000n, nonce: 1 });
    const most = 2n ** 128n - 1n;
    state.write(17, encodeBalance(SMALL_BITS, { balance: most, nonce: 1, token: TOKEN_A, account: 1 }));
    const amount = floorAmount(most);
    expect(amount).to.equal(34028236692n * 10n ** 28n);
    const { payments } = applySigned(state, signed(state, { amount }), { timestamp: NOW });
    expect(payments[0].amount).to.equal(amount);
    expect(state.balance(1).balance).to.equal(most - amount);
    const over = { ...signed(state), amount: amount + 10n ** 28n };
    expectRefused(state, over, "amount", `must be in [0, 2^128), got ${over.amount}`);
  });

  it("refuses another chain and another asset than the token's", () => {
    const state = smallState();
    expectRefused(state, signed(state, { chain: 2 }), "chain", "is 2, but the token of cell 1 is on chain 1");
    for (const chain of [0, 64, 1.5]) expectRefused(state, { ...signed(state), chain }, "chain", "must be in 1..63");
    expectRefused(state, signed(state, { asset: 2 }), "asset", "is 2, but the token of cell 1 has local number 1");
    expectRefused(state, signed(state, { asset: 0 }), "asset", "is 0, but the token of cell 1 has local number 1");
  });

  it("C25: refuses the signature with another recipient or amount", () => {
    const state = smallState();
    const op = signed(state);
    for (const change of [{ recipient: alice.address }, { amount: 299n }]) {
      expectRefused(state, { ...op, ...change }, "signature", "is not one by account 1");
    }
  });

  it("refuses what is no address", () => {
    const state = smallState();
    expect(() => applySigned(state, { ...signed(state), recipient: "bob" }, { timestamp: NOW })).to.throw(
      "Withdraw.recipient must be an address, got bob",
    );
  });
});
