import { readConstraints, type LinearCombination } from "../protocol/prover/plonk/constraintFile";

/** What snarkjs' PLONK setup makes of a circuit. */
export interface GateCount {
  /** Gates of the proof system: one per public input, constraint and addition. The domain is the next power of two. */
  gates: number;
  /** Constraints of the r1cs file. */
  constraints: number;
  /** Gates that only shorten linear combinations to what three wires hold. */
  additions: number;
  /** Public inputs and outputs. */
  publics: number;
}

/** Wires of the two kinds of gates that snarkjs writes: a sum has three, a product one for each of A, B and C. */
const SUM_WIRES = 3;
const PRODUCT_WIRES = 1;
const CONSTANT_WIRE = 0;

/**
 * Counts the gates of a compiled circuit exactly as `plonk setup` of snarkjs 0.7.6 makes them (`processConstraints` in its
 * `plonk_setup.js`), without the setup. Like snarkjs, it keeps a term whose coefficients cancel.
 * @param r1csPath an r1cs file of circom
 * @throws Error when the file is not one
 */
export async function countPlonkGates(r1csPath: string): Promise<GateCount> {
  const constraints = await readConstraints(r1csPath);
  const { publics, count } = constraints;
  let additions = 0;
  for (const combinations of constraints.read()) additions += additionsOf(...combinations);
  return { gates: publics + count + additions, constraints: count, additions, publics };
}

/** Additions that one constraint A·B = C needs beside its own gate. */
function additionsOf(...combinations: LinearCombination[]): number {
  const [a, b, c] = combinations.map(({ wires }) => wires);
  const excess = (wires: readonly number[], most: number): number => {
    const distinct = new Set(wires);
    distinct.delete(CONSTANT_WIRE);
    return Math.max(0, distinct.size - most);
  };
  if (a.length === 0 || b.length === 0) return excess(c, SUM_WIRES);
  if (isConstant(a)) return excess([...b, ...c], SUM_WIRES);
  if (isConstant(b)) return excess([...a, ...c], SUM_WIRES);
  return [a, b, c].reduce((sum, wires) => sum + excess(wires, PRODUCT_WIRES), 0);
}

function isConstant(wires: readonly number[]): boolean {
  return wires.every((wire) => wire === CONSTANT_WIRE);
}
