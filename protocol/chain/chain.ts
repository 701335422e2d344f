import {
  FetchRequest,
  JsonRpcProvider,
  Network,
  ZeroAddress,
  type ContractRunner,
  type Provider,
  type Signer,
} from "ethers";
import {
  factories,
  type IBooks,
  type ICircuitRegistry,
  type IFacts,
  type IOrdering,
  type IRollup,
  type ITokenRegistry,
  type IVault,
  type IZusd,
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
  /** Debt and zUSD of the chain; absent where the vault does not deal in zUSD. */
  readonly stable: { readonly books: IBooks; readonly zusd: IZusd } | undefined;
  /** On the primary chain only. */
  readonly ordering: IOrdering | undefined;
  /** The registered gateways in their order on chain, as test gateways; real ones have other functions. */
  readonly gateways: readonly TestGateway[];
}

/** How often a provider asks its node for news, in milliseconds; the default of ethers is made for public chains. */
const POLLING_INTERVAL = 100;

/**
 * A provider for a node: no request goes anywhere but to `url`. Throws `ChainError` when nobody answers there.
 * @param name for people
 * @param evmChainId the chain id (EIP-155) that the node must have; any when left out
 */
export async function connectNode(url: string, name: string, evmChainId?: bigint): Promise<JsonRpcProvider> {
  const chainId = BigInt(await askNode(url, name));
  if (evmChainId !== undefined && chainId !== evmChainId) {
    throw new ChainError(name, `connecting to ${url}`, `the node has chain id ${chainId}, not ${evmChainId}`);
  }
  const network = new Network(name, chainId);
  const provider = new JsonRpcProvider(url, network, { staticNetwork: network, cacheTimeout: -1 });
  provider.pollingInterval = POLLING_INTERVAL;
  return provider;
}

/** The node's chain id. Asked without a provider, which would go on asking a node that does not answer. */
async function askNode(url: string, name: string): Promise<string> {
  return acting({ name }, `connecting to ${url}`, async () => {
    const request = new FetchRequest(url);
    request.body = { jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] };
    const response = await request.send();
    response.assertOk();
    return (response.bodyJson as { result: string }).result;
  });
}

/**
 * Opens a deployment. Throws `ChainError` when the contracts are not there.
 * @param signer sends transactions; leave it out to read only
 */
export async function openChain(deployment: Deployment, provider: Provider, signer?: Signer): Promise<Chain> {
  const { name } = deployment;
  return acting({ name }, "opening the deployment", async () => {
    if ((await provider.getCode(deployment.rollup)) === "0x") {
      throw new ChainError(name, "opening the deployment", `no contract at rollup ${deployment.rollup}`);
    }

    const runner: ContractRunner = signer ?? provider;
    const f = factories();
    const rollup = f.IRollup__factory.connect(deployment.rollup, runner);
    const addresses = { rollup: deployment.rollup, vault: await rollup.vault(), facts: await rollup.facts() };
    const vault = f.IVault__factory.connect(addresses.vault, runner);
    const ordering = await rollup.ordering();
    const facts = f.IFacts__factory.connect(addresses.facts, runner);
    const booksAddress = await vault.books();
    const books = f.IBooks__factory.connect(booksAddress, runner);
    const stable =
      booksAddress === ZeroAddress ? undefined : { books, zusd: f.IZusd__factory.connect(await books.zusd(), runner) };
    return {
      name,
      index: Number(await rollup.chainIndex()),
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
      ordering: ordering === ZeroAddress ? undefined : f.IOrdering__factory.connect(ordering, runner),
      stable,
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
    rollup: chain.rollup.connect(runner),
    vault: chain.vault.connect(runner),
    facts: chain.facts.connect(runner),
    tokens: chain.tokens.connect(runner),
    circuits: chain.circuits.connect(runner),
    stable: chain.stable && {
      books: chain.stable.books.connect(runner),
      zusd: chain.stable.zusd.connect(runner),
    },
    ordering: chain.ordering?.connect(runner),
    gateways: chain.gateways.map((gateway) => gateway.connect(runner)),
  };
}
