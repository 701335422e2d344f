import type { DeployFunction } from "hardhat-deploy/types";
import { finalityOf } from "../scripts/deploy/config";
import { addressOf, deployContext, isAdministrator, perform, report } from "../scripts/deploy/context";
import { ensureGateway, gatewayCalls } from "../scripts/deploy/gateways";

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
  for (const [place, configured] of context.chain.gateways.entries()) await ensureGateway(context, configured, place);
  // What only the governor may change is left to `propose-gateways`; the last script says what differs.
  const calls = mayChange ? await gatewayCalls(context) : [];
  for (const call of calls) await perform(context, call);
};

deploy.tags = ["gateways"];
deploy.dependencies = ["facts"];
export default deploy;
