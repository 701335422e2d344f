import type { DeployFunction } from "hardhat-deploy/types";
import { requestFeeCalls } from "../scripts/deploy/changes";
import { cellBitsOf } from "../scripts/deploy/config";
import { addressOf, administer, deployContext, ensureContract } from "../scripts/deploy/context";

/** The vault, and what a request to it costs. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const { chain, config } = context;
  const authority = await addressOf(context, "AccessManager");
  const tokens = await addressOf(context, "TokenRegistry");
  await ensureContract(context, "Vault", { args: [authority, tokens, chain.index, cellBitsOf(config)] });
  await administer(context, await requestFeeCalls(context));
};

deploy.tags = ["vault"];
deploy.dependencies = ["registries"];
export default deploy;
