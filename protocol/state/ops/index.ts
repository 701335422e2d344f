import type { Memory } from "../memory";
import type { Context, Payment, SignedOp } from "../types";
import { runOpen } from "./open";
import { runTransfer } from "./transfer";
import { runWithdraw } from "./withdraw";

export { runDeposit } from "./deposit";
export { runHeader, runQueueNoop, runSignedNoop } from "./noop";

/** The rules of a signed op. Returns the payments that it causes; throws `OpError` when a rule is broken. */
export function runSigned(memory: Memory, op: SignedOp, context: Context): Payment[] {
  switch (op.op) {
    case "Transfer":
      return runTransfer(memory, op, context);
    case "Withdraw":
      return runWithdraw(memory, op, context);
    case "Open":
      return runOpen(memory, op, context);
  }
}
