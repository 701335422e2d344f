import type { DeployFunction } from "hardhat-deploy/types";
import { leaseOf, zusdCapOf } from "../scripts/deploy/config";
import { addressOf, deployContext, isAdministrator, report } from "../scripts/deploy/context";

const FIRST_BATCH = 1;

/**
 * The chains of the deployment. The facts of the others have the address of this chain's; the primary gives each its lease; and every chain
 * knows, from genesis on, how much zUSD may come in from each.
 */
const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  // A chain that joins later counts from the same batch on everywhere: `propose-chain`.
  if (!(await isAdministrator(context))) return;
  const { chain: own, config } = context;
  const facts = await addressOf(context, "Facts");
  const registry = await hre.ethers.getContractAt("ChainRegistry", await addressOf(context, "ChainRegistry"));
  const others = config.chains.filter(({ index }) => index !== own.index);
  for (const { name, index, evmChainId } of others) {
    if (await registry.isRegistered(index)) continue;
    await (await registry.register(index, evmChainId, facts)).wait();
    report(context, `registered chain ${name} (index ${index}, EVM chain id ${evmChainId})`);
  }
  const rollup = await hre.ethers.getContractAt("Rollup", await addressOf(context, "Rollup"));
  // Later caps are set for a batch to come, the same one on all chains.
  const isGenesis = (await rollup.number()) === 0n;
  for (const chain of isGenesis ? config.chains : []) {
    const cap = zusdCapOf(chain);
    if ((await rollup.capOf(chain.index, FIRST_BATCH)) === cap) continue;
    await (await rollup.setCap(chain.index, cap, FIRST_BATCH)).wait();
    report(context, `up to ${chain.zusdCap ?? "0"} zUSD of chain ${chain.name} may be in the rollup`);
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
