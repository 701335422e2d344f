/** PLONK proofs, and snarkjs' as the 24 words that its Solidity verifier takes, and back. */
import type { PlonkProof, ProjectivePoint } from "snarkjs";
import { R } from "../crypto/field";

/** Our kernels, or snarkjs: the same proofs, ten times slower. */
export const PROVING_ENGINES = ["kernels", "snarkjs"] as const;
export type ProvingEngine = (typeof PROVING_ENGINES)[number];

export function isProvingEngine(name: string): name is ProvingEngine {
  return (PROVING_ENGINES as readonly string[]).includes(name);
}

/** A proof as the Solidity verifier takes it, and the public inputs it is for. */
export interface ProofWithPublics {
  /** `PROOF_WORDS` words. */
  readonly proof: bigint[];
  /** In the circuit's order. */
  readonly publics: bigint[];
}

/** 32-byte words of a proof: nine points of two coordinates, six evaluations. */
export const PROOF_WORDS = 24;

const POINTS = ["A", "B", "C", "Z", "T1", "T2", "T3", "Wxi", "Wxiw"] as const;
const EVALUATIONS = ["eval_a", "eval_b", "eval_c", "eval_s1", "eval_s2", "eval_zw"] as const;

/** The words of a proof in the verifier's order: x and y of each point, then the evaluations. The point at infinity is (0, 0). */
export function proofToWords(proof: PlonkProof): bigint[] {
  const points = POINTS.flatMap((name) => affine(proof[name]));
  return [...points, ...EVALUATIONS.map((name) => BigInt(proof[name]))];
}

/** The proof with these words; points are not checked to be on the curve. @throws RangeError unless there are 24 */
export function wordsToProof(words: readonly bigint[]): PlonkProof {
  if (words.length !== PROOF_WORDS) throw new RangeError(`a proof has ${PROOF_WORDS} words, got ${words.length}`);
  const fields: Record<string, ProjectivePoint | string> = {};
  POINTS.forEach((name, i) => (fields[name] = projective(words[2 * i], words[2 * i + 1])));
  EVALUATIONS.forEach((name, i) => (fields[name] = words[2 * POINTS.length + i].toString()));
  return { ...fields, protocol: "plonk", curve: "bn128" } as unknown as PlonkProof;
}

/**
 * Whether every word is below r_F, as the Solidity verifier requires. It holds coordinates to that bound too, although
 * their own field is larger by 2^127: an honest proof misses it with probability 2^-126 and is then made again.
 */
export function wordsInRange(words: readonly bigint[]): boolean {
  return words.every((word) => word >= 0n && word < R);
}

/** x and y of a point as snarkjs writes it: [x, y, "1"], or ["0", "1", "0"] at infinity, which becomes (0, 0). */
export function affine([x, y, z]: ProjectivePoint): [bigint, bigint] {
  if (z === "0") return [0n, 0n];
  if (z !== "1") throw new RangeError(`a point must be affine, got z = ${z}`);
  return [BigInt(x), BigInt(y)];
}

function projective(x: bigint, y: bigint): ProjectivePoint {
  return x === 0n && y === 0n ? ["0", "1", "0"] : [x.toString(), y.toString(), "1"];
}
