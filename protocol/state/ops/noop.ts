import { COUNTERS_CELL, DOMAIN_CELL, keyCell, ownerCell } from "../../spec";
import type { Memory } from "../memory";
import { accessBalance } from "./rules";

/** The batch's own access: the domain is read and written back. */
export function runHeader(memory: Memory): void {
  memory.access(DOMAIN_CELL);
}

/** A queue op slot that is not used: accesses as a deposit into account 0 and balance cell 0, and changes nothing. */
export function runQueueNoop(memory: Memory): void {
  memory.access(COUNTERS_CELL);
  memory.access(ownerCell(0));
  accessBalance(memory, 0);
  memory.access(keyCell(0));
}

/** A signed op slot that is not used: accesses as an op from balance cell 0, which account 0 owns; changes nothing. */
export function runSignedNoop(memory: Memory): void {
  memory.access(keyCell(0));
  accessBalance(memory, 0);
  accessBalance(memory, 0);
}
