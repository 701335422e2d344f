import { sign } from "../crypto/eddsa";
import { TIMESTAMP_BITS, localToken, tokenChain } from "../spec";
import { OpError, encodeSigned, signedMessage, type SignedOp, type UnsignedOp } from "../state";
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
  if (op.op === "Withdraw") requireOwnChain(op.chain, op.asset, token);
  const [word, secondWord = 0n] = encodeSigned(op);
  const message = signedMessage(domain, word, secondWord, { expiry, nonce, token });
  return { ...op, expiry, signature: { ...sign(key.secret, message), keyX: key.ax } };
}

/** A withdrawal of a cell's token, to the chain it belongs to. */
export function withdrawal(from: number, token: number, amount: bigint, recipient: string): UnsignedOp {
  return { op: "Withdraw", from, amount, recipient, chain: tokenChain(token), asset: localToken(token) };
}

function requireOwnChain(chain: number, asset: number, token: number): void {
  if (chain !== tokenChain(token))
    throw new OpError("Withdraw", "chain", `is ${chain}, the token's is ${tokenChain(token)}`);
  if (asset !== localToken(token))
    throw new OpError("Withdraw", "asset", `is ${asset}, the token's number is ${localToken(token)}`);
}
