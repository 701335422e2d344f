import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { deployChain } from "../../fixtures/contracts";

const ID = ethers.id("a circuit");

describe("CircuitRegistry", () => {
  async function fixture() {
    const { circuits } = await deployChain();
    const verifier = await (await ethers.deployContract("MockVerifier")).getAddress();
    return { circuits, verifier };
  }

  it("keeps a circuit by its id", async () => {
    const { circuits, verifier } = await loadFixture(fixture);
    expect(await circuits.circuitOf(ID)).to.deep.equal([ZeroAddress, 0n, 0n]);
    await expect(circuits.register(ID, { verifier, queueOps: 3, signedOps: 65534 }))
      .to.emit(circuits, "CircuitRegistered")
      .withArgs(ID, verifier, 3, 65534);
    expect(await circuits.circuitOf(ID)).to.deep.equal([verifier, 3n, 65534n]);
  });

  it("R4: an id stands for one verifier for ever", async () => {
    const { circuits, verifier } = await loadFixture(fixture);
    await circuits.register(ID, { verifier, queueOps: 2, signedOps: 4 });
    await expect(circuits.register(ID, { verifier, queueOps: 2, signedOps: 4 }))
      .to.be.revertedWithCustomError(circuits, "CircuitRegistry_AlreadyRegistered")
      .withArgs(ID);
  });

  it("refuses the zero id, a verifier without code and impossible sizes", async () => {
    const { circuits, verifier } = await loadFixture(fixture);
    await expect(circuits.register(ZeroHash, { verifier, queueOps: 2, signedOps: 4 })).to.be.revertedWithCustomError(
      circuits,
      "CircuitRegistry_ZeroId",
    );
    const [, someone] = await ethers.getSigners();
    for (const address of [ZeroAddress, someone.address]) {
      await expect(circuits.register(ID, { verifier: address, queueOps: 2, signedOps: 4 }))
        .to.be.revertedWithCustomError(circuits, "CircuitRegistry_NoCode")
        .withArgs(address);
    }
    for (const [queueOps, signedOps] of [
      [0, 4],
      [2, 0],
      [2, 3],
    ]) {
      await expect(circuits.register(ID, { verifier, queueOps, signedOps }))
        .to.be.revertedWithCustomError(circuits, "CircuitRegistry_InvalidSize")
        .withArgs(queueOps, signedOps);
    }
  });
});
