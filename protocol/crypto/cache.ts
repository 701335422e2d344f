/**
 * The ignored folder `.causeway/`: results of long builds, each in a folder named by a hash of everything it is made from.
 *
 * A folder there is always whole. It is built under a temporary name and renamed, by one process at a time; a build that
 * was interrupted leaves nothing that a later call would use, and the next build of the same thing removes its remains.
 */
import { createHash, randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

/** The root of the repository. */
export const PROJECT_ROOT = path.resolve(__dirname, "../..");
export const CACHE_ROOT = path.join(PROJECT_ROOT, ".causeway");

/** Characters of a content hash in a folder's name: 64 bits. */
const HASH_CHARACTERS = 16;
const POLL_MILLISECONDS = 100;

/** A short hash of parts that are told apart: the hash of ("ab", "c") is not that of ("a", "bc"). */
export function contentHash(parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}\n`).update(part);
  return hash.digest("hex").slice(0, HASH_CHARACTERS);
}

/** The version of an installed package. */
export function packageVersion(name: string): string {
  const file = path.join(PROJECT_ROOT, "node_modules", name, "package.json");
  return (JSON.parse(fs.readFileSync(file, "utf8")) as { version: string }).version;
}

const building = new Map<string, Promise<boolean>>();

/**
 * Makes sure that a folder exists, built at most once by all processes together.
 * @param directory the folder's final name; nothing is done if it exists
 * @param build fills the temporary folder it is given; when it throws, nothing remains
 * @param onWait called once if another process is found building the same folder
 * @returns whether this call built it
 */
export async function buildOnce(
  directory: string,
  build: (temporary: string) => Promise<void>,
  onWait: () => void = () => undefined,
): Promise<boolean> {
  if (fs.existsSync(directory)) return false;
  const running = building.get(directory);
  if (running) {
    await running;
    return false;
  }
  const result = buildLocked(directory, build, onWait).finally(() => building.delete(directory));
  building.set(directory, result);
  return result;
}

async function buildLocked(
  directory: string,
  build: (temporary: string) => Promise<void>,
  onWait: () => void,
): Promise<boolean> {
  await fs.promises.mkdir(path.dirname(directory), { recursive: true });
  const release = await acquire(`${directory}.lock`, () => fs.existsSync(directory), onWait);
  if (release === undefined) return false;
  try {
    if (fs.existsSync(directory)) return false;
    await removeRemains(directory);
    const temporary = await fs.promises.mkdtemp(`${directory}.tmp-`);
    try {
      await build(temporary);
      await fs.promises.rename(temporary, directory);
    } finally {
      await fs.promises.rm(temporary, { recursive: true, force: true });
    }
    return true;
  } finally {
    release();
  }
}

/** Removes what killed builds of this folder left. Only the holder of the lock may. */
async function removeRemains(directory: string): Promise<void> {
  const parent = path.dirname(directory);
  const prefix = `${path.basename(directory)}.`;
  for (const entry of await fs.promises.readdir(parent)) {
    if (entry.startsWith(`${prefix}tmp-`)) await fs.promises.rm(path.join(parent, entry), { recursive: true });
  }
}

/**
 * Takes a lock file, waiting while a living process holds it; a dead process' lock is taken over.
 * @param finished asked while waiting: when true, the lock is no longer wanted
 * @returns how to release it, or undefined when `finished`
 */
async function acquire(lock: string, finished: () => boolean, onWait: () => void): Promise<(() => void) | undefined> {
  const owner = describeProcess(process.pid);
  let waited = false;
  for (;;) {
    if (createExclusively(lock, owner)) {
      return () => {
        if (readLock(lock) === owner) fs.rmSync(lock, { force: true });
      };
    }
    if (finished()) return undefined;
    const holder = readLock(lock);
    if (holder !== undefined && !isAlive(holder)) {
      // Moving it away is atomic: of several processes that find the same stale lock, one succeeds.
      const stale = `${lock}.stale-${randomBytes(4).toString("hex")}`;
      moveIfPresent(lock, stale);
      // Another process may have replaced the stale lock between the two calls: that lock goes back.
      if (readLock(stale) !== holder) createExclusively(lock, readLock(stale) ?? "");
      fs.rmSync(stale, { force: true });
      continue;
    }
    if (!waited) onWait();
    waited = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}

/** Creates a file with its content in one step, so that nobody sees it empty. False if it exists. */
function createExclusively(file: string, content: string): boolean {
  const draft = `${file}.${process.pid}-${randomBytes(4).toString("hex")}`;
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

function readLock(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return undefined;
  }
}

function moveIfPresent(from: string, to: string): void {
  try {
    fs.renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

/** "pid start": the start time tells a process from a later one with the same number, where the system shows it. */
function describeProcess(pid: number): string {
  return `${pid} ${startTime(pid)}`;
}

function isAlive(holder: string): boolean {
  const pid = Number(holder.split(" ")[0]);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return describeProcess(pid) === holder;
}

/** Field 22 of /proc/PID/stat on Linux; "?" elsewhere. */
function startTime(pid: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "?";
  } catch {
    return "?";
  }
}
