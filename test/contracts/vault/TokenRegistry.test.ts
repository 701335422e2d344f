import { loadFixture, setStorageAt } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { toBeHex, ZeroAddress } from "ethers";
import { ethers } from "hardhat";
import { deployChain, NATIVE } from "../../fixtures/contracts";

describe("TokenRegistry", () => {
  async function fixture() {
    const { tokens } = await deployChain();
    const token = await ethers.deployContract("MockToken", ["USD", 6]);
    return { tokens, token };
  }

  it("numbers tokens in order, both ways, from 1", async () => {
    const { tokens, token } = await loadFixture(fixture);
    expect(await tokens.find(token)).to.deep.equal([0n, false]);
    await expect(tokens.list(token)).to.emit(tokens, "TokenListed").withArgs(1, token, 6);
    await expect(tokens.list(NATIVE)).to.emit(tokens, "TokenListed").withArgs(2, NATIVE, 18);
    expect(await tokens.count()).to.equal(2);
    expect(await tokens.find(token)).to.deep.equal([1n, true]);
    expect(await tokens.find(NATIVE)).to.deep.equal([2n, true]);
    expect(await tokens.tokenOf(1)).to.equal(token);
    expect(await tokens.tokenOf(2)).to.equal(NATIVE);
    expect(await tokens.tokenOf(0)).to.equal(ZeroAddress);
    expect(await tokens.tokenOf(3)).to.equal(ZeroAddress);
  });

  it("V9: keeps the decimals of the listing, whatever the token says later", async () => {
    const { tokens } = await loadFixture(fixture);
    for (const [i, decimals] of [0, 6, 8, 18, 24].entries()) {
      const token = await ethers.deployContract("MockToken", ["T", decimals]);
      await tokens.list(token);
      await token.setDecimals(99);
      expect(await tokens.decimalsOf(i + 1)).to.equal(decimals);
    }
  });

  it("V2: refuses the zero address and a token listed before, delisted or not", async () => {
    const { tokens, token } = await loadFixture(fixture);
    await expect(tokens.list(ZeroAddress)).to.be.revertedWithCustomError(tokens, "TokenRegistry_ZeroToken");
    await tokens.list(token);
    await expect(tokens.list(token))
      .to.be.revertedWithCustomError(tokens, "TokenRegistry_AlreadyListed")
      .withArgs(token);
    await tokens.delist(1);
    await expect(tokens.list(token)).to.be.revertedWithCustomError(tokens, "TokenRegistry_AlreadyListed");
  });

  it("V3: refuses addresses without code or without decimals", async () => {
    const { tokens } = await loadFixture(fixture);
    const [, someone] = await ethers.getSigners();
    for (const address of [someone.address, "0x0000000000000000000000000000000000000004"]) {
      await expect(tokens.list(address))
        .to.be.revertedWithCustomError(tokens, "TokenRegistry_NoCode")
        .withArgs(address);
    }
    await expect(tokens.list(tokens)).to.be.reverted;
  });

  it("delists once: the number stays", async () => {
    const { tokens, token } = await loadFixture(fixture);
    await tokens.list(token);
    await expect(tokens.delist(1)).to.emit(tokens, "TokenDelisted").withArgs(1, token);
    expect(await tokens.find(token)).to.deep.equal([1n, false]);
    expect(await tokens.tokenOf(1)).to.equal(token);
    for (const id of [0, 1, 2]) {
      await expect(tokens.delist(id)).to.be.revertedWithCustomError(tokens, "TokenRegistry_NotListed").withArgs(id);
    }
  });

  it("is full after 1023 tokens", async () => {
    const { tokens, token } = await loadFixture(fixture);
    // `count` shares slot 0 with the authority, which takes the low 168 bits.
    const slot = BigInt(await ethers.provider.getStorage(tokens, 0));
    await setStorageAt(await tokens.getAddress(), 0, toBeHex(slot | (1022n << 168n), 32));
    expect(await tokens.count()).to.equal(1022);
    await tokens.list(NATIVE);
    expect(await tokens.find(NATIVE)).to.deep.equal([1023n, true]);
    await expect(tokens.list(token)).to.be.revertedWithCustomError(tokens, "TokenRegistry_Full");
  });
});
