export {
  circuitArtifacts,
  flawsOf,
  keptVerifierSource,
  sizeSpec,
  type ArtifactOptions,
  type CircuitArtifacts,
  type CircuitSpec,
  type Ptau,
} from "./artifacts";
export { compileCircuit, type CircuitSource, type CompiledCircuit } from "./compile";
export { circuitId, keyWords } from "./key";
export type { OnProgress, Progress } from "./progress";
export {
  isProvingEngine,
  PROOF_WORDS,
  proofToWords,
  PROVING_ENGINES,
  wordsToProof,
  type ProofWithPublics,
  type ProvingEngine,
} from "./proof";
export { createProver, type CircuitInput, type InputValue, type Prover } from "./prover";
export {
  compilerVersion,
  compileVerifier,
  VERIFIER_IDENTIFIER,
  verifierInput,
  type VerifierContract,
} from "./verifier";
