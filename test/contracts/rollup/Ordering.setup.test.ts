import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import type { Ordering } from "../../../typechain-types";
import {
  type Chain,
  deployChain,
  FORCE_DELAY,
  impersonate,
  LEASE,
  makeBatch,
  PRIMARY,
  rollupConfig,
  SECONDARY,
  submit,
} from "../../fixtures/contracts";

const HOUR = 3600;
const WEEK = 7 * 24 * HOUR;
const NEVER = ethers.MaxUint256;

describe("G3: Ordering is set up once, and within bounds", () => {
  async function fixture() {
    const chain = await deployChain();
    const ordering = chain.ordering as Ordering;
    const fresh = await ethers.deployContract("Ordering", [chain.access, FORCE_DELAY]);
    const { vault, facts, circuits, access } = chain;
    const config = await rollupConfig({ vault, facts, circuits, ordering: fresh });
    const rollup = await ethers.deployContract("Rollup", [access, config]);
    const [, , stranger] = await ethers.getSigners();
    return { ...chain, chain, ordering, fresh, freshRollup: rollup, stranger };
  }

  describe("the force delay", () => {
    it("is refused below an hour and above seven days", async () => {
      const { access } = await loadFixture(fixture);
      const factory = await ethers.getContractFactory("Ordering");
      for (const delay of [0, HOUR - 1, WEEK + 1, 2n ** 64n - 1n]) {
        await expect(factory.deploy(access, delay))
          .to.be.revertedWithCustomError(factory, "Ordering_InvalidForceDelay")
          .withArgs(delay);
      }
    });

    it("is taken between, and kept", async () => {
      const { access, ordering } = await loadFixture(fixture);
      for (const delay of [HOUR, HOUR + 1, WEEK]) {
        const made = await ethers.deployContract("Ordering", [access, delay]);
        expect(await made.forceDelay()).to.equal(delay);
        expect(await made.authority()).to.equal(access);
        expect(await made.rollup()).to.equal(ZeroAddress);
        expect(await made.leased()).to.equal(0);
      }
      expect(await ordering.forceDelay()).to.equal(FORCE_DELAY);
    });
  });

  describe("bindRollup", () => {
    it("binds the rollup that uses it, once", async () => {
      const { fresh, freshRollup } = await loadFixture(fixture);
      await expect(fresh.bindRollup(freshRollup)).to.emit(fresh, "RollupBound").withArgs(freshRollup);
      expect(await fresh.rollup()).to.equal(freshRollup);
      for (const again of [await freshRollup.getAddress(), ZeroAddress]) {
        await expect(fresh.bindRollup(again))
          .to.be.revertedWithCustomError(fresh, "Ordering_AlreadyBound")
          .withArgs(freshRollup);
      }
    });

    it("refuses an address without code, and a rollup with another ordering or none", async () => {
      const { fresh, rollup, stranger, vault } = await loadFixture(fixture);
      const secondary = await deployChain({ index: SECONDARY });
      const wrong = [ZeroAddress, stranger.address, await rollup.getAddress(), await secondary.rollup.getAddress()];
      for (const address of wrong) {
        await expect(fresh.bindRollup(address))
          .to.be.revertedWithCustomError(fresh, "Ordering_WrongRollup")
          .withArgs(address);
      }
      // A contract that is no rollup at all.
      await expect(fresh.bindRollup(await vault.getAddress())).to.be.reverted;
      expect(await fresh.rollup()).to.equal(ZeroAddress);
    });

    it("before it nothing is admitted, posted or acknowledged, and no chain gets a lease", async () => {
      const { chain, fresh, admin } = await loadFixture(fixture);
      for (const index of [PRIMARY, SECONDARY]) {
        await expect(fresh.setLease(index, LEASE)).to.be.revertedWithCustomError(fresh, "Ordering_NotBound");
      }
      await expect(fresh.admit(admin, 0, 0, 0, []))
        .to.be.revertedWithCustomError(fresh, "Ordering_NotRollup")
        .withArgs(admin.address);
      for (const index of [0, SECONDARY]) {
        await expect(fresh.post(index, [[0n, 0n, 0n]], [], 0), `chain ${index}`).to.be.reverted;
      }
      const { circuit, words, newCommitment } = await makeBatch(chain);
      const batch = { circuit, header: words[0], previousHash: ZeroHash, newCommitment, wordsHash: ZeroHash };
      await expect(fresh.acknowledge(SECONDARY, batch)).to.be.reverted;
    });
  });

  describe("setLease", () => {
    it("refuses leases below an hour and above seven days, of a new chain and of one that has a lease", async () => {
      const { ordering } = await loadFixture(fixture);
      const refuses = async () => {
        for (const lease of [0, HOUR - 1, WEEK + 1, 2 ** 32 - 1]) {
          await expect(ordering.setLease(SECONDARY, lease))
            .to.be.revertedWithCustomError(ordering, "Ordering_InvalidLease")
            .withArgs(lease);
        }
      };
      await refuses();
      expect((await ordering.statusOf(SECONDARY)).lease).to.equal(0);
      for (const lease of [HOUR, WEEK]) {
        await expect(ordering.setLease(SECONDARY, lease)).to.emit(ordering, "LeaseSet").withArgs(SECONDARY, lease);
        expect((await ordering.statusOf(SECONDARY)).lease).to.equal(lease);
      }
      await refuses();
    });

    it("refuses chains that are no index, and the primary", async () => {
      const { ordering } = await loadFixture(fixture);
      for (const index of [0, PRIMARY, 64, 65, 128, 255]) {
        await expect(ordering.setLease(index, LEASE))
          .to.be.revertedWithCustomError(ordering, "Ordering_InvalidChain")
          .withArgs(index);
      }
      expect(await ordering.leased()).to.equal(0);
    });

    it("knows the primary by its rollup, whatever its index", async () => {
      const { ordering } = await deployChain({ index: 63, primaryChain: 63 });
      if (!ordering) throw new Error("a primary chain has an ordering");
      await expect(ordering.setLease(63, LEASE)).to.be.revertedWithCustomError(ordering, "Ordering_InvalidChain");
      await ordering.setLease(PRIMARY, LEASE);
      expect(await ordering.leased()).to.equal(2n);
    });

    it("a new chain counts as having acknowledged now", async () => {
      const { ordering } = await loadFixture(fixture);
      const now = (await time.latest()) + 1000;
      await time.setNextBlockTimestamp(now);
      await ordering.setLease(SECONDARY, LEASE);
      expect(await ordering.statusOf(SECONDARY)).to.deep.equal([BigInt(now), BigInt(LEASE), 0n, 0n, 0n]);
      expect(await ordering.statusOf(3)).to.deep.equal([0n, 0n, 0n, 0n, 0n]);
    });

    it("another lease keeps the acknowledgement", async () => {
      const { ordering } = await loadFixture(fixture);
      await ordering.setLease(SECONDARY, LEASE);
      const { acknowledged } = await ordering.statusOf(SECONDARY);
      await time.increase(5 * HOUR);
      for (const lease of [HOUR, 2 * HOUR, LEASE, LEASE]) {
        await ordering.setLease(SECONDARY, lease);
        expect(await ordering.statusOf(SECONDARY)).to.deep.equal([acknowledged, BigInt(lease), 0n, 0n, 0n]);
      }
    });

    it("keeps a mask of the chains with a lease", async () => {
      const { ordering } = await loadFixture(fixture);
      let mask = 0n;
      for (const index of [63, 2, 40, 2]) {
        await ordering.setLease(index, LEASE);
        mask |= 1n << BigInt(index);
        expect(await ordering.leased()).to.equal(mask);
      }
    });
  });

  it("R12: operators are allowed and forbidden one by one", async () => {
    const { ordering, operator, stranger } = await loadFixture(fixture);
    const areOperators = async () => [await ordering.isOperator(operator), await ordering.isOperator(stranger)];
    expect(await areOperators()).to.deep.equal([true, false]);
    await expect(ordering.setOperator(stranger, true))
      .to.emit(ordering, "OperatorSet")
      .withArgs(stranger.address, true);
    expect(await areOperators()).to.deep.equal([true, true]);
    await ordering.setOperator(operator, false);
    expect(await areOperators()).to.deep.equal([false, true]);
    await ordering.setOperator(operator, false);
    expect(await areOperators()).to.deep.equal([false, true]);
  });

  it("only the rollup may ask it to admit a batch", async () => {
    const { chain, ordering, access, vault, facts, admin, operator, stranger, freshRollup } =
      await loadFixture(fixture);
    const now = await time.latest();
    const taken = [{ chain: PRIMARY, count: 1 }];
    const contracts = [access, vault, facts, ordering, freshRollup];
    const others = await Promise.all(contracts.map(async (contract) => impersonate(await contract.getAddress())));
    for (const caller of [admin, operator, stranger, ...others]) {
      await expect(ordering.connect(caller).admit(operator, now, 0, 4, taken))
        .to.be.revertedWithCustomError(ordering, "Ordering_NotRollup")
        .withArgs(caller.address);
    }
    expect((await ordering.statusOf(PRIMARY)).consumed).to.equal(0);
    await expect(submit(chain, await makeBatch(chain))).to.emit(chain.rollup, "BatchAccepted");
  });

  it("knows no requests at first", async () => {
    const { ordering } = await loadFixture(fixture);
    await ordering.setLease(SECONDARY, LEASE);
    for (const suspended of [0n, 4n, 2n ** 64n - 1n]) expect(await ordering.oldestKnown(suspended)).to.equal(NEVER);
    await expect(ordering.postOf(PRIMARY, 0)).to.be.reverted;
  });

  describe("Rollup's constructor", () => {
    async function rollups() {
      const primary = await deployChain();
      const secondary = await deployChain({ index: SECONDARY });
      const factory = await ethers.getContractFactory("Rollup");
      const deploy = async (chain: Chain, changes: Partial<Awaited<ReturnType<typeof rollupConfig>>>) =>
        factory.deploy(chain.access, { ...(await rollupConfig(chain)), ...changes });
      return { primary, secondary, factory, deploy };
    }

    it("refuses the primary chain without an ordering", async () => {
      const { primary, secondary, factory, deploy } = await loadFixture(rollups);
      for (const refused of [
        () => deploy(primary, { ordering: ZeroAddress }),
        () => deploy(secondary, { primaryChain: SECONDARY }),
      ]) {
        await expect(refused()).to.be.revertedWithCustomError(factory, "Rollup_InvalidOrdering").withArgs(ZeroAddress);
      }
    });

    it("refuses another chain with an ordering", async () => {
      const { primary, secondary, factory, deploy } = await loadFixture(rollups);
      const ordering = primary.ordering as Ordering;
      for (const refused of [
        () => deploy(secondary, { ordering }),
        () => deploy(primary, { ordering, primaryChain: SECONDARY }),
      ]) {
        await expect(refused()).to.be.revertedWithCustomError(factory, "Rollup_InvalidOrdering").withArgs(ordering);
      }
    });

    it("takes an ordering on the primary chain, and none on another, and keeps that", async () => {
      const { primary, secondary, deploy } = await loadFixture(rollups);
      const ordering = primary.ordering as Ordering;
      expect(await (await deploy(primary, { ordering })).ordering()).to.equal(ordering);
      expect(await (await deploy(secondary, { ordering: ZeroAddress })).ordering()).to.equal(ZeroAddress);
      expect(await (await deploy(secondary, { ordering, primaryChain: SECONDARY })).ordering()).to.equal(ordering);
    });
  });
});
