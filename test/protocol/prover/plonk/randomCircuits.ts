/** Random constraints with a witness that satisfies them. */
import { execFileSync } from "node:child_process";
import * as F from "../../../../protocol/crypto/field";
import { type Random } from "../../../fixtures/random";
import type { Circuit, Constraint, Term } from "./circuitFiles";

/** The commit that is tested, so that each commit meets other circuits and each failure can be had again. */
export function commitSeed(): string {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "no commit";
  }
}

export interface Instance {
  readonly circuit: Circuit;
  /** Values of all wires. */
  readonly witness: readonly bigint[];
}

export interface Wires {
  readonly outputs?: number;
  readonly publicInputs?: number;
  readonly privateInputs?: number;
}

export function evaluate(terms: readonly Term[], witness: readonly bigint[]): bigint {
  return terms.reduce((sum, [wire, coefficient]) => F.add(sum, F.mul(coefficient, witness[wire])), 0n);
}

export function anyElement(random: Random): bigint {
  return random.bits(320) % F.R;
}

/** Mostly the coefficients of real circuits. */
function coefficient(random: Random): bigint {
  const small = BigInt(random.int(20));
  return random.pick([1n, 1n, F.R - 1n, 0n, small, F.neg(small), anyElement(random), anyElement(random)]);
}

/** Collects constraints over wires whose values are drawn first: each constraint is then made to hold. */
export class CircuitBuilder {
  readonly witness: readonly bigint[];
  private readonly constraints: Constraint[] = [];

  /** @param value draws the value of a wire */
  constructor(
    readonly random: Random,
    private readonly wires: Wires,
    value: (random: Random) => bigint = anyElement,
  ) {
    const { outputs = 0, publicInputs = 0, privateInputs = 0 } = wires;
    const count = outputs + publicInputs + privateInputs;
    this.witness = [1n, ...Array.from({ length: count }, () => value(random))];
  }

  get finished(): Instance {
    const { outputs = 0, publicInputs = 0, privateInputs = 0 } = this.wires;
    const { constraints, witness } = this;
    return { circuit: { outputs, publicInputs, privateInputs, constraints }, witness };
  }

  /** `count` different wires with coefficients, in any order; sometimes with the constant. */
  combination(count: number, wires = this.witness.length - 1): Term[] {
    const free = Array.from({ length: wires }, (_, i) => i + 1);
    const chosen = Array.from(
      { length: Math.min(count, wires) },
      () => free.splice(this.random.int(free.length), 1)[0],
    );
    if (this.random.chance(0.3)) chosen.splice(this.random.int(chosen.length + 1), 0, 0);
    return chosen.map((wire) => [wire, coefficient(this.random)]);
  }

  /** a·b = c, with one coefficient of c changed, or a constant added to c, so that it holds. */
  add(a: readonly Term[], b: readonly Term[], c: readonly Term[]): this {
    const { witness } = this;
    const missing = F.sub(F.mul(evaluate(a, witness), evaluate(b, witness)), evaluate(c, witness));
    return this.push(a, b, this.raised(c, missing));
  }

  /** a·b = 0 with an empty c: a is made to be 0. */
  addZero(a: readonly Term[], b: readonly Term[]): this {
    return this.push(this.raised(a, F.neg(evaluate(a, this.witness))), b, []);
  }

  /** A product, a sum behind a constant, or a sum alone, of so many terms in each place at most. */
  addRandom(terms: readonly [number, number, number]): this {
    const { random } = this;
    const [a, b, c] = terms.map((count) => this.combination(1 + random.int(count)));
    const constant: Term[] = [[0, coefficient(random)]];
    switch (random.int(8)) {
      case 0:
        return this.add(constant, b, c);
      case 1:
        return this.add(a, constant, c);
      case 2:
        return random.chance(0.5) ? this.add([], b, c) : this.add(a, [], c);
      case 3:
        return this.addZero(a, b);
      default:
        return this.add(a, b, c);
    }
  }

  private push(...constraint: Constraint): this {
    this.constraints.push(constraint);
    return this;
  }

  /** The combination plus a value: in the coefficient of a wire that is not 0, or as a constant. */
  private raised(terms: readonly Term[], value: bigint): readonly Term[] {
    const { witness, random } = this;
    if (value === 0n) return terms;
    const useful = terms.filter(([wire]) => witness[wire] !== 0n);
    if (useful.length === 0) return [...terms, [0, value]];
    const [chosen] = random.pick(useful);
    const more = F.div(value, witness[chosen]);
    return terms.map(([wire, factor]) => [wire, wire === chosen ? F.add(factor, more) : factor]);
  }
}
