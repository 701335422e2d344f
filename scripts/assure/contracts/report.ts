/** What became of the mutants, as numbers, tables and JSON. */
import { table } from "../../table";
import type { Mutant } from "./mutants";
import { OPERATOR_NAMES } from "./operators";
import type { Verdict } from "./protocol";

/** Mutants below these folders make the score; those of others are reported. */
const SCORED = /^contracts\/(rollup|vault|facts|libraries)\//;

/** Percent of the mutants that must be killed. */
const LEAST_SCORE = 85;
/** Percent of the deleted checks that must be noticed. */
const LEAST_REQUIRE_SCORE = 100;

export interface Result {
  readonly mutant: Mutant;
  readonly verdict: Verdict | { readonly status: "explained"; readonly reason: string };
}

export interface Tally {
  /** That count: they compile to other code, and are not explained. */
  readonly mutants: number;
  readonly killed: number;
  readonly explained: number;
}

export function tally(results: readonly Result[]): Tally {
  const count = (status: Result["verdict"]["status"]): number =>
    results.filter(({ verdict }) => verdict.status === status).length;
  const killed = count("killed");
  return { mutants: killed + count("survived"), killed, explained: count("explained") };
}

/** In percent; of nothing it is 100. */
export function score({ mutants, killed }: Tally): number {
  return mutants === 0 ? 100 : (100 * killed) / mutants;
}

export function scored(results: readonly Result[]): Result[] {
  return results.filter(({ mutant }) => SCORED.test(mutant.file));
}

/** Why the tests are not good enough; nothing when they are. */
export function problems(results: readonly Result[]): string[] {
  const all = scored(results);
  const found: string[] = [];
  const demand = (what: string, of: readonly Result[], least: number): void => {
    const reached = score(tally(of));
    if (reached < least) found.push(`${percent(reached)} of ${what} are killed, less than ${least} %`);
  };
  demand("the deleted checks", ofOperator(all, "require"), LEAST_REQUIRE_SCORE);
  demand("the mutants", all, LEAST_SCORE);
  return found;
}

/** Explanations that a test refutes. */
export function refuted(results: readonly Result[]): string[] {
  return results.flatMap(({ mutant, verdict }) => {
    if (verdict.status !== "killed") return [];
    const { file, line, original, mutated } = mutant;
    return [`${file}:${line}: ${original} → ${mutated} is not equivalent: ${verdict.by}: ${verdict.message}`];
  });
}

export function print(results: readonly Result[]): void {
  const rows: string[][] = [["file", "operator", "mutants", "killed", "explained", "score"]];
  const row = (file: string, operator: string, of: readonly Result[]): void => {
    const sums = tally(of);
    if (sums.mutants + sums.explained === 0) return;
    rows.push([file, operator, ...[sums.mutants, sums.killed, sums.explained].map(String), percent(score(sums))]);
  };
  for (const file of new Set(results.map(({ mutant }) => mutant.file))) {
    const ofFile = results.filter(({ mutant }) => mutant.file === file);
    for (const operator of OPERATOR_NAMES) row(file, operator, ofOperator(ofFile, operator));
  }
  const all = scored(results);
  for (const operator of OPERATOR_NAMES) row("rollup, vault, facts, libraries", operator, ofOperator(all, operator));
  row("rollup, vault, facts, libraries", "all", all);
  console.log(table(rows, 2));

  const survivors = results.filter(({ verdict }) => verdict.status === "survived");
  if (survivors.length > 0) console.log("\nsurvivors");
  for (const { mutant } of survivors) {
    const { file, line, operator, original, mutated } = mutant;
    console.log(`  ${file}:${line}   ${operator}   ${mutant.function}\n    ${original}\n  → ${mutated}`);
  }
}

export function printJson(results: readonly Result[], seconds: number): void {
  const all = scored(results);
  const scores = Object.fromEntries(
    OPERATOR_NAMES.map((operator) => [operator, score(tally(ofOperator(all, operator)))] as const),
  );
  const mutants = results.map(({ mutant, verdict }) => {
    const { file, line, operator, original, mutated, occurrence } = mutant;
    return { file, line, function: mutant.function, operator, original, mutated, occurrence, ...verdict };
  });
  console.log(JSON.stringify({ seconds, score: score(tally(all)), scores, mutants }, null, 2));
}

function ofOperator(results: readonly Result[], operator: Mutant["operator"]): Result[] {
  return results.filter(({ mutant }) => mutant.operator === operator);
}

function percent(value: number): string {
  return `${value.toFixed(1)} %`;
}
