import type { DeployFunction } from "hardhat-deploy/types";
import { addressOf, deployContext, report } from "../scripts/deploy/context";

/** Who submits batches on the primary chain. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const { chain, config, deployer } = context;
  if (chain.index !== config.primary) return;
  const ordering = await hre.ethers.getContractAt("Ordering", await addressOf(context, "Ordering"));
  for (const operator of chain.operators ?? [deployer]) {
    if (await ordering.isOperator(operator)) continue;
    await (await ordering.setOperator(operator, true)).wait();
    report(context, `allowed operator ${operator}`);
  }
};

deploy.tags = ["operators"];
deploy.dependencies = ["ordering"];
export default deploy;
