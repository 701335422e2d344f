/** Runs the tests on every mutant: first the quick files on each, then the slow files on groups of those that survived. */
import type { OnProgress } from "../../../protocol/prover";
import { overlap, type Mutant } from "./mutants";
import { NoAnswer, type Pool, type WorkerProcess } from "./pool";
import type { Project } from "./project";
import type { BaselineFile, Job, Verdict } from "./protocol";
import { testFiles, type Selection } from "./suites";

/** Survivors that a slow file is run on at once. Few of them are killed, and finding out which takes more runs. */
const GROUP = 12;

/** A worker that takes so many times the time of the tests on the contracts as they are, and this on top, hangs. */
const PATIENCE = 5;
const PATIENCE_SECONDS = 300;

/** The share of the tests that may fail on the contracts as they are. */
const MOST_UNUSED = 0.02;

export class Hunt {
  readonly verdicts = new Map<Mutant, Verdict>();
  /** Tests that fail on the contracts as they are. */
  readonly unused: string[] = [];
  private quick: BaselineFile[] = [];
  private slow: BaselineFile[] = [];
  /** Mutants that a test file killed, by the function or the file that they are in. */
  private readonly kills = new Map<string, number>();

  constructor(
    private readonly project: Project,
    private readonly pool: Pool,
    private readonly progress: OnProgress,
  ) {}

  /** @throws when tests fail on the contracts as they are */
  async run(mutants: readonly Mutant[]): Promise<void> {
    await this.baseline();
    await this.each("mutants", mutants, (mutant, worker) => this.judge(mutant, worker));
    await this.sift(mutants.filter((mutant) => this.verdicts.get(mutant)?.status === "survived"));
    await this.baselineAgain();
  }

  /** Tests that fail already cannot kill: they may need the code that the optimizer makes. */
  private async baseline(): Promise<void> {
    const { quick, slow } = testFiles();
    await this.each("tests", [...slow, ...quick], async (file, worker) => {
      (slow.includes(file) ? this.slow : this.quick).push(...(await measure(worker, [{ file }])));
    });
    const all = [...this.slow, ...this.quick];
    const failures = all.flatMap((file) => file.failures);
    for (const { test, message } of failures) this.unused.push(`${test}: ${message}`);
    const passing = sum(all.map(({ tests }) => tests.length));
    if (failures.length > MOST_UNUSED * passing) {
      throw new Error(`tests fail on the contracts as they are:\n${this.unused.join("\n")}`);
    }
  }

  /** Mutants must have left nothing behind in the workers. */
  private async baselineAgain(): Promise<void> {
    this.progress({ phase: "tests again", done: 0, total: 1 });
    await this.pool.all(async (worker) => {
      const [failure] = (await measure(worker, this.quick.map(selectionOf))).flatMap(({ failures }) => failures);
      if (failure)
        throw new Error(`no longer passes on the contracts as they are: ${failure.test}: ${failure.message}`);
    });
  }

  private async judge(mutant: Mutant, worker: WorkerProcess): Promise<void> {
    const verdict = await this.verdictOf([mutant], this.inOrder(mutant, this.reaching(mutant, this.quick)), worker);
    this.verdicts.set(mutant, verdict);
    if (verdict.status !== "killed") return;
    for (const where of [mutant.file, functionOf(mutant)]) {
      const key = killKey(where, verdict.testFile);
      this.kills.set(key, (this.kills.get(key) ?? 0) + 1);
    }
  }

  private async sift(survivors: readonly Mutant[]): Promise<void> {
    const reached = survivors.filter((mutant) => this.reaching(mutant, this.slow).length > 0);
    await this.each("survivors", groupsOf(reached), (group, worker) => this.siftGroup(group, worker));
  }

  /** Halves a group that a slow file kills, until it is known which mutants alone are killed. */
  private async siftGroup(group: readonly Mutant[], worker: WorkerProcess): Promise<void> {
    const files = this.slow.filter((file) => group.some((mutant) => this.reaching(mutant, [file]).length > 0));
    const verdict = await this.verdictOf(group, files, worker);
    if (verdict.status === "survived" || verdict.status === "same") return;
    if (group.length === 1) {
      this.verdicts.set(group[0], verdict);
      return;
    }
    const half = Math.ceil(group.length / 2);
    await this.siftGroup(group.slice(0, half), worker);
    await this.siftGroup(group.slice(half), worker);
  }

  private async verdictOf(
    edits: readonly Mutant[],
    files: readonly BaselineFile[],
    worker: WorkerProcess,
  ): Promise<Verdict> {
    const changes = edits.map(({ file, start, end, text }) => ({ file, start, end, text }));
    const job: Job = { kind: "mutant", edits: changes, files: files.map(selectionOf) };
    const seconds = PATIENCE_SECONDS + (PATIENCE * sum(files.map(({ milliseconds }) => milliseconds))) / 1000;
    const verdict = await verdictBy(worker, job, seconds);
    // What hangs may go on and disturb what comes next.
    if (verdict.status === "killed" && verdict.timedOut) worker.end();
    return verdict;
  }

  /** The files that deploy a contract with the mutant. */
  private reaching(mutant: Mutant, files: readonly BaselineFile[]): BaselineFile[] {
    const names = this.project.dependents(new Set([mutant.file])).map(({ name }) => name);
    return files.filter(({ deployed }) => names.some((name) => deployed.includes(name)));
  }

  /** Files that killed mutants of the function first, then files named like the mutant's, then those that killed others of it, then the quickest. */
  private inOrder(mutant: Mutant, files: readonly BaselineFile[]): BaselineFile[] {
    const name = mutant.file.replace(/^.*\/(.*)\.sol$/, "$1");
    const rank = ({ file, milliseconds }: BaselineFile): number[] => [
      -(this.kills.get(killKey(functionOf(mutant), file)) ?? 0),
      file.includes(`/${name}.`) ? 0 : 1,
      -(this.kills.get(killKey(mutant.file, file)) ?? 0),
      milliseconds,
    ];
    return [...files].sort((a, b) => compare(rank(a), rank(b)));
  }

  private async each<T>(
    phase: string,
    items: readonly T[],
    work: (item: T, worker: WorkerProcess) => Promise<void>,
  ): Promise<void> {
    let done = 0;
    this.progress({ phase, done, total: items.length });
    await this.pool.each(items, async (item, worker) => {
      await work(item, worker);
      this.progress({ phase, done: ++done, total: items.length });
    });
  }
}

async function measure(worker: WorkerProcess, files: readonly Selection[]): Promise<BaselineFile[]> {
  const answer = await worker.do({ kind: "baseline", files }, PATIENCE_SECONDS * files.length);
  if (answer.kind !== "baseline") throw new Error(`the worker answered ${answer.kind}`);
  return answer.files;
}

function selectionOf({ file, tests }: BaselineFile): Selection {
  return { file, only: tests };
}

/** @param again whether a worker that gives no answer is replaced and asked once more: it may have died of something else */
async function verdictBy(worker: WorkerProcess, job: Job, seconds: number, again = true): Promise<Verdict> {
  try {
    const answer = await worker.do(job, seconds);
    if (answer.kind !== "mutant") throw new Error(`the worker answered ${answer.kind}`);
    return answer.verdict;
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    if (again) return verdictBy(worker, job, seconds, false);
    return { status: "killed", testFile: "", by: "", message: error.message, timedOut: true };
  }
}

/** Groups of mutants that do not touch the same source. */
export function groupsOf(mutants: readonly Mutant[], size = GROUP): Mutant[][] {
  const groups: Mutant[][] = [];
  for (const mutant of mutants) {
    const group = groups.find((others) => others.length < size && !others.some((other) => overlap(other, mutant)));
    if (group) group.push(mutant);
    else groups.push([mutant]);
  }
  return groups;
}

const functionOf = (mutant: Mutant): string => `${mutant.file} ${mutant.function}`;

const killKey = (where: string, testFile: string): string => `${where} ${testFile}`;

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : a[at] - b[at];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
