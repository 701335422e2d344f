import { getAddress } from "ethers";
import {
  BALANCE_BITS,
  COUNTERS_CELL,
  Kind,
  accountRoom,
  balanceRoom,
  keyCell,
  localToken,
  ownerCell,
  tokenChain,
} from "../../spec";
import { decodeCounters, decodeOwner, encodeCounters, encodeOwner, type Balance, type Owner } from "../cells";
import type { Memory } from "../memory";
import type { Deposit, DepositRequest, Payment } from "../types";
import { accessBalance, peekBalance, requireAccountIndex, requireBalanceIndex } from "./rules";

/**
 * A deposit executes if and only if all its conditions hold; otherwise it changes nothing and is refunded. The prover
 * has no choice. Throws only for what a vault never puts into its queue: fields out of range.
 *
 * Accesses: (a) counters, (b) owner cell, (c) balance cell, (d) key cell.
 */
export function runDeposit(memory: Memory, request: DepositRequest): { deposit: Deposit; payments: Payment[] } {
  const { cellBits } = memory;
  requireAccountIndex(memory, "Deposit", "account", request.account);
  requireBalanceIndex(memory, "Deposit", "cell", request.cell);
  const { chain, token, amount, account, cell, key } = request;
  const isNewAccount = account === 0;
  const isNewCell = cell === 0;

  // Which account and cell: the named ones, or the next ones, or 0 when there is no room.
  const counters = decodeCounters(cellBits, memory.peek(COUNTERS_CELL));
  const accountsLeft = counters.nextAccount < accountRoom(cellBits);
  const cellsLeft = counters.nextBalance < balanceRoom(cellBits);
  const usedAccount = isNewAccount ? (accountsLeft ? counters.nextAccount : 0) : account;
  const usedCell = isNewCell ? (cellsLeft ? counters.nextBalance : 0) : cell;

  const owner = decodeOwner(memory.peek(ownerCell(usedAccount)));
  const balance = peekBalance(memory, usedCell);
  const sum = (isNewCell ? 0n : balance.balance) + amount;

  const isTokenOfChain = chain !== 0 && tokenChain(token) === chain && localToken(token) !== 0;
  const hasAccount = isNewAccount ? accountsLeft && isNewCell : owner.kind === Kind.User;
  const hasCell = isNewCell
    ? cellsLeft
    : usedAccount !== 0 && balance.account === usedAccount && balance.token === token;
  const executed = isTokenOfChain && hasAccount && hasCell && sum >> BigInt(BALANCE_BITS) === 0n;

  const ownerAfter: Owner =
    executed && isNewAccount ? { owner: getAddress(request.owner), home: chain, kind: Kind.User } : owner;
  const balanceAfter: Balance = isNewCell
    ? { balance: amount, nonce: 0, token, account: usedAccount }
    : { ...balance, balance: sum };
  // Only the owner's own transaction, on the account's home chain, gives an account its first key.
  const isByOwner =
    ownerAfter.kind === Kind.User && ownerAfter.home === chain && ownerAfter.owner === getAddress(request.owner);

  if (executed) {
    const nextAccount = counters.nextAccount + (isNewAccount ? 1 : 0);
    const nextBalance = counters.nextBalance + (isNewCell ? 1 : 0);
    memory.access(COUNTERS_CELL, encodeCounters(cellBits, { nextAccount, nextBalance }));
    memory.access(ownerCell(usedAccount), encodeOwner(ownerAfter));
    accessBalance(memory, usedCell, balanceAfter);
    const hasKey = memory.peek(keyCell(usedAccount)) !== 0n;
    memory.access(keyCell(usedAccount), key !== 0n && !hasKey && isByOwner ? key : undefined);
  } else {
    memory.access(COUNTERS_CELL);
    memory.access(ownerCell(usedAccount));
    accessBalance(memory, usedCell);
    memory.access(keyCell(usedAccount));
  }

  // A request for a token of another chain cannot come from a vault: nobody holds what it would refund.
  const isRefunded = !executed && chain !== 0 && tokenChain(token) === chain;
  const refund = { chain, token: localToken(token), recipient: getAddress(request.owner), amount };
  return {
    deposit: { op: "Deposit", ...request, executed, usedAccount, usedCell },
    payments: isRefunded ? [refund] : [],
  };
}
