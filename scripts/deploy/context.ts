/** What every deploy script starts from. */
import { ContractFactory, getCreate2Address, keccak256, solidityPackedKeccak256 } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import type { Call } from "../../protocol/chain/membership";
import { extendedArtifact } from "./artifacts";
import { deploymentDomain } from "./circuits";
import { chainOf, loadConfig, type ChainConfig, type DeploymentConfig } from "./config";
import { isLive, refuseDevelopmentConfig, refuseDevelopmentSrs } from "./live";

export interface DeployContext {
  readonly hre: HardhatRuntimeEnvironment;
  readonly config: DeploymentConfig;
  /** The chain that the network is. */
  readonly chain: ChainConfig;
  readonly live: boolean;
  /** Pays for the deployment and is its first administrator. */
  readonly deployer: string;
}

/** Through which hardhat-deploy deploys: the same on every chain (https://github.com/Arachnid/deterministic-deployment-proxy). */
const DEPLOYMENT_PROXY = "0x4e59b44847b379578588920cA78FbF26c0B4956C";

interface ContractOptions {
  /** The contract's name, or its code; by default the deployment's name. */
  readonly contract?: string | { abi: readonly object[]; bytecode: string; deployedBytecode: string };
  readonly args?: readonly unknown[];
  /** The same address on every chain: a function of code, arguments and the deployment's salt alone, and not of the name. */
  readonly everywhere?: boolean;
}

/**
 * Finds the configuration of the network that the script runs on.
 * @param deployer by default the first account of the network
 * @throws if the configuration does not have the chain, or another deployment stands there; LiveNetworkError if it would bring development pieces to a live one
 */
export async function deployContext(
  hre: HardhatRuntimeEnvironment,
  deployer: string | undefined = undefined,
): Promise<DeployContext> {
  const context = await findContext(hre, deployer);
  const { config, chain } = context;
  refuseDevelopmentConfig(config, chain, accountsOf(context));
  await refuseDevelopmentSrs(config, chain);
  await refuseOtherDeployment(context);
  return context;
}

/**
 * The same, whatever is wrong with the configuration there.
 * @param deployer by default the first account of the network
 * @throws if the configuration does not have the chain, or the network no account
 */
export async function findContext(
  hre: HardhatRuntimeEnvironment,
  deployer: string | undefined = undefined,
): Promise<DeployContext> {
  const config = loadConfig();
  // The node's own answer: what a network is called in a configuration proves nothing.
  const evmChainId = Number(await hre.network.provider.send("eth_chainId"));
  const chain = chainOf(config, evmChainId);
  const from = deployer ?? (await hre.getNamedAccounts()).deployer;
  if (from === undefined)
    throw new Error(
      `network ${hre.network.name} has no account to deploy from; set CAUSEWAY_ACCOUNT to a name of the keystore, or CAUSEWAY_PRIVATE_KEYS`,
    );
  return { hre, config, chain, live: isLive(evmChainId), deployer: from };
}

/** Who deployed what is recorded: whoever only looks, or proposes what others send, needs no account. @throws if nothing is deployed */
export async function recordedDeployer(hre: HardhatRuntimeEnvironment): Promise<string> {
  const known = await hre.deployments.getOrNull("AccessManager");
  const [deployer] = (known?.args ?? []) as readonly string[];
  if (deployer !== undefined) return deployer;
  throw new Error(`nothing is deployed on network ${hre.network.name}: run "npx hardhat deploy" first`);
}

/** Who will own or operate the deployment. */
export function accountsOf({ config, chain, deployer }: DeployContext): string[] {
  return [deployer, ...(chain.operators ?? []), ...(config.governance ? [config.governance.governor] : [])];
}

/**
 * Deploys a contract unless it was deployed before, and returns its address. What is there is never replaced, not even
 * when the code or the arguments have changed since: the last script compares them. Its address follows from the deployment, its
 * code, its arguments and its name, so that it is found again when a run ended before it was recorded.
 * @throws if a live network has no code where the contract was deployed
 */
export async function ensureContract(
  context: DeployContext,
  name: string,
  options: ContractOptions = {},
): Promise<string> {
  const { hre, config, deployer, live } = context;
  const { deployments } = hre;
  const known = await deployments.getOrNull(name);
  if (known) {
    if (await hasCode(hre, known.address)) {
      deployments.log(`reusing "${name}" at ${known.address}`);
      return known.address;
    }
    if (live) throw new Error(`there is no code at ${known.address}, where ${name} was deployed`);
    // A development node that was started again has forgotten everything.
    await deployments.delete(name);
  }
  const { contract = name, args = [], everywhere = false } = options;
  const { address } = await deployments.deploy(name, {
    from: deployer,
    contract:
      typeof contract === "string" ? await extendedArtifact(hre, contract) : { ...contract, abi: [...contract.abi] },
    args: [...args],
    deterministicDeployment: everywhere
      ? config.salt
      : solidityPackedKeccak256(["bytes32", "string"], [config.salt, name]),
    log: true,
  });
  return address;
}

/** Where a contract that is deployed `everywhere` stands, or will. */
export async function addressEverywhere(
  { hre, config }: DeployContext,
  contract: string,
  args: readonly unknown[],
): Promise<string> {
  const { abi, bytecode } = await hre.artifacts.readArtifact(contract);
  const { data } = await new ContractFactory(abi, bytecode).getDeployTransaction(...args);
  return getCreate2Address(DEPLOYMENT_PROXY, config.salt, keccak256(data));
}

/** @throws if a rollup that is there belongs to another deployment than the configured one */
export async function refuseOtherDeployment({ hre, config, chain }: DeployContext): Promise<void> {
  const known = await hre.deployments.getOrNull("Rollup");
  if (!known || !(await hasCode(hre, known.address))) return;
  const rollup = await hre.ethers.getContractAt("Rollup", known.address);
  const [domain, index] = [await rollup.domain(), await rollup.chainIndex()];
  if (domain === deploymentDomain(config) && index === BigInt(chain.index)) return;
  throw new Error(
    `the rollup at ${known.address} is chain ${index} of another deployment than "${config.name}": ` +
      `its domain is ${domain}, expected ${deploymentDomain(config)}`,
  );
}

export async function hasCode(hre: HardhatRuntimeEnvironment, address: string): Promise<boolean> {
  return (await hre.network.provider.send("eth_getCode", [address, "latest"])) !== "0x";
}

/** The address of a contract that an earlier script deployed. @throws if it is not deployed */
export async function addressOf({ hre }: DeployContext, name: string): Promise<string> {
  const known = await hre.deployments.getOrNull(name);
  if (known) return known.address;
  throw new Error(`${name} is not deployed on network ${hre.network.name}: run "npx hardhat deploy" first`);
}

/** Whether the deployer still administers without a delay: after the handover the governor alone changes things. */
export async function isAdministrator(context: DeployContext): Promise<boolean> {
  const { hre, deployer } = context;
  const access = await hre.ethers.getContractAt("AccessManager", await addressOf(context, "AccessManager"));
  const [isMember, delay] = await access.hasRole(await access.ADMIN_ROLE(), deployer);
  return isMember && delay === 0n;
}

/** Makes restricted calls as the deployer, one after the other. After the handover they are left to the governor: `propose-changes` prints its transactions. */
export async function administer(context: DeployContext, calls: readonly Call[]): Promise<void> {
  if (calls.length === 0) return;
  const mayChange = await isAdministrator(context);
  const signer = await context.hre.ethers.getSigner(context.deployer);
  for (const { target, data, what } of calls) {
    if (mayChange) await (await signer.sendTransaction({ to: target, data })).wait();
    report(context, mayChange ? what : `left to the governor: ${what}`);
  }
}

/** Says what a script changed on chain. */
export function report({ hre }: DeployContext, change: string): void {
  hre.deployments.log(change);
}
