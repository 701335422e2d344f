import { ZeroAddress } from "ethers";
import type { DeployFunction } from "hardhat-deploy/types";
import { addressOf, deployContext, report } from "../scripts/deploy/context";

/** Vault, facts and ordering learn their rollup, once and for ever. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const rollup = await addressOf(context, "Rollup");
  const vault = await hre.ethers.getContractAt("Vault", await addressOf(context, "Vault"));
  const facts = await hre.ethers.getContractAt("Facts", await addressOf(context, "Facts"));
  const { chain, config } = context;
  const isPrimary = chain.index === config.primary;
  const ordering = isPrimary ? [await hre.ethers.getContractAt("Ordering", await addressOf(context, "Ordering"))] : [];
  for (const contract of [vault, facts, ...ordering]) {
    if ((await contract.rollup()) !== ZeroAddress) continue;
    await (await contract.bindRollup(rollup)).wait();
    report(context, `bound ${await contract.getAddress()} to rollup ${rollup}`);
  }
};

deploy.tags = ["bind"];
deploy.dependencies = ["rollup"];
export default deploy;
