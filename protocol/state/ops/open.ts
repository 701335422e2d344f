import { COUNTERS_CELL, Kind, balanceCell, balanceRoom, localToken, ownerCell } from "../../spec";
import { decodeCounters, decodeOwner, encodeCounters } from "../cells";
import type { Memory } from "../memory";
import { OpError, type Authorisation, type Context, type Effects, type Open } from "../types";
import { authorise, debit } from "./payer";
import { accessBalance, requireAccountIndex, requireBalanceIndex } from "./rules";

/**
 * Accesses of Open: (a) key of the signer, (b) the signer's cell, (c) counters.
 * Accesses of OpenTo: (a) owner cell of the account, (b) new cell, (c) balance cell 0, which it does not need.
 */
export function runOpen(memory: Memory, op: Open & Authorisation, context: Context): Effects {
  const { cellBits } = memory;
  requireBalanceIndex(memory, op.op, "cell", op.cell);
  requireAccountIndex(memory, op.op, "account", op.account);

  const from = authorise(memory, op, context);
  const paid = debit(op, from, 0n, context);
  accessBalance(memory, op.from, paid.from);

  // Cells are allocated in order: nobody chooses an index.
  const counters = decodeCounters(cellBits, memory.peek(COUNTERS_CELL));
  if (counters.nextBalance >= balanceRoom(cellBits)) throw new OpError(op.op, "cell", "has no room: all are allocated");
  if (counters.nextBalance !== op.cell) {
    throw new OpError(op.op, "cell", `is ${op.cell}, but the next one is ${counters.nextBalance}`);
  }
  const nextBalance = counters.nextBalance + 1;
  memory.access(COUNTERS_CELL, encodeCounters(cellBits, { ...counters, nextBalance }));

  const owner = decodeOwner(memory.peek(ownerCell(op.account)));
  if (owner.kind !== Kind.User) throw new OpError(op.op, "account", `is ${op.account}, which is no user's account`);
  memory.access(ownerCell(op.account));

  if (localToken(op.token) === 0) throw new OpError(op.op, "token", `is ${op.token}, which is no token`);
  if (memory.peek(balanceCell(cellBits, op.cell)) !== 0n) throw new OpError(op.op, "cell", `${op.cell} is not free`);
  accessBalance(memory, op.cell, { balance: 0n, nonce: 0, token: op.token, account: op.account });
  accessBalance(memory, 0);
  return { payments: [], ...paid.effects };
}
