import { expect } from "chai";
import { accountsOf, holdings } from "../../../protocol/client/accounts";
import { fromJson, toJson } from "../../../protocol/client/json";
import { l2KeyFromPhrase, l2KeyFromSecret, newL2Key } from "../../../protocol/client/keys";
import { NO_EXPIRY, signOp, withdrawal } from "../../../protocol/client/ops";
import { OpError, applySigned } from "../../../protocol/state";
import { alice, bob, DOMAIN, mallory, smallState, TOKEN_A, TOKEN_B } from "../../fixtures/states";

describe("client", () => {
  describe("L2 keys", () => {
    it("are a function of the secret, with or without 0x", () => {
      const secret = "0b".repeat(32);
      expect(l2KeyFromSecret(secret)).to.deep.equal(l2KeyFromSecret(`0x${secret.toUpperCase()}`));
      expect(l2KeyFromSecret(secret).ay).not.to.equal(l2KeyFromSecret("0c".repeat(32)).ay);
      expect(l2KeyFromPhrase("alice").ay).not.to.equal(l2KeyFromPhrase("bob").ay);
      expect(newL2Key().ay).not.to.equal(newL2Key().ay);
    });

    it("refuse a malformed secret without repeating it", () => {
      for (const secret of ["", "0x", "ab".repeat(31), "ab".repeat(33), "zz".repeat(32)]) {
        expect(() => l2KeyFromSecret(secret))
          .to.throw(TypeError, "the secret of an L2 key must be 32 bytes in hexadecimal")
          .and.not.match(/ab|zz/);
      }
    });
  });

  describe("signed ops", () => {
    const context = { domain: DOMAIN, nonce: 0, token: TOKEN_A };
    const transfer = { op: "Transfer", from: 1, to: 2, account: 2, amount: 5n } as const;

    it("are accepted by the reference, valid until their nonce is used", () => {
      const state = smallState();
      const timestamp = NO_EXPIRY;
      applySigned(state, signOp(alice.keys, transfer, context), { timestamp });
      applySigned(state, signOp(alice.keys, withdrawal(1, TOKEN_A, 7n, bob.address), { ...context, nonce: 1 }), {
        timestamp,
      });
      const open = { op: "Open", from: 1, cell: 5, token: TOKEN_B, account: 2 } as const;
      applySigned(state, signOp(alice.keys, open, { ...context, nonce: 2, expiry: 99 }), { timestamp: 99 });
      expect(state.balance(1)).to.include({ balance: 988n, nonce: 3 });
      expect(state.balance(5)).to.include({ balance: 0n, token: TOKEN_B, account: 2 });
    });

    it("C25: are worth nothing with another domain, nonce, token or expiry", () => {
      const state = smallState();
      for (const other of [{ domain: DOMAIN + 1n }, { nonce: 1 }, { token: TOKEN_B }]) {
        const op = signOp(alice.keys, transfer, { ...context, ...other });
        expect(() => applySigned(state, op, { timestamp: 1 }), JSON.stringify(Object.keys(other))).to.throw(
          OpError,
          "signature",
        );
      }
      const op = { ...signOp(alice.keys, transfer, { ...context, expiry: 10 }), expiry: 11 };
      expect(() => applySigned(state, op, { timestamp: 1 })).to.throw(OpError, "signature");
    });

    it("are refused before signing when chain or token do not fit the cell", () => {
      const op = withdrawal(1, TOKEN_A, 5n, alice.address);
      expect(() => signOp(alice.keys, op, { ...context, token: TOKEN_B })).to.throw(
        "Withdraw.chain is 1, the token's is 2",
      );
      const other = { ...op, asset: 9 } as typeof op;
      expect(() => signOp(alice.keys, other, context)).to.throw("Withdraw.asset is 9, the token's number is 1");
    });
  });

  it("finds accounts by owner, and all holdings", () => {
    const state = smallState();
    expect(accountsOf(state, alice.address.toLowerCase())).to.deep.equal([1]);
    expect(accountsOf(state, bob.address)).to.deep.equal([2]);
    expect(accountsOf(state, mallory.address)).to.deep.equal([]);
    expect(holdings(state).map(({ cell, account, balance }) => [cell, account, balance])).to.deep.equal([
      [1, 1, 1000n],
      [2, 2, 20n],
      [3, 1, 500n],
      [4, 1, 1n],
    ]);
  });

  it("writes bigints as tagged digits", () => {
    expect(toJson({ a: 5n }).replace(/\s/g, "")).to.equal('{"a":{"$":"5"}}');
    expect(fromJson('{"a":{"$":"5"},"b":"5","c":5,"d":null}')).to.deep.equal({ a: 5n, b: "5", c: 5, d: null });
    for (const wrong of ['{"$":"0x5"}', '{"$":5}', '{"$":""}']) expect(() => fromJson(wrong)).to.throw(TypeError);
  });
});
