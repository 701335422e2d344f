import { secp256k1 } from "@noble/curves/secp256k1";
import { expect } from "chai";
import { concat, id, keccak256, Signature, toBeHex, toUtf8Bytes, TypedDataEncoder, Wallet, zeroPadValue } from "ethers";
import { accountsOf, holdings } from "../../../protocol/client/accounts";
import { fromJson, toJson } from "../../../protocol/client/json";
import {
  l2KeyFromPhrase,
  l2KeyFromSecret,
  l2KeyFromWallet,
  newL2Key,
  walletKeyData,
  type KeySigner,
} from "../../../protocol/client/keys";
import { NO_EXPIRY, signOp, withdrawal } from "../../../protocol/client/ops";
import { OpError, applySigned } from "../../../protocol/state";
import { rejection } from "../../fixtures/rejection";
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

  describe("L2 keys of wallets", () => {
    const wallet = new Wallet(`0x${"17".repeat(32)}`);
    const other = new Wallet(`0x${"18".repeat(32)}`);
    const keyOf = (signer: KeySigner, domain = DOMAIN, isFirst = false) => l2KeyFromWallet(signer, domain, isFirst);

    /** The wallet with another way to sign. */
    function signingBy(sign: (...data: Parameters<KeySigner["signTypedData"]>) => Promise<string>): KeySigner {
      return { getAddress: () => wallet.getAddress(), signTypedData: sign };
    }

    it("follow from wallet and deployment alone: the same on every device, asked once or twice", async () => {
      const key = await keyOf(wallet);
      expect(await keyOf(new Wallet(wallet.privateKey))).to.deep.equal(key);
      expect(await keyOf(wallet, DOMAIN, true)).to.deep.equal(key);
    });

    it("C25: are others for another deployment and another wallet", async () => {
      const keys = [await keyOf(wallet), await keyOf(wallet, DOMAIN + 1n), await keyOf(other)];
      expect(new Set(keys.map(({ ay }) => ay)).size).to.equal(3);
    });

    it("are signed for as EIP-712 says, without a chain", async () => {
      const { domain, types, message } = walletKeyData(DOMAIN, wallet.address);
      const hash = (text: string) => id(text);
      const separator = keccak256(
        concat([
          hash("EIP712Domain(string name,string version,bytes32 salt)"),
          hash("Causeway"),
          hash("1"),
          toBeHex(DOMAIN, 32),
        ]),
      );
      const struct = keccak256(
        concat([
          hash("L2Key(address account,string statement)"),
          zeroPadValue(wallet.address, 32),
          hash(message.statement),
        ]),
      );
      const digest = keccak256(concat(["0x1901", separator, struct]));
      const { r, s } = wallet.signingKey.sign(digest);
      const secret = keccak256(concat([toUtf8Bytes("causeway wallet key"), r, s]));
      expect(await keyOf(wallet)).to.deep.equal(l2KeyFromSecret(secret));
      expect(domain).to.not.have.property("chainId");
      expect(TypedDataEncoder.hash(domain, types, message)).to.equal(digest);
    });

    it("do not come of a signature for another deployment, account or purpose", async () => {
      const data = walletKeyData(DOMAIN, wallet.address);
      const replayed = [
        wallet.signTypedData({ ...data.domain, salt: toBeHex(DOMAIN + 1n, 32) }, data.types, data.message),
        wallet.signTypedData(data.domain, data.types, { ...data.message, account: other.address }),
        wallet.signTypedData({ ...data.domain, chainId: 1 }, data.types, data.message),
        other.signTypedData(data.domain, data.types, data.message),
        wallet.signMessage("hello"),
      ];
      for (const signature of replayed) {
        const error = await rejection(keyOf(signingBy(() => signature)));
        expect(error.message).to.contain("its signature is that of another account");
      }
    });

    it("are refused to contracts' wallets and to wallets that sign differently each time", async () => {
      for (const text of ["0x", `0x${"11".repeat(65)}`, `0x${"22".repeat(200)}`]) {
        expect((await rejection(keyOf(signingBy(async () => text)))).message).to.contain("not one of a plain account");
      }
      // Of the same account, for the same data: with a nonce of its own.
      const data = walletKeyData(DOMAIN, wallet.address);
      const digest = TypedDataEncoder.hash(data.domain, data.types, data.message);
      let count = 0;
      const random = signingBy(async () => {
        const extraEntropy = new Uint8Array(32).fill(++count);
        const { r, s, recovery } = secp256k1.sign(digest.slice(2), wallet.privateKey.slice(2), {
          lowS: true,
          extraEntropy,
        });
        return Signature.from({ r: toBeHex(r, 32), s: toBeHex(s, 32), yParity: recovery as 0 | 1 }).serialized;
      });
      expect((await keyOf(random)).ay).to.not.equal((await keyOf(random)).ay);
      expect((await rejection(keyOf(random, DOMAIN, true))).message).to.contain("signs differently each time");
    });

    it("refuse a domain out of range", async () => {
      for (const domain of [0n, -1n, 1n << 160n]) {
        expect((await rejection(keyOf(wallet, domain))).message).to.contain("domain must be in 1..2^160-1");
      }
    });
  });

  describe("signed ops", () => {
    const context = { domain: DOMAIN, nonce: 0, token: TOKEN_A };
    const transfer = { op: "Transfer", fee: 0n, from: 1, to: 2, account: 2, amount: 5n } as const;

    it("are accepted by the reference, valid until their nonce is used", () => {
      const state = smallState();
      const timestamp = NO_EXPIRY;
      applySigned(state, signOp(alice.keys, transfer, context), { timestamp });
      applySigned(state, signOp(alice.keys, withdrawal(1, TOKEN_A, 7n, bob.address), { ...context, nonce: 1 }), {
        timestamp,
      });
      const open = { op: "Open", fee: 0n, from: 1, cell: 5, token: TOKEN_B, account: 2 } as const;
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
