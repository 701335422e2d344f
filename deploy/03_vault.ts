import type { DeployFunction } from "hardhat-deploy/types";
import { cellBitsOf } from "../scripts/deploy/config";
import { addressOf, deployContext, ensureContract } from "../scripts/deploy/context";

const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const { chain, config } = context;
  const authority = await addressOf(context, "AccessManager");
  const tokens = await addressOf(context, "TokenRegistry");
  await ensureContract(context, "Vault", { args: [authority, tokens, chain.index, cellBitsOf(config)] });
};

deploy.tags = ["vault"];
deploy.dependencies = ["registries"];
export default deploy;
