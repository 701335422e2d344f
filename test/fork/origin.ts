/**
 * Stands for a real network where none can be reached: a node with the network's chain id, and at the real addresses the tokens, feeds and
 * pairs of the asset table, LayerZero's endpoint and Hyperlane's mailbox. Tokens and feeds are mocks; the rest is the projects' own code.
 */
import { Contract, JsonRpcProvider, Network, toBeHex, type Signer } from "ethers";
import uniswapFactory from "@uniswap/v2-core/build/UniswapV2Factory.json";
import uniswapPair from "@uniswap/v2-core/build/UniswapV2Pair.json";
import type { PairAsset } from "../../protocol/pcd";
import { startAnvil, type Anvil } from "../../scripts/anvil";
import { MockAggregator__factory, MockToken__factory, type MockToken } from "../../typechain-types";
import { deployArtifact, sent, type Artifact } from "../fixtures/artifacts";
import { deployHyperlane, mailboxArtifact } from "../fixtures/hyperlane";
import { deployLayerZero, endpointArtifact } from "../fixtures/layerZero";
import { remotesOf, type ForkedNetwork } from "./networks";

/** Uniswap's factory on Ethereum: pairs that it makes are at their real addresses. */
const UNISWAP_FACTORY = "0x5C69bEe701ef814a2B6a3EDD4B1652CB9cc5aA6f";
const FEED_DECIMALS = 8;
const ONE_DOLLAR = 10n ** 8n;
/** Of each token of a pair, in whole tokens. */
const LIQUIDITY = 1_000_000n;

export async function startOrigin(forked: ForkedNetwork): Promise<Anvil> {
  const { network, assets } = forked;
  const node = await startAnvil({ chainId: network.evmChainId });
  const known = new Network(network.name, network.evmChainId);
  const provider = new JsonRpcProvider(node.url, known, { staticNetwork: known, cacheTimeout: -1 });
  try {
    const signer = await provider.getSigner(0);
    const tokens = new Map<string, MockToken>();
    for (const asset of assets.assets) {
      if (asset.class !== "PEGGED") continue;
      await place(signer, asset.address, MockToken__factory, [asset.symbol, asset.decimals]);
      await place(signer, asset.feed.address, MockAggregator__factory, [FEED_DECIMALS, ONE_DOLLAR]);
      tokens.set(asset.symbol, MockToken__factory.connect(asset.address, signer));
    }
    const pairs = assets.assets.filter((asset): asset is PairAsset => asset.class === "DISCOUNTED");
    if (pairs.length > 0) await placePairs(signer, pairs, tokens);
    await placeGateways(signer, forked);
    return node;
  } catch (error) {
    await node.stop();
    throw error;
  } finally {
    provider.destroy();
  }
}

async function placeGateways(signer: Signer, forked: ForkedNetwork): Promise<void> {
  const { layerZero, hyperlane } = forked.network;
  if (!layerZero || !hyperlane) throw new Error(`${forked.network.name} has no gateways`);
  const owner = await signer.getAddress();
  const endpoint = await place(signer, layerZero.endpoint, endpointArtifact(), [layerZero.eid, owner]);
  await deployLayerZero(signer, layerZero.eid, remotesOf(forked), endpoint);
  const mailbox = await place(signer, hyperlane.mailbox, await mailboxArtifact(), [hyperlane.domain]);
  await deployHyperlane(signer, hyperlane.domain, mailbox);
}

async function placePairs(signer: Signer, pairs: readonly PairAsset[], tokens: Map<string, MockToken>): Promise<void> {
  const owner = await signer.getAddress();
  const factory = await place(signer, UNISWAP_FACTORY, compiled(uniswapFactory), [owner]);
  for (const { symbol, address, legs } of pairs) {
    const [a, b] = legs.map((leg) => tokens.get(leg) as MockToken);
    await sent(factory.createPair(a, b));
    const made = (await factory.getPair(a, b)) as string;
    if (made !== address) throw new Error(`pair ${symbol} is made at ${made}, on the network it is at ${address}`);
    for (const token of [a, b]) await sent(token.mint(made, LIQUIDITY * 10n ** (await token.decimals())));
    await sent(new Contract(made, uniswapPair.abi, signer).mint(owner));
  }
}

function compiled({ abi, evm }: typeof uniswapFactory): Artifact {
  return { abi, bytecode: `0x${evm.bytecode.object}` };
}

/** Deploys a contract and moves its code and what its constructor wrote to an address. */
async function place(signer: Signer, address: string, artifact: Artifact, args: readonly unknown[]): Promise<Contract> {
  const provider = signer.provider as JsonRpcProvider;
  const deployed = await deployArtifact(signer, artifact, args);
  const from = (await deployed.getAddress()).toLowerCase();
  const block = await provider.getBlock("latest");
  const trace = (await provider.send("debug_traceTransaction", [
    block?.transactions[0],
    { tracer: "prestateTracer", tracerConfig: { diffMode: true } },
  ])) as { post: Record<string, { code?: string; storage?: Record<string, string> } | undefined> };
  const { code, storage = {} } = trace.post[from] ?? {};
  if (code === undefined) throw new Error(`the trace of the deployment for ${address} has no code`);
  await provider.send("anvil_setCode", [address, code]);
  for (const [slot, value] of Object.entries(storage)) {
    await provider.send("anvil_setStorageAt", [address, slot, toBeHex(value, 32)]);
  }
  return new Contract(address, artifact.abi, signer);
}
