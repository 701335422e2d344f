import { getAddress } from "ethers";
import {
  BALANCE_BITS,
  COUNTERS_CELL,
  Kind,
  ZUSD,
  accountRoom,
  balanceRoom,
  keyCell,
  localToken,
  tokenChain,
} from "../../spec";
import { decodeCounters, encodeCounters, type Balance, type Owner } from "../cells";
import type { Memory } from "../memory";
import type { Context, Deposit, DepositRequest, Effects } from "../types";
import {
  accessQueueCells,
  isOwnedBy,
  peekBalance,
  peekOwner,
  requireAccountIndex,
  requireBalanceIndex,
  type QueueWrites,
} from "./rules";

/** A deposit that does not execute is refunded. */
export function runDeposit(
  memory: Memory,
  request: DepositRequest,
  { ledger }: Context,
): Effects & { queueOp: Deposit } {
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

  const owner = peekOwner(memory, usedAccount);
  const balance = peekBalance(memory, usedCell);
  const sum = (isNewCell ? 0n : balance.balance) + amount;

  const isZusd = token === ZUSD;
  const isTokenOfChain = chain !== 0 && (isZusd || (tokenChain(token) === chain && localToken(token) !== 0));
  const hasAccount = isNewAccount ? accountsLeft && isNewCell : owner.kind === Kind.User;
  const hasCell = isNewCell
    ? cellsLeft
    : usedAccount !== 0 && balance.account === usedAccount && balance.token === token;
  const covered = !isZusd || ledger.issued(chain) + amount <= ledger.cap(chain);
  const executed = covered && isTokenOfChain && hasAccount && hasCell && sum >> BigInt(BALANCE_BITS) === 0n;

  const queueOp: Deposit = { ...request, executed, covered, usedAccount, usedCell };
  if (!executed) {
    accessQueueCells(memory, usedAccount, usedCell);
    // A request for a token of another chain cannot come from a vault: nobody holds what it would refund.
    const isRefunded = chain !== 0 && (isZusd || tokenChain(token) === chain);
    const refund = { chain, token, recipient: getAddress(request.owner), amount, into: 0, minOut: 0n };
    return { queueOp, payments: isRefunded ? [refund] : [] };
  }

  const nextAccount = counters.nextAccount + (isNewAccount ? 1 : 0);
  const nextBalance = counters.nextBalance + (isNewCell ? 1 : 0);
  const ownerAfter: Owner = isNewAccount ? { owner: getAddress(request.owner), home: chain, kind: Kind.User } : owner;
  const balanceAfter: Balance = isNewCell
    ? { balance: amount, nonce: 0, token, account: usedAccount }
    : { ...balance, balance: sum };
  const writes: QueueWrites = {
    counters: encodeCounters(cellBits, { nextAccount, nextBalance }),
    owner: ownerAfter,
    balance: balanceAfter,
  };
  // Only the owner's own transaction, on the account's home chain, gives an account its first key.
  const hasKey = memory.peek(keyCell(usedAccount)) !== 0n;
  if (key !== 0n && !hasKey && isOwnedBy(ownerAfter, request.owner, chain)) writes.key = key;
  accessQueueCells(memory, usedAccount, usedCell, writes);
  return { queueOp, payments: [], ...(isZusd && { zusd: [{ chain, change: amount }] }) };
}
