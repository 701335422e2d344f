import { expect } from "chai";
import { ZUSD, packAmount } from "../../../../protocol/spec";
import { applySigned, encodeBalance, slotsOf, type State, type WithdrawExact } from "../../../../protocol/state";
import {
  SMALL_BITS,
  TOKEN_A,
  alice,
  bob,
  cellsOf,
  ledgerOf,
  mallory,
  smallState,
  zusdState,
} from "../../../fixtures/states";
import { signOp } from "../../../fixtures/users";
import { NOW, expectRefused, refusesWithoutAuthority } from "./behavior";

const base: WithdrawExact = {
  op: "WithdrawExact",
  fee: 0n,
  isZusd: false,
  from: 1,
  amount: 333n,
  recipient: bob.address,
  chain: 1,
  asset: 1,
  minOut: 0n,
};
const signed = (state: State, change: Partial<WithdrawExact> = {}) => signOp(state, alice, { ...base, ...change });
/** Of alice's cell 5, which holds 100 zUSD. */
const ofZusd = (state: State, change: Partial<WithdrawExact> = {}) =>
  signed(state, { isZusd: true, from: 5, amount: 33n, asset: 0, ...change });

/** Alice's cell 1 with a balance. */
function withBalance(balance: bigint): State {
  const state = smallState();
  state.write(17, encodeBalance(SMALL_BITS, { balance, nonce: 0, token: TOKEN_A, account: 1 }));
  return state;
}

describe("WithdrawExact", () => {
  refusesWithoutAuthority(signed, smallState);

  it("takes the amount out and has the token's chain pay it", () => {
    const state = smallState();
    const { payments, words } = applySigned(state, signed(state), { timestamp: NOW });
    expect(state.balance(1)).to.deep.equal({ balance: 667n, nonce: 1, token: 1025, account: 1 });
    expect(payments).to.deep.equal([
      { chain: 1, token: 1025, recipient: bob.address, amount: 333n, into: 0, minOut: 0n },
    ]);
    const first = 0x41n | (1n << 8n) | (BigInt(bob.address) << 83n) | (1n << 243n);
    expect(words).to.deep.equal([first, 0x04n | (333n << 106n)]);
    expect(slotsOf(base)).to.equal(2);
  });

  it("accesses key, paying cell and balance cell 0, then as a Noop", () => {
    const state = smallState();
    const before = cellsOf(state);
    const { accesses } = applySigned(state, signed(state), { timestamp: NOW });
    expect(accesses.map(({ cell }) => cell)).to.deep.equal([2, 17, 16, 0, 16, 16]);
    for (const i of [0, 2, 3, 4, 5]) expect(accesses[i].written).to.equal(accesses[i].value);
    expect(cellsOf(state).filter(([cell]) => cell !== 17)).to.deep.equal(before.filter(([cell]) => cell !== 17));
  });

  it("takes amounts that do not pack, from nothing to the largest balance", () => {
    for (const amount of [0n, 1n, 10n ** 11n + 1n, 2n ** 104n - 1n, 2n ** 128n - 1n]) {
      const state = withBalance(2n ** 128n - 1n);
      const { payments, words } = applySigned(state, signed(state, { amount }), { timestamp: NOW });
      expect(payments[0].amount).to.equal(amount);
      expect(words[1] >> 106n).to.equal(amount);
      expect(state.balance(1)).to.deep.include({ balance: 2n ** 128n - 1n - amount, nonce: 1 });
    }
  });

  it("C5: takes the whole balance, and not one unit more", () => {
    const state = smallState();
    expectRefused(state, signed(state, { amount: 1001n }), "amount", "exceeds the balance of cell 1 (1001 > 1000)");
    applySigned(state, signed(state, { amount: 1000n }), { timestamp: NOW });
    expect(state.balance(1).balance).to.equal(0n);
  });

  it("refuses amounts that no word holds", () => {
    const state = withBalance(2n ** 128n - 1n);
    const before = cellsOf(state);
    for (const amount of [2n ** 128n, -1n]) {
      expect(() => applySigned(state, { ...signed(state), amount }, { timestamp: NOW })).to.throw(
        `ExactWord.amount must be below 2^128, got ${amount}`,
      );
    }
    expect(cellsOf(state)).to.deep.equal(before);
  });

  it("refuses another chain and another asset than the token's", () => {
    const state = smallState();
    expectRefused(state, signed(state, { chain: 2 }), "chain", "is 2, but the token of cell 1 is on chain 1");
    for (const chain of [0, 64, 1.5]) expectRefused(state, { ...signed(state), chain }, "chain", "must be in 1..63");
    for (const asset of [0, 2])
      expectRefused(
        state,
        signed(state, { asset }),
        "asset",
        `is ${asset}, but the token of cell 1 has local number 1`,
      );
  });

  it("refuses a least amount but of zUSD", () => {
    const state = smallState();
    expectRefused(state, { ...signed(state), minOut: 1n }, "minOut", "must be 0 but for zUSD, got 1");
  });

  it("of zUSD pays any chain, with what to redeem into and the least to accept", () => {
    const state = zusdState();
    const op = ofZusd(state, { chain: 2, asset: 7, minOut: 1_234_000n });
    const { payments, words, zusd } = applySigned(state, op, { timestamp: NOW });
    const minOut = packAmount(1_234_000n);
    expect(payments).to.deep.equal([{ chain: 2, token: ZUSD, recipient: bob.address, amount: 33n, into: 7, minOut }]);
    expect(zusd).to.deep.equal([{ chain: 2, change: -33n }]);
    expect(state.balance(5)).to.deep.equal({ balance: 67n, nonce: 1, token: ZUSD, account: 1 });
    expect(ledgerOf(state)).to.deep.equal([
      [1, 100n],
      [2, 7n],
    ]);
    const first = 0x82n | (5n << 8n) | (BigInt(bob.address) << 83n) | (7n << 243n);
    expect(words).to.deep.equal([first, 0x04n | (minOut << 31n) | (33n << 106n)]);
  });

  it("takes least amounts that pack, from nothing up, with or without what to redeem into", () => {
    for (const [minOut, packed] of [
      [0n, 0n],
      [1n, 1n],
      [2n ** 35n - 1n, 2n ** 35n - 1n],
      [10n ** 11n, (10n ** 10n) | (1n << 35n)],
      [34028236692n * 10n ** 28n, 34028236692n | (28n << 35n)],
    ]) {
      for (const asset of [0, 1023]) {
        const state = zusdState();
        const { payments } = applySigned(state, ofZusd(state, { minOut, asset }), { timestamp: NOW });
        expect(payments[0]).to.deep.include({ minOut: packed, into: asset });
      }
    }
    const state = zusdState();
    const op = ofZusd(state);
    const rule = "100000000001 is not exact in a packed amount; the nearest below is 100000000000";
    expectRefused(state, { ...op, minOut: 10n ** 11n + 1n }, "minOut", rule);
    expectRefused(state, { ...op, minOut: 2n ** 128n }, "minOut", "must be in [0, 2^128)");
    expectRefused(state, { ...op, minOut: -1n }, "minOut", "must be in [0, 2^128)");
    expect(() => applySigned(state, { ...op, asset: 1024 }, { timestamp: NOW })).to.throw(
      "WithdrawWord.asset must be below 2^10, got 1024",
    );
  });

  it("C25: refuses the signature with any part of either word changed", () => {
    const state = zusdState();
    const op = ofZusd(state, { minOut: 5n, asset: 1 });
    for (const change of [
      { amount: 34n },
      { amount: 32n },
      { minOut: 6n },
      { minOut: 0n },
      { asset: 0 },
      { chain: 2 },
      { recipient: mallory.address },
    ]) {
      expectRefused(state, { ...op, ...change }, "signature", "is not one by account 1");
    }
    // Nor is it one of a Withdraw with the same first word.
    const { minOut: _, ...rest } = op;
    expectRefused(state, { ...rest, op: "Withdraw", amount: 0n }, "signature", "is not one by account 1");
    const withdraw = signOp(state, alice, { ...rest, op: "Withdraw", amount: 0n } as const);
    expectRefused(state, { ...withdraw, op: "WithdrawExact", minOut: 0n }, "signature", "is not one by account 1");
  });

  it("refuses what is no address", () => {
    const state = smallState();
    expect(() => applySigned(state, { ...signed(state), recipient: "bob" }, { timestamp: NOW })).to.throw(
      "WithdrawExact.recipient must be an address, got bob",
    );
  });
});
