/** Makes and checks proofs: two functions, whatever makes them. */
import type { CircuitArtifacts } from "./artifacts";
import { R } from "../crypto/field";
import { ProvingProcess, type CallOptions } from "./process";
import { wordsInRange, wordsToProof, type ProofWithPublics, type ProvingEngine } from "./proof";

/** Values of the circuit's inputs by name: field elements, in arrays where the circuit has arrays. */
export type CircuitInput = Readonly<Record<string, InputValue>>;
export type InputValue = bigint | readonly InputValue[];

export interface Prover {
  /**
   * @param options receives the phases "witness", "key", "wires", "permutation", "quotient" and "openings"; a signal cancels
   * @throws TypeError or RangeError naming the input that is not a field element; Error if an input is missing or has
   * another length, or the inputs break a constraint
   */
  prove(input: CircuitInput, options?: CallOptions): Promise<ProofWithPublics>;
  /**
   * Whether the proof shows the statement with these public inputs. A word or input outside [0, r_F) makes it false.
   * @throws RangeError for a proof that has not 24 words
   */
  verify(proof: readonly bigint[], publics: readonly bigint[]): Promise<boolean>;
  /** Ends the prover's process; a proof under way is lost. The prover may be used again afterwards. */
  terminate(): Promise<void>;
}

/** The prover of a circuit, in a child process that starts when first needed. */
export function createProver(artifacts: CircuitArtifacts, engine: ProvingEngine = "kernels"): Prover {
  const child = new ProvingProcess();
  const { wasm, zkey, vkey: key, name } = artifacts;
  return {
    async prove(input, options) {
      for (const [signal, value] of Object.entries(input)) requireFieldElements(signal, value);
      try {
        return await child.call("prove", { wasm, zkey, input, engine }, options);
      } catch (error) {
        if (options?.signal?.aborted) throw error;
        throw new Error(`cannot prove circuit "${name}": ${(error as Error).message}`);
      }
    },
    async verify(words, publics) {
      const proof = wordsToProof(words);
      if (publics.length !== key.nPublic || !wordsInRange(words) || !wordsInRange(publics)) return false;
      return child.call("verify", { key, publicSignals: publics.map(String), proof });
    },
    terminate: () => child.terminate(),
  };
}

/** circom reduces what is outside the field without a word, so it is refused here. */
function requireFieldElements(name: string, value: InputValue): void {
  if (Array.isArray(value)) {
    return value.forEach((item: InputValue, i) => requireFieldElements(`${name}[${i}]`, item));
  }
  if (typeof value !== "bigint") throw new TypeError(`input ${name} must be a bigint, got ${typeof value}`);
  if (value < 0n || value >= R) throw new RangeError(`input ${name} must be a field element, got ${value}`);
}
