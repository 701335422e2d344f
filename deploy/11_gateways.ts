import type { DeployFunction } from "hardhat-deploy/types";
import { finalityOf } from "../scripts/deploy/config";
import { addressOf, deployContext, ensureContract, isAdministrator, report } from "../scripts/deploy/context";

/** How facts leave: when they are final, by the configured gateways, or by test gateways whose relayer is the deployer. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const facts = await hre.ethers.getContractAt("Facts", await addressOf(context, "Facts"));
  const finality = finalityOf(context.chain);
  if ((await facts.finality()) !== BigInt(finality) && (await isAdministrator(context))) {
    await (await facts.setFinality(finality)).wait();
    report(context, `facts are final after ${finality} s`);
  }
  for (const [i, configured] of context.chain.gateways.entries()) {
    const test = { contract: "TestGateway", args: [context.deployer] };
    const gateway = configured === "test" ? await ensureContract(context, `TestGateway_${i + 1}`, test) : configured;
    if (await facts.isGateway(gateway)) continue;
    await (await facts.addGateway(gateway)).wait();
    report(context, `added gateway ${gateway}`);
  }
};

deploy.tags = ["gateways"];
deploy.dependencies = ["facts"];
export default deploy;
