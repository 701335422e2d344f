/** circom's `.r1cs` and `.wtns` files without circom, and files taken apart into sections. */
import { fileHeader, primeField, sectionHeader } from "../../../../protocol/crypto/binfile";
import * as F from "../../../../protocol/crypto/field";

/** coefficient·wire; wire 0 is the constant 1. */
export type Term = readonly [wire: number, coefficient: bigint];
/** a·b = c. */
export type Constraint = readonly [a: readonly Term[], b: readonly Term[], c: readonly Term[]];

export interface Circuit {
  /** Wires: the constant, outputs, public inputs, private inputs, in this order. */
  readonly outputs: number;
  readonly publicInputs: number;
  readonly privateInputs: number;
  readonly constraints: readonly Constraint[];
}

export interface Section {
  readonly number: number;
  readonly content: Uint8Array;
}

const R1CS = { magic: "r1cs", version: 1, sections: {} };
const WTNS = { magic: "wtns", version: 2, sections: {} };

export function fileOf(magic: string, version: number, sections: readonly Section[]): Buffer {
  const parts = sections.flatMap(({ number, content }) => [sectionHeader(number, content.length), content]);
  return Buffer.concat([fileHeader({ magic, version, sections: {} }, sections.length), ...parts]);
}

/** The sections of a file, in their order. */
export function sectionsOf(file: Uint8Array): Section[] {
  const bytes = Buffer.from(file);
  const sections: Section[] = [];
  let offset = 12;
  for (let i = bytes.readUInt32LE(8); i > 0; i--) {
    const size = Number(bytes.readBigUInt64LE(offset + 4));
    const content = bytes.subarray(offset + 12, offset + 12 + size);
    sections.push({ number: bytes.readUInt32LE(offset), content });
    offset += 12 + size;
  }
  return sections;
}

/** A number below 2^256, least significant byte first. */
export function element(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * F.FIELD_BYTES, "0"), "hex").reverse();
}

export function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function wireCount({ outputs, publicInputs, privateInputs }: Circuit): number {
  return 1 + outputs + publicInputs + privateInputs;
}

/** Header, constraints and labels of a circuit, as sections 1, 2 and 3. */
export function constraintSections(circuit: Circuit): Section[] {
  const { outputs, publicInputs, privateInputs, constraints } = circuit;
  const wires = wireCount(circuit);
  const label = (wire: number): Buffer[] => [number(wire), number(0)];
  const header = [
    primeField(F.R),
    ...[wires, outputs, publicInputs, privateInputs].map(number),
    ...label(wires),
    number(constraints.length),
  ];
  const combination = (terms: readonly Term[]): Buffer[] => [
    number(terms.length),
    ...terms.flatMap(([wire, coefficient]) => [number(wire), element(coefficient)]),
  ];
  return [
    { number: 1, content: Buffer.concat(header) },
    { number: 2, content: Buffer.concat(constraints.flatMap((parts) => parts.flatMap(combination))) },
    { number: 3, content: Buffer.concat(Array.from({ length: wires }, (_, wire) => label(wire)).flat()) },
  ];
}

export function constraintFile(circuit: Circuit): Buffer {
  return fileOf(R1CS.magic, R1CS.version, constraintSections(circuit));
}

/** Header and values, as sections 1 and 2. */
export function witnessSections(values: readonly bigint[]): Section[] {
  return [
    { number: 1, content: Buffer.concat([primeField(F.R), number(values.length)]) },
    { number: 2, content: witnessBytes(values) },
  ];
}

export function witnessFile(values: readonly bigint[]): Buffer {
  return fileOf(WTNS.magic, WTNS.version, witnessSections(values));
}

/** As `provePlonk` takes a witness. */
export function witnessBytes(values: readonly bigint[]): Buffer {
  return Buffer.concat(values.map(element));
}
