import { StateMemory } from "./memory";
import { runDeposit, runHeader, runQueueNoop, runSigned, runSignedNoop } from "./ops";
import type { State } from "./state";
import type { Applied, Deposit, DepositRequest, SignedOp } from "./types";
import { encodeDeposit, encodeHeader, encodeSigned, type Header } from "./words";

/**
 * The readable reference: each op moves a state on and says what happened; the rules are in `ops/`. It decides what
 * circuits and contracts must do. An op that throws leaves the state untouched.
 */

/** A request taken from a chain's queue. Never fails for a request that a vault accepted: it is credited or refunded. */
export function applyDeposit(state: State, request: DepositRequest): Applied & { deposit: Deposit } {
  return transition(state, (memory) => {
    const outcome = runDeposit(memory, request);
    return { ...outcome, words: encodeDeposit(outcome.deposit) };
  });
}

/** An op signed by the holder of the paying cell. Throws `OpError` when a rule is broken. */
export function applySigned(state: State, op: SignedOp, { timestamp }: { timestamp: number }): Applied {
  const context = { domain: state.domain, timestamp };
  return transition(state, (memory) => ({ payments: runSigned(memory, op, context), words: encodeSigned(op) }));
}

/** The access that a batch makes on its own. */
export function applyHeader(state: State, fields: Header): Applied {
  return transition(state, (memory) => {
    runHeader(memory);
    return { words: [encodeHeader(fields)], payments: [] };
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

function transition<T>(state: State, run: (memory: StateMemory) => T): T & Pick<Applied, "accesses"> {
  return state.atomically(() => {
    const memory = new StateMemory(state);
    const outcome = run(memory);
    return { ...outcome, accesses: memory.accesses };
  });
}
