import { buildEddsa, type Eddsa } from "circomlibjs";
import { expect } from "chai";
import fc from "fast-check";
import { terminateCurve } from "../../../protocol/crypto/curve";
import {
  assertPublicKey,
  assertPublicKeyY,
  keyFromSecret,
  publicXFromY,
  randomSecret,
  recoverX,
  sign,
  SUBGROUP_ORDER,
  verify,
} from "../../../protocol/crypto/eddsa";
import * as F from "../../../protocol/crypto/field";

const secretOf = (n: number) => new Uint8Array(32).fill(n);
const message = fc.bigInt({ min: 0n, max: F.R - 1n });

describe("crypto/eddsa", () => {
  let circomlib: Eddsa;
  before(async () => (circomlib = await buildEddsa()));
  after(terminateCurve);

  it("derives the keys and makes the signatures of circomlibjs", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), message, (secret, m) => {
        const key = keyFromSecret(secret);
        const signature = sign(secret, m);
        const toBytes = (value: bigint) => circomlib.F.e(value);
        expect([key.ax, key.ay]).to.deep.equal(circomlib.prv2pub(secret).map((c) => circomlib.F.toObject(c)));
        const theirs = circomlib.signPoseidon(secret, toBytes(m));
        expect([signature.r8x, signature.r8y]).to.deep.equal(theirs.R8.map((c) => circomlib.F.toObject(c)));
        expect(signature.s).to.equal(theirs.S);
        expect(verify(key, m, signature)).to.equal(true);
        expect(circomlib.verifyPoseidon(toBytes(m), theirs, circomlib.prv2pub(secret))).to.equal(true);
      }),
      { numRuns: 5 },
    );
  });

  it("refuses another message, key, R8 or s", () => {
    const key = keyFromSecret(secretOf(1));
    const signature = sign(key.secret, 5n);
    const other = sign(key.secret, 6n);
    expect(verify(key, 5n, signature)).to.equal(true);
    expect(verify(key, 6n, signature)).to.equal(false);
    expect(verify(keyFromSecret(secretOf(2)), 5n, signature)).to.equal(false);
    expect(verify(key, 5n, { ...signature, r8x: other.r8x, r8y: other.r8y })).to.equal(false);
    expect(verify(key, 5n, { ...signature, s: other.s })).to.equal(false);
  });

  it("refuses a second form of the same signature: s + l, R8 off the curve, numbers outside the field", () => {
    const key = keyFromSecret(secretOf(1));
    const signature = sign(key.secret, 5n);
    expect(verify(key, 5n, { ...signature, s: signature.s + SUBGROUP_ORDER })).to.equal(false);
    expect(verify(key, 5n, { ...signature, r8x: F.add(signature.r8x, 1n) })).to.equal(false);
    expect(verify(key, 5n, { ...signature, r8x: signature.r8x + F.R })).to.equal(false);
    expect(verify(key, 5n + F.R, signature)).to.equal(false);
  });

  it("finds x from y, whichever of the two roots signed", () => {
    for (let n = 1; n <= 6; n++) {
      const key = keyFromSecret(secretOf(n));
      expect([key.ax, F.neg(key.ax)]).to.include(publicXFromY(key.ay));
      const signature = sign(key.secret, 7n);
      expect(recoverX(key.ay, 7n, signature)).to.equal(key.ax);
      expect(recoverX(key.ay, 8n, signature)).to.equal(undefined);
    }
  });

  it("accepts keys of large order only", () => {
    const { ax, ay } = keyFromSecret(secretOf(3));
    assertPublicKey({ ax, ay });
    assertPublicKey({ ax: F.neg(ax), ay });
    assertPublicKeyY(ay);
    expect(() => assertPublicKey({ ax: F.add(ax, 1n), ay })).to.throw("public key must be a point on Baby Jubjub");
    expect(() => assertPublicKey({ ax, ay: F.R })).to.throw("public key y must be below the field order");
    // Order 4: a·x² = 1 at y = 0.
    const x4 = F.sqrt(F.inv(168700n)) as bigint;
    expect(() => assertPublicKey({ ax: x4, ay: 0n })).to.throw("public key y must not be 0");
    // Order 1 and 2: the neutral element and (0, -1).
    expect(() => assertPublicKey({ ax: 0n, ay: 1n })).to.throw("public key must not be a point of small order");
    expect(() => assertPublicKeyY(F.neg(1n))).to.throw("public key must not be a point of small order");
    // Order 8: doubling gives y = 0, that is y² = a·x²; the curve then says d·a·x⁴ - 2·a·x² + 1 = 0.
    const root = F.sqrt(F.sub(F.mul(168700n, 168700n), F.mul(168700n, 168696n))) as bigint;
    const candidates = [root, F.neg(root)].map((r) => F.div(F.add(168700n, r), F.mul(168700n, 168696n)));
    const x8 = candidates.map((square) => F.sqrt(square)).find((x) => x !== undefined) as bigint;
    const y8 = F.mul(x8, F.sqrt(168700n) as bigint);
    expect(() => assertPublicKey({ ax: x8, ay: y8 })).to.throw("public key must not be a point of small order");
  });

  it("says so when y is that of no point", () => {
    let y = 2n;
    const hasPoint = (value: bigint) => {
      try {
        publicXFromY(value);
        return true;
      } catch {
        return false;
      }
    };
    while (hasPoint(y)) y++;
    expect(() => publicXFromY(y)).to.throw(`public key y must be that of a point on Baby Jubjub, got ${y}`);
    expect(verify({ ax: 1n, ay: y }, 1n, sign(secretOf(1), 1n))).to.equal(false);
    expect(recoverX(y, 1n, sign(secretOf(1), 1n))).to.equal(undefined);
  });

  it("refuses secrets that are not 32 bytes and messages outside the field", () => {
    expect(() => keyFromSecret(new Uint8Array(31))).to.throw("secret must be 32 bytes");
    expect(() => sign("secret" as unknown as Uint8Array, 1n)).to.throw("secret must be 32 bytes");
    expect(() => sign(secretOf(1), F.R)).to.throw("message must be below the field order");
    expect(randomSecret()).to.have.lengthOf(32);
    expect(randomSecret()).to.not.deep.equal(randomSecret());
  });
});
