import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { id, JsonRpcProvider, Wallet, type BaseContract, type JsonRpcSigner } from "ethers";
import { ethers } from "hardhat";
import { openChain } from "../../protocol/chain/chain";
import { additionOf } from "../../protocol/chain/membership";
import { tokenId } from "../../protocol/spec";
import { anvilAccount, startAnvil, type Anvil } from "../../scripts/anvil";
import {
  checkConfig,
  LOCAL,
  type ChainConfig,
  type DeploymentConfig,
  type PeggedFacilityConfig,
} from "../../scripts/deploy/config";
import { deployChain, runHardhat, type HardhatOptions } from "../../scripts/deploy/hardhat";
import type { DeploymentDescription } from "../../scripts/deploy/description";
import { restrictedFunctions } from "../../scripts/deploy/restricted";
import { GUARDIAN_ROLE } from "../../scripts/deploy/roles";
import { LiveNetworkError, refuseDevelopmentConfig } from "../../scripts/deploy/live";
import type {
  AccessManager,
  ChainRegistry,
  CircuitRegistry,
  Facts,
  Ordering,
  Rollup,
  TokenRegistry,
} from "../../typechain-types";
import { printProposal, writeSafeFiles } from "../../tasks/support/proposal";
import { rejection } from "../fixtures/rejection";

const HOUR = 3600;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const STRANGER = `0x${"5a".repeat(20)}`;
/** Account 1 of the mnemonic that every development node uses. */
const KNOWN = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const ADMIN = 0n;

describe("deployment configurations: what is governed", () => {
  const [primary, secondary] = LOCAL.chains;
  const refuses = (change: Partial<DeploymentConfig>, message: string): void => {
    expect(() => checkConfig({ ...LOCAL, ...change })).to.throw(`deployment "local": ${message}`);
  };
  const accepts = (change: Partial<DeploymentConfig>): void => {
    checkConfig({ ...LOCAL, ...change });
  };
  const TIMES_OUT_OF_RANGE = [0, -HOUR, HOUR - 1, WEEK + 1, HOUR + 0.5, NaN, Infinity, "7200", null];

  it("the force delay is 1 hour .. 7 days, whole seconds", () => {
    for (const forceDelay of [...TIMES_OUT_OF_RANGE, undefined]) {
      refuses({ forceDelay: forceDelay as number }, "forceDelay must be a whole number of seconds, 1 hour .. 7 days");
    }
    for (const forceDelay of [HOUR, HOUR + 1, WEEK]) accepts({ forceDelay });
  });

  it("so is every chain's lease, where it is not left to be 6 hours", () => {
    for (const lease of TIMES_OUT_OF_RANGE) {
      const changed = { lease: lease as number };
      const rule = "must be a whole number of seconds, 1 hour .. 7 days";
      refuses({ chains: [primary, { ...secondary, ...changed }] }, `chain secondary: lease ${rule}`);
      refuses({ chains: [{ ...primary, ...changed }, secondary] }, `chain primary: lease ${rule}`);
    }
    for (const lease of [HOUR, WEEK, undefined]) accepts({ chains: [primary, { ...secondary, lease }] });
  });

  it("the governor is an address, the timelock whole seconds", () => {
    for (const governor of ["", "nobody", "0x5a", `${STRANGER}5a`, KNOWN.replace("dc79C8", "DC79C8")]) {
      refuses({ governance: { governor, timelock: DAY } }, "governance.governor must be an address");
    }
    for (const timelock of [-1, 0.5, NaN, Infinity, "3600", null, undefined]) {
      refuses(
        { governance: { governor: STRANGER, timelock: timelock as number } },
        "governance.timelock must be a whole number of seconds",
      );
    }
    refuses({ governance: { governor: STRANGER, timelock: 2 ** 32 } }, "governance.timelock must be a whole number");
    refuses(
      { governance: { governor: `0x${"00".repeat(20)}`, timelock: DAY } },
      "governance.governor must not be the zero address",
    );
    for (const timelock of [0, 1, 365 * DAY]) accepts({ governance: { governor: STRANGER, timelock } });
    for (const governor of [KNOWN, KNOWN.toLowerCase()]) accepts({ governance: { governor, timelock: DAY } });
    accepts({ governance: undefined });
  });

  it("the guardian is an address, and not the governor", () => {
    const guarded = (guardian: string) => ({ governance: { governor: STRANGER, timelock: DAY, guardian } });
    for (const guardian of ["", "nobody", "0x5a"]) {
      refuses(guarded(guardian), "governance.guardian must be an address");
    }
    refuses(guarded(`0x${"00".repeat(20)}`), "governance.guardian must not be the zero address");
    refuses(guarded(STRANGER.toUpperCase().replace("0X", "0x")), "governance.guardian must not be the governor");
    accepts(guarded(KNOWN));
  });

  it("the fee of a request is below 100,000 coins, with at most 9 places", () => {
    for (const text of ["100000", "-1", "1.", ".5", "0.0000000001", "1e3", "", " 1"]) {
      for (const requestFee of [
        { base: text, growth: "0" },
        { base: "0", growth: text },
      ]) {
        const field = requestFee.base === text ? "base" : "growth";
        refuses(
          { chains: [primary, { ...secondary, requestFee }] },
          `chain secondary: requestFee.${field} must be an amount of coin below 100,000, as text with up to 9 places`,
        );
      }
    }
    accepts({ chains: [primary, { ...secondary, requestFee: { base: "99999.999999999", growth: "0.000000001" } }] });
    accepts({ chains: [primary, { ...secondary, requestFee: undefined }] });
  });

  it("finality is 0 .. 7 days, whole seconds", () => {
    for (const finality of [-1, WEEK + 1, 0.5, NaN, "900", null]) {
      refuses(
        { chains: [primary, { ...secondary, finality: finality as number }] },
        "chain secondary: finality must be a whole number of seconds, 0 .. 7 days",
      );
    }
    for (const finality of [undefined, 0, 900, WEEK]) accepts({ chains: [primary, { ...secondary, finality }] });
  });
});

describe("G7: governance of a live network", () => {
  const LIVE_CHAIN_ID = 424242;
  const LIVE_CHAIN: ChainConfig = {
    name: "live",
    index: 1,
    evmChainId: LIVE_CHAIN_ID,
    gateways: ["11", "22", "33"].map((byte) => ({ address: `0x${byte.repeat(20)}` })),
    finality: 900,
    tokens: ["native"],
    requestFee: { base: "0", growth: "0.00003" },
    operators: [STRANGER],
  };
  const LIVE: DeploymentConfig = {
    ...LOCAL,
    name: "live",
    threshold: 2,
    ptau: { path: "ceremony.ptau", sha256: "00".repeat(32) },
    governance: { governor: STRANGER, timelock: 30 * DAY },
    chains: [LIVE_CHAIN],
  };
  const check = (governance: DeploymentConfig["governance"], chain = LIVE_CHAIN): void =>
    refuseDevelopmentConfig({ ...LIVE, governance }, chain, [STRANGER]);

  it("there must be a governor", () => {
    expect(() => check(undefined))
      .to.throw(LiveNetworkError, "there must be a governor, with a timelock")
      .with.property("message")
      .includes(`EVM chain id ${LIVE_CHAIN_ID}`);
  });

  it("who acts after 30 days at least", () => {
    for (const timelock of [0, 1, HOUR, WEEK, 30 * DAY - 1]) {
      expect(() => check({ governor: STRANGER, timelock }), `${timelock} s`).to.throw(
        LiveNetworkError,
        `the timelock must be at least ${30 * DAY} s`,
      );
    }
    for (const timelock of [30 * DAY, 30 * DAY + 1, 365 * DAY]) check({ governor: STRANGER, timelock });
  });

  it("a development node needs neither", () => {
    for (const governance of [undefined, { governor: STRANGER, timelock: 0 }, { governor: KNOWN, timelock: 1 }]) {
      check(governance, { ...LIVE_CHAIN, evmChainId: 31337 });
    }
  });

  describe("by the deploy scripts", () => {
    let anvil: Anvil;
    let folder: string;

    before(async () => {
      anvil = await startAnvil({ chainId: LIVE_CHAIN_ID });
      folder = fs.mkdtempSync(path.join(os.tmpdir(), "causeway-governance-live-"));
    });

    after(async () => {
      await anvil.stop();
      fs.rmSync(folder, { recursive: true });
    });

    it("nothing is sent without a governor, or with one whose key everyone knows", async () => {
      const refusals: [DeploymentConfig["governance"], string][] = [
        [undefined, "there must be a governor"],
        [{ governor: KNOWN, timelock: 30 * DAY }, `everyone knows the key of ${KNOWN}`],
      ];
      const configFile = path.join(folder, "config.json");
      const privateKeys = [Wallet.createRandom().privateKey];
      for (const [governance, reason] of refusals) {
        fs.writeFileSync(configFile, JSON.stringify({ ...LIVE, governance }));
        const options = { network: "live", rpcUrl: anvil.url, deployments: folder, configFile, privateKeys } as const;
        const { message } = await rejection(deployChain({ ...options, compile: false }));
        expect(message).to.include("refused on a live network").and.to.include(reason);
      }
      const provider = new JsonRpcProvider(anvil.url, LIVE_CHAIN_ID, { staticNetwork: true });
      expect(await provider.getBlockNumber()).to.equal(0);
      provider.destroy();
    });
  });
});

/** A file of Safe's Transaction Builder. */
interface SafeBatch {
  readonly version: string;
  readonly chainId: string;
  readonly meta: { readonly description: string };
  readonly transactions: readonly { readonly to: string; readonly value: string; readonly data: string }[];
}

/** The governor's transactions of a printed proposal: what is sent at once, and after the timelock. */
function proposedIn(printed: string): string[] {
  return [...printed.matchAll(/(?:at once|after the timelock) +(0x[0-9a-f]+)/g)].map(([, data]) => data);
}

describe("[proof] G1: deploying with a governor", () => {
  const TIMELOCK = 2 * DAY;
  /** After which AccessManager forgets what was scheduled and not executed. */
  const EXPIRATION = WEEK;

  let folder: string;
  let anvil: Anvil;
  let provider: JsonRpcProvider;
  let deployer: JsonRpcSigner;
  let governor: JsonRpcSigner;
  let stranger: JsonRpcSigner;
  let guardian: JsonRpcSigner;
  let description: DeploymentDescription;
  /** A token that is not listed. */
  let token: string;
  let contracts: {
    access: AccessManager;
    circuits: CircuitRegistry;
    tokens: TokenRegistry;
    chains: ChainRegistry;
    facts: Facts;
    rollup: Rollup;
    ordering: Ordering;
  };

  const optionsOf = (deployments: string): HardhatOptions => ({
    network: "primary",
    rpcUrl: anvil.url,
    deployments,
    configFile: path.join(deployments, "config.json"),
  });

  const deploy = async (change: Partial<DeploymentConfig> = {}): Promise<DeploymentDescription> => {
    const governance = { governor: governor.address, timelock: TIMELOCK, guardian: guardian.address };
    const [primary, ...others] = LOCAL.chains;
    const chains = [{ ...primary, gateways: ["test", "test"], finality: 900 }, ...others];
    fs.writeFileSync(path.join(folder, "config.json"), JSON.stringify({ ...LOCAL, governance, chains, ...change }));
    return deployChain({ ...optionsOf(folder), compile: false });
  };

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "causeway-governance-"));
    anvil = await startAnvil();
    provider = new JsonRpcProvider(anvil.url, anvil.chainId, { staticNetwork: true, cacheTimeout: -1 });
    [deployer, governor, stranger, guardian] = await provider.listAccounts();
    description = await deploy();
    const factories = await import("../../typechain-types");
    const rollup = factories.Rollup__factory.connect(description.rollup, provider);
    const unlisted = await new factories.MockToken__factory(stranger).deploy("NEW", 6);
    token = await (await unlisted.waitForDeployment()).getAddress();
    contracts = {
      access: factories.AccessManager__factory.connect(description.accessManager, provider),
      circuits: factories.CircuitRegistry__factory.connect(description.circuitRegistry, provider),
      tokens: factories.TokenRegistry__factory.connect(description.tokenRegistry, provider),
      chains: factories.ChainRegistry__factory.connect(description.chainRegistry, provider),
      facts: factories.Facts__factory.connect(description.facts, provider),
      rollup,
      ordering: factories.Ordering__factory.connect(await rollup.ordering(), provider),
    };
  });

  after(async () => {
    provider.destroy();
    await anvil.stop();
    fs.rmSync(folder, { recursive: true });
  });

  // Every test starts from the chain as it was deployed.
  let snapshot: string;
  beforeEach(async () => {
    snapshot = await provider.send("evm_snapshot", []);
  });
  afterEach(async () => {
    await provider.send("evm_revert", [snapshot]);
  });

  const now = async (): Promise<number> => (await provider.getBlock("latest"))!.timestamp;
  const mineAt = async (timestamp: number): Promise<void> => {
    await provider.send("evm_mine", [timestamp]);
  };

  /** Restricted functions of every contract, with arguments that they take from who may call them. */
  const restricted = (): [BaseContract, string, unknown[]][] => {
    const { circuits, tokens, chains, facts, rollup, ordering } = contracts;
    const verifier = description.rollup;
    const circuit = { verifier, queueOps: 2, signedOps: 2, activeFrom: 7, retiredFrom: 0 };
    return [
      [circuits, "register", [id("another circuit"), circuit]],
      [circuits, "retire", [description.circuits[0].id, 9]],
      [tokens, "list", [token]],
      [tokens, "delist", [1]],
      [chains, "register", [9, 1, STRANGER]],
      [facts, "addGateway", [description.vault]],
      [facts, "removeGateway", [description.gateways[0]]],
      [facts, "setFrozen", [2, true]],
      [facts, "setThreshold", [1]],
      [facts, "setFinality", [1800]],
      [rollup, "setCap", [2, 5, 1]],
      [ordering, "setOperator", [STRANGER, true]],
      [ordering, "setLease", [2, HOUR]],
    ];
  };
  const call = (contract: BaseContract, name: string, args: unknown[], caller: JsonRpcSigner): Promise<unknown> =>
    contract
      .connect(caller)
      .getFunction(name)
      .staticCall(...args);

  it("makes the governor the only administrator, who acts after the timelock", async () => {
    const { access } = contracts;
    expect(await access.hasRole(ADMIN, governor)).to.deep.equal([true, BigInt(TIMELOCK)]);
    expect(await access.hasRole(ADMIN, deployer)).to.deep.equal([false, 0n]);
    const granted = await access.queryFilter(access.filters.RoleGranted());
    expect(granted.map(({ args }) => [args.roleId, args.account])).to.deep.equal([
      [ADMIN, deployer.address],
      [GUARDIAN_ROLE, governor.address],
      [GUARDIAN_ROLE, guardian.address],
      [ADMIN, governor.address],
    ]);
    const revoked = await access.queryFilter(access.filters.RoleRevoked());
    expect(revoked.map(({ args }) => [args.roleId, args.account])).to.deep.equal([[ADMIN, deployer.address]]);
    for (const contract of Object.values(contracts).filter((contract) => contract !== access)) {
      expect(await (contract as CircuitRegistry).authority()).to.equal(description.accessManager);
    }
  });

  it("changes nothing when run again", async () => {
    const block = await provider.getBlockNumber();
    expect(await deploy()).to.deep.equal(description);
    expect(await provider.getBlockNumber()).to.equal(block);
  });

  it("the deployer may do nothing any more, no more than a stranger", async () => {
    const { access, ordering } = contracts;
    for (const caller of [deployer, stranger]) {
      for (const [contract, name, args] of restricted()) {
        await expect(call(contract, name, args, caller), name)
          .to.be.revertedWithCustomError(contract, "AccessManagedUnauthorized")
          .withArgs(caller.address);
        const data = contract.interface.encodeFunctionData(name, args);
        await expect(access.connect(caller).schedule.staticCall(contract, data, 0), name)
          .to.be.revertedWithCustomError(access, "AccessManagerUnauthorizedCall")
          .withArgs(caller.address, contract, data.slice(0, 10));
        await expect(access.connect(caller).execute.staticCall(contract, data), name)
          .to.be.revertedWithCustomError(access, "AccessManagerUnauthorizedCall")
          .withArgs(caller.address, contract, data.slice(0, 10));
      }
      for (const [name, args] of [
        ["grantRole", [ADMIN, caller.address, 0]],
        ["revokeRole", [ADMIN, governor.address]],
        ["setTargetClosed", [description.rollup, true]],
        ["setTargetFunctionRole", [description.rollup, ["0x00000000"], 1]],
        ["updateAuthority", [description.rollup, STRANGER]],
      ] as const) {
        await expect(call(access, name, [...args], caller), name)
          .to.be.revertedWithCustomError(access, "AccessManagerUnauthorizedAccount")
          .withArgs(caller.address, ADMIN);
      }
    }
    // Operating is not administrating.
    expect(await ordering.isOperator(deployer)).to.equal(true);
    expect(await ordering.isOperator(governor)).to.equal(false);
  });

  it("G2: the governor may do nothing at once, nor shorten its timelock", async () => {
    const { access } = contracts;
    for (const [contract, name, args] of restricted()) {
      const data = contract.interface.encodeFunctionData(name, args);
      const operation = await access.hashOperation(governor, contract, data);
      await expect(call(contract, name, args, governor), name)
        .to.be.revertedWithCustomError(access, "AccessManagerNotScheduled")
        .withArgs(operation);
      await expect(access.connect(governor).execute.staticCall(contract, data), name)
        .to.be.revertedWithCustomError(access, "AccessManagerNotScheduled")
        .withArgs(operation);
      await expect(access.connect(governor).schedule.staticCall(contract, data, (await now()) + TIMELOCK - 60), name)
        .to.be.revertedWithCustomError(access, "AccessManagerUnauthorizedCall")
        .withArgs(governor.address, contract, data.slice(0, 10));
    }
    for (const [name, args] of [
      ["grantRole", [ADMIN, governor.address, 0]],
      ["grantRole", [ADMIN, STRANGER, 0]],
      ["updateAuthority", [description.rollup, STRANGER]],
    ] as const) {
      await expect(call(access, name, [...args], governor), name).to.be.revertedWithCustomError(
        access,
        "AccessManagerNotScheduled",
      );
    }
  });

  it("G2: the governor's scheduled calls take hold after the timelock, each once", async () => {
    const { access } = contracts;
    const asGovernor = access.connect(governor);
    const operations = restricted().map(([contract, name, args]) => ({
      contract,
      name,
      data: contract.interface.encodeFunctionData(name, args),
    }));
    for (const { contract, data } of operations) await (await asGovernor.schedule(contract, data, 0)).wait();
    const scheduled = await now();
    await mineAt(scheduled + TIMELOCK - 60);
    for (const { contract, name, data } of operations) {
      await expect(asGovernor.execute.staticCall(contract, data), name).to.be.revertedWithCustomError(
        access,
        "AccessManagerNotReady",
      );
      for (const caller of [deployer, stranger]) {
        await expect(access.connect(caller).execute.staticCall(contract, data), name).to.be.revertedWithCustomError(
          access,
          "AccessManagerUnauthorizedCall",
        );
      }
    }
    await mineAt(scheduled + TIMELOCK);
    for (const { contract, name, data } of operations) {
      await (await asGovernor.execute(contract, data)).wait();
      await expect(asGovernor.execute.staticCall(contract, data), name).to.be.revertedWithCustomError(
        access,
        "AccessManagerNotScheduled",
      );
    }
    const { circuits, ordering, facts } = contracts;
    expect(await circuits.circuitOf(id("another circuit"))).to.deep.equal([description.rollup, 2n, 2n, 7n, 0n]);
    expect((await circuits.circuitOf(description.circuits[0].id)).retiredFrom).to.equal(9n);
    expect(await ordering.isOperator(STRANGER)).to.equal(true);
    expect((await ordering.statusOf(2)).lease).to.equal(BigInt(HOUR));
    expect(await facts.frozen(2)).to.equal(true);
    expect(await facts.gateways()).to.deep.equal([description.vault, description.gateways[1]]);
    expect(await facts.finality()).to.equal(1800);
  });

  it("X12, G6: a guardian removes gateways down to the threshold, stops new zUSD and holds delayed payments, and nothing else", async () => {
    const { facts } = contracts;
    const facility = await ethers.getContractAt("PeggedFacility", description.facilities[0].address, guardian);
    const asGuardian = facts.connect(guardian);
    await (await asGuardian.removeGateway(description.gateways[0])).wait();
    await expect(asGuardian.removeGateway.staticCall(description.gateways[1]))
      .to.be.revertedWithCustomError(facts, "Facts_BelowThreshold")
      .withArgs(1);
    await (await facility.stopMinting()).wait();
    await expect(facility.startMinting.staticCall())
      .to.be.revertedWithCustomError(facility, "AccessManagedUnauthorized")
      .withArgs(guardian.address);
    const vault = await ethers.getContractAt("Vault", description.vault, guardian);
    // Nothing was delayed.
    await expect(vault.holdPayments.staticCall(1, 2)).to.be.revertedWithCustomError(vault, "Outflow_InvalidRange");
    await (await vault.holdPayments(0, 0)).wait();
    await expect(vault.holdPayments.staticCall(0, 0)).to.be.revertedWithCustomError(vault, "Outflow_HeldLately");
    for (const refused of [
      vault.setOutflowLimit.staticCall(1, 4),
      vault.redirectPayment.staticCall(0, STRANGER, 1, guardian.address),
    ]) {
      await expect(refused)
        .to.be.revertedWithCustomError(vault, "AccessManagedUnauthorized")
        .withArgs(guardian.address);
    }
    for (const [contract, name, args] of restricted()) {
      if (name === "removeGateway") continue;
      await expect(call(contract, name, args, guardian), name)
        .to.be.revertedWithCustomError(contract, "AccessManagedUnauthorized")
        .withArgs(guardian.address);
    }
  });

  it("G6: a guardian removes a gateway and stops a facility by tasks, which say what is left; nobody else does", async () => {
    const keyOf = (account: number): string => anvilAccount(account).privateKey;
    const run = (task: string, field: string, value: string, key = keyOf(3)): ReturnType<typeof runHardhat> =>
      runHardhat(["guardian", task, `--${field}`, value], { ...optionsOf(folder), privateKeys: [key] });
    const [gateway] = description.gateways;
    const [facility] = description.facilities;

    const strangers = await run("remove-gateway", "gateway", gateway, keyOf(2));
    expect(strangers.code).to.equal(1);
    expect(strangers.output, strangers.output).to.include(`accounts: ${stranger.address} is no guardian of primary`);
    for (const [task, field, value, reason] of [
      ["remove-gateway", "gateway", STRANGER, `gateway: ${STRANGER} is none of primary's; there are ${gateway}`],
      ["stop-minting", "facility", "NONE", `facility: there is no "NONE" on primary; there are ${facility.name}`],
    ]) {
      const { code, output } = await run(task, field, value);
      expect(code, output).to.equal(1);
      expect(output).to.include(reason);
    }

    const removed = await run("remove-gateway", "gateway", gateway.toLowerCase());
    expect(removed.output).to.include(`${gateway} is removed; 1 gateways are left, 1 of which must agree`);
    expect(await contracts.facts.gateways()).to.deep.equal([description.gateways[1]]);
    const again = await run("remove-gateway", "gateway", description.gateways[1]);
    expect(again.output).to.include("removing the gateway: Facts_BelowThreshold(threshold: 1)");
    const stopped = await run("stop-minting", "facility", facility.name);
    expect(stopped.output).to.include(`${facility.name} mints no more`);
    const { PeggedFacility__factory } = await import("../../typechain-types");
    const contract = PeggedFacility__factory.connect(facility.address, provider);
    const [{ args }] = await contract.queryFilter(contract.filters.MintingSet());
    expect(args.on).to.equal(false);
  });

  it("G1: the deployment's roles are the table's in the documentation, function by function", async () => {
    const { access, ordering } = contracts;
    const facilityOf = (wanted: string): string =>
      description.facilities.find((facility) => facility.class === wanted)!.address;
    const addresses: Record<string, string | undefined> = {
      ChainRegistry: description.chainRegistry,
      TokenRegistry: description.tokenRegistry,
      CircuitRegistry: description.circuitRegistry,
      Facts: description.facts,
      Vault: description.vault,
      Rollup: description.rollup,
      Ordering: await ordering.getAddress(),
      Books: description.books,
      PeggedFacility: facilityOf("PEGGED"),
      DiscountedFacility: facilityOf("DISCOUNTED"),
    };
    const rows = restrictedFunctions().filter(({ contract }) => addresses[contract] !== undefined);
    expect(new Set(rows.map(({ contract }) => contract))).to.have.keys(Object.keys(addresses));
    for (const { contract, name, role } of rows) {
      const { selector } = (await ethers.getContractFactory(contract)).interface.getFunction(name)!;
      expect(await access.getTargetFunctionRole(addresses[contract]!, selector), `${contract}.${name}`).to.equal(role);
    }
  });

  it("a chain joins behind the timelock, by the transactions that the proposal prints", async () => {
    const { chains, rollup, ordering, access } = contracts;
    const opened = await openChain({ name: "primary", rollup: description.rollup, block: description.block }, provider);
    const calls = await additionOf(opened, { index: 3, evmChainId: 56n, cap: 5n, from: 7, lease: HOUR });
    let printed = "";
    printProposal(description.accessManager, calls, (text) => (printed += text));
    const [schedule, execute] = proposedIn(printed);
    // Safe's Transaction Builder is given the same.
    const files = writeSafeFiles(path.join(folder, "chain-3"), anvil.chainId, description.accessManager, calls);
    const batches = files.map((file) => JSON.parse(fs.readFileSync(file, "utf8")) as SafeBatch);
    for (const [i, data] of [schedule, execute].entries()) {
      const { version, chainId, transactions } = batches[i];
      expect([version, chainId]).to.deep.equal(["1.0", "31337"]);
      expect(transactions.map(({ to, value, data: sent }) => [to, value, sent])).to.deep.equal([
        [description.accessManager, "0", data],
      ]);
      expect(batches[i].meta.description).to.include("registers chain 3 (EVM chain id 56)");
    }
    const send = async (data: string): Promise<void> => {
      await (await governor.sendTransaction({ to: description.accessManager, data })).wait();
    };
    await send(schedule);
    await rejection(provider.call({ to: description.accessManager, from: governor.address, data: execute }));
    expect(await chains.isRegistered(3)).to.equal(false);
    await mineAt((await now()) + TIMELOCK);
    await rejection(provider.call({ to: description.accessManager, from: stranger.address, data: execute }));
    await send(execute);
    expect(await chains.isRegistered(3)).to.equal(true);
    expect(await rollup.capOf(3, 7)).to.equal(5n);
    expect((await ordering.statusOf(3)).lease).to.equal(BigInt(HOUR));
    expect(await access.getNonce(await access.hashOperation(governor, calls[0].target, calls[0].data))).to.equal(1n);
  });

  it("what the configuration gains later is left to the governor, and done by the transactions that are proposed", async () => {
    // The records of what is deployed now are forgotten with the chain.
    const deployments = fs.mkdtempSync(path.join(folder, "later-"));
    for (const records of ["primary", "primary.json"]) {
      fs.cpSync(path.join(folder, records), path.join(deployments, records), { recursive: true });
    }
    const governance = { governor: governor.address, timelock: TIMELOCK, guardian: guardian.address };
    const [primary, ...others] = LOCAL.chains;
    const [peg] = primary.facilities as PeggedFacilityConfig[];
    const later: ChainConfig = {
      ...primary,
      gateways: ["test", "test", "test"],
      finality: 1200,
      tokens: [...primary.tokens, { address: token }],
      outflows: [...primary.outflows!, { token: 6, limit: "5000" }],
      facilities: [...primary.facilities!, { ...peg, name: "NEW", token: 6 }],
      operators: [deployer.address, STRANGER],
      requestFee: { base: "0.001", growth: "0.002" },
    };
    const options = optionsOf(deployments);
    fs.writeFileSync(options.configFile!, JSON.stringify({ ...LOCAL, governance, chains: [later, ...others] }));
    const run = async (...task: string[]): Promise<string> => (await runHardhat(task, options)).output;

    // What is left, and what differs until it is done.
    const { message } = await rejection(deployChain({ ...options, compile: false }));
    const kinds = [
      "a request costs 0.001, and 0.002 more for each 64 that wait",
      "facts are final after 1200 s",
      "adds gateway ",
      `lists token ${token} as 6`,
      "up to 5000 of token 6 leave within a day",
      `of NEW into the books, up to ${peg.ceiling} zUSD`,
      `allows operator ${STRANGER}`,
      "a guardian may call Facility_NEW.stopMinting",
    ];
    for (const kind of kinds) expect(message).to.match(new RegExp(`left to the governor: .*${kind}`));
    for (const field of ["facts.finality", "token 6", "outflow limit of token 6", "fee of a request, base"]) {
      expect(message).to.include(`${field}: expected`);
    }
    expect(message).to.include("npx hardhat propose-changes");

    const printed = await run("propose-changes", "--safe", path.join(deployments, "changes"));
    for (const kind of kinds) expect(printed).to.include(kind);
    for (const step of ["schedule", "execute"]) {
      const batch = JSON.parse(
        fs.readFileSync(path.join(deployments, `changes-primary-${step}.json`), "utf8"),
      ) as SafeBatch;
      for (const { to, data } of batch.transactions) await (await governor.sendTransaction({ to, data })).wait();
      if (step === "schedule") await mineAt((await now()) + TIMELOCK);
    }
    await deployChain({ ...options, compile: false });
    expect(await run("propose-changes")).to.include("All that may change at any time is as configured.");
    const vault = (await import("../../typechain-types")).Vault__factory.connect(description.vault, provider);
    expect((await vault.outflowOf(tokenId(1, 6))).limit).to.equal(5_000_000_000n);
    const { base, growth } = await vault.requestFees();
    expect([base, growth]).to.deep.equal([1_000_000n, 2_000_000n]);
  });

  it("circuits come and go from a batch on, by the transactions that are proposed", async () => {
    const options = optionsOf(folder);
    const { circuits, access } = contracts;
    const [{ id: circuit }] = description.circuits;
    const retire = (of: string, from: string): ReturnType<typeof runHardhat> =>
      runHardhat(["propose-circuit-retirement", "--id", of, "--from", from], options);

    expect((await runHardhat(["propose-circuits", "--from", "7"], options)).output).to.include(
      "The configured circuits are registered.",
    );
    for (const [of, from, reason] of [
      [circuit, "0", "from: must be above the latest batch, 0, got 0"],
      [id("another circuit"), "7", "id: no circuit 0x"],
      ["0x12", "7", 'id: must be 32 bytes in hexadecimal, got "0x12"'],
    ]) {
      const { code, output } = await retire(of, from);
      expect(code, output).to.equal(1);
      expect(output).to.include(reason);
    }

    const { output } = await retire(circuit, "7");
    const [schedule, execute] = proposedIn(output);
    await (await governor.sendTransaction({ to: access, data: schedule })).wait();
    await mineAt((await now()) + TIMELOCK);
    await (await governor.sendTransaction({ to: access, data: execute })).wait();
    expect((await circuits.circuitOf(circuit)).retiredFrom).to.equal(7n);
    expect((await retire(circuit, "9")).output).to.include(`id: circuit ${circuit} is retired from batch 7 on`);
  });

  it("what the governor schedules may be cancelled, and is forgotten after a week", async () => {
    const { access, ordering } = contracts;
    const asGovernor = access.connect(governor);
    const [kept, cancelled] = [STRANGER, stranger.address].map((operator) =>
      ordering.interface.encodeFunctionData("setOperator", [operator, true]),
    );
    for (const data of [kept, cancelled]) await (await asGovernor.schedule(ordering, data, 0)).wait();
    const scheduled = await now();
    await expect(access.connect(deployer).cancel.staticCall(governor, ordering, cancelled))
      .to.be.revertedWithCustomError(access, "AccessManagerUnauthorizedCancel")
      .withArgs(deployer.address, governor.address, ordering, cancelled.slice(0, 10));
    await (await asGovernor.cancel(governor, ordering, cancelled)).wait();
    await mineAt(scheduled + TIMELOCK);
    await expect(asGovernor.execute.staticCall(ordering, cancelled)).to.be.revertedWithCustomError(
      access,
      "AccessManagerNotScheduled",
    );
    await mineAt(scheduled + TIMELOCK + EXPIRATION);
    await expect(asGovernor.execute.staticCall(ordering, kept)).to.be.revertedWithCustomError(
      access,
      "AccessManagerExpired",
    );
  });

  it("says so, and changes nothing, when the administration is not as configured", async () => {
    const block = await provider.getBlockNumber();
    const withoutGovernor = await rejection(deploy({ governance: undefined }));
    expect(withoutGovernor.message)
      .to.include("chain primary is not as configured")
      .and.to.include(`administrator ${deployer.address}: expected true, is false`);
    const [primary, secondary] = LOCAL.chains;
    const another = await rejection(
      deploy({
        governance: { governor: STRANGER, timelock: DAY },
        chains: [
          { ...primary, requestFee: { base: "1", growth: "0" } },
          { ...secondary, lease: 2 * HOUR },
        ],
        forceDelay: HOUR,
      }),
    );
    for (const difference of [
      `administrator ${STRANGER}: expected true, is false`,
      `timelock: expected ${DAY}, is 0`,
      `lease of chain secondary: expected ${2 * HOUR}, is ${WEEK}`,
      `ordering.forceDelay: expected ${HOUR}, is ${DAY}`,
      "facts.finality: expected 0, is 900",
      `fee of a request, base: expected ${10n ** 18n}, is ${6_667n * 10n ** 9n}`,
      `fee of a request, growth: expected 0, is ${33_334n * 10n ** 9n}`,
    ]) {
      expect(another.message).to.include(difference);
    }
    expect(await provider.getBlockNumber()).to.equal(block);
  });

  it("a governor that is the deployer stays administrator, after the timelock only", async () => {
    const own = await startAnvil();
    const records = fs.mkdtempSync(path.join(os.tmpdir(), "causeway-governor-"));
    try {
      const configFile = path.join(records, "config.json");
      fs.writeFileSync(
        configFile,
        JSON.stringify({ ...LOCAL, governance: { governor: deployer.address, timelock: TIMELOCK } }),
      );
      const options = {
        network: "primary",
        rpcUrl: own.url,
        deployments: records,
        configFile,
        compile: false,
      } as const;
      const { accessManager } = await deployChain(options);
      const { AccessManager__factory } = await import("../../typechain-types");
      const reader = new JsonRpcProvider(own.url, own.chainId, { staticNetwork: true, cacheTimeout: -1 });
      const access = AccessManager__factory.connect(accessManager, reader);
      expect(await access.hasRole(ADMIN, deployer)).to.deep.equal([true, BigInt(TIMELOCK)]);
      reader.destroy();
      // Run again, the scripts have nothing to do.
      await deployChain(options);
    } finally {
      await own.stop();
      fs.rmSync(records, { recursive: true });
    }
  });
});
