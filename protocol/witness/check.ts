import { getDomain } from "../crypto/domain";
import * as F from "../crypto/field";
import {
  BALANCE_BITS,
  COUNTERS_CELL,
  DOMAIN_CELL,
  FEE_SLOTS,
  balanceCell,
  feeAccess,
  keyCell,
  ownerCell,
  queueWord,
  signedWord,
  type Size,
} from "../spec";
import {
  decodeBalance,
  decodeBatch,
  encodeQueueOp,
  encodeSigned,
  runFees,
  runHeader,
  runQueueNoop,
  runRequest,
  runSigned,
  runSignedNoop,
  type Access,
  type Context,
  type DecodedBatch,
  type Memory,
  type QueueOp,
  type UnsignedOp,
  type ZusdLedger,
} from "../state";
import { digestOf } from "./digest";
import { wordsEval } from "./hashes";
import { assertInput, type CircuitInput } from "./input";
import { isAscending, isPermutation, memoryChallenges, readsMatchWrites, timesAreEarlier } from "./order";
import { NO_SIGNATURE } from "./signatures";
import type { TracedAccess } from "./trace";

/** A condition of the statement that an input does not satisfy. */
export class StatementError extends Error {
  constructor(
    readonly condition: string,
    detail = "",
  ) {
    super(`${condition} does not hold${detail && `: ${detail}`}`);
    this.name = "StatementError";
  }
}

/**
 * The whole statement of the `Batch` circuit, in plain TypeScript: what a proof shows, and what tests break condition by
 * condition. What the zUSD ledger allows is every rollup's to check, not the circuit's: here the words' claims of it stand. It is stricter than
 * the circuit in two things: amounts and fees in signed words must be packed with the smallest exponent, as `encodeSigned` packs them, and be
 * below 2^128; and the third word of an exit or a route must be a recipient or a payment, as every rollup asks. The circuit accepts others.
 * @throws `StatementError` naming the condition, or the error of the op or value that is wrong
 */
export function checkStatement(size: Size, input: CircuitInput): void {
  assertInput(size, input);
  const accesses = traceClaims(size, input);
  const sorted = input.sorted.map(Number);
  const { words, challenge } = input;

  expect("digest", digestOf({ words, accesses, sorted }) === input.digest);
  expect("wordsEval", wordsEval(words, challenge) === input.wordsEval);

  const challenges = memoryChallenges(challenge);
  expect("times are earlier", timesAreEarlier(accesses));
  expect("reads match writes", readsMatchWrites(accesses, challenges));
  expect("sorted list ascends", isAscending(size.cellBits, sorted));
  expect("sorted list is a permutation", isPermutation(size.cellBits, accesses, sorted, challenges));

  const { reads, writes, vanishing } = sumsAt(size.cellBits, accesses, challenge);
  const { oldEval, quotientEval, newEval } = input;
  expect("read equation", F.sub(oldEval, reads) === F.mul(quotientEval, vanishing));
  expect("write equation", newEval === F.sub(F.add(oldEval, writes), reads));
}

/** Σ v·L_c(x) and Π (x − ω^c) over first accesses, Σ w·L_c(x) over last ones. */
function sumsAt(cellBits: number, accesses: readonly TracedAccess[], x: bigint) {
  const domain = getDomain(cellBits);
  const lagrange = domain.lagrangeAll(
    accesses.map(({ cell }) => cell),
    x,
  );
  let [reads, writes, vanishing] = [0n, 0n, 1n];
  accesses.forEach(({ cell, value, written, first, last }, i) => {
    if (first) reads = F.add(reads, F.mul(value, lagrange[i]));
    if (first) vanishing = F.mul(vanishing, F.sub(x, domain.omegaPower(cell)));
    if (last) writes = F.add(writes, F.mul(written, lagrange[i]));
  });
  return { reads, writes, vanishing };
}

// What the ops make of the values they claim to have read -------------------------------------------------------------

/** The accesses that the words ask for, reading what the input claims: cells and written values follow from the ops. */
function traceClaims(size: Size, input: CircuitInput): TracedAccess[] {
  const { cellBits } = size;
  const batch = decodeBatch(size, input.words);
  const claims = new Claims(cellBits, input.value);
  claims.run([DOMAIN_CELL], runHeader);
  const feeValues = input.value.slice(feeAccess(size), feeAccess(size) + FEE_SLOTS);
  const context: Context = {
    domain: input.value[0],
    timestamp: batch.timestamp,
    suspended: batch.suspended,
    feeTokens: feeValues.map((value) => decodeBalance(cellBits, value).token),
    ledger: { issued: () => UNBOUNDED, cap: () => UNBOUNDED },
  };
  runQueueOps(size, batch, claims, input, context);
  const fees = runSignedOps(size, batch, claims, input, context);
  const feeCells = batch.feeCells.map((cell) => balanceCell(cellBits, cell));
  claims.run(feeCells, (memory) => runFees(memory, batch.feeCells, fees));
  return claims.accesses.map((access, i) => ({
    ...access,
    previous: Number(input.previous[i]),
    first: asBit(`first[${i}]`, input.first[i]),
    last: asBit(`last[${i}]`, input.last[i]),
  }));
}

/** More zUSD than there can be. */
const UNBOUNDED = 1n << BigInt(2 * BALANCE_BITS);

/** A ledger that answers as a queue op's words claim. */
function claimedLedger(op: QueueOp): ZusdLedger {
  if (op.covered) {
    // Of a route as much as it takes: what is issued to the source counts against its cap.
    const issued = op.op === "FullExit" ? UNBOUNDED : op.op === "Route" ? op.amount : 0n;
    return { issued: () => issued, cap: () => UNBOUNDED };
  }
  return { issued: () => (op.op === "FullExit" ? op.amount : 0n), cap: () => -1n };
}

function runQueueOps(
  { cellBits, queueOps }: Size,
  batch: DecodedBatch,
  claims: Claims,
  { words }: CircuitInput,
  context: Context,
): void {
  for (let slot = 0; slot < queueOps; slot++) {
    const op = batch.queue.find((entry) => entry.slot === slot)?.op;
    if (!op) {
      claims.run([COUNTERS_CELL, ownerCell(0), balanceCell(cellBits, 0), keyCell(0)], runQueueNoop);
      continue;
    }
    const claimed = { ...context, ledger: claimedLedger(op) };
    const { queueOp } = claims.run(queueCells(cellBits, op), (memory) => runRequest(memory, op, claimed));
    const at = queueWord(slot);
    const isSame = encodeQueueOp(queueOp).every((word, i) => word === words[at + i]);
    expect("queue op's flags, indices and amount", isSame, `slot ${slot}`);
  }
}

/** Returns what the fee slots collect. */
function runSignedOps(
  size: Size,
  batch: DecodedBatch,
  claims: Claims,
  input: CircuitInput,
  context: Context,
): bigint[] {
  const fees = new Array<bigint>(FEE_SLOTS).fill(0n);
  for (let slot = 0; slot < size.signedOps; slot++) {
    const op = batch.signed.find((entry) => entry.slot === slot)?.op;
    if (!op) {
      expectNoSignature(input, slot);
      claims.run([keyCell(0), balanceCell(size.cellBits, 0), balanceCell(size.cellBits, 0)], runSignedNoop);
      continue;
    }
    const signature = { keyX: input.keyX[slot], r8x: input.r8x[slot], r8y: input.r8y[slot], s: input.s[slot] };
    const signed = { ...op, expiry: Number(input.expiry[slot]), signature };
    const cells = signedCells(size.cellBits, op, claims.next(2)[1]);
    const { fee } = claims.run(cells, (memory) => runSigned(memory, signed, context));
    if (fee) fees[fee.slot] += fee.amount;
    const at = signedWord(size, slot);
    const words = encodeSigned(op);
    const isSame = words.every((word, i) => word === input.words[at + i]);
    expect("packed amount's smallest exponent", isSame, `slot ${slot}`);
    if (words.length === 2) expectNoSignature(input, ++slot);
  }
  return fees;
}

/** The cells that a queue op accesses: they follow from its words. */
function queueCells(cellBits: number, { usedAccount, usedCell }: QueueOp): number[] {
  return [COUNTERS_CELL, ownerCell(usedAccount), balanceCell(cellBits, usedCell), keyCell(usedAccount)];
}

/** The cells that a signed op accesses: they follow from its words, and the key cell from the paying cell's value. */
function signedCells(cellBits: number, op: UnsignedOp, payer: bigint): number[] {
  const key = keyCell(decodeBalance(cellBits, payer).account);
  const from = balanceCell(cellBits, op.from);
  const unused = balanceCell(cellBits, 0);
  switch (op.op) {
    case "Transfer":
      return [key, from, balanceCell(cellBits, op.to)];
    case "Withdraw":
      return [key, from, unused];
    case "WithdrawExact":
      return [key, from, unused, keyCell(0), unused, unused];
    case "Open":
      return [key, from, COUNTERS_CELL, ownerCell(op.account), balanceCell(cellBits, op.cell), unused];
  }
}

function expectNoSignature(input: CircuitInput, slot: number): void {
  const { expiry, signature } = NO_SIGNATURE;
  const claimed = [input.expiry[slot], input.keyX[slot], input.r8x[slot], input.r8y[slot], input.s[slot]];
  const { keyX, r8x, r8y, s } = signature;
  const expected = [BigInt(expiry), keyX, r8x, r8y, s];
  expect(
    "placeholder signature",
    expected.every((value, i) => value === claimed[i]),
    `slot ${slot}`,
  );
}

/** The values that an input claims were read, handed to the ops in the order of the accesses. */
class Claims {
  readonly accesses: Access[] = [];

  constructor(
    private readonly cellBits: number,
    private readonly values: readonly bigint[],
  ) {}

  /** The next claimed values. */
  next(count: number): readonly bigint[] {
    const start = this.accesses.length;
    return this.values.slice(start, start + count);
  }

  /** Runs an op that makes exactly the accesses to `cells`. */
  run<T>(cells: readonly number[], op: (memory: Memory) => T): T {
    const memory = new ClaimedMemory(this.cellBits, cells, this.next(cells.length));
    const outcome = op(memory);
    expect("number of accesses", memory.accesses.length === cells.length);
    this.accesses.push(...memory.accesses);
    return outcome;
  }
}

/** A memory that knows nothing but what the accesses of one op claim to read. */
class ClaimedMemory implements Memory {
  readonly accesses: Access[] = [];

  constructor(
    readonly cellBits: number,
    private readonly cells: readonly number[],
    private readonly values: readonly bigint[],
  ) {}

  peek(cell: number): bigint {
    const at = this.cells.indexOf(cell, this.accesses.length);
    expect("cells of the accesses", at >= 0, `cell ${cell} is not accessed`);
    return this.values[at];
  }

  access(cell: number, written?: bigint): bigint {
    const at = this.accesses.length;
    expect("cells of the accesses", this.cells[at] === cell, `access ${at + 1} of the op is to cell ${cell}`);
    const value = this.values[at];
    this.accesses.push({ cell, value, written: written ?? value });
    return value;
  }
}

function asBit(name: string, value: bigint): boolean {
  expect("bits", value === 0n || value === 1n, `${name} is ${value}`);
  return value === 1n;
}

function expect(condition: string, holds: boolean, detail?: string): void {
  if (!holds) throw new StatementError(condition, detail);
}
