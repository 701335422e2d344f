/**
 * Single-signal mutation (attack C2): a witness in which one wire has another value must break a constraint, unless the template leaves
 * that wire free and the test says why.
 */
import path from "node:path";
import { expect } from "chai";
import { otherValues } from "../../scripts/assure/circuits/mutation";
import { System } from "../../scripts/assure/circuits/system";
import { countPlonkGates } from "../../scripts/gates-count";
import type { CircuitTester } from "../fixtures/circom";

const systems = new Map<string, Promise<System>>();

/** Gates of a template as part of a larger circuit: without those of public inputs and outputs, which only a main component has. */
export async function gatesOf({ directory }: CircuitTester): Promise<number> {
  const { gates, publics } = await countPlonkGates(path.join(directory, "main.r1cs"));
  return gates - publics;
}

/**
 * Expects that no wire, inputs and outputs included, can be changed alone.
 * @param free the signals that can, without "main.": all of them, or how their names look
 */
export async function expectNoSurvivors(
  circuit: CircuitTester,
  witness: readonly bigint[],
  free: readonly string[] | RegExp = [],
): Promise<void> {
  const found = await survivors(circuit, witness);
  if (free instanceof RegExp) expect(found.filter((name) => !free.test(name))).to.deep.equal([]);
  else expect(found).to.deep.equal([...free]);
}

/**
 * Names, without "main.", of the signals that can take another value without any constraint noticing, all others as they are.
 * @throws Error when the witness satisfies not every constraint
 */
export async function survivors(circuit: CircuitTester, witness: readonly bigint[]): Promise<string[]> {
  const system = await systemOf(circuit);
  const evaluation = system.evaluate(witness);
  if (evaluation.violated.size > 0) throw new Error(`the witness violates constraints ${[...evaluation.violated].join()}`);
  const names = namesOf(system);
  const found: string[] = [];
  for (let wire = 1; wire < system.wireCount; wire++) {
    const isFree = otherValues(witness[wire]).some((value) => evaluation.holdsAround([{ wire, value }]));
    if (isFree) found.push(names.get(wire) ?? `wire ${wire}`);
  }
  return found;
}

function systemOf({ directory }: CircuitTester): Promise<System> {
  const [r1cs, sym] = ["main.r1cs", "main.sym"].map((file) => path.join(directory, file));
  const system = systems.get(directory) ?? System.read({ r1cs, sym });
  systems.set(directory, system);
  return system;
}

/** The first name of each wire. */
function namesOf({ wireOf }: System): Map<number, string> {
  const names = new Map<number, string>();
  for (const [name, wire] of wireOf) if (!names.has(wire)) names.set(wire, name.replace(/^main\./, ""));
  return names;
}
