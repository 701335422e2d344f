export {
  circuitArtifacts,
  sizeSpec,
  type ArtifactOptions,
  type CircuitArtifacts,
  type CircuitSpec,
  type Ptau,
} from "./artifacts";
export { compileCircuit, type CircuitSource, type CompiledCircuit } from "./compile";
export { circuitId, keyWords } from "./key";
export type { OnProgress, Progress } from "./progress";
export { PROOF_WORDS, proofToWords, wordsToProof } from "./proof";
export {
  createProver,
  type CircuitInput,
  type InputValue,
  type ProofWithPublics,
  type Prover,
  type ProvingEngine,
} from "./prover";
export type { VerifierContract } from "./verifier";
