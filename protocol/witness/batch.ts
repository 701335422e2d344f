import { FEE_SLOTS, type Size } from "../spec";
import {
  FullFeeCellError,
  NO_FEE_CELLS,
  applyFees,
  applyHeader,
  applyNoop,
  applyRequest,
  applySigned,
  slotsOf,
  type Applied,
  type Authorisation,
  type Payment,
  type QueueOp,
  type Request,
  type SignedOp,
  type State,
  type Terms,
  type Touched,
} from "../state";
import { digestOf } from "./digest";
import { NO_SIGNATURE } from "./signatures";
import { sortedList, touchedCells, traceAccesses, type TracedAccess } from "./trace";

export interface BatchContent extends Terms {
  size: Size;
  /** The number after the state's last batch. */
  number: number;
  /** Queue ops in the order of their queues; the first Q are taken. */
  requests: readonly Request[];
  /** Signed ops in the order of execution; what finds no slot is left for a later batch. */
  ops: readonly SignedOp[];
}

/** A batch as the circuit sees it. */
export interface BatchTrace {
  size: Size;
  number: number;
  timestamp: number;
  /** Balance cells of the fee slots; 0: none, or one that could not take what it would collect. */
  feeCells: readonly number[];
  words: bigint[];
  /** K accesses, in the settled order; the one at index i happens at time i + 1. */
  accesses: TracedAccess[];
  sorted: number[];
  digest: bigint;
  /** Every cell that was accessed, ascending. */
  touched: Touched[];
  /** One per signed slot. */
  signatures: Authorisation[];
  effects: {
    /** In the order of the words: of queue ops, then of signed ones. */
    payments: Payment[];
    /** What became of the requests. */
    queueOps: QueueOp[];
    /** What each fee slot collected. */
    fees: bigint[];
  };
  report: BatchReport;
}

/** What became of the content. Ops are named by their position in `BatchContent.ops`. */
export interface BatchReport {
  /** Requests that were taken. */
  requests: number;
  included: number[];
  rejected: { op: number; error: Error }[];
  /** Ops that found no slot. */
  left: number[];
}

/**
 * Fills a batch and moves the state on, with a checkpoint of the batch's number.
 *
 * Slots that nothing fills hold Noops, also one before an op of two slots that would start in an odd one. A signed op that may
 * not be executed is rejected and reported; a request that no vault can have accepted, or of a suspended chain, throws,
 * and leaves the state as it was. Fee cells must be allocated before the batch; one that would overflow is left out, and what it would have
 * collected goes to a later slot of the same token, or is not charged.
 */
export function buildBatch(state: State, content: BatchContent): BatchTrace {
  const { size } = content;
  if (state.cellBits !== size.cellBits) {
    throw new RangeError(`size ${size.name} is for 2^${size.cellBits} cells, the state has 2^${state.cellBits}`);
  }
  if (size.signedOps % 2 !== 0) throw new RangeError(`size ${size.name} must have an even number of signed ops`);
  const { feeCells = NO_FEE_CELLS } = content;
  requireFeeCells(state, feeCells);
  return fill(state, content, feeCells);
}

/** Fills the batch; again without a fee slot whose cell is full, as often as there are slots at most. */
function fill(state: State, given: BatchContent, feeCells: readonly number[]): BatchTrace {
  try {
    return state.atomically(() => fillWith(state, { ...given, feeCells }));
  } catch (error) {
    if (!(error instanceof FullFeeCellError)) throw error;
    return fill(state, given, feeCells.with(error.slot, 0));
  }
}

function fillWith(state: State, content: BatchContent & { feeCells: readonly number[] }): BatchTrace {
  const { size, number, timestamp, suspended = 0n, feeCells } = content;
  const steps: Applied[] = [applyHeader(state, { number, timestamp, suspended, feeCells })];
  const queueOps = fillQueueSlots(state, content, steps);
  const { signatures, report } = fillSignedSlots(state, content, steps);
  const fees = sumFees(steps);
  steps.push(applyFees(state, feeCells, fees));
  const trace = assemble(size, steps);
  state.checkpoint(number);
  return {
    ...trace,
    number,
    timestamp,
    feeCells,
    signatures,
    effects: { payments: steps.flatMap((step) => step.payments), queueOps, fees },
    report: { requests: queueOps.length, ...report },
  };
}

/** The token of a fee slot is what its cell has after the ops: a cell that they open would change it under them. */
function requireFeeCells(state: State, feeCells: readonly number[]): void {
  feeCells.forEach((cell, slot) => {
    if (cell !== 0 && state.balance(cell).token === 0)
      throw new RangeError(`feeCells[${slot}] is balance cell ${cell}, which nobody owns`);
  });
}

function sumFees(steps: readonly Applied[]): bigint[] {
  const sums = new Array<bigint>(FEE_SLOTS).fill(0n);
  for (const { fee } of steps) if (fee) sums[fee.slot] += fee.amount;
  return sums;
}

function fillQueueSlots(state: State, content: BatchContent, steps: Applied[]): QueueOp[] {
  const { size, requests } = content;
  const queueOps: QueueOp[] = [];
  for (let slot = 0; slot < size.queueOps; slot++) {
    if (slot < requests.length) {
      const applied = applyRequest(state, requests[slot], content);
      queueOps.push(applied.queueOp);
      steps.push(applied);
    } else {
      steps.push(applyNoop(state, "queue"));
    }
  }
  return queueOps;
}

function fillSignedSlots(state: State, content: BatchContent, steps: Applied[]) {
  const { size, ops } = content;
  const signatures: Authorisation[] = [];
  const report: Omit<BatchReport, "requests"> = { included: [], rejected: [], left: [] };
  const addNoop = (noop = applyNoop(state, "signed")) => {
    steps.push(noop);
    signatures.push(NO_SIGNATURE);
  };

  ops.forEach((op, i) => {
    const slots = slotsOf(op);
    const padding = slots === 2 ? signatures.length % 2 : 0;
    if (report.left.length > 0 || signatures.length + padding + slots > size.signedOps) {
      // Later ops wait too: they may depend on this one.
      report.left.push(i);
      return;
    }
    try {
      // The Noop before an op of two slots reads the state before it, and is dropped with an op that is rejected.
      const noop = applyNoop(state, "signed");
      const applied = applySigned(state, op, content);
      if (padding === 1) addNoop(noop);
      steps.push(applied);
      signatures.push({ expiry: op.expiry, signature: op.signature });
      if (slots === 2) signatures.push(NO_SIGNATURE);
      report.included.push(i);
    } catch (error) {
      report.rejected.push({ op: i, error: error as Error });
    }
  });
  while (signatures.length < size.signedOps) addNoop();
  return { signatures, report };
}

function assemble(size: Size, steps: readonly Applied[]) {
  const words = steps.flatMap((step) => step.words);
  const accesses = traceAccesses(steps.flatMap((step) => step.accesses));
  const sorted = sortedList(size.cellBits, accesses);
  return {
    size,
    words,
    accesses,
    sorted,
    digest: digestOf({ words, accesses, sorted }),
    touched: touchedCells(accesses),
  };
}
