/** snarkjs' `.zkey` files of PLONK circuits. */
import { BinFile, primeField, type FileKind, type Section } from "../../crypto/binfile";
import {
  decodeG1,
  decodeG2,
  encodeG1,
  encodeG2,
  G1_BYTES,
  G2_BYTES,
  Q,
  type G1Point,
  type G2Point,
} from "../../crypto/curve";
import { FIELD_BYTES, mul, inv, R, TWO_ADICITY } from "../../crypto/field";
import { EXTRA_POWERS } from "../../crypto/ptau";

export const KEY_SECTION = {
  protocol: 1,
  header: 2,
  additions: 3,
  mapA: 4,
  mapB: 5,
  mapC: 6,
  qm: 7,
  ql: 8,
  qr: 9,
  qo: 10,
  qc: 11,
  sigma: 12,
  lagrange: 13,
  ptau: 14,
} as const;

export const KEY_FILE: FileKind = {
  magic: "zkey",
  version: 1,
  sections: {
    1: "protocol",
    2: "header",
    3: "additions",
    4: "wires a",
    5: "wires b",
    6: "wires c",
    7: "selector Qm",
    8: "selector Ql",
    9: "selector Qr",
    10: "selector Qo",
    11: "selector Qc",
    12: "permutations",
    13: "Lagrange polynomials",
    14: "powers of tau",
  },
};

/** What section 1 says for PLONK. */
export const PLONK_PROTOCOL = 2;
/** Two wires, two factors. */
export const ADDITION_BYTES = 4 + 4 + 2 * FIELD_BYTES;
/** A polynomial's coefficients, then its values on four times as many roots: field elements a root. */
export const POLYNOMIAL_PARTS = 5;
/** log2 of the smallest domain: snarkjs takes none smaller. */
export const MIN_POWER = 3;

/** The commitments of a key, in the transcript's order. */
const COMMITMENTS = ["Qm", "Ql", "Qr", "Qo", "Qc", "S1", "S2", "S3"] as const;
export type Commitments = Record<(typeof COMMITMENTS)[number], G1Point>;

export interface KeyHeader {
  /** Values of the circuit and the sums added by the setup. */
  readonly variables: number;
  readonly publics: number;
  /** log2 of the domain's size. */
  readonly power: number;
  readonly additions: number;
  readonly gates: number;
  readonly k1: bigint;
  readonly k2: bigint;
  readonly commitments: Commitments;
  readonly tauG2: G2Point;
}

/** Montgomery form for 2^256, as the file holds field elements. */
const FILE_FACTOR = (1n << 256n) % R;
const FILE_INVERSE = inv(FILE_FACTOR);

export function encodeFileElement(value: bigint): Buffer {
  return Buffer.from(
    mul(value, FILE_FACTOR)
      .toString(16)
      .padStart(2 * FIELD_BYTES, "0"),
    "hex",
  ).reverse();
}

export function decodeFileElement(bytes: Uint8Array): bigint {
  return mul(BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`), FILE_INVERSE);
}

const PRIMES = [primeField(Q), primeField(R)];
const PRIME_BYTES = PRIMES[0].length;
const HEADER_BYTES = 2 * PRIME_BYTES + 5 * 4 + 2 * FIELD_BYTES + COMMITMENTS.length * G1_BYTES + G2_BYTES;

export function encodeHeader(header: KeyHeader): Buffer {
  const { variables, publics, power, additions, gates, k1, k2, commitments, tauG2 } = header;
  const numbers = Buffer.alloc(5 * 4);
  [variables, publics, 2 ** power, additions, gates].forEach((value, i) => numbers.writeUInt32LE(value, 4 * i));
  const points = encodeG1(COMMITMENTS.map((name) => commitments[name]));
  return Buffer.concat([...PRIMES, numbers, encodeFileElement(k1), encodeFileElement(k2), points, encodeG2(tauG2)]);
}

/** Opens a key, reads it and closes it, whatever happens. */
export async function useKey<T>(path: string, read: (file: BinFile, header: KeyHeader) => Promise<T>): Promise<T> {
  return BinFile.use(path, KEY_FILE, async (file) => read(file, await readHeader(file)));
}

/**
 * The header, once all sections were found to have the sizes that it asks for.
 * @throws Error naming the file and what is missing or too short
 */
export async function readHeader(file: BinFile): Promise<KeyHeader> {
  const protocol = Buffer.from(await file.read(KEY_SECTION.protocol, 0, 4)).readUInt32LE();
  if (protocol !== PLONK_PROTOCOL) throw new Error(`${file.path}: the key must be for PLONK`);
  file.sectionOf(KEY_SECTION.header, HEADER_BYTES);
  const bytes = Buffer.from(await file.read(KEY_SECTION.header));
  if (!bytes.subarray(0, 2 * PRIME_BYTES).equals(Buffer.concat(PRIMES))) {
    throw new Error(`${file.path}: the key must be for BN254`);
  }
  let offset = 2 * PRIME_BYTES;
  const number = (): number => bytes.readUInt32LE((offset += 4) - 4);
  const part = (length: number): Buffer => bytes.subarray(offset, (offset += length));
  const [variables, publics, size, additions, gates] = Array.from({ length: 5 }, number);
  const power = Math.log2(size);
  if (!Number.isInteger(power) || power < MIN_POWER || power > TWO_ADICITY || gates > size) {
    throw new Error(`${file.path}: the header's domain of ${size} roots does not fit ${gates} gates`);
  }
  const [k1, k2] = [decodeFileElement(part(FIELD_BYTES)), decodeFileElement(part(FIELD_BYTES))];
  const points = COMMITMENTS.map((name) => [name, decodeG1(part(G1_BYTES))[0]]);
  const commitments = Object.fromEntries(points) as Commitments;
  const header = { variables, publics, power, additions, gates, k1, k2, commitments, tauG2: decodeG2(part(G2_BYTES)) };
  assertSections(file, header);
  return header;
}

function assertSections(file: BinFile, { power, publics, additions, gates }: KeyHeader): void {
  const polynomial = POLYNOMIAL_PARTS * 2 ** power * FIELD_BYTES;
  file.sectionOf(KEY_SECTION.additions, additions * ADDITION_BYTES);
  for (const map of [KEY_SECTION.mapA, KEY_SECTION.mapB, KEY_SECTION.mapC]) file.sectionOf(map, 4 * gates);
  const { qm, ql, qr, qo, qc } = KEY_SECTION;
  for (const selector of [qm, ql, qr, qo, qc]) file.sectionOf(selector, polynomial);
  file.sectionOf(KEY_SECTION.sigma, 3 * polynomial);
  file.sectionOf(KEY_SECTION.lagrange, Math.max(publics, 1) * polynomial);
  file.sectionOf(KEY_SECTION.ptau, (2 ** power + EXTRA_POWERS) * G1_BYTES);
}

/** A key's polynomials in the order of the kernels' rows. */
export function polynomialSections(file: BinFile, power: number): Section[] {
  const size = POLYNOMIAL_PARTS * 2 ** power * FIELD_BYTES;
  const { qm, ql, qr, qo, qc, sigma, lagrange } = KEY_SECTION;
  const part = (number: number, i: number): Section => ({ offset: file.section(number).offset + i * size, size });
  return [
    ...[qm, ql, qr, qo, qc].map((number) => part(number, 0)),
    ...[0, 1, 2].map((i) => part(sigma, i)),
    part(lagrange, 0),
  ];
}
