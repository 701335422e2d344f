import { FEE_SLOTS } from "../spec";
import { StateMemory } from "./memory";
import { runFees, runHeader, runQueueNoop, runRequest, runSigned, runSignedNoop } from "./ops";
import type { State } from "./state";
import type { Applied, Context, Effects, QueueOp, Request, SignedOp } from "./types";
import { encodeHeader, encodeQueueOp, encodeSigned, type Header } from "./words";

/**
 * The readable reference: each op moves a state on and says what happened; the rules are in `ops/`. It decides what
 * circuits and contracts must do. An op that throws leaves the state untouched.
 */

/** What a batch settles for its queue ops. */
export interface QueueTerms {
  /** Unix seconds. 0 by default: then no route is late. */
  timestamp?: number;
  /** Bit c: chain c is suspended. None by default. */
  suspended?: bigint;
  /** Up to which zUSD may be issued to a chain. 0 by default. */
  cap?: (chain: number) => bigint;
}

/** What a batch settles for its signed ops. */
export interface Terms extends QueueTerms {
  /** Unix seconds. */
  timestamp: number;
  /** Balance cells that collect the fees, at most one for a token; 0: none. None by default. */
  feeCells?: readonly number[];
}

/** A batch without fee slots. */
export const NO_FEE_CELLS: readonly number[] = new Array<number>(FEE_SLOTS).fill(0);

/**
 * A request taken from a chain's queue. Never fails for a request that a vault accepted on a chain that is not suspended: it is executed, or
 * changes nothing.
 */
export function applyRequest(state: State, request: Request, terms: QueueTerms = {}): Applied & { queueOp: QueueOp } {
  return transition(state, (memory) => {
    const outcome = runRequest(memory, request, contextOf(state, terms));
    return { ...outcome, words: encodeQueueOp(outcome.queueOp) };
  });
}

/** An op signed by the holder of the paying cell. Throws `OpError` when a rule is broken. */
export function applySigned(state: State, op: SignedOp, terms: Terms): Applied {
  const context = contextOf(state, terms);
  return transition(state, (memory) => ({ ...runSigned(memory, op, context), words: encodeSigned(op) }));
}

/** The access that a batch makes before its ops. */
export function applyHeader(state: State, fields: Header): Applied {
  return transition(state, (memory) => {
    runHeader(memory);
    return { words: [encodeHeader(fields)], payments: [] };
  });
}

/**
 * The accesses that a batch makes after its ops: each fee slot's cell is credited.
 * @param sums what the ops paid into each slot
 * @throws FullFeeCellError when a cell cannot take its fees
 */
export function applyFees(state: State, feeCells: readonly number[], sums: readonly bigint[]): Applied {
  return transition(state, (memory) => {
    runFees(memory, feeCells, sums);
    return { words: [], payments: [] };
  });
}

/** A slot that is not used. */
export function applyNoop(state: State, slot: "queue" | "signed"): Applied {
  return transition(state, (memory) => {
    if (slot === "queue") runQueueNoop(memory);
    else runSignedNoop(memory);
    return { words: slot === "queue" ? [0n, 0n, 0n] : [0n], payments: [] };
  });
}

function contextOf(
  state: State,
  { timestamp = 0, suspended = 0n, feeCells = NO_FEE_CELLS, cap = () => 0n }: Partial<Terms>,
): Context {
  return {
    domain: state.domain,
    timestamp,
    suspended,
    feeTokens: feeCells.map((cell) => state.balance(cell).token),
    ledger: { issued: (chain) => state.issued(chain), cap },
  };
}

function transition<T extends Effects>(state: State, run: (memory: StateMemory) => T): T & Pick<Applied, "accesses"> {
  return state.atomically(() => {
    const memory = new StateMemory(state);
    const outcome = run(memory);
    for (const { chain, change } of outcome.zusd ?? []) state.issue(chain, change);
    return { ...outcome, accesses: memory.accesses };
  });
}
