/** Changes single signals of a satisfying witness and looks for constraints that notice. */
import fs from "node:fs";
import path from "node:path";
import { r1cs } from "snarkjs";
import * as F from "../../../protocol/crypto/field";
import type { CircuitTester } from "../../fixtures/circom";

/** A wire's coefficients in a constraint a·b = c. */
interface Use {
  constraint: number;
  coefficients: [a: bigint, b: bigint, c: bigint];
}

/** A circuit's constraints, found by the wires in them. */
export class ConstraintIndex {
  private constructor(
    private readonly constraints: number,
    private readonly uses: ReadonlyMap<number, readonly Use[]>,
    /** Shortest name of each wire, without "main.". */
    private readonly names: ReadonlyMap<number, string>,
  ) {}

  static async of({ directory }: CircuitTester): Promise<ConstraintIndex> {
    const exported = (await r1cs.exportJson(path.join(directory, "main.r1cs"))) as unknown as {
      constraints: Record<string, string>[][];
    };
    const uses = new Map<number, Use[]>();
    exported.constraints.forEach((parts, constraint) => {
      for (const wire of new Set(parts.flatMap((part) => Object.keys(part)))) {
        const [a, b, c] = parts.map((part) => small(BigInt(part[wire] ?? 0)));
        const list = uses.get(Number(wire)) ?? [];
        list.push({ constraint, coefficients: [a, b, c] });
        uses.set(Number(wire), list);
      }
    });
    return new ConstraintIndex(exported.constraints.length, uses, readNames(path.join(directory, "main.sym")));
  }

  /**
   * Names of the signals that can take another value, all others as they are, without any constraint noticing.
   * @param witness satisfies every constraint
   * @param values tried for each signal, given its honest value; those equal to it are left out
   */
  survivors(witness: readonly bigint[], values: (honest: bigint) => readonly bigint[]): string[] {
    const sums = this.evaluate(witness);
    sums.forEach(([a, b, c], constraint) => {
      if ((a * b - c) % F.R !== 0n) throw new Error(`the witness does not satisfy constraint ${constraint}`);
    });
    const found: string[] = [];
    for (let wire = 1; wire < witness.length; wire++) {
      const uses = this.uses.get(wire) ?? [];
      const changes = values(witness[wire]).map((value) => small(value) - small(witness[wire]));
      const isFree = changes.some((change) => change % F.R !== 0n && uses.every((use) => holds(use, change)));
      if (isFree) found.push(this.names.get(wire) ?? `wire ${wire}`);
    }
    return found;

    function holds({ constraint, coefficients }: Use, change: bigint): boolean {
      const [a, b, c] = sums[constraint].map((sum, i) => sum + coefficients[i] * change);
      return (a * b - c) % F.R === 0n;
    }
  }

  /** The values of a, b and c of every constraint. */
  private evaluate(witness: readonly bigint[]): bigint[][] {
    const sums = Array.from({ length: this.constraints }, () => [0n, 0n, 0n]);
    for (const [wire, uses] of this.uses) {
      for (const { constraint, coefficients } of uses) {
        coefficients.forEach((coefficient, i) => (sums[constraint][i] += coefficient * witness[wire]));
      }
    }
    return sums.map((parts) => parts.map((sum) => small(F.mod(sum))));
  }
}

/** The residue nearest to 0: most coefficients are small then. */
function small(value: bigint): bigint {
  return value > F.R / 2n ? value - F.R : value;
}

function readNames(symFile: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of fs.readFileSync(symFile, "utf8").split("\n")) {
    const [, wire, , name = ""] = line.split(",");
    const short = name.replace(/^main\./, "");
    const known = names.get(Number(wire));
    if (known === undefined || short.length < known.length) names.set(Number(wire), short);
  }
  return names;
}
