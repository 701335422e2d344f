import { BALANCE_BITS } from "../../spec";
import type { Memory } from "../memory";
import { accessBalance, peekBalance, requireBalanceIndex } from "./rules";

/** A fee slot's cell cannot take what the slot collects. */
export class FullFeeCellError extends RangeError {
  constructor(
    readonly slot: number,
    cell: number,
  ) {
    super(`the fees of slot ${slot} make the balance of cell ${cell} exceed 2^${BALANCE_BITS}-1`);
    this.name = "FullFeeCellError";
  }
}

/**
 * Credits the fee slots.
 *
 * Accesses, after all ops of the batch: each slot's balance cell, in the order of the slots.
 * @param sums what the ops paid into each slot
 * @throws FullFeeCellError when a cell cannot take its fees
 */
export function runFees(memory: Memory, feeCells: readonly number[], sums: readonly bigint[]): void {
  feeCells.forEach((cell, slot) => {
    requireBalanceIndex(memory, "Fees", `feeCell${slot}`, cell);
    const before = peekBalance(memory, cell);
    const balance = before.balance + sums[slot];
    if (balance >> BigInt(BALANCE_BITS) !== 0n) throw new FullFeeCellError(slot, cell);
    accessBalance(memory, cell, { ...before, balance });
  });
}
