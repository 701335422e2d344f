import { getAddress } from "ethers";
import { COUNTERS_CELL, Kind, accountRoom, balanceCell, balanceRoom, keyCell, ownerCell } from "../../spec";
import { decodeBalance, decodeOwner, encodeBalance, encodeOwner, type Balance, type Owner } from "../cells";
import type { Memory } from "../memory";
import { OpError, type Context } from "../types";

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

/** Whether a chain is suspended. Chain 0, the rollup itself, never is. */
export function isSuspended(chain: number, { suspended }: Context): boolean {
  return ((suspended >> BigInt(chain)) & 1n) === 1n;
}

/** Nothing of a suspended chain moves. */
export function requireNotSuspended(op: string, field: string, chain: number, context: Context): void {
  if (isSuspended(chain, context)) throw new OpError(op, field, `is ${chain}, which is suspended`);
}

/** Whether the account of an owner cell is a user's, and `address` speaks for it from `chain`. */
export function isOwnedBy({ owner, home, kind }: Owner, address: string, chain: number): boolean {
  return kind === Kind.User && home === chain && owner === getAddress(address);
}

export function peekOwner(memory: Memory, account: number): Owner {
  return decodeOwner(memory.peek(ownerCell(account)));
}

export function peekBalance(memory: Memory, index: number): Balance {
  return decodeBalance(memory.cellBits, memory.peek(balanceCell(memory.cellBits, index)));
}

/** Accesses balance cell `index`, and writes `balance` or what was there. */
export function accessBalance(memory: Memory, index: number, balance?: Balance): void {
  const written = balance && encodeBalance(memory.cellBits, balance);
  memory.access(balanceCell(memory.cellBits, index), written);
}

/** What a queue op writes; what is left out stays as it was. */
export interface QueueWrites {
  counters?: bigint;
  owner?: Owner;
  balance?: Balance;
  key?: bigint;
}

/** The accesses of a queue op, in their order. */
export function accessQueueCells(memory: Memory, account: number, cell: number, writes: QueueWrites = {}): void {
  memory.access(COUNTERS_CELL, writes.counters);
  memory.access(ownerCell(account), writes.owner && encodeOwner(writes.owner));
  accessBalance(memory, cell, writes.balance);
  memory.access(keyCell(account), writes.key);
}
