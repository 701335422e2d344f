import { getAddress } from "ethers";
import { BALANCE_BITS, ZUSD, localToken, packAmount, tokenChain } from "../../spec";
import type { Balance } from "../cells";
import type { Memory } from "../memory";
import { OpError, type Authorisation, type Context, type Effects, type Withdraw, type WithdrawExact } from "../types";
import { authorise, debit } from "./payer";
import { runSignedNoop } from "./noop";
import { accessBalance, requireNotSuspended } from "./rules";

/**
 * Accesses: (a) key of the payer, (b) paying cell, (c) balance cell 0, which it does not need. Those of the second word of a WithdrawExact are
 * a Noop's.
 */
export function runWithdraw(memory: Memory, op: (Withdraw | WithdrawExact) & Authorisation, context: Context): Effects {
  const from = authorise(memory, op, context);
  requireAsset(op, from);
  requireNotSuspended(op.op, "chain", op.chain, context);
  if (op.amount < 0n || op.amount >> BigInt(BALANCE_BITS) !== 0n) {
    throw new OpError(op.op, "amount", `must be in [0, 2^${BALANCE_BITS}), got ${op.amount}`);
  }
  if (op.isZusd && op.amount > context.ledger.issued(op.chain)) {
    const issued = context.ledger.issued(op.chain);
    throw new OpError(op.op, "amount", `exceeds the zUSD issued to chain ${op.chain} (${op.amount} > ${issued})`);
  }

  const paid = debit(op, from, op.amount, context);
  accessBalance(memory, op.from, paid.from);
  accessBalance(memory, 0);
  if (op.op === "WithdrawExact") runSignedNoop(memory);

  const payment = {
    chain: op.chain,
    token: from.token,
    recipient: getAddress(op.recipient),
    amount: op.amount,
    into: op.isZusd ? op.asset : 0,
    minOut: op.op === "WithdrawExact" ? packAmount(op.minOut) : 0n,
  };
  return {
    payments: [payment],
    ...paid.effects,
    ...(op.isZusd && { zusd: [{ chain: op.chain, change: -op.amount }] }),
  };
}

/** A token leaves for its own chain under its own number; zUSD leaves for any, and names what to redeem into. */
function requireAsset({ op, from: cell, chain, asset, isZusd }: Withdraw | WithdrawExact, { token }: Balance): void {
  if (isZusd) {
    if (token !== ZUSD) throw new OpError(op, "isZusd", `is set, but the token of cell ${cell} is ${token}`);
    return;
  }
  if (chain !== tokenChain(token)) {
    throw new OpError(op, "chain", `is ${chain}, but the token of cell ${cell} is on chain ${tokenChain(token)}`);
  }
  if (asset === 0 || asset !== localToken(token)) {
    throw new OpError(op, "asset", `is ${asset}, but the token of cell ${cell} has local number ${localToken(token)}`);
  }
}
