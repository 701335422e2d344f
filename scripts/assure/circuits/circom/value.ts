import type { Scalar } from "./formula";

/** A number, or an array of any depth. */
export type Value = Scalar | Value[];

/** Each number of a value, with its indices: "[2][0]". */
export function* elementsOf(value: Value, indices = ""): Generator<[indices: string, scalar: Scalar]> {
  if (!Array.isArray(value)) yield [indices, value];
  else for (const [i, item] of value.entries()) yield* elementsOf(item, `${indices}[${i}]`);
}

/** An array of these dimensions; for none, a single number. */
export function shaped(dimensions: readonly number[], make: (indices: string) => Scalar, indices = ""): Value {
  if (dimensions.length === 0) return make(indices);
  const [length, ...rest] = dimensions;
  return Array.from({ length }, (_, i) => shaped(rest, make, `${indices}[${i}]`));
}

/** What is at these indices. */
export function pick(value: Value, indices: readonly number[]): Value {
  return indices.reduce<Value>((part, index) => {
    if (!Array.isArray(part) || index < 0 || index >= part.length) throw new Error(`there is no element [${index}]`);
    return part[index];
  }, value);
}

/** A copy with another value at these indices. */
export function replaced(value: Value, indices: readonly number[], item: Value): Value {
  if (indices.length === 0) return item;
  const [index, ...rest] = indices;
  if (!Array.isArray(value)) throw new Error(`there is no element [${index}]`);
  return value.with(index, replaced(pick(value, [index]), rest, item));
}
