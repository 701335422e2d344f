/**
 * The proving key of a circuit: snarkjs' `.zkey`, byte for byte, without its object for each gate (eprint 2019/953, section 8.1).
 */
import { open, type FileHandle } from "node:fs/promises";
import { FILE_HEADER_BYTES, fileHeader, sectionHeader } from "../../crypto/binfile";
import { decodeG2, G1_BYTES, G2_BYTES, type G1Point } from "../../crypto/curve";
import { getDomain } from "../../crypto/domain";
import * as F from "../../crypto/field";
import {
  BLOCK_BYTES,
  FILE_BITS,
  Kernels,
  LANES,
  multiExpWorkBytes,
  prepareBases,
  Transform,
  Vectors,
  type Bases,
  type Task,
} from "../../crypto/kernels";
import { EXTRA_POWERS, ptauPower, SECTION, usePtau } from "../../crypto/ptau";
import type { OnProgress } from "../progress";
import { readConstraints } from "./constraintFile";
import { buildGates, type Gates } from "./gates";
import {
  ADDITION_BYTES,
  encodeFileElement,
  encodeHeader,
  KEY_FILE,
  KEY_SECTION,
  MIN_POWER,
  PLONK_PROTOCOL,
  POLYNOMIAL_PARTS,
  type Commitments,
} from "./keyFile";

/** Multipliers of the second and third wire's roots; neither is a root of unity of a domain, nor is their quotient. */
const K1 = 2n;
const K2 = 3n;
/** Selectors and permutations: what has a commitment. */
const SELECTORS = ["Qm", "Ql", "Qr", "Qo", "Qc"] as const;
const PERMUTATIONS = ["S1", "S2", "S3"] as const;

export interface SetupFiles {
  readonly r1cs: string;
  readonly ptau: string;
  readonly zkey: string;
}

/** Thrown when a circuit has more gates than the SRS has room for. */
export class TooManyGatesError extends Error {}

/**
 * Writes the key.
 * @param onProgress phase "setup"
 * @throws TooManyGatesError; Error naming a file that is missing or damaged
 */
export async function setupPlonk({ r1cs, ptau, zkey }: SetupFiles, onProgress?: OnProgress): Promise<void> {
  const constraints = await readConstraints(r1cs);
  const units = 2 * SELECTORS.length + 2 * PERMUTATIONS.length + Math.max(constraints.publics, 1);
  const total = 2 * units;
  let done = 0;
  const report = (value: number): void => onProgress?.({ phase: "setup", done: (done = value), total });
  report(0);
  // Half of the work, as a rule, is reading the constraints.
  const gates = buildGates(constraints, (count) =>
    report(Math.floor((units * count) / Math.max(constraints.count, 1))),
  );
  const progress = (): void => report(done + 1);

  const power = Math.max(MIN_POWER, Math.ceil(Math.log2(gates.count)));
  await usePtau(ptau, async (srs) => {
    const available = await ptauPower(srs);
    if (power > available) {
      throw new TooManyGatesError(`the circuit has ${gates.count} gates, the SRS has room for 2^${available}`);
    }
    const size = 2 ** power;
    const lagrange = await srs.read(SECTION.lagrangeG1, (size - 1) * G1_BYTES, size * G1_BYTES);
    const tauG2 = decodeG2(await srs.read(SECTION.tauG2, G2_BYTES, G2_BYTES));
    const powers = await srs.read(SECTION.tauG1, 0, (size + EXTRA_POWERS) * G1_BYTES);
    const file = await open(zkey, "w");
    try {
      const vectorBytes = (size / LANES + 1) * BLOCK_BYTES;
      const workBytes = Math.max(multiExpWorkBytes(size), 2 * vectorBytes);
      await Kernels.use({ workBytes }, async (kernels) => {
        const setup = new PlonkSetup(kernels, new SectionWriter(file), gates, power);
        await setup.write(lagrange, powers, tauG2, progress);
      });
    } finally {
      await file.close();
    }
  });
  report(total);
}

/** Writes one section after the other. */
class SectionWriter {
  private offset = FILE_HEADER_BYTES;
  private count = 0;

  constructor(private readonly file: FileHandle) {}

  async write(number: number, ...parts: readonly Uint8Array[]): Promise<void> {
    await this.start(
      number,
      parts.reduce((sum, { length }) => sum + length, 0),
    );
    for (const part of parts) await this.append(part);
  }

  /** Starts a section whose content is appended afterwards. */
  async start(number: number, size: number): Promise<void> {
    this.count++;
    await this.append(sectionHeader(number, size));
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.file.write(bytes, done, bytes.length - done, this.offset + done);
      done += bytesWritten;
    }
    this.offset += bytes.length;
  }

  async finish(): Promise<void> {
    await this.file.write(fileHeader(KEY_FILE, this.count), 0, FILE_HEADER_BYTES, 0);
  }
}

class PlonkSetup {
  private readonly size: number;
  private readonly blocks: number;
  private readonly transform: Transform;
  /** Values of a polynomial, its coefficients, and its bytes in the file. */
  private readonly values: number;
  private readonly coefficients: number;
  private readonly bytes: number;
  private readonly vectors: Vectors;
  /** Brings elements into the file's Montgomery form. */
  private readonly toFile: number;

  constructor(
    private readonly kernels: Kernels,
    private readonly writer: SectionWriter,
    private readonly gates: Gates,
    private readonly power: number,
  ) {
    this.size = 2 ** power;
    this.blocks = this.size / LANES;
    this.transform = new Transform(kernels, power);
    this.values = kernels.allocateBlocks(this.blocks);
    this.coefficients = kernels.allocateBlocks(this.blocks);
    this.bytes = kernels.allocate(POLYNOMIAL_PARTS * this.size * F.FIELD_BYTES);
    this.vectors = new Vectors(kernels, power);
    this.toFile = kernels.rawConstant((1n << FILE_BITS) % F.R);
  }

  async write(
    lagrange: Uint8Array,
    powers: Uint8Array,
    tauG2: Parameters<typeof encodeHeader>[0]["tauG2"],
    progress: () => void,
  ): Promise<void> {
    const { kernels, writer, gates, power } = this;
    const { variables, publics, additions, count } = gates;
    const points = kernels.store(lagrange);
    const build = this.transform.build();
    await kernels.run([() => build, ...prepareBases(kernels, points, points, this.size)]);
    const bases: Bases = { address: points, count: this.size, hasInfinity: false };

    await writer.write(KEY_SECTION.additions, encodeAdditions(gates));
    const { mapA, mapB, mapC } = KEY_SECTION;
    for (const [i, number] of [mapA, mapB, mapC].entries()) {
      await writer.write(number, new Uint8Array(gates.wires[i].buffer, 0, 4 * count));
    }
    const commitments: Partial<Commitments> = {};
    const { qm, ql, qr, qo, qc } = KEY_SECTION;
    const table = this.storeElements(gates.coefficients);
    for (const [i, number] of [qm, ql, qr, qo, qc].entries()) {
      await writer.start(number, this.polynomialBytes);
      await this.gather(gates.selectors[i], table, gates.coefficients.length);
      await this.writePolynomial();
      progress();
      commitments[SELECTORS[i]] = await this.commit(bases);
      progress();
    }
    await writer.start(KEY_SECTION.sigma, PERMUTATIONS.length * this.polynomialBytes);
    const places = permutation(gates, this.size);
    const roots = await this.rootTable();
    for (const [i, name] of PERMUTATIONS.entries()) {
      await this.gather(places.subarray(i * this.size, (i + 1) * this.size), roots, 3 * this.size);
      await this.writePolynomial();
      progress();
      commitments[name] = await this.commit(bases);
      progress();
    }
    const lagrangeCount = Math.max(publics, 1);
    await writer.start(KEY_SECTION.lagrange, lagrangeCount * this.polynomialBytes);
    for (let i = 0; i < lagrangeCount; i++) {
      kernels.bytes(this.values, this.blocks * BLOCK_BYTES).fill(0);
      kernels.writeElement(this.values, this.blocks, i, 1n);
      await this.writePolynomial();
      progress();
    }
    await writer.write(KEY_SECTION.ptau, powers);
    const protocol = Buffer.alloc(4);
    protocol.writeUInt32LE(PLONK_PROTOCOL);
    await writer.write(KEY_SECTION.protocol, protocol);
    const header = { variables, publics, power, additions: additions.length, gates: count, k1: K1, k2: K2, tauG2 };
    await writer.write(KEY_SECTION.header, encodeHeader({ ...header, commitments: commitments as Commitments }));
    await writer.finish();
  }

  private get polynomialBytes(): number {
    return POLYNOMIAL_PARTS * this.size * F.FIELD_BYTES;
  }

  /** Packed elements in the kernels' form. */
  private storeElements(elements: readonly bigint[]): number {
    const { kernels } = this;
    const address = kernels.allocate(Math.max(1, elements.length) * F.FIELD_BYTES);
    elements.forEach((value, i) => kernels.writePacked(address + i * F.FIELD_BYTES, value));
    return address;
  }

  /** Packed (ω^i, K1·ω^i, K2·ω^i), one after the other. */
  private async rootTable(): Promise<number> {
    const { kernels, transform, size, blocks, values } = this;
    const address = kernels.allocate(3 * size * F.FIELD_BYTES);
    const { zero } = kernels;
    const one = kernels.constant(1n);
    const factors = [1n, K1, K2].map((k) => kernels.constant(k));
    await kernels.run([
      (work) => [
        ...transform.powers(values, transform.omega, work),
        ...factors.flatMap((factor, i) => [
          ["scale", this.coefficients, values, blocks, factor, kernels.fr] as const,
          [
            "pack",
            ...[
              address + i * size * F.FIELD_BYTES,
              F.FIELD_BYTES,
              this.coefficients,
              blocks,
              one,
              zero,
              work,
              kernels.fr,
            ],
          ] as const,
        ]),
      ],
    ]);
    return address;
  }

  /** values_row = table[indices_row], 0 beyond the indices. */
  private async gather(indices: Uint32Array, table: number, count: number): Promise<void> {
    const { kernels, values, blocks } = this;
    await kernels.scope(async () => {
      const map = kernels.store(new Uint8Array(indices.buffer, indices.byteOffset, indices.byteLength));
      await kernels.run([() => [["gatherElements", values, map, indices.length, blocks, table, count, kernels.zero]]]);
    });
  }

  /** Coefficients, then values on the domain of 4n roots, of the polynomial with `values`. */
  private async writePolynomial(): Promise<void> {
    const { kernels, transform, values, coefficients, blocks, bytes, size, power } = this;
    const { toFile } = this;
    const { zero } = kernels;
    const vectorBytes = blocks * BLOCK_BYTES;
    await kernels.run([
      (work) => [
        ...transform.toCoefficients(coefficients, values, work),
        ["pack", bytes, F.FIELD_BYTES, coefficients, blocks, toFile, zero, work, kernels.fr],
      ],
    ]);
    const extended = bytes + size * F.FIELD_BYTES;
    const root = getDomain(power + 2).omega;
    const tasks = Array.from({ length: 4 }, (_, coset): Task => (work) => {
      const to = work + vectorBytes + BLOCK_BYTES;
      return [
        ...transform.toValues(to, coefficients, work, F.pow(root, BigInt(coset))),
        ["pack", extended + coset * F.FIELD_BYTES, 4 * F.FIELD_BYTES, to, blocks, toFile, zero, work, kernels.fr],
      ];
    });
    await kernels.run(tasks);
    await this.writer.append(kernels.bytes(bytes, this.polynomialBytes));
  }

  private async commit(bases: Bases): Promise<G1Point> {
    return (await this.vectors.commit(bases, [{ address: this.values, tail: [] }]))[0];
  }
}

function encodeAdditions({ additions }: Gates): Uint8Array {
  const bytes = Buffer.alloc(additions.length * ADDITION_BYTES);
  const encoded = new Map<bigint, Buffer>();
  const encode = (value: bigint): Buffer => {
    let found = encoded.get(value);
    if (!found) encoded.set(value, (found = encodeFileElement(value)));
    return found;
  };
  additions.forEach(([first, second, firstFactor, secondFactor], i) => {
    const at = i * ADDITION_BYTES;
    bytes.writeUInt32LE(first, at);
    bytes.writeUInt32LE(second, at + 4);
    encode(firstFactor).copy(bytes, at + 8);
    encode(secondFactor).copy(bytes, at + 8 + F.FIELD_BYTES);
  });
  return bytes;
}

/**
 * For each place (column·size + row) the place before it that holds the same wire, for the first such place the last. Rows without
 * a gate hold wire 0.
 */
function permutation({ wires, variables, count }: Gates, size: number): Uint32Array {
  const NOWHERE = 0xffffffff;
  const first = new Uint32Array(variables).fill(NOWHERE);
  const last = new Uint32Array(variables);
  const places = new Uint32Array(3 * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < 3; column++) {
      const wire = row < count ? wires[column][row] : 0;
      const place = column * size + row;
      if (first[wire] === NOWHERE) first[wire] = place;
      else places[place] = last[wire];
      last[wire] = place;
    }
  }
  for (let wire = 0; wire < variables; wire++) if (first[wire] !== NOWHERE) places[first[wire]] = last[wire];
  return places;
}
