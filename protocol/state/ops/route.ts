import { getAddress } from "ethers";
import { ZUSD, tokenChain } from "../../spec";
import type { Memory } from "../memory";
import type { Context, Effects, Route, RouteRequest } from "../types";
import { accessQueueCells, isSuspended } from "./rules";

/**
 * zUSD goes in on the queue's chain and out on another one, or the same. It touches no account and no balance, only the ledger; one that does
 * not execute is refunded where it came in.
 */
export function runRoute(memory: Memory, request: RouteRequest, context: Context): Effects & { queueOp: Route } {
  const { chain, payer, owner, token, amount, deadline, recipient, into, minOut } = request;
  const { ledger, timestamp } = context;
  const isZusd = token === ZUSD;
  // In, then out: where both are one chain, the cap is asked and the rest is certain.
  const issuedToPayer = ledger.issued(payer) + (payer === chain ? amount : 0n);
  const covered = !isZusd || (ledger.issued(chain) + amount <= ledger.cap(chain) && amount <= issuedToPayer);
  const executed =
    chain !== 0 && isZusd && payer !== 0 && !isSuspended(payer, context) && timestamp <= deadline && covered;
  accessQueueCells(memory, 0, 0);

  const queueOp: Route = { ...request, executed, covered, usedAccount: 0, usedCell: 0 };
  if (executed) {
    const payment = { chain: payer, token, recipient: getAddress(recipient), amount, into, minOut };
    const zusd = [
      { chain, change: amount },
      { chain: payer, change: -amount },
    ];
    return { queueOp, payments: [payment], zusd };
  }
  // A request for another token cannot come from a vault; one of its own it could give back, as a deposit's.
  const isRefunded = chain !== 0 && (isZusd || tokenChain(token) === chain);
  const refund = { chain, token, recipient: getAddress(owner), amount, into: 0, minOut: 0n };
  return { queueOp, payments: isRefunded ? [refund] : [] };
}
