/** Where a deployment stands on one chain: `deployments/NETWORK.json`, for tools and people. */
import fs from "node:fs";
import path from "node:path";
import { deploymentDomain, artifactsOf } from "./circuits";
import { addressEverywhere, addressOf, hasCode, type DeployContext } from "./context";
import { facilityName, feedName } from "./facilities";
import { knownTokenAddress, symbolOf } from "./tokens";

export interface DeploymentDescription {
  /** The chain's name in the configuration. */
  readonly name: string;
  /** Index of the chain in the protocol. */
  readonly chain: number;
  readonly evmChainId: number;
  /** A block before which none of the contracts emitted an event. */
  readonly block: number;
  /** 0x and 40 digits. */
  readonly domain: string;
  readonly rollup: string;
  readonly vault: string;
  readonly facts: string;
  readonly accessManager: string;
  readonly chainRegistry: string;
  readonly tokenRegistry: string;
  readonly circuitRegistry: string;
  readonly gateways: readonly string[];
  readonly circuits: readonly { readonly size: string; readonly id: string; readonly development: boolean }[];
  /** In the order of their local numbers `id`, from 1. */
  readonly tokens: readonly {
    readonly id: number;
    readonly symbol: string;
    readonly address: string;
    readonly decimals: number;
  }[];
  readonly books: string;
  readonly zusd: string;
  readonly facilities: readonly {
    readonly name: string;
    readonly class: "PEGGED" | "DISCOUNTED";
    readonly address: string;
    readonly token: string;
    /** Feed or pair of a development network, whose price and shares anybody may change. */
    readonly test?: string;
  }[];
}

/** Reads the description of a chain whose contracts are all there. */
export async function describeDeployment(context: DeployContext): Promise<DeploymentDescription> {
  const { hre, chain, config } = context;
  const facts = await hre.ethers.getContractAt("Facts", await addressOf(context, "Facts"));
  const registry = await hre.ethers.getContractAt("TokenRegistry", await addressOf(context, "TokenRegistry"));
  const tokens = [];
  for (const [i, token] of chain.tokens.entries()) {
    const decimals = Number(await registry.decimalsOf(i + 1));
    tokens.push({ id: i + 1, symbol: symbolOf(token), address: await knownTokenAddress(context, token), decimals });
  }
  const artifacts = await artifactsOf(config);
  return {
    name: chain.name,
    chain: chain.index,
    evmChainId: chain.evmChainId,
    block: await firstBlock(context),
    domain: `0x${deploymentDomain(config).toString(16).padStart(40, "0")}`,
    rollup: await addressOf(context, "Rollup"),
    vault: await addressOf(context, "Vault"),
    facts: await addressOf(context, "Facts"),
    accessManager: await addressOf(context, "AccessManager"),
    chainRegistry: await addressOf(context, "ChainRegistry"),
    tokenRegistry: await addressOf(context, "TokenRegistry"),
    circuitRegistry: await addressOf(context, "CircuitRegistry"),
    gateways: [...(await facts.gateways())],
    circuits: artifacts.map(({ name, circuitId, development }) => ({ size: name, id: circuitId, development })),
    tokens,
    books: await addressOf(context, "Books"),
    zusd: await addressOf(context, "Zusd"),
    facilities: await describeFacilities(context),
  };
}

async function describeFacilities(context: DeployContext): Promise<DeploymentDescription["facilities"]> {
  const list = [];
  for (const facility of context.chain.facilities ?? []) {
    const address = await addressOf(context, facilityName(facility));
    const token = await (await context.hre.ethers.getContractAt("PeggedFacility", address)).token();
    const test =
      facility.class === "PEGGED" && facility.feed === "test"
        ? await addressOf(context, feedName(facility))
        : undefined;
    list.push({ name: facility.name, class: facility.class, address, token, ...(test === undefined ? {} : { test }) });
  }
  return list;
}

/** Among the records of a network: the block at which its first contract was not there yet. */
const FIRST_BLOCK = ".firstBlock";

/**
 * Remembers the latest block before the first contract is deployed, and the chain's first one when it is there already although nothing
 * is recorded.
 * @param name the first contract, which stands at the same address on every chain
 */
export async function rememberFirstBlock(context: DeployContext, name: string, args: unknown[]): Promise<void> {
  const { hre } = context;
  const { deployments } = hre;
  const known = await deployments.getOrNull(name);
  const isRemembered = await deployments.readDotFile(FIRST_BLOCK).then(
    () => true,
    () => false,
  );
  // A development node that was started again has forgotten everything.
  if (isRemembered && (!known || (await hasCode(hre, known.address)))) return;
  const address = await addressEverywhere(context, name, args);
  const block = (await hasCode(hre, address)) ? 0 : await hre.ethers.provider.getBlockNumber();
  await deployments.saveDotFile(FIRST_BLOCK, String(block));
}

/** The block that was remembered; else that of the earliest recorded deployment. */
export async function firstBlock({ hre }: DeployContext): Promise<number> {
  const remembered = await hre.deployments.readDotFile(FIRST_BLOCK).catch(() => undefined);
  if (remembered !== undefined) return Number(remembered);
  const all = Object.values(await hre.deployments.all());
  return Math.min(...all.flatMap(({ receipt }) => (receipt ? [receipt.blockNumber] : [])));
}

/** @param folder the folder of all deployments */
export function writeDescription(folder: string, network: string, description: DeploymentDescription): void {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(descriptionFile(folder, network), `${JSON.stringify(description, null, 2)}\n`);
}

/** @throws if nothing was deployed on the network */
export function readDescription(folder: string, network: string): DeploymentDescription {
  const file = descriptionFile(folder, network);
  if (!fs.existsSync(file)) {
    throw new Error(
      `nothing is deployed on network ${network} (no ${file}); run \`npx hardhat deploy --network ${network}\``,
    );
  }
  return JSON.parse(fs.readFileSync(file, "utf8")) as DeploymentDescription;
}

function descriptionFile(folder: string, network: string): string {
  return path.join(folder, `${network}.json`);
}
