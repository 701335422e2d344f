import { randomBytes } from "node:crypto";
import { derivePublicKey, signMessage, verifySignature } from "@zk-kit/eddsa-poseidon";
import * as F from "./field";

/**
 * EdDSA-Poseidon on Baby Jubjub (EIP-2494), the signatures of circomlibjs and `@zk-kit/eddsa-poseidon`, with the checks of keys and
 * signatures that the circuit makes too.
 */

/** Order l of the prime subgroup of Baby Jubjub; the whole group has 8·l points. */
export const SUBGROUP_ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041n;

/** Coefficients of the curve a·x² + y² = 1 + d·x²·y². */
const A = 168700n;
const D = 168696n;

const SECRET_BYTES = 32;

export interface PublicKey {
  ax: bigint;
  ay: bigint;
}

export interface KeyPair extends PublicKey {
  /** 32 bytes; hashed into the secret scalar as circomlibjs does. */
  secret: Uint8Array;
}

export interface Signature {
  r8x: bigint;
  r8y: bigint;
  /** Below the order of the subgroup. */
  s: bigint;
}

/** 32 bytes from the system's randomness. */
export function randomSecret(): Uint8Array {
  return Uint8Array.from(randomBytes(SECRET_BYTES));
}

/** The key pair of a 32-byte secret. */
export function keyFromSecret(secret: Uint8Array): KeyPair {
  assertSecret(secret);
  const [ax, ay] = derivePublicKey(secret);
  return { secret: Uint8Array.from(secret), ax, ay };
}

/** Signs one field element. */
export function sign(secret: Uint8Array, message: bigint): Signature {
  assertSecret(secret);
  F.assertField("message", message);
  const { R8, S } = signMessage(secret, message);
  return { r8x: R8[0], r8y: R8[1], s: S };
}

/** Whether the signature is one of this message under this key; a malformed key or signature is simply not valid. */
export function verify(key: PublicKey, message: bigint, signature: Signature): boolean {
  try {
    assertPublicKey(key);
    assertSignature(signature);
    F.assertField("message", message);
  } catch {
    return false;
  }
  const { r8x, r8y, s } = signature;
  return verifySignature(message, { R8: [r8x, r8y], S: s }, [key.ax, key.ay]);
}

/**
 * The holder of y signs as (x, y) or as (-x, y), and the signed hash contains x: the one of the two x under which the signature is valid,
 * or undefined when it is valid under neither.
 */
export function recoverX(ay: bigint, message: bigint, signature: Signature): bigint | undefined {
  const x = squareRootX(ay);
  if (x === undefined) return undefined;
  return [x, F.neg(x)].find((ax) => verify({ ax, ay }, message, signature));
}

/** One x such that (x, ay) is on the curve; the other one is its negative. Throws when there is none. */
export function publicXFromY(ay: bigint): bigint {
  F.assertField("public key y", ay);
  const x = squareRootX(ay);
  if (x === undefined) throw new RangeError(`public key y must be that of a point on Baby Jubjub, got ${ay}`);
  return x;
}

/** Throws unless `ay` may stand in a key cell: y of a point on the curve, not 0, and no point of small order. */
export function assertPublicKeyY(ay: bigint): void {
  assertPublicKey({ ax: publicXFromY(ay), ay });
}

/**
 * Throws unless the point is on the curve, y ≠ 0 (0 means "no key", and is y of points of order 4), and x of 8·A ≠ 0: anyone can sign for a
 * point of small order.
 */
export function assertPublicKey({ ax, ay }: PublicKey): void {
  F.assertField("public key x", ax);
  F.assertField("public key y", ay);
  if (!isOnCurve(ax, ay)) throw new RangeError("public key must be a point on Baby Jubjub");
  if (ay === 0n) throw new RangeError("public key y must not be 0: 0 stands for no key");
  let point: [bigint, bigint] = [ax, ay];
  for (let i = 0; i < 3; i++) point = double(point);
  if (point[0] === 0n) throw new RangeError("public key must not be a point of small order");
}

/** Throws unless R8 is on the curve and s is below the order of the subgroup. */
export function assertSignature({ r8x, r8y, s }: Signature): void {
  F.assertField("signature r8x", r8x);
  F.assertField("signature r8y", r8y);
  if (!isOnCurve(r8x, r8y)) throw new RangeError("signature R8 must be a point on Baby Jubjub");
  F.assertField("signature s", s);
  if (s >= SUBGROUP_ORDER) throw new RangeError(`signature s must be below the order of the subgroup, got ${s}`);
}

function assertSecret(secret: Uint8Array): void {
  if (!(secret instanceof Uint8Array) || secret.length !== SECRET_BYTES) {
    throw new TypeError(`secret must be ${SECRET_BYTES} bytes`);
  }
}

/** x from a·x² + y² = 1 + d·x²·y²; a - d·y² is never 0, because a/d is not a square. */
function squareRootX(y: bigint): bigint | undefined {
  const square = F.mul(y, y);
  return F.sqrt(F.div(F.sub(1n, square), F.sub(A, F.mul(D, square))));
}

function isOnCurve(x: bigint, y: bigint): boolean {
  const x2 = F.mul(x, x);
  const y2 = F.mul(y, y);
  return F.add(F.mul(A, x2), y2) === F.add(1n, F.mul(D, F.mul(x2, y2)));
}

/** Twisted Edwards doubling (Bernstein et al. 2008, section 6, with both points equal). */
function double([x, y]: [bigint, bigint]): [bigint, bigint] {
  const x2 = F.mul(x, x);
  const y2 = F.mul(y, y);
  const product = F.mul(D, F.mul(x2, y2));
  return [F.div(F.mul(2n, F.mul(x, y)), F.add(1n, product)), F.div(F.sub(y2, F.mul(A, x2)), F.sub(1n, product))];
}
