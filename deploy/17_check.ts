import type { DeployFunction } from "hardhat-deploy/types";
import { checkDeployment } from "../scripts/deploy/check";
import { deployContext, report } from "../scripts/deploy/context";
import { describeDeployment, writeDescription } from "../scripts/deploy/description";

/** Compares everything on chain with the configuration, and writes down where things are. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  await checkDeployment(context);
  const description = await describeDeployment(context);
  if (hre.network.saveDeployments) writeDescription(hre.config.paths.deployments, hre.network.name, description);
  report(context, `checked chain ${description.name}: rollup ${description.rollup}, vault ${description.vault}`);
};

deploy.tags = ["check"];
deploy.dependencies = ["bind", "gateways", "chains", "tokens", "facilities", "operators", "governance"];
deploy.runAtTheEnd = true;
export default deploy;
