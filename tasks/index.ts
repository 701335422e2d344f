/** Loads every task file of this folder: one file per scope. Files register their tasks when loaded. */
import fs from "node:fs";
import path from "node:path";

const self = path.basename(__filename);

for (const file of fs.readdirSync(__dirname).sort()) {
  if (file !== self && file.endsWith(".ts") && !file.endsWith(".d.ts")) require(path.join(__dirname, file));
}
