import fs from "node:fs";
import path from "node:path";

/** Tests of a file that carry an attack's id. */
export interface Carrier {
  /** Below the repository's root. */
  file: string;
  titles: number;
}

/** A title that starts with ids: "C12: ...", "[proof] R2, C17: ...". */
const TITLE = /["'`](?:\[\w+\] )?([A-Z]\d+(?:, [A-Z]\d+)*): /g;

/** The files whose tests' titles carry ids, by id. @param root of the repository */
export function carriers(root: string): Map<string, Carrier[]> {
  const found = new Map<string, Carrier[]>();
  for (const file of testFiles(root)) {
    const counts = new Map<string, number>();
    for (const [, ids] of fs.readFileSync(path.join(root, file), "utf8").matchAll(TITLE)) {
      for (const id of ids.split(", ")) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    for (const [id, titles] of counts) found.set(id, [...(found.get(id) ?? []), { file, titles }]);
  }
  return found;
}

function testFiles(root: string): string[] {
  const files = fs.readdirSync(path.join(root, "test"), { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => `test/${file.split(path.sep).join("/")}`)
    .sort();
}
