import type { DeployFunction } from "hardhat-deploy/types";
import { addressOf, deployContext, ensureContract } from "../scripts/deploy/context";

/** What the primary chain alone decides. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const { chain, config } = context;
  if (chain.index !== config.primary) return;
  await ensureContract(context, "Ordering", { args: [await addressOf(context, "AccessManager"), config.forceDelay] });
};

deploy.tags = ["ordering"];
deploy.dependencies = ["access"];
export default deploy;
