/** Runs Hardhat's tasks on a chain from another program: the demo, and tests over several chains. */
import { spawn } from "node:child_process";
import path from "node:path";
import { readDescription, type DeploymentDescription } from "./description";
import { rpcVariable } from "./rpc";

export interface HardhatOptions {
  /** Of the Hardhat configuration. */
  readonly network: string;
  /** Address of the node; its chain id decides which chain of the configuration it is. */
  readonly rpcUrl: string;
  /** Folder for the records of what was deployed. */
  readonly deployments: string;
  /** A configuration file; by default the local deployment. */
  readonly configFile?: string;
  /** Keys of the accounts, the deployer's first; by default the node's own accounts. */
  readonly privateKeys?: readonly string[];
  /** Receives what is printed, in pieces. */
  readonly onOutput?: (text: string) => void;
}

export interface DeployChainOptions extends HardhatOptions {
  /** Compile the contracts first; false when they are known to be compiled. */
  readonly compile?: boolean;
}

const ROOT = path.resolve(__dirname, "../..");
const HARDHAT = path.join(ROOT, "node_modules/hardhat/internal/cli/bootstrap.js");

/**
 * Deploys on one chain, or changes nothing if everything is there.
 * @throws with the output of the scripts if one of them refuses
 */
export async function deployChain({ compile = true, ...options }: DeployChainOptions): Promise<DeploymentDescription> {
  const { code, output } = await runHardhat(["deploy", ...(compile ? [] : ["--no-compile"])], options);
  if (code !== 0) throw new Error(`deploying on network ${options.network} failed:\n${output}`);
  return readDescription(options.deployments, options.network);
}

/**
 * Runs a task in a process of its own.
 * @param task its name and arguments, without the network
 * @returns the exit code, null if a signal ended it, and all that was printed
 */
export async function runHardhat(
  task: readonly string[],
  { network, rpcUrl, deployments, configFile, privateKeys, onOutput }: HardhatOptions,
): Promise<{ code: number | null; output: string }> {
  const env = {
    ...process.env,
    CAUSEWAY_DEPLOYMENTS: path.resolve(deployments),
    [rpcVariable(network)]: rpcUrl,
    ...(configFile ? { CAUSEWAY_CONFIG: path.resolve(configFile) } : {}),
    ...(privateKeys ? { CAUSEWAY_PRIVATE_KEYS: privateKeys.join() } : {}),
    // A parent that is Hardhat itself would pass its own network on.
    HARDHAT_NETWORK: undefined,
  };
  const args = [HARDHAT, ...task, "--network", network];
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const read = (data: Buffer): void => {
    output += data.toString();
    onOutput?.(data.toString());
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { code, output };
}
