/** Compares a chain's contracts with the configuration, reading the chain only. */
import { ZeroAddress, concat, toBeArray } from "ethers";
import { readRequestFees } from "../../protocol/chain/requestFees";
import { BATCH_NUMBER_BITS } from "../../protocol/spec";
import { artifactsOf, genesisOf, verifierName } from "./circuits";
import { cellBitsOf, finalityOf, isSameAddress, leaseOf, requestFeesOf, zusdCapOf } from "./config";
import { addressOf, isAdministrator, type DeployContext } from "./context";
import { sorted, type Difference, type Expect } from "./difference";
import { facilityName } from "./facilities";
import { compareGateways } from "./gateways";
import { GUARDIAN_ROLE, guardedFunctions } from "./roles";
import { knownTokenAddress, outflowOf } from "./tokens";

/** No batch has a greater number. */
const LAST_BATCH = 2 ** BATCH_NUMBER_BITS - 1;

/** @throws naming every difference, but for those that only events show: they take long to read on a chain that is old */
export async function checkDeployment(context: DeployContext): Promise<void> {
  const differences = await compareDeployment(context, [compareFields]);
  if (differences.length === 0) return;
  const lines = differences.map(({ field, configured, found }) => `${field}: expected ${configured}, is ${found}`);
  const governor =
    "The governor's transactions are printed by `npx hardhat propose-changes`; those for circuits and chains by `propose-circuits`, `propose-chain` and `propose-retirement`.";
  const hint = (await isAdministrator(context)) ? "" : `\n${governor}`;
  throw new Error(`chain ${context.chain.name} is not as configured:\n  ${lines.join("\n  ")}${hint}`);
}

/** Every difference that one of the comparisons finds. */
export async function compareDeployment(
  context: DeployContext,
  comparisons: readonly ((context: DeployContext, expect: Expect) => Promise<void>)[],
): Promise<Difference[]> {
  const differences: Difference[] = [];
  const expect: Expect = (field, expected, actual) => {
    const [configured, found] = [String(expected), String(actual)];
    if (configured !== found) differences.push({ field, configured, found });
  };
  for (const compare of comparisons) await compare(context, expect);
  return differences;
}

/** What getters of the contracts tell. */
export async function compareFields(context: DeployContext, expect: Expect): Promise<void> {
  await checkCode(context, expect);
  await checkRollup(context, expect);
  await checkRegistries(context, expect);
  await checkStable(context, expect);
  await checkGovernance(context, expect);
}

/** The code of contracts without immutables is the compiled one; of the others the length is. */
async function checkCode(context: DeployContext, expect: Expect): Promise<void> {
  const { hre } = context;
  const codeAt = async (name: string): Promise<string> => hre.ethers.provider.getCode(await addressOf(context, name));
  for (const name of [
    "ChainRegistry",
    "TokenRegistry",
    "CircuitRegistry",
    "Facts",
    "Vault",
    "Rollup",
    "Books",
    "Zusd",
  ]) {
    const { deployedBytecode } = await hre.artifacts.readArtifact(name);
    expect(`length of the code of ${name}`, deployedBytecode.length, (await codeAt(name)).length);
  }
  for (const { circuitId, verifier } of await artifactsOf(context.config)) {
    const name = verifierName(circuitId);
    const same = (await codeAt(name)) === verifier.deployedBytecode;
    expect(`code of ${name}`, "the compiled verifier's", same ? "the compiled verifier's" : "another");
  }
}

async function checkRollup(context: DeployContext, expect: Expect): Promise<void> {
  const { hre, chain, config, deployer } = context;
  const isPrimary = chain.index === config.primary;
  const genesis = await genesisOf(config);
  const rollup = await hre.ethers.getContractAt("Rollup", await addressOf(context, "Rollup"));
  expect("rollup.domain", genesis.domain, await rollup.domain());
  expect("rollup.primaryChain", config.primary, await rollup.primaryChain());
  expect("rollup.chainIndex", chain.index, await rollup.chainIndex());
  expect("rollup.cellBits", cellBitsOf(config), await rollup.cellBits());
  expect("rollup.tauG2", genesis.tauG2.join(), (await rollup.tauG2()).join());
  expect("rollup.vault", await addressOf(context, "Vault"), await rollup.vault());
  expect("rollup.facts", await addressOf(context, "Facts"), await rollup.facts());
  expect("rollup.circuits", await addressOf(context, "CircuitRegistry"), await rollup.circuits());
  expect("rollup.authority", await addressOf(context, "AccessManager"), await rollup.authority());
  // Those that were announced for a batch that is yet to come, too.
  for (const other of config.chains) {
    expect(`zUSD cap of chain ${other.name}`, zusdCapOf(other), await rollup.capOf(other.index, LAST_BATCH));
  }
  if ((await rollup.number()) === 0n) {
    const { x, y } = await rollup.commitment();
    expect("genesis commitment", [genesis.commitment.x, genesis.commitment.y].join(), [x, y].join());
  }
  expect("rollup.ordering", isPrimary ? await addressOf(context, "Ordering") : ZeroAddress, await rollup.ordering());
  if (isPrimary) {
    const ordering = await hre.ethers.getContractAt("Ordering", await addressOf(context, "Ordering"));
    expect("ordering.forceDelay", config.forceDelay, await ordering.forceDelay());
    expect("ordering.rollup", await addressOf(context, "Rollup"), await ordering.rollup());
    for (const other of config.chains.filter(({ index }) => index !== chain.index)) {
      expect(`lease of chain ${other.name}`, leaseOf(other), (await ordering.statusOf(other.index)).lease);
    }
    for (const operator of chain.operators ?? [deployer]) {
      expect(`operator ${operator}`, true, await ordering.isOperator(operator));
    }
  }
  for (const name of ["Vault", "Facts"] as const) {
    const contract = await hre.ethers.getContractAt(name as "Vault", await addressOf(context, name));
    expect(`${name}.rollup`, await addressOf(context, "Rollup"), await contract.rollup());
  }
}

async function checkGovernance(context: DeployContext, expect: Expect): Promise<void> {
  const { hre, config, deployer } = context;
  const access = await hre.ethers.getContractAt("AccessManager", await addressOf(context, "AccessManager"));
  const role = await access.ADMIN_ROLE();
  const { governor, timelock, guardian } = config.governance ?? { governor: deployer, timelock: 0 };
  const [isMember, delay] = await access.hasRole(role, governor);
  expect(`administrator ${governor}`, true, isMember);
  expect("timelock", timelock, delay);
  if (!isSameAddress(governor, deployer)) {
    expect(`administrator ${deployer}`, false, (await access.hasRole(role, deployer)).isMember);
  }
  if (!config.governance) return;
  for (const { record, target, name, selector } of await guardedFunctions(context)) {
    expect(`role of ${record}.${name}`, GUARDIAN_ROLE, await access.getTargetFunctionRole(target, selector));
  }
  if (guardian !== undefined) {
    expect(`guardian ${guardian}`, [true, 0n].join(), (await access.hasRole(GUARDIAN_ROLE, guardian)).join());
  }
}

async function checkRegistries(context: DeployContext, expect: Expect): Promise<void> {
  const { hre, chain, config } = context;
  const facts = await hre.ethers.getContractAt("Facts", await addressOf(context, "Facts"));
  expect("facts.threshold", config.threshold, await facts.threshold());
  expect("facts.finality", finalityOf(chain), await facts.finality());
  await compareGateways(context, expect);

  const chains = await hre.ethers.getContractAt("ChainRegistry", await addressOf(context, "ChainRegistry"));
  for (const { index, name, evmChainId } of config.chains.filter((other) => other.index !== chain.index)) {
    const remote = interoperableAddress(evmChainId, await facts.getAddress());
    expect(`remote of chain ${name}`, remote, await chains.remoteOf(index));
  }

  const circuits = await hre.ethers.getContractAt("CircuitRegistry", await addressOf(context, "CircuitRegistry"));
  for (const { circuitId } of await artifactsOf(config)) {
    const { verifier } = await circuits.circuitOf(circuitId);
    expect(`verifier of ${circuitId}`, await addressOf(context, verifierName(circuitId)), verifier);
  }

  const tokens = await hre.ethers.getContractAt("TokenRegistry", await addressOf(context, "TokenRegistry"));
  for (const [i, token] of chain.tokens.entries()) {
    expect(`token ${i + 1}`, await knownTokenAddress(context, token), await tokens.tokenOf(i + 1));
  }
  const vault = await hre.ethers.getContractAt("Vault", await addressOf(context, "Vault"));
  const fees = await readRequestFees(vault);
  const { base, growth } = requestFeesOf(chain);
  expect("fee of a request, base", base, fees.base);
  expect("fee of a request, growth", growth, fees.growth);
  for (const outflow of chain.outflows ?? []) {
    const { id, units } = await outflowOf(context, outflow);
    expect(`outflow limit of token ${outflow.token}`, units, (await vault.outflowOf(id)).limit);
  }
  for (let id = chain.tokens.length + 1; id <= Number(await tokens.count()); id++) {
    expect(`token ${id}`, "none", await tokens.tokenOf(id));
  }
}

/** Books, zUSD and facilities. Ceilings and parameters move with the administration: only what is fixed is compared. */
async function checkStable(context: DeployContext, expect: Expect): Promise<void> {
  const { hre, chain } = context;
  const books = await hre.ethers.getContractAt("Books", await addressOf(context, "Books"));
  const zusd = await hre.ethers.getContractAt("Zusd", await addressOf(context, "Zusd"));
  const vault = await hre.ethers.getContractAt("Vault", await addressOf(context, "Vault"));
  const authority = await addressOf(context, "AccessManager");
  expect("vault.books", await books.getAddress(), await vault.books());
  expect("books.zusd", await zusd.getAddress(), await books.zusd());
  expect("books.authority", authority, await books.authority());
  expect("zusd.books", await books.getAddress(), await zusd.books());
  expect("zusd.vault", await vault.getAddress(), await zusd.vault());
  const configured = chain.facilities ?? [];
  const known = await Promise.all(configured.map((facility) => addressOf(context, facilityName(facility))));
  expect("facilities", sorted(known), sorted(await books.facilities()));
  for (const facility of configured) {
    const address = await addressOf(context, facilityName(facility));
    const contract = await hre.ethers.getContractAt("PeggedFacility", address);
    const what = `facility ${facility.name}`;
    expect(`${what}: in the books`, true, await books.isFacility(address));
    expect(`${what}: books`, await books.getAddress(), await contract.books());
    expect(`${what}: authority`, authority, await contract.authority());
    if (facility.class === "PEGGED")
      expect(
        `${what}: token`,
        await knownTokenAddress(context, chain.tokens[facility.token - 1]),
        await contract.token(),
      );
  }
}

/** ERC-7930, version 1, of an EVM chain: chain type 0, the chain id without leading zeros, 20 bytes of address. */
function interoperableAddress(evmChainId: number, address: string): string {
  const chain = toBeArray(evmChainId);
  return concat(["0x00010000", toBeArray(chain.length), chain, "0x14", address]).toLowerCase();
}
