import type { DeployFunction } from "hardhat-deploy/types";
import { SIZES } from "../protocol/spec";
import { artifactsOf, verifierName } from "../scripts/deploy/circuits";
import { addressOf, deployContext, ensureContract, report } from "../scripts/deploy/context";
import { refuseDevelopmentKeys } from "../scripts/deploy/live";

/** One verifier per size, registered under its circuit id. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const { chain, config } = context;
  const registry = await hre.ethers.getContractAt("CircuitRegistry", await addressOf(context, "CircuitRegistry"));
  const artifacts = await artifactsOf(config);
  for (const [i, size] of config.sizes.entries()) {
    refuseDevelopmentKeys(chain.evmChainId, artifacts[i]);
    const { circuitId, verifier: contract } = artifacts[i];
    const verifier = await ensureContract(context, verifierName(circuitId), { contract, everywhere: true });
    if ((await registry.circuitOf(circuitId)).verifier === verifier) continue;
    const { queueOps, signedOps } = SIZES[size];
    await (await registry.register(circuitId, { verifier, queueOps, signedOps, activeFrom: 0, retiredFrom: 0 })).wait();
    report(context, `registered size ${size} as circuit ${circuitId}`);
  }
};

deploy.tags = ["verifiers"];
deploy.dependencies = ["registries"];
export default deploy;
