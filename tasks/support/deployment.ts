/** What a deployer asks before, and after. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { formatUnits, Interface, JsonRpcProvider, toQuantity } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import { networkOf } from "../../protocol/chain/networks";
import { startAnvil } from "../../scripts/anvil";
import { compareEvents } from "../../scripts/deploy/beyond";
import { compareDeployment, compareFields } from "../../scripts/deploy/check";
import { findContext, recordedDeployer } from "../../scripts/deploy/context";
import { deployChain } from "../../scripts/deploy/hardhat";
import { readDescription } from "../../scripts/deploy/description";
import { preflight } from "../../scripts/deploy/preflight";
import { readRecords } from "../../scripts/deploy/sources";
import { table } from "../../scripts/table";
import { toConsole, type Print } from "./print";

/** @throws naming what is wrong */
export async function runPreflight(
  _: unknown,
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  await hre.run("compile", { quiet: true });
  await preflight(await findContext(hre), print);
  print("\nNothing is wrong.");
}

/** @throws if nothing is deployed, or something differs */
export async function inspect(_: unknown, hre: HardhatRuntimeEnvironment, print: Print = toConsole): Promise<void> {
  const { name } = readDescription(hre.config.paths.deployments, hre.network.name);
  await hre.run("compile", { quiet: true });
  const context = await findContext(hre, await recordedDeployer(hre));
  const differences = await compareDeployment(context, [compareFields, compareEvents]);
  if (differences.length === 0) return print(`Chain ${name} is as configured.`);
  const rows = differences.map(({ field, configured, found }) => [field, configured, found]);
  print(table([["field", "configured", "on chain"], ...rows], 3));
  throw new Error(`chain ${name} is not as configured: ${differences.length} fields differ`);
}

/** Of the fork's deployer, so that the network's balance does not matter. */
const RICH = 10n ** 24n;

interface Step {
  readonly name: string;
  readonly gas: bigint;
}

/** Runs the deploy scripts on a fork of the network, from the records that there are, and prints what each step costs now. */
export async function dryRun(hre: HardhatRuntimeEnvironment, print: Print = toConsole): Promise<void> {
  const { name: network, config } = hre.network;
  if (!("url" in config))
    throw new Error(`network: ${network} is no chain to connect to; use --network primary, for example`);
  await hre.run("compile", { quiet: true });
  const chainId = Number(await hre.network.provider.send("eth_chainId"));
  const price = BigInt((await hre.network.provider.send("eth_gasPrice")) as string);
  const { deployer } = await hre.getNamedAccounts();
  if (deployer === undefined) throw new Error(`network ${network} has no account to deploy from`);
  const deployments = fs.mkdtempSync(path.join(os.tmpdir(), "causeway-dry-run-"));
  const fork = await startAnvil({ chainId, forkUrl: config.url });
  const provider = new JsonRpcProvider(fork.url, chainId, { staticNetwork: true });
  try {
    const records = path.join(hre.config.paths.deployments, network);
    if (fs.existsSync(records)) fs.cpSync(records, path.join(deployments, network), { recursive: true });
    await provider.send("anvil_setBalance", [deployer, toQuantity(RICH)]);
    const first = await provider.getBlockNumber();
    // Keys from a keystore are not asked for again.
    const privateKeys = Array.isArray(config.accounts) ? config.accounts : undefined;
    await deployChain({ network, rpcUrl: fork.url, deployments, privateKeys, compile: false });
    const steps = await stepsOf(provider, first, deployments, network);
    print(costTable(steps, price, networkOf(chainId)?.coin.symbol ?? "ETH"));
    print(`\nAt ${formatUnits(price, 9)} gwei. Nothing was sent to ${network}.`);
  } finally {
    provider.destroy();
    await fork.stop();
    fs.rmSync(deployments, { recursive: true });
  }
}

/** The transactions after a block, by what they did according to the records. */
async function stepsOf(
  provider: JsonRpcProvider,
  after: number,
  deployments: string,
  network: string,
): Promise<Step[]> {
  const { records } = readRecords(deployments, network);
  const steps: Step[] = [];
  for (let number = after + 1; number <= (await provider.getBlockNumber()); number++) {
    for (const hash of (await provider.getBlock(number))?.transactions ?? []) {
      const [transaction, receipt] = [await provider.getTransaction(hash), await provider.getTransactionReceipt(hash)];
      if (!transaction || !receipt) continue;
      const deployed = records.find(({ transactionHash }) => transactionHash === hash);
      const called = records.find(({ address }) => address === transaction.to);
      const method = called && new Interface(called.abi).getFunction(transaction.data.slice(0, 10))?.name;
      const name = deployed ? `deploy ${deployed.name}` : `${called?.name ?? transaction.to}.${method ?? "call"}`;
      steps.push({ name, gas: receipt.gasUsed });
    }
  }
  return steps;
}

/** Steps of one name in one row. */
function costTable(steps: readonly Step[], price: bigint, symbol: string): string {
  const cost = (gas: bigint): string[] => [gas.toLocaleString("en"), Number(formatUnits(gas * price, 18)).toFixed(6)];
  const rows = [...new Set(steps.map(({ name }) => name))].map((name) => {
    const same = steps.filter((step) => step.name === name);
    return [name, `${same.length}`, ...cost(same.reduce((sum, { gas }) => sum + gas, 0n))];
  });
  const total = ["total", `${steps.length}`, ...cost(steps.reduce((sum, { gas }) => sum + gas, 0n))];
  return table([["step", "transactions", "gas", symbol], ...rows, total]);
}
