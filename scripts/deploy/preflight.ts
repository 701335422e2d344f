/** What can be known before anything is changed. */
import { formatUnits, ZeroAddress } from "ethers";
import { networkOf } from "../../protocol/chain/networks";
import { table } from "../table";
import { artifactsOf, keyFlaws, verifierName } from "./circuits";
import type { ChainConfig, FacilityConfig } from "./config";
import { accountsOf, hasCode, refuseOtherDeployment, type DeployContext } from "./context";
import { estimateGas } from "./estimate";
import { endpointOf, isPeerGateway, type GatewayConfig } from "./gatewayConfig";
import { developmentPieces, LiveNetworkError, refuseDevelopmentKeys, refuseDevelopmentSrs } from "./live";
import { symbolOf } from "./tokens";

/** One thing that was looked at. */
export interface Check {
  /** The field of the configuration, or of the network. */
  readonly field: string;
  /** What is there. */
  readonly found: string;
  /** The rule that it breaks; undefined: none. */
  readonly wrong?: string;
}

/** How much more gas may cost when the last transaction is sent, in per cent of now. */
const MARGIN = 150n;

/** How long transactions of the deployer that are on their way are waited for. */
const PENDING_TIMEOUT = 5 * 60_000;
const PENDING_INTERVAL = 500;

/**
 * Prints everything that was looked at.
 * @throws naming each field that is wrong, with its rule
 */
export async function preflight(context: DeployContext, print: (text: string) => void): Promise<void> {
  const checks = await runChecks(context);
  print(table([["field", "found", ""], ...checks.map(({ field, found, wrong }) => [field, found, wrong ?? "ok"])], 3));
  const wrong = checks.filter((check) => check.wrong !== undefined);
  if (wrong.length === 0) return;
  const lines = wrong.map((check) => `${check.field}: ${check.wrong}`);
  throw new Error(`chain ${context.chain.name} is not ready, and nothing was changed:\n  ${lines.join("\n  ")}`);
}

/** Circuits and keys, which may have to be built, are looked at when all else is well. */
export async function runChecks(context: DeployContext): Promise<Check[]> {
  const checks = [
    chainCheck(context),
    await deploymentCheck(context),
    ...(await liveChecks(context)),
    ...(await codeChecks(context)),
    await pendingCheck(context),
    await balanceCheck(context),
  ];
  return checks.some(({ wrong }) => wrong !== undefined) ? checks : [...checks, ...(await keyChecks(context))];
}

function chainCheck({ chain, live }: DeployContext): Check {
  const network = networkOf(chain.evmChainId)?.name ?? (live ? "not one of the known networks" : "development");
  return { field: "evmChainId", found: `${chain.evmChainId} (${network}): chain ${chain.index}, ${chain.name}` };
}

async function deploymentCheck(context: DeployContext): Promise<Check> {
  const known = Object.keys(await context.hre.deployments.all()).length;
  const found = known === 0 ? "nothing is deployed yet" : `${known} contracts are recorded`;
  return { field: "deployments", found, wrong: await messageOf(() => refuseOtherDeployment(context)) };
}

async function liveChecks(context: DeployContext): Promise<Check[]> {
  const { config, chain, live } = context;
  const found = live ? "live" : "development: test pieces are allowed";
  const pieces = developmentPieces(config, chain, accountsOf(context));
  const wrong = pieces.map((piece) => new LiveNetworkError(chain.evmChainId, piece).message);
  const disguised = config.ptau && (await messageOf(() => refuseDevelopmentSrs(config, chain)));
  if (disguised !== undefined) wrong.push(disguised);
  return wrong.length === 0
    ? [{ field: "network", found }]
    : wrong.map((rule) => ({ field: "network", found, wrong: rule }));
}

/** Every address of the configuration that must be a contract. */
async function codeChecks({ hre, config, chain, live }: DeployContext): Promise<Check[]> {
  // What administers for ever must be there; a multisig that is still to come could be somebody else's.
  const governor = live && config.governance ? [config.governance.governor] : [];
  const places: [string, string][] = [
    ...governor.map((address): [string, string] => ["governance.governor", address]),
    ...chain.tokens.flatMap((token, i): [string, string][] =>
      typeof token === "object" && "address" in token ? [[`tokens[${i}]`, symbolOf(token)]] : [],
    ),
    ...chain.gateways.flatMap((gateway, i) =>
      Object.entries(contractsOf(chain, gateway)).map(([field, address]): [string, string] => [
        `gateways[${i}].${field}`,
        address,
      ]),
    ),
    ...(chain.facilities ?? []).flatMap((facility): [string, string][] => sourceOf(facility)),
  ];
  const checks: Check[] = [];
  for (const [field, address] of places) {
    const wrong = (await hasCode(hre, address)) ? undefined : "there must be a contract at this address";
    checks.push({ field, found: address, wrong });
  }
  return checks;
}

/** The contracts that a gateway needs, by their fields. */
function contractsOf(chain: ChainConfig, gateway: GatewayConfig): Record<string, string> {
  if (gateway === "test") return {};
  if (!isPeerGateway(gateway)) return { address: gateway.address };
  const endpoint = endpointOf(chain, gateway) ?? ZeroAddress;
  if (gateway.kind === "hyperlane") return { mailbox: endpoint, module: gateway.module };
  if (gateway.kind === "committee") return {};
  const { sendLibrary, receiveLibrary, executor, requiredDvns, optionalDvns = [] } = gateway;
  const dvns = (field: string, all: readonly string[]) => all.map((address, i) => [`${field}[${i}]`, address]);
  return {
    endpoint,
    sendLibrary,
    receiveLibrary,
    executor,
    ...(Object.fromEntries([...dvns("requiredDvns", requiredDvns), ...dvns("optionalDvns", optionalDvns)]) as object),
  };
}

function sourceOf(facility: FacilityConfig): [string, string][] {
  if (facility.class === "DISCOUNTED")
    return facility.pair === "test" ? [] : [[`facility ${facility.name}: pair`, facility.pair]];
  return facility.feed === "test" ? [] : [[`facility ${facility.name}: feed`, facility.feed.address]];
}

async function pendingCheck({ hre, deployer }: DeployContext): Promise<Check> {
  const waiting = await pendingOf(hre.ethers.provider, deployer);
  const wrong = waiting === 0 ? undefined : "must be none: wait until they are in a block, or replace them";
  return { field: "pending transactions", found: `${waiting}`, wrong };
}

async function balanceCheck(context: DeployContext): Promise<Check> {
  const { hre, chain, deployer } = context;
  const gas = await estimateGas(context);
  const price = BigInt((await hre.network.provider.send("eth_gasPrice")) as string);
  const needed = (gas * price * MARGIN) / 100n;
  const balance = await hre.ethers.provider.getBalance(deployer);
  const symbol = networkOf(chain.evmChainId)?.coin.symbol ?? "ETH";
  const show = (wei: bigint): string => `${Number(formatUnits(wei, 18)).toPrecision(4)} ${symbol}`;
  return {
    field: `balance of ${deployer}`,
    found: `${show(balance)}, at most ${show(needed)} needed`,
    wrong: balance < needed ? `must be at least ${show(needed)}: ${gas} gas, and half as much again` : undefined,
  };
}

/** A verifier that is deployed is compared with its circuit by the last script; here what is still to be deployed. */
async function keyChecks({ hre, chain, config }: DeployContext): Promise<Check[]> {
  const checks: Check[] = [];
  for (const artifacts of await artifactsOf(config)) {
    const { name, circuitId, development } = artifacts;
    const field = `sizes: ${name}`;
    const found = `circuit ${circuitId.slice(0, 10)}, ${development ? "development SRS" : "SRS of a ceremony"}`;
    const refused = await messageOf(async () => refuseDevelopmentKeys(chain.evmChainId, artifacts));
    const known = await hre.deployments.getOrNull(verifierName(circuitId));
    const isThere = known !== null && known !== undefined && (await hasCode(hre, known.address));
    const flaws = [...(refused === undefined ? [] : [refused]), ...(isThere ? [] : await keyFlaws(artifacts))];
    checks.push({ field, found, wrong: flaws.length === 0 ? undefined : flaws.join("; ") });
  }
  return checks;
}

/**
 * Waits until no transaction of the deployer is on its way: a run that ended may have sent one, and would send it again.
 * @param timeout milliseconds; what waits longer is for `preflight` to name
 */
export async function waitForPending({ hre, deployer }: DeployContext, timeout = PENDING_TIMEOUT): Promise<void> {
  const end = Date.now() + timeout;
  while (Date.now() < end && (await pendingOf(hre.ethers.provider, deployer)) > 0) {
    hre.deployments.log(`waiting for transactions of ${deployer} that are on their way`);
    await new Promise((resolve) => setTimeout(resolve, PENDING_INTERVAL));
  }
}

async function pendingOf(
  provider: { getTransactionCount(address: string, tag: string): Promise<number> },
  address: string,
): Promise<number> {
  return (
    (await provider.getTransactionCount(address, "pending")) - (await provider.getTransactionCount(address, "latest"))
  );
}

/** What an action refuses with; undefined if it does not. */
async function messageOf(check: () => Promise<void>): Promise<string | undefined> {
  try {
    await check();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
