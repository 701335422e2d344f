/** Facilities and their price sources, as configured. */
import { ASSETS } from "../../protocol/pcd";
import { addressOf, ensureContract, type DeployContext } from "./context";
import {
  facilityDefaults,
  type FacilityConfig,
  type FeedConfig,
  type PairFacilityConfig,
  type PeggedFacilityConfig,
} from "./config";
import { knownTokenAddress } from "./tokens";

/** How far a feed's answer may be from the market before it answers anew, where bounds of a price are wanted: units of 10^-4. */
const DEVIATION = 25;
/** A leg of a pair further from one dollar lends nothing: units of 10^-4. */
const LEG_BAND = 100;
/** An hour of a sequencer that is up again, before its prices count. */
const GRACE = 3600;
/** Answers outside of them are no prices of a stablecoin: units of 10^-18 dollar. */
const LEAST_PRICE = 10n ** 16n;
const LARGEST_PRICE = 2n * 10n ** 18n;
/** Shares of a pair below which there is no price: units of 10^-18. */
const MIN_SUPPLY = 10n ** 9n;

const ONE = 10n ** 18n;
const TEST_FEED_DECIMALS = 8;

/** The address of a configured facility; it is deployed with all it needs when it is not there. */
export async function ensureFacility(context: DeployContext, facility: FacilityConfig): Promise<string> {
  return facility.class === "PEGGED" ? ensurePegged(context, facility) : ensurePair(context, facility);
}

export function facilityName({ name }: FacilityConfig): string {
  return `Facility_${name}`;
}

export function feedName(facility: PeggedFacilityConfig): string {
  return `TestFeed_${facility.name}`;
}

export function pairName(facility: PairFacilityConfig): string {
  return `TestPair_${facility.name}`;
}

async function ensurePegged(context: DeployContext, facility: PeggedFacilityConfig): Promise<string> {
  const { hre, chain } = context;
  const token = await knownTokenAddress(context, chain.tokens[facility.token - 1]);
  const decimals = Number(await (await hre.ethers.getContractAt("IERC20Metadata", token)).decimals());
  const units = (whole: string): bigint => hre.ethers.parseUnits(whole, decimals);
  const source = await ensurePrice(context, facility, "Price", 0, 0);
  const parameters = {
    ...facilityDefaults.pegged,
    ...facility.parameters,
    target: units(facility.target),
    flowIn: units(facility.flowIn),
    flowOut: units(facility.flowOut),
  };
  const args = [
    await addressOf(context, "AccessManager"),
    await addressOf(context, "Books"),
    token,
    source,
    parameters,
  ];
  return ensureContract(context, facilityName(facility), { contract: "PeggedFacility", args });
}

async function ensurePair(context: DeployContext, facility: PairFacilityConfig): Promise<string> {
  const { hre, chain } = context;
  const legs = facility.legs.map(
    (name) => (chain.facilities ?? []).find((one) => one.name === name) as PeggedFacilityConfig,
  );
  const tokens = await Promise.all(legs.map(({ token }) => knownTokenAddress(context, chain.tokens[token - 1])));
  const sources = [];
  for (const leg of legs) sources.push(await ensurePrice(context, leg, "LegPrice", DEVIATION, LEG_BAND));
  const address = facility.pair === "test" ? await ensureTestPair(context, facility, tokens) : facility.pair;
  const pair = await hre.ethers.getContractAt("IPair", address);
  // A pair sorts its tokens.
  if ((await pair.token0()) !== tokens[0]) sources.reverse();
  const zusd = await addressOf(context, "Zusd");
  const source = await ensureContract(context, `PairPrice_${facility.name}`, {
    contract: "PairPrice",
    args: [address, ...sources, zusd, MIN_SUPPLY],
  });
  const args = [
    await addressOf(context, "AccessManager"),
    await addressOf(context, "Books"),
    address,
    source,
    facility.pair === "test" ? await firstPrice(context, tokens) : await priceOf(context, source),
    { ...facilityDefaults.discounted, ...facility.parameters },
  ];
  return ensureContract(context, facilityName(facility), { contract: "DiscountedFacility", args });
}

async function ensurePrice(
  context: DeployContext,
  facility: PeggedFacilityConfig,
  name: string,
  deviation: number,
  band: number,
): Promise<string> {
  const aggregator = await ensureFeed(context, facility);
  const sequencer = ASSETS.find(({ evmChainId }) => evmChainId === context.chain.evmChainId)?.sequencer;
  const config = {
    aggregator,
    heartbeat: heartbeatOf(facility.feed),
    deviation,
    band,
    min: LEAST_PRICE,
    max: LARGEST_PRICE,
    sequencer: sequencer ?? context.hre.ethers.ZeroAddress,
    grace: sequencer === undefined ? 0 : GRACE,
  };
  return ensureContract(context, `${name}_${facility.name}`, { contract: "FeedPrice", args: [config] });
}

async function ensureFeed(context: DeployContext, facility: PeggedFacilityConfig): Promise<string> {
  if (facility.feed !== "test") return facility.feed.address;
  const args = [TEST_FEED_DECIMALS, 10 ** TEST_FEED_DECIMALS];
  return ensureContract(context, feedName(facility), { contract: "MockAggregator", args });
}

function heartbeatOf(feed: FeedConfig): number {
  // Nobody updates a test feed.
  return feed === "test" ? 7 * 24 * 3600 : feed.heartbeat;
}

/** A pair of Uniswap's own factory, without liquidity yet. */
async function ensureTestPair(
  context: DeployContext,
  facility: PairFacilityConfig,
  [a, b]: readonly string[],
): Promise<string> {
  const { hre, deployer } = context;
  const factoryAddress = await ensureContract(context, "UniswapV2Factory", {
    contract: uniswap("UniswapV2Factory"),
    args: [deployer],
  });
  const signer = await hre.ethers.getSigner(deployer);
  const factory = new hre.ethers.Contract(factoryAddress, uniswap("UniswapV2Factory").abi as [], signer);
  const known = (await factory.getPair(a, b)) as string;
  if (known === hre.ethers.ZeroAddress) await (await factory.createPair(a, b)).wait();
  const address = (await factory.getPair(a, b)) as string;
  await hre.deployments.save(pairName(facility), { address, abi: [...uniswap("UniswapV2Pair").abi] });
  return address;
}

interface UniswapJson {
  abi: object[];
  evm: { bytecode: { object: string }; deployedBytecode: { object: string } };
}

/** Uniswap's own bytecode, from its package. */
function uniswap(name: string): { abi: readonly object[]; bytecode: string; deployedBytecode: string } {
  const { abi, evm } = require(`@uniswap/v2-core/build/${name}.json`) as UniswapJson;
  return { abi, bytecode: `0x${evm.bytecode.object}`, deployedBytecode: `0x${evm.deployedBytecode.object}` };
}

/** What a whole share of a fresh pair of two dollars is worth: two dollars for each √(units·units) of it, of 18 decimals. */
async function firstPrice({ hre }: DeployContext, tokens: readonly string[]): Promise<bigint> {
  let digits = 0;
  for (const token of tokens)
    digits += Number(await (await hre.ethers.getContractAt("IERC20Metadata", token)).decimals());
  return 2n * ONE * 10n ** BigInt(18 - digits / 2);
}

async function priceOf({ hre }: DeployContext, source: string): Promise<bigint> {
  return (await (await hre.ethers.getContractAt("IPriceSource", source)).price()).lower;
}
