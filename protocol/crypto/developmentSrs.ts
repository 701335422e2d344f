import { mkdir, open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { id } from "ethers";
import * as F from "./field";
import { encodeG2, G1_BYTES, G2_BYTES, G2_GENERATOR, mulG2, type G2Point } from "./curve";
import { getDomain } from "./domain";
import { BLOCK_BYTES, FixedBase, Kernels, LANES, powers, SCALAR_BYTES, Transform, writeScalars } from "./kernels";
import { FILE_HEADER_BYTES, fileHeader, hashFile, SECTION_HEADER_BYTES, sectionHeader, type BinFile } from "./binfile";
import { EXTRA_POWERS, HEADER_BYTES, headerContent, PTAU, SECTION, usePtau } from "./ptau";

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

/** log2 of the largest domain. */
const MAX_POWER = 22;

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

/** Points to compute: [τ^i]₁, or the Lagrange points [L_i(τ)]₁ of a domain. */
interface Part {
  /** Offset in the file. */
  offset: number;
  kind: "powers" | "lagrange";
  /** log2 of the number of points; the last power of τ has `EXTRA_POWERS` after it. */
  power: number;
}

/** The file's parts with fixed content, and the points to compute. */
interface Plan {
  fixed: { offset: number; bytes: Uint8Array }[];
  parts: Part[];
  /** Where the checksum's section starts. */
  end: number;
}

/** Sections 1, marker, 3, 2 and 12, the last with the Lagrange points of every domain up to 2^power, smallest first. */
async function plan(power: number): Promise<Plan> {
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

  const parts: Part[] = [
    { kind: "powers", power, offset: section(SECTION.tauG1, pointCount("powers", power) * G1_BYTES) },
  ];
  const lagrange = section(SECTION.lagrangeG1, (2 ** (power + 1) - 1) * G1_BYTES);
  for (let level = 0; level <= power; level++) {
    parts.push({ kind: "lagrange", power: level, offset: lagrange + (2 ** level - 1) * G1_BYTES });
  }
  return { fixed, parts, end: offset };
}

function pointCount(kind: Part["kind"], power: number): number {
  return kind === "powers" ? 2 ** power + EXTRA_POWERS : 2 ** power;
}

/**
 * Writes a development SRS for domains of up to 2^power points, with all cores. The file appears under its name when it is whole.
 * @param power 1 to 22, which is what memory holds; 2^16 takes seconds, 2^20 a minute
 * @param onProgress told the points done and their total after each piece
 */
export async function buildDevelopmentSrs(path: string, power: number, onProgress?: Progress): Promise<void> {
  if (!Number.isInteger(power) || power < 1 || power > MAX_POWER) {
    throw new RangeError(`SRS power must be an integer from 1 to ${MAX_POWER}, got ${power}`);
  }
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  const file = await open(temporary, "w");
  try {
    const { fixed, parts, end } = await plan(power);
    for (const { offset, bytes } of fixed) await file.write(bytes, 0, bytes.length, offset);
    await writePoints(file, parts, onProgress);
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

/** Part by part, each on all cores. */
async function writePoints(file: FileHandle, parts: readonly Part[], onProgress?: Progress): Promise<void> {
  const total = parts.reduce((sum, { kind, power }) => sum + pointCount(kind, power), 0);
  let done = 0;
  const vectorBytes = (2 ** parts[0].power / LANES + 1) * BLOCK_BYTES;
  const workBytes = Math.max(FixedBase.workBytes, vectorBytes);
  await Kernels.use({ workBytes }, async (kernels) => {
    const base = await FixedBase.build(kernels);
    for (const { kind, power, offset } of parts) {
      await kernels.scope(async () => {
        const count = pointCount(kind, power);
        const scalars = kernels.allocate(count * SCALAR_BYTES);
        await scalarsOf(kernels, scalars, kind, power);
        const points = kernels.allocate(count * G1_BYTES);
        const tasks = base.multiply(points, scalars, count);
        const start = done;
        let finished = 0;
        await kernels.run(tasks, () => {
          done = start + Math.floor((++finished * count) / tasks.length);
          onProgress?.(done, total);
        });
        const bytes = kernels.bytes(points, count * G1_BYTES);
        await file.write(bytes, 0, bytes.length, offset);
      });
    }
  });
}

/** Writes τ^i, or L_i(τ), as `FixedBase.multiply` takes them. */
async function scalarsOf(kernels: Kernels, to: number, kind: Part["kind"], power: number): Promise<void> {
  const tau = developmentTau();
  const { offset } = FixedBase;
  if (power < Transform.MIN_POWER) {
    const indices = Array.from({ length: 2 ** power }, (_, i) => i);
    const small = kind === "powers" ? powers(tau, pointCount(kind, power)) : getDomain(power).lagrangeAll(indices, tau);
    return writeScalars(kernels, to, small, offset);
  }
  const transform = new Transform(kernels, power);
  const { blocks } = transform;
  const vector = kernels.allocateBlocks(blocks);
  // The values τ^i on the domain are those of Σ L_i(τ)·X^(-i): the Lagrange polynomials' values are its coefficients.
  const offsetBlock = kernels.rawConstant(offset);
  await kernels.run([
    (work) => [
      ...transform.powers(vector, tau, work),
      ...(kind === "lagrange" ? [...transform.build(), ...transform.toCoefficients(vector, vector, work)] : []),
      ["pack", to, SCALAR_BYTES, vector, blocks, kernels.rawOne, offsetBlock, work, kernels.fr],
    ],
  ]);
  if (kind === "powers") {
    const size = 2 ** power;
    const extra = powers(tau, EXTRA_POWERS).map((value) => F.mul(value, F.pow(tau, BigInt(size))));
    writeScalars(kernels, to + size * SCALAR_BYTES, extra, offset);
  }
}
