/** Compiles circuits with circom, cached by the content of every source. */
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { buildOnce, CACHE_ROOT, contentHash, packageVersion, PROJECT_ROOT } from "../crypto/cache";
import type { OnProgress } from "./progress";

const INCLUDE_PATHS = ["circuits", "node_modules"].map((folder) => path.join(PROJECT_ROOT, folder));

/** `--O1`: `--O2` makes long linear combinations, which cost PLONK more gates than the constraints it saves. */
const FLAGS = ["--r1cs", "--wasm", "--sym", "--O1"];

/** A circuit with its `component main`: a file below `circuits/`, or the text of one. */
export interface CircuitSource {
  /** Readable part of the cache folder's name. */
  readonly name: string;
  /** Path relative to `circuits/`; or else `source`. */
  readonly file?: string;
  /** Text of the main file; its includes are looked up in `circuits/` and `node_modules/`. */
  readonly source?: string;
}

export interface CompiledCircuit {
  /** Hash of the sources, the compiler and its flags. */
  readonly hash: string;
  readonly directory: string;
  readonly r1cs: string;
  readonly wasm: string;
  readonly sym: string;
}

export interface CompileOptions {
  /** Folder of cached results; for tests. */
  readonly cache?: string;
  /** Phase "compile": circom tells no more than its end. */
  readonly onProgress?: OnProgress;
}

/**
 * Compiles a circuit, or returns the result of an earlier call for the same sources.
 * @throws if a file or an include is missing, or the compiler refuses; its message is in the error
 */
export async function compileCircuit(circuit: CircuitSource, options: CompileOptions = {}): Promise<CompiledCircuit> {
  const { cache = CACHE_ROOT, onProgress } = options;
  const hash = contentHash([`circom2 ${packageVersion("circom2")}`, FLAGS.join(" "), ...sourcesOf(circuit)]);
  const directory = path.join(cache, "circuits", `${circuit.name}-${hash}`);
  const build = async (temporary: string): Promise<void> => {
    onProgress?.({ phase: "compile", done: 0, total: 1 });
    await runCompiler(circuit, temporary);
    onProgress?.({ phase: "compile", done: 1, total: 1 });
  };
  await buildOnce(directory, build, () => onProgress?.({ phase: "wait for another process", done: 0, total: 1 }));
  const file = (name: string): string => path.join(directory, name);
  return { hash, directory, r1cs: file("circuit.r1cs"), wasm: file("circuit.wasm"), sym: file("circuit.sym") };
}

async function runCompiler(circuit: CircuitSource, output: string): Promise<void> {
  const main = circuit.file ? path.join(PROJECT_ROOT, "circuits", circuit.file) : path.join(output, "circuit.circom");
  if (!circuit.file) await fs.promises.writeFile(main, circuit.source ?? "");
  const libraries = INCLUDE_PATHS.flatMap((folder) => ["-l", folder]);
  const cli = path.join(PROJECT_ROOT, "node_modules/circom2/cli.js");
  try {
    await promisify(execFile)(process.execPath, [cli, main, ...FLAGS, ...libraries, "-o", output], {
      cwd: PROJECT_ROOT,
      maxBuffer: 1 << 26,
    });
  } catch (error) {
    const { stdout = "", stderr = "", message } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`circom refuses circuit "${circuit.name}":\n${withoutColours(stderr + stdout) || message}`);
  }
  const base = path.basename(main, ".circom");
  await fs.promises.rename(path.join(output, `${base}_js`, `${base}.wasm`), path.join(output, "circuit.wasm"));
  await fs.promises.rm(path.join(output, `${base}_js`), { recursive: true });
  for (const extension of ["r1cs", "sym"]) {
    await fs.promises.rename(path.join(output, `${base}.${extension}`), path.join(output, `circuit.${extension}`));
  }
}

function withoutColours(text: string): string {
  return text.replace(/\u001b\[[0-9;]*m/g, "").trim();
}

/** The texts of the main file and of everything it includes, directly or not, in the order found. */
function sourcesOf(circuit: CircuitSource): string[] {
  if ((circuit.file === undefined) === (circuit.source === undefined)) {
    throw new Error(`circuit "${circuit.name}" must have either a file or a source`);
  }
  const texts: string[] = [];
  const seen = new Set<string>();
  const visit = (text: string, folders: readonly string[]): void => {
    texts.push(text);
    for (const included of includesOf(text)) {
      const file = resolveInclude(included, folders);
      if (file === undefined) throw new Error(`circuit "${circuit.name}": cannot find the include "${included}"`);
      if (seen.has(file)) continue;
      seen.add(file);
      visit(fs.readFileSync(file, "utf8"), [path.dirname(file), ...INCLUDE_PATHS]);
    }
  };
  if (circuit.file === undefined) {
    visit(circuit.source as string, INCLUDE_PATHS);
    return texts;
  }
  const main = path.join(PROJECT_ROOT, "circuits", circuit.file);
  if (!fs.existsSync(main)) throw new Error(`circuit "${circuit.name}": there is no file circuits/${circuit.file}`);
  seen.add(main);
  visit(fs.readFileSync(main, "utf8"), [path.dirname(main), ...INCLUDE_PATHS]);
  return texts;
}

function includesOf(source: string): string[] {
  const withoutComments = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
  return [...withoutComments.matchAll(/\binclude\s+"([^"]+)"/g)].map((match) => match[1]);
}

function resolveInclude(included: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => path.resolve(folder, included)).find((file) => fs.existsSync(file));
}
