import type { DeployFunction } from "hardhat-deploy/types";
import { guardianCalls } from "../scripts/deploy/changes";
import { isSameAddress } from "../scripts/deploy/config";
import { addressOf, administer, deployContext, isAdministrator, report } from "../scripts/deploy/context";
import { GUARDIAN_ROLE } from "../scripts/deploy/roles";

/**
 * Hands the administration over: the governor may do everything, each thing after the timelock; a guardian may stop some of it at once; the
 * deployer may do nothing any more. Without a governor, which only development networks do, the deployer stays administrator.
 */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const { config, deployer } = context;
  if (!config.governance) return;
  const { governor, timelock, guardian } = config.governance;
  const access = await hre.ethers.getContractAt("AccessManager", await addressOf(context, "AccessManager"));
  const role = await access.ADMIN_ROLE();
  await administer(context, await guardianCalls(context));
  if (!(await isAdministrator(context))) return;
  // The governor may do what the guardian may, after the timelock.
  if (!(await access.hasRole(GUARDIAN_ROLE, governor)).isMember) {
    await (await access.grantRole(GUARDIAN_ROLE, governor, timelock)).wait();
  }
  if (guardian !== undefined && !(await access.hasRole(GUARDIAN_ROLE, guardian)).isMember) {
    await (await access.grantRole(GUARDIAN_ROLE, guardian, 0)).wait();
    report(context, `made ${guardian} guardian`);
  }
  // A governor that is the deployer is a member, without a delay yet.
  if (isSameAddress(governor, deployer) || !(await access.hasRole(role, governor)).isMember) {
    await (await access.grantRole(role, governor, timelock)).wait();
  }
  // A governor that is the deployer stays, with the timelock: nobody else would be left.
  if (!isSameAddress(governor, deployer)) await (await access.renounceRole(role, deployer)).wait();
  report(context, `handed administration over to ${governor}, with a timelock of ${timelock} s`);
};

deploy.tags = ["governance"];
deploy.dependencies = ["verifiers", "bind", "gateways", "chains", "tokens", "facilities", "operators"];
export default deploy;
