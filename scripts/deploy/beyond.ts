/** What stands on a chain beyond its configuration, where only events tell: registries do not list all they have. */
import { LogFollower, type EventSource } from "../../protocol/chain/logs";
import { artifactsOf } from "./circuits";
import { addressOf, type DeployContext } from "./context";
import { firstBlock } from "./description";
import { sorted, type Expect } from "./difference";
import { GUARDIAN_ROLE } from "./roles";

/** Operators, circuits, chains, administrators and guardians: all that there are. */
export async function compareEvents(context: DeployContext, expect: Expect): Promise<void> {
  const { hre, chain, config, deployer } = context;
  const { ethers } = hre;
  const { governor, guardian } = config.governance ?? { governor: undefined, guardian: undefined };
  if (chain.index === config.primary) {
    const ordering = await ethers.getContractAt("Ordering", await addressOf(context, "Ordering"));
    const operators = await argumentsOf(context, ordering, "OperatorSet", 0);
    const allowed = await filter(operators, (operator) => ordering.isOperator(operator));
    expect("operators", sorted(chain.operators ?? [deployer]), sorted(allowed));
  }

  const circuits = await ethers.getContractAt("CircuitRegistry", await addressOf(context, "CircuitRegistry"));
  const registered = await argumentsOf(context, circuits, "CircuitRegistered", 0);
  const inUse = await filter(registered, async (id) => (await circuits.circuitOf(id)).retiredFrom === 0n);
  const configured = (await artifactsOf(config)).map(({ circuitId }) => circuitId);
  expect("circuits", sorted(configured), sorted(inUse));

  const registry = await ethers.getContractAt("ChainRegistry", await addressOf(context, "ChainRegistry"));
  const known = await argumentsOf(context, registry, "ChainRegistered", 0);
  const others = config.chains.filter(({ index }) => index !== chain.index).map(({ index }) => `${index}`);
  expect("chains", sorted(others), sorted(await filter(known, (index) => registry.isRegistered(index))));

  const access = await ethers.getContractAt("AccessManager", await addressOf(context, "AccessManager"));
  const granted = await argumentsOf(context, access, "RoleGranted", 1);
  const holders = async (role: bigint): Promise<string> =>
    sorted(await filter(granted, async (account) => (await access.hasRole(role, account)).isMember));
  expect("administrators", sorted([governor ?? deployer]), await holders(await access.ADMIN_ROLE()));
  const guardians = [governor, guardian].filter((account) => account !== undefined);
  expect("guardians", sorted(guardians), await holders(GUARDIAN_ROLE));
}

/** An argument of all events of a name, each value once. */
async function argumentsOf(
  context: DeployContext,
  contract: unknown,
  event: string,
  position: number,
): Promise<string[]> {
  const { provider } = context.hre.ethers;
  const { logs } = await new LogFollower(provider, contract as EventSource, event, await firstBlock(context)).next();
  return [...new Set(logs.map(({ args }) => String(args[position])))];
}

async function filter(items: readonly string[], holds: (item: string) => Promise<boolean>): Promise<string[]> {
  const kept: string[] = [];
  for (const item of items) if (await holds(item)) kept.push(item);
  return kept;
}
