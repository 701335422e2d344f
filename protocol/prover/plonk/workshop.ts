/** What the rounds of one proof share: the kernels, vectors of the domain's size, and the key's file. */
import type { BinFile } from "../../crypto/binfile";
import { G1_BYTES } from "../../crypto/curve";
import * as F from "../../crypto/field";
import {
  BLOCK_BYTES,
  LANES,
  multiExpWorkBytes,
  powers,
  prepareBases,
  Transform,
  Vectors,
  type Bases,
  type Kernels,
  type Step,
  type Task,
} from "../../crypto/kernels";
import { EXTRA_POWERS } from "../../crypto/ptau";
import { KEY_SECTION, polynomialSections, type KeyHeader } from "./keyFile";

/** The key's polynomials, in the order of the kernels' rows. */
export const ROWS = { selectors: [0, 1, 2, 3, 4], permutations: [5, 6, 7], lagrange: [8] } as const;

/** Values of a row on the domain of 4n roots. */
const ROW_BYTES = 4 * F.FIELD_BYTES;
const ROW_POLYNOMIALS = 9;
/** Blocks of a chunk of rows, in each lane. */
const CHUNK_BLOCKS = 512;
/** Work of `quotient` and `grandProduct` besides the rows, in blocks. */
const CHUNK_WORK_BLOCKS = 30 + 2 * CHUNK_BLOCKS;

/** Brings the file's Montgomery form, for 2^256, to the kernels', for 2^261: what the kernels take unchanged is 2^-5 of it. */
export const FILE_SCALE = 32n;

/** A range of blocks. */
export interface Chunk {
  readonly start: number;
  readonly count: number;
}

export class Workshop {
  readonly size: number;
  readonly vectors: Vectors;
  readonly transform: Transform;
  /** ω, of order n. */
  readonly omega: bigint;

  constructor(
    readonly kernels: Kernels,
    readonly file: BinFile,
    readonly header: KeyHeader,
  ) {
    const { power } = header;
    this.size = 2 ** power;
    this.vectors = new Vectors(kernels, power);
    this.transform = new Transform(kernels, power);
    this.omega = this.transform.omega;
  }

  /** Bytes of work space that a thread needs. */
  static workBytes({ power }: KeyHeader): number {
    const size = 2 ** power;
    const vectorBytes = (size / LANES + 1) * BLOCK_BYTES;
    const rowsBytes = ROW_POLYNOMIALS * LANES * CHUNK_BLOCKS * ROW_BYTES + CHUNK_WORK_BLOCKS * BLOCK_BYTES;
    return Math.max(multiExpWorkBytes(size + EXTRA_POWERS), vectorBytes, rowsBytes);
  }

  /** Fills the transform's tables and reads the powers of τ. Calls `progress` three times. */
  async load(progress: () => void): Promise<Bases> {
    const { kernels, file } = this;
    const count = this.size + EXTRA_POWERS;
    const address = kernels.allocate(count * G1_BYTES);
    const { offset } = file.section(KEY_SECTION.ptau);
    const build = this.transform.build();
    const read = { file: file.descriptor, position: offset, length: count * G1_BYTES, to: address };
    await kernels.run([() => [read], () => build], progress);
    const infinities = await kernels.run(prepareBases(kernels, address, address, count));
    progress();
    return { address, count, hasInfinity: infinities.includes(1) };
  }

  /** Coefficients of vectors of values. */
  async toCoefficients(from: readonly number[], to: readonly number[], progress: () => void): Promise<void> {
    const tasks = from.map((address, i) => (work: number) => this.transform.toCoefficients(to[i], address, work));
    await this.kernels.run(tasks, progress);
  }

  /** Parts of the blocks that fit a thread's work space. */
  chunks(): Chunk[] {
    return this.vectors.ranges(Math.ceil(this.vectors.blocks / CHUNK_BLOCKS));
  }

  /** Steps that read the rows of a range of blocks, in each lane, of some of the key's polynomials. */
  private readRows(to: number, { start, count }: Chunk, polynomials: readonly number[]): Step[] {
    const { file, vectors, header } = this;
    const sections = polynomialSections(file, header.power);
    const valuesStart = this.size * F.FIELD_BYTES;
    const length = count * ROW_BYTES;
    return polynomials.flatMap((polynomial, i) =>
      Array.from({ length: LANES }, (_, lane): Step => {
        const row = lane * vectors.blocks + start;
        const position = sections[polynomial].offset + valuesStart + row * ROW_BYTES;
        return { file: file.descriptor, position, length, to: to + (i * LANES + lane) * length };
      }),
    );
  }

  /** Blocks β·x for x = shift·ω^row, the rows of a range's first block. */
  startOf(start: number, factor: bigint): number {
    const { kernels, vectors, omega } = this;
    const first = F.mul(factor, F.pow(omega, BigInt(start)));
    return kernels.constant(powers(F.pow(omega, BigInt(vectors.blocks)), LANES).map((power) => F.mul(first, power)));
  }

  /**
   * A task for each chunk, with the rows of some of the key's polynomials.
   * @param steps told the chunk, where its rows are, the free work space before them, and the chunk's number
   */
  rowTasks(
    polynomials: readonly number[],
    steps: (chunk: Chunk, rows: number, work: number, index: number) => readonly Step[],
  ): Task[] {
    return this.chunks().map((chunk, index): Task => {
      return (work) => {
        const rows = work + CHUNK_WORK_BLOCKS * BLOCK_BYTES;
        return [...this.readRows(rows, chunk, polynomials), ...steps(chunk, rows, work, index)];
      };
    });
  }

  /** Coefficients of the selectors and permutations. Calls `progress` for each. */
  async loadCoefficients(progress: () => void): Promise<number[]> {
    const { kernels, vectors, file, header } = this;
    const sections = polynomialSections(file, header.power).slice(0, 8);
    const addresses = vectors.allocate(sections.length);
    const length = this.size * F.FIELD_BYTES;
    const factor = kernels.constant(FILE_SCALE);
    const { fr } = kernels;
    await kernels.run(
      sections.map(({ offset }, i): Task => {
        return (work) => [
          { file: file.descriptor, position: offset, length, to: work },
          ["unpack", addresses[i], work, F.FIELD_BYTES, vectors.blocks, factor, fr],
        ];
      }),
      progress,
    );
    return addresses;
  }
}
