/**
 * Batches for the circuit's tests: an honest prover, and a dishonest one that makes everything fit but what it cheats on.
 */
import * as F from "../../../protocol/crypto/field";
import { getDomain } from "../../../protocol/crypto/domain";
import {
  COUNTERS_CELL,
  DOMAIN_CELL,
  balanceCell,
  keyCell,
  ownerCell,
  tokenId,
  type Size,
} from "../../../protocol/spec";
import {
  NO_FEE_CELLS,
  State,
  encodeHeader,
  encodeSigned,
  type Access,
  type Authorisation,
  type DepositRequest,
  type SignedOp,
  type Transfer,
  type Withdraw,
} from "../../../protocol/state";
import {
  NO_SIGNATURE,
  PUBLIC_INPUTS,
  buildBatch,
  circuitInput,
  digestOf,
  sortedList,
  traceAccesses,
  wordsEval,
  type BatchTrace,
  type CircuitInput,
  type TracedAccess,
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

/** Reads a cell and writes `written`, or what was read; returns what was read. Nothing is checked. */
export type AccessCell = (cell: number, written?: (value: bigint) => bigint) => bigint;

/** Fills a slot: makes its accesses and returns its words, with a signature where one is wanted. */
export type Slot = (access: AccessCell) => { words: bigint[]; authorisation?: Authorisation };

/** A batch that no reference has checked: values are read truly, one after the other, and anything may be written. */
export function draft(
  state: State,
  { queue = [noopInQueue], signed = [noop, noop] }: { queue?: Slot[]; signed?: Slot[] },
  size = SMALL,
): Draft {
  const memory = state.clone();
  const result: Draft = { size, words: [], accesses: [], signatures: [] };
  const access: AccessCell = (cell, write = (value) => value) => {
    const value = memory.read(cell);
    const written = F.mod(write(value));
    memory.write(cell, written);
    result.accesses.push({ cell, value, written });
    return value;
  };
  result.words.push(encodeHeader({ number: state.batch + 1, timestamp: NOW, suspended: 0n, feeCells: NO_FEE_CELLS }));
  access(DOMAIN_CELL);
  for (const slot of queue) result.words.push(...slot(access).words);
  for (const slot of signed) {
    const { words, authorisation = NO_SIGNATURE } = slot(access);
    result.words.push(...words);
    result.signatures.push(authorisation);
  }
  for (const cell of NO_FEE_CELLS) access(balanceCell(size.cellBits, cell));
  return result;
}

export const noopInQueue: Slot = (access) => {
  for (const cell of [COUNTERS_CELL, ownerCell(0), balanceCell(SMALL.cellBits, 0), keyCell(0)]) access(cell);
  return { words: [0n, 0n, 0n] };
};

export const noop: Slot = (access) => {
  for (const cell of [keyCell(0), balanceCell(SMALL.cellBits, 0), balanceCell(SMALL.cellBits, 0)]) access(cell);
  return { words: [0n] };
};

/** The slot of a Transfer or Withdraw as if it were allowed. `word` replaces the op's own. */
export function payment(
  state: State,
  op: (Transfer | Withdraw) & Authorisation,
  { word = encodeSigned(op)[0], noncesUsed = 1n } = {},
): Slot {
  return (access) => {
    access(keyCell(state.balance(op.from).account));
    access(cellOf(op.from), (value) => value - op.amount + (noncesUsed << 128n));
    if (op.op === "Transfer") access(cellOf(op.to), (value) => value + op.amount);
    else access(cellOf(0));
    return { words: [word], authorisation: { expiry: op.expiry, signature: op.signature } };
  };
}

/** Cell of balance cell `index` in the small state. */
export function cellOf(index: number): number {
  return balanceCell(SMALL.cellBits, index);
}

/** What the prover says about the order of the accesses, when it is not the truth. */
export interface Claims {
  accesses?: TracedAccess[];
  sorted?: number[];
}

/**
 * The input of a prover who cheats in nothing but the draft and the claims: order of the accesses, sorted list, digest
 * and evaluations are right for what they read and write.
 */
export function forgedInput(state: State, draft: Draft, claims: Claims = {}): CircuitInput {
  const { size, words, signatures } = draft;
  const { accesses = traceAccesses(draft.accesses) } = claims;
  const { sorted = sortedList(size.cellBits, accesses) } = claims;
  return {
    digest: digestOf({ words, accesses, sorted }),
    challenge: CHALLENGE,
    wordsEval: wordsEval(words, CHALLENGE),
    ...evaluationsOf(state, accesses, CHALLENGE),
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
 * f(x), q(x) and f'(x), with the accesses' own first and last bits: f is the true state before, q is what makes the
 * reads' equation hold, and f' is what makes the writes' hold.
 */
export function evaluationsOf(
  state: Pick<State, "cellBits" | "nonzero">,
  accesses: readonly TracedAccess[],
  x: bigint,
): Pick<CircuitInput, "oldEval" | "quotientEval" | "newEval"> {
  const domain = getDomain(state.cellBits);
  const firsts = accesses.filter(({ first }) => first);
  const lasts = accesses.filter(({ last }) => last);
  const sum = (values: [number, bigint][]): bigint =>
    values.reduce((total, [cell, value]) => F.add(total, F.mul(value, domain.lagrange(cell, x))), 0n);
  const oldEval = domain.evaluate(state.nonzero(), x);
  const rest = F.sub(oldEval, sum(firsts.map(({ cell, value }) => [cell, value])));
  const zero = domain.vanishingOn(
    firsts.map(({ cell }) => cell),
    x,
  );
  const newEval = F.add(rest, sum(lasts.map(({ cell, written }) => [cell, written])));
  return { oldEval, quotientEval: F.div(rest, zero), newEval };
}

export { depositOf, signOp, user };
