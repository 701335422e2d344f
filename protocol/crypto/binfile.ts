import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";

/**
 * iden3's binary file format, the container of `.ptau`, `.zkey`, `.wtns` and `.r1cs` files: four letters, version and number of
 * sections, then per section its number (4 bytes), its size (8 bytes) and its content. All numbers least significant byte first.
 */

/** A kind of file: its four letters, the version that is read, and the names of its sections for errors. */
export interface FileKind {
  readonly magic: string;
  readonly version: number;
  readonly sections: Readonly<Record<number, string>>;
}

/** Bytes before the first section, and before each section's content. */
export const FILE_HEADER_BYTES = 12;
export const SECTION_HEADER_BYTES = 12;
const COORDINATE_BYTES = 32;

export interface Section {
  /** Offset of the content in the file. */
  offset: number;
  size: number;
}

export function fileHeader({ magic, version }: FileKind, sections: number): Uint8Array {
  const bytes = Buffer.alloc(FILE_HEADER_BYTES);
  bytes.write(magic, 0, "ascii");
  bytes.writeUInt32LE(version, 4);
  bytes.writeUInt32LE(sections, 8);
  return bytes;
}

export function sectionHeader(number: number, size: number): Uint8Array {
  const bytes = Buffer.alloc(SECTION_HEADER_BYTES);
  bytes.writeUInt32LE(number, 0);
  bytes.writeBigUInt64LE(BigInt(size), 4);
  return bytes;
}

/** A prime after its width, as headers state it. */
export function primeField(prime: bigint): Buffer {
  const bytes = Buffer.alloc(4 + COORDINATE_BYTES);
  bytes.writeUInt32LE(COORDINATE_BYTES, 0);
  Buffer.from(prime.toString(16).padStart(2 * COORDINATE_BYTES, "0"), "hex")
    .reverse()
    .copy(bytes, 4);
  return bytes;
}

/** Bytes that can be read anywhere. */
interface Source {
  readonly size: number;
  /** Fills the bytes from a position; fewer bytes only at the end. */
  read(bytes: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
  /** File descriptor, if there is a file. */
  readonly descriptor?: number;
}

/** A file open for reading; every error names the file. */
export class BinFile {
  private constructor(
    readonly path: string,
    private readonly kind: FileKind,
    private readonly source: Source,
    private readonly sections: Map<number, Section>,
  ) {}

  /** Opens a file and checks that it is a whole file of its kind. The caller closes it. */
  static async open(path: string, kind: FileKind): Promise<BinFile> {
    const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
      throw new Error(`${path}: cannot be opened (${error.code})`);
    });
    try {
      const source = await fileSource(file);
      return new BinFile(path, kind, source, await readSections(path, kind, source));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** As `open`, for the content of a file; `name` is what errors call it. */
  static async of(name: string, kind: FileKind, content: Uint8Array): Promise<BinFile> {
    const source = memorySource(content);
    return new BinFile(name, kind, source, await readSections(name, kind, source));
  }

  /** Reads one file and closes it, whatever happens. */
  static async use<T>(path: string, kind: FileKind, read: (file: BinFile) => Promise<T>): Promise<T> {
    const file = await BinFile.open(path, kind);
    try {
      return await read(file);
    } finally {
      await file.close();
    }
  }

  /** The file descriptor, for threads that read parts of the file themselves. */
  get descriptor(): number {
    const { descriptor } = this.source;
    if (descriptor === undefined) throw new Error(`${this.path}: is in memory`);
    return descriptor;
  }

  has(number: number): boolean {
    return this.sections.has(number);
  }

  section(number: number): Section {
    const section = this.sections.get(number);
    if (section) return section;
    throw new Error(`${this.path}: ${this.name(number)} is missing`);
  }

  /** As `section`, which must have exactly `size` bytes. */
  sectionOf(number: number, size: number): Section {
    const section = this.section(number);
    if (section.size === size) return section;
    throw new Error(`${this.path}: ${this.name(number)} must have ${size} bytes, got ${section.size}`);
  }

  /** `length` bytes of a section from `start`. */
  async read(number: number, start = 0, length = this.section(number).size - start): Promise<Uint8Array> {
    const { offset, size } = this.section(number);
    if (start + length > size) {
      throw new Error(`${this.path}: section ${number} has ${size} bytes, ${start + length} are needed`);
    }
    const bytes = new Uint8Array(length);
    await readFully(this.path, this.source, bytes, offset + start);
    return bytes;
  }

  async close(): Promise<void> {
    await this.source.close();
  }

  private name(number: number): string {
    const name = this.kind.sections[number];
    return `section ${number}${name ? ` (${name})` : ""}`;
  }
}

async function fileSource(file: FileHandle): Promise<Source> {
  const { size } = await file.stat();
  return {
    size,
    read: async (bytes, position) => (await file.read(bytes, 0, bytes.length, position)).bytesRead,
    close: () => file.close(),
    descriptor: file.fd,
  };
}

function memorySource(content: Uint8Array): Source {
  return {
    size: content.length,
    async read(bytes, position) {
      const part = content.subarray(position, position + bytes.length);
      bytes.set(part);
      return part.length;
    },
    close: async () => undefined,
  };
}

async function readFully(path: string, source: Source, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const count = await source.read(bytes.subarray(done), position + done);
    if (count === 0) throw new Error(`${path}: ends at byte ${position + done}, inside a section`);
    done += count;
  }
}

async function readSections(path: string, kind: FileKind, source: Source): Promise<Map<number, Section>> {
  if (source.size < FILE_HEADER_BYTES) throw new Error(`${path}: not a .${kind.magic} file`);
  const start = Buffer.alloc(FILE_HEADER_BYTES);
  await readFully(path, source, start, 0);
  if (start.toString("ascii", 0, 4) !== kind.magic) throw new Error(`${path}: not a .${kind.magic} file`);
  const version = start.readUInt32LE(4);
  if (version !== kind.version) {
    throw new Error(`${path}: .${kind.magic} version ${version} is not supported, only ${kind.version}`);
  }
  const sections = new Map<number, Section>();
  let offset = FILE_HEADER_BYTES;
  for (let i = start.readUInt32LE(8); i > 0; i--) {
    const header = Buffer.alloc(SECTION_HEADER_BYTES);
    await readFully(path, source, header, offset);
    const number = header.readUInt32LE(0);
    const size = Number(header.readBigUInt64LE(4));
    offset += SECTION_HEADER_BYTES;
    if (sections.has(number)) throw new Error(`${path}: section ${number} comes twice`);
    if (offset + size > source.size) throw new Error(`${path}: ends inside section ${number}`);
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
