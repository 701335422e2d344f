import type { DeployFunction } from "hardhat-deploy/types";
import { addressOf, deployContext, ensureContract } from "../scripts/deploy/context";

/** At the same address on every chain, so that each chain knows the others' before they exist. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const authority = await addressOf(context, "AccessManager");
  const chains = await addressOf(context, "ChainRegistry");
  await ensureContract(context, "Facts", { args: [authority, chains, context.config.threshold], everywhere: true });
};

deploy.tags = ["facts"];
deploy.dependencies = ["registries"];
export default deploy;
