/** The restricted calls that make a chain as its configuration has it: the deployer makes them, and after the handover the governor does. */
import { isHexString, parseUnits, ZeroAddress } from "ethers";
import type { Call } from "../../protocol/chain/membership";
import { REQUEST_FEE_STEP, requestFeeUnits, SIZES } from "../../protocol/spec";
import type { CircuitRegistry } from "../../typechain-types";
import { artifactsOf, verifierName } from "./circuits";
import { finalityOf, requestFeesOf } from "./config";
import { addressOf, type DeployContext } from "./context";
import { facilityName } from "./facilities";
import { gatewayCalls } from "./gateways";
import { GUARDIAN_ROLE, guardedFunctions } from "./roles";
import { knownTokenAddress, outflowOf } from "./tokens";

/**
 * What is not yet as configured and may change at any time, in the order in which it must be done. Chains and circuits are not among it: which batch
 * they count from is the same on every chain.
 * @throws if a contract of the configuration is not deployed
 */
export async function changesOf(context: DeployContext): Promise<Call[]> {
  const calls: Call[] = [];
  for (const part of PARTS) calls.push(...(await part(context)));
  return calls;
}

/** What makes a request cost what the configuration says. */
export async function requestFeeCalls(context: DeployContext): Promise<Call[]> {
  const { hre, chain } = context;
  const vault = await hre.ethers.getContractAt("Vault", await addressOf(context, "Vault"));
  const units = requestFeeUnits(requestFeesOf(chain));
  const now = await vault.requestFees();
  if (now.base === units[0] && now.growth === units[1]) return [];
  const { base, growth } = chain.requestFee ?? { base: "0", growth: "0" };
  return [
    {
      target: await vault.getAddress(),
      data: vault.interface.encodeFunctionData("setRequestFee", units),
      what: `a request costs ${base}, and ${growth} more for each ${REQUEST_FEE_STEP} that wait`,
    },
  ];
}

export async function finalityCalls(context: DeployContext): Promise<Call[]> {
  const facts = await context.hre.ethers.getContractAt("Facts", await addressOf(context, "Facts"));
  const finality = finalityOf(context.chain);
  if ((await facts.finality()) === BigInt(finality)) return [];
  return [
    {
      target: await facts.getAddress(),
      data: facts.interface.encodeFunctionData("setFinality", [finality]),
      what: `facts are final after ${finality} s`,
    },
  ];
}

/** Lists the chain's tokens in the configured order, which gives them their local numbers. */
export async function tokenCalls(context: DeployContext): Promise<Call[]> {
  const registry = await context.hre.ethers.getContractAt("TokenRegistry", await addressOf(context, "TokenRegistry"));
  const calls: Call[] = [];
  for (const [place, token] of context.chain.tokens.entries()) {
    const address = await knownTokenAddress(context, token);
    if ((await registry.find(address)).id !== 0n) continue;
    const data = registry.interface.encodeFunctionData("list", [address]);
    calls.push({ target: await registry.getAddress(), data, what: `lists token ${address} as ${place + 1}` });
  }
  return calls;
}

/**
 * What registers the configured sizes' circuits, whose verifiers are deployed.
 * @param activeFrom the first batch that they may prove; the same on every chain
 * @returns nothing for those that are registered
 */
export async function circuitCalls(context: DeployContext, activeFrom: number): Promise<Call[]> {
  const registry = await circuitRegistry(context);
  const artifacts = await artifactsOf(context.config);
  const calls: Call[] = [];
  for (const [i, size] of context.config.sizes.entries()) {
    const { circuitId } = artifacts[i];
    const verifier = await addressOf(context, verifierName(circuitId));
    if ((await registry.circuitOf(circuitId)).verifier === verifier) continue;
    const { queueOps, signedOps } = SIZES[size];
    const circuit = { verifier, queueOps, signedOps, activeFrom, retiredFrom: 0 };
    const data = registry.interface.encodeFunctionData("register", [circuitId, circuit]);
    const what = `registers size ${size} as circuit ${circuitId}, from batch ${activeFrom} on`;
    calls.push({ target: await registry.getAddress(), data, what });
  }
  return calls;
}

/**
 * What retires a circuit.
 * @param from the first batch that it may no longer prove; the same on every chain
 * @throws RangeError if there is no such circuit, or it is retired
 */
export async function circuitRetirementCalls(context: DeployContext, id: string, from: number): Promise<Call[]> {
  if (!isHexString(id, 32)) throw new RangeError(`id: must be 32 bytes in hexadecimal, got "${id}"`);
  const registry = await circuitRegistry(context);
  const { verifier, activeFrom, retiredFrom } = await registry.circuitOf(id);
  if (verifier === ZeroAddress) throw new RangeError(`id: no circuit ${id} is registered`);
  if (retiredFrom !== 0n) throw new RangeError(`id: circuit ${id} is retired from batch ${retiredFrom} on`);
  if (BigInt(from) <= activeFrom)
    throw new RangeError(`from: circuit ${id} counts from batch ${activeFrom} on, got ${from}`);
  const data = registry.interface.encodeFunctionData("retire", [id, from]);
  return [{ target: await registry.getAddress(), data, what: `retires circuit ${id}, from batch ${from} on` }];
}

async function circuitRegistry(context: DeployContext): Promise<CircuitRegistry> {
  return context.hre.ethers.getContractAt("CircuitRegistry", await addressOf(context, "CircuitRegistry"));
}

/** Bounds what leaves of the chain's tokens in a day; also of those that the same proposal lists. */
export async function outflowCalls(context: DeployContext): Promise<Call[]> {
  const vault = await context.hre.ethers.getContractAt("Vault", await addressOf(context, "Vault"));
  const calls: Call[] = [];
  for (const outflow of context.chain.outflows ?? []) {
    const { id, units } = await outflowOf(context, outflow);
    if ((await vault.outflowOf(id)).limit === units) continue;
    const data = vault.interface.encodeFunctionData("setOutflowLimit", [id, units]);
    const what = `up to ${outflow.limit} of token ${outflow.token} leave within a day`;
    calls.push({ target: await vault.getAddress(), data, what });
  }
  return calls;
}

/** Takes the configured facilities into the books. */
export async function facilityCalls(context: DeployContext): Promise<Call[]> {
  const books = await context.hre.ethers.getContractAt("Books", await addressOf(context, "Books"));
  const calls: Call[] = [];
  for (const facility of context.chain.facilities ?? []) {
    const address = await addressOf(context, facilityName(facility));
    if (await books.isFacility(address)) continue;
    const data = books.interface.encodeFunctionData("add", [address, parseUnits(facility.ceiling, 18)]);
    const what = `takes facility ${address} of ${facility.name} into the books, up to ${facility.ceiling} zUSD`;
    calls.push({ target: await books.getAddress(), data, what });
  }
  return calls;
}

/** Who submits batches, on the primary chain. */
export async function operatorCalls(context: DeployContext): Promise<Call[]> {
  const { hre, chain, config, deployer } = context;
  if (chain.index !== config.primary) return [];
  const ordering = await hre.ethers.getContractAt("Ordering", await addressOf(context, "Ordering"));
  const calls: Call[] = [];
  for (const operator of chain.operators ?? [deployer]) {
    if (await ordering.isOperator(operator)) continue;
    const data = ordering.interface.encodeFunctionData("setOperator", [operator, true]);
    calls.push({ target: await ordering.getAddress(), data, what: `allows operator ${operator}` });
  }
  return calls;
}

/** What gives the guardian what it may do at once; a facility that is new has no such functions yet. */
export async function guardianCalls(context: DeployContext): Promise<Call[]> {
  if (!context.config.governance) return [];
  const access = await context.hre.ethers.getContractAt("AccessManager", await addressOf(context, "AccessManager"));
  const calls: Call[] = [];
  for (const { record, target, name, selector } of await guardedFunctions(context)) {
    if ((await access.getTargetFunctionRole(target, selector)) === GUARDIAN_ROLE) continue;
    const data = access.interface.encodeFunctionData("setTargetFunctionRole", [target, [selector], GUARDIAN_ROLE]);
    calls.push({ target: await access.getAddress(), data, what: `a guardian may call ${record}.${name}` });
  }
  return calls;
}

const PARTS = [
  requestFeeCalls,
  finalityCalls,
  gatewayCalls,
  tokenCalls,
  outflowCalls,
  facilityCalls,
  operatorCalls,
  guardianCalls,
] as const;
