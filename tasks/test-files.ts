/**
 * Chooses what `hardhat test` runs: `*.test.ts` below `test/`, or below the folders given, or the files given.
 * Everything else there is a helper. Files with `[proof]` tests come first, scenarios before
 * the prover's own: in a parallel run nothing should be left waiting for them.
 */
import fs from "node:fs";
import path from "node:path";
import { TASK_TEST_GET_TEST_FILES } from "hardhat/builtin-tasks/task-names";
import { subtask } from "hardhat/config";

subtask(TASK_TEST_GET_TEST_FILES).setAction(
  async ({ testFiles }: { testFiles: string[] }, { config }): Promise<string[]> => {
    const roots = testFiles.length > 0 ? testFiles.map((file) => path.resolve(file)) : [config.paths.tests];
    const files = roots.flatMap((root) => (isFolder(root) ? testsBelow(root) : [root]));
    return [...files.filter(makesProofs).reverse(), ...files.filter((file) => !makesProofs(file))];
  },
);

function makesProofs(file: string): boolean {
  return fs.readFileSync(file, "utf8").includes("[proof]");
}

function isFolder(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function testsBelow(folder: string): string[] {
  const entries = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
  return entries
    .filter((entry) => entry.endsWith(".test.ts"))
    .sort()
    .map((entry) => path.join(folder, entry));
}
