import { concat, getBytes, keccak256, toUtf8Bytes } from "ethers";
import { keyFromSecret, randomSecret, type KeyPair } from "../crypto/eddsa";

/** A key for the rollup's account system: Baby Jubjub, its `ay` stands in the account's key cell. */
export type L2Key = KeyPair;

const SECRET = /^(0x)?[0-9a-fA-F]{64}$/;

/** The key of a 32-byte secret in hexadecimal. The message of an error does not contain the secret. */
export function l2KeyFromSecret(secret: string): L2Key {
  if (!SECRET.test(secret)) throw new TypeError("the secret of an L2 key must be 32 bytes in hexadecimal");
  return keyFromSecret(getBytes(secret.startsWith("0x") ? secret : `0x${secret}`));
}

/** A key from a phrase, for tests and demonstrations: whoever knows the phrase has the key. */
export function l2KeyFromPhrase(phrase: string): L2Key {
  return keyFromSecret(getBytes(keccak256(concat([toUtf8Bytes("causeway key "), toUtf8Bytes(phrase)]))));
}

/** A new random key. */
export function newL2Key(): L2Key {
  return keyFromSecret(randomSecret());
}
