import { expect } from "chai";
import { applySigned, encodeBalance, type State, type Transfer } from "../../../../protocol/state";
import { SMALL_BITS, alice, bob, mallory, smallState } from "../../../fixtures/states";
import { signOp } from "../../../fixtures/users";
import { NOW, expectRefused, refusesWithoutAuthority } from "./behavior";

const base: Transfer = { op: "Transfer", fee: 0n, from: 1, to: 2, account: 2, amount: 300n };
const signed = (state: State, change: Partial<Transfer> = {}, by = alice) => signOp(state, by, { ...base, ...change });

describe("Transfer", () => {
  refusesWithoutAuthority(signed, smallState);

  it("moves the amount and uses the nonce up", () => {
    const state = smallState();
    const { payments, words } = applySigned(state, signed(state), { timestamp: NOW });
    expect(state.balance(1)).to.deep.equal({ balance: 700n, nonce: 1, token: 1025, account: 1 });
    expect(state.balance(2)).to.deep.equal({ balance: 320n, nonce: 0, token: 1025, account: 2 });
    expect(payments).to.deep.equal([]);
    expect(words).to.deep.equal([0x01n | (1n << 8n) | (300n << 31n) | (2n << 83n) | (2n << 106n)]);
  });

  it("has its fee in the word: 70 units are 70·10^0, and 1,300 are 13·10^2", () => {
    const state = smallState();
    const base = 0x01n | (1n << 8n) | (300n << 31n) | (2n << 83n) | (2n << 106n);
    const words = (fee: bigint) => applySigned(state, signed(state, { fee }), { timestamp: NOW }).words;
    expect(words(70n)).to.deep.equal([base | (70n << 71n)]);
    expect(words(1300n)).to.deep.equal([base | ((13n | (2n << 7n)) << 71n)]);
  });

  it("accesses the payer's key, the paying cell and the receiving cell", () => {
    const state = smallState();
    const [key, from] = [state.read(2), state.read(17)];
    const { accesses } = applySigned(state, signed(state), { timestamp: NOW });
    expect(accesses.map(({ cell }) => cell)).to.deep.equal([2, 17, 18]);
    expect(accesses[0]).to.deep.equal({ cell: 2, value: key, written: key });
    expect(accesses[1].value).to.equal(from);
    expect(accesses[2].written).to.equal(state.read(18));
  });

  it("C7: to oneself debits, then credits", () => {
    const state = smallState();
    const { accesses } = applySigned(state, signed(state, { to: 1, account: 1, amount: 1000n }), { timestamp: NOW });
    expect(state.balance(1)).to.deep.include({ balance: 1000n, nonce: 1 });
    expect(accesses[1].written).to.equal(accesses[2].value);
    expectRefused(
      state,
      signed(state, { to: 1, account: 1, amount: 1001n }),
      "amount",
      "exceeds the balance of cell 1 (1001 > 1000)",
    );
  });

  it("moves the whole balance, and nothing", () => {
    const state = smallState();
    applySigned(state, signed(state, { amount: 0n }), { timestamp: NOW });
    applySigned(state, signed(state, { amount: 1000n }), { timestamp: NOW });
    expect(state.balance(1)).to.deep.include({ balance: 0n, nonce: 2 });
  });

  it("C5: refuses more than the balance, and amounts that do not pack", () => {
    const state = smallState();
    expectRefused(state, signed(state, { amount: 1001n }), "amount", "exceeds the balance of cell 1 (1001 > 1000)");
    const amount = 10n ** 11n + 1n;
    expectRefused(
      state,
      { ...signed(state), amount },
      "amount",
      "is not exact in a packed amount; the nearest below is 100000000000",
    );
    expectRefused(state, { ...signed(state), amount: -1n }, "amount", "must be in [0, 2^128)");
  });

  it("refuses a receiving cell that the named account does not own", () => {
    const state = smallState();
    expectRefused(state, signed(state, { account: 1 }), "account", "is 1, but cell 2 is owned by account 2");
    expectRefused(state, signed(state, { to: 9 }), "account", "is 2, but cell 9 is owned by account 0");
  });

  it("C7: refuses free cells, named as account 0's, and cell 0", () => {
    const state = smallState();
    expectRefused(state, signed(state, { to: 9, account: 0 }), "account", "must not be 0");
    expectRefused(state, signed(state, { to: 0, account: 0 }), "account", "must not be 0");
  });

  it("refuses a receiving cell of another token", () => {
    const state = smallState();
    expectRefused(
      state,
      signed(state, { to: 3, account: 1 }),
      "to",
      "is cell 3 of token 2049, but the payer's is token 1025",
    );
  });

  it("C22: refuses indices out of range", () => {
    const state = smallState();
    expectRefused(state, { ...signed(state), to: 16 }, "to", "must be an integer below 16, got 16");
    expectRefused(state, { ...signed(state), account: 8 }, "account", "must be an integer below 8, got 8");
  });

  it("refuses a receiver's balance of 2^128, and allows one less", () => {
    const state = smallState();
    const cell = (balance: bigint) => encodeBalance(SMALL_BITS, { balance, nonce: 0, token: 1025, account: 2 });
    state.write(18, cell(2n ** 128n - 300n));
    expectRefused(state, signed(state), "amount", "makes the balance of cell 2 exceed 2^128-1");
    state.write(18, cell(2n ** 128n - 301n));
    applySigned(state, signed(state), { timestamp: NOW });
    expect(state.balance(2).balance).to.equal(2n ** 128n - 1n);
  });

  it("C25: refuses the signature with another amount, receiver, owner or payer", () => {
    const state = smallState();
    const op = signed(state);
    for (const change of [{ amount: 301n }, { to: 4, account: 1 }, { account: 3 }, { from: 4 }]) {
      expectRefused(state, { ...op, ...change }, "signature", "is not one by account 1");
    }
  });

  it("refuses somebody else's signature", () => {
    const state = smallState();
    expectRefused(state, signed(state, {}, mallory), "signature.keyX", "does not fit account 1");
    expectRefused(state, signed(state, {}, bob), "signature.keyX", "does not fit account 1");
  });
});
