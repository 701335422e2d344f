import type { DeployFunction } from "hardhat-deploy/types";
import { operatorCalls } from "../scripts/deploy/changes";
import { administer, deployContext } from "../scripts/deploy/context";

/** Who submits batches on the primary chain. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  await administer(context, await operatorCalls(context));
};

deploy.tags = ["operators"];
deploy.dependencies = ["ordering"];
export default deploy;
