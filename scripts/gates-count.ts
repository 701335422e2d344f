import { readFileSync } from "node:fs";

/** What snarkjs' PLONK setup makes of a circuit. */
export interface GateCount {
  /** Gates of the proof system: one per public input, one per constraint, one per addition. The domain is the next power of two. */
  gates: number;
  /** Constraints of the r1cs file. */
  constraints: number;
  /** Gates that only shorten linear combinations to what three wires hold. */
  additions: number;
  /** Public inputs and outputs. */
  publics: number;
}

const MAGIC = "r1cs";
const HEADER_SECTION = 1;
const CONSTRAINTS_SECTION = 2;
const CONSTANT_WIRE = 0;

/** Operands of the two kinds of gates that snarkjs writes: a sum has three wires, a product has one for each of A, B and C. */
const SUM_WIRES = 3;
const PRODUCT_WIRES = 1;

/** A linear combination as far as counting needs it: its wires, the constant one kept apart. */
interface Combination {
  wires: number[];
  hasConstant: boolean;
}

/**
 * Counts the gates of a compiled circuit exactly as `plonk setup` of snarkjs 0.7.6 does (`processConstraints` in its `plonk_setup.js`),
 * without its setup. Like snarkjs, it keeps a term whose coefficients cancel.
 * @param r1csPath an r1cs file of circom (iden3's binary format, version 1)
 * @throws Error when the file is not one
 */
export function countPlonkGates(r1csPath: string): GateCount {
  return countGatesOfR1cs(readFileSync(r1csPath), r1csPath);
}

function countGatesOfR1cs(file: Buffer, name: string): GateCount {
  const sections = readSections(file, name);
  const header = sectionOf(sections, HEADER_SECTION, name);
  const fieldBytes = file.readUInt32LE(header);
  const afterPrime = header + 4 + fieldBytes;
  const publics = file.readUInt32LE(afterPrime + 4) + file.readUInt32LE(afterPrime + 8);
  const constraints = file.readUInt32LE(afterPrime + 24);

  let offset = sectionOf(sections, CONSTRAINTS_SECTION, name);
  const readCombination = (): Combination => {
    const terms = file.readUInt32LE(offset);
    offset += 4;
    const combination: Combination = { wires: [], hasConstant: false };
    for (let i = 0; i < terms; i++) {
      const wire = file.readUInt32LE(offset);
      offset += 4 + fieldBytes;
      if (wire === CONSTANT_WIRE) combination.hasConstant = true;
      else combination.wires.push(wire);
    }
    return combination;
  };

  let additions = 0;
  for (let i = 0; i < constraints; i++) additions += additionsOf(readCombination(), readCombination(), readCombination());
  return { gates: publics + constraints + additions, constraints, additions, publics };
}

/** Additions that one constraint A·B = C needs beside its own gate. */
function additionsOf(a: Combination, b: Combination, c: Combination): number {
  const excess = (wires: number, most: number) => Math.max(0, wires - most);
  if (isZero(a) || isZero(b)) return excess(c.wires.length, SUM_WIRES);
  if (isConstant(a)) return excess(new Set([...b.wires, ...c.wires]).size, SUM_WIRES);
  if (isConstant(b)) return excess(new Set([...a.wires, ...c.wires]).size, SUM_WIRES);
  return [a, b, c].reduce((sum, { wires }) => sum + excess(wires.length, PRODUCT_WIRES), 0);
}

function isConstant({ wires }: Combination): boolean {
  return wires.length === 0;
}

function isZero({ wires, hasConstant }: Combination): boolean {
  return wires.length === 0 && !hasConstant;
}

/** Offsets of the sections by their number. */
function readSections(file: Buffer, name: string): Map<number, number> {
  if (file.length < 12 || file.toString("latin1", 0, 4) !== MAGIC || file.readUInt32LE(4) !== 1) {
    throw new Error(`${name} is not an r1cs file of version 1`);
  }
  const sections = new Map<number, number>();
  let offset = 12;
  for (let i = file.readUInt32LE(8); i > 0; i--) {
    sections.set(file.readUInt32LE(offset), offset + 12);
    offset += 12 + Number(file.readBigUInt64LE(offset + 4));
  }
  return sections;
}

function sectionOf(sections: Map<number, number>, number: number, name: string): number {
  const offset = sections.get(number);
  if (offset === undefined) throw new Error(`${name} has no section ${number}`);
  return offset;
}
