import * as F from "../crypto/field";
import { poseidon } from "../crypto/poseidon";
import { BETA_TAG, GAMMA_TAG } from "../spec";
import type { TracedAccess } from "./trace";

/**
 * Order inside a batch, by offline memory checking (Blum, Evans, Gemmell, Kannan, Naor 1991) over the accesses alone:
 * whatever was read had been written by the access to the same cell before, and each cell has one first access.
 */

export interface MemoryChallenges {
  beta: bigint;
  gamma: bigint;
}

/**
 * The two challenges of the memory check. They must not depend on each other: with β = x and γ = x² forged accesses
 * pass (C26).
 */
export function memoryChallenges(x: bigint): MemoryChallenges {
  return { beta: poseidon([x, BETA_TAG]), gamma: poseidon([x, GAMMA_TAG]) };
}

/** t(c, v, p) = γ − (c + β·v + β²·p): cell, value, time of the write. */
function term({ beta, gamma }: MemoryChallenges, cell: number, value: bigint, time: number): bigint {
  const sum = BigInt(cell) + beta * (value + beta * BigInt(time));
  return F.mod(gamma - sum);
}

/**
 * Whether reads and writes are the same multiset, but for what first accesses read and last ones wrote:
 * Π_{k not first} t(c_k, v_k, p_k) = Π_{k not last} t(c_k, w_k, k). Access k stands at index k − 1.
 */
export function readsMatchWrites(accesses: readonly TracedAccess[], challenges: MemoryChallenges): boolean {
  let reads = 1n;
  let writes = 1n;
  accesses.forEach(({ cell, value, written, previous, first, last }, i) => {
    if (!first) reads = F.mul(reads, term(challenges, cell, value, previous));
    if (!last) writes = F.mul(writes, term(challenges, cell, written, i + 1));
  });
  return reads === writes;
}

/** Whether each access names an earlier time: p_k < k, and 0 for a first access. */
export function timesAreEarlier(accesses: readonly TracedAccess[]): boolean {
  return accesses.every(({ previous, first }, i) => (first ? previous === 0 : previous >= 0 && previous <= i));
}

/** Whether the list is strictly ascending, each gap and the first number in n + 1 bits. */
export function isAscending(cellBits: number, sorted: readonly number[]): boolean {
  const limit = 2 ** (cellBits + 1);
  return sorted.every((value, i) => {
    const gap = i === 0 ? value : value - sorted[i - 1] - 1;
    return gap >= 0 && gap < limit;
  });
}

/** Whether the list is a permutation of the cells of first accesses and of N + k for the others. */
export function isPermutation(
  cellBits: number,
  accesses: readonly TracedAccess[],
  sorted: readonly number[],
  { gamma }: MemoryChallenges,
): boolean {
  const product = (values: number[]) => values.reduce((p, value) => F.mul(p, F.mod(gamma - BigInt(value))), 1n);
  const entries = accesses.map(({ cell, first }, i) => (first ? cell : 2 ** cellBits + i + 1));
  return sorted.length === entries.length && product([...sorted]) === product(entries);
}
