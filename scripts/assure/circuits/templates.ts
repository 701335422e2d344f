import fs from "node:fs";
import path from "node:path";
import { PROJECT_ROOT } from "../../../protocol/crypto/cache";
import { readSource } from "./circom/program";

/** Folders below `circuits/` whose templates are assured. */
export const FOLDERS = ["lib", "batch"];

/** All templates of the circuits, with the file of each, below `circuits/`. */
export function allTemplates(): Map<string, string> {
  const files = new Map<string, string>();
  for (const folder of FOLDERS) {
    const directory = path.join(PROJECT_ROOT, "circuits", folder);
    for (const name of fs.readdirSync(directory).filter((entry) => entry.endsWith(".circom"))) {
      for (const definition of readSource(path.join(directory, name)).definitions) {
        if (definition.kind === "template") files.set(definition.name, `${folder}/${name}`);
      }
    }
  }
  return files;
}
