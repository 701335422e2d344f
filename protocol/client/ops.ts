import { sign } from "../crypto/eddsa";
import { TIMESTAMP_BITS, floorAmount, localToken, tokenChain } from "../spec";
import {
  OpError,
  encodeSigned,
  signedMessage,
  type SignedOp,
  type UnsignedOp,
  type Withdraw,
  type WithdrawExact,
} from "../state";
import type { L2Key } from "./keys";

/** What a signer must know besides the op. */
export interface SigningContext {
  /** Domain of the deployment: the signature is worth nothing in another one. */
  domain: bigint;
  /** Nonce of the paying cell before the op. */
  nonce: number;
  /** Token id of the paying cell. */
  token: number;
  /** Last batch timestamp, unix seconds, at which the op is valid; left out: valid until its nonce is used. */
  expiry?: number;
}

/** The latest expiry there is. */
export const NO_EXPIRY = 2 ** TIMESTAMP_BITS - 1;

/** Signs an op. Throws `OpError` or `LayoutError` naming the field that is out of range. */
export function signOp(
  key: L2Key,
  op: UnsignedOp,
  { domain, nonce, token, expiry = NO_EXPIRY }: SigningContext,
): SignedOp {
  if (op.op === "Withdraw" || op.op === "WithdrawExact") requireOwnChain(op, token);
  const [word, secondWord = 0n] = encodeSigned(op);
  const message = signedMessage(domain, word, secondWord, { expiry, nonce, token });
  return { ...op, expiry, signature: { ...sign(key.secret, message), keyX: key.ax } };
}

/** A withdrawal of a cell's token, to the chain it belongs to; exact where the amount is no packed amount. */
export function withdrawal(from: number, token: number, amount: bigint, recipient: string, fee = 0n): UnsignedOp {
  const [chain, asset] = [tokenChain(token), localToken(token)];
  const common = { from, amount, recipient, chain, isZusd: false, asset, fee };
  if (amount === floorAmount(amount)) return { op: "Withdraw", ...common };
  return { op: "WithdrawExact", ...common, minOut: 0n };
}

/**
 * A withdrawal of zUSD on any chain.
 * @param into local number of the chain's token to redeem it into; 0: none
 * @param minOut least of that token to accept, exact as a packed amount; 0: what its facility says
 */
export function zusdWithdrawal(
  from: number,
  amount: bigint,
  recipient: string,
  chain: number,
  { into = 0, minOut = 0n, fee = 0n } = {},
): UnsignedOp {
  const common = { from, amount, recipient, chain, isZusd: true, asset: into, fee };
  if (amount === floorAmount(amount) && minOut === 0n) return { op: "Withdraw", ...common };
  return { op: "WithdrawExact", ...common, minOut };
}

function requireOwnChain(op: Withdraw | WithdrawExact, token: number): void {
  if (op.isZusd) return;
  if (op.chain !== tokenChain(token))
    throw new OpError(op.op, "chain", `is ${op.chain}, the token's is ${tokenChain(token)}`);
  if (op.asset !== localToken(token))
    throw new OpError(op.op, "asset", `is ${op.asset}, the token's number is ${localToken(token)}`);
}
