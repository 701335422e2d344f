import type { DeployFunction } from "hardhat-deploy/types";
import { deployContext, findContext } from "../scripts/deploy/context";
import { preflight, waitForPending } from "../scripts/deploy/preflight";

/** Looks for what would make a later script fail, before anything is changed. */
const deploy: DeployFunction = async (hre) => {
  const context = await findContext(hre);
  await waitForPending(context);
  await preflight(context, (text) => hre.deployments.log(text));
  // Whatever the table says: this is what every later script asks, too.
  await deployContext(hre);
};

deploy.tags = ["preflight"];
export default deploy;
