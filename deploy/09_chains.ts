import type { DeployFunction } from "hardhat-deploy/types";
import { addressOf, deployContext, report } from "../scripts/deploy/context";

/** The other chains of the deployment; their facts have the address of this chain's. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const facts = await addressOf(context, "Facts");
  const registry = await hre.ethers.getContractAt("ChainRegistry", await addressOf(context, "ChainRegistry"));
  for (const { name, index, evmChainId } of context.config.chains) {
    if (index === context.chain.index || (await registry.isRegistered(index))) continue;
    await (await registry.register(index, evmChainId, facts)).wait();
    report(context, `registered chain ${name} (index ${index}, EVM chain id ${evmChainId})`);
  }
};

deploy.tags = ["chains"];
deploy.dependencies = ["facts"];
export default deploy;
