import type { DeployFunction } from "hardhat-deploy/types";
import { circuitCalls } from "../scripts/deploy/changes";
import { artifactsOf, verifierName } from "../scripts/deploy/circuits";
import { administer, deployContext, ensureContract, isAdministrator } from "../scripts/deploy/context";
import { refuseDevelopmentKeys } from "../scripts/deploy/live";

/** One verifier per size, registered under its circuit id. One that is added later is for the governor to register: `propose-circuits`. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const { chain, config } = context;
  for (const artifacts of await artifactsOf(config)) {
    refuseDevelopmentKeys(chain.evmChainId, artifacts);
    await ensureContract(context, verifierName(artifacts.circuitId), {
      contract: artifacts.verifier,
      everywhere: true,
    });
  }
  if (await isAdministrator(context)) await administer(context, await circuitCalls(context, 0));
};

deploy.tags = ["verifiers"];
deploy.dependencies = ["registries"];
export default deploy;
