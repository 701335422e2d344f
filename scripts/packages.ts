/**
 * Packages that are too large to install for the few files that tests need of them: each is fetched from the registry when it is
 * first needed, checked against a pinned hash, and leaves those files in the ignored cache.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { buildOnce, CACHE_ROOT, contentHash } from "../protocol/crypto/cache";
import { showProgress } from "./progress";

export interface PinnedPackage {
  readonly name: string;
  /** Exact. */
  readonly version: string;
  /** Of the packed file, as the registry and lock files write it: "sha512-" and base64. */
  readonly integrity: string;
  /** What is kept, by path inside the package. */
  readonly files: readonly string[];
}

/**
 * Makes the files of a package available.
 * @param root folder of the cache
 * @returns the folder that the files' paths are relative to
 * @throws if the package cannot be fetched or is not the pinned one; nothing is kept then
 */
export async function fetchPackage(pinned: PinnedPackage, root = CACHE_ROOT): Promise<string> {
  const { name, version, integrity, files } = pinned;
  const label = `${name}@${version}`;
  const folder = `${path.basename(name)}-${version}-${contentHash([integrity, ...files])}`;
  const directory = path.join(root, "packages", folder);
  const progress = showProgress(`${label}: `);
  const phase = (text: string): void => progress({ phase: text, done: 0, total: 0 });
  const build = async (temporary: string): Promise<void> => {
    phase("fetch, once");
    await run("npm", ["pack", label, "--ignore-scripts", "--loglevel=error"], temporary).catch((error: Error) => {
      throw new Error(
        `${label} cannot be fetched; tests that need it need the package registry once\n${error.message}`,
      );
    });
    const [archive] = fs.readdirSync(temporary);
    await checkIntegrity(path.join(temporary, archive), label, integrity);
    phase("unpack");
    const members = files.map((file) => `package/${file}`);
    await run("tar", ["-xzf", archive, "--strip-components=1", ...members], temporary);
    fs.rmSync(path.join(temporary, archive));
  };
  try {
    await buildOnce(directory, build, () => phase("wait for another process"));
  } finally {
    progress.end();
  }
  return directory;
}

async function checkIntegrity(file: string, label: string, expected: string): Promise<void> {
  const hash = createHash("sha512");
  for await (const chunk of fs.createReadStream(file)) hash.update(chunk as Buffer);
  const actual = `sha512-${hash.digest("base64")}`;
  if (actual !== expected) throw new Error(`${label} is not the pinned package: ${actual} instead of ${expected}`);
}

/** @throws with what the command wrote, if it fails or is missing */
async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  const child = spawn(command, args, { cwd, stdio: ["ignore", "ignore", "pipe"], shell: process.platform === "win32" });
  let errors = "";
  child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ended with ${code}\n${errors}`));
    });
  });
}
