import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { ethers } from "hardhat";
import { G1_INFINITY } from "../../protocol/crypto/curve";
import { genesisHash } from "../../protocol/witness/hashes";
import { type Chain, commit, deployChain, DOMAIN, PRIMARY, rollupConfig, SECONDARY, SIZE } from "../fixtures/contracts";

describe("G3: contracts are set up once, by who may", () => {
  const fixture = (): Promise<Chain> => deployChain({ index: SECONDARY });

  it("the vault is bound once, to a rollup that uses it", async () => {
    const { access, tokens, vault, rollup, facts, circuits, admin } = await loadFixture(fixture);
    await expect(vault.bindRollup(rollup)).to.be.revertedWithCustomError(vault, "Vault_AlreadyBound").withArgs(rollup);
    const fresh = await ethers.deployContract("Vault", [access, tokens, SECONDARY, SIZE.cellBits]);
    for (const wrong of [ZeroAddress, admin.address, await rollup.getAddress()]) {
      await expect(fresh.bindRollup(wrong)).to.be.revertedWithCustomError(fresh, "Vault_WrongRollup").withArgs(wrong);
    }
    const own = await ethers.deployContract("Rollup", [access, await rollupConfig({ vault: fresh, facts, circuits })]);
    await expect(fresh.bindRollup(own)).to.emit(fresh, "RollupBound").withArgs(own);
    expect(await fresh.rollup()).to.equal(own);
  });

  it("the vault checks its chain and its size, and keeps them", async () => {
    const { access, tokens } = await loadFixture(fixture);
    const factory = await ethers.getContractFactory("Vault");
    for (const chain of [0, 64, 255]) {
      await expect(factory.deploy(access, tokens, chain, 16))
        .to.be.revertedWithCustomError(factory, "Vault_InvalidChain")
        .withArgs(chain);
    }
    for (const cellBits of [0, 2, 25, 255]) {
      await expect(factory.deploy(access, tokens, 1, cellBits))
        .to.be.revertedWithCustomError(factory, "Vault_InvalidCellBits")
        .withArgs(cellBits);
    }
    for (const [chain, cellBits] of [
      [1, 3],
      [63, 24],
    ]) {
      const vault = await factory.deploy(access, tokens, chain, cellBits);
      expect(await vault.chainIndex()).to.equal(chain);
      expect(await vault.cellBits()).to.equal(cellBits);
      expect(await vault.tokens()).to.equal(tokens);
    }
  });

  it("the rollup keeps what it was made with, and takes chain and size from the vault", async () => {
    const { rollup, vault, facts, circuits } = await loadFixture(fixture);
    const config = await rollupConfig({ vault, facts, circuits });
    expect(await rollup.domain()).to.equal(DOMAIN);
    expect(await rollup.chainIndex()).to.equal(SECONDARY);
    expect(await rollup.primaryChain()).to.equal(PRIMARY);
    expect(await rollup.cellBits()).to.equal(SIZE.cellBits);
    expect(await rollup.vault()).to.equal(vault);
    expect(await rollup.facts()).to.equal(facts);
    expect(await rollup.circuits()).to.equal(circuits);
    expect(await rollup.tauG2()).to.deep.equal(config.tauG2);
    const { x, y } = config.genesis;
    expect(await rollup.commitment()).to.deep.equal([x, y]);
    // Before any batch's, and not 0, so that the first batch need not pay for a new storage slot.
    expect(await rollup.timestamp()).to.equal(1);
    expect(await rollup.number()).to.equal(0);
    expect(await rollup.batchHash(0)).to.equal(genesisHash(DOMAIN, config.genesis));
  });

  it("the rollup checks its domain, primary chain, SRS and genesis", async () => {
    const { access, vault, facts, circuits } = await loadFixture(fixture);
    const factory = await ethers.getContractFactory("Rollup");
    const config = await rollupConfig({ vault, facts, circuits });
    const deploy = (changes: Partial<typeof config>) => factory.deploy(access, { ...config, ...changes });
    for (const domain of [0n, 2n ** 160n, ethers.MaxUint256]) {
      await expect(deploy({ domain })).to.be.revertedWithCustomError(factory, "Rollup_InvalidDomain").withArgs(domain);
    }
    for (const primaryChain of [0, 64]) {
      await expect(deploy({ primaryChain }))
        .to.be.revertedWithCustomError(factory, "Rollup_InvalidChain")
        .withArgs(primaryChain);
    }
    await expect(deploy({ tauG2: [0n, 0n, 0n, 0n] })).to.be.revertedWithCustomError(factory, "Rollup_InvalidSrs");
    const [x1, x0, y1, y0] = config.tauG2;
    const invalid = [
      { tauG2: [x0, x1, y0, y1] as [bigint, bigint, bigint, bigint] },
      { tauG2: [x1, x0, y1, y0 + 1n] as [bigint, bigint, bigint, bigint] },
      ...[0, 1, 2, 3].map((at) => ({ tauG2: [0n, 0n, 0n, 0n].with(at, 1n) as [bigint, bigint, bigint, bigint] })),
      { genesis: { x: 1n, y: 1n } },
    ];
    const library = await ethers.getContractFactory("LibraryHarness");
    for (const changes of invalid) {
      await expect(deploy(changes)).to.be.revertedWithCustomError(library, "BN254_InvalidPoint");
    }
    expect(await (await deploy({ genesis: G1_INFINITY, domain: 2n ** 160n - 1n })).commitment()).to.deep.equal([
      0n,
      0n,
    ]);
    expect(await commit(1n)).to.deep.equal(config.genesis);
  });
});
