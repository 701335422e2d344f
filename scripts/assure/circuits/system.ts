import fs from "node:fs";
import * as F from "../../../protocol/crypto/field";
import { readConstraints } from "../../../protocol/prover/plonk/constraintFile";

/** A wire's coefficients in a constraint a·b = c. */
export interface Use {
  wire: number;
  constraint: number;
  a: bigint;
  b: bigint;
  c: bigint;
}

/** A value given to a wire. */
export interface Change {
  wire: number;
  value: bigint;
}

/** The constraints of a compiled circuit, found by the wires in them. */
export class System {
  private constructor(
    /** Wires 1 to `publics` are public. */
    readonly publics: number,
    /** Wires of each constraint, without the constant's. */
    readonly wires: readonly (readonly number[])[],
    /** By wire. */
    readonly uses: readonly (readonly Use[])[],
    /** Wire of each signal that has one. */
    readonly wireOf: ReadonlyMap<string, number>,
    /** All signals, also those that the compiler replaced. */
    readonly signals: ReadonlySet<string>,
  ) {}

  /** Reads what the compiler wrote. */
  static async read({ r1cs, sym }: { r1cs: string; sym: string }): Promise<System> {
    const constraints = await readConstraints(r1cs);
    const uses = Array.from({ length: constraints.variables }, (): Use[] => []);
    const wires: number[][] = [];
    for (const parts of constraints.read()) {
      const constraint = wires.length;
      const coefficients = new Map<number, Use>();
      (["a", "b", "c"] as const).forEach((part, i) => {
        parts[i].wires.forEach((wire, k) => {
          const use = coefficients.get(wire) ?? { wire, constraint, a: 0n, b: 0n, c: 0n };
          use[part] = small(parts[i].coefficients[k]);
          coefficients.set(wire, use);
        });
      });
      for (const [wire, use] of coefficients) uses[wire].push(use);
      wires.push([...coefficients.keys()].filter((wire) => wire !== 0).sort((x, y) => x - y));
    }
    const wireOf = new Map<string, number>();
    const signals = new Set<string>();
    for (const line of fs.readFileSync(sym, "utf8").trimEnd().split("\n")) {
      const [, wire, , name] = line.split(",");
      signals.add(name);
      if (Number(wire) >= 0) wireOf.set(name, Number(wire));
    }
    return new System(constraints.publics, wires, uses, wireOf, signals);
  }

  get wireCount(): number {
    return this.uses.length;
  }

  /** A witness with the values of a, b and c in every constraint. */
  evaluate(witness: readonly bigint[]): Evaluation {
    const sums = this.wires.map(() => [0n, 0n, 0n] as [bigint, bigint, bigint]);
    this.uses.forEach((uses, wire) => {
      for (const use of uses) add(sums[use.constraint], use, witness[wire]);
    });
    return new Evaluation(
      this,
      witness,
      sums.map(([a, b, c]) => [small(F.mod(a)), small(F.mod(b)), small(F.mod(c))]),
    );
  }
}

type Sums = [a: bigint, b: bigint, c: bigint];

/** A witness, satisfying or not, to which changes are tried. */
export class Evaluation {
  readonly violated: ReadonlySet<number>;

  constructor(
    readonly system: System,
    readonly witness: readonly bigint[],
    private readonly sums: readonly Readonly<Sums>[],
  ) {
    this.violated = new Set(sums.flatMap((sum, constraint) => (isZero(residual(sum)) ? [] : [constraint])));
  }

  /** The constraints that do not hold after the changes, in order. */
  violatedBy(changes: readonly Change[]): number[] {
    const touched = this.sumsAfter(changes);
    const result = [...this.violated].filter((constraint) => !touched.has(constraint));
    for (const [constraint, sums] of touched) if (!isZero(residual(sums))) result.push(constraint);
    return result.sort((x, y) => x - y);
  }

  /** Whether every constraint that has one of the wires holds after the changes. */
  holdsAround(changes: readonly Change[]): boolean {
    for (const sums of this.sumsAfter(changes).values()) if (!isZero(residual(sums))) return false;
    return true;
  }

  /** The constraints of a wire that do not hold after its change. */
  brokenBy(change: Change): number[] {
    const uses = this.system.uses[change.wire];
    return uses.map(({ constraint }) => constraint).filter((constraint) => !isZero(residual(this.sumsIn(constraint, [change]))));
  }

  /** a·b - c of a constraint after the changes. */
  residual(constraint: number, changes: readonly Change[]): bigint {
    return F.mod(residual(this.sumsIn(constraint, changes)));
  }

  /** a, b and c of a constraint after the changes; not reduced. */
  sumsIn(constraint: number, changes: readonly Change[]): Readonly<Sums> {
    const sums: Sums = [...this.sums[constraint]];
    for (const { wire, value } of changes) {
      const use = this.system.uses[wire].find((candidate) => candidate.constraint === constraint);
      if (use) add(sums, use, small(value) - small(this.witness[wire]));
    }
    return sums;
  }

  private sumsAfter(changes: readonly Change[]): Map<number, Sums> {
    const touched = new Map<number, Sums>();
    for (const { wire, value } of changes) {
      const difference = small(value) - small(this.witness[wire]);
      if (difference === 0n) continue;
      for (const use of this.system.uses[wire]) {
        let sums = touched.get(use.constraint);
        if (!sums) touched.set(use.constraint, (sums = [...this.sums[use.constraint]]));
        add(sums, use, difference);
      }
    }
    return touched;
  }
}

function add(sums: Sums, { a, b, c }: Use, value: bigint): void {
  if (a !== 0n) sums[0] += a * value;
  if (b !== 0n) sums[1] += b * value;
  if (c !== 0n) sums[2] += c * value;
}

function residual([a, b, c]: Readonly<Sums>): bigint {
  return a * b - c;
}

function isZero(value: bigint): boolean {
  return value % F.R === 0n;
}

/** The residue nearest to 0: most coefficients are small then. */
export function small(value: bigint): bigint {
  return value > F.R / 2n ? value - F.R : value;
}
