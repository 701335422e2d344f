/** The survivors that are explained: mutants that no test can tell from the contracts as they are. */
import fs from "node:fs";
import path from "node:path";
import type { Mutant, MutantName } from "./mutants";

const FILE = path.join(__dirname, "equivalent.json");

/** The occurrence must be said when there are several mutants of one name. */
export type Explained = Omit<MutantName, "occurrence"> & Partial<Pick<MutantName, "occurrence">> & { reason: string };

export function readExplained(): Explained[] {
  return JSON.parse(fs.readFileSync(FILE, "utf8")) as Explained[];
}

/**
 * The reasons of the mutants that are explained.
 * @param mutants all that there are
 * @throws when an explanation is of no mutant, or of several
 */
export function explain(mutants: readonly Mutant[], explained: readonly Explained[]): Map<Mutant, string> {
  const reasons = new Map<Mutant, string>();
  for (const { reason, ...name } of explained) {
    const found = mutants.filter((mutant) =>
      Object.entries(name).every(([key, value]) => mutant[key as never] === value),
    );
    if (found.length !== 1) {
      const { file, operator, original, mutated } = name;
      throw new Error(
        `equivalent.json: ${found.length} mutants are ${operator} in ${file} ${name.function}: ${original} → ${mutated}`,
      );
    }
    if (reason.trim() === "") throw new Error(`equivalent.json: no reason for ${name.original} → ${name.mutated}`);
    reasons.set(found[0], reason);
  }
  return reasons;
}
