import { fork, type ChildProcess } from "node:child_process";
import { mkdir, open, rename, rm, type FileHandle } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { id } from "ethers";
import * as F from "./field";
import { encodeG2, G1_BYTES, G2_BYTES, G2_GENERATOR, mulG2, type G2Point } from "./curve";
import { FIXED_BASE_BATCH } from "./fixedBase";
import { FILE_HEADER_BYTES, fileHeader, hashFile, SECTION_HEADER_BYTES, sectionHeader, type BinFile } from "./binfile";
import { HEADER_BYTES, headerContent, PTAU, SECTION, usePtau } from "./ptau";
import type { SrsTask } from "./srs.worker";

/**
 * The SRS for development: INSECURE, because τ is known to everyone who reads this file, and who knows τ can open a commitment to any value
 * and prove any statement. It has the form of a `.ptau` file and says in a section of its own what it is.
 */

/** What τ is made of. */
const TAU_SEED = "causeway development SRS, insecure";

/** Sections of our own, numbered far above snarkjs', which skips them: the text below, and the SHA-256 of all bytes before its header. */
const MARKER_SECTION = 100;
const CHECKSUM_SECTION = 101;
const MARKER = "INSECURE: development SRS with a publicly known tau; worthless outside tests";
const CHECKSUM_BYTES = 32;

/** Powers of τ in G1 beyond the domain's size: PLONK blinds its polynomials, and snarkjs' setup reads six more. */
const EXTRA_POWERS = 6;

export type Progress = (done: number, total: number) => void;

/** The known τ. */
export function developmentTau(): bigint {
  return BigInt(id(TAU_SEED)) % F.R;
}

/** [τ]₂ of every development SRS; verification keys carry it (X_2), so a verifier made from one can be told by it. */
export async function developmentTauG2(): Promise<G2Point> {
  return mulG2(G2_GENERATOR, developmentTau());
}

/** Whether [τ]₂, as an SRS or a verification key states it, is that of the development SRS. */
export async function isDevelopmentTauG2(point: G2Point): Promise<boolean> {
  const known = await developmentTauG2();
  return [0, 1].every((i) => known.x[i] === point.x[i] && known.y[i] === point.y[i]);
}

/** Whether a `.ptau` file is a development SRS: by its mark, or by its τ should someone have removed the mark. */
export async function isDevelopmentSrs(path: string): Promise<boolean> {
  return usePtau(path, async (file) => {
    if (file.has(MARKER_SECTION)) return true;
    const tauG2 = await file.read(SECTION.tauG2, G2_BYTES, G2_BYTES);
    return Buffer.from(encodeG2(await developmentTauG2())).equals(Buffer.from(tauG2));
  });
}

/** Throws when the file has a checksum and it is not that of its bytes. Files of ceremonies have none; their hash is pinned instead. */
export async function assertChecksum(file: BinFile): Promise<void> {
  if (!file.has(CHECKSUM_SECTION)) return;
  const stored = Buffer.from(await file.read(CHECKSUM_SECTION)).toString("hex");
  const length = file.section(CHECKSUM_SECTION).offset - SECTION_HEADER_BYTES;
  const actual = await hashFile(file.path, "sha256", length);
  if (stored !== actual)
    throw new Error(
      `${file.path}: is damaged, its SHA-256 is ${actual} instead of ${stored}; remove it to have it built again`,
    );
}

interface Piece {
  /** Offset in the file. */
  offset: number;
  task: SrsTask;
}

/** The file's parts with fixed content, and the points to compute. */
interface Plan {
  fixed: { offset: number; bytes: Uint8Array }[];
  pieces: Piece[];
  /** Where the checksum's section starts. */
  end: number;
}

function split(task: Omit<SrsTask, "start">, offset: number): Piece[] {
  const pieces: Piece[] = [];
  for (let start = 0; start < task.count; start += FIXED_BASE_BATCH) {
    const count = Math.min(FIXED_BASE_BATCH, task.count - start);
    pieces.push({ offset: offset + start * G1_BYTES, task: { ...task, start, count } });
  }
  return pieces;
}

/** Sections 1, marker, 3, 2 and 12, the last with the Lagrange points of every domain up to 2^power, smallest first. */
async function plan(power: number): Promise<Plan> {
  const tau = developmentTau();
  const fixed: Plan["fixed"] = [{ offset: 0, bytes: fileHeader(PTAU, 6) }];
  let offset = FILE_HEADER_BYTES;
  /** Adds a section's header and gives the offset of its content. */
  const section = (number: number, size: number): number => {
    fixed.push({ offset, bytes: sectionHeader(number, size) });
    const content = offset + SECTION_HEADER_BYTES;
    offset = content + size;
    return content;
  };

  fixed.push({ offset: section(SECTION.header, HEADER_BYTES), bytes: headerContent(power) });
  fixed.push({ offset: section(MARKER_SECTION, MARKER.length), bytes: Buffer.from(MARKER, "ascii") });
  const g2 = Buffer.concat([encodeG2(G2_GENERATOR), encodeG2(await developmentTauG2())]);
  fixed.push({ offset: section(SECTION.tauG2, g2.length), bytes: g2 });

  const powers = 2 ** power + EXTRA_POWERS;
  const pieces = split({ kind: "powers", power: 0, count: powers, tau }, section(SECTION.tauG1, powers * G1_BYTES));
  const lagrange = section(SECTION.lagrangeG1, (2 ** (power + 1) - 1) * G1_BYTES);
  for (let level = 0; level <= power; level++) {
    const start = lagrange + (2 ** level - 1) * G1_BYTES;
    pieces.push(...split({ kind: "lagrange", power: level, count: 2 ** level, tau }, start));
  }
  return { fixed, pieces, end: offset };
}

/**
 * Writes a development SRS for domains of up to 2^power points, with all cores. The file appears under its name when it is whole.
 * @param power 1 to 28; 2^16 takes seconds, 2^20 minutes
 * @param onProgress told the points done and their total after each piece
 */
export async function buildDevelopmentSrs(path: string, power: number, onProgress?: Progress): Promise<void> {
  if (!Number.isInteger(power) || power < 1 || power > F.TWO_ADICITY) {
    throw new RangeError(`SRS power must be an integer from 1 to ${F.TWO_ADICITY}, got ${power}`);
  }
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  const file = await open(temporary, "w");
  try {
    const { fixed, pieces, end } = await plan(power);
    for (const { offset, bytes } of fixed) await file.write(bytes, 0, bytes.length, offset);
    await writePoints(file, pieces, onProgress);
    const checksum = Buffer.from(await hashFile(temporary), "hex");
    await file.write(sectionHeader(CHECKSUM_SECTION, CHECKSUM_BYTES), 0, SECTION_HEADER_BYTES, end);
    await file.write(checksum, 0, CHECKSUM_BYTES, end + SECTION_HEADER_BYTES);
    await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Shares the pieces among the cores; each core takes the next piece when it has finished one. */
async function writePoints(file: FileHandle, pieces: Piece[], onProgress?: Progress): Promise<void> {
  const total = pieces.reduce((sum, { task }) => sum + task.count, 0);
  let done = 0;
  let next = 0;
  const workers = Array.from({ length: Math.min(availableParallelism(), pieces.length) }, startWorker);
  try {
    await Promise.all(
      workers.map(async (worker) => {
        while (next < pieces.length) {
          const { offset, task } = pieces[next++];
          const points = await run(worker, task);
          await file.write(points, 0, points.length, offset);
          done += task.count;
          onProgress?.(done, total);
        }
      }),
    );
  } finally {
    workers.forEach((worker) => worker.kill());
  }
}

/** A process per core; ffjavascript's kernels cannot be had in a worker thread. It starts without a TypeScript loader, so it is given one. */
function startWorker(): ChildProcess {
  const execArgv = ["--require", require.resolve("tsx/cjs")];
  return fork(require.resolve("./srs.worker"), [], { execArgv, serialization: "advanced" });
}

async function run(worker: ChildProcess, task: SrsTask): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      worker.removeAllListeners();
      act();
    };
    worker.on("message", (points) => settle(() => resolve(points as Uint8Array)));
    worker.on("error", (error) => settle(() => reject(error)));
    worker.on("exit", (code) => settle(() => reject(new Error(`an SRS worker ended with code ${code}`))));
    worker.send(task);
  });
}
