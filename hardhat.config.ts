import "@nomicfoundation/hardhat-toolbox";
import "hardhat-deploy";
import os from "node:os";
import path from "node:path";
import type { HardhatUserConfig, HttpNetworkUserConfig, SolcUserConfig } from "hardhat/types";
import { publicNetworks } from "./scripts/deploy/rpc";
import "./tasks";
import { environmentKeys } from "./tasks/support/keystore";

const MINUTE = 60_000;

/** From the environment, or an encrypted file that it names. */
const keys = process.env.CAUSEWAY_PRIVATE_KEYS
  ? process.env.CAUSEWAY_PRIVATE_KEYS.split(",").map((key) => key.trim())
  : environmentKeys();

/**
 * A network of development nodes, or any other chain: its RPC address and accounts may come from the environment.
 * Without keys the node's own accounts sign.
 */
function network(url: string | undefined, defaultUrl: string): HttpNetworkUserConfig {
  return {
    url: url || defaultUrl,
    accounts: keys ?? "remote",
    live: false,
    saveDeployments: true,
    timeout: 2 * MINUTE,
  };
}

const { CAUSEWAY_RPC_URL, CAUSEWAY_PRIMARY_RPC_URL, CAUSEWAY_SECONDARY_RPC_URL, CAUSEWAY_LIVE_RPC_URL } = process.env;

/** @param runs how often each instruction is expected to run: more cost less gas, and more code */
function compiler(runs: number): SolcUserConfig {
  return {
    version: "0.8.28",
    settings: {
      evmVersion: "cancun",
      optimizer: { enabled: true, runs },
      viaIR: false,
      outputSelection: { "*": { "*": ["storageLayout"] } },
    },
  };
}

const config: HardhatUserConfig = {
  solidity: {
    compilers: [compiler(10_000)],
    // Its code would be near the limit of EIP-170.
    overrides: { "contracts/vault/Vault.sol": compiler(1_000) },
  },
  defaultNetwork: "hardhat",
  networks: {
    // Instrumented contracts take more gas to deploy than a transaction may have since Osaka (EIP-7825).
    hardhat: { saveDeployments: false, ...(process.argv.includes("coverage") ? { hardfork: "prague" } : {}) },
    // Plain development nodes; `primary` and `secondary` are the two chains of a local deployment.
    localhost: network(CAUSEWAY_RPC_URL, "http://127.0.0.1:8545"),
    primary: network(CAUSEWAY_PRIMARY_RPC_URL, "http://127.0.0.1:8545"),
    secondary: network(CAUSEWAY_SECONDARY_RPC_URL, "http://127.0.0.1:8546"),
    // A public chain: deploy scripts refuse development artefacts there.
    ...Object.fromEntries(
      publicNetworks().map(({ key, evmChainId, url }) => [
        key,
        { ...network(url, ""), chainId: evmChainId, live: true },
      ]),
    ),
    ...(CAUSEWAY_LIVE_RPC_URL ? { live: { ...network(CAUSEWAY_LIVE_RPC_URL, ""), live: true } } : {}),
  },
  namedAccounts: { deployer: { default: 0 } },
  paths: {
    sources: "contracts",
    tests: "test",
    deploy: "deploy",
    deployments: process.env.CAUSEWAY_DEPLOYMENTS || "deployments",
  },
  typechain: { outDir: "typechain-types", target: "ethers-v6" },
  mocha: {
    timeout: 20 * MINUTE,
    require: ["hardhat/register", path.resolve("test/setup.ts")],
    jobs: Math.max(2, os.cpus().length),
  },
  gasReporter: { enabled: false },
};

export default config;
