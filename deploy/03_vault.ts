import { formatEther } from "ethers";
import type { DeployFunction } from "hardhat-deploy/types";
import { REQUEST_FEE_STEP, REQUEST_FEE_UNIT } from "../protocol/spec";
import { cellBitsOf, requestFeesOf } from "../scripts/deploy/config";
import { addressOf, deployContext, ensureContract, isAdministrator, report } from "../scripts/deploy/context";

/** The vault, and what a request to it costs. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const { chain, config } = context;
  const authority = await addressOf(context, "AccessManager");
  const tokens = await addressOf(context, "TokenRegistry");
  const address = await ensureContract(context, "Vault", {
    args: [authority, tokens, chain.index, cellBitsOf(config)],
  });
  if (!(await isAdministrator(context))) return;
  const vault = await hre.ethers.getContractAt("Vault", address);
  const { base, growth } = requestFeesOf(chain);
  const now = await vault.requestFees();
  if (now.base * REQUEST_FEE_UNIT === base && now.growth * REQUEST_FEE_UNIT === growth) return;
  await (await vault.setRequestFee(base / REQUEST_FEE_UNIT, growth / REQUEST_FEE_UNIT)).wait();
  report(
    context,
    `a request costs ${formatEther(base)}, and ${formatEther(growth)} more for each ${REQUEST_FEE_STEP} open ones`,
  );
};

deploy.tags = ["vault"];
deploy.dependencies = ["registries"];
export default deploy;
