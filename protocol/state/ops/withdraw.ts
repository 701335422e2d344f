import { getAddress } from "ethers";
import { localToken, tokenChain } from "../../spec";
import type { Memory } from "../memory";
import { OpError, type Authorisation, type Context, type Payment, type Withdraw } from "../types";
import { authorise, debit } from "./payer";
import { accessBalance } from "./rules";

/** Accesses: (a) key of the payer, (b) paying cell, (c) balance cell 0, which it does not need. */
export function runWithdraw(memory: Memory, op: Withdraw & Authorisation, context: Context): Payment[] {
  const from = authorise(memory, op, context);
  const [chain, asset] = [tokenChain(from.token), localToken(from.token)];
  if (op.chain !== chain) {
    throw new OpError(op.op, "chain", `is ${op.chain}, but the token of cell ${op.from} is on chain ${chain}`);
  }
  if (op.asset === 0 || op.asset !== asset) {
    throw new OpError(op.op, "asset", `is ${op.asset}, but the token of cell ${op.from} has local number ${asset}`);
  }
  accessBalance(memory, op.from, debit(op, from, op.amount));
  accessBalance(memory, 0);
  return [{ chain: op.chain, token: op.asset, recipient: getAddress(op.recipient), amount: op.amount }];
}
