/** Layouts of packed words and cells: named bit fields of one field element, lowest bits first. */

export interface Field {
  readonly name: string;
  readonly bits: number;
  readonly meaning: string;
  /** Position of the lowest bit. */
  readonly offset: number;
}

export interface Layout {
  readonly name: string;
  readonly fields: readonly Field[];
  /** Bits in use; all above are zero. */
  readonly bits: number;
}

export type Values = Readonly<Record<string, bigint>>;

/** A value that a layout cannot hold; the message names layout, field and rule. */
export class LayoutError extends Error {
  constructor(layout: string, field: string, rule: string) {
    super(`${layout}.${field} ${rule}`);
    this.name = "LayoutError";
  }
}

/** Builds a layout from `[name, bits, meaning]` rows, lowest bits first; a row with an empty name is a gap of zeros. */
export function layout(name: string, rows: readonly (readonly [string, number, string])[]): Layout {
  const fields: Field[] = [];
  let offset = 0;
  for (const [field, bits, meaning] of rows) {
    if (field !== "") fields.push({ name: field, bits, meaning, offset });
    offset += bits;
  }
  if (offset > 253) throw new Error(`${name} has ${offset} bits, more than 253`);
  return { name, fields, bits: offset };
}

/** Packs `values` (one for each field, missing ones are 0). Throws `LayoutError` for unknown names and values out of range. */
export function pack(of: Layout, values: Values): bigint {
  for (const name of Object.keys(values)) field(of, name);
  let word = 0n;
  for (const { name, bits, offset } of of.fields) {
    const value = values[name] ?? 0n;
    if (value < 0n || value >> BigInt(bits) !== 0n)
      throw new LayoutError(of.name, name, `must be below 2^${bits}, got ${value}`);
    word |= value << BigInt(offset);
  }
  return word;
}

/** Unpacks a word. Throws `LayoutError` when a bit that no field covers is set. */
export function unpack(of: Layout, word: bigint): Record<string, bigint> {
  const values: Record<string, bigint> = {};
  for (const { name, bits, offset } of of.fields) values[name] = (word >> BigInt(offset)) & mask(bits);
  if (pack(of, values) !== word)
    throw new LayoutError(of.name, "unused bits", `must be zero, got 0x${word.toString(16)}`);
  return values;
}

export function field(of: Layout, name: string): Field {
  const found = of.fields.find((f) => f.name === name);
  if (!found) throw new LayoutError(of.name, name, "is not a field of this layout");
  return found;
}

/** 2^bits − 1. */
export function mask(bits: number): bigint {
  return (1n << BigInt(bits)) - 1n;
}
