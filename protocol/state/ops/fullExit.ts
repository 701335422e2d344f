import { getAddress } from "ethers";
import { ZUSD, tokenChain } from "../../spec";
import type { Memory } from "../memory";
import type { Context, Effects, FullExit, FullExitRequest } from "../types";
import {
  accessQueueCells,
  isOwnedBy,
  isSuspended,
  peekBalance,
  peekOwner,
  requireAccountIndex,
  requireBalanceIndex,
} from "./rules";

/**
 * The owner's own transaction, on the account's home chain, pays a cell out: the whole balance; of zUSD, at most what the ledger of the paying
 * chain holds.
 */
export function runFullExit(
  memory: Memory,
  request: FullExitRequest,
  context: Context,
): Effects & { queueOp: FullExit } {
  const { account, cell, chain, owner, token, payer, recipient } = request;
  requireAccountIndex(memory, "FullExit", "account", account);
  requireBalanceIndex(memory, "FullExit", "cell", cell);
  const balance = peekBalance(memory, cell);
  const isZusd = token === ZUSD;
  const executed =
    chain !== 0 &&
    isOwnedBy(peekOwner(memory, account), owner, chain) &&
    balance.account === account &&
    balance.token === token &&
    payer !== 0 &&
    (isZusd || payer === tokenChain(token)) &&
    !isSuspended(payer, context);

  const issued = isZusd ? context.ledger.issued(payer) : balance.balance;
  const covered = !executed || balance.balance <= issued;
  const amount = executed ? (covered ? balance.balance : issued) : 0n;
  accessQueueCells(
    memory,
    account,
    cell,
    executed ? { balance: { ...balance, balance: balance.balance - amount } } : {},
  );

  const queueOp: FullExit = { ...request, executed, covered, usedAccount: account, usedCell: cell, amount };
  if (!executed) return { queueOp, payments: [] };
  const payment = { chain: payer, token, recipient: getAddress(recipient), amount, into: 0, minOut: 0n };
  return { queueOp, payments: [payment], ...(isZusd && { zusd: [{ chain: payer, change: -amount }] }) };
}
