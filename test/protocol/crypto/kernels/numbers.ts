/**
 * What the tests of the kernels share: numbers that are random or hard for limbs of 29 bits, and ways to put numbers into the
 * kernels' memory as they are and to read them again.
 */
import { createHash } from "node:crypto";
import { BLOCK_BYTES, LANES, type Kernels } from "../../../../protocol/crypto/kernels";
import { fromBlock, toBlock } from "../../../../protocol/crypto/kernels/layout";

export const LIMBS = 9;
export const LIMB_BITS = 29n;

/** Bytes to a random number: 59 bits more than any limit here has, so that all numbers below it are equally likely. */
const DRAWN_BYTES = 40;

/** Numbers in [0, limit), the same for the same seed. */
export function randomNumbers(seed: string, count: number, limit: bigint): bigint[] {
  const bytes = createHash("shake256", { outputLength: DRAWN_BYTES * count })
    .update(seed)
    .digest();
  return Array.from({ length: count }, (_, i) => {
    const drawn = bytes.subarray(DRAWN_BYTES * i, DRAWN_BYTES * (i + 1));
    return BigInt(`0x${drawn.toString("hex")}`) % limit;
  });
}

/** Numbers in [0, limit) next to multiples of p, to limbs' edges and to the limit itself. */
export function edgeNumbers(p: bigint, limit: bigint): bigint[] {
  const edges = [2n, limit - 2n, limit - 1n];
  for (let multiple = 0n; multiple <= limit; multiple += p) {
    edges.push(multiple - 2n, multiple - 1n, multiple, multiple + 1n);
  }
  for (let k = 1n; k <= LIMBS; k++) {
    const edge = 1n << (LIMB_BITS * k);
    edges.push(edge - 1n, edge, edge + 1n);
  }
  // All bits of all limbs are set, the last limb's as far as the limit allows.
  const top = LIMB_BITS * BigInt(LIMBS - 1);
  for (let ones = (1n << top) - 1n; ones < limit; ones = 2n * ones + 1n) edges.push(ones);
  edges.push(((limit >> top) << top) - 1n);
  return [...new Set(edges)].filter((edge) => edge >= 0n && edge < limit);
}

/** The items four times over, so that each comes to stand in every lane. */
export function inEveryLane<T>(items: readonly T[]): T[] {
  const filled = [...items];
  while (filled.length % LANES !== 0) filled.push(items[0]);
  return Array.from({ length: LANES }, (_, shift) => [...filled.slice(shift), ...filled.slice(0, shift)]).flat();
}

/** All pairs of one number each; a rotation more for each a lets all numbers come to stand in every lane. */
export function pairs(as: readonly bigint[], bs: readonly bigint[]): [bigint, bigint][] {
  return as.flatMap((a, i) => bs.map((_, j): [bigint, bigint] => [a, bs[(i + j) % bs.length]]));
}

/** The 32-bit words of a block. */
export function blockWords(kernels: Kernels, address: number): Uint32Array {
  const { buffer } = kernels.bytes(address, BLOCK_BYTES);
  return new Uint32Array(buffer, address, BLOCK_BYTES / 4);
}

/** Writes up to four numbers below 2^264 as a block, without conversion. */
export function writeNumbers(kernels: Kernels, address: number, numbers: readonly bigint[]): void {
  blockWords(kernels, address).set(toBlock(numbers));
}

/** The four numbers of a block, without conversion. */
export function readNumbers(kernels: Kernels, address: number): bigint[] {
  return fromBlock(blockWords(kernels, address));
}

/** Calls `use` with the address of each block of a vector and the indices of its elements, in natural order. */
function eachBlock(address: number, size: number, use: (block: number, indices: readonly number[]) => void): void {
  const blocks = size / LANES;
  for (let k = 0; k < blocks; k++) {
    use(
      address + k * BLOCK_BYTES,
      Array.from({ length: LANES }, (_, lane) => lane * blocks + k),
    );
  }
}

/** Puts numbers (a multiple of four of them) into new memory, in natural order and without conversion. */
export function storeRawVector(kernels: Kernels, numbers: readonly bigint[]): number {
  const address = kernels.allocateBlocks(numbers.length / LANES);
  eachBlock(address, numbers.length, (block, indices) => {
    writeNumbers(
      kernels,
      block,
      indices.map((i) => numbers[i]),
    );
  });
  return address;
}

/** The same with elements of Fr, in Montgomery form. */
export function storeVector(kernels: Kernels, elements: readonly bigint[]): number {
  const address = kernels.allocateBlocks(elements.length / LANES);
  eachBlock(address, elements.length, (block, indices) => {
    kernels.writeBlock(
      block,
      indices.map((i) => elements[i]),
    );
  });
  return address;
}

/** The elements of Fr of a vector in natural order. */
export function readVector(kernels: Kernels, address: number, size: number): bigint[] {
  const elements = new Array<bigint>(size);
  eachBlock(address, size, (block, indices) => {
    kernels.readBlock(block).forEach((element, lane) => (elements[indices[lane]] = element));
  });
  return elements;
}

/** A number below 2^256 as 32 bytes, least significant first. */
export function packed(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse();
}

/** The number of 32 bytes, least significant first. */
export function unpacked(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
}
