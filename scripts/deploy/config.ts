/** What is deployed where: one configuration per deployment of the protocol, over all its chains. */
import fs from "node:fs";
import { getAddress, isAddress, isHexString, parseEther } from "ethers";
import type { Ptau } from "../../protocol/prover";
import { CHAIN_BITS, SIZES, type RequestFees, type SizeName } from "../../protocol/spec";
import { checkGateways, checkPairs, type GatewayConfig, type Require } from "./gatewayConfig";

export interface DeploymentConfig {
  readonly name: string;
  /** Index of the chain that orders batches. */
  readonly primary: number;
  /** 32 bytes; tells deployments apart that have one primary chain. */
  readonly salt: string;
  /** Circuits that batches may be proven with; all of one state size. */
  readonly sizes: readonly SizeName[];
  /** The ceremony's file. Without one, the development SRS: refused on live networks. */
  readonly ptau?: Ptau;
  /** Gateways that must report the same value. */
  readonly threshold: number;
  /** Seconds after which a known request must be taken; 1 hour .. 7 days. */
  readonly forceDelay: number;
  /** Who administers. Without it the deployer, without any delay: refused on live networks. */
  readonly governance?: Governance;
  readonly chains: readonly ChainConfig[];
}

export interface Governance {
  /** May do everything, each thing `timelock` seconds after it was announced. */
  readonly governor: string;
  readonly timelock: number;
  /** May stop what `GUARDED` names, at once, and start nothing; by default nobody. */
  readonly guardian?: string;
}

export interface ChainConfig {
  readonly name: string;
  /** Index in the protocol, 1..63. */
  readonly index: number;
  /** Chain id of EIP-155. */
  readonly evmChainId: number;
  /** Over which facts leave and come. */
  readonly gateways: readonly GatewayConfig[];
  /** Seconds after which what the chain accepted is never taken back, up to 7 days; by default 0, which live networks refuse. */
  readonly finality?: number;
  /** Listed in this order, from local number 1. */
  readonly tokens: readonly TokenConfig[];
  /** How much may leave the vault within a day; without it any amount. */
  readonly outflows?: readonly OutflowConfig[];
  /** What a request to the vault costs; nothing by default, which live networks refuse. */
  readonly requestFee?: RequestFeeConfig;
  /** How much zUSD of the chain may be in the rollup, in whole zUSD; none by default. The same on all chains. */
  readonly zusdCap?: string;
  /** What zUSD is minted against; none by default. */
  readonly facilities?: readonly FacilityConfig[];
  /** Seconds of silence after which the primary suspends the chain, 1 hour .. 7 days; by default 6 hours. */
  readonly lease?: number;
  /** Who may submit batches if this is the primary chain; by default the deployer. */
  readonly operators?: readonly string[];
}

/** The chain's native coin, a token by address, or a test token, which is deployed: refused on live networks. */
export type TokenConfig =
  "native" | { readonly address: string } | { readonly test: string; readonly decimals: number };

export interface OutflowConfig {
  /** Local number of the token, or zUSD. */
  readonly token: number | "zUSD";
  /** Whole tokens, as decimal text. */
  readonly limit: string;
}

/** In the chain's coin, as decimal text with up to 9 places. `npm run cost` says what makes it dear to fill the queue. */
export interface RequestFeeConfig {
  readonly base: string;
  /** More for each 64 open requests. */
  readonly growth: string;
}

/** A Chainlink-style feed by address, or a test feed at one dollar, which is deployed: refused on live networks. */
export type FeedConfig = "test" | { readonly address: string; /** In seconds. */ readonly heartbeat: number };

export type FacilityConfig = PeggedFacilityConfig | PairFacilityConfig;

/** A stablecoin. Amounts of the token are whole, as decimal text. */
export interface PeggedFacilityConfig {
  readonly class: "PEGGED";
  readonly name: string;
  /** Local number of the token. */
  readonly token: number;
  readonly feed: FeedConfig;
  /** In whole zUSD. */
  readonly ceiling: string;
  readonly target: string;
  readonly flowIn: string;
  readonly flowOut: string;
  /** Shares in units of 10^-4, where they are not the defaults. */
  readonly parameters?: Partial<typeof facilityDefaults.pegged>;
}

/** Shares of a Uniswap v2 pair, or of one that is deployed for tests: refused on live networks. */
export interface PairFacilityConfig {
  readonly class: "DISCOUNTED";
  readonly name: string;
  readonly pair: string;
  /** Names of the pegged facilities of its two tokens. */
  readonly legs: readonly [string, string];
  /** In whole zUSD. */
  readonly ceiling: string;
  readonly parameters?: Partial<typeof facilityDefaults.discounted>;
}

/** Parameters as docs/pcd.md chooses them: shares in units of 10^-4, debts in units of 10^-18 zUSD. */
export const facilityDefaults = {
  pegged: { kappa: 100, mintFee: 0, redeemFee: 5, tau: 50, freeze: 100, unfreeze: 50 },
  discounted: {
    haircut: 1_500,
    liquidationHaircut: 800,
    bonus: 300,
    redemptionFee: 50,
    maxSpread: 100,
    poolShare: 1_000,
    minDebt: 100n * 10n ** 18n,
    minTotal: 1_000n * 10n ** 18n,
  },
};

const TOKENS: readonly TokenConfig[] = ["native", { test: "TUSD", decimals: 6 }, { test: "TDAI", decimals: 18 }];

/** A facility of a test token, as large as a local deployment needs. */
function testPeg(name: string, token: number): PeggedFacilityConfig {
  return {
    class: "PEGGED",
    name,
    token,
    feed: "test",
    ceiling: "100000000",
    target: "1000",
    flowIn: "10000000",
    flowOut: "10000000",
  };
}

const testPair: PairFacilityConfig = {
  class: "DISCOUNTED",
  name: "LP",
  pair: "test",
  legs: ["USDC", "USDT"],
  ceiling: "10000000",
};

const HOUR = 3600;
/** Seconds of silence after which a chain is suspended. */
export const DEFAULT_LEASE = 6 * HOUR;

/** A coin of 3,000 dollar: two cents, and ten more for each step. */
export const LOCAL_REQUEST_FEE: RequestFeeConfig = { base: "0.000006667", growth: "0.000033334" };

/** Two chains on one machine. */
export const LOCAL: DeploymentConfig = {
  name: "local",
  primary: 1,
  salt: `0x${"00".repeat(31)}01`,
  sizes: ["test"],
  threshold: 1,
  forceDelay: 24 * HOUR,
  chains: [
    {
      name: "primary",
      index: 1,
      evmChainId: 31337,
      gateways: ["test"],
      tokens: [...TOKENS, { test: "USDC", decimals: 6 }, { test: "USDT", decimals: 6 }],
      outflows: [
        { token: "zUSD", limit: "10000000" },
        { token: 4, limit: "10000000" },
      ],
      requestFee: LOCAL_REQUEST_FEE,
      zusdCap: "100000000",
      facilities: [testPeg("USDC", 4), testPeg("USDT", 5), testPair],
    },
    {
      name: "secondary",
      index: 2,
      evmChainId: 31338,
      gateways: ["test"],
      // Whoever develops moves clocks: no chain is suspended by that.
      lease: 7 * 24 * HOUR,
      requestFee: LOCAL_REQUEST_FEE,
      // As on BNB Smart Chain, where USDT has 18 decimals.
      tokens: [...TOKENS, { test: "USDT", decimals: 18 }],
      zusdCap: "100000000",
      facilities: [testPeg("USDT", 4)],
    },
  ],
};

/** The environment variable that names a configuration file, JSON of the form of `DeploymentConfig`. */
const CONFIG_VARIABLE = "CAUSEWAY_CONFIG";

/** The configuration of the file that the environment names, or `LOCAL`. @throws as `checkConfig` */
export function loadConfig(): DeploymentConfig {
  const file = process.env[CONFIG_VARIABLE];
  if (!file) return checkConfig(LOCAL);
  return checkConfig(readConfig(file));
}

function readConfig(file: string): DeploymentConfig {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as DeploymentConfig;
  } catch (error) {
    throw new Error(`${CONFIG_VARIABLE}: ${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** All fields there are: one that is misspelt would be as one that is left out. */
const FIELDS: Record<keyof DeploymentConfig, true> = {
  name: true,
  primary: true,
  salt: true,
  sizes: true,
  ptau: true,
  threshold: true,
  forceDelay: true,
  governance: true,
  chains: true,
};
const GOVERNANCE_FIELDS: Record<keyof Governance, true> = { governor: true, timelock: true, guardian: true };
const CHAIN_FIELDS: Record<keyof ChainConfig, true> = {
  name: true,
  index: true,
  evmChainId: true,
  gateways: true,
  finality: true,
  tokens: true,
  outflows: true,
  requestFee: true,
  zusdCap: true,
  facilities: true,
  lease: true,
  operators: true,
};

/** The chain with this EVM chain id. @throws if the configuration has none */
export function chainOf(config: DeploymentConfig, evmChainId: number): ChainConfig {
  const chain = config.chains.find((candidate) => candidate.evmChainId === evmChainId);
  if (chain) return chain;
  const known = config.chains.map(({ name, evmChainId: id }) => `${name} (${id})`).join(", ");
  throw new Error(`deployment "${config.name}" has no chain with EVM chain id ${evmChainId}; it has ${known}`);
}

export function primaryOf(config: DeploymentConfig): ChainConfig {
  return config.chains.find(({ index }) => index === config.primary) as ChainConfig;
}

/** Seconds of silence after which the primary suspends the chain. */
export function leaseOf({ lease = DEFAULT_LEASE }: ChainConfig): number {
  return lease;
}

/** Seconds after which what the chain accepted is never taken back. */
export function finalityOf({ finality = 0 }: ChainConfig): number {
  return finality;
}

/** What a request to the chain's vault costs, in wei. */
export function requestFeesOf({ requestFee = { base: "0", growth: "0" } }: ChainConfig): RequestFees {
  return { base: parseEther(requestFee.base), growth: parseEther(requestFee.growth) };
}

/** How much zUSD of the chain may be in the rollup, in units of 10^-18. */
export function zusdCapOf({ zusdCap = "0" }: ChainConfig): bigint {
  return BigInt(zusdCap) * 10n ** 18n;
}

/** n: the state has 2^n cells. */
export function cellBitsOf(config: DeploymentConfig): number {
  return SIZES[config.sizes[0]].cellBits;
}

/** Returns the configuration. @throws naming the field and the rule it breaks */
export function checkConfig(config: DeploymentConfig): DeploymentConfig {
  const require: Require = (condition, field, rule) => {
    if (!condition) throw new Error(`deployment "${config.name}": ${field} ${rule}`);
  };
  const { chains, sizes, threshold } = config;
  const requireKnown = (where: string, given: object, known: object): void => {
    const unknown = Object.keys(given).find((field) => !(field in known));
    require(unknown === undefined, `${where}${unknown}`, `is no field: there are ${Object.keys(known).join(", ")}`);
  };
  requireKnown("", config, FIELDS);
  if (config.governance) requireKnown("governance.", config.governance, GOVERNANCE_FIELDS);
  for (const chain of chains) requireKnown(`chain ${chain.name}: `, chain, CHAIN_FIELDS);
  require(isHexString(config.salt, 32), "salt", "must be 32 bytes, hexadecimal");
  require(sizes.length > 0 &&
    sizes.every((size) => size in SIZES), "sizes", `must be of ${Object.keys(SIZES).join(", ")}`);
  const isOneState = new Set(sizes.map((size) => SIZES[size].cellBits)).size === 1;
  require(isOneState, "sizes", "must have the same number of cells");
  const isTime = (seconds: number): boolean => Number.isInteger(seconds) && seconds >= HOUR && seconds <= 7 * 24 * HOUR;
  require(isTime(config.forceDelay), "forceDelay", "must be a whole number of seconds, 1 hour .. 7 days");
  if (config.governance) {
    const { governor, timelock, guardian } = config.governance;
    const isNobody = (address: string): boolean => BigInt(address) === 0n;
    require(isAddress(governor), "governance.governor", "must be an address");
    require(!isNobody(governor), "governance.governor", "must not be the zero address");
    if (guardian !== undefined) {
      require(isAddress(guardian), "governance.guardian", "must be an address");
      require(!isNobody(guardian), "governance.guardian", "must not be the zero address");
      require(!isSameAddress(guardian, governor), "governance.guardian", "must not be the governor");
    }
    const isDelay = Number.isInteger(timelock) && timelock >= 0 && timelock < 2 ** 32;
    require(isDelay, "governance.timelock", "must be a whole number of seconds below 2^32");
  }
  require(Number.isInteger(threshold) && threshold > 0, "threshold", "must be a positive integer");
  for (const field of ["index", "evmChainId", "name"] as const) {
    require(new Set(chains.map((chain) => chain[field])).size === chains.length, `chains.${field}`, "must be unique");
  }
  require(chains.some(({ index }) => index === config.primary), "primary", "must be the index of a chain");
  for (const chain of chains) {
    const { name, index, gateways, tokens, operators = [] } = chain;
    require(isTime(leaseOf(chain)), `chain ${name}: lease`, "must be a whole number of seconds, 1 hour .. 7 days");
    const finality = finalityOf(chain);
    const isFinality = Number.isInteger(finality) && finality >= 0 && finality <= 7 * 24 * HOUR;
    require(isFinality, `chain ${name}: finality`, "must be a whole number of seconds, 0 .. 7 days");
    const isIndex = Number.isInteger(index) && index > 0 && index < 2 ** CHAIN_BITS;
    require(isIndex, `chain ${name}: index`, `must be in 1..${2 ** CHAIN_BITS - 1}`);
    require(gateways.length >= threshold, `chain ${name}: gateways`, `must be at least the threshold, ${threshold}`);
    checkGateways(chain, require);
    const isToken = (token: TokenConfig): boolean => token === "native" || "test" in token || isAddress(token.address);
    require(tokens.every(isToken), `chain ${name}: tokens`, 'must be "native", an address or a test token');
    for (const { token, limit } of chain.outflows ?? []) {
      const isListed = token === "zUSD" || (Number.isInteger(token) && token > 0 && token <= tokens.length);
      require(isListed, `chain ${name}: outflows.token`, 'must be the local number of a token, or "zUSD"');
      require(/^[1-9][0-9]{0,12}$/.test(
        limit,
      ), `chain ${name}: outflows.limit`, "must be a whole number of tokens, as text");
    }
    for (const field of ["base", "growth"] as const) {
      const isFee = /^[0-9]{1,5}(\.[0-9]{1,9})?$/.test(chain.requestFee?.[field] ?? "0");
      require(isFee, `chain ${name}: requestFee.${field}`, "must be an amount of coin below 100,000, as text with up to 9 places");
    }
    const { zusdCap = "0" } = chain;
    require(/^[0-9]+$/.test(zusdCap), `chain ${name}: zusdCap`, "must be a whole number of zUSD, as text");
    require(operators.every((operator) => isAddress(operator)), `chain ${name}: operators`, "must be addresses");
    checkFacilities(chain, require);
  }
  checkPairs(chains, threshold, require);
  return config;
}

function checkFacilities({ name, tokens, facilities = [] }: ChainConfig, require: Require): void {
  const isWhole = (text: string): boolean => /^[1-9][0-9]*$/.test(text);
  const names = facilities.map((facility) => facility.name);
  require(new Set(names).size === names.length, `chain ${name}: facilities.name`, "must be unique");
  for (const facility of facilities) {
    const field = `chain ${name}: facility ${facility.name}`;
    require(/^\w+$/.test(facility.name), `${field}: name`, "must be letters and digits");
    require(isWhole(facility.ceiling), `${field}: ceiling`, "must be a whole number of zUSD, as text");
    if (facility.class === "PEGGED") {
      const token = tokens[facility.token - 1] as TokenConfig | undefined;
      require(token !== undefined && token !== "native", `${field}: token`, "must be the local number of a token");
      const { feed } = facility;
      const isFeed =
        feed === "test" || (isAddress(feed.address) && Number.isInteger(feed.heartbeat) && feed.heartbeat > 0);
      require(isFeed, `${field}: feed`, 'must be an address with a heartbeat in seconds, or "test"');
      for (const amount of ["target", "flowIn", "flowOut"] as const) {
        require(isWhole(facility[amount]), `${field}: ${amount}`, "must be a whole number of tokens, as text");
      }
    } else {
      require(facility.pair === "test" || isAddress(facility.pair), `${field}: pair`, 'must be an address or "test"');
      const isLeg = (leg: string): boolean =>
        facilities.some((other) => other.class === "PEGGED" && other.name === leg);
      require(facility.legs.length === 2 &&
        facility.legs.every(isLeg), `${field}: legs`, "must name two pegged facilities of the chain");
    }
  }
}

/** Whether two addresses are the same, in any spelling. */
export function isSameAddress(a: string, b: string): boolean {
  return getAddress(a) === getAddress(b);
}
