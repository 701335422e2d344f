import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { concat, toBeHex, ZeroAddress } from "ethers";
import { deployChain, interoperableAddress } from "../../fixtures/contracts";

const REMOTE = "0x1111111111111111111111111111111111111111";
const OTHER = "0x2222222222222222222222222222222222222222";

describe("ChainRegistry", () => {
  async function fixture() {
    return { chains: (await deployChain()).chains };
  }

  it("keeps a chain's remote as ERC-7930 bytes, both ways", async () => {
    const { chains } = await loadFixture(fixture);
    for (const [chain, id] of [
      [1, 1n],
      [2, 137n],
      [62, 31337n],
      [63, 2n ** 256n - 1n],
    ] as const) {
      expect(await chains.isRegistered(chain)).to.equal(false);
      await expect(chains.register(chain, id, REMOTE))
        .to.emit(chains, "ChainRegistered")
        .withArgs(chain, id, REMOTE);
      const bytes = interoperableAddress(id, REMOTE);
      expect(await chains.remoteOf(chain)).to.equal(bytes);
      expect(await chains.chainOf(bytes)).to.equal(chain);
      expect(await chains.isRegistered(chain)).to.equal(true);
    }
  });

  it("X5: takes no other encoding, chain or address for it", async () => {
    const { chains } = await loadFixture(fixture);
    await chains.register(5, 137n, REMOTE);
    const others = [
      "0x",
      interoperableAddress(138n, REMOTE),
      interoperableAddress(137n, OTHER),
      // A leading zero of the chain id, a trailing byte, another chain type, another version.
      concat(["0x00010000", "0x02", "0x0089", "0x14", REMOTE]),
      concat([interoperableAddress(137n, REMOTE), "0x00"]),
      concat(["0x00010002", "0x01", toBeHex(137n), "0x14", REMOTE]),
      concat(["0x00020000", "0x01", toBeHex(137n), "0x14", REMOTE]),
    ];
    for (const bytes of others) expect(await chains.chainOf(bytes), bytes).to.equal(0);
  });

  it("takes a chain out for good", async () => {
    const { chains } = await loadFixture(fixture);
    for (const chain of [1, 5, 63]) await chains.register(chain, BigInt(chain), REMOTE);
    expect(await chains.registered()).to.equal((1n << 1n) | (1n << 5n) | (1n << 63n));
    await expect(chains.retire(5)).to.emit(chains, "ChainRetired").withArgs(5);
    expect(await chains.registered()).to.equal((1n << 1n) | (1n << 63n));
    expect(await chains.isRegistered(5)).to.equal(false);
    expect(await chains.chainOf(interoperableAddress(5n, REMOTE))).to.equal(0);
    expect(await chains.chainOf(interoperableAddress(63n, REMOTE))).to.equal(63);
    await expect(chains.remoteOf(5)).to.be.revertedWithCustomError(chains, "ChainRegistry_NotRegistered").withArgs(5);
    await expect(chains.retire(5)).to.be.revertedWithCustomError(chains, "ChainRegistry_NotRegistered").withArgs(5);
    // Nobody gets its index, and with it what was reported of it; its remote may speak for another.
    await expect(chains.register(5, 7n, OTHER))
      .to.be.revertedWithCustomError(chains, "ChainRegistry_Retired")
      .withArgs(5);
    await expect(chains.register(6, 5n, REMOTE))
      .to.emit(chains, "ChainRegistered")
      .withArgs(6, 5n, REMOTE);
  });

  it("refuses indices out of 1..63, zero remotes, and to change or share an entry", async () => {
    const { chains } = await loadFixture(fixture);
    for (const chain of [0, 64, 255]) {
      await expect(chains.register(chain, 1n, REMOTE))
        .to.be.revertedWithCustomError(chains, "ChainRegistry_InvalidChain")
        .withArgs(chain);
    }
    await expect(chains.register(2, 0n, REMOTE)).to.be.revertedWithCustomError(chains, "ChainRegistry_ZeroRemote");
    await expect(chains.register(2, 1n, ZeroAddress)).to.be.revertedWithCustomError(chains, "ChainRegistry_ZeroRemote");
    await chains.register(2, 1n, REMOTE);
    await expect(chains.register(2, 1n, OTHER))
      .to.be.revertedWithCustomError(chains, "ChainRegistry_AlreadyRegistered")
      .withArgs(2);
    await expect(chains.register(3, 1n, REMOTE))
      .to.be.revertedWithCustomError(chains, "ChainRegistry_RemoteTaken")
      .withArgs(2);
  });

  it("X4: an uninitialised peer has no address and speaks for nobody", async () => {
    const { chains } = await loadFixture(fixture);
    for (const chain of [0, 7]) {
      await expect(chains.remoteOf(chain))
        .to.be.revertedWithCustomError(chains, "ChainRegistry_NotRegistered")
        .withArgs(chain);
    }
    expect(await chains.chainOf("0x")).to.equal(0);
  });
});
