import type { DeployFunction } from "hardhat-deploy/types";
import { addressOf, deployContext, ensureContract } from "../scripts/deploy/context";

/** The books of the chain's debt; everything that owes stands in them. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  await ensureContract(context, "Books", { args: [await addressOf(context, "AccessManager")] });
};

deploy.tags = ["books"];
deploy.dependencies = ["access"];
export default deploy;
