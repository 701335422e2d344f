import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { circuitOf, deployChain } from "../../fixtures/contracts";

const ID = ethers.id("a circuit");

describe("CircuitRegistry", () => {
  async function fixture() {
    const { circuits } = await deployChain();
    const verifier = await (await ethers.deployContract("MockVerifier")).getAddress();
    return { circuits, verifier };
  }

  it("keeps a circuit by its id", async () => {
    const { circuits, verifier } = await loadFixture(fixture);
    expect(await circuits.circuitOf(ID)).to.deep.equal([ZeroAddress, 0n, 0n, 0n, 0n]);
    await expect(circuits.register(ID, circuitOf(verifier, { queueOps: 3, signedOps: 65534 })))
      .to.emit(circuits, "CircuitRegistered")
      .withArgs(ID, verifier, 3, 65534, 0);
    expect(await circuits.circuitOf(ID)).to.deep.equal([verifier, 3n, 65534n, 0n, 0n]);
  });

  it("R4: an id stands for one verifier for ever", async () => {
    const { circuits, verifier } = await loadFixture(fixture);
    await circuits.register(ID, circuitOf(verifier, { queueOps: 2, signedOps: 4 }));
    await expect(circuits.register(ID, circuitOf(verifier, { queueOps: 2, signedOps: 4 })))
      .to.be.revertedWithCustomError(circuits, "CircuitRegistry_AlreadyRegistered")
      .withArgs(ID);
  });

  it("refuses the zero id, a verifier without code and impossible sizes", async () => {
    const { circuits, verifier } = await loadFixture(fixture);
    await expect(
      circuits.register(ZeroHash, circuitOf(verifier, { queueOps: 2, signedOps: 4 })),
    ).to.be.revertedWithCustomError(circuits, "CircuitRegistry_ZeroId");
    const [, someone] = await ethers.getSigners();
    for (const address of [ZeroAddress, someone.address]) {
      await expect(circuits.register(ID, circuitOf(address, { queueOps: 2, signedOps: 4 })))
        .to.be.revertedWithCustomError(circuits, "CircuitRegistry_NoCode")
        .withArgs(address);
    }
    for (const [queueOps, signedOps] of [
      [0, 4],
      [1, 4],
      [2, 0],
      [2, 3],
    ]) {
      await expect(circuits.register(ID, circuitOf(verifier, { queueOps, signedOps })))
        .to.be.revertedWithCustomError(circuits, "CircuitRegistry_InvalidSize")
        .withArgs(queueOps, signedOps);
    }
  });

  it("R4: keeps from and up to which batch a circuit is active, and refuses an empty period", async () => {
    const { circuits, verifier } = await loadFixture(fixture);
    const circuit = circuitOf(verifier, { queueOps: 2, signedOps: 4 });
    for (const retiredFrom of [9, 10]) {
      await expect(circuits.register(ID, { ...circuit, activeFrom: 10, retiredFrom }))
        .to.be.revertedWithCustomError(circuits, "CircuitRegistry_EmptyPeriod")
        .withArgs(10, retiredFrom);
    }
    await circuits.register(ID, { ...circuit, activeFrom: 10, retiredFrom: 11 });
    expect(await circuits.circuitOf(ID)).to.deep.equal([verifier, 2n, 4n, 10n, 11n]);
    await expect(circuits.retire(ID, 10))
      .to.be.revertedWithCustomError(circuits, "CircuitRegistry_EmptyPeriod")
      .withArgs(10, 10);
    await expect(circuits.retire(ID, 50)).to.emit(circuits, "CircuitRetired").withArgs(ID, 50);
    expect((await circuits.circuitOf(ID)).retiredFrom).to.equal(50n);
    await circuits.retire(ID, 0);
    expect((await circuits.circuitOf(ID)).retiredFrom).to.equal(0n);
    await expect(circuits.retire(ethers.id("another"), 50))
      .to.be.revertedWithCustomError(circuits, "CircuitRegistry_NotRegistered")
      .withArgs(ethers.id("another"));
  });
});
