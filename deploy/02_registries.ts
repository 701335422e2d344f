import type { DeployFunction } from "hardhat-deploy/types";
import { addressOf, deployContext, ensureContract } from "../scripts/deploy/context";

const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const args = [await addressOf(context, "AccessManager")];
  for (const name of ["ChainRegistry", "TokenRegistry", "CircuitRegistry"]) {
    await ensureContract(context, name, { args, everywhere: true });
  }
};

deploy.tags = ["registries"];
deploy.dependencies = ["access"];
export default deploy;
