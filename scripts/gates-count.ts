import { readR1cs, type R1cs, type Term } from "./r1cs";

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
export function countPlonkGates(r1csPath: string): GateCount {
  return countGatesOf(readR1cs(r1csPath));
}

/** The same for a circuit already read. */
export function countGatesOf({ publics, constraints }: R1cs): GateCount {
  const additions = constraints.reduce((sum, [a, b, c]) => sum + additionsOf(a, b, c), 0);
  return { gates: publics + constraints.length + additions, constraints: constraints.length, additions, publics };
}

/** Additions that one constraint A·B = C needs beside its own gate. */
function additionsOf(...combinations: (readonly Term[])[]): number {
  const [a, b, c] = combinations;
  const excess = (terms: readonly Term[], most: number): number => {
    const wires = new Set(terms.map(({ wire }) => wire));
    wires.delete(CONSTANT_WIRE);
    return Math.max(0, wires.size - most);
  };
  if (a.length === 0 || b.length === 0) return excess(c, SUM_WIRES);
  if (isConstant(a)) return excess([...b, ...c], SUM_WIRES);
  if (isConstant(b)) return excess([...a, ...c], SUM_WIRES);
  return combinations.reduce((sum, terms) => sum + excess(terms, PRODUCT_WIRES), 0);
}

function isConstant(terms: readonly Term[]): boolean {
  return terms.every(({ wire }) => wire === CONSTANT_WIRE);
}
