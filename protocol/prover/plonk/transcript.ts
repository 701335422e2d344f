/** The challenges of snarkjs' PLONK: keccak256 of points and field elements, 32 bytes a number, most significant first. */
import { concat, keccak256, toBeHex } from "ethers";
import type { G1Point } from "../../crypto/curve";
import { R } from "../../crypto/field";

/** @returns keccak256 of the parts, reduced into the field */
export function challengeOf(...parts: readonly (bigint | G1Point)[]): bigint {
  const words = parts.flatMap((part) => (typeof part === "bigint" ? [part] : [part.x, part.y]));
  return BigInt(keccak256(concat(words.map((word) => toBeHex(word, 32))))) % R;
}
