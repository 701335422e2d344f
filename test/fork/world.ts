/** Forks of three networks with the protocol deployed on each by the deploy scripts, joined by gateways of three kinds. */
import fs from "node:fs";
import path from "node:path";
import { type JsonRpcProvider, toBeHex, type Wallet, ZeroAddress } from "ethers";
import { connectNode, openChain, withSigner, type Chain } from "../../protocol/chain/chain";
import { listTokens, type Token } from "../../protocol/chain/tokens";
import type { PeggedAsset } from "../../protocol/pcd";
import { startAnvil, type Anvil } from "../../scripts/anvil";
import type { Cleanup } from "../../scripts/demo/world";
import {
  LOCAL_REQUEST_FEE,
  type ChainConfig,
  type DeploymentConfig,
  type FacilityConfig,
} from "../../scripts/deploy/config";
import type { DeploymentDescription } from "../../scripts/deploy/description";
import { deployChain } from "../../scripts/deploy/hardhat";
import type { GatewayConfig } from "../../scripts/deploy/gatewayConfig";
import { CommitteeGateway__factory, IERC20__factory } from "../../typechain-types";
import { ATTESTERS, QUORUM } from "../fixtures/committee";
import { openHyperlane, type HyperlaneBase } from "../fixtures/hyperlane";
import { deployWorkers, openLayerZero, type LayerZeroChain } from "../fixtures/layerZero";
import type { Served } from "./courier";
import { FORKED, remotesOf, type ForkedNetwork } from "./networks";
import { startOrigin } from "./origin";
import { startRetryingProxy } from "./retry";

const HOUR = 3600;
const THRESHOLD = 2;
const COIN = 10n ** 18n;

/** Seconds of silence after which each chain is suspended: the second is not while nobody makes batches for a day, the third soon is. */
export const LEASES = [6 * HOUR, 48 * HOUR, 6 * HOUR];
export const FORCE_DELAY = 24 * HOUR;

/** A fork, before the protocol is there. */
interface Fork {
  readonly forked: ForkedNetwork;
  readonly node: Anvil;
  readonly provider: JsonRpcProvider;
  readonly layerZero: LayerZeroChain;
  readonly hyperlane: HyperlaneBase;
}

export interface ForkedChain extends Served {
  readonly forked: ForkedNetwork;
  readonly provider: JsonRpcProvider;
  readonly description: DeploymentDescription;
  /** By their symbols in the asset table: on the network itself they may have changed. */
  readonly tokens: ReadonlyMap<string, Token>;
}

export interface ForkedWorld {
  readonly chains: readonly ForkedChain[];
  /** Of the real network, or of the origin that stands for it. */
  readonly sources: readonly string[];
}

/** @param operator deploys and submits batches */
export async function startForks(folder: string, operator: Wallet, cleanup: Cleanup): Promise<ForkedWorld> {
  const sources: string[] = [];
  const forks: Fork[] = [];
  for (const forked of FORKED) {
    const real = process.env[forked.variable];
    const origin = real === undefined ? await startOrigin(forked) : undefined;
    if (origin) cleanup.add(() => origin.stop());
    sources.push(origin ? "origin" : "network");
    const proxy = await startRetryingProxy(real ?? (origin as Anvil).url);
    cleanup.add(() => proxy.close());
    forks.push(await startFork(forked, proxy.url, operator, cleanup));
  }
  const configFile = path.join(folder, "config.json");
  fs.writeFileSync(configFile, JSON.stringify(configOf(forks, operator)));
  const chains: ForkedChain[] = [];
  for (const fork of forks) chains.push(await deployOn(fork, folder, configFile, operator));
  return { chains, sources };
}

async function startFork(forked: ForkedNetwork, url: string, operator: Wallet, cleanup: Cleanup): Promise<Fork> {
  const args = ["--no-storage-caching", "--no-rate-limit"];
  const node = await startAnvil({ chainId: forked.evmChainId, forkUrl: url, args });
  cleanup.add(() => node.stop());
  const provider = await connectNode(node.url, forked.network.name, BigInt(forked.evmChainId));
  cleanup.add(() => provider.destroy());
  await enrich(provider, operator.address);
  const { layerZero, hyperlane } = forked.network;
  if (!layerZero || !hyperlane) throw new Error(`${forked.network.name} has no gateways`);
  const remotes = remotesOf(forked);
  const signer = operator.connect(provider);
  const base = await openLayerZero(signer, layerZero.eid, layerZero.endpoint, remotes);
  return {
    forked,
    node,
    provider,
    layerZero: await deployWorkers(base, remotes),
    hyperlane: await openHyperlane(signer, hyperlane.domain, hyperlane.mailbox),
  };
}

async function deployOn(fork: Fork, folder: string, configFile: string, operator: Wallet): Promise<ForkedChain> {
  const { forked, node, provider } = fork;
  const { name } = forked.network;
  const description = await deployChain({
    network: "localhost",
    rpcUrl: node.url,
    deployments: path.join(folder, `${forked.evmChainId}`),
    configFile,
    privateKeys: [operator.privateKey],
    compile: false,
  });
  const { rollup, block } = description;
  const signer = operator.connect(provider);
  const chain = await openChain({ name, rollup, block }, provider, signer);
  const listed = await listTokens(chain);
  const tokens = new Map(
    coinsOf(forked).map(({ symbol, address }) => [symbol, listed.find((token) => token.address === address) as Token]),
  );
  const committee = CommitteeGateway__factory.connect(description.gateways[2], signer);
  return { ...fork, chain, evmChainId: forked.evmChainId, description, tokens, committee };
}

function configOf(forks: readonly Fork[], operator: Wallet): DeploymentConfig {
  return {
    name: "forks",
    primary: 1,
    salt: toBeHex(6, 32),
    sizes: ["test"],
    threshold: THRESHOLD,
    forceDelay: FORCE_DELAY,
    chains: forks.map((fork, i) => chainConfigOf(fork, i + 1, operator)),
  };
}

function chainConfigOf({ forked, layerZero, hyperlane }: Fork, index: number, operator: Wallet): ChainConfig {
  const { network, assets, evmChainId } = forked;
  const coins = coinsOf(forked);
  const facilities: FacilityConfig[] = coins.map(({ symbol, feed }, i) => ({
    class: "PEGGED",
    name: symbol,
    token: i + 2,
    feed,
    ceiling: "10000000",
    target: "100",
    flowIn: "1000000",
    flowOut: "1000000",
  }));
  const [pair] = assets.assets.filter((asset) => asset.class === "DISCOUNTED");
  if (pair) {
    facilities.push({
      class: "DISCOUNTED",
      name: "LP",
      pair: pair.address,
      legs: [pair.legs[0], pair.legs[1]],
      ceiling: "1000000",
    });
  }
  return {
    name: network.name,
    index,
    evmChainId,
    gateways: gatewaysOf(forked, layerZero, hyperlane),
    finality: network.finality.seconds,
    tokens: ["native", ...coins.map(({ address }) => ({ address }))],
    zusdCap: "100000000",
    outflows: [{ token: "zUSD", limit: "1000000" }, ...coins.map((_, i) => ({ token: i + 2, limit: "1000000" }))],
    // The same everywhere: nothing here depends on what a coin costs.
    requestFee: LOCAL_REQUEST_FEE,
    lease: LEASES[index - 1],
    facilities,
    operators: [operator.address],
  };
}

function coinsOf({ assets }: ForkedNetwork): PeggedAsset[] {
  return assets.assets.filter((asset): asset is PeggedAsset => asset.class === "PEGGED");
}

function gatewaysOf(
  { network }: ForkedNetwork,
  { sendLibrary, receiveLibrary, executor, dvns }: LayerZeroChain,
  { module }: HyperlaneBase,
): GatewayConfig[] {
  return [
    {
      kind: "layerZero",
      ...network.layerZero,
      sendLibrary: sendLibrary.target as string,
      receiveLibrary: receiveLibrary.target as string,
      executor: executor.target as string,
      confirmations: 15,
      requiredDvns: dvns.map(({ contract }) => contract.target as string),
    },
    { kind: "hyperlane", ...network.hyperlane, module },
    { kind: "committee", attesters: ATTESTERS.map(({ address }) => address), quorum: QUORUM },
  ];
}

/** Gives an account coins of the fork, to pay gas with. */
export async function enrich(provider: JsonRpcProvider, address: string): Promise<void> {
  await provider.send("anvil_setBalance", [address, toBeHex(10_000n * COIN)]);
}

/** Gives an account tokens of the fork, wherever they come from, and coins. */
export async function deal(chain: ForkedChain, token: Token, to: string, amount: bigint): Promise<void> {
  if (token.address === ZeroAddress) throw new RangeError("token: must be a contract");
  await enrich(chain.provider, to);
  await chain.provider.send("anvil_dealERC20", [to, token.address, toBeHex(amount)]);
  const balance = await IERC20__factory.connect(token.address, chain.provider).balanceOf(to);
  if (balance !== amount) throw new Error(`${to} has ${balance} of ${token.symbol}, not ${amount}`);
}

/** Moves the clocks of all forks. */
export async function advance(chains: readonly ForkedChain[], seconds: number): Promise<void> {
  for (const { provider } of chains) {
    await provider.send("evm_increaseTime", [toBeHex(seconds)]);
    await provider.send("evm_mine", []);
  }
}

export function as(wallet: Wallet, { chain, provider }: ForkedChain): Chain {
  return withSigner(chain, wallet.connect(provider));
}
