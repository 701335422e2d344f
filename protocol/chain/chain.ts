import { JsonRpcProvider, Network, type ContractRunner, type Provider, type Signer } from "ethers";
import {
  factories,
  type ICircuitRegistry,
  type IFacts,
  type IRollup,
  type ITokenRegistry,
  type IVault,
  type TestGateway,
} from "./contracts";
import type { Deployment } from "./deployment";
import { acting, ChainError } from "./errors";

/** The protocol's contracts on one chain, ready to be called. */
export interface Chain {
  readonly name: string;
  /** Index of the chain in the protocol. */
  readonly index: number;
  /** A block before which none of the contracts emitted an event. */
  readonly firstBlock: number;
  readonly provider: Provider;
  /** Sends transactions; absent for readers. */
  readonly signer: Signer | undefined;
  /** Index of the primary chain of the deployment. */
  readonly primary: number;
  /** Domain of the deployment, the same on all its chains. */
  readonly domain: bigint;
  /** n: the state has 2^n cells. */
  readonly cellBits: number;
  readonly addresses: { readonly rollup: string; readonly vault: string; readonly facts: string };
  readonly rollup: IRollup;
  readonly vault: IVault;
  readonly facts: IFacts;
  readonly tokens: ITokenRegistry;
  readonly circuits: ICircuitRegistry;
  /** The registered gateways in their order on chain, as test gateways; real ones have other functions. */
  readonly gateways: readonly TestGateway[];
}

/** How often a provider asks its node for news, in milliseconds; the default of ethers is made for public chains. */
const POLLING_INTERVAL = 100;

/** A provider for a node of a known chain: no request goes anywhere but to `url`. */
export function connectNode(url: string, name: string, evmChainId: bigint): JsonRpcProvider {
  const network = new Network(name, evmChainId);
  const provider = new JsonRpcProvider(url, network, { staticNetwork: network, cacheTimeout: -1 });
  provider.pollingInterval = POLLING_INTERVAL;
  return provider;
}

/**
 * Opens a deployment. Throws `ChainError` when the node or the contracts are not the ones described.
 * @param signer sends transactions; leave it out to read only
 */
export async function openChain(deployment: Deployment, provider: Provider, signer?: Signer): Promise<Chain> {
  const { name } = deployment;
  return acting({ name }, "opening the deployment", async () => {
    const refuse = (reason: string) => new ChainError(name, "opening the deployment", reason);
    const { chainId } = await provider.getNetwork();
    if (chainId !== deployment.evmChainId)
      throw refuse(`the node has chain id ${chainId}, not ${deployment.evmChainId}`);
    if ((await provider.getCode(deployment.rollup)) === "0x")
      throw refuse(`no contract at rollup ${deployment.rollup}`);

    const runner: ContractRunner = signer ?? provider;
    const f = factories();
    const rollup = f.IRollup__factory.connect(deployment.rollup, runner);
    const index = Number(await rollup.chainIndex());
    if (index !== deployment.chain) throw refuse(`the rollup is chain ${index}, not ${deployment.chain}`);
    const addresses = { rollup: deployment.rollup, vault: await rollup.vault(), facts: await rollup.facts() };
    const vault = f.IVault__factory.connect(addresses.vault, runner);
    const facts = f.IFacts__factory.connect(addresses.facts, runner);
    return {
      name,
      index,
      firstBlock: deployment.block,
      provider,
      signer,
      primary: Number(await rollup.primaryChain()),
      domain: await rollup.domain(),
      cellBits: Number(await rollup.cellBits()),
      addresses,
      rollup,
      vault,
      facts,
      tokens: f.ITokenRegistry__factory.connect(await vault.tokens(), runner),
      circuits: f.ICircuitRegistry__factory.connect(await rollup.circuits(), runner),
      gateways: (await facts.gateways()).map((gateway) => f.TestGateway__factory.connect(gateway, runner)),
    };
  });
}

/** The chain with another account's signature on its transactions; without one, a reader. */
export function withSigner(chain: Chain, signer: Signer | undefined): Chain {
  const runner: ContractRunner = signer ?? chain.provider;
  return {
    ...chain,
    signer,
    rollup: chain.rollup.connect(runner) as IRollup,
    vault: chain.vault.connect(runner) as IVault,
    facts: chain.facts.connect(runner) as IFacts,
    tokens: chain.tokens.connect(runner) as ITokenRegistry,
    circuits: chain.circuits.connect(runner) as ICircuitRegistry,
    gateways: chain.gateways.map((gateway) => gateway.connect(runner) as TestGateway),
  };
}
