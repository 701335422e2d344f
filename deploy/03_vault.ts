import type { DeployFunction } from "hardhat-deploy/types";
import { REQUEST_FEE_STEP } from "../protocol/spec";
import { cellBitsOf } from "../scripts/deploy/config";
import { addressOf, deployContext, ensureContract, isAdministrator, report } from "../scripts/deploy/context";
import { requestFeeChange } from "../scripts/deploy/requestFee";

/** The vault, and what a request to it costs. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const { chain, config } = context;
  const authority = await addressOf(context, "AccessManager");
  const tokens = await addressOf(context, "TokenRegistry");
  await ensureContract(context, "Vault", { args: [authority, tokens, chain.index, cellBitsOf(config)] });
  if (!(await isAdministrator(context))) return;
  const change = await requestFeeChange(context);
  if (!change) return;
  await (await change.vault.setRequestFee(change.base, change.growth)).wait();
  const { base, growth } = chain.requestFee ?? { base: "0", growth: "0" };
  report(context, `a request costs ${base}, and ${growth} more for each ${REQUEST_FEE_STEP} that wait`);
};

deploy.tags = ["vault"];
deploy.dependencies = ["registries"];
export default deploy;
