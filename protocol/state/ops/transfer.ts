import { BALANCE_BITS } from "../../spec";
import type { Memory } from "../memory";
import { OpError, type Authorisation, type Context, type Effects, type Transfer } from "../types";
import { authorise, debit } from "./payer";
import { accessBalance, peekBalance, requireAccountIndex, requireBalanceIndex } from "./rules";

/** Accesses: (a) key of the payer, (b) paying cell, (c) receiving cell. */
export function runTransfer(memory: Memory, op: Transfer & Authorisation, context: Context): Effects {
  requireBalanceIndex(memory, op.op, "to", op.to);
  requireAccountIndex(memory, op.op, "account", op.account);

  const from = authorise(memory, op, context);
  const paid = debit(op, from, op.amount, context);
  accessBalance(memory, op.from, paid.from);

  // Read after the debit: a cell may pay itself.
  const to = peekBalance(memory, op.to);
  if (op.account === 0) throw new OpError(op.op, "account", "must not be 0");
  if (to.account !== op.account) {
    throw new OpError(op.op, "account", `is ${op.account}, but cell ${op.to} is owned by account ${to.account}`);
  }
  if (to.token !== from.token) {
    throw new OpError(op.op, "to", `is cell ${op.to} of token ${to.token}, but the payer's is token ${from.token}`);
  }
  const balance = to.balance + op.amount;
  if (balance >> BigInt(BALANCE_BITS) !== 0n) {
    throw new OpError(op.op, "amount", `makes the balance of cell ${op.to} exceed 2^${BALANCE_BITS}-1`);
  }
  accessBalance(memory, op.to, { ...to, balance });
  return { payments: [], ...paid.effects };
}
