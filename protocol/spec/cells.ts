/** Indices of cells in the state vector of N = 2^cellBits cells. */

export const COUNTERS_CELL = 0;
export const DOMAIN_CELL = 1;

export function keyCell(account: number): number {
  return 2 * account;
}

export function ownerCell(account: number): number {
  return 2 * account + 1;
}

export function balanceCell(cellBits: number, index: number): number {
  return 2 ** (cellBits - 1) + index;
}

/** Accounts a state has room for, account 0 included: N/4. */
export function accountRoom(cellBits: number): number {
  return 2 ** (cellBits - 2);
}

/** Balance cells a state has room for, balance cell 0 included: N/2. */
export function balanceRoom(cellBits: number): number {
  return 2 ** (cellBits - 1);
}
