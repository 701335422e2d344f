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

/** Moves an amount between two balance cells of one token. */
export interface Transfer {
  op: "Transfer";
  /** Balance cell that pays. */
  from: number;
  /** Balance cell that receives; it may be `from`. */
  to: number;
  /** Account that owns `to`. */
  account: number;
  /** In the token's own units; must be exact as a packed amount. */
  amount: bigint;
}

/** Pays an amount out on the chain of the cell's token. */
export interface Withdraw {
  op: "Withdraw";
  /** Balance cell that pays. */
  from: number;
  /** In the token's own units; must be exact as a packed amount. */
  amount: bigint;
  /** Address that receives on that chain. */
  recipient: string;
  /** Index of the chain that pays out; must be the token's. */
  chain: number;
  /** Local number of the token on that chain; must be the token's. */
  asset: number;
}

/** Opens the next balance cell for an account. Takes two slots: its second word is called OpenTo. */
export interface Open {
  op: "Open";
  /** Balance cell whose holder signs. */
  from: number;
  /** The new balance cell: must be the counter's value. */
  cell: number;
  /** Token id of the new cell. */
  token: number;
  /** Account that owns the new cell. */
  account: number;
}

/** What a signer decides. */
export type UnsignedOp = Transfer | Withdraw | Open;
export type SignedOp = UnsignedOp & Authorisation;

/** A deposit as its chain's vault put it into the request queue. */
export interface DepositRequest {
  /** Index of the chain whose vault holds the deposit. */
  chain: number;
  /** Token id. */
  token: number;
  /** In the token's own units, below 2^104. */
  amount: bigint;
  /** Account to credit; 0: a new one. */
  account: number;
  /** Balance cell to credit; 0: a new one. */
  cell: number;
  /** Owner of a new account, and who is refunded. */
  owner: string;
  /** y of the key the account takes if it has none; 0: none. */
  key: bigint;
}

/** A deposit as a batch records it: the request, and what became of it. */
export interface Deposit extends DepositRequest {
  op: "Deposit";
  /** Credited; otherwise refunded. */
  executed: boolean;
  usedAccount: number;
  usedCell: number;
}

/** An entry of a chain's outbox. */
export interface Payment {
  /** Index of the chain that pays. */
  chain: number;
  /** Local number of the token on that chain. */
  token: number;
  /** Checksummed address. */
  recipient: string;
  /** In the token's own units. */
  amount: bigint;
}

/** What of a batch an op depends on. */
export interface Context {
  /** The deployment's domain, which every signature is over. */
  domain: bigint;
  /** The batch's timestamp, unix seconds. */
  timestamp: number;
}

/** What an op did: its pubdata words, its accesses in the settled order, and its effects outside. */
export interface Applied {
  words: bigint[];
  accesses: Access[];
  payments: Payment[];
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
