import type { DeployFunction } from "hardhat-deploy/types";
import { addressOf, deployContext, report } from "../scripts/deploy/context";

/** Who submits batches on the primary chain. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const { chain, config, deployer } = context;
  if (chain.index !== config.primary) return;
  const rollup = await hre.ethers.getContractAt("Rollup", await addressOf(context, "Rollup"));
  for (const operator of chain.operators ?? [deployer]) {
    if (await rollup.isOperator(operator)) continue;
    await (await rollup.setOperator(operator, true)).wait();
    report(context, `allowed operator ${operator}`);
  }
};

deploy.tags = ["operators"];
deploy.dependencies = ["rollup"];
export default deploy;
