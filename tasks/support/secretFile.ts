/** Files with secrets: outside the repository, and readable by their owner alone. */
import fs from "node:fs";
import path from "node:path";

const ROOT = path.resolve(__dirname, "../..");

/** Bits of a file's mode that let others read it. */
const OTHERS = 0o077;

/** @throws naming the field, when the file is not safe or not there */
export function readSecretFile(field: string, file: string): string {
  requireOutside(field, file);
  if (!fs.existsSync(file)) throw new Error(`${field}: there is no file ${file}`);
  if ((fs.statSync(file).mode & OTHERS) !== 0)
    throw new Error(`${field}: ${file} can be read by others; run chmod 600`);
  return fs.readFileSync(file, "utf8").trim();
}

/** Writes a new file. @throws when it exists or would be in the repository */
export function writeSecretFile(field: string, file: string, content: string): void {
  requireOutside(field, file);
  fs.writeFileSync(file, `${content}\n`, { flag: "wx", mode: 0o600 });
}

/** @throws naming the field */
export function requireOutside(field: string, file: string): void {
  const inside = path.relative(ROOT, path.resolve(file));
  if (!inside.startsWith("..") && !path.isAbsolute(inside)) {
    throw new Error(`${field}: ${file} is in the repository; keep keys elsewhere`);
  }
}
