import type { DeployFunction } from "hardhat-deploy/types";
import { deployContext, ensureContract } from "../scripts/deploy/context";
import { rememberFirstBlock } from "../scripts/deploy/description";

/** Who may administer: at first the deployer alone. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const args = [context.deployer];
  await rememberFirstBlock(context, "AccessManager", args);
  await ensureContract(context, "AccessManager", { args, everywhere: true });
};

deploy.tags = ["access"];
deploy.dependencies = ["preflight"];
export default deploy;
