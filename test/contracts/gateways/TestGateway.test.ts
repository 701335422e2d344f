import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { AbiCoder, keccak256 } from "ethers";
import { ethers } from "hardhat";
import { FactKind } from "../../../protocol/spec";
import { connect, deployChain, factMessage, interoperableAddress, PRIMARY, SECONDARY } from "../../fixtures/contracts";

describe("TestGateway", () => {
  async function fixture() {
    const [, , relayer, stranger] = await ethers.getSigners();
    const from = await deployChain({ index: PRIMARY, gateways: 0 });
    const to = await deployChain({ index: SECONDARY, gateways: 0 });
    await connect(from, to);
    await connect(to, from);
    const source = await ethers.deployContract("TestGateway", [relayer]);
    const gateway = await ethers.deployContract("TestGateway", [relayer]);
    await from.facts.addGateway(source);
    await to.facts.addGateway(gateway);
    return { from, to, source, gateway: gateway.connect(relayer), relayer, stranger };
  }

  it("carries a fact from one chain's contract to the other's", async () => {
    const { from, to, source, gateway } = await loadFixture(fixture);
    const hash = await from.rollup.batchHash(0);
    const id = keccak256(
      AbiCoder.defaultAbiCoder().encode(["uint256", "address", "uint256"], [31337, source.target, 0]),
    );
    const sender = interoperableAddress(31337n, await from.facts.getAddress());
    const recipient = interoperableAddress(31337n, await to.facts.getAddress());
    const message = factMessage(FactKind.Batch, 0, hash);
    await expect(from.facts.publish(FactKind.Batch, 0, SECONDARY))
      .to.emit(source, "MessageSent")
      .withArgs(id, sender, recipient, message, 0, []);
    await expect(gateway.deliver(id, sender, to.facts, message))
      .to.emit(gateway, "MessageDelivered")
      .withArgs(id, to.facts);
    expect(await to.facts.holds(FactKind.Batch, PRIMARY, 0, hash)).to.equal(true);
    expect(await source.nonce()).to.equal(1);
  });

  it("X1: delivers a message once, but again when the recipient failed", async () => {
    const { from, to, gateway } = await loadFixture(fixture);
    const sender = await to.chains.remoteOf(PRIMARY);
    const id = ethers.id("message");
    const message = factMessage(FactKind.Batch, 0, await from.rollup.batchHash(0));
    await expect(gateway.deliver(id, sender, to.facts, "0x")).to.be.revertedWithCustomError(
      to.facts,
      "Facts_InvalidLength",
    );
    expect(await gateway.delivered(id)).to.equal(false);
    await gateway.deliver(id, sender, to.facts, message);
    await expect(gateway.deliver(id, sender, to.facts, message))
      .to.be.revertedWithCustomError(gateway, "TestGateway_AlreadyDelivered")
      .withArgs(id);
    await gateway.deliver(ethers.id("the same again"), sender, to.facts, message);
  });

  it("is its relayer's alone", async () => {
    const { to, gateway, stranger } = await loadFixture(fixture);
    await expect(gateway.connect(stranger).deliver(ethers.id("m"), "0x", to.facts, "0x"))
      .to.be.revertedWithCustomError(gateway, "TestGateway_NotRelayer")
      .withArgs(stranger.address);
  });

  it("wants the recipient's acknowledgement", async () => {
    const { gateway } = await loadFixture(fixture);
    const deaf = await ethers.deployContract("MockDeafRecipient");
    await expect(gateway.deliver(ethers.id("m"), "0x", deaf, "0x"))
      .to.be.revertedWithCustomError(gateway, "TestGateway_NotAcknowledged")
      .withArgs(deaf);
  });

  it("refuses native coin and attributes", async () => {
    const { gateway } = await loadFixture(fixture);
    await expect(gateway.sendMessage("0x", "0x", [], { value: 1 }))
      .to.be.revertedWithCustomError(gateway, "TestGateway_ValueRefused")
      .withArgs(1);
    await expect(gateway.sendMessage("0x", "0x", ["0x1234567899"]))
      .to.be.revertedWithCustomError(gateway, "UnsupportedAttribute")
      .withArgs("0x12345678");
    expect(await gateway.supportsAttribute("0x12345678")).to.equal(false);
    expect(await gateway.quote("0x", "0x")).to.equal(0);
  });

  it("ids differ between gateways and messages", async () => {
    const { gateway, source, relayer } = await loadFixture(fixture);
    const ids = new Set<string>();
    for (const sender of [gateway, source.connect(relayer)]) {
      for (let i = 0; i < 2; i++) {
        ids.add(await sender.sendMessage.staticCall("0x", "0x", []));
        await sender.sendMessage("0x", "0x", []);
      }
    }
    expect(ids.size).to.equal(4);
  });
});
