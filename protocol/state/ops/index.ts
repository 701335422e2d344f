import type { Memory } from "../memory";
import type { Context, Effects, QueueOp, Request, SignedOp } from "../types";
import { runDeposit } from "./deposit";
import { runFullExit } from "./fullExit";
import { runOpen } from "./open";
import { runRoute } from "./route";
import { requireNotSuspended } from "./rules";
import { runSetKey } from "./setKey";
import { runTransfer } from "./transfer";
import { runWithdraw } from "./withdraw";

export { FullFeeCellError, runFees } from "./fees";
export { runHeader, runQueueNoop, runSignedNoop } from "./noop";

/**
 * The rules of a request. It executes if and only if all its conditions hold; otherwise it changes nothing. The prover has no choice.
 *
 * Accesses: (a) counters, (b) owner cell, (c) balance cell, (d) key cell.
 * @throws for what no batch may hold: fields that a vault refuses, and requests of a suspended chain
 */
export function runRequest(memory: Memory, request: Request, context: Context): Effects & { queueOp: QueueOp } {
  requireNotSuspended(request.op, "chain", request.chain, context);
  switch (request.op) {
    case "Deposit":
      return runDeposit(memory, request, context);
    case "SetKey":
      return runSetKey(memory, request);
    case "FullExit":
      return runFullExit(memory, request, context);
    case "Route":
      return runRoute(memory, request, context);
  }
}

/** The rules of a signed op. Throws `OpError` when one is broken. */
export function runSigned(memory: Memory, op: SignedOp, context: Context): Effects {
  switch (op.op) {
    case "Transfer":
      return runTransfer(memory, op, context);
    case "Withdraw":
    case "WithdrawExact":
      return runWithdraw(memory, op, context);
    case "Open":
      return runOpen(memory, op, context);
  }
}
