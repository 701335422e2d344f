/** Reads the header of snarkjs' `.zkey` files (iden3's binary file format). */
import fs from "node:fs";

const PLONK_HEADER_SECTION = 2;
const FILE_HEADER_BYTES = 12;
const SECTION_HEADER_BYTES = 12;
/**
 * Offset of the number of constraints in the section: two primes of 32 bytes, each after its width (4 bytes), then
 * variables, public inputs, domain size, additions.
 */
const CONSTRAINTS_OFFSET = 2 * (4 + 32) + 4 * 4;

/** The number of PLONK gates of the key's circuit. @throws if the file has no PLONK header */
export function gateCount(zkey: string): number {
  const file = fs.openSync(zkey, "r");
  try {
    const read = (offset: number, length: number): Buffer => {
      const buffer = Buffer.alloc(length);
      if (fs.readSync(file, buffer, 0, length, offset) !== length) throw new Error(`${zkey}: ends too early`);
      return buffer;
    };
    let sections = read(8, 4).readUInt32LE();
    for (let offset = FILE_HEADER_BYTES; sections > 0; sections--) {
      const header = read(offset, SECTION_HEADER_BYTES);
      const content = offset + SECTION_HEADER_BYTES;
      if (header.readUInt32LE() === PLONK_HEADER_SECTION) return read(content + CONSTRAINTS_OFFSET, 4).readUInt32LE();
      offset = content + Number(header.readBigUInt64LE(4));
    }
    throw new Error(`${zkey}: has no PLONK header`);
  } finally {
    fs.closeSync(file);
  }
}
