import { ZeroAddress } from "ethers";
import type { DeployFunction } from "hardhat-deploy/types";
import { genesisOf } from "../scripts/deploy/circuits";
import { addressOf, deployContext, ensureContract } from "../scripts/deploy/context";

const deploy: DeployFunction = async (hre) => {
  const context = await deployContext(hre);
  const { chain, config } = context;
  const { domain, tauG2, commitment } = await genesisOf(config);
  const rollupConfig = {
    domain,
    primaryChain: config.primary,
    vault: await addressOf(context, "Vault"),
    facts: await addressOf(context, "Facts"),
    circuits: await addressOf(context, "CircuitRegistry"),
    ordering: chain.index === config.primary ? await addressOf(context, "Ordering") : ZeroAddress,
    tauG2: [...tauG2],
    genesis: commitment,
  };
  await ensureContract(context, "Rollup", { args: [await addressOf(context, "AccessManager"), rollupConfig] });
};

deploy.tags = ["rollup"];
deploy.dependencies = ["vault", "facts", "verifiers", "ordering"];
export default deploy;
