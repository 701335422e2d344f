import { sponge } from "../crypto/poseidon";
import {
  ACCESS_CELL_BITS,
  ACCESS_METAS_PER_ELEMENT,
  ACCESS_META_BITS,
  ACCESS_TIME_BITS,
  DIGEST_TAG,
  SORTED_BITS,
  SORTED_PER_ELEMENT,
} from "../spec";
import type { TracedAccess } from "./trace";

/** What the prover commits to before the challenge is known. */
export interface Committed {
  words: readonly bigint[];
  accesses: readonly Omit<TracedAccess, "written">[];
  sorted: readonly number[];
}

/**
 * The elements that the digest absorbs: words, values read, packed places of the accesses, packed sorted list. What an
 * access writes is left out: the op determines it from the rest.
 */
export function digestElements({ words, accesses, sorted }: Committed): bigint[] {
  const metas = accesses.map(packMeta);
  return [
    ...words,
    ...accesses.map(({ value }) => value),
    ...packList(metas, ACCESS_META_BITS, ACCESS_METAS_PER_ELEMENT),
    ...packList(sorted.map(BigInt), SORTED_BITS, SORTED_PER_ELEMENT),
  ];
}

/** The digest d. */
export function digestOf(committed: Committed): bigint {
  return sponge(DIGEST_TAG, digestElements(committed));
}

/** Cell, previous time, first, last: lowest bits first. */
function packMeta({ cell, previous, first, last }: Omit<TracedAccess, "written">): bigint {
  const parts: [number, number][] = [
    [cell, ACCESS_CELL_BITS],
    [previous, ACCESS_TIME_BITS],
    [first ? 1 : 0, 1],
    [last ? 1 : 0, 1],
  ];
  let meta = 0n;
  let offset = 0;
  for (const [value, bits] of parts) {
    meta |= BigInt(value) << BigInt(offset);
    offset += bits;
  }
  return meta;
}

/** `perElement` values of `bits` bits in each element, the first in the lowest bits. */
function packList(values: readonly bigint[], bits: number, perElement: number): bigint[] {
  const elements: bigint[] = [];
  values.forEach((value, i) => {
    if (value < 0n || value >> BigInt(bits) !== 0n) throw new RangeError(`packed value ${i} must be below 2^${bits}`);
    const at = Math.floor(i / perElement);
    elements[at] = (elements[at] ?? 0n) | (value << BigInt(bits * (i % perElement)));
  });
  return elements;
}
