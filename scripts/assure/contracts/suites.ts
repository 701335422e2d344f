/** The test files that may kill mutants, run again and again in one process. */
import fs from "node:fs";
import path from "node:path";
import Mocha from "mocha";

/** Folders of tests that are run for each mutant by itself. */
const QUICK = ["test/contracts"];
/** Folders of tests that take long: they are run for groups of mutants. */
const SLOW = ["test/differential", "test/invariant"];

/** Tests that other commands run: random ones, such as measure gas, such as make proofs. */
const EXCLUDED = /\[(proof|fuzz|gas)\]/;

/** A test that takes so long hangs. */
const QUICK_TEST_SECONDS = 120;
const SLOW_TEST_SECONDS = 600;

export interface TestFiles {
  readonly quick: string[];
  readonly slow: string[];
}

export function testFiles(): TestFiles {
  return { quick: QUICK.flatMap(testsBelow), slow: SLOW.flatMap(testsBelow) };
}

function testsBelow(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  const entries = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
  return entries
    .filter((entry) => entry.endsWith(".test.ts"))
    .map((entry) => path.join(folder, entry))
    .sort();
}

/** What to run of a file. */
export interface Selection {
  readonly file: string;
  /** Full titles of the tests to run; all of them without. */
  readonly only?: readonly string[];
}

export interface Failure {
  /** Full title. */
  readonly test: string;
  readonly message: string;
  readonly timedOut: boolean;
}

export interface Outcome {
  readonly failures: readonly Failure[];
  /** Full titles of the tests that passed. */
  readonly passed: readonly string[];
}

interface RunOptions {
  /** Stops at the first failure. */
  bail?: boolean;
  /** Told the full title of each test that starts, and undefined when it ends. */
  observe?: (test: string | undefined) => void;
}

export class Suites {
  private readonly loaded = new Map<string, LoadedFile>();

  async run({ file, only }: Selection, { bail = false, observe = () => undefined }: RunOptions): Promise<Outcome> {
    const mocha = this.loaded.get(file) ?? new LoadedFile(file);
    this.loaded.set(file, mocha);
    mocha.grep(only === undefined ? /^/ : new RegExp(`^(${only.map(escape).join("|")})$`));
    const failures: Failure[] = [];
    const passed: string[] = [];
    await new Promise<void>((resolve) => {
      const runner = mocha.run(() => {
        runner.dispose();
        resolve();
      });
      runner.on("test", (test) => observe(test.fullTitle()));
      runner.on("test end", () => observe(undefined));
      runner.on("pass", (test) => passed.push(test.fullTitle()));
      runner.on("fail", (test, error: Error & { code?: string }) => {
        failures.push({ test: test.fullTitle(), message: error.message, timedOut: error.code === "ERR_MOCHA_TIMEOUT" });
        if (bail) runner.abort();
      });
    });
    return { failures, passed };
  }
}

/** A test file that is loaded once and may be run many times. */
class LoadedFile extends Mocha {
  constructor(file: string) {
    const seconds = isBelow(file, QUICK) ? QUICK_TEST_SECONDS : SLOW_TEST_SECONDS;
    super({ timeout: seconds * 1000, reporter: Silent });
    this.cleanReferencesAfterRun(false);
    this.addFile(path.resolve(file));
    this.loadFiles();
    exclude(this.suite);
  }
}

function isBelow(file: string, folders: readonly string[]): boolean {
  return folders.some((folder) => file.startsWith(folder + path.sep));
}

/** Takes the tests away that do not take part. */
function exclude(suite: Mocha.Suite): void {
  suite.tests = suite.tests.filter((test) => !EXCLUDED.test(test.fullTitle()));
  for (const inner of suite.suites) exclude(inner);
}

class Silent extends Mocha.reporters.Base {}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
