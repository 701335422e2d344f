import type { DeployFunction } from "hardhat-deploy/types";
import { finalityCalls } from "../scripts/deploy/changes";
import { administer, deployContext } from "../scripts/deploy/context";
import { ensureGateway, gatewayCalls } from "../scripts/deploy/gateways";

/**
 * How facts leave: when they are final, and by the configured gateways, each of which learns its peers first. Test gateways have the deployer
 * for their relayer.
 */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  await administer(context, await finalityCalls(context));
  for (const [place, configured] of context.chain.gateways.entries()) await ensureGateway(context, configured, place);
  await administer(context, await gatewayCalls(context));
};

deploy.tags = ["gateways"];
deploy.dependencies = ["facts"];
export default deploy;
