import { BinFile, primeField, type FileKind } from "./binfile";
import { Q } from "./curve";

/** `.ptau` files: powers of tau as snarkjs reads them. */

/** Section numbers snarkjs gives a meaning, as far as PLONK needs them. */
export const SECTION = { header: 1, tauG1: 2, tauG2: 3, lagrangeG1: 12 } as const;

export const PTAU: FileKind = {
  magic: "ptau",
  version: 1,
  sections: {
    1: "header",
    2: "powers of tau in G1",
    3: "powers of tau in G2",
    12: "Lagrange points in G1; the file is not prepared for phase 2",
  },
};

/** Powers of τ in G1 that PLONK reads beyond a domain's size: its polynomials are blinded, and snarkjs' keys hold six more. */
export const EXTRA_POWERS = 6;

const PRIME = primeField(Q);
/** Bytes of section 1: width of a coordinate and Q, power, power of the ceremony. */
export const HEADER_BYTES = PRIME.length + 4 + 4;

/** Content of section 1 for BN254 and 2^power powers of tau. */
export function headerContent(power: number): Uint8Array {
  const bytes = Buffer.alloc(HEADER_BYTES);
  PRIME.copy(bytes);
  bytes.writeUInt32LE(power, PRIME.length);
  bytes.writeUInt32LE(power, PRIME.length + 4);
  return bytes;
}

/** Opens a `.ptau` file, reads it and closes it, whatever happens. */
export async function usePtau<T>(path: string, read: (file: BinFile) => Promise<T>): Promise<T> {
  return BinFile.use(path, PTAU, read);
}

/** The power of the header, once the header was found to be that of BN254. */
export async function ptauPower(file: BinFile): Promise<number> {
  file.sectionOf(SECTION.header, HEADER_BYTES);
  const bytes = Buffer.from(await file.read(SECTION.header));
  if (!bytes.subarray(0, PRIME.length).equals(PRIME)) throw new Error(`${file.path}: the file must be for BN254`);
  return bytes.readUInt32LE(PRIME.length);
}
