/** Compiles the kernels with AssemblyScript when they are first needed, cached by the content of their sources. */
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { buildOnce, CACHE_ROOT, contentHash, packageVersion, PROJECT_ROOT } from "../cache";

const SOURCES = path.join(__dirname, "assembly");

/** 64 KiB pages of memory at first and at most: 4 GiB is all that WebAssembly's 32-bit addresses reach. */
export const INITIAL_PAGES = 16;
export const MAXIMUM_PAGES = 65536;

const FLAGS = [
  ...["--runtime", "stub", "--noAssert", "--optimizeLevel", "3", "--shrinkLevel", "0"],
  ...["--enable", "simd", "--enable", "threads", "--importMemory", "--sharedMemory"],
  ...["--initialMemory", String(INITIAL_PAGES), "--maximumMemory", String(MAXIMUM_PAGES)],
  ...["--disableWarning"],
];

let compiled: Promise<WebAssembly.Module> | undefined;

/** The compiled kernels, for the main thread and its workers. */
export async function kernelModule(): Promise<WebAssembly.Module> {
  compiled ??= readModule();
  return compiled;
}

async function readModule(): Promise<WebAssembly.Module> {
  const names = (await fs.promises.readdir(SOURCES)).filter((name) => name.endsWith(".ts")).sort();
  const texts = await Promise.all(names.map((name) => fs.promises.readFile(path.join(SOURCES, name), "utf8")));
  const hash = contentHash([`assemblyscript ${packageVersion("assemblyscript")}`, FLAGS.join(" "), ...names, ...texts]);
  const directory = path.join(CACHE_ROOT, "kernels", `kernels-${hash}`);
  await buildOnce(directory, compile);
  return WebAssembly.compile(await fs.promises.readFile(path.join(directory, "kernels.wasm")));
}

async function compile(output: string): Promise<void> {
  const compiler = path.join(PROJECT_ROOT, "node_modules/assemblyscript/bin/asc.js");
  const files = [path.join(SOURCES, "index.ts"), "--outFile", path.join(output, "kernels.wasm")];
  await promisify(execFile)(process.execPath, [compiler, ...files, ...FLAGS], { cwd: PROJECT_ROOT });
}
