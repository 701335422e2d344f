import type { DeployFunction } from "hardhat-deploy/types";
import { facilityCalls } from "../scripts/deploy/changes";
import { administer, deployContext } from "../scripts/deploy/context";
import { ensureFacility } from "../scripts/deploy/facilities";

/** Deploys the configured facilities with their price sources, and takes them into the books. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  for (const facility of context.chain.facilities ?? []) await ensureFacility(context, facility);
  await administer(context, await facilityCalls(context));
};

deploy.tags = ["facilities"];
deploy.dependencies = ["bind", "tokens"];
export default deploy;
