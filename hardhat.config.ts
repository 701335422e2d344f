import "@nomicfoundation/hardhat-toolbox";
import "hardhat-deploy";
import os from "node:os";
import path from "node:path";
import type { HardhatUserConfig, HttpNetworkUserConfig } from "hardhat/types";
import "./tasks";

const MINUTE = 60_000;

/**
 * A network of development nodes, or any other chain: its RPC address and accounts may come from the environment.
 * Without keys the node's own accounts sign.
 */
function network(url: string | undefined, defaultUrl: string): HttpNetworkUserConfig {
  const keys = process.env.CAUSEWAY_PRIVATE_KEYS;
  return {
    url: url || defaultUrl,
    accounts: keys ? keys.split(",").map((key) => key.trim()) : "remote",
    live: false,
    saveDeployments: true,
    timeout: 2 * MINUTE,
  };
}

const { CAUSEWAY_RPC_URL, CAUSEWAY_PRIMARY_RPC_URL, CAUSEWAY_SECONDARY_RPC_URL, CAUSEWAY_LIVE_RPC_URL } = process.env;

const config: HardhatUserConfig = {
  solidity: {
    version: "0.8.28",
    settings: {
      evmVersion: "cancun",
      optimizer: { enabled: true, runs: 10_000 },
      viaIR: false,
      outputSelection: { "*": { "*": ["storageLayout"] } },
    },
  },
  defaultNetwork: "hardhat",
  networks: {
    hardhat: { saveDeployments: false },
    // Plain development nodes; `primary` and `secondary` are the two chains of a local deployment.
    localhost: network(CAUSEWAY_RPC_URL, "http://127.0.0.1:8545"),
    primary: network(CAUSEWAY_PRIMARY_RPC_URL, "http://127.0.0.1:8545"),
    secondary: network(CAUSEWAY_SECONDARY_RPC_URL, "http://127.0.0.1:8546"),
    // A public chain: deploy scripts refuse development artefacts there.
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
    timeout: 10 * MINUTE,
    require: ["hardhat/register", path.resolve("test/setup.ts")],
    jobs: Math.max(2, os.cpus().length),
  },
  gasReporter: { enabled: false },
};

export default config;
