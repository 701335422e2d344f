/**
 * Single-signal mutation (attack C2): a witness in which one wire has another value must break a constraint, unless the template leaves
 * that wire free and the test says why.
 */
import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import * as F from "../../../protocol/crypto/field";
import { countGatesOf } from "../../../scripts/gates-count";
import { readR1cs, type Constraint, type R1cs, type Term } from "../../../scripts/r1cs";
import type { CircuitTester } from "../../fixtures/circom";

/** Seven other values for a wire, from its honest one. */
const MUTATIONS: readonly ((value: bigint) => bigint)[] = [
  (value) => F.add(value, 1n),
  (value) => F.sub(value, 1n),
  (value) => F.neg(value),
  (value) => F.add(value, value),
  () => 0n,
  () => 1n,
  () => F.R - 1n,
];

/** Gates of a template as part of a larger circuit: without those of public inputs and outputs, which only a main component has. */
export function gatesOf(circuit: CircuitTester): number {
  const { gates, publics } = countGatesOf(r1csOf(circuit));
  return gates - publics;
}

/**
 * Expects that no wire, inputs and outputs included, can be changed alone.
 * @param free the signals that can, without "main.": all of them, or how their names look
 */
export function expectNoSurvivors(
  circuit: CircuitTester,
  witness: readonly bigint[],
  free: readonly string[] | RegExp = [],
): void {
  const names = signalNames(circuit);
  const found = survivors(r1csOf(circuit), witness).map((wire) => names.get(wire) ?? `wire ${wire}`);
  if (free instanceof RegExp) expect(found.filter((name) => !free.test(name))).to.deep.equal([]);
  else expect(found).to.deep.equal([...free]);
}

function r1csOf(circuit: CircuitTester): R1cs {
  return readR1cs(path.join(circuit.directory, "main.r1cs"));
}

/** The wires that have another value with which every constraint still holds. */
function survivors(r1cs: R1cs, witness: readonly bigint[]): number[] {
  const usedBy = constraintsByWire(r1cs);
  const values = [...witness];
  const found: number[] = [];
  for (let wire = 1; wire < r1cs.wires; wire++) {
    const honest = values[wire];
    const survives = MUTATIONS.some((mutate) => {
      values[wire] = mutate(honest);
      return values[wire] !== honest && usedBy[wire].every((constraint) => holds(constraint, values));
    });
    values[wire] = honest;
    if (survives) found.push(wire);
  }
  return found;
}

function constraintsByWire({ wires, constraints }: R1cs): Constraint[][] {
  const usedBy: Constraint[][] = Array.from({ length: wires }, () => []);
  for (const constraint of constraints) {
    for (const wire of new Set(constraint.flat().map((term) => term.wire))) usedBy[wire].push(constraint);
  }
  return usedBy;
}

function holds([a, b, c]: Constraint, values: readonly bigint[]): boolean {
  return F.mul(evaluate(a, values), evaluate(b, values)) === evaluate(c, values);
}

function evaluate(terms: readonly Term[], values: readonly bigint[]): bigint {
  return F.mod(terms.reduce((sum, { wire, coefficient }) => sum + coefficient * values[wire], 0n));
}

/** The first name of each wire in circom's symbol file, whose lines are "label,wire,component,name". */
function signalNames(circuit: CircuitTester): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of fs.readFileSync(path.join(circuit.directory, "main.sym"), "utf8").split("\n")) {
    const [, wire, , name] = line.split(",");
    if (name && !names.has(Number(wire))) names.set(Number(wire), name.replace(/^main\./, ""));
  }
  return names;
}
