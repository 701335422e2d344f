import fs from "node:fs";
import path from "node:path";
import { fromJson, toJson } from "../client/json";

/**
 * Named documents in a folder, each replaced as a whole: a reader sees the old one or the new one, also after a crash in the middle of a
 * write. One process at a time holds the folder.
 */
export class Store {
  private held = true;

  private constructor(readonly directory: string) {}

  /** Takes the folder, which is created if needed. Throws when another process, or another store of this one, holds it. */
  static open(directory: string): Store {
    fs.mkdirSync(directory, { recursive: true });
    lock(path.join(directory, LOCK));
    return new Store(directory);
  }

  /** The document, or undefined when there is none. Throws when it is not what `write` wrote. */
  read(name: string): unknown {
    const file = this.file(name);
    if (!fs.existsSync(file)) return undefined;
    try {
      return fromJson(fs.readFileSync(file, "utf8"));
    } catch (cause) {
      throw new Error(`${file} is damaged: ${(cause as Error).message}`, { cause });
    }
  }

  /** Replaces the document; `undefined` removes it. */
  write(name: string, value: unknown): void {
    const file = this.file(name);
    if (value === undefined) return fs.rmSync(file, { force: true });
    const draft = `${file}.new`;
    const handle = fs.openSync(draft, "w");
    fs.writeSync(handle, toJson(value));
    fs.fsyncSync(handle);
    fs.closeSync(handle);
    fs.renameSync(draft, file);
  }

  /** Gives the folder back. The store cannot be used afterwards. */
  close(): void {
    if (!this.held) return;
    this.held = false;
    fs.rmSync(path.join(this.directory, LOCK), { force: true });
  }

  private file(name: string): string {
    if (!this.held) throw new Error(`the store ${this.directory} is closed`);
    return path.join(this.directory, `${name}.json`);
  }
}

const LOCK = "lock";

/** Creates the lock file with this process's id; a lock whose process is gone is taken over. */
function lock(file: string): void {
  for (let attempt = 0; attempt < 2; attempt++) {
    if (create(file, String(process.pid))) return;
    const holder = fs.readFileSync(file, "utf8");
    if (isRunning(Number(holder)))
      throw new Error(`another batcher, process ${holder}, holds ${path.dirname(file)} (${file})`);
    // Only the process that moves the dead holder's file away goes on; what it moved may be a faster one's new lock, which it puts back.
    const moved = `${file}.${process.pid}`;
    fs.renameSync(file, moved);
    const taken = fs.readFileSync(moved, "utf8");
    if (taken !== holder) fs.linkSync(moved, file);
    fs.rmSync(moved);
  }
  throw new Error(`another process takes ${path.dirname(file)} at the same time`);
}

/** Creates a file together with its content; false when it exists. */
function create(file: string, content: string): boolean {
  const draft = `${file}.${process.pid}.new`;
  fs.writeFileSync(draft, content);
  try {
    fs.linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  } finally {
    fs.rmSync(draft);
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
