import type { Signature } from "../crypto/eddsa";
import type { Access } from "./memory";

/** A signature over an op's message, with the x of the key: the key cell holds only y. */
export interface OpSignature extends Signature {
  keyX: bigint;
}

/** What makes an op a signed one. */
export interface Authorisation {
  /** Last batch timestamp, unix seconds, at which the op is valid. */
  expiry: number;
  signature: OpSignature;
}

/** What all signed ops have in common. */
interface Paying {
  /** Balance cell that pays. */
  from: number;
  /**
   * In the token's own units; must be exact as a packed fee. It goes to the batch's first fee slot of the cell's token; without one, nothing
   * is charged.
   */
  fee: bigint;
}

/** Moves an amount between two balance cells of one token. */
export interface Transfer extends Paying {
  op: "Transfer";
  /** Balance cell that receives; it may be `from`. */
  to: number;
  /** Account that owns `to`. */
  account: number;
  /** In the token's own units; must be exact as a packed amount. */
  amount: bigint;
}

interface Leaving extends Paying {
  /** In the token's own units. */
  amount: bigint;
  /** Address that receives on the paying chain. */
  recipient: string;
  /** Index of the chain that pays out; must be the token's, but for zUSD. */
  chain: number;
  /** Whether the cell's token is zUSD. */
  isZusd: boolean;
  /** Local number of the token on that chain; must be the cell's token. For zUSD: of the token to redeem into, 0: none. */
  asset: number;
}

/** Pays an amount out on the chain of the cell's token, or zUSD on any chain. The amount must be exact as a packed amount. */
export interface Withdraw extends Leaving {
  op: "Withdraw";
}

/** As `Withdraw`, of any amount. Takes two slots: its second word is called Exact. */
export interface WithdrawExact extends Leaving {
  op: "WithdrawExact";
  /** Least to accept from a redemption of zUSD, in the asset's units; below it zUSD is paid. Must be exact as a packed amount, 0 for others. */
  minOut: bigint;
}

/** Opens the next balance cell for an account. Takes two slots: its second word is called OpenTo. */
export interface Open extends Paying {
  op: "Open";
  /** The new balance cell: must be the counter's value. */
  cell: number;
  /** Token id of the new cell. */
  token: number;
  /** Account that owns the new cell. */
  account: number;
}

/** What a signer decides. */
export type UnsignedOp = Transfer | Withdraw | WithdrawExact | Open;
export type SignedOp = UnsignedOp & Authorisation;

/** What all requests have in common. A vault put them into its chain's request queue. */
interface Requested {
  /** Index of the chain whose queue holds the request. */
  chain: number;
  /** Deposit: owner of a new account, and who is refunded. Route: who is refunded. Else who asked: the sender of the transaction. */
  owner: string;
}

interface RequestedOfAccount extends Requested {
  /** Account that is meant; 0 in a Deposit: a new one. */
  account: number;
}

/** Credits what the vault received. */
export interface DepositRequest extends RequestedOfAccount {
  op: "Deposit";
  /** Token id. */
  token: number;
  /** In the token's own units, below 2^104. */
  amount: bigint;
  /** Balance cell to credit; 0: a new one. */
  cell: number;
  /** y of the key the account takes if it has none; 0: none. */
  key: bigint;
}

/** Sets the key of the sender's account. */
export interface SetKeyRequest extends RequestedOfAccount {
  op: "SetKey";
  /** y of the key; 0: the account has none any more. */
  key: bigint;
}

/** Pays out a balance cell of the sender's account as a whole. */
export interface FullExitRequest extends RequestedOfAccount {
  op: "FullExit";
  /** Balance cell to empty. */
  cell: number;
  /** Token id of the cell. */
  token: number;
  /** Index of the chain that pays: the token's, or any for zUSD. */
  payer: number;
  /** Address that receives there. */
  recipient: string;
}

/** zUSD in on the queue's chain, and out on another one or the same: without an account. */
export interface RouteRequest extends Requested {
  op: "Route";
  /** Token id; of any but zUSD it does not execute. */
  token: number;
  /** Units of zUSD, below 2^104. */
  amount: bigint;
  /** Index of the destination: the chain that pays. */
  payer: number;
  /** Last batch timestamp, unix seconds, at which it executes. */
  deadline: number;
  /** Address that receives on the destination. */
  recipient: string;
  /** Local number on the destination of the token to redeem into; 0: none, zUSD is paid. */
  into: number;
  /** Packed amount, as the requester packed it: the least to accept from the redemption in that token's units; below it zUSD is paid. */
  minOut: bigint;
}

export type Request = DepositRequest | SetKeyRequest | FullExitRequest | RouteRequest;

/** What became of a request; the prover has no choice in it. */
export interface Outcome {
  /** All conditions held. Else nothing changed, and a deposit or a route is refunded. */
  executed: boolean;
  /**
   * The ledger's answer: whether a deposit of zUSD is within its chain's cap; an exit of zUSD pays the whole balance; a route is within the
   * source's cap and what is issued to the destination. Else true.
   */
  covered: boolean;
  usedAccount: number;
  usedCell: number;
}

export type Deposit = DepositRequest & Outcome;
export type SetKey = SetKeyRequest & Outcome;
export type FullExit = FullExitRequest & Outcome & { amount: bigint };
/** Uses account 0 and balance cell 0: none. */
export type Route = RouteRequest & Outcome;

/** A request as a batch records it, and what became of it. */
export type QueueOp = Deposit | SetKey | FullExit | Route;

/** An entry of a chain's outbox. */
export interface Payment {
  /** Index of the chain that pays. */
  chain: number;
  /** Token id. */
  token: number;
  /** Checksummed address. */
  recipient: string;
  /** In the token's own units. */
  amount: bigint;
  /** zUSD: local number of the token to redeem into; else 0. */
  into: number;
  /** zUSD: packed amount, the least to accept from the redemption in that token's units; else 0. */
  minOut: bigint;
}

/** What a batch does to the zUSD ledger: in from a chain (positive), or out to it. */
export interface ZusdMove {
  chain: number;
  change: bigint;
}

/** What the ledger of zUSD says before an op. */
export interface ZusdLedger {
  /** zUSD that came in from a chain less what went out to it. */
  issued(chain: number): bigint;
  /** Up to which `issued` may grow. */
  cap(chain: number): bigint;
}

/** What of a batch an op depends on. */
export interface Context {
  /** The deployment's domain, which every signature is over. */
  domain: bigint;
  /** The batch's timestamp, unix seconds. */
  timestamp: number;
  /** Bit c: chain c is suspended. */
  suspended: bigint;
  /** Tokens of the fee slots, 0 where there is none. */
  feeTokens: readonly number[];
  ledger: ZusdLedger;
}

/** What an op does outside of the cells that it accesses. */
export interface Effects {
  payments: Payment[];
  /** What the op pays into a fee slot. */
  fee?: { slot: number; amount: bigint };
  /** In their order; a chain may be in two of them. */
  zusd?: ZusdMove[];
}

/** What an op did: its pubdata words, its accesses in the settled order, and its effects outside. */
export interface Applied extends Effects {
  words: bigint[];
  accesses: Access[];
}

/** An op that may not be executed; the message names op, field and rule. */
export class OpError extends Error {
  constructor(
    readonly op: string,
    readonly field: string,
    readonly rule: string,
  ) {
    super(`${op}.${field} ${rule}`);
    this.name = "OpError";
  }
}
