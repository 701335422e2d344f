/**
 * Batches for the circuit's tests: an honest prover, and a dishonest one that makes everything fit but what it cheats on.
 */
import * as F from "../../../protocol/crypto/field";
import { getDomain } from "../../../protocol/crypto/domain";
import { tokenId, type Size } from "../../../protocol/spec";
import { State, type Access, type Authorisation, type DepositRequest, type SignedOp } from "../../../protocol/state";
import {
  PUBLIC_INPUTS,
  buildBatch,
  circuitInput,
  digestOf,
  sortedList,
  touchedCells,
  traceAccesses,
  wordsEval,
  type BatchTrace,
  type CircuitInput,
} from "../../../protocol/witness";
import { circuit, type CircuitTester } from "../../fixtures/circom";
import { depositOf, signOp, user, type User } from "../../fixtures/users";

/** The smallest size with every kind of slot: 16 accounts, 32 balance cells. */
export const SMALL: Size = { name: "small", cellBits: 6, queueOps: 1, signedOps: 2, gatePower: 15 };

export const DOMAIN = 0xca05e3a7n;
export const NOW = 1_800_000_000;

/** Any challenge outside the domain of roots of unity will do: the circuit does not know where it comes from. */
export const CHALLENGE = 0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdefn % F.R;

export const GOLD = tokenId(1, 1);
export const SILVER = tokenId(2, 3);

export function batchCircuit({ cellBits, queueOps, signedOps }: Size = SMALL): Promise<CircuitTester> {
  return circuit("batch/batch.circom", "Batch", [cellBits, queueOps, signedOps], { publics: PUBLIC_INPUTS });
}

/**
 * A state after batch 1: alice (account and cell 1), bob (2) and carol (3, without a key) hold 1,000,000 GOLD each,
 * and alice 5,000 SILVER in cell 4.
 */
export function world(cellBits = SMALL.cellBits): { state: State; alice: User; bob: User; carol: User } {
  const [alice, bob, carol] = ["alice", "bob", "carol"].map(user);
  const state = State.genesis(DOMAIN, cellBits);
  const requests = [
    depositOf(alice, { chain: 1, token: GOLD, amount: 1_000_000n }),
    depositOf(bob, { chain: 1, token: GOLD, amount: 1_000_000n }),
    depositOf(carol, { chain: 1, token: GOLD, amount: 1_000_000n, key: 0n }),
    depositOf(alice, { chain: 2, token: SILVER, amount: 5_000n, account: 1 }),
  ];
  const size = { ...SMALL, cellBits, queueOps: requests.length, signedOps: 0 };
  buildBatch(state, { size, number: 1, timestamp: NOW - 1, requests, ops: [] });
  return { state, alice, bob, carol };
}

export interface Content {
  requests?: DepositRequest[];
  ops?: SignedOp[];
}

/** Batch 2 by the reference; the state stays as it was. Throws when an op is rejected. */
export function batchOf(state: State, { requests = [], ops = [] }: Content, size = SMALL): BatchTrace {
  const [rejected, trace] = tryBatch(state, { requests, ops }, size);
  if (rejected.length > 0) throw rejected[0];
  return trace;
}

/** The same, with the errors of rejected ops. */
export function tryBatch(state: State, { requests = [], ops = [] }: Content, size = SMALL): [Error[], BatchTrace] {
  const after = state.clone();
  const trace = buildBatch(after, { size, number: state.batch + 1, timestamp: NOW, requests, ops });
  return [trace.report.rejected.map(({ error }) => error), trace];
}

/** The circuit's input for an honest batch from `state`. */
export function honestInput(state: State, trace: BatchTrace, challenge = CHALLENGE): CircuitInput {
  return circuitInput(trace, challenge, evaluationsOf(state, trace.accesses, challenge));
}

/** What a prover is free to choose: words, accesses, signatures. */
export interface Draft {
  size: Size;
  words: bigint[];
  accesses: Access[];
  signatures: Authorisation[];
}

/** A copy of an honest batch, to be changed. */
export function draftOf({ size, words, accesses, signatures }: BatchTrace): Draft {
  return {
    size,
    words: [...words],
    accesses: accesses.map(({ cell, value, written }) => ({ cell, value, written })),
    signatures: signatures.map(({ expiry, signature }) => ({ expiry, signature: { ...signature } })),
  };
}

/**
 * The input of a prover who cheats in nothing but the draft: accesses in order, sorted list, digest and evaluations are
 * right for what the draft reads and writes.
 */
export function forgedInput(state: State, draft: Draft, challenge = CHALLENGE): CircuitInput {
  const { size, words, signatures } = draft;
  const accesses = traceAccesses(draft.accesses);
  const sorted = sortedList(size.cellBits, accesses);
  return {
    digest: digestOf({ words, accesses, sorted }),
    challenge,
    wordsEval: wordsEval(words, challenge),
    ...evaluationsOf(state, accesses, challenge),
    words: [...words],
    value: accesses.map(({ value }) => value),
    previous: accesses.map(({ previous }) => BigInt(previous)),
    first: accesses.map(({ first }) => (first ? 1n : 0n)),
    last: accesses.map(({ last }) => (last ? 1n : 0n)),
    sorted: sorted.map(BigInt),
    expiry: signatures.map(({ expiry }) => BigInt(expiry)),
    keyX: signatures.map(({ signature }) => signature.keyX),
    r8x: signatures.map(({ signature }) => signature.r8x),
    r8y: signatures.map(({ signature }) => signature.r8y),
    s: signatures.map(({ signature }) => signature.s),
  };
}

/**
 * f(x), q(x) and f'(x). f is the true state before, so that values which it does not hold cannot be read; q is what
 * makes the reads' equation hold, and f' is f with the accesses' changes.
 */
export function evaluationsOf(
  state: State,
  accesses: Parameters<typeof touchedCells>[0],
  x: bigint,
): Pick<CircuitInput, "oldEval" | "quotientEval" | "newEval"> {
  const domain = getDomain(state.cellBits);
  const touched = touchedCells(accesses);
  const oldEval = domain.evaluate(state.nonzero(), x);
  const evaluate = (of: "old" | "new"): bigint =>
    domain.evaluate(
      touched.map((cell) => [cell.index, cell[of]]),
      x,
    );
  const rest = F.sub(oldEval, evaluate("old"));
  const zero = domain.vanishingOn(
    touched.map(({ index }) => index),
    x,
  );
  return { oldEval, quotientEval: F.div(rest, zero), newEval: F.add(rest, evaluate("new")) };
}

export { depositOf, signOp, user };
