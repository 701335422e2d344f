import * as F from "../../../../protocol/crypto/field";
import { poseidon } from "../../../../protocol/crypto/poseidon";
import { BETA_TAG, GAMMA_TAG } from "../../../../protocol/spec";
import { sortedList, type TracedAccess } from "../../../../protocol/witness";

/** Accesses with something untrue about the k-th; undefined where it cannot be said of it. */
export type Change = (accesses: readonly TracedAccess[], k: number) => readonly TracedAccess[] | undefined;

/** The access reads what it writes itself; the others to its cell follow each other without it. */
export const readsItself: Change = (accesses, k) => {
  const time = k + 1;
  const { cell, value, written, previous, first, last } = accesses[k];
  if (k === 0 || value !== written) return undefined;
  return accesses.map((access, i) => {
    if (i === k) return { ...access, previous: time, first: false, last: false };
    if (access.cell !== cell) return access;
    if (access.previous === time) return { ...access, previous, first };
    if (i + 1 === previous && last) return { ...access, last: true };
    return access;
  });
};

/** A first access with a time before it. */
export const remembers: Change = (accesses, k) => {
  if (k === 0 || !accesses[k].first) return undefined;
  return accesses.map((access, i) => (i === k ? { ...access, previous: 1 } : access));
};

/** Signals of a memory check that a forger changes. */
export interface Forged {
  value: bigint[];
  previous: bigint[];
  first: bigint[];
  sorted: bigint[];
}

/**
 * The k-th access is first in part, neither 0 nor 1, so that a cell that nobody accesses takes its place in the sorted list. What the m-th
 * access reads, the last one to its cell and not the first, is what makes the order's products equal.
 */
export function firstInPart(accesses: readonly TracedAccess[], k: number, m: number, cellBits: number, x: bigint): Forged {
  const sorted = sortedList(cellBits, accesses);
  const filler = 2 ** cellBits + k + 1;
  const { cell, first: isFirst } = accesses[k];
  const free = Array.from({ length: 2 ** cellBits }, (_, i) => i).find((other) => !sorted.includes(other)) as number;
  const part = F.div(F.mod(BigInt(free - filler)), F.mod(BigInt(cell - filler)));
  const first = accesses.map((access, i) => (i === k ? part : access.first ? 1n : 0n));
  const previous = accesses.map((access, i) => (i === k ? 0n : BigInt(access.previous)));
  const replaced = isFirst ? cell : filler;

  const [beta, gamma] = [BETA_TAG, GAMMA_TAG].map((tag) => poseidon([x, BigInt(tag)]));
  const term = (value: bigint, time: bigint, i: number): bigint =>
    F.mod(gamma - BigInt(accesses[i].cell) - beta * value - beta * beta * time);
  // A factor is 1 where the access is left out.
  const unless = (bit: bigint, factor: bigint): bigint => F.mod((1n - bit) * (factor - 1n) + 1n);
  const product = (factors: bigint[]): bigint => factors.reduce(F.mul, 1n);
  const writes = product(accesses.map(({ written, last }, i) => unless(last ? 1n : 0n, term(written, BigInt(i + 1), i))));
  const reads = accesses.map(({ value }, i) => (i === m ? 1n : unless(first[i], term(value, previous[i], i))));
  const wanted = F.div(writes, product(reads));
  const read = F.div(F.sub(term(0n, previous[m], m), wanted), beta);
  return {
    ...{ first, previous },
    value: accesses.map(({ value }, i) => (i === m ? read : value)),
    sorted: sorted.map((s) => BigInt(s === replaced ? free : s)).sort((a, b) => Number(a - b)),
  };
}
