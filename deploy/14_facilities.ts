import type { DeployFunction } from "hardhat-deploy/types";
import { addressOf, deployContext, report } from "../scripts/deploy/context";
import { ensureFacility } from "../scripts/deploy/facilities";

/** Deploys the configured facilities with their price sources, and takes them into the books. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const books = await hre.ethers.getContractAt("Books", await addressOf(context, "Books"));
  for (const facility of context.chain.facilities ?? []) {
    const address = await ensureFacility(context, facility);
    if (await books.isFacility(address)) continue;
    const ceiling = hre.ethers.parseUnits(facility.ceiling, 18);
    await (await books.add(address, ceiling)).wait();
    report(context, `took facility ${address} of ${facility.name} into the books, up to ${facility.ceiling} zUSD`);
  }
};

deploy.tags = ["facilities"];
deploy.dependencies = ["bind", "tokens"];
export default deploy;
