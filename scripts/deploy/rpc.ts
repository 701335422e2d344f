/** Networks of the Hardhat configuration that are public, and where each network's node is named. */
import { NETWORKS } from "../../protocol/chain/networks";

/** Networks of development nodes, and any other chain. */
const VARIABLES: Record<string, string | undefined> = {
  localhost: "CAUSEWAY_RPC_URL",
  primary: "CAUSEWAY_PRIMARY_RPC_URL",
  secondary: "CAUSEWAY_SECONDARY_RPC_URL",
  live: "CAUSEWAY_LIVE_RPC_URL",
};

/** The environment variable with the address of a network's node: `CAUSEWAY_RPC_ARBITRUM_SEPOLIA` for arbitrum-sepolia. */
export function rpcVariable(network: string): string {
  return VARIABLES[network] ?? `CAUSEWAY_RPC_${network.toUpperCase().replaceAll("-", "_")}`;
}

/** As `--network` takes it: "Arbitrum Sepolia" is arbitrum-sepolia, "BNB Smart Chain" bsc. */
export function networkKey(name: string): string {
  return name.replace("BNB Smart Chain", "bsc").toLowerCase().replaceAll(" ", "-");
}

/** The networks that the environment names a node of. */
export function publicNetworks(): { key: string; evmChainId: number; url: string }[] {
  return NETWORKS.flatMap(({ name, evmChainId }) => {
    const key = networkKey(name);
    const url = process.env[rpcVariable(key)];
    return url ? [{ key, evmChainId, url }] : [];
  });
}
