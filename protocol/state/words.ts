import { assertField } from "../crypto/field";
import {
  BALANCE_BITS,
  CHAIN_BITS,
  DepositWord0,
  DepositWord1,
  ExactWord,
  FEE_SLOTS,
  FullExitWord0,
  FullExitWord1,
  HeaderWord,
  LayoutError,
  OP_BITS,
  Op,
  OpenToWord,
  OpenWord,
  RouteWord0,
  RouteWord1,
  RouteWord2,
  SetKeyWord0,
  SetKeyWord1,
  TransferWord,
  WithdrawWord,
  accountRoom,
  balanceRoom,
  mask,
  packAmount,
  packFee,
  queueWord,
  signedWord,
  unpack,
  unpackAmount,
  unpackFee,
  wordCount,
  type Layout,
  type Size,
} from "../spec";
import { fromAddress, toAddress } from "./address";
import { packNumbers } from "./cells";
import {
  OpError,
  type Open,
  type QueueOp,
  type Request,
  type Transfer,
  type UnsignedOp,
  type Withdraw,
  type WithdrawExact,
} from "./types";

/** Pubdata words: a batch as numbers, and back. */

/** Highest index of a chain. */
const MAX_CHAIN = 2 ** CHAIN_BITS - 1;

export interface Header {
  /** Number of the batch, 1 for the first. */
  number: number;
  /** Unix seconds. */
  timestamp: number;
  /** Bit c: chain c is suspended. */
  suspended: bigint;
  /** Balance cells of the fee slots; 0: none. */
  feeCells: readonly number[];
}

/** A batch's words, read. Slots that hold a Noop are left out. */
export interface DecodedBatch extends Header {
  queue: { slot: number; op: QueueOp }[];
  /** An op of two slots is listed at its first. */
  signed: { slot: number; op: UnsignedOp }[];
}

// Ops to words ------------------------------------------------------------------------------------------------------

export function encodeHeader({ number, timestamp, suspended, feeCells }: Header): bigint {
  if (feeCells.length !== FEE_SLOTS)
    throw new RangeError(`a header has ${FEE_SLOTS} fee cells, got ${feeCells.length}`);
  if ((suspended & 1n) !== 0n) throw new LayoutError(HeaderWord.name, "suspended", "must have bit 0 clear");
  const [feeCell0, feeCell1, feeCell2, feeCell3] = feeCells;
  return packNumbers(HeaderWord, { number, timestamp, suspended, feeCell0, feeCell1, feeCell2, feeCell3 });
}

/** The three words of a queue op. Throws when a field is out of range. */
export function encodeQueueOp(op: QueueOp): bigint[] {
  const { chain, usedAccount, usedCell } = op;
  const owner = fromAddress(`${op.op}.owner`, op.owner);
  const flags = { executed: op.executed ? 1 : 0, covered: op.covered ? 1 : 0 };
  const common = { op: Op[op.op], chain, ...flags };
  switch (op.op) {
    case "Deposit": {
      const { account, cell, token, amount } = op;
      return [
        packNumbers(DepositWord0, { ...common, account, cell, token, amount }),
        packNumbers(DepositWord1, { owner, usedAccount, usedCell }),
        assertField("Deposit.key", op.key),
      ];
    }
    case "SetKey":
      return [
        packNumbers(SetKeyWord0, { ...common, account: op.account }),
        packNumbers(SetKeyWord1, { owner, usedAccount }),
        assertField("SetKey.key", op.key),
      ];
    case "FullExit": {
      const { account, cell, token, amount, payer } = op;
      return [
        packNumbers(FullExitWord0, { ...common, account, cell, token, amount }),
        packNumbers(FullExitWord1, { owner, payer, usedAccount, usedCell }),
        fromAddress("FullExit.recipient", op.recipient),
      ];
    }
    case "Route": {
      const { token, amount, payer, deadline, into, minOut } = op;
      const recipient = fromAddress("Route.recipient", op.recipient);
      return [
        packNumbers(RouteWord0, { ...common, token, amount }),
        packNumbers(RouteWord1, { owner, payer, deadline }),
        packNumbers(RouteWord2, { recipient, into, minOut }),
      ];
    }
  }
}

/** The three words of a request as its vault hashes them: without what the batch fills in. */
export function encodeRequest(request: Request): bigint[] {
  const none = { executed: false, covered: false, usedAccount: 0, usedCell: 0 };
  return encodeQueueOp(request.op === "FullExit" ? { ...request, ...none, amount: 0n } : { ...request, ...none });
}

/** What the requester chose of a queue op. */
export function requestOf(queueOp: QueueOp): Request {
  const { chain, owner } = queueOp;
  const common = { chain, owner };
  switch (queueOp.op) {
    case "Deposit": {
      const { op, token, amount, account, cell, key } = queueOp;
      return { op, ...common, token, amount, account, cell, key };
    }
    case "SetKey": {
      const { op, account, key } = queueOp;
      return { op, ...common, account, key };
    }
    case "FullExit": {
      const { op, account, cell, token, payer, recipient } = queueOp;
      return { op, ...common, account, cell, token, payer, recipient };
    }
    case "Route": {
      const { op, token, amount, payer, deadline, recipient, into, minOut } = queueOp;
      return { op, ...common, token, amount, payer, deadline, recipient, into, minOut };
    }
  }
}

/** The one word, or two, of a signed op. Throws when a field is out of range or an amount or fee is not exact. */
export function encodeSigned(op: UnsignedOp): bigint[] {
  const { from } = op;
  const fee = packed(op.op, "fee", packFee, op.fee);
  switch (op.op) {
    case "Transfer": {
      const { to, account } = op;
      const amount = packed(op.op, "amount", packAmount, op.amount);
      return [packNumbers(TransferWord, { op: Op.Transfer, from, amount, fee, to, account })];
    }
    case "Withdraw":
      return [encodeWithdraw(op, fee, packed(op.op, "amount", packAmount, op.amount))];
    case "WithdrawExact": {
      if (!op.isZusd && op.minOut !== 0n)
        throw new OpError(op.op, "minOut", `must be 0 but for zUSD, got ${op.minOut}`);
      const minOut = packed(op.op, "minOut", packAmount, op.minOut);
      return [encodeWithdraw(op, fee, 0n), packNumbers(ExactWord, { op: Op.Exact, minOut, amount: op.amount })];
    }
    case "Open": {
      const { cell, token, account } = op;
      return [
        packNumbers(OpenWord, { op: Op.Open, from, fee }),
        packNumbers(OpenToWord, { op: Op.OpenTo, cell, token, account }),
      ];
    }
  }
}

function encodeWithdraw(op: Withdraw | WithdrawExact, fee: bigint, amount: bigint): bigint {
  const { from, chain, asset } = op;
  if (!Number.isInteger(chain) || chain < 1 || chain > MAX_CHAIN) {
    throw new OpError(op.op, "chain", `must be in 1..${MAX_CHAIN}, got ${chain}`);
  }
  const code = (op.isZusd ? Op.WithdrawZusd : Op.Withdraw) + chain;
  const recipient = fromAddress(`${op.op}.recipient`, op.recipient);
  return packNumbers(WithdrawWord, { op: code, from, amount, fee, recipient, asset });
}

function packed(op: string, field: string, pack: (value: bigint) => bigint, value: bigint): bigint {
  try {
    return pack(value);
  } catch (error) {
    throw new OpError(op, field, (error as Error).message.replace(/^(amount|fee) /, ""));
  }
}

/** Slots that a signed op takes. One of two starts in an even slot. */
export function slotsOf({ op }: UnsignedOp): 1 | 2 {
  return op === "Open" || op === "WithdrawExact" ? 2 : 1;
}

// Words to ops ------------------------------------------------------------------------------------------------------

/**
 * Reads a batch of this size. Throws when the words cannot be a batch: another length, an undefined op code, a set bit
 * that is not used, an index out of range, the first word of an op of two without its second or the second without its first.
 */
export function decodeBatch(size: Size, words: readonly bigint[]): DecodedBatch {
  if (words.length !== wordCount(size)) {
    throw new RangeError(`a batch of size ${size.name} has ${wordCount(size)} words, got ${words.length}`);
  }
  const batch: DecodedBatch = { ...decodeHeader(words[0]), queue: [], signed: [] };
  for (const cell of batch.feeCells) below(HeaderWord, "feeCell", cell, balanceRoom(size.cellBits));
  for (let slot = 0; slot < size.queueOps; slot++) {
    const at = queueWord(slot);
    const op = decodeQueueOp(size.cellBits, words.slice(at, at + 3));
    if (op) batch.queue.push({ slot, op });
  }
  for (let slot = 0; slot < size.signedOps; slot++) {
    const at = signedWord(size, slot);
    const hasSecond = slot % 2 === 0 && isSecond(words[at + 1]);
    const op = decodeSigned(size.cellBits, words.slice(at, hasSecond ? at + 2 : at + 1));
    if (op) batch.signed.push({ slot, op });
    if (hasSecond) slot++;
  }
  return batch;
}

export function decodeHeader(word: bigint): Header {
  const fields = unpack(HeaderWord, word);
  const { number, timestamp, feeCell0, feeCell1, feeCell2, feeCell3 } = numbers(fields);
  const { suspended } = fields;
  if ((suspended & 1n) !== 0n) throw new LayoutError(HeaderWord.name, "suspended", "must have bit 0 clear");
  return { number, timestamp, suspended, feeCells: [feeCell0, feeCell1, feeCell2, feeCell3] };
}

/** The queue op in three words; undefined for a Noop. */
export function decodeQueueOp(cellBits: number, words: readonly bigint[]): QueueOp | undefined {
  switch (opCode(words[0])) {
    case Op.Noop:
      return noop(words);
    case Op.Deposit: {
      const { common, first, account } = decodeQueueWords(cellBits, DepositWord0, DepositWord1, words);
      const key = assertField("Deposit.key", words[2]);
      return {
        op: "Deposit",
        ...common,
        account,
        token: Number(first.token),
        amount: first.amount,
        cell: Number(first.cell),
        key,
      };
    }
    case Op.SetKey: {
      const { common, account } = decodeQueueWords(cellBits, SetKeyWord0, SetKeyWord1, words);
      return { op: "SetKey", ...common, account, key: assertField("SetKey.key", words[2]) };
    }
    case Op.FullExit: {
      const { common, first, second, account } = decodeQueueWords(cellBits, FullExitWord0, FullExitWord1, words);
      const { token, cell, payer } = numbers({ ...first, ...second });
      const recipient = toAddress(words[2]);
      return { op: "FullExit", ...common, account, token, amount: first.amount, cell, payer, recipient };
    }
    case Op.Route: {
      const { common, first, second } = decodeQueueWords(cellBits, RouteWord0, RouteWord1, words);
      const { token, payer, deadline } = numbers({ ...first, ...second });
      const third = unpack(RouteWord2, words[2]);
      const payment = { recipient: toAddress(third.recipient), into: Number(third.into), minOut: third.minOut };
      return { op: "Route", ...common, token, amount: first.amount, payer, deadline, ...payment };
    }
    default:
      throw undefinedOp("queue op", words[0]);
  }
}

/** The fields of a queue op's first two words, those of all ops ready. */
function decodeQueueWords(cellBits: number, of0: Layout, of1: Layout, words: readonly bigint[]) {
  const first = unpack(of0, words[0]);
  const second = unpack(of1, words[1]);
  const { chain, account = 0, cell = 0, usedAccount = 0, usedCell = 0 } = numbers({ ...first, ...second });
  below(of0, "account", account, accountRoom(cellBits));
  below(of0, "cell", cell, balanceRoom(cellBits));
  below(of1, "usedAccount", usedAccount, accountRoom(cellBits));
  below(of1, "usedCell", usedCell, balanceRoom(cellBits));
  const outcome = { executed: first.executed === 1n, covered: first.covered === 1n, usedAccount, usedCell };
  return { first, second, account, common: { chain, owner: toAddress(second.owner), ...outcome } };
}

/** The signed op in one word, or two; undefined for a Noop. */
export function decodeSigned(cellBits: number, words: readonly bigint[]): UnsignedOp | undefined {
  const code = opCode(words[0]);
  if (code > Op.Withdraw && code <= Op.Withdraw + MAX_CHAIN) return decodeWithdraw(cellBits, words, false);
  if (code > Op.WithdrawZusd && code <= Op.WithdrawZusd + MAX_CHAIN) return decodeWithdraw(cellBits, words, true);
  if (code === Op.Open) return decodeOpen(cellBits, words);
  if (words.length > 1) throw orphan(words[1]);
  if (code === Op.Noop) return noop(words);
  if (code === Op.Transfer) return decodeTransfer(cellBits, words[0]);
  if (isSecond(words[0])) throw orphan(words[0]);
  throw undefinedOp("signed op", words[0]);
}

function decodeTransfer(cellBits: number, word: bigint): Transfer {
  const fields = unpack(TransferWord, word);
  const { from, to, account } = numbers(fields);
  below(TransferWord, "from", from, balanceRoom(cellBits));
  below(TransferWord, "to", to, balanceRoom(cellBits));
  below(TransferWord, "account", account, accountRoom(cellBits));
  return { op: "Transfer", from, to, account, amount: amountOf("Transfer", fields.amount), fee: unpackFee(fields.fee) };
}

function decodeWithdraw(
  cellBits: number,
  [word, second]: readonly bigint[],
  isZusd: boolean,
): Withdraw | WithdrawExact {
  const fields = unpack(WithdrawWord, word);
  const { op, from, asset } = numbers(fields);
  below(WithdrawWord, "from", from, balanceRoom(cellBits));
  const chain = op - (isZusd ? Op.WithdrawZusd : Op.Withdraw);
  const common = { from, recipient: toAddress(fields.recipient), chain, isZusd, asset, fee: unpackFee(fields.fee) };
  if (second === undefined) return { op: "Withdraw", ...common, amount: amountOf("Withdraw", fields.amount) };
  if (opCode(second) !== Op.Exact) throw orphan(second);
  const exact = unpack(ExactWord, second);
  if (fields.amount !== 0n) throw new OpError("WithdrawExact", "amount", "must be 0 in the first word");
  const minOut = unpackAmount(exact.minOut);
  if (!isZusd && exact.minOut !== 0n)
    throw new OpError("WithdrawExact", "minOut", `must be 0 but for zUSD, got ${minOut}`);
  return { op: "WithdrawExact", ...common, amount: exact.amount, minOut };
}

function decodeOpen(cellBits: number, [word, second]: readonly bigint[]): Open {
  const fields = unpack(OpenWord, word);
  if (second === undefined || opCode(second) !== Op.OpenTo)
    throw new OpError("Open", "op", "stands without its OpenTo");
  const { from } = numbers(fields);
  const { cell, token, account } = numbers(unpack(OpenToWord, second));
  below(OpenWord, "from", from, balanceRoom(cellBits));
  below(OpenToWord, "cell", cell, balanceRoom(cellBits));
  below(OpenToWord, "account", account, accountRoom(cellBits));
  return { op: "Open", from, cell, token, account, fee: unpackFee(fields.fee) };
}

/** The op code of an op's first word. */
export function opCode(word: bigint): number {
  return Number(assertField("word", word) & mask(OP_BITS));
}

/** Whether a word is the second of an op. */
function isSecond(word: bigint): boolean {
  const code = opCode(word);
  return code === Op.OpenTo || code === Op.Exact;
}

function orphan(word: bigint): OpError {
  const name = opCode(word) === Op.Exact ? "Exact" : "OpenTo";
  return new OpError(name, "op", "stands without its first word, in the even slot before it");
}

function noop(words: readonly bigint[]): undefined {
  if (words.some((word) => word !== 0n)) throw new OpError("Noop", "unused bits", "must be zero");
  return undefined;
}

function undefinedOp(kind: string, word: bigint): OpError {
  return new OpError(kind, "op", `0x${opCode(word).toString(16).padStart(2, "0")} is not defined`);
}

function amountOf(op: string, packedAmount: bigint): bigint {
  const amount = unpackAmount(packedAmount);
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
