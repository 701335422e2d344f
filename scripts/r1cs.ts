import { readFileSync } from "node:fs";

/** A term of a linear combination: coefficient times the value of a wire. Wire 0 is the constant 1. */
export interface Term {
  wire: number;
  coefficient: bigint;
}

/** A·B = C over linear combinations. */
export type Constraint = readonly [a: readonly Term[], b: readonly Term[], c: readonly Term[]];

export interface R1cs {
  prime: bigint;
  wires: number;
  /** Public inputs and outputs: the wires 1 to `publics`. */
  publics: number;
  constraints: Constraint[];
}

const MAGIC = "r1cs";
const VERSION = 1;
const HEADER_SECTION = 1;
const CONSTRAINTS_SECTION = 2;
const FILE_HEADER_BYTES = 12;
const SECTION_HEADER_BYTES = 12;

/**
 * Reads a compiled circuit, iden3's binary format r1cs version 1 (github.com/iden3/r1csfile/blob/master/doc/r1cs_bin_format.md).
 * @throws Error when the file is not one
 */
export function readR1cs(path: string): R1cs {
  const file = readFileSync(path);
  if (file.toString("latin1", 0, MAGIC.length) !== MAGIC || file.readUInt32LE(4) !== VERSION) {
    throw new Error(`${path} is not an r1cs file of version ${VERSION}`);
  }
  const sections = readSections(file);
  const header = sections.get(HEADER_SECTION);
  const body = sections.get(CONSTRAINTS_SECTION);
  if (header === undefined || body === undefined) throw new Error(`${path} lacks its header or its constraints`);

  const fieldBytes = file.readUInt32LE(header);
  const numbers = header + 4 + fieldBytes;
  const count = file.readUInt32LE(numbers + 24);

  let offset = body;
  const readCombination = (): Term[] => {
    const terms = file.readUInt32LE(offset);
    offset += 4;
    return Array.from({ length: terms }, () => {
      const term = { wire: file.readUInt32LE(offset), coefficient: readNumber(file, offset + 4, fieldBytes) };
      offset += 4 + fieldBytes;
      return term;
    });
  };

  return {
    prime: readNumber(file, header + 4, fieldBytes),
    wires: file.readUInt32LE(numbers),
    publics: file.readUInt32LE(numbers + 4) + file.readUInt32LE(numbers + 8),
    constraints: Array.from(
      { length: count },
      () => [readCombination(), readCombination(), readCombination()] as const,
    ),
  };
}

/** Where each section's content starts, by the section's number. */
function readSections(file: Buffer): Map<number, number> {
  const sections = new Map<number, number>();
  let offset = FILE_HEADER_BYTES;
  for (let left = file.readUInt32LE(8); left > 0; left--) {
    sections.set(file.readUInt32LE(offset), offset + SECTION_HEADER_BYTES);
    offset += SECTION_HEADER_BYTES + Number(file.readBigUInt64LE(offset + 4));
  }
  return sections;
}

/** A little-endian number of a multiple of eight bytes. */
function readNumber(file: Buffer, offset: number, bytes: number): bigint {
  let value = 0n;
  for (let i = bytes - 8; i >= 0; i -= 8) value = (value << 64n) | file.readBigUInt64LE(offset + i);
  return value;
}
