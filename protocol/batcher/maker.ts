import type { BatchCalldata } from "../chain/batch";
import type { G1Point } from "../crypto/curve";
import type { OnProgress, Prover } from "../prover";
import type { Size } from "../spec";
import type { State, StateCommitment } from "../state";
import { challengeOf, circuitInput, openingChallenge, publicInputs, type BatchTrace } from "../witness";

/** What proving needs besides the batch. */
export interface Proving {
  readonly size: Size;
  /** Hash of the circuit's verification key, 32 bytes hexadecimal. */
  readonly circuitId: string;
  readonly prover: Pick<Prover, "prove" | "verify">;
  readonly commitments: StateCommitment;
}

/** A batch that is put together but not proven. */
export interface PlannedBatch {
  readonly trace: BatchTrace;
  /** The state after the batch. */
  readonly after: State;
  /** Commitment of the state before the batch. */
  readonly commitment: G1Point;
}

/**
 * Proves a batch and checks the proof.
 * @throws Error when the prover fails, or what it made is wrong: nothing of that may be sent
 */
export async function proveBatch(
  { circuitId, prover, commitments }: Proving,
  { trace, after, commitment }: PlannedBatch,
  onProgress?: OnProgress,
): Promise<BatchCalldata> {
  const { number, words, digest, touched } = trace;
  const newCommitment = await commitments.update(commitment, touched);
  const quotient = await commitments.quotient(after, touched);
  const points = { old: commitment, quotient: quotient.commitment, new: newCommitment };
  const { domain } = after;
  const challenge = challengeOf({ domain, circuitId, number, commitments: points, digest, words });
  const merge = (values: Parameters<typeof openingChallenge>[1]) => openingChallenge(challenge, values, points);
  const { opening, ...evaluations } = await commitments.openAt(after, touched, quotient, challenge, merge);

  const input = circuitInput(trace, challenge, evaluations);
  const expected = publicInputs(input);
  const { proof, publics } = await prover.prove({ ...input }, { onProgress });
  if (publics.length !== expected.length || publics.some((value, i) => value !== expected[i])) {
    throw new Error(`batch ${number}: the prover returned other public inputs than the batch's`);
  }
  if (!(await prover.verify(proof, publics))) throw new Error(`batch ${number}: the prover returned a wrong proof`);
  return {
    circuit: circuitId,
    words,
    newCommitment,
    quotient: quotient.commitment,
    digest,
    ...evaluations,
    opening,
    proof,
  };
}
