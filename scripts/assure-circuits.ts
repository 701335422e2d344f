/**
 * Assurance of the circuits: whether their constraints notice what they should, and whether each is needed.
 *
 *   npm run assure:circuits                        a table, and what needs an explanation
 *   npm run assure:circuits -- --template Range    one template
 *   npm run assure:circuits -- --json              everything that was found
 *
 * docs/running.md says what the columns mean. The exit code is 1 when something was found that scripts/assure/circuits/explained.json
 * does not explain, or explains what is not found.
 */
import { parseArgs } from "node:util";
import type { Survivor } from "./assure/circuits/assess";
import { Explanations } from "./assure/circuits/explanations";
import { assessTemplates, type Row } from "./assure/circuits/rows";
import { circomspect, inspect } from "./assure/circuits/static";
import { showProgress } from "./progress";
import { table } from "./table";

/** Constraints of a template that must be found needed. */
const LEAST_NEEDED = 0.99;
/** The circuit that `--inspect` reads: every template of a batch is in it. */
const INSPECTED = "main/test.circom";

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { template: { type: "string" }, json: { type: "boolean" } } });
  const { template, json } = values;
  const start = Date.now();
  const explanations = Explanations.read();
  const progress = showProgress();
  const warnings =
    template === undefined ? [...(await inspect(INSPECTED, explanations)), ...(await circomspect(explanations))] : [];
  const { rows, unused } = await assessTemplates({ explanations, template, onProgress: progress });
  progress.end();

  const problems = [...rows.flatMap(problemsOf), ...warnings.filter(isUnexplained).map(describe)];
  problems.push(...unused.map((signal) => `public input ${signal} is in no constraint`));
  if (template === undefined) {
    problems.push(...explanations.unused().map((entry) => `explained, but not found: ${JSON.stringify(entry)}`));
  }

  if (json) console.log(JSON.stringify({ rows, warnings, problems }, null, 2));
  else print(rows, explanations, (Date.now() - start) / 1000);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}

function problemsOf(row: Row): string[] {
  const found = row.survivors.filter(isUnexplained).map(describe);
  if (needed(row) < LEAST_NEEDED) found.push(`${row.template}: ${percent(needed(row))} of the constraints are needed`);
  return found;
}

function isUnexplained({ reason }: Survivor): boolean {
  return reason === undefined;
}

function describe({ check, template, signals, place, count }: Survivor): string {
  return `${check}: ${template} [${signals}]${place === undefined ? "" : ` ${place}`}${count > 1 ? ` (${count} times)` : ""}`;
}

/** Share of the deleted constraints without which something was found; those that are said to follow from others do not count. */
function needed({ deleted: { wrong, free, implied }, survivors }: Row): number {
  const explained = survivors.filter((survivor) => survivor.check === "deletion" && !isUnexplained(survivor));
  const unexplained = implied - explained.reduce((sum, { count }) => sum + count, 0);
  const total = wrong + free + unexplained;
  // A template may do no more than connect others; then nothing is deleted.
  return total === 0 ? 1 : (wrong + free) / total;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function print(rows: readonly Row[], explanations: Explanations, seconds: number): void {
  const header = [
    "template",
    "constraints",
    "deleted",
    "wrong",
    "free",
    "implied",
    "needed",
    "witnesses",
    "changes",
    "s",
  ];
  const lines = rows.map((row) => {
    const { template, constraints, witnesses, changes, milliseconds } = row;
    const { wrong, free, implied } = row.deleted;
    const deleted = wrong + free + implied;
    const before = [constraints, deleted, wrong, free, implied].map(show);
    const share = deleted > 0 ? percent(needed(row)) : "-";
    return [template, ...before, share, show(witnesses), show(changes), (milliseconds / 1000).toFixed(1)];
  });
  console.log(table([header, ...lines]));
  const used = explanations
    .used()
    .map(([{ check, template, signals, reason }, times]) => [`${times}`, check, template, signals, reason]);
  console.log(`\nfound, and explained\n${table(used, 5)}`);
  console.log(`\n${rows.length} templates, ${seconds.toFixed(0)} s`);
}

function show(count: number): string {
  return count.toLocaleString("en");
}

void main();
