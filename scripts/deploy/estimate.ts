/** How much gas a deployment takes at most, from its configuration alone. */
import { dataLength } from "ethers";
import type { TokenConfig } from "./config";
import type { DeployContext } from "./context";

/** What EIP-170 bounds a contract's code at, bytes: a verifier is not made before it is needed. */
const LARGEST_CODE = 24_576;

/** What a contract costs besides its code: the transaction, the creation, and what its constructor writes. */
const CREATION = 350_000;
/** Gas of a byte of code that is kept, and of a byte of the transaction with the words that are hashed. */
const CODE_BYTE = 200;
const DATA_BYTE = 17;
/** A call that binds, registers, lists or grants. */
const CALL = 100_000;

interface Part {
  /** The contract's name; undefined: as large as a contract may be. */
  readonly contract?: string;
  readonly count: number;
}

/** Gas for what is not recorded as deployed yet; 0 when all is. */
export async function estimateGas(context: DeployContext): Promise<bigint> {
  const { hre } = context;
  const recorded = Object.keys(await hre.deployments.all()).length;
  const parts = partsOf(context);
  const all = parts.reduce((sum, { count }) => sum + count, 0);
  if (recorded >= all) return 0n;
  let gas = CALL * callsOf(context);
  for (const { contract, count } of parts) gas += count * (await creation(context, contract));
  // What is there was deployed in the same order: the largest first. Each that is recorded saves its creation at least.
  return BigInt(gas - recorded * CREATION);
}

async function creation({ hre }: DeployContext, contract: string | undefined): Promise<number> {
  if (contract === undefined) return CREATION + LARGEST_CODE * (CODE_BYTE + DATA_BYTE);
  const { bytecode, deployedBytecode } = await hre.artifacts.readArtifact(contract);
  return CREATION + dataLength(deployedBytecode) * CODE_BYTE + dataLength(bytecode) * DATA_BYTE;
}

/** The contracts that the scripts deploy. */
function partsOf({ chain, config }: DeployContext): Part[] {
  const facilities = chain.facilities ?? [];
  const pegged = facilities.filter((facility) => facility.class === "PEGGED");
  const pairs = facilities.filter((facility) => facility.class === "DISCOUNTED");
  const legs = new Set(pairs.flatMap((facility) => (facility.class === "DISCOUNTED" ? facility.legs : [])));
  const isTest = (token: TokenConfig): boolean => typeof token === "object" && "test" in token;
  const testPairs = pairs.filter((facility) => facility.class === "DISCOUNTED" && facility.pair === "test").length;
  const testFeeds = pegged.filter((facility) => facility.class === "PEGGED" && facility.feed === "test").length;
  const one = ["AccessManager", "ChainRegistry", "TokenRegistry", "CircuitRegistry", "Vault", "Books", "Zusd", "Facts"];
  return [
    ...[...one, "Rollup", ...(chain.index === config.primary ? ["Ordering"] : [])].map((contract) => ({
      contract,
      count: 1,
    })),
    { count: config.sizes.length },
    { contract: "LayerZeroGateway", count: chain.gateways.length },
    { contract: "MockToken", count: chain.tokens.filter(isTest).length },
    { contract: "MockAggregator", count: testFeeds },
    { contract: "FeedPrice", count: pegged.length + legs.size },
    { contract: "PeggedFacility", count: pegged.length },
    { contract: "PairPrice", count: pairs.length },
    { contract: "DiscountedFacility", count: pairs.length },
    // Uniswap's factory and its pair.
    { count: 2 * testPairs },
  ];
}

function callsOf({ chain, config }: DeployContext): number {
  const binds = 5;
  const handover = 4 + (chain.facilities ?? []).length;
  const chains = 3 * config.chains.length;
  const listed = chain.tokens.length + (chain.facilities ?? []).length + chain.gateways.length;
  const limits = 1 + (chain.outflows ?? []).length;
  return binds + handover + chains + listed + limits + config.sizes.length + (chain.operators ?? [""]).length;
}
