import { ZeroAddress } from "ethers";
import type { DeployFunction } from "hardhat-deploy/types";
import { addressOf, deployContext, report } from "../scripts/deploy/context";

/** Vault and facts learn their rollup, once and for ever. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const rollup = await addressOf(context, "Rollup");
  const vault = await hre.ethers.getContractAt("Vault", await addressOf(context, "Vault"));
  const facts = await hre.ethers.getContractAt("Facts", await addressOf(context, "Facts"));
  for (const contract of [vault, facts]) {
    if ((await contract.rollup()) !== ZeroAddress) continue;
    await (await contract.bindRollup(rollup)).wait();
    report(context, `bound ${await contract.getAddress()} to rollup ${rollup}`);
  }
};

deploy.tags = ["bind"];
deploy.dependencies = ["rollup"];
export default deploy;
