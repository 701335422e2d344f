import { accountRoom, balanceCell, balanceRoom } from "../../spec";
import { decodeBalance, encodeBalance, type Balance } from "../cells";
import type { Memory } from "../memory";
import { OpError } from "../types";

/** Rules that several ops share. */

/** Throws unless `value` is an integer in [0, limit). */
export function requireBelow(op: string, field: string, value: number, limit: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= limit) {
    throw new OpError(op, field, `must be an integer below ${limit}, got ${value}`);
  }
}

/** An account index that is not range-checked could land on a balance cell. */
export function requireAccountIndex(memory: Memory, op: string, field: string, account: number): void {
  requireBelow(op, field, account, accountRoom(memory.cellBits));
}

/** A balance index that is not range-checked could leave the vector. */
export function requireBalanceIndex(memory: Memory, op: string, field: string, index: number): void {
  requireBelow(op, field, index, balanceRoom(memory.cellBits));
}

export function peekBalance(memory: Memory, index: number): Balance {
  return decodeBalance(memory.cellBits, memory.peek(balanceCell(memory.cellBits, index)));
}

/** Accesses balance cell `index`, and writes `balance` or what was there. */
export function accessBalance(memory: Memory, index: number, balance?: Balance): void {
  const written = balance && encodeBalance(memory.cellBits, balance);
  memory.access(balanceCell(memory.cellBits, index), written);
}
