import type { G1Point } from "../crypto/curve";

/** A batch as `submitBatch` takes it, but for the folds, which are of the chain and the moment. */
export interface BatchCalldata {
  /** Circuit id: 32 bytes, hexadecimal. */
  readonly circuit: string;
  readonly words: readonly bigint[];
  readonly newCommitment: G1Point;
  readonly quotient: G1Point;
  readonly digest: bigint;
  readonly oldEval: bigint;
  readonly quotientEval: bigint;
  readonly newEval: bigint;
  readonly opening: G1Point;
  /** 24 words: nine points and six evaluations, as snarkjs orders them. */
  readonly proof: readonly bigint[];
}

/** A batch from decoded calldata. */
export function batchFromCalldata(value: BatchCalldata): BatchCalldata {
  const point = ({ x, y }: G1Point): G1Point => ({ x, y });
  const { circuit, digest, oldEval, quotientEval, newEval } = value;
  return {
    circuit,
    words: [...value.words],
    newCommitment: point(value.newCommitment),
    quotient: point(value.quotient),
    digest,
    oldEval,
    quotientEval,
    newEval,
    opening: point(value.opening),
    proof: [...value.proof],
  };
}
