/** What a deployer asks before, and after. */
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import { compareEvents } from "../../scripts/deploy/beyond";
import { compareDeployment, compareFields } from "../../scripts/deploy/check";
import { findContext } from "../../scripts/deploy/context";
import { readDescription } from "../../scripts/deploy/description";
import { preflight } from "../../scripts/deploy/preflight";
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
  // Who deployed it is written down: whoever looks needs no account.
  const { args } = await hre.deployments.get("AccessManager");
  const context = await findContext(hre, args?.[0] as string | undefined);
  const differences = await compareDeployment(context, [compareFields, compareEvents]);
  if (differences.length === 0) return print(`Chain ${name} is as configured.`);
  const rows = differences.map(({ field, configured, found }) => [field, configured, found]);
  print(table([["field", "configured", "on chain"], ...rows], 3));
  throw new Error(`chain ${name} is not as configured: ${differences.length} fields differ`);
}
