/** The artefacts of a deployment's circuits, its SRS and its genesis. */
import type { G1Point } from "../../protocol/crypto/curve";
import { commit } from "../../protocol/crypto/kzg";
import { openSrs } from "../../protocol/crypto/srs";
import { circuitArtifacts, flawsOf, type CircuitArtifacts } from "../../protocol/prover";
import { State } from "../../protocol/state";
import { domainOf } from "../../protocol/witness";
import { showProgress } from "../progress";
import { cellBitsOf, primaryOf, type DeploymentConfig } from "./config";

/** What this process has made already, by configuration: every script asks again. */
const made = new Map<string, Promise<CircuitArtifacts[]>>();
const genesisMade = new Map<string, Promise<Genesis>>();
const flawsFound = new Map<string, Promise<string[]>>();

function once<T>(results: Map<string, Promise<T>>, of: unknown, make: () => Promise<T>): Promise<T> {
  const key = JSON.stringify(of);
  const result = results.get(key) ?? make();
  results.set(key, result);
  return result;
}

/** The artefacts of each size, built when first needed, with progress on the standard error. */
export async function artifactsOf(config: DeploymentConfig): Promise<CircuitArtifacts[]> {
  return once(made, config, async () => {
    const artifacts: CircuitArtifacts[] = [];
    for (const size of config.sizes) {
      const onProgress = showProgress(`circuit ${size}: `);
      artifacts.push(await circuitArtifacts(size, { ptau: config.ptau, onProgress }));
      onProgress.end();
    }
    return artifacts;
  });
}

/** What is wrong with a circuit's key and verifier; nothing if all is well. */
export async function keyFlaws(artifacts: CircuitArtifacts): Promise<string[]> {
  return once(flawsFound, artifacts.directory, () => flawsOf(artifacts));
}

export const VERIFIER_PREFIX = "PlonkVerifier_";

/** The name of a circuit's verifier among the deployed contracts. */
export function verifierName(circuitId: string): string {
  return `${VERIFIER_PREFIX}${circuitId.slice(2, 10)}`;
}

export function deploymentDomain(config: DeploymentConfig): bigint {
  return domainOf(BigInt(primaryOf(config).evmChainId), config.salt);
}

/** What a rollup's constructor needs of the SRS and of the state before the first batch. */
export interface Genesis {
  readonly domain: bigint;
  /** [τ]₂ as EIP-197 orders it: x's imaginary part, x's real part, y's imaginary part, y's real part. */
  readonly tauG2: readonly [bigint, bigint, bigint, bigint];
  readonly commitment: G1Point;
}

export async function genesisOf(config: DeploymentConfig): Promise<Genesis> {
  return once(genesisMade, config, async () => {
    const [artifacts] = await artifactsOf(config);
    const cellBits = cellBitsOf(config);
    const srs = await openSrs({ power: cellBits, ...artifacts.srs });
    const domain = deploymentDomain(config);
    const { x, y } = srs.tauG2;
    return {
      domain,
      tauG2: [x[1], x[0], y[1], y[0]],
      commitment: await commit(srs, State.genesis(domain, cellBits).nonzero()),
    };
  });
}
