/** snarkjs on files in memory: it closes none of those that it opens when it fails. */
import { readFileSync } from "node:fs";
import { curves, plonk, zKey, type MemoryFile, type PlonkVerificationKey } from "snarkjs";
import { proofToWords, wordsToProof } from "../../../../protocol/prover";
import type { ProofWithPublics } from "../../../../protocol/prover/proof";

/** snarkjs writes a line to the console for each wire that no gate uses; they are returned instead. */
export async function snarkjsSetup(r1cs: Uint8Array, ptau: string): Promise<{ key: Buffer; lines: string[] }> {
  const file: MemoryFile = { type: "mem" };
  const lines: string[] = [];
  const { console } = globalThis;
  const log = Object.getOwnPropertyDescriptor(console, "log") as PropertyDescriptor;
  Object.defineProperty(console, "log", { ...log, value: (line: string) => lines.push(line) });
  try {
    const result = await plonk.setup(r1cs, readFileSync(ptau), file);
    if (result === -1) throw new Error("snarkjs refuses the circuit");
  } finally {
    Object.defineProperty(console, "log", log);
  }
  const { data } = file;
  if (data === undefined) throw new Error("snarkjs wrote no key");
  return { key: Buffer.from(data), lines };
}

/** snarkjs' proof with blinding scalars that it would draw. */
export async function snarkjsProof(
  key: Uint8Array,
  witness: Uint8Array,
  blinding: readonly bigint[],
): Promise<ProofWithPublics> {
  const { Fr } = await curves.getCurveFromName("bn128");
  let used = 0;
  Object.defineProperty(Fr, "random", { configurable: true, value: () => Fr.e(blinding[used++]) });
  try {
    const { proof, publicSignals } = await plonk.prove(key, witness);
    if (used !== blinding.length) throw new Error(`snarkjs drew ${used} scalars`);
    return { proof: proofToWords(proof), publics: publicSignals.map(BigInt) };
  } finally {
    Reflect.deleteProperty(Fr, "random");
  }
}

/** snarkjs' verifier for a key, unchanged. */
export async function snarkjsVerifier(key: Uint8Array): Promise<(proof: ProofWithPublics) => Promise<boolean>> {
  const verificationKey: PlonkVerificationKey = await zKey.exportVerificationKey(key);
  return ({ proof, publics }) => plonk.verify(verificationKey, publics, wordsToProof(proof));
}
