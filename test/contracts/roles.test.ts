import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import type { BaseContract, ContractTransactionResponse } from "ethers";
import { ethers } from "hardhat";
import { ZUSD } from "../../protocol/spec";
import { outboxHash } from "../../protocol/witness/hashes";
import type { Ordering } from "../../typechain-types";
import { CIRCUIT, circuitOf, deployChain, FORCE_DELAY, payment, SECONDARY } from "../fixtures/contracts";
import { PARAMETERS as DISCOUNTED_PARAMETERS, PRICE } from "../fixtures/pcd";
import { PARAMETERS } from "../fixtures/pegged";

/** Roles as AccessManager numbers them: 0 is the administrator; the others stand for any that a deployment defines. */
const ADMIN = 0n;
const ROLES = [1n, 2n, 3n];
const RETIRED = 40;

describe("G1: role × function", () => {
  async function fixture() {
    const chain = await deployChain();
    const remote = await deployChain({ index: SECONDARY });
    const { access, admin, operator, chains, tokens, circuits, facts, rollup, verifier } = chain;
    const ordering = chain.ordering as Ordering;
    const [, , stranger, ...holders] = await ethers.getSigners();
    for (const [i, role] of ROLES.entries()) await access.grantRole(role, holders[i], 0);
    await chains.register(RETIRED, 1n, tokens);
    await facts.addGateway(await ethers.deployContract("MockGateway"));
    const token = await ethers.deployContract("MockToken", ["USD", 6]);
    const gateway = await ethers.deployContract("MockGateway");
    const listed = await ethers.deployContract("MockToken", ["EUR", 6]);
    await tokens.list(listed);
    const freshVault = await ethers.deployContract("Vault", [access, tokens, 1, 16]);
    const freshFacts = await ethers.deployContract("Facts", [access, chains, 1]);
    const freshOrdering = await ethers.deployContract("Ordering", [access, FORCE_DELAY]);
    const config = {
      domain: 1n,
      primaryChain: 1,
      vault: freshVault,
      facts: freshFacts,
      circuits,
      tauG2: [...(await rollup.tauG2())] as [bigint, bigint, bigint, bigint],
      genesis: { x: 1n, y: 2n },
      ordering: freshOrdering,
    };
    const freshRollup = await ethers.deployContract("Rollup", [access, config]);

    // Books with a surplus of 5, whose facilities are held by their own voices; and books without a zUSD yet.
    const books = await ethers.deployContract("Books", [access]);
    await books.bindZusd(await ethers.deployContract("Zusd", [books, freshVault]));
    const source = await ethers.deployContract("MockPriceSource");
    const pegged = await ethers.deployContract("PeggedFacility", [access, books, token, source, PARAMETERS]);
    const price = await ethers.deployContract("MockPrice", [PRICE, PRICE]);
    const discounted = await ethers.deployContract("DiscountedFacility", [
      access,
      books,
      token,
      price,
      PRICE,
      DISCOUNTED_PARAMETERS,
    ]);
    const shares = await ethers.deployContract("MockShareVault", [token, 0]);
    await token.mint(admin, 1000n);
    await token.approve(shares, 1000n);
    await shares.deposit(1000n, admin);
    const sharePrice = await ethers.deployContract("SharePrice", [access, shares, price, await books.zusd(), 0, 0, 1]);
    const added = await ethers.deployContract("MockFacility", [books, listed, 1]);
    const another = await ethers.deployContract("MockFacility", [books, gateway, 1]);
    const surplus = await ethers.deployContract("MockFacility", [books, gateway, 2]);
    for (const facility of [added, surplus]) await books.add(facility, 100n);
    await surplus.earn(5n);
    const freshBooks = await ethers.deployContract("Books", [access]);
    const freshZusd = await ethers.deployContract("Zusd", [freshBooks, freshVault]);

    await freshVault.setRequestFee(3, 0);
    await freshVault.setKey(1, 0, { value: await freshVault.requestFee() });

    // A vault whose administrator may decide who gets what is held.
    const payments = [payment(ZUSD, stranger.address, 9n)];
    const heldVault = await ethers.deployContract("Vault", [access, tokens, 1, 16]);
    const ordersAnything = await ethers.deployContract("MockRollup", [heldVault]);
    await heldVault.bindRollup(ordersAnything);
    await heldVault.setOutflowLimit(ZUSD, 1n);
    await ordersAnything.enqueueOutbox(1n, outboxHash(payments));
    await heldVault.pay(1n, payments, ethers.ZeroHash);
    await heldVault.holdPayments(1n, 1n);
    await time.increase((await heldVault.HOLD()) - (await heldVault.DECISION()));

    /** Every restricted function, with arguments that it takes when the caller may call it. */
    const functions: [BaseContract, string, unknown[]][] = [
      [chains, "register", [9, 1n, remote.facts]],
      [chains, "retire", [RETIRED]],
      [tokens, "list", [token]],
      [tokens, "delist", [1]],
      [circuits, "register", [ethers.id("new"), circuitOf(verifier, { queueOps: 2, signedOps: 4 })]],
      [facts, "addGateway", [gateway]],
      [facts, "removeGateway", [chain.gateways[0]]],
      [facts, "setFrozen", [5, true]],
      [facts, "setThreshold", [1]],
      [facts, "setFinality", [900]],
      [freshFacts, "bindRollup", [freshRollup]],
      [freshVault, "bindRollup", [freshRollup]],
      [circuits, "retire", [CIRCUIT, 9]],
      [ordering, "setOperator", [stranger, true]],
      [ordering, "setLease", [9, 3600]],
      [freshOrdering, "bindRollup", [freshRollup]],
      [rollup, "setCap", [SECONDARY, 5n, 1n]],
      [freshBooks, "bindZusd", [freshZusd]],
      [books, "add", [another, 7n]],
      [books, "setCeiling", [added, 8n]],
      [books, "remove", [added]],
      [books, "setShare", [2_000n]],
      [books, "withdrawSurplus", [stranger, 3n]],
      [pegged, "stopMinting", []],
      [pegged, "startMinting", []],
      [pegged, "setParameters", [PARAMETERS]],
      [discounted, "stopMinting", []],
      [discounted, "startMinting", []],
      [discounted, "setParameters", [DISCOUNTED_PARAMETERS]],
      [sharePrice, "accept", [1n]],
      [freshVault, "bindBooks", [books]],
      [freshVault, "setOutflowLimit", [1, 5n]],
      [chain.vault, "holdPayments", [0n, 0n]],
      [heldVault, "redirectPayment", [1n, stranger, ZUSD, stranger]],
      [freshVault, "setRequestFee", [1n, 2n]],
      [freshVault, "collectRequestFees", [stranger]],
    ];
    const pcd = [books, pegged, discounted, sharePrice] as const;
    return { chain, access, admin, operator, stranger, holders: holders.slice(0, ROLES.length), functions, pcd };
  }

  type Caller = { address: string };
  const call = (contract: BaseContract, name: string, args: unknown[], caller: Caller) =>
    contract.connect(caller as never).getFunction(name)(...args) as Promise<ContractTransactionResponse>;

  it("each restricted function is refused to strangers, operators, the contracts' users and every other role", async () => {
    const { functions, stranger, operator, holders } = await loadFixture(fixture);
    for (const [contract, name, args] of functions) {
      for (const caller of [stranger, operator, ...holders]) {
        await expect(call(contract, name, args, caller), name)
          .to.be.revertedWithCustomError(contract, "AccessManagedUnauthorized")
          .withArgs(caller.address);
      }
    }
  });

  it("each is open to the administrator, until it is given to a role, and then to that role alone", async () => {
    const { access, functions, admin, holders } = await loadFixture(fixture);
    for (const [i, [contract, name, args]] of functions.entries()) {
      const snapshot = await ethers.provider.send("evm_snapshot", []);
      await call(contract, name, args, admin);
      await ethers.provider.send("evm_revert", [snapshot]);

      const role = i % ROLES.length;
      const selector = contract.interface.getFunction(name)!.selector;
      await access.setTargetFunctionRole(contract, [selector], ROLES[role]);
      for (const caller of [admin, ...holders.toSpliced(role, 1)]) {
        await expect(call(contract, name, args, caller), name)
          .to.be.revertedWithCustomError(contract, "AccessManagedUnauthorized")
          .withArgs(caller.address);
      }
      await call(contract, name, args, holders[role]);
    }
  });

  it("covers every restricted function there is", async () => {
    const { functions } = await loadFixture(fixture);
    const covered = new Set(functions.map(([contract, name]) => contract.interface.getFunction(name)!.selector));
    for (const source of [
      "ChainRegistry",
      "TokenRegistry",
      "CircuitRegistry",
      "Facts",
      "Vault",
      "Rollup",
      "Ordering",
      "Books",
      "PeggedFacility",
      "DiscountedFacility",
      "SharePrice",
      "CurvePrice",
    ]) {
      const { interface: abi } = await ethers.getContractFactory(source);
      const open = OPEN[source] ?? [];
      abi.forEachFunction((fragment) => {
        if (fragment.constant || open.includes(fragment.name)) return;
        expect(covered.has(fragment.selector), `${source}.${fragment.name}`).to.equal(true);
      });
    }
  });

  it("the authority is changed by itself only", async () => {
    const { chain, admin, stranger, pcd } = await loadFixture(fixture);
    const { chains, tokens, circuits, facts, vault, rollup } = chain;
    for (const contract of [chains, tokens, circuits, facts, vault, rollup, ...pcd]) {
      for (const caller of [admin, stranger]) {
        await expect(call(contract, "setAuthority", [stranger], caller)).to.be.revertedWithCustomError(
          contract,
          "AccessManagedUnauthorized",
        );
      }
      expect(await contract.getFunction("authority")()).to.equal(chain.access.target);
    }
  });

  it("G6: a guardian stops minting, and nothing else; only the administrator starts it again", async () => {
    const { access, pcd, holders } = await loadFixture(fixture);
    const [, pegged] = pcd;
    const [guardian] = holders;
    await access.setTargetFunctionRole(pegged, [pegged.interface.getFunction("stopMinting").selector], ROLES[0]);
    await call(pegged, "stopMinting", [], guardian);
    for (const [name, args] of [
      ["startMinting", []],
      ["setParameters", [PARAMETERS]],
    ] as const) {
      await expect(call(pegged, name, [...args], guardian), name)
        .to.be.revertedWithCustomError(pegged, "AccessManagedUnauthorized")
        .withArgs(guardian.address);
    }
  });

  it("X12: with a delay for the administrator, gateways and thresholds change after it only", async () => {
    const { access, chain } = await loadFixture(fixture);
    const [, , , , , , timelocked] = await ethers.getSigners();
    const delay = 30 * 24 * 3600;
    await access.grantRole(ADMIN, timelocked, delay);
    const gateway = await ethers.deployContract("MockGateway");
    const facts = chain.facts.connect(timelocked);
    const changes = [
      ["addGateway", [await gateway.getAddress()], "GatewayAdded"],
      ["removeGateway", [chain.gateways[0].target], "GatewayRemoved"],
      ["setThreshold", [1], "ThresholdSet"],
      ["setFinality", [900], "FinalitySet"],
    ] as const;
    for (const [name, args, event] of changes) {
      const change = () => call(facts, name, [...args], timelocked);
      await expect(change(), name).to.be.revertedWithCustomError(access, "AccessManagerNotScheduled");
      const data = facts.interface.encodeFunctionData(name as "setThreshold", [...args] as [number]);
      await access.connect(timelocked).schedule(facts, data, 0);
      await expect(change(), name).to.be.revertedWithCustomError(access, "AccessManagerNotReady");
      await ethers.provider.send("evm_increaseTime", [delay]);
      await expect(change(), name).to.emit(facts, event);
    }
  });
});

/** Functions that anyone may call or that know their callers themselves, and AccessManaged's own, which another test covers. */
const OPEN: Record<string, string[]> = {
  ChainRegistry: ["setAuthority"],
  Ordering: ["setAuthority", "acknowledge", "post", "forget", "admit"],
  TokenRegistry: ["setAuthority"],
  CircuitRegistry: ["setAuthority"],
  Facts: ["setAuthority", "record", "publish", "receiveMessage"],
  DiscountedFacility: ["setAuthority", "open", "add", "borrow", "repay", "withdraw", "liquidate", "redeem", "touch"],
  SharePrice: ["setAuthority", "poke"],
  CurvePrice: ["setAuthority", "poke"],
  Vault: [
    "setAuthority",
    "deposit",
    "depositWithPermit",
    "depositOnCredit",
    "swap",
    "swapWithPermit",
    "payMint",
    "setKey",
    "exit",
    "pay",
    "payDelayed",
    "claim",
    "claimFor",
    "consume",
    "enqueueOutbox",
    "redeemWaiting",
    "releaseWaiting",
    "redeemFor",
  ],
  Books: ["setAuthority", "issue", "retire", "writeOff", "earn", "setImpaired", "cover"],
  PeggedFacility: ["setAuthority", "mint", "mintByCall", "redeem", "sync", "bookFees"],
  Rollup: ["setAuthority", "submitBatch", "followBatch"],
};
