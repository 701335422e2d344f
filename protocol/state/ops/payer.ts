import { assertPublicKey, verify } from "../../crypto/eddsa";
import { NONCE_BITS, TIMESTAMP_BITS, keyCell, tokenChain } from "../../spec";
import type { Balance } from "../cells";
import type { Memory } from "../memory";
import { signedMessage } from "../message";
import { OpError, type Context, type Effects, type SignedOp } from "../types";
import { encodeSigned } from "../words";
import { peekBalance, requireBalanceIndex, requireBelow, requireNotSuspended } from "./rules";

/**
 * What every signed op begins with: the holder of the paying cell has signed exactly this op, for now, and the cell's
 * token is of no suspended chain.
 *
 * Makes access (a), to the key cell. Returns the paying cell with its nonce used up; writing it is access (b), the
 * op's own.
 */
export function authorise(memory: Memory, op: SignedOp, context: Context): Balance {
  requireBalanceIndex(memory, op.op, "from", op.from);
  const from = peekBalance(memory, op.from);
  if (from.account === 0) throw new OpError(op.op, "from", `is balance cell ${op.from}, which nobody owns`);
  requireNotSuspended(op.op, "from.token.chain", tokenChain(from.token), context);
  const nonce = from.nonce + 1;
  requireBelow(op.op, "from.nonce", nonce, 2 ** NONCE_BITS);

  requireBelow(op.op, "expiry", op.expiry, 2 ** TIMESTAMP_BITS);
  if (context.timestamp > op.expiry) {
    throw new OpError(op.op, "expiry", `is ${op.expiry}, before the batch's timestamp ${context.timestamp}`);
  }

  const { keyX, ...signature } = op.signature;
  const key = { ax: keyX, ay: memory.peek(keyCell(from.account)) };
  if (key.ay === 0n) throw new OpError(op.op, "from", `belongs to account ${from.account}, which has no key`);
  try {
    assertPublicKey(key);
  } catch (error) {
    throw new OpError(op.op, "signature.keyX", `does not fit account ${from.account}: ${(error as Error).message}`);
  }
  const [word, secondWord = 0n] = encodeSigned(op);
  const tail = { expiry: op.expiry, nonce: from.nonce, token: from.token };
  const message = signedMessage(context.domain, word, secondWord, tail);
  if (!verify(key, message, signature)) {
    throw new OpError(op.op, "signature", `is not one by account ${from.account} of this op with nonce ${from.nonce}`);
  }

  memory.access(keyCell(from.account));
  return { ...from, nonce };
}

/**
 * What a cell pays: the amount, and the fee if a fee slot has its token.
 * @returns the cell after it, and what goes into which slot
 */
export function debit(
  op: SignedOp,
  from: Balance,
  amount: bigint,
  { feeTokens }: Context,
): { from: Balance; effects: Pick<Effects, "fee"> } {
  const slot = feeTokens.indexOf(from.token);
  const fee = slot < 0 ? 0n : op.fee;
  if (amount + fee > from.balance) {
    const what = fee === 0n ? `${amount}` : `${amount} and a fee of ${fee}`;
    throw new OpError(op.op, "amount", `exceeds the balance of cell ${op.from} (${what} > ${from.balance})`);
  }
  return {
    from: { ...from, balance: from.balance - amount - fee },
    effects: slot < 0 ? {} : { fee: { slot, amount: fee } },
  };
}
