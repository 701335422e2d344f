import { expect } from "chai";
import type { CircuitInput, CircuitTester } from "../../fixtures/circom";

/** How a template takes a value apart: its fields with their widths, and the steps from them to the value. */
export interface Reading {
  widths: Record<string, number>;
  /** Signals between the fields and the value, and the value: by name. */
  sums: (fields: Record<string, bigint>) => Record<string, bigint>;
  /** The template's input, from the sums; by default `value`. */
  input?: (sums: Record<string, bigint>) => CircuitInput;
}

/**
 * The fields, one of which is out of its range, cannot be proven. Everything else fits: the fields that are in range are
 * shown to be, and all sums are right, so that nothing but the one range can refuse.
 */
export async function notReadAs(
  tester: CircuitTester,
  fields: Record<string, bigint>,
  { widths, sums, input = ({ value }) => ({ value }) }: Reading,
): Promise<void> {
  const outside = Object.keys(widths).filter((name) => fields[name] >> BigInt(widths[name]) !== 0n);
  expect(outside, "fields out of range").to.have.length(1);
  const inRange = { ...fields, [outside[0]]: 0n };
  const witness = await tester.expectPass(input(sums(inRange)));
  for (const [name, value] of Object.entries({ ...inRange, ...sums(inRange) })) {
    expect(await tester.signal(witness, name), name).to.equal(value);
  }
  await tester.expectUnsatisfied(await tester.tamper(witness, { ...fields, ...sums(fields) }));
}
