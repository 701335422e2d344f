/** The demo's chains, users and batcher. */
import fs from "node:fs";
import path from "node:path";
import type { HDNodeWallet } from "ethers";
import { Batcher } from "../../protocol/batcher/batcher";
import type { OnEvent } from "../../protocol/batcher/events";
import { connectNode, openChain, withSigner, type Chain } from "../../protocol/chain/chain";
import { GatewayCarrier } from "../../protocol/chain/factCarrier";
import { listTokens, type Token } from "../../protocol/chain/tokens";
import { accountsOf, holdings } from "../../protocol/client/accounts";
import { l2KeyFromWallet, type L2Key } from "../../protocol/client/keys";
import { openSrs } from "../../protocol/crypto/srs";
import { createProver, type CircuitArtifacts } from "../../protocol/prover";
import { SIZES } from "../../protocol/spec";
import { StateCommitment, type State } from "../../protocol/state";
import type { MockToken__factory } from "../../typechain-types";
import { anvilAccount, startAnvil } from "../anvil";
import type { DeploymentDescription } from "../deploy/description";
import { deployChain } from "../deploy/hardhat";

export const SIZE = SIZES.test;

export interface Person {
  readonly name: string;
  readonly wallet: HDNodeWallet;
  readonly key: L2Key;
}

/** A chain with its listed tokens by symbol. */
export interface DemoChain {
  readonly chain: Chain;
  /** Address of its node. */
  readonly url: string;
  readonly tokens: ReadonlyMap<string, Token>;
  readonly facilities: DeploymentDescription["facilities"];
}

/** What must be undone when the demo ends, however it ends; last in, first out. */
export class Cleanup {
  private readonly steps: (() => Promise<void> | void)[] = [];

  add(step: () => Promise<void> | void): void {
    this.steps.push(step);
  }

  async run(): Promise<void> {
    for (let step = this.steps.pop(); step; step = this.steps.pop()) await step();
  }
}

const NETWORKS = [
  { network: "primary", name: "chain A", chainId: 31337 },
  { network: "secondary", name: "chain B", chainId: 31338 },
] as const;

/** The operator deploys, relays facts and submits batches; the users follow it in the list of accounts. */
const OPERATOR = 0;

/** Starts one node per chain and deploys the protocol on each, as a person would: with the deploy scripts. */
export async function startChains(folder: string, cleanup: Cleanup): Promise<DemoChain[]> {
  const nodes = [];
  for (const { chainId } of NETWORKS) {
    const node = await startAnvil({ chainId });
    cleanup.add(() => node.stop());
    nodes.push(node);
  }
  const deployments = path.join(folder, "deployments");
  const chains: DemoChain[] = [];
  for (const [i, { network, name, chainId }] of NETWORKS.entries()) {
    const { url } = nodes[i];
    const { rollup, block, facilities } = await deployChain({ network, rpcUrl: url, deployments, compile: false });
    const provider = await connectNode(url, name, BigInt(chainId));
    cleanup.add(() => provider.destroy());
    const chain = await openChain({ name, rollup, block }, provider, anvilAccount(OPERATOR).connect(provider));
    const tokens = await listTokens(chain);
    chains.push({ chain, url, tokens: new Map(tokens.map((token) => [token.symbol, token])), facilities });
  }
  return chains;
}

/** Users with coins of both chains from the start, test tokens of both, and the L2 keys that their wallets sign for. */
export async function createPeople(names: readonly string[], chains: readonly DemoChain[]): Promise<Person[]> {
  const { domain } = chains[0].chain;
  const people: Person[] = [];
  for (const [i, name] of names.entries()) {
    const wallet = anvilAccount(OPERATOR + 1 + i);
    people.push({ name, wallet, key: await l2KeyFromWallet(wallet, domain, true) });
  }
  const { MockToken__factory: factory } = require("../../typechain-types") as {
    MockToken__factory: typeof MockToken__factory;
  };
  for (const { chain, tokens } of chains) {
    for (const symbol of ["TUSD", "USDC", "USDT"]) {
      const token = tokens.get(symbol);
      if (!token) continue;
      const contract = factory.connect(token.address, chain.signer);
      for (const { wallet } of people)
        await (await contract.mint(wallet.address, 10_000n * 10n ** BigInt(token.decimals))).wait();
    }
  }
  return people;
}

/** Starts a batcher with real proofs. */
export async function startBatcher(
  folder: string,
  chains: readonly DemoChain[],
  artifacts: CircuitArtifacts,
  cleanup: Cleanup,
  onEvent: OnEvent,
): Promise<Batcher> {
  const prover = createProver(artifacts);
  cleanup.add(() => prover.terminate());
  const srs = await openSrs({ power: SIZE.cellBits, ...artifacts.srs });
  const [primary, ...secondaries] = chains.map(({ chain }) => chain);
  const proving = { size: SIZE, circuitId: artifacts.circuitId, prover, commitments: new StateCommitment(srs) };
  const directory = path.join(folder, "batcher");
  const batcher = await Batcher.start({
    directory,
    primary,
    secondaries,
    proving,
    carrier: new GatewayCarrier(),
    onEvent,
  });
  cleanup.add(() => batcher.close());
  return batcher;
}

/** A folder of this run, removed with it. */
export function temporaryFolder(root: string, cleanup: Cleanup): string {
  const folder = fs.mkdtempSync(path.join(root, "causeway-demo-"));
  cleanup.add(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The chain with a person's signature on its transactions. */
export function as({ wallet }: Person, { chain }: DemoChain): Chain {
  return withSigner(chain, wallet.connect(chain.provider));
}

/** A person's account. Throws when it has none. */
export function accountOf(state: State, { name, wallet }: Person): number {
  const [first] = accountsOf(state, wallet.address);
  if (first === undefined) throw new Error(`${name} has no account`);
  return first;
}

/** A person's balance cell for a token. Throws when it has none. */
export function cellOf(state: State, person: Person, token: Token): number {
  return balanceCellOf(state, person, token.id);
}

/** A person's balance cell for a token id. Throws when it has none. */
export function balanceCellOf(state: State, person: Person, token: number): number {
  const account = accountOf(state, person);
  const found = holdings(state).find((holding) => holding.account === account && holding.token === token);
  if (!found) throw new Error(`${person.name} has no balance cell for token ${token}`);
  return found.cell;
}
