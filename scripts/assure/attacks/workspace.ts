import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { mutate, type Mutant } from "./mutants";

/** How a test run ended. */
export interface Outcome {
  passing: number;
  failing: number;
  output: string;
}

/** circom follows no links. */
const CIRCOM_LIBRARY = "circomlib";
/** What is made from the sources and need not be made again; keys are large, and the tests' own are quickly made. */
const MADE = ["artifacts", "cache", "typechain-types", ".causeway/kernels", ".causeway/test-circuits"];
/** Longer than any of the tests takes on a slow machine. */
const PATIENCE_MS = 15 * 60_000;

/** A copy of the repository, in which sources are changed and tests run. */
export class Workspace {
  private constructor(private readonly root: string) {}

  /** @param project the repository's root */
  static async open(project: string): Promise<Workspace> {
    const root = await fs.promises.mkdtemp(path.join(os.tmpdir(), "causeway-attacks-"));
    const listed = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], {
      cwd: project,
      encoding: "utf8",
    });
    for (const file of listed.split("\0").filter((name) => name !== "" && fs.existsSync(path.join(project, name)))) {
      await fs.promises.cp(path.join(project, file), path.join(root, file));
    }
    for (const folder of MADE) {
      const made = path.join(project, folder);
      if (fs.existsSync(made))
        await fs.promises.cp(made, path.join(root, folder), { recursive: true, preserveTimestamps: true });
    }
    const [installed, linked] = [project, root].map((folder) => path.join(folder, "node_modules"));
    await fs.promises.mkdir(linked);
    for (const name of await fs.promises.readdir(installed)) {
      const [from, to] = [path.join(installed, name), path.join(linked, name)];
      if (name === CIRCOM_LIBRARY) await fs.promises.cp(from, to, { recursive: true });
      else await fs.promises.symlink(from, to);
    }
    return new Workspace(root);
  }

  close(): Promise<void> {
    return fs.promises.rm(this.root, { recursive: true });
  }

  /** Runs the test of a mutant, and then puts the source back. @throws Error when the source does not have the text once */
  async attack(mutant: Mutant): Promise<Outcome> {
    const file = path.join(this.root, mutant.file);
    const source = await fs.promises.readFile(file, "utf8");
    await fs.promises.writeFile(file, mutate(mutant, source));
    try {
      return await this.test(mutant.test);
    } finally {
      await fs.promises.writeFile(file, source);
    }
  }

  /** Runs the tests of a file whose titles contain a text. */
  private test({ file, title }: Mutant["test"]): Promise<Outcome> {
    const pattern = title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const cli = path.join(this.root, "node_modules/hardhat/internal/cli/bootstrap.js");
    const child = spawn(process.execPath, [cli, "test", file, "--grep", pattern], {
      cwd: this.root,
      env: { ...process.env, FORCE_COLOR: "0", NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: PATIENCE_MS,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data.toString()));
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", () => {
        resolve({ passing: countOf(output, "passing"), failing: countOf(output, "failing"), output });
      });
    });
  }
}

function countOf(output: string, word: string): number {
  return Number(new RegExp(`^\\s+(\\d+) ${word}\\b`, "m").exec(output)?.[1] ?? 0);
}
