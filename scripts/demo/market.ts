/** What the demo does to the world around the protocol: prices, liquidity, time. */
import { Contract, JsonRpcProvider, type ContractTransactionResponse } from "ethers";
import type { Token } from "../../protocol/chain/tokens";
import type { MockAggregator__factory, MockToken__factory } from "../../typechain-types";
import type { DemoChain, Person } from "./world";

interface Factories {
  MockToken__factory: typeof MockToken__factory;
  MockAggregator__factory: typeof MockAggregator__factory;
}

/** What the demo's operator brings to the pair, in whole tokens of each. */
const POOL = 100_000n;
/** What the person brings. */
const BROUGHT = 200n;

/** Moves a node's clock. */
export async function advance(url: string, seconds: number): Promise<void> {
  const provider = new JsonRpcProvider(url, undefined, { staticNetwork: true });
  await provider.send("evm_increaseTime", [seconds]);
  await provider.send("evm_mine", []);
  provider.destroy();
}

/** The address of a configured facility. */
export function facilityNamed({ facilities, chain }: DemoChain, name: string): string {
  const found = facilities.find((one) => one.name === name);
  if (!found) throw new Error(`${chain.name} has no facility ${name}`);
  return found.address;
}

/** Sets a test feed: 8 decimals. */
export async function setFeed({ facilities, chain }: DemoChain, name: string, answer: bigint): Promise<void> {
  const feed = facilities.find((one) => one.name === name)?.test;
  if (feed === undefined) throw new Error(`${chain.name} has no test feed for ${name}`);
  const { MockAggregator__factory: factory } = require("../../typechain-types") as Factories;
  await (await factory.connect(feed, chain.signer).set(answer)).wait();
}

interface Pair {
  mint(to: string): Promise<ContractTransactionResponse>;
  balanceOf(owner: string): Promise<bigint>;
}

/** Fills the facility's pair, and gives a person shares of it worth 400 dollar. */
export async function addLiquidity(
  on: DemoChain,
  tokens: readonly Token[],
  person: Person,
): Promise<{ pair: string; shares: bigint }> {
  const { MockToken__factory: factory } = require("../../typechain-types") as Factories;
  const pair = on.facilities.find(({ name }) => name === "LP")?.token;
  if (pair === undefined) throw new Error(`${on.chain.name} has no pair`);
  const abi = ["function mint(address) returns (uint256)", "function balanceOf(address) view returns (uint256)"];
  const contract = new Contract(pair, abi, on.chain.signer) as unknown as Pair;
  for (const [whole, to] of [
    [POOL, await on.chain.signer?.getAddress()],
    [BROUGHT, person.wallet.address],
  ] as const) {
    for (const token of tokens) {
      const minted = await factory
        .connect(token.address, on.chain.signer)
        .mint(pair, whole * 10n ** BigInt(token.decimals));
      await minted.wait();
    }
    await (await contract.mint(to ?? pair)).wait();
  }
  return { pair, shares: await contract.balanceOf(person.wallet.address) };
}
