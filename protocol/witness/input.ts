import { SUBGROUP_ORDER } from "../crypto/eddsa";
import { assertField } from "../crypto/field";
import { SORTED_BITS, TIMESTAMP_BITS, accessCount, wordCount, type Size } from "../spec";
import type { BatchTrace } from "./batch";
import { wordsEval, type Evaluations } from "./hashes";

/** Signals of the `Batch` circuit by name; the first six are public, in this order. */
export interface CircuitInput {
  digest: bigint;
  challenge: bigint;
  wordsEval: bigint;
  oldEval: bigint;
  quotientEval: bigint;
  newEval: bigint;
  words: bigint[];
  value: bigint[];
  previous: bigint[];
  first: bigint[];
  last: bigint[];
  sorted: bigint[];
  expiry: bigint[];
  keyX: bigint[];
  r8x: bigint[];
  r8y: bigint[];
  s: bigint[];
}

/** Public inputs in the order of the circuit and the verifier. */
export const PUBLIC_INPUTS = ["digest", "challenge", "wordsEval", "oldEval", "quotientEval", "newEval"] as const;

/**
 * The input of the `Batch` circuit.
 * @param challenge x
 * @param evaluations values at x of the old state, the quotient and the new state
 * @throws when a value is out of its range: circom's witness generator would reduce it silently
 */
export function circuitInput(trace: BatchTrace, challenge: bigint, evaluations: Evaluations): CircuitInput {
  const { words, accesses, sorted, signatures, digest } = trace;
  const bit = (value: boolean) => (value ? 1n : 0n);
  const input: CircuitInput = {
    digest,
    challenge,
    wordsEval: wordsEval(words, challenge),
    oldEval: evaluations.oldEval,
    quotientEval: evaluations.quotientEval,
    newEval: evaluations.newEval,
    words: [...words],
    value: accesses.map(({ value }) => value),
    previous: accesses.map(({ previous }) => BigInt(previous)),
    first: accesses.map(({ first }) => bit(first)),
    last: accesses.map(({ last }) => bit(last)),
    sorted: sorted.map(BigInt),
    expiry: signatures.map(({ expiry }) => BigInt(expiry)),
    keyX: signatures.map(({ signature }) => signature.keyX),
    r8x: signatures.map(({ signature }) => signature.r8x),
    r8y: signatures.map(({ signature }) => signature.r8y),
    s: signatures.map(({ signature }) => signature.s),
  };
  assertInput(trace.size, input);
  return input;
}

/** The public inputs of a circuit input, in order. */
export function publicInputs(input: CircuitInput): bigint[] {
  return PUBLIC_INPUTS.map((name) => input[name]);
}

/** Throws unless every signal has its length and range; the message names the signal. */
export function assertInput(size: Size, input: CircuitInput): void {
  const lengths: Record<string, number> = {
    words: wordCount(size),
    value: accessCount(size),
    previous: accessCount(size),
    first: accessCount(size),
    last: accessCount(size),
    sorted: accessCount(size),
    expiry: size.signedOps,
    keyX: size.signedOps,
    r8x: size.signedOps,
    r8y: size.signedOps,
    s: size.signedOps,
  };
  const limits: Record<string, bigint> = {
    previous: BigInt(accessCount(size)),
    sorted: 1n << BigInt(SORTED_BITS),
    expiry: 1n << BigInt(TIMESTAMP_BITS),
    s: SUBGROUP_ORDER,
  };
  for (const [name, signal] of Object.entries(input) as [string, bigint | bigint[]][]) {
    const values = Array.isArray(signal) ? signal : [signal];
    if (name in lengths && values.length !== lengths[name]) {
      throw new RangeError(`signal ${name} must have ${lengths[name]} values, got ${values.length}`);
    }
    values.forEach((value, i) => {
      const label = Array.isArray(signal) ? `signal ${name}[${i}]` : `signal ${name}`;
      assertField(label, value);
      if (name in limits && value >= limits[name])
        throw new RangeError(`${label} must be below ${limits[name]}, got ${value}`);
    });
  }
}
