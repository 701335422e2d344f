/**
 * A dishonest prover, who makes everything fit but what it cheats on: slots that do what no reference has checked, and the circuit's input for
 * them.
 */
import * as F from "../../../protocol/crypto/field";
import { sign } from "../../../protocol/crypto/eddsa";
import { COUNTERS_CELL, DOMAIN_CELL, Kind, balanceCell, keyCell, ownerCell } from "../../../protocol/spec";
import {
  NO_FEE_CELLS,
  encodeHeader,
  encodeOwner,
  encodeQueueOp,
  encodeSigned,
  signedMessage,
  type Access,
  type Authorisation,
  type Deposit,
  type FullExit,
  type Open,
  type Route,
  type SetKey,
  type State,
  type Transfer,
  type Withdraw,
  type WithdrawExact,
} from "../../../protocol/state";
import {
  NO_SIGNATURE,
  digestOf,
  sortedList,
  traceAccesses,
  wordsEval,
  type BatchTrace,
  type CircuitInput,
  type TracedAccess,
} from "../../../protocol/witness";
import { LATER, type User } from "../../fixtures/users";
import { CHALLENGE, NOW, SMALL, cellOf, evaluationsOf } from "./world";

/** What a prover is free to choose: words, accesses, signatures. */
export interface Draft {
  size: typeof SMALL;
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

/** What fills a batch; by default nothing does. */
export interface Slots {
  queue?: readonly Slot[];
  signed?: readonly Slot[];
  /** Mask in the header. */
  suspended?: bigint;
  /** Fee slots in the header, and in the accesses after the ops. */
  feeCells?: readonly number[];
  /** What the prover adds to each fee slot's cell. */
  fees?: readonly bigint[];
  /** Replaces the header's word. */
  header?: bigint;
}

/** A batch that no reference has checked: values are read truly, one after the other, and anything may be written. */
export function draft(state: State, slots: Slots, size = SMALL): Draft {
  const { queue = [noopInQueue], signed = [noop, noop], suspended = 0n, feeCells = NO_FEE_CELLS, fees = [] } = slots;
  const { header = encodeHeader({ number: state.batch + 1, timestamp: NOW, suspended, feeCells }) } = slots;
  const memory = state.clone();
  const result: Draft = { size, words: [header], accesses: [], signatures: [] };
  const access: AccessCell = (cell, write = (value) => value) => {
    const value = memory.read(cell);
    const written = F.mod(write(value));
    memory.write(cell, written);
    result.accesses.push({ cell, value, written });
    return value;
  };
  access(DOMAIN_CELL);
  for (const slot of queue) result.words.push(...slot(access).words);
  for (const slot of signed) {
    const { words, authorisation = NO_SIGNATURE } = slot(access);
    result.words.push(...words);
    result.signatures.push(authorisation);
  }
  feeCells.forEach((cell, i) => access(balanceCell(size.cellBits, cell), (value) => value + (fees[i] ?? 0n)));
  return result;
}

// Slots ---------------------------------------------------------------------------------------------------------------

export const noopInQueue: Slot = (access) => {
  for (const cell of [COUNTERS_CELL, ownerCell(0), cellOf(0), keyCell(0)]) access(cell);
  return { words: [0n, 0n, 0n] };
};

export const noop: Slot = (access) => {
  for (const cell of [keyCell(0), cellOf(0), cellOf(0)]) access(cell);
  return { words: [0n] };
};

/** A slot with other words than its own. */
export function withWords(slot: Slot, change: (word: bigint, i: number) => bigint): Slot {
  return (access) => {
    const { words, authorisation } = slot(access);
    return { words: words.map(change), authorisation };
  };
}

/** A slot that changes one cell's accesses: elsewhere, or to another value. */
export function withAccess(slot: Slot, change: (access: AccessCell, ...args: Parameters<AccessCell>) => bigint): Slot {
  return (access) => slot((cell, write) => change(access, cell, write));
}

/** A slot that adds to one cell what it should not. */
export function adding(slot: Slot, to: number, amount: bigint): Slot {
  return withAccess(slot, (access, cell, write = (value) => value) =>
    access(cell, (value) => write(value) + (cell === to ? amount : 0n)),
  );
}

/** The second word of an op of two slots that changes nothing: an Exact's. */
export function secondWord(word: bigint): Slot {
  return withWords(noop, () => word);
}

/** What the prover charges: by default nothing as fee. */
interface Charge {
  fee?: bigint;
  noncesUsed?: bigint;
}

/** The first slot of a Transfer, Withdraw or WithdrawExact as if it were allowed. `word` replaces the op's own. */
export function payment(
  state: State,
  op: (Transfer | Withdraw | WithdrawExact) & Authorisation,
  { word = encodeSigned(op)[0], noncesUsed = 1n, fee = 0n }: Charge & { word?: bigint } = {},
): Slot {
  return (access) => {
    access(keyCell(state.balance(op.from).account));
    access(cellOf(op.from), (value) => value - op.amount - fee + (noncesUsed << 128n));
    if (op.op === "Transfer") access(cellOf(op.to), (value) => value + op.amount);
    else access(cellOf(0));
    return { words: [word], authorisation: { expiry: op.expiry, signature: op.signature } };
  };
}

/** Both slots of a WithdrawExact as if it were allowed. `words` replace the op's own. */
export function exactWithdrawal(
  state: State,
  op: WithdrawExact & Authorisation,
  { words = encodeSigned(op), ...charge }: Charge & { words?: readonly bigint[] } = {},
): [Slot, Slot] {
  const [word, second] = words;
  return [payment(state, op, { word, ...charge }), secondWord(second)];
}

/** Both slots of an Open as if it were allowed. */
export function opening(
  state: State,
  op: Open & Authorisation,
  { noncesUsed = 1n, fee = 0n }: Charge = {},
): [Slot, Slot] {
  const [first, second] = encodeSigned(op);
  const { from, account, token, cell } = op;
  return [
    (access) => {
      access(keyCell(state.balance(from).account));
      access(cellOf(from), (value) => value - fee + (noncesUsed << 128n));
      access(COUNTERS_CELL, (value) => value + (1n << 24n));
      return { words: [first], authorisation: op };
    },
    (access) => {
      access(ownerCell(account));
      access(cellOf(cell), (value) => value + (BigInt(token) << 168n) + (BigInt(account) << 184n));
      access(cellOf(0));
      return { words: [second] };
    },
  ];
}

/** What a prover says a deposit does. */
export interface DepositClaim extends Deposit {
  /** Creates the account and the cell; by default where the request has 0 and the deposit is executed. */
  newAccount?: boolean;
  newCell?: boolean;
  takesKey: boolean;
}

/** The slot of a deposit that does what the claim says. */
export function depositSlot(claim: DepositClaim): Slot {
  const { executed, account, cell, usedAccount, usedCell, chain, token, amount, owner, key, takesKey } = claim;
  const newAccount = claim.newAccount ?? (executed && account === 0);
  const newCell = claim.newCell ?? (executed && cell === 0);
  const created = encodeOwner({ owner, home: chain, kind: Kind.User });
  const labels = (BigInt(token) << 168n) + (BigInt(usedAccount) << 184n);
  return (access) => {
    access(COUNTERS_CELL, (value) => value + (newAccount ? 1n : 0n) + (newCell ? 1n << 24n : 0n));
    access(ownerCell(usedAccount), (value) => value + (newAccount ? created : 0n));
    access(cellOf(usedCell), (value) => value + (executed ? amount : 0n) + (newCell ? labels : 0n));
    access(keyCell(usedAccount), (value) => value + (takesKey ? key : 0n));
    return { words: encodeQueueOp(claim) };
  };
}

/** The slot of a SetKey that replaces the key or does not, by default as its flag says. */
export function setKeySlot(claim: SetKey, { replaces = claim.executed } = {}): Slot {
  const { usedAccount, usedCell, key } = claim;
  return (access) => {
    access(COUNTERS_CELL);
    access(ownerCell(usedAccount));
    access(cellOf(usedCell));
    access(keyCell(usedAccount), (value) => (replaces ? key : value));
    return { words: encodeQueueOp(claim) };
  };
}

/** The slot of a FullExit that takes out what `paid` says: by default the claim's amount, as its flag says. */
export function exitSlot(claim: FullExit, { paid = claim.executed ? claim.amount : 0n } = {}): Slot {
  const { usedAccount, usedCell } = claim;
  return (access) => {
    access(COUNTERS_CELL);
    access(ownerCell(usedAccount));
    access(cellOf(usedCell), (value) => value - paid);
    access(keyCell(usedAccount));
    return { words: encodeQueueOp(claim) };
  };
}

/** The slot of a Route: it changes nothing. */
export function routeSlot(claim: Route): Slot {
  return withWords(noopInQueue, (_, i) => encodeQueueOp(claim)[i]);
}

/** A signature over any words of an op that `from` pays, for its nonce and token as they are. */
export function signWords(
  state: State,
  { keys }: User,
  from: number,
  [word, second = 0n]: readonly bigint[],
  expiry = LATER,
): Authorisation {
  const { nonce, token } = state.balance(from);
  const message = signedMessage(state.domain, word, second, { expiry, nonce, token });
  return { expiry, signature: { ...sign(keys.secret, message), keyX: keys.ax } };
}

// Inputs --------------------------------------------------------------------------------------------------------------

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
