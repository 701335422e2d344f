/** What must not reach a live network: everything made for development, which proves or guards nothing. */
import { networkOf } from "../../protocol/chain/networks";
import { isDevelopmentSrs } from "../../protocol/crypto/srs";
import { HOLD_TIME } from "../../protocol/spec";
import type { CircuitArtifacts } from "../../protocol/prover";
import { anvilAccount } from "../anvil";
import { finalityOf, requestFeesOf, type ChainConfig, type DeploymentConfig } from "./config";

/** EVM chain ids that only development nodes use. Every other chain is live. */
export const DEVELOPMENT_CHAIN_IDS: readonly number[] = [1337, 31337, 31338, 31339, 31340];

/** Least gateways that must agree on a live network, and how many more there must be. */
const LIVE_THRESHOLD = 2;

/** Least delay of the administration on a live network: users can leave before a change takes hold. */
const LIVE_TIMELOCK = 30 * 24 * 3600;

/** With a guardian, the greatest: what is announced within two days of a hold is done before the hold is over. */
const GUARDED_TIMELOCK = HOLD_TIME - 2 * 24 * 3600;

/** How many of the accounts of the well-known mnemonic are recognised. */
const KNOWN_ACCOUNTS = 20;

export function isLive(evmChainId: number): boolean {
  return !DEVELOPMENT_CHAIN_IDS.includes(evmChainId);
}

/** Development pieces were to be deployed on a live network. */
export class LiveNetworkError extends Error {
  constructor(evmChainId: number, reason: string) {
    super(`refused on a live network (EVM chain id ${evmChainId}): ${reason}`);
    this.name = "LiveNetworkError";
  }
}

/**
 * Checks what is known before anything is built.
 * @param accounts who will own or operate the deployment
 * @throws LiveNetworkError on a live network, for what `developmentPieces` finds first
 */
export function refuseDevelopmentConfig(
  config: DeploymentConfig,
  chain: ChainConfig,
  accounts: readonly string[],
): void {
  const [piece] = developmentPieces(config, chain, accounts);
  if (piece !== undefined) throw new LiveNetworkError(chain.evmChainId, piece);
}

/**
 * What a live network refuses: the development SRS, test gateways, test tokens, too few gateways, no finality, no governor with
 * a timelock, and accounts whose keys everyone knows. Nothing on development nodes.
 */
export function developmentPieces(config: DeploymentConfig, chain: ChainConfig, accounts: readonly string[]): string[] {
  const { evmChainId, gateways, tokens, facilities = [] } = chain;
  const pieces: string[] = [];
  if (!isLive(evmChainId)) return pieces;
  const refuse = (reason: string): void => void pieces.push(reason);
  if (config.ptau === undefined)
    refuse("the verifier would be made from the development SRS; name a ceremony's ptau file");
  if (gateways.includes("test")) refuse("a test gateway proves nothing");
  if (config.threshold < LIVE_THRESHOLD) refuse(`the threshold of gateways must be at least ${LIVE_THRESHOLD}`);
  if (gateways.length <= config.threshold)
    refuse(`there must be more gateways than the threshold, ${config.threshold}`);
  const network = networkOf(evmChainId);
  if (network?.notLive !== undefined) refuse(`${network.name} is not live: ${network.notLive}`);
  const leastFinality = network?.finality.seconds ?? 1;
  if (finalityOf(chain) < leastFinality) refuse(`finality must be at least ${leastFinality} s`);
  if (config.governance === undefined) refuse("there must be a governor, with a timelock");
  if ((config.governance?.timelock ?? 0) < LIVE_TIMELOCK) refuse(`the timelock must be at least ${LIVE_TIMELOCK} s`);
  if (config.governance?.guardian !== undefined && config.governance.timelock > GUARDED_TIMELOCK)
    refuse(`with a guardian the timelock must be at most ${GUARDED_TIMELOCK} s: its holds would be over before it`);
  if (requestFeesOf(chain).growth === 0n)
    refuse("requestFee.growth must not be 0: who fills the queue must pay for it");
  const test = tokens.find((token) => typeof token === "object" && "test" in token);
  if (test !== undefined) refuse(`test token ${JSON.stringify(test)}: anyone may mint it`);
  for (const facility of facilities) {
    if (facility.class === "PEGGED" && facility.feed === "test")
      refuse(`facility ${facility.name}: anyone may set the price of a test feed`);
    if (facility.class === "DISCOUNTED" && facility.pair === "test")
      refuse(`facility ${facility.name}: a test pair has test tokens`);
  }
  const known = knownAccounts();
  for (const account of accounts) {
    if (known.has(account.toLowerCase())) refuse(`everyone knows the key of ${account}`);
  }
  return pieces;
}

/** @throws LiveNetworkError on a live network, if the ptau file is the development SRS under another name */
export async function refuseDevelopmentSrs(config: DeploymentConfig, { evmChainId }: ChainConfig): Promise<void> {
  if (!isLive(evmChainId) || config.ptau === undefined) return;
  if (await isDevelopmentSrs(config.ptau.path)) {
    throw new LiveNetworkError(evmChainId, `${config.ptau.path} is the development SRS, whose secret everyone knows`);
  }
}

/** @throws LiveNetworkError on a live network, for keys made from the development SRS, whatever its file was called */
export function refuseDevelopmentKeys(
  evmChainId: number,
  artifacts: Pick<CircuitArtifacts, "name" | "development">,
): void {
  if (isLive(evmChainId) && artifacts.development) {
    throw new LiveNetworkError(evmChainId, `the verifier of size ${artifacts.name} is made from the development SRS`);
  }
}

let known: Set<string> | undefined;

/** The accounts of the mnemonic that development nodes use, lower case. */
function knownAccounts(): Set<string> {
  known ??= new Set(Array.from({ length: KNOWN_ACCOUNTS }, (_, i) => anvilAccount(i).address.toLowerCase()));
  return known;
}
