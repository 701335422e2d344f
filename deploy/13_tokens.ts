import type { DeployFunction } from "hardhat-deploy/types";
import { outflowCalls, tokenCalls } from "../scripts/deploy/changes";
import { administer, deployContext } from "../scripts/deploy/context";
import { ensureToken } from "../scripts/deploy/tokens";

/** Lists the chain's tokens, and bounds what leaves of them in a day. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  for (const token of context.chain.tokens) await ensureToken(context, token);
  await administer(context, await tokenCalls(context));
  await administer(context, await outflowCalls(context));
};

deploy.tags = ["tokens"];
deploy.dependencies = ["registries", "vault"];
export default deploy;
