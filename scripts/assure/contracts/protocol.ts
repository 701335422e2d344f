/** What the hunt and its workers say to each other. */
import type { FileEdit } from "./project";
import type { Failure, Selection } from "./suites";

export type Job =
  /** Run files on the contracts as they are. */
  | { kind: "baseline"; files: readonly Selection[] }
  /** Run files, in this order, on contracts with changes, until a test fails. */
  | { kind: "mutant"; edits: readonly FileEdit[]; files: readonly Selection[] };

export interface BaselineFile {
  readonly file: string;
  readonly milliseconds: number;
  /** Names of the contracts that it deploys. */
  readonly deployed: readonly string[];
  /** Full titles of the tests that pass and use the chain; of all that pass when hooks use it. */
  readonly tests: readonly string[];
  /** Those that fail. */
  readonly failures: readonly Failure[];
}

/** A test failed, or hung. */
export interface Killed {
  readonly status: "killed";
  /** The test's file and full title. */
  readonly testFile: string;
  readonly by: string;
  readonly message: string;
  readonly timedOut: boolean;
}

export type Verdict =
  | Killed
  | { readonly status: "survived" }
  /** The compiler refused it. */
  | { readonly status: "invalid"; readonly reason: string }
  /** Compiles to the code of the contracts as they are. */
  | { readonly status: "same" };

export type Answer =
  { kind: "baseline"; files: BaselineFile[] } | { kind: "mutant"; verdict: Verdict } | { kind: "error"; error: string };
