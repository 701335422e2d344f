import {
  ACCESSES_AFTER_OPS,
  ACCESSES_BEFORE_OPS,
  ACCESSES_PER_QUEUE_OP,
  ACCESSES_PER_SIGNED_OP,
  WORDS_PER_BATCH,
  WORDS_PER_QUEUE_OP,
  WORDS_PER_SIGNED_OP,
} from "./widths";

/** A circuit size: one circuit, verification key and verifier each. */
export interface Size {
  readonly name: string;
  /** n: the state has 2^n cells. */
  readonly cellBits: number;
  /** Queue op slots, Q. */
  readonly queueOps: number;
  /** Signed op slots, S; even, since some ops take two. */
  readonly signedOps: number;
  /** Most PLONK gates, as a power of two. */
  readonly gatePower: number;
}

export const SIZES = {
  test: { name: "test", cellBits: 16, queueOps: 4, signedOps: 4, gatePower: 16 },
  small: { name: "small", cellBits: 16, queueOps: 12, signedOps: 20, gatePower: 18 },
  large: { name: "large", cellBits: 16, queueOps: 32, signedOps: 88, gatePower: 20 },
} as const satisfies Record<string, Size>;

export type SizeName = keyof typeof SIZES;

/** Words of a batch: header, queue ops, signed ops, in this order. */
export function wordCount(size: Size): number {
  return WORDS_PER_BATCH + WORDS_PER_QUEUE_OP * size.queueOps + WORDS_PER_SIGNED_OP * size.signedOps;
}

/** Accesses of a batch, K, in the order of the words. */
export function accessCount(size: Size): number {
  return feeAccess(size) + ACCESSES_AFTER_OPS;
}

/** Position of the first fee slot's access: after all ops. */
export function feeAccess(size: Size): number {
  return ACCESSES_BEFORE_OPS + ACCESSES_PER_QUEUE_OP * size.queueOps + ACCESSES_PER_SIGNED_OP * size.signedOps;
}

/** Position of queue op `i`'s first word. */
export function queueWord(i: number): number {
  return WORDS_PER_BATCH + WORDS_PER_QUEUE_OP * i;
}

/** Position of signed op `i`'s word. */
export function signedWord(size: Size, i: number): number {
  return WORDS_PER_BATCH + WORDS_PER_QUEUE_OP * size.queueOps + WORDS_PER_SIGNED_OP * i;
}
