/** snarkjs' `.wtns` files. */
import { BinFile, primeField, type FileKind } from "../../crypto/binfile";
import { FIELD_BYTES, R } from "../../crypto/field";

const WITNESS_FILE: FileKind = { magic: "wtns", version: 2, sections: { 1: "header", 2: "values" } };

const PRIME = primeField(R);

/** The values of a witness, 32 bytes each, least significant byte first. @throws Error naming the file and what is wrong */
export async function readWitness(path: string): Promise<Uint8Array> {
  return BinFile.use(path, WITNESS_FILE, valuesOf);
}

/** As `readWitness`, for the content of a file. */
export async function witnessValues(content: Uint8Array): Promise<Uint8Array> {
  return valuesOf(await BinFile.of("the witness", WITNESS_FILE, content));
}

async function valuesOf(file: BinFile): Promise<Uint8Array> {
  file.sectionOf(1, PRIME.length + 4);
  const header = Buffer.from(await file.read(1));
  if (!header.subarray(0, PRIME.length).equals(PRIME)) throw new Error(`${file.path}: the witness must be for BN254`);
  file.sectionOf(2, header.readUInt32LE(PRIME.length) * FIELD_BYTES);
  return file.read(2);
}
