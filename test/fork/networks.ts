/** The networks that are forked. */
import { networkOf, type Network } from "../../protocol/chain/networks";
import { assetsOf, type ChainAssets } from "../../protocol/pcd";
import { networkKey, rpcVariable } from "../../scripts/deploy/rpc";

export interface ForkedNetwork {
  readonly network: Network;
  readonly assets: ChainAssets;
  /** The environment variable with an RPC URL of the real network. */
  readonly variable: string;
  /** Of the fork: not the network's, or what is signed for the one would be valid on the other. */
  readonly evmChainId: number;
}

function forked(id: number, evmChainId: number): ForkedNetwork {
  const network = networkOf(id);
  if (!network?.layerZero || !network.hyperlane) throw new RangeError(`id: no gateways are known on chain ${id}`);
  return { network, assets: assetsOf(id), variable: rpcVariable(networkKey(network.name)), evmChainId };
}

/** The first is the primary: its finality is the shortest. */
export const FORKED: readonly ForkedNetwork[] = [forked(56, 31337), forked(1, 31338), forked(137, 31339)];

/** LayerZero's ids of the other networks. */
export function remotesOf(own: ForkedNetwork): number[] {
  return FORKED.filter((other) => other !== own).map(({ network }) => network.layerZero?.eid ?? 0);
}
