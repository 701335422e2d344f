/** How field elements lie in the kernels' memory; the counterpart of `assembly/layout.ts`. */
import { Q } from "../curve";
import { R } from "../field";

/** A block: four elements, each in nine limbs of 29 bits, one element to each lane of nine vectors. */
export const BLOCK_BYTES = 144;
export const LANES = 4;
const LIMBS = 9;
const LIMB_BITS = 29;
const LIMB_MASK = (1n << BigInt(LIMB_BITS)) - 1n;

/** The Montgomery factor of the kernels, and that of snarkjs' files. */
export const KERNEL_BITS = 261n;
export const FILE_BITS = 256n;

/** A prime field whose elements the kernels multiply. */
export class KernelField {
  private readonly factor: bigint;
  private readonly inverse: bigint;

  constructor(readonly prime: bigint) {
    this.factor = (1n << KERNEL_BITS) % prime;
    this.inverse = inverse(this.factor, prime);
  }

  /** x·2^261 mod p. */
  encode(x: bigint): bigint {
    return ((x % this.prime) * this.factor) % this.prime;
  }

  /** The x of any number that stands for x·2^261. */
  decode(value: bigint): bigint {
    return (value * this.inverse) % this.prime;
  }

  /** What the kernels need to know of the field: see `assembly/layout.ts`. */
  constants(): Uint8Array {
    const p = this.prime;
    const limbModulus = 1n << BigInt(LIMB_BITS);
    const negatedInverse = limbModulus - inverse(p % limbModulus, limbModulus);
    const blocks = [2n * p, 4n * p, this.factor, 1n].map((value) => toBlock([value, value, value, value]));
    const exponent = words(p - 2n, 8);
    return concat([toBlock([p, p, p, p]), new Uint32Array(LANES).fill(Number(negatedInverse)), ...blocks, exponent]);
  }
}

export const FR = new KernelField(R);
export const FQ = new KernelField(Q);

/** Four numbers below 2^264 as a block, without conversion. */
export function toBlock(values: readonly bigint[]): Uint32Array {
  const block = new Uint32Array(LIMBS * LANES);
  values.forEach((value, lane) => {
    let rest = value;
    for (let j = 0; j < LIMBS - 1; j++, rest >>= BigInt(LIMB_BITS)) block[LANES * j + lane] = Number(rest & LIMB_MASK);
    block[LANES * (LIMBS - 1) + lane] = Number(rest);
  });
  return block;
}

/** The four numbers of a block, without conversion. */
export function fromBlock(block: Uint32Array): bigint[] {
  return Array.from({ length: LANES }, (_, lane) => {
    let value = 0n;
    for (let j = LIMBS - 1; j >= 0; j--) value = (value << BigInt(LIMB_BITS)) + BigInt(block[LANES * j + lane]);
    return value;
  });
}

/** The 32-bit words of a number, least significant first. */
export function words(value: bigint, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => Number((value >> BigInt(32 * i)) & 0xffffffffn));
}

/** The number with these 32-bit words, least significant first. */
export function fromWords(parts: Uint32Array): bigint {
  return parts.reduceRight((value, word) => (value << 32n) | BigInt(word), 0n);
}

function concat(parts: readonly Uint32Array[]): Uint8Array {
  return Buffer.concat(parts.map((part) => new Uint8Array(part.buffer)));
}

/** 1/a modulo any number prime to it. */
export function inverse(a: bigint, modulus: bigint): bigint {
  let [r0, r1] = [modulus, a % modulus];
  let [t0, t1] = [0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [t0, t1] = [t1, t0 - quotient * t1];
  }
  return ((t0 % modulus) + modulus) % modulus;
}
