import type { DeployFunction } from "hardhat-deploy/types";
import { outflowOf, tokenAddress } from "../scripts/deploy/tokens";
import { addressOf, deployContext, isAdministrator, report } from "../scripts/deploy/context";

/** Lists the chain's tokens in the configured order, which gives them their local numbers, and bounds what leaves of them in a day. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const registry = await hre.ethers.getContractAt("TokenRegistry", await addressOf(context, "TokenRegistry"));
  for (const token of context.chain.tokens) {
    const address = await tokenAddress(context, token);
    if ((await registry.find(address)).id !== 0n) continue;
    await (await registry.list(address)).wait();
    report(context, `listed token ${address} as ${(await registry.find(address)).id}`);
  }
  if (!(await isAdministrator(context))) return;
  const vault = await hre.ethers.getContractAt("Vault", await addressOf(context, "Vault"));
  for (const outflow of context.chain.outflows ?? []) {
    const { id, units } = await outflowOf(context, outflow);
    if ((await vault.outflowOf(id)).limit === units) continue;
    await (await vault.setOutflowLimit(id, units)).wait();
    report(context, `up to ${outflow.limit} of token ${outflow.token} leave within a day`);
  }
};

deploy.tags = ["tokens"];
deploy.dependencies = ["registries", "vault"];
export default deploy;
