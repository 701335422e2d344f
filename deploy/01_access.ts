import type { DeployFunction } from "hardhat-deploy/types";
import { deployContext, ensureContract } from "../scripts/deploy/context";

/** Who may administer: at first the deployer alone. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  await ensureContract(context, "AccessManager", { args: [context.deployer], everywhere: true });
};

deploy.tags = ["access"];
export default deploy;
