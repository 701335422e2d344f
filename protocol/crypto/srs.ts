import { existsSync } from "node:fs";
import { join } from "node:path";
import { hashFile, type BinFile } from "./binfile";
import {
  assertG1,
  decodeG1,
  decodeG2,
  G1_BYTES,
  G1_GENERATOR,
  G2_BYTES,
  G2_GENERATOR,
  negG1,
  pairingCheck,
  type G1Point,
  type G2Point,
} from "./curve";
import { assertChecksum, buildDevelopmentSrs, isDevelopmentSrs, type Progress } from "./developmentSrs";
import type { LagrangeBasis } from "./kzg";
import { ptauPower, SECTION, usePtau } from "./ptau";

/** The structured reference string, read from a `.ptau` file: one of a public ceremony, or the insecure one made for development. */
export interface Srs extends LagrangeBasis {
  /** The file, for snarkjs' setup. */
  readonly path: string;
  /** INSECURE when true: its τ is known. */
  readonly isDevelopment: boolean;
  /** [τ]₁ and [τ]₂. */
  readonly tauG1: G1Point;
  readonly tauG2: G2Point;
}

export interface OpenSrsOptions {
  /** log2 of the size of the state's domain: the Lagrange points that are loaded. */
  power: number;
  /** log2 of the size of the largest circuit's domain, when it is larger than the state's. */
  circuitPower?: number;
  /** A ceremony's file, with its hash: SHA-256, or BLAKE2b-512 as ceremonies publish it. Without one, the development SRS. */
  ptau?: { path: string; sha256?: string; blake2b?: string };
  /** Where the development SRS is kept, and built when it is missing. */
  directory: string;
  onProgress?: Progress;
}

/**
 * Reads the Lagrange points of the domain 2^power, and [τ] in both groups, and checks that the latter agree.
 * @throws when the file is damaged, not prepared, of another curve or too small
 */
export async function readSrs(path: string, { power }: { power: number }): Promise<Srs> {
  return usePtau(path, async (file) => {
    await assertPower(file, power);
    await assertChecksum(file);
    const [one, tauG1] = decodeG1(await file.read(SECTION.tauG1, 0, 2 * G1_BYTES));
    const oneG2 = decodeG2(await file.read(SECTION.tauG2, 0, G2_BYTES));
    const tauG2 = decodeG2(await file.read(SECTION.tauG2, G2_BYTES, G2_BYTES));
    await assertSameTau(path, { one, tauG1, oneG2, tauG2 });
    const lagrange = await file.read(SECTION.lagrangeG1, (2 ** power - 1) * G1_BYTES, 2 ** power * G1_BYTES);
    return { path, power, isDevelopment: await isDevelopmentSrs(path), tauG1, tauG2, lagrange };
  });
}

async function assertPower(file: BinFile, power: number): Promise<void> {
  if (!Number.isInteger(power) || power < 1) throw new RangeError(`SRS power must be a positive integer, got ${power}`);
  const available = await ptauPower(file);
  if (power > available) throw new Error(`${file.path}: has 2^${available} powers of tau, 2^${power} are needed`);
}

/** [1]₁ and [1]₂ are the generators, and e([τ]₁, [1]₂) = e([1]₁, [τ]₂). */
async function assertSameTau(
  path: string,
  points: { one: G1Point; tauG1: G1Point; oneG2: G2Point; tauG2: G2Point },
): Promise<void> {
  const { one, tauG1, oneG2, tauG2 } = points;
  const startsRight = [one.x === G1_GENERATOR.x, one.y === G1_GENERATOR.y];
  for (const i of [0, 1]) startsRight.push(oneG2.x[i] === G2_GENERATOR.x[i], oneG2.y[i] === G2_GENERATOR.y[i]);
  if (startsRight.includes(false)) throw new Error(`${path}: the first points must be the generators of BN254`);
  assertG1(`${path}: tau in G1`, tauG1);
  const isSame = await pairingCheck([
    [tauG1, G2_GENERATOR],
    [negG1(G1_GENERATOR), tauG2],
  ]);
  if (!isSame) throw new Error(`${path}: tau is not the same in G1 and in G2`);
}

/** Opens a ceremony's SRS after its hash was checked, or the development SRS, which is built when first needed. */
export async function openSrs(options: OpenSrsOptions): Promise<Srs> {
  const { power, ptau, directory, onProgress } = options;
  const filePower = Math.max(power, options.circuitPower ?? power);
  if (ptau) {
    await assertHash(ptau);
    await usePtau(ptau.path, (file) => assertPower(file, filePower));
    return readSrs(ptau.path, { power });
  }
  const path = join(directory, `development-${filePower}.ptau`);
  if (!existsSync(path)) await buildDevelopmentSrs(path, filePower, onProgress);
  return readSrs(path, { power });
}

async function assertHash({
  path,
  sha256,
  blake2b,
}: {
  path: string;
  sha256?: string;
  blake2b?: string;
}): Promise<void> {
  const expectations = [
    { name: "SHA-256", algorithm: "sha256" as const, expected: sha256 },
    { name: "BLAKE2b-512", algorithm: "blake2b512" as const, expected: blake2b },
  ].filter(({ expected }) => expected !== undefined);
  if (expectations.length === 0) throw new Error(`${path}: the file's SHA-256 or BLAKE2b-512 hash must be given`);
  if (!existsSync(path)) throw new Error(`${path}: does not exist`);
  for (const { name, algorithm, expected } of expectations) {
    const actual = await hashFile(path, algorithm);
    if (actual !== expected?.toLowerCase().replace(/^0x/, "")) {
      throw new Error(`${path}: its ${name} hash is ${actual}, expected ${expected}`);
    }
  }
}

export {
  buildDevelopmentSrs,
  developmentTau,
  isDevelopmentSrs,
  isDevelopmentTauG2,
  type Progress,
} from "./developmentSrs";
export { hashFile } from "./binfile";
