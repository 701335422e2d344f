import { randomBytes } from "node:crypto";
import { derivePublicKey, signMessage } from "@zk-kit/eddsa-poseidon";
import { BASE8, isOnCurve, multiply, multiplyAdd, negate, SUBGROUP_ORDER, xFromY } from "./babyjubjub";
import * as F from "./field";
import { poseidon } from "./poseidon";

/**
 * EdDSA-Poseidon on Baby Jubjub (EIP-2494), the signatures of circomlibjs and `@zk-kit/eddsa-poseidon`, with the checks of keys and
 * signatures that the circuit makes too.
 */

export { SUBGROUP_ORDER };

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

/**
 * Whether the signature is one of this message under this key; a malformed key or signature is simply not valid. It decides as the library
 * that signs does, but several times faster.
 */
export function verify(key: PublicKey, message: bigint, signature: Signature): boolean {
  try {
    assertPublicKey(key);
    assertSignature(signature);
    F.assertField("message", message);
  } catch {
    return false;
  }
  const { r8x, r8y, s } = signature;
  const hash = poseidon([r8x, r8y, key.ax, key.ay, message]);
  // s·B8 = R8 + 8·hash·A
  const { x, y } = multiplyAdd(s, BASE8, 8n * hash, negate({ x: key.ax, y: key.ay }));
  return x === r8x && y === r8y;
}

/**
 * The holder of y signs as (x, y) or as (-x, y), and the signed hash contains x: the one of the two x under which the signature is valid,
 * or undefined when it is valid under neither.
 */
export function recoverX(ay: bigint, message: bigint, signature: Signature): bigint | undefined {
  const x = xFromY(ay);
  if (x === undefined) return undefined;
  return [x, F.neg(x)].find((ax) => verify({ ax, ay }, message, signature));
}

/** One x such that (x, ay) is on the curve; the other one is its negative. Throws when there is none. */
export function publicXFromY(ay: bigint): bigint {
  F.assertField("public key y", ay);
  const x = xFromY(ay);
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
  const point = { x: ax, y: ay };
  if (!isOnCurve(point)) throw new RangeError("public key must be a point on Baby Jubjub");
  if (ay === 0n) throw new RangeError("public key y must not be 0: 0 stands for no key");
  if (multiply(8n, point).x === 0n) throw new RangeError("public key must not be a point of small order");
}

/** Throws unless R8 is on the curve and s is below the order of the subgroup. */
export function assertSignature({ r8x, r8y, s }: Signature): void {
  F.assertField("signature r8x", r8x);
  F.assertField("signature r8y", r8y);
  if (!isOnCurve({ x: r8x, y: r8y })) throw new RangeError("signature R8 must be a point on Baby Jubjub");
  F.assertField("signature s", s);
  if (s >= SUBGROUP_ORDER) throw new RangeError(`signature s must be below the order of the subgroup, got ${s}`);
}

function assertSecret(secret: Uint8Array): void {
  if (!(secret instanceof Uint8Array) || secret.length !== SECRET_BYTES) {
    throw new TypeError(`secret must be ${SECRET_BYTES} bytes`);
  }
}
