import { assertField } from "../crypto/field";
import {
  BALANCE_BITS,
  CHAIN_BITS,
  DepositWord0,
  DepositWord1,
  HeaderWord,
  LayoutError,
  OP_BITS,
  Op,
  OpenToWord,
  OpenWord,
  TransferWord,
  WithdrawWord,
  accountRoom,
  balanceRoom,
  mask,
  packAmount,
  queueWord,
  signedWord,
  unpack,
  unpackAmount,
  wordCount,
  type Layout,
  type Size,
} from "../spec";
import { fromAddress, toAddress } from "./address";
import { packNumbers } from "./cells";
import {
  OpError,
  type Deposit,
  type DepositRequest,
  type Open,
  type Transfer,
  type UnsignedOp,
  type Withdraw,
} from "./types";

/** Pubdata words: a batch as numbers, and back. */

/** Highest index of a chain. */
const MAX_CHAIN = 2 ** CHAIN_BITS - 1;

export interface Header {
  /** Number of the batch, 1 for the first. */
  number: number;
  /** Unix seconds. */
  timestamp: number;
}

/** A batch's words, read. Slots that hold a Noop are left out. */
export interface DecodedBatch extends Header {
  queue: { slot: number; op: Deposit }[];
  /** An Open is listed at its first slot. */
  signed: { slot: number; op: UnsignedOp }[];
}

// Ops to words ------------------------------------------------------------------------------------------------------

export function encodeHeader({ number, timestamp }: Header): bigint {
  return packNumbers(HeaderWord, { number, timestamp });
}

/** The three words of a deposit. Throws when a field is out of range. */
export function encodeDeposit(deposit: Deposit): bigint[] {
  const { chain, token, amount, account, cell, executed, owner, usedAccount, usedCell, key } = deposit;
  return [
    packNumbers(DepositWord0, { op: Op.Deposit, chain, token, amount, account, cell, executed: executed ? 1 : 0 }),
    packNumbers(DepositWord1, { owner: fromAddress("Deposit.owner", owner), usedAccount, usedCell }),
    assertField("Deposit.key", key),
  ];
}

/** The three words of a request as its vault hashes them: without what the batch fills in. */
export function encodeRequest(request: DepositRequest): bigint[] {
  return encodeDeposit({ ...request, op: "Deposit", executed: false, usedAccount: 0, usedCell: 0 });
}

/** The one word, or two for an Open, of a signed op. Throws when a field is out of range or an amount is not exact. */
export function encodeSigned(op: UnsignedOp): bigint[] {
  switch (op.op) {
    case "Transfer": {
      const { from, to, account } = op;
      const amount = packOpAmount(op.op, op.amount);
      return [packNumbers(TransferWord, { op: Op.Transfer, from, amount, fee: 0, to, account })];
    }
    case "Withdraw": {
      const { from, chain, asset } = op;
      if (!Number.isInteger(chain) || chain < 1 || chain > MAX_CHAIN) {
        throw new OpError(op.op, "chain", `must be in 1..${MAX_CHAIN}, got ${chain}`);
      }
      const amount = packOpAmount(op.op, op.amount);
      const recipient = fromAddress("Withdraw.recipient", op.recipient);
      return [packNumbers(WithdrawWord, { op: Op.Withdraw + chain, from, amount, fee: 0, recipient, asset })];
    }
    case "Open": {
      const { from, cell, token, account } = op;
      return [
        packNumbers(OpenWord, { op: Op.Open, from, fee: 0 }),
        packNumbers(OpenToWord, { op: Op.OpenTo, cell, token, account }),
      ];
    }
  }
}

function packOpAmount(op: string, amount: bigint): bigint {
  try {
    return packAmount(amount);
  } catch (error) {
    throw new OpError(op, "amount", (error as Error).message.replace(/^amount /, ""));
  }
}

// Words to ops ------------------------------------------------------------------------------------------------------

/**
 * Reads a batch of this size. Throws when the words cannot be a batch: another length, an undefined op code, a set bit
 * that is not used, an index out of range, an Open without its second word or a second word without its Open.
 */
export function decodeBatch(size: Size, words: readonly bigint[]): DecodedBatch {
  if (words.length !== wordCount(size)) {
    throw new RangeError(`a batch of size ${size.name} has ${wordCount(size)} words, got ${words.length}`);
  }
  const header = numbers(unpack(HeaderWord, words[0]));
  const batch: DecodedBatch = { number: header.number, timestamp: header.timestamp, queue: [], signed: [] };
  for (let slot = 0; slot < size.queueOps; slot++) {
    const at = queueWord(slot);
    const op = decodeQueueOp(size.cellBits, words.slice(at, at + 3));
    if (op) batch.queue.push({ slot, op });
  }
  for (let slot = 0; slot < size.signedOps; slot++) {
    const at = signedWord(size, slot);
    const isOpen = opCode(words[at]) === Op.Open;
    if (isOpen && slot % 2 === 1)
      throw new OpError("Open", "op", `stands in slot ${slot}, but belongs in an even slot`);
    const op = decodeSigned(size.cellBits, words.slice(at, isOpen ? at + 2 : at + 1));
    if (op) batch.signed.push({ slot, op });
    if (isOpen) slot++;
  }
  return batch;
}

export function decodeHeader(word: bigint): Header {
  const { number, timestamp } = numbers(unpack(HeaderWord, word));
  return { number, timestamp };
}

/** The deposit in three words; undefined for a Noop. */
export function decodeQueueOp(cellBits: number, words: readonly bigint[]): Deposit | undefined {
  const [word0, word1, key] = words;
  if (opCode(word0) === Op.Noop) return noop(words);
  if (opCode(word0) !== Op.Deposit) throw undefinedOp("queue op", word0);
  const first = unpack(DepositWord0, word0);
  const second = unpack(DepositWord1, word1);
  const { chain, token, account, cell } = numbers(first);
  const { usedAccount, usedCell } = numbers(second);
  below(DepositWord0, "account", account, accountRoom(cellBits));
  below(DepositWord0, "cell", cell, balanceRoom(cellBits));
  below(DepositWord1, "usedAccount", usedAccount, accountRoom(cellBits));
  below(DepositWord1, "usedCell", usedCell, balanceRoom(cellBits));
  return {
    op: "Deposit",
    chain,
    token,
    amount: first.amount,
    account,
    cell,
    owner: toAddress(second.owner),
    key: assertField("Deposit.key", key),
    executed: first.executed === 1n,
    usedAccount,
    usedCell,
  };
}

/** The op in one word, or two for an Open; undefined for a Noop. */
export function decodeSigned(cellBits: number, words: readonly bigint[]): UnsignedOp | undefined {
  const code = opCode(words[0]);
  if (code === Op.Noop) return noop(words);
  if (code === Op.Transfer) return decodeTransfer(cellBits, words[0]);
  if (code === Op.Open) return decodeOpen(cellBits, words);
  if (code === Op.OpenTo) throw new OpError("OpenTo", "op", "stands without its Open");
  if (code > Op.Withdraw && code <= Op.Withdraw + MAX_CHAIN) return decodeWithdraw(cellBits, words[0]);
  throw undefinedOp("signed op", words[0]);
}

function decodeTransfer(cellBits: number, word: bigint): Transfer {
  const fields = unpack(TransferWord, word);
  const { from, to, account, fee } = numbers(fields);
  below(TransferWord, "from", from, balanceRoom(cellBits));
  below(TransferWord, "to", to, balanceRoom(cellBits));
  below(TransferWord, "account", account, accountRoom(cellBits));
  noFee("Transfer", fee);
  return { op: "Transfer", from, to, account, amount: amountOf("Transfer", fields.amount) };
}

function decodeWithdraw(cellBits: number, word: bigint): Withdraw {
  const fields = unpack(WithdrawWord, word);
  const { op, from, asset, fee } = numbers(fields);
  below(WithdrawWord, "from", from, balanceRoom(cellBits));
  noFee("Withdraw", fee);
  return {
    op: "Withdraw",
    from,
    amount: amountOf("Withdraw", fields.amount),
    recipient: toAddress(fields.recipient),
    chain: op - Op.Withdraw,
    asset,
  };
}

function decodeOpen(cellBits: number, [word, secondWord = 0n]: readonly bigint[]): Open {
  const { from, fee } = numbers(unpack(OpenWord, word));
  if (opCode(secondWord) !== Op.OpenTo) throw new OpError("Open", "op", "stands without its OpenTo");
  const { cell, token, account } = numbers(unpack(OpenToWord, secondWord));
  below(OpenWord, "from", from, balanceRoom(cellBits));
  below(OpenToWord, "cell", cell, balanceRoom(cellBits));
  below(OpenToWord, "account", account, accountRoom(cellBits));
  noFee("Open", fee);
  return { op: "Open", from, cell, token, account };
}

/** The op code of an op's first word. */
export function opCode(word: bigint): number {
  return Number(assertField("word", word) & mask(OP_BITS));
}

function noop(words: readonly bigint[]): undefined {
  if (words.some((word) => word !== 0n)) throw new OpError("Noop", "unused bits", "must be zero");
  return undefined;
}

function undefinedOp(kind: string, word: bigint): OpError {
  return new OpError(kind, "op", `0x${opCode(word).toString(16).padStart(2, "0")} is not defined`);
}

function noFee(op: string, fee: number): void {
  if (fee !== 0) throw new OpError(op, "fee", `must be 0, got ${fee}`);
}

function amountOf(op: string, packed: bigint): bigint {
  const amount = unpackAmount(packed);
  if (amount >> BigInt(BALANCE_BITS) !== 0n) throw new OpError(op, "amount", `must be below 2^${BALANCE_BITS}`);
  return amount;
}

function below(of: Layout, field: string, value: number, limit: number): void {
  if (value >= limit) throw new LayoutError(of.name, field, `must be below ${limit}, got ${value}`);
}

/** The fields that fit a number; the caller reads no others from it. */
function numbers(fields: Record<string, bigint>): Record<string, number> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, Number(value)]));
}
