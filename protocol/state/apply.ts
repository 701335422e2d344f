import { StateMemory } from "./memory";
import { applyDeposit as deposit } from "./ops/deposit";
import { applyHeader as header, applyQueueNoop as queueNoop, applySignedNoop as signedNoop } from "./ops/noop";
import { applyOpen } from "./ops/open";
import { applyTransfer } from "./ops/transfer";
import { applyWithdraw } from "./ops/withdraw";
import type { Memory } from "./memory";
import type { State } from "./state";
import type { Applied, Context, Deposit, DepositRequest, Payment, SignedOp } from "./types";
import { encodeDeposit, encodeHeader, encodeSigned, type Header } from "./words";

/**
 * The readable reference: `apply(state, op)` moves the state on and says what happened. It decides what circuits and
 * contracts must do. An op that throws leaves the state untouched.
 */

/** A request taken from a chain's queue. Never fails for a request that a vault accepted: it is credited or refunded. */
export function applyDeposit(state: State, request: DepositRequest): Applied & { deposit: Deposit } {
  return transition(state, (memory) => {
    const outcome = deposit(memory, request);
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
    header(memory);
    return { words: [encodeHeader(fields)], payments: [] };
  });
}

/** A slot that is not used. */
export function applyNoop(state: State, slot: "queue" | "signed"): Applied {
  return transition(state, (memory) => {
    if (slot === "queue") queueNoop(memory);
    else signedNoop(memory);
    return { words: slot === "queue" ? [0n, 0n, 0n] : [0n], payments: [] };
  });
}

/** The rules of a signed op on any memory. */
export function runSigned(memory: Memory, op: SignedOp, context: Context): Payment[] {
  switch (op.op) {
    case "Transfer":
      return applyTransfer(memory, op, context);
    case "Withdraw":
      return applyWithdraw(memory, op, context);
    case "Open":
      return applyOpen(memory, op, context);
  }
}

function transition<T>(state: State, run: (memory: StateMemory) => T): T & Pick<Applied, "accesses"> {
  return state.atomically(() => {
    const memory = new StateMemory(state);
    const outcome = run(memory);
    return { ...outcome, accesses: memory.accesses };
  });
}
