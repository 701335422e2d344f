/**
 * Constraints a·b = c as PLONK gates qm·a·b + ql·a + qr·b + qo·c + qc = 0, as snarkjs makes them: the same gates in the same
 * order, hence the same keys. Long sums are shortened by gates of their own, from the front; what such a gate sums is an
 * "addition" that the prover adds to the witness.
 */
import * as F from "../../crypto/field";
import type { Constraints, LinearCombination } from "./constraintFile";

/** Where the gates' numbers are: wires a, b, c, and coefficients qm, ql, qr, qo, qc as indices into `coefficients`. */
export interface Gates {
  readonly count: number;
  readonly variables: number;
  readonly publics: number;
  readonly wires: readonly Uint32Array[];
  readonly selectors: readonly Uint32Array[];
  /** The distinct coefficients. */
  readonly coefficients: readonly bigint[];
  readonly additions: readonly Addition[];
}

/** The value of a new wire: Σ factor_i·wire_i. */
export type Addition = readonly [first: number, second: number, firstFactor: bigint, secondFactor: bigint];

const NO_WIRE = 0;

/** @param onProgress told the constraints done */
export function buildGates(constraints: Constraints, onProgress: (done: number) => void = () => undefined): Gates {
  const builder = new GateBuilder(constraints.variables);
  for (let wire = 1; wire <= constraints.publics; wire++) builder.push([wire, NO_WIRE, NO_WIRE], [0n, 1n, 0n, 0n, 0n]);
  let done = 0;
  for (const constraint of constraints.read()) {
    builder.add(...constraint);
    if (++done % PROGRESS_STEP === 0) onProgress(done);
  }
  onProgress(done);
  return builder.finish(constraints.publics);
}

const PROGRESS_STEP = 10_000;

/** Terms of wires other than the constant, and the constant. */
interface Sum {
  terms: (readonly [wire: number, coefficient: bigint])[];
  constant: bigint;
}

class GateBuilder {
  private readonly wires = [0, 1, 2].map(() => new GrowingArray());
  private readonly selectors = [0, 1, 2, 3, 4].map(() => new GrowingArray());
  private readonly coefficients: bigint[] = [];
  private readonly indices = new Map<bigint, number>();
  private readonly additions: Addition[] = [];

  constructor(private variables: number) {}

  push(wires: readonly number[], selectors: readonly bigint[]): void {
    wires.forEach((wire, i) => this.wires[i].push(wire));
    selectors.forEach((value, i) => this.selectors[i].push(this.indexOf(value)));
  }

  add(a: LinearCombination, b: LinearCombination, c: LinearCombination): void {
    const [kindA, kindB] = [kindOf(a), kindOf(b)];
    if (kindA === "none" || kindB === "none") this.pushSum(sumOf(c));
    else if (kindA === "constant") this.pushSum(sumOf(difference(b, a.coefficients[0], c)));
    else if (kindB === "constant") this.pushSum(sumOf(difference(a, b.coefficients[0], c)));
    else this.pushProduct(sumOf(a), sumOf(b), sumOf(c));
  }

  finish(publics: number): Gates {
    return {
      count: this.wires[0].length,
      variables: this.variables,
      publics,
      wires: this.wires.map((array) => array.toArray()),
      selectors: this.selectors.map((array) => array.toArray()),
      coefficients: this.coefficients,
      additions: this.additions,
    };
  }

  private pushSum(sum: Sum): void {
    const [[a, ql], [b, qr], [c, qo]] = this.shorten(sum, 3);
    this.push([a, b, c], [0n, ql, qr, qo, sum.constant]);
  }

  private pushProduct(a: Sum, b: Sum, c: Sum): void {
    const [[wireA, factorA]] = this.shorten(a, 1);
    const [[wireB, factorB]] = this.shorten(b, 1);
    const [[wireC, factorC]] = this.shorten(c, 1);
    this.push(
      [wireA, wireB, wireC],
      [
        F.mul(factorA, factorB),
        F.mul(factorA, b.constant),
        F.mul(a.constant, factorB),
        F.neg(factorC),
        F.sub(F.mul(a.constant, b.constant), c.constant),
      ],
    );
  }

  /** The sum's terms as `length` terms, by gates that sum the first two until few enough are left. */
  private shorten({ terms }: Sum, length: number): Sum["terms"] {
    const queue = [...terms];
    let head = 0;
    while (queue.length - head > length) {
      const [first, firstFactor] = queue[head++];
      const [second, secondFactor] = queue[head++];
      const wire = this.variables++;
      this.push([first, second, wire], [0n, F.neg(firstFactor), F.neg(secondFactor), 1n, 0n]);
      this.additions.push([first, second, firstFactor, secondFactor]);
      queue.push([wire, 1n]);
    }
    const rest = queue.slice(head);
    while (rest.length < length) rest.push([NO_WIRE, 0n]);
    return rest;
  }

  private indexOf(value: bigint): number {
    let index = this.indices.get(value);
    if (index === undefined) {
      index = this.coefficients.push(value) - 1;
      this.indices.set(value, index);
    }
    return index;
  }
}

/** What snarkjs takes a combination for: by its wires alone, whatever the coefficients. */
function kindOf({ wires }: LinearCombination): "none" | "constant" | "wires" {
  if (wires.length === 0) return "none";
  return wires.length === 1 && wires[0] === NO_WIRE ? "constant" : "wires";
}

function sumOf({ wires, coefficients }: LinearCombination): Sum {
  const hasConstant = wires.length > 0 && wires[0] === NO_WIRE;
  const terms = wires.map((wire, i) => [wire, coefficients[i]] as const);
  return { terms: hasConstant ? terms.slice(1) : terms, constant: hasConstant ? coefficients[0] : 0n };
}

/** factor·a − b, by wire; wires whose coefficient becomes 0 stay, as snarkjs leaves them. */
function difference(a: LinearCombination, factor: bigint, b: LinearCombination): LinearCombination {
  const sums = new Map<number, bigint>();
  a.wires.forEach((wire, i) => sums.set(wire, F.mul(factor, a.coefficients[i])));
  b.wires.forEach((wire, i) => sums.set(wire, F.sub(sums.get(wire) ?? 0n, b.coefficients[i])));
  const entries = [...sums].sort(([x], [y]) => x - y);
  return { wires: entries.map(([wire]) => wire), coefficients: entries.map(([, coefficient]) => coefficient) };
}

/** Numbers below 2^32, of which there may be millions. */
class GrowingArray {
  private values = new Uint32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Uint32Array(2 * this.length);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }

  toArray(): Uint32Array {
    return this.values.slice(0, this.length);
  }
}
