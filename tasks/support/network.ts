/** A network of the Hardhat configuration as a chain of the protocol. */
import { Wallet, type Signer } from "ethers";
import type { HardhatRuntimeEnvironment, HttpNetworkConfig } from "hardhat/types";
import { connectNode, openChain, type Chain } from "../../protocol/chain/chain";
import { readDescription } from "../../scripts/deploy/description";

/**
 * Opens the deployment on a network: its records are in the folder `deployments` (or CAUSEWAY_DEPLOYMENTS).
 * @throws Error when nothing is deployed there, ChainError when the node does not answer or is of another chain
 */
export async function openNetwork(hre: HardhatRuntimeEnvironment, network = hre.network.name): Promise<Chain> {
  const config = hre.config.networks[network];
  if (!config || !("url" in config))
    throw new Error(`network: ${network} is no chain to connect to; use --network primary, for example`);
  const { name, rollup, block, evmChainId } = readDescription(hre.config.paths.deployments, network);
  const provider = await connectNode(config.url, name, BigInt(evmChainId));
  return openChain({ name, rollup, block }, provider, await signerOf(config, provider));
}

/** Opens the deployment on several networks, named with commas between them. */
export async function openNetworks(networks: string, hre: HardhatRuntimeEnvironment): Promise<Chain[]> {
  const chains: Chain[] = [];
  for (const network of networks.split(",").filter((name) => name.trim() !== ""))
    chains.push(await openNetwork(hre, network.trim()));
  return chains;
}

/** The first key of the configuration, or the node's own first account; none if there is neither. */
async function signerOf(
  { accounts }: HttpNetworkConfig,
  provider: Awaited<ReturnType<typeof connectNode>>,
): Promise<Signer | undefined> {
  if (Array.isArray(accounts)) return accounts.length > 0 ? new Wallet(accounts[0], provider) : undefined;
  const [first] = await provider.listAccounts();
  return first;
}

/** The address that the chain's transactions come from. */
export async function senderOf(chain: Chain): Promise<string> {
  if (!chain.signer)
    throw new Error(
      "accounts: no account can sign; set CAUSEWAY_ACCOUNT to a name of the keystore, or CAUSEWAY_PRIVATE_KEYS",
    );
  return chain.signer.getAddress();
}
