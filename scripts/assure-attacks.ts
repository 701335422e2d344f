/**
 * Whether the tests notice the attacks that they are named after: applies each mutant to a copy of the sources and runs its test, which must fail.
 *
 *   npm run assure:attacks                        all mutants
 *   npm run assure:attacks -- --attack C12        those of one attack
 *   npm run assure:attacks -- --mutant any-time   one, or several: --mutant A --mutant B
 *
 * The exit code is 1 when a mutant survives, or its test does not run.
 */
import { parseArgs } from "node:util";
import { PROJECT_ROOT } from "../protocol/crypto/cache";
import { MUTANTS, type Mutant } from "./assure/attacks/mutants";
import { Workspace, type Outcome } from "./assure/attacks/workspace";
import { table } from "./table";

function chosen(): readonly Mutant[] {
  const { values } = parseArgs({ options: { attack: { type: "string" }, mutant: { type: "string", multiple: true } } });
  const { attack, mutant } = values;
  const list = MUTANTS.filter(
    ({ name, attacks }) =>
      (mutant === undefined || mutant.includes(name)) && (attack === undefined || attacks.includes(attack)),
  );
  if (list.length === 0) throw new Error(`there is no mutant ${mutant?.join(", ") ?? ""} of attack ${attack ?? "any"}`);
  return list;
}

/** "killed", or why it is not: a circuit that does not compile fails its tests, too, and a contract that does not runs none. */
function verdictOf({ passing, failing, output }: Outcome): string {
  if (failing > 0) return output.includes("cannot compile") ? "broken" : "killed";
  return passing > 0 ? "SURVIVED" : "not run";
}

async function main(): Promise<void> {
  const mutants = chosen();
  const workspace = await Workspace.open(PROJECT_ROOT);
  const rows: string[][] = [];
  try {
    for (const [i, mutant] of mutants.entries()) {
      const start = Date.now();
      const outcome = await workspace.attack(mutant);
      const verdict = verdictOf(outcome);
      const seconds = ((Date.now() - start) / 1000).toFixed(0);
      console.error(`${i + 1} of ${mutants.length}: ${mutant.name} ${verdict} (${seconds} s)`);
      if (verdict !== "killed") console.error(outcome.output);
      rows.push([mutant.name, mutant.attacks.join(", "), verdict, seconds]);
    }
  } finally {
    await workspace.close();
  }
  console.log(table([["mutant", "attacks", "verdict", "s"], ...rows], 3));
  const alive = rows.filter(([, , verdict]) => verdict !== "killed");
  console.log(`\n${rows.length - alive.length} of ${rows.length} killed`);
  if (alive.length > 0) process.exitCode = 1;
}

void main();
