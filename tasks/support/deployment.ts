/** What a deployer asks before, and after. */
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import { findContext } from "../../scripts/deploy/context";
import { preflight } from "../../scripts/deploy/preflight";
import { toConsole, type Print } from "./print";

/** @throws naming what is wrong */
export async function runPreflight(
  _: unknown,
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  await preflight(await findContext(hre), print);
  print("\nNothing is wrong.");
}
