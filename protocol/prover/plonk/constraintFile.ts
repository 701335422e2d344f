/** circom's `.r1cs` files. */
import { BinFile, primeField, type FileKind } from "../../crypto/binfile";
import { FIELD_BYTES, R } from "../../crypto/field";

const CONSTRAINT_FILE: FileKind = { magic: "r1cs", version: 1, sections: { 1: "header", 2: "constraints" } };
const PRIME = primeField(R);
const HEADER_BYTES = PRIME.length + 4 * 4 + 8 + 4;
const TERM_BYTES = 4 + FIELD_BYTES;

/** Σ coefficient·wire, ascending by wire; wire 0 is the constant 1. */
export interface LinearCombination {
  readonly wires: readonly number[];
  readonly coefficients: readonly bigint[];
}

export interface Constraints {
  /** Wires, with the constant. */
  readonly variables: number;
  /** Outputs and public inputs: wires 1, 2, ... */
  readonly publics: number;
  readonly count: number;
  /** The constraints a·b = c, in order. */
  read(): Generator<readonly [a: LinearCombination, b: LinearCombination, c: LinearCombination]>;
}

/** @throws Error naming the file and what is wrong */
export async function readConstraints(path: string): Promise<Constraints> {
  return BinFile.use(path, CONSTRAINT_FILE, async (file) => {
    file.sectionOf(1, HEADER_BYTES);
    const header = Buffer.from(await file.read(1));
    if (!header.subarray(0, PRIME.length).equals(PRIME)) throw new Error(`${path}: the constraints must be for BN254`);
    const number = (i: number): number => header.readUInt32LE(PRIME.length + 4 * i);
    // Variables, outputs, public inputs, private inputs; labels (8 bytes); constraints.
    const [variables, publics, count] = [number(0), number(1) + number(2), number(6)];
    const bytes = await file.read(2);
    return { variables, publics, count, read: () => constraintsOf(path, bytes, count, variables) };
  });
}

function* constraintsOf(
  path: string,
  bytes: Uint8Array,
  count: number,
  variables: number,
): ReturnType<Constraints["read"]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  const combination = (constraint: number): LinearCombination => {
    const length = offset + 4 <= bytes.length ? view.getUint32(offset, true) : Infinity;
    if (offset + 4 + length * TERM_BYTES > bytes.length)
      throw new Error(`${path}: ends inside constraint ${constraint}`);
    offset += 4;
    const terms = new Array<readonly [number, bigint]>(length);
    for (let i = 0; i < length; i++, offset += TERM_BYTES) {
      const wire = view.getUint32(offset, true);
      if (wire >= variables) throw new Error(`${path}: constraint ${constraint} has the wire ${wire} of ${variables}`);
      const coefficient = element(view, offset + 4);
      if (coefficient >= R) throw new Error(`${path}: constraint ${constraint} has a coefficient outside the field`);
      terms[i] = [wire, coefficient];
    }
    terms.sort(([x], [y]) => x - y);
    const repeated = terms.findIndex(([wire], i) => i > 0 && wire === terms[i - 1][0]);
    if (repeated >= 0) throw new Error(`${path}: constraint ${constraint} has the wire ${terms[repeated][0]} twice`);
    return { wires: terms.map(([wire]) => wire), coefficients: terms.map(([, coefficient]) => coefficient) };
  };
  for (let i = 0; i < count; i++) yield [combination(i), combination(i), combination(i)];
}

function element(view: DataView, offset: number): bigint {
  const low = view.getBigUint64(offset, true);
  const [b, c, d] = [8, 16, 24].map((at) => view.getBigUint64(offset + at, true));
  if (b === 0n && c === 0n && d === 0n) return low;
  return low | (b << 64n) | (c << 128n) | (d << 192n);
}
