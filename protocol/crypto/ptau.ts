import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { Q } from "./curve";

/**
 * The container of `.ptau` files (iden3's binary file format): "ptau", version and number of sections, then per section its number
 * (4 bytes), its size (8 bytes) and its content. All numbers least significant byte first.
 */

/** Section numbers snarkjs gives a meaning, as far as PLONK needs them. */
export const SECTION = { header: 1, tauG1: 2, tauG2: 3, lagrangeG1: 12 } as const;

const NAMES: Record<number, string> = {
  1: "header",
  2: "powers of tau in G1",
  3: "powers of tau in G2",
  12: "Lagrange points in G1; the file is not prepared for phase 2",
};

const MAGIC = "ptau";
const VERSION = 1;
/** Bytes before the first section, and before each section's content. */
export const FILE_HEADER_BYTES = 12;
export const SECTION_HEADER_BYTES = 12;
const COORDINATE_BYTES = 32;
/** Bytes of section 1: width of a coordinate, Q, power, power of the ceremony. */
export const HEADER_BYTES = 4 + COORDINATE_BYTES + 4 + 4;

export interface Section {
  /** Offset of the content in the file. */
  offset: number;
  size: number;
}

export function fileHeader(sections: number): Uint8Array {
  const bytes = Buffer.alloc(FILE_HEADER_BYTES);
  bytes.write(MAGIC, 0, "ascii");
  bytes.writeUInt32LE(VERSION, 4);
  bytes.writeUInt32LE(sections, 8);
  return bytes;
}

export function sectionHeader(number: number, size: number): Uint8Array {
  const bytes = Buffer.alloc(SECTION_HEADER_BYTES);
  bytes.writeUInt32LE(number, 0);
  bytes.writeBigUInt64LE(BigInt(size), 4);
  return bytes;
}

/** Content of section 1 for BN254 and 2^power powers of tau. */
export function headerContent(power: number): Uint8Array {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeUInt32LE(COORDINATE_BYTES, 0);
  Buffer.from(Q.toString(16).padStart(2 * COORDINATE_BYTES, "0"), "hex")
    .reverse()
    .copy(bytes, 4);
  bytes.writeUInt32LE(power, 4 + COORDINATE_BYTES);
  bytes.writeUInt32LE(power, 8 + COORDINATE_BYTES);
  return bytes;
}

/** A `.ptau` file open for reading; every error names the file. */
export class PtauFile {
  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
    private readonly sections: Map<number, Section>,
  ) {}

  /** Opens a file and checks that it is a whole `.ptau` file. The caller closes it. */
  static async open(path: string): Promise<PtauFile> {
    const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
      throw new Error(`${path}: cannot be opened (${error.code})`);
    });
    try {
      return new PtauFile(path, file, await readSections(path, file));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Reads one file and closes it, whatever happens. */
  static async use<T>(path: string, read: (file: PtauFile) => Promise<T>): Promise<T> {
    const file = await PtauFile.open(path);
    try {
      return await read(file);
    } finally {
      await file.close();
    }
  }

  has(number: number): boolean {
    return this.sections.has(number);
  }

  section(number: number): Section {
    const section = this.sections.get(number);
    if (section) return section;
    const name = NAMES[number] ? ` (${NAMES[number]})` : "";
    throw new Error(`${this.path}: section ${number}${name} is missing`);
  }

  /** `length` bytes of a section from `start`. */
  async read(number: number, start = 0, length = this.section(number).size - start): Promise<Uint8Array> {
    const { offset, size } = this.section(number);
    if (start + length > size) {
      throw new Error(`${this.path}: section ${number} has ${size} bytes, ${start + length} are needed`);
    }
    const bytes = new Uint8Array(length);
    await readFully(this.path, this.file, bytes, offset + start);
    return bytes;
  }

  /** The power of the header, once the header was found to be that of BN254. */
  async power(): Promise<number> {
    const { size } = this.section(SECTION.header);
    if (size !== HEADER_BYTES) throw new Error(`${this.path}: the header must have ${HEADER_BYTES} bytes, got ${size}`);
    const bytes = Buffer.from(await this.read(SECTION.header));
    const power = bytes.readUInt32LE(4 + COORDINATE_BYTES);
    const prime = bytes.subarray(0, 4 + COORDINATE_BYTES);
    if (!prime.equals(Buffer.from(headerContent(0)).subarray(0, 4 + COORDINATE_BYTES))) {
      throw new Error(`${this.path}: the file must be for BN254`);
    }
    return power;
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

async function readFully(path: string, file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, position + done);
    if (bytesRead === 0) throw new Error(`${path}: ends at byte ${position + done}, inside a section`);
    done += bytesRead;
  }
}

async function readSections(path: string, file: FileHandle): Promise<Map<number, Section>> {
  const { size: fileSize } = await file.stat();
  if (fileSize < FILE_HEADER_BYTES) throw new Error(`${path}: not a .ptau file`);
  const start = Buffer.alloc(FILE_HEADER_BYTES);
  await readFully(path, file, start, 0);
  if (start.toString("ascii", 0, 4) !== MAGIC) throw new Error(`${path}: not a .ptau file`);
  const version = start.readUInt32LE(4);
  if (version !== VERSION) throw new Error(`${path}: .ptau version ${version} is not supported, only ${VERSION}`);
  const sections = new Map<number, Section>();
  let offset = FILE_HEADER_BYTES;
  for (let i = start.readUInt32LE(8); i > 0; i--) {
    const header = Buffer.alloc(SECTION_HEADER_BYTES);
    await readFully(path, file, header, offset);
    const number = header.readUInt32LE(0);
    const size = Number(header.readBigUInt64LE(4));
    offset += SECTION_HEADER_BYTES;
    if (sections.has(number)) throw new Error(`${path}: section ${number} comes twice`);
    if (offset + size > fileSize) throw new Error(`${path}: ends inside section ${number}`);
    sections.set(number, { offset, size });
    offset += size;
  }
  return sections;
}

/** Hash of the first `length` bytes of a file (all of it by default), in lower-case hexadecimal. */
export async function hashFile(
  path: string,
  algorithm: "sha256" | "blake2b512" = "sha256",
  length?: number,
): Promise<string> {
  const hash = createHash(algorithm);
  if (length !== 0) {
    for await (const chunk of createReadStream(path, length === undefined ? {} : { end: length - 1 })) {
      hash.update(chunk as Buffer);
    }
  }
  return hash.digest("hex");
}
