import { getAddress } from "ethers";
import { Kind, balanceRoom } from "../spec";
import type { Balance, State } from "../state";

/** A balance cell that somebody owns. */
export interface Holding extends Balance {
  /** Index of the balance cell. */
  readonly cell: number;
}

/** All balance cells that somebody owns, by index. */
export function holdings(state: State): Holding[] {
  const { nextBalance } = state.counters();
  const list: Holding[] = [];
  for (let cell = 1; cell < Math.min(nextBalance, balanceRoom(state.cellBits)); cell++) {
    const balance = state.balance(cell);
    if (balance.account !== 0) list.push({ ...balance, cell });
  }
  return list;
}

/** Accounts of a user's L1 address, by index: one for each chain it opened them from, at least. */
export function accountsOf(state: State, owner: string): number[] {
  const address = getAddress(owner);
  const accounts: number[] = [];
  for (let account = 1; account < state.counters().nextAccount; account++) {
    const { owner: holder, kind } = state.owner(account);
    if (kind === Kind.User && holder === address) accounts.push(account);
  }
  return accounts;
}
