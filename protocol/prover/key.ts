/** The verification key as a list of words, and the circuit id made from it. */
import { concat, keccak256, toBeHex } from "ethers";
import type { PlonkVerificationKey } from "snarkjs";
import { affine } from "./proof";

/**
 * The words of a verification key: power, number of public inputs, k1, k2, then x and y of Qm, Ql, Qr, Qo, Qc, S1, S2,
 * S3 (names as in the PLONK paper, eprint 2019/953), then [τ]₂ as x.c0, x.c1, y.c0, y.c1. The point at infinity is (0, 0).
 */
export function keyWords(key: PlonkVerificationKey): bigint[] {
  const points = [key.Qm, key.Ql, key.Qr, key.Qo, key.Qc, key.S1, key.S2, key.S3].flatMap(affine);
  const [x, y] = key.X_2;
  const head = [BigInt(key.power), BigInt(key.nPublic), BigInt(key.k1), BigInt(key.k2)];
  return [...head, ...points, ...[...x, ...y].map(BigInt)];
}

/** The circuit id: keccak256 over the key's words, 32 bytes each, as a 0x-string. */
export function circuitId(key: PlonkVerificationKey): string {
  return keccak256(concat(keyWords(key).map((word) => toBeHex(word, 32))));
}
