import { COUNTERS_CELL, keyCell } from "../../../../protocol/spec";
import { encodeCounters, type State } from "../../../../protocol/state";
import { NO_SIGNATURE, PUBLIC_INPUTS, type CircuitInput } from "../../../../protocol/witness";
import { RandomBatches } from "../../../../test/fixtures/randomBatches";
import { draftOf, forgedInput } from "../../../../test/circuits/batch/forgery";
import { CHALLENGE, SMALL, batchOf, honestInput, world } from "../../../../test/circuits/batch/world";
import type { Inputs } from "../model";
import { firstInPart, readsItself, remembers } from "./accesses";

/** Random batches that are looked through for new branches. */
const RANDOM_BATCHES = 40;
/** Of these, such that are also tried with nothing signed. */
const UNSIGNED_BATCHES = 10;

/** The smallest batch with every kind of slot. */
export const WHOLE = {
  template: "Batch",
  file: "batch/batch.circom",
  call: `Batch(${SMALL.cellBits}, ${SMALL.queueOps}, ${SMALL.signedOps})`,
  publics: PUBLIC_INPUTS,
};

/** Inputs of the whole: Noops, in a state with room and in one without; then random batches of all ops, as the fixture makes them. */
export function randomBatches(): { valid: Inputs[]; unsigned: Inputs[] } {
  const valid = [noops(world().state), noops(fullState())];
  const unsigned: Inputs[] = [];
  const random = new RandomBatches({ size: SMALL, seed: "assurance", forged: true });
  for (let i = 0; i < RANDOM_BATCHES; i++) {
    const { before, trace } = random.next();
    valid.push(asInputs(honestInput(before, trace, CHALLENGE)));
    if (trace.report.included.length === 0 || unsigned.length === UNSIGNED_BATCHES) continue;
    const signatures = trace.signatures.map(() => NO_SIGNATURE);
    unsigned.push(asInputs(honestInput(before, { ...trace, signatures }, CHALLENGE)));
  }
  return { valid, unsigned };
}

/** What no valid batch has, for templates of the ops: by template. */
export const REFUSED: Readonly<Record<string, readonly Inputs[]>> = {
  // Both withdrawals at once, with the low bits of a Transfer.
  SignedWord: [{ word: 193n }],
};

/** Batches of Noops whose accesses are not in order. */
export function invalidBatches(): Inputs[] {
  const { state } = world();
  const trace = batchOf(state, {});
  const { accesses } = trace;
  const changed = [readsItself, remembers].flatMap((change) => accesses.flatMap((_, k) => [change(accesses, k) ?? []]));
  const inOrder = changed.filter(({ length }) => length > 0);
  const forged = inOrder.map((order) => asInputs(forgedInput(state, draftOf(trace), { accesses: [...order] })));
  // A Noop's key cell may hold anything: the last access to cell 0 is a signed slot's.
  const free = accesses.findLastIndex(({ cell }) => cell === keyCell(0));
  const inPart = accesses.flatMap((_, k) => (k === free ? [] : [firstInPart(accesses, k, free, SMALL.cellBits, CHALLENGE)]));
  return [...forged, ...inPart.map((values) => ({ ...noops(state), ...values }))];
}

function noops(state: State): Inputs {
  return asInputs(honestInput(state, batchOf(state, {})));
}

function fullState(): State {
  const { state } = world();
  const counters = { nextAccount: 2 ** (SMALL.cellBits - 2), nextBalance: 2 ** (SMALL.cellBits - 1) };
  state.write(COUNTERS_CELL, encodeCounters(SMALL.cellBits, counters));
  return state;
}

function asInputs(input: CircuitInput): Inputs {
  return { ...input };
}

