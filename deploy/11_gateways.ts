import type { DeployFunction } from "hardhat-deploy/types";
import { finalityOf } from "../scripts/deploy/config";
import { addressOf, deployContext, isAdministrator, perform, report } from "../scripts/deploy/context";
import { isPeerGateway } from "../scripts/deploy/gatewayConfig";
import { ensureGateway, peerCalls } from "../scripts/deploy/gateways";

/**
 * How facts leave: when they are final, and by the configured gateways, each of which learns its peers first. Test gateways have the deployer
 * for their relayer.
 */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const facts = await hre.ethers.getContractAt("Facts", await addressOf(context, "Facts"));
  const finality = finalityOf(context.chain);
  const mayChange = await isAdministrator(context);
  if ((await facts.finality()) !== BigInt(finality) && mayChange) {
    await (await facts.setFinality(finality)).wait();
    report(context, `facts are final after ${finality} s`);
  }
  for (const [place, configured] of context.chain.gateways.entries()) {
    const gateway = await ensureGateway(context, configured, place);
    const calls = isPeerGateway(configured) && mayChange ? await peerCalls(context, configured, gateway) : [];
    for (const call of calls) await perform(context, call);
    if (await facts.isGateway(gateway)) continue;
    await (await facts.addGateway(gateway)).wait();
    report(context, `added gateway ${gateway}`);
  }
};

deploy.tags = ["gateways"];
deploy.dependencies = ["facts"];
export default deploy;
