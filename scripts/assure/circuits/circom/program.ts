import fs from "node:fs";
import path from "node:path";
import { PROJECT_ROOT } from "../../../../protocol/crypto/cache";
import type { Definition, SourceFile } from "./ast";
import { parse } from "./parser";

const FOLDERS = ["circuits", "node_modules"].map((folder) => path.join(PROJECT_ROOT, folder));

/** A main component with everything it includes. */
export interface Program {
  definitions: ReadonlyMap<string, Definition>;
  main: NonNullable<SourceFile["main"]>;
}

/** Reads the text of a main file; its includes are looked up in `circuits/` and `node_modules/`. */
export function readProgram(source: string): Program {
  const definitions = new Map<string, Definition>();
  const seen = new Set<string>();
  const visit = (file: SourceFile, folders: readonly string[]): void => {
    for (const definition of file.definitions) definitions.set(definition.name, definition);
    for (const included of file.includes) {
      const found = folders.map((folder) => path.resolve(folder, included)).find((name) => fs.existsSync(name));
      if (found === undefined) throw new Error(`circom: cannot find the include "${included}"`);
      if (seen.has(found)) continue;
      seen.add(found);
      visit(readSource(found), [path.dirname(found), ...FOLDERS]);
    }
  };
  const { main, ...file } = parse(source, "main");
  if (!main) throw new Error("circom: no main component");
  visit(file, FOLDERS);
  return { definitions, main };
}

const sources = new Map<string, SourceFile>();

/** Reads a file once: circuits share their includes. */
export function readSource(file: string): SourceFile {
  const known = sources.get(file);
  if (known) return known;
  const source = parse(fs.readFileSync(file, "utf8"), path.relative(PROJECT_ROOT, file));
  sources.set(file, source);
  return source;
}
