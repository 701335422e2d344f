/** A facility of a chain, as people name it. */
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import type { Chain } from "../../protocol/chain/chain";
import { readDescription, type DeploymentDescription } from "../../scripts/deploy/description";

type Facility = DeploymentDescription["facilities"][number];

/** A facility by the name that it was deployed under, or its address. @throws Error naming those that there are */
export function findFacility(
  hre: HardhatRuntimeEnvironment,
  chain: Chain,
  name: string,
  classes: readonly Facility["class"][],
): Facility {
  const known = readDescription(hre.config.paths.deployments, hre.network.name).facilities.filter((one) =>
    classes.includes(one.class),
  );
  const found = known.find((one) => [one.name, one.address].some((text) => text.toLowerCase() === name.toLowerCase()));
  if (found) return found;
  const names = known.map((one) => one.name).join(", ") || "none";
  throw new Error(`facility: there is no "${name}" on ${chain.name}; there are ${names}`);
}
