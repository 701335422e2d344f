import type { G1Point } from "../crypto/curve";
import type { BatchOpenings, State, StateCommitment } from "../state";
import type { BatchTrace } from "./batch";
import { challengeOf, openingChallenge, type BatchCommitments, type Bytes32 } from "./hashes";
import { circuitInput, type CircuitInput } from "./input";

/** All that a batch's proof and its submission need beside the proof itself. */
export interface Statement {
  commitments: BatchCommitments;
  challenge: bigint;
  openings: BatchOpenings;
  input: CircuitInput;
}

/**
 * Commits to what a batch did, takes the challenge, and opens the commitments there.
 * @param state the state after the batch
 * @param oldCommitment commitment to the state before it
 */
export async function makeStatement(
  committer: StateCommitment,
  state: State,
  trace: BatchTrace,
  { circuitId, oldCommitment }: { circuitId: Bytes32; oldCommitment: G1Point },
): Promise<Statement> {
  const { words, digest, number, touched } = trace;
  const quotient = await committer.quotient(state, touched);
  const commitments = {
    old: oldCommitment,
    quotient: quotient.commitment,
    new: await committer.update(oldCommitment, touched),
  };
  const challenge = challengeOf({ domain: state.domain, circuitId, number, commitments, digest, words });
  const openings = await committer.openAt(state, touched, quotient, challenge, (values) =>
    openingChallenge(challenge, values, commitments),
  );
  return { commitments, challenge, openings, input: circuitInput(trace, challenge, openings) };
}
