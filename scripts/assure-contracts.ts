/**
 * Whether the contracts' tests notice changes of the contracts: a mutation test.
 *
 *   npm run assure:contracts                            every mutant; a table, and the survivors
 *   npm run assure:contracts -- --file Vault            of files whose path contains this
 *   npm run assure:contracts -- --operator require      of one kind: require, comparison, off-by-one, swap, modifier
 *   npm run assure:contracts -- --sample 60             as many, chosen by --seed
 *   npm run assure:contracts -- --explained             those that equivalent.json explains: none may be killed
 *   npm run assure:contracts -- --json                  the same as JSON
 *
 * Contracts are changed in memory and deployed instead of those that the tests deploy: no file changes. Fails unless every deleted
 * check and 85 % of all mutants are killed. Uses all cores; --jobs says how many.
 */
import os from "node:os";
import { parseArgs } from "node:util";
import hre from "hardhat";
import { TASK_COMPILE } from "hardhat/builtin-tasks/task-names";
import { Random } from "../test/fixtures/random";
import { explain, readExplained } from "./assure/contracts/explained";
import { Hunt } from "./assure/contracts/hunt";
import { mutantsOf, type Mutant } from "./assure/contracts/mutants";
import { OPERATOR_NAMES, type OperatorName } from "./assure/contracts/operators";
import { Pool } from "./assure/contracts/pool";
import { Project } from "./assure/contracts/project";
import { print, printJson, problems, refuted, type Result } from "./assure/contracts/report";
import { showProgress } from "./progress";

/** Sources that are mutated: not interfaces, mocks, and what is generated. */
const MUTATED = /^contracts\/(rollup|vault|collateral|stable|facts|gateways|libraries|verifiers|access)\/.*\.sol$/;

interface Options {
  file: string;
  operator?: OperatorName;
  sample?: number;
  seed: string;
  jobs: number;
  explained: boolean;
  json: boolean;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      file: { type: "string", default: "" },
      operator: { type: "string" },
      sample: { type: "string" },
      seed: { type: "string", default: "causeway" },
      jobs: { type: "string", default: String(os.availableParallelism()) },
      explained: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const operator = OPERATOR_NAMES.find((name) => name === values.operator);
  if (values.operator !== undefined && operator === undefined) {
    throw new Error(`there is no operator "${values.operator}"; there are ${OPERATOR_NAMES.join(", ")}`);
  }
  const sample = values.sample === undefined ? undefined : count("sample", values.sample);
  return { ...values, operator, sample, jobs: count("jobs", values.jobs) };
}

function count(name: string, value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new Error(`--${name} must be a number from 1, got "${value}"`);
  return Number(value);
}

/** Some of the mutants, in their order. */
function sampleOf(mutants: readonly Mutant[], size: number, seed: string): Mutant[] {
  const random = new Random(seed);
  const rest = [...mutants];
  while (rest.length > size) rest.splice(random.int(rest.length), 1);
  return rest;
}

async function main(): Promise<void> {
  const options = readOptions();
  const start = performance.now();
  await hre.run(TASK_COMPILE, { quiet: true });
  const project = await Project.load(hre);
  const all = project.files
    .filter((file) => MUTATED.test(file))
    .flatMap((file) => mutantsOf(file, project.source(file), project.tree(file)));
  const reasons = explain(all, readExplained());
  const wanted = all.filter(
    (mutant) =>
      mutant.file.includes(options.file) && (options.operator === undefined || mutant.operator === options.operator),
  );
  const chosen = options.sample === undefined ? wanted : sampleOf(wanted, options.sample, options.seed);
  if (chosen.length === 0) throw new Error("no mutant fits the options");

  const pool = new Pool(options.jobs);
  const progress = showProgress();
  const stop = (): void => {
    pool.end();
    process.exit(1);
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  const hunt = new Hunt(project, pool, progress);
  try {
    const judged = chosen.filter((mutant) => reasons.has(mutant) === options.explained);
    await (options.explained ? hunt.refute(judged) : hunt.run(judged));
  } finally {
    pool.end();
    progress.end();
  }
  const results = chosen.flatMap((mutant): Result[] => {
    const verdict = hunt.verdicts.get(mutant);
    if (verdict) return [{ mutant, verdict }];
    const reason = reasons.get(mutant);
    return reason === undefined ? [] : [{ mutant, verdict: { status: "explained", reason } }];
  });
  const seconds = Math.round((performance.now() - start) / 1000);
  if (options.json) printJson(results, seconds);
  else print(results);
  for (const test of hunt.unused) console.error(`not used, for it fails on the contracts as they are: ${test}`);
  const found = options.explained ? refuted(results) : problems(results);
  for (const problem of found) console.error(problem);
  process.exitCode = found.length > 0 ? 1 : 0;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
