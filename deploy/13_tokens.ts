import type { DeployFunction } from "hardhat-deploy/types";
import { tokenAddress } from "../scripts/deploy/tokens";
import { addressOf, deployContext, report } from "../scripts/deploy/context";

/** Lists the chain's tokens in the configured order, which gives them their local numbers. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const registry = await hre.ethers.getContractAt("TokenRegistry", await addressOf(context, "TokenRegistry"));
  for (const token of context.chain.tokens) {
    const address = await tokenAddress(context, token);
    if ((await registry.find(address)).id !== 0n) continue;
    await (await registry.list(address)).wait();
    report(context, `listed token ${address} as ${(await registry.find(address)).id}`);
  }
};

deploy.tags = ["tokens"];
deploy.dependencies = ["registries"];
export default deploy;
