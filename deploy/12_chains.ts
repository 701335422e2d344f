import type { DeployFunction } from "hardhat-deploy/types";
import { leaseOf } from "../scripts/deploy/config";
import { addressOf, deployContext, report } from "../scripts/deploy/context";

/** The other chains of the deployment; their facts have the address of this chain's. The primary gives each its lease. */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const { chain: own, config } = context;
  const facts = await addressOf(context, "Facts");
  const registry = await hre.ethers.getContractAt("ChainRegistry", await addressOf(context, "ChainRegistry"));
  const others = config.chains.filter(({ index }) => index !== own.index);
  for (const { name, index, evmChainId } of others) {
    if (await registry.isRegistered(index)) continue;
    await (await registry.register(index, evmChainId, facts)).wait();
    report(context, `registered chain ${name} (index ${index}, EVM chain id ${evmChainId})`);
  }
  if (own.index !== config.primary) return;

  const ordering = await hre.ethers.getContractAt("Ordering", await addressOf(context, "Ordering"));
  for (const chain of others) {
    if ((await ordering.statusOf(chain.index)).lease !== 0n) continue;
    await (await ordering.setLease(chain.index, leaseOf(chain))).wait();
    report(context, `chain ${chain.name} is suspended after ${leaseOf(chain)} s of silence`);
  }
};

deploy.tags = ["chains"];
deploy.dependencies = ["facts", "bind"];
export default deploy;
