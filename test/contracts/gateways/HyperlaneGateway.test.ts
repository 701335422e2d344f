import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { concat, dataSlice, ZeroAddress, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { FactKind } from "../../../protocol/spec";
import { connect, deployChain, factMessage, interoperableAddress, PRIMARY, SECONDARY } from "../../fixtures/contracts";
import { asBytes32, bodyOf, HERE, LOCAL, PAYLOAD, receiveId, send, THERE } from "../../fixtures/gateways";
import {
  carryMessages,
  DEFAULT_VALIDATOR,
  deployHyperlane,
  forged,
  messagesOf,
  metadataOf,
  processMessage,
  VALIDATORS,
} from "../../fixtures/hyperlane";

const DOMAIN = 501;
const OTHER_DOMAIN = 502;
const FEE = 1000n;

describe("HyperlaneGateway", () => {
  /** Two gateways over two mailboxes, and a recipient behind the second. */
  async function fixture() {
    const [admin, sender, stranger] = await ethers.getSigners();
    const access = await ethers.deployContract("AccessManager", [admin]);
    const from = await deployHyperlane(admin, DOMAIN);
    const to = await deployHyperlane(admin, OTHER_DOMAIN);
    const source = await ethers.deployContract("HyperlaneGateway", [access, from.mailbox, from.module]);
    const gateway = await ethers.deployContract("HyperlaneGateway", [access, to.mailbox, to.module]);
    await source.setPeer(THERE, OTHER_DOMAIN, gateway);
    await gateway.setPeer(HERE, DOMAIN, source);
    const recipient = await ethers.deployContract("MockMessageRecipient");
    const target = await recipient.getAddress();
    const sendOne = async () => (await messagesOf(from, await send(source.connect(sender), target)))[0];
    const id = receiveId(HERE, await source.getAddress(), 1n);
    return { admin, access, from, to, source, gateway, recipient, target, sender, stranger, sendOne, id };
  }

  /** A message with what the module asks for. */
  async function signed() {
    const world = await fixture();
    const message = await world.sendOne();
    return { ...world, message, metadata: await metadataOf(message) };
  }

  describe("through the real mailbox", () => {
    it("carries a message that enough validators signed", async () => {
      const { from, to, source, gateway, recipient, target, sender, id } = await loadFixture(fixture);
      const receipt = await send(source.connect(sender), target);
      const [message] = await messagesOf(from, receipt);
      await expect(receipt).to.emit(source, "MessageDispatched").withArgs(1, message.id);
      await expect(receipt)
        .to.emit(source, "MessageSent")
        .withArgs(
          ZeroHash,
          interoperableAddress(LOCAL, sender.address),
          interoperableAddress(THERE, target),
          PAYLOAD,
          0,
          [],
        );
      const body = bodyOf({ nonce: 1n, sender: sender.address, recipient: target, payload: PAYLOAD });
      expect(dataSlice(message.message, 77)).to.equal(body);

      await expect(processMessage(to, message, await metadataOf(message)))
        .to.emit(to.mailbox, "ProcessId")
        .withArgs(message.id)
        .to.emit(gateway, "MessageDelivered")
        .withArgs(id, recipient)
        .to.emit(recipient, "Received")
        .withArgs(gateway, id, interoperableAddress(HERE, sender.address), PAYLOAD);
    });

    it("carries a fact from one chain's contract to the other's", async () => {
      const { from, to, source, gateway } = await loadFixture(fixture);
      const primary = await deployChain({ index: PRIMARY, gateways: 0 });
      const secondary = await deployChain({ index: SECONDARY, gateways: 0 });
      await connect(primary, secondary);
      await connect(secondary, primary);
      await primary.facts.addGateway(source);
      await secondary.facts.addGateway(gateway);
      // Both chains have the id of the one EVM.
      await source.removePeer(THERE);
      await source.setPeer(LOCAL, OTHER_DOMAIN, gateway);
      await gateway.removePeer(HERE);
      await gateway.setPeer(LOCAL, DOMAIN, source);
      await from.protocolFee.setProtocolFee(FEE);
      const hash = await primary.rollup.batchHash(0);
      const message = factMessage(FactKind.Batch, 0, hash);
      const value = await source.quote(interoperableAddress(LOCAL, await secondary.facts.getAddress()), message);
      const receipt = await (await primary.facts.publish(FactKind.Batch, 0, SECONDARY, { value })).wait();
      await carryMessages(from, to, receipt!);
      expect(await secondary.facts.holds(FactKind.Batch, PRIMARY, 0, hash)).to.equal(true);
    });

    it("charges what the hooks ask", async () => {
      const { from, source, target, sender } = await loadFixture(fixture);
      const to = interoperableAddress(THERE, target);
      const mine = source.connect(sender);
      expect(await mine.quote(to, PAYLOAD)).to.equal(0);
      await from.protocolFee.setProtocolFee(FEE);
      expect(await mine.quote(to, PAYLOAD)).to.equal(FEE);
      await expect(mine.sendMessage(to, PAYLOAD, [], { value: FEE + 5n })).to.changeEtherBalances(
        [sender, from.protocolFee, source, from.mailbox],
        [-FEE, FEE, 0, 0],
      );
      await expect(mine.sendMessage(to, PAYLOAD, [], { value: FEE - 1n }))
        .to.be.revertedWithCustomError(source, "Gateway_InsufficientFee")
        .withArgs(FEE, FEE - 1n);
    });

    it("tells hooks the gas of a delivery, and to refund the sender", async () => {
      const { from, source, target, sender } = await loadFixture(fixture);
      const hook = await ethers.deployContract("MockHook");
      await from.mailbox.setDefaultHook(hook);
      await send(source.connect(sender), target);
      const metadata = ethers.solidityPacked(
        ["uint16", "uint256", "uint256", "address"],
        [1, 0, 250_000, sender.address],
      );
      expect(await hook.lastMetadata()).to.equal(metadata);
    });

    it("X2: messages are delivered in any order", async () => {
      const { to, sendOne, gateway, source } = await loadFixture(fixture);
      const messages = [await sendOne(), await sendOne(), await sendOne()];
      for (const i of [2, 0, 1]) {
        await processMessage(to, messages[i], await metadataOf(messages[i]));
        expect(await gateway.delivered(receiveId(HERE, await source.getAddress(), BigInt(i + 1)))).to.equal(true);
      }
    });

    it("X1: delivered n times, a message arrives once", async () => {
      const { to, message, metadata, gateway, id } = await loadFixture(signed);
      await processMessage(to, message, metadata);
      for (let i = 0; i < 3; i++) {
        await expect(processMessage(to, message, metadata)).to.be.revertedWith("Mailbox: already delivered");
      }
      // Nor does a mailbox that forgot it deliver it again.
      const mailbox = await ethers.getImpersonatedSigner(to.mailbox.target as string);
      await ethers.provider.send("hardhat_setBalance", [mailbox.address, "0xde0b6b3a7640000"]);
      const body = dataSlice(message.message, 77);
      const sender = dataSlice(message.message, 9, 41);
      await expect(gateway.connect(mailbox).handle(DOMAIN, sender, body))
        .to.be.revertedWithCustomError(gateway, "Gateway_AlreadyDelivered")
        .withArgs(id);
    });

    it("X3: fewer signatures than the threshold, one twice, or a stranger's, are not enough", async () => {
      const { to, message } = await loadFixture(signed);
      const [first, second] = VALIDATORS;
      const process = async (signers: (typeof first)[]) =>
        processMessage(to, message, await metadataOf(message, signers));
      await expect(process([])).to.be.reverted;
      await expect(process([first])).to.be.reverted;
      await expect(process([first, first])).to.be.revertedWith("!threshold");
      await expect(process([first, DEFAULT_VALIDATOR])).to.be.revertedWith("!threshold");
      await expect(process([second, first])).to.be.revertedWith("!threshold");
      await process([first, second]);
    });

    it("X3: what the mailbox's default module accepts is not accepted", async () => {
      const { to, message } = await loadFixture(signed);
      const metadata = await metadataOf(message, [DEFAULT_VALIDATOR]);
      await expect(processMessage(to, message, metadata)).to.be.reverted;
    });

    it("X3: signatures of one message are none of another", async () => {
      const { to, message, metadata, sendOne } = await loadFixture(signed);
      await expect(processMessage(to, await sendOne(), metadata)).to.be.revertedWith("!threshold");
      // Another payload: the last byte differs.
      const changed = { ...message, message: concat([dataSlice(message.message, 0, -1), "0x77"]) };
      await expect(processMessage(to, changed, metadata)).to.be.revertedWith("!threshold");
    });

    it("X4, X5: a look-alike of the peer is not heard, though its messages are signed", async () => {
      const { access, from, to, source, gateway, target, sender } = await loadFixture(fixture);
      const lookAlike = await ethers.deployContract("HyperlaneGateway", [access, from.mailbox, from.module]);
      await lookAlike.setPeer(THERE, OTHER_DOMAIN, gateway);
      const [message] = await messagesOf(from, await send(lookAlike.connect(sender), target));
      const metadata = await metadataOf(message);
      await expect(processMessage(to, message, metadata))
        .to.be.revertedWithCustomError(gateway, "Gateway_NotPeer")
        .withArgs(DOMAIN, asBytes32(await lookAlike.getAddress()));
      // Nor when it says that it is the peer: nobody signed that.
      const asPeer = forged(message, asBytes32(await source.getAddress()));
      await expect(processMessage(to, asPeer, metadata)).to.be.revertedWith("!threshold");
    });

    it("X5: a message for another chain is not delivered", async () => {
      const { from, message, metadata } = await loadFixture(signed);
      await expect(processMessage(from, message, metadata)).to.be.revertedWith("Mailbox: unexpected destination");
    });

    it("X5: what a removed peer sent is not delivered", async () => {
      const { to, gateway, message, metadata } = await loadFixture(signed);
      await gateway.removePeer(HERE);
      await expect(processMessage(to, message, metadata)).to.be.revertedWithCustomError(gateway, "Gateway_NotPeer");
    });

    it("X7: a delivery that failed, for want of gas or by the recipient, is tried again by anyone", async () => {
      const { to, message, metadata, recipient, stranger } = await loadFixture(signed);
      const enough = await to.mailbox.process.estimateGas(metadata, message.message);
      await expect(processMessage(to, message, metadata, { gasLimit: enough - 10_000n })).to.be.reverted;
      await recipient.setRefuses(true);
      await expect(processMessage(to, message, metadata)).to.be.revertedWithCustomError(recipient, "Refused");
      await recipient.setRefuses(false);
      const mailbox = to.mailbox.connect(stranger) as typeof to.mailbox;
      await expect(processMessage({ ...to, mailbox }, message, metadata)).to.emit(recipient, "Received");
    });

    it("X8: native coin that a relayer adds is refused", async () => {
      const { to, gateway, message, metadata } = await loadFixture(signed);
      await expect(processMessage(to, message, metadata, { value: 1n }))
        .to.be.revertedWithCustomError(gateway, "Gateway_ValueRefused")
        .withArgs(1n);
    });
  });

  describe("security module", () => {
    it("is the gateway's own, whatever the mailbox's default is", async () => {
      const { to, gateway, message } = await loadFixture(signed);
      expect(await gateway.mailbox()).to.equal(to.mailbox);
      expect(await gateway.interchainSecurityModule()).to.equal(to.module);
      expect(await to.mailbox.recipientIsm(gateway)).to.equal(to.module);
      await to.mailbox.setDefaultIsm(await ethers.deployContract("MockModule"));
      expect(await to.mailbox.recipientIsm(gateway)).to.equal(to.module);
      await expect(processMessage(to, message, "0x")).to.be.reverted;
    });

    it("is replaced, for messages on their way too, and is never none", async () => {
      const { access, to, gateway, message, metadata, stranger } = await loadFixture(signed);
      const factory = await ethers.getContractFactory("HyperlaneGateway");
      for (const none of [ZeroAddress, stranger.address]) {
        for (const call of [
          () => gateway.setSecurityModule(none),
          () => factory.deploy(access, to.mailbox, none),
          () => factory.deploy(access, none, to.module),
        ]) {
          await expect(call()).to.be.revertedWithCustomError(gateway, "Gateway_NoCode").withArgs(none);
        }
      }
      const module = await ethers.deployContract("MockModule");
      await expect(gateway.setSecurityModule(module)).to.emit(gateway, "SecurityModuleSet").withArgs(module);
      await expect(processMessage(to, message, metadata)).to.be.revertedWith("Mailbox: ISM verification failed");
      await module.setAccepts(true);
      await processMessage(to, message, "0x");
    });
  });

  describe("callers", () => {
    it("X3: only the mailbox hands it messages", async () => {
      const { gateway, source, target, sender } = await loadFixture(fixture);
      const body = bodyOf({ nonce: 1n, sender: sender.address, recipient: target, payload: PAYLOAD });
      await expect(gateway.connect(sender).handle(DOMAIN, asBytes32(await source.getAddress()), body))
        .to.be.revertedWithCustomError(gateway, "HyperlaneGateway_NotMailbox")
        .withArgs(sender.address);
    });

    it("G1, X12: only who administers sets peers and the module", async () => {
      const { to, gateway, source, stranger } = await loadFixture(fixture);
      const theirs = gateway.connect(stranger);
      for (const call of [
        () => theirs.setPeer(HERE, DOMAIN, source),
        () => theirs.removePeer(HERE),
        () => theirs.setSecurityModule(to.module),
      ]) {
        await expect(call())
          .to.be.revertedWithCustomError(gateway, "AccessManagedUnauthorized")
          .withArgs(stranger.address);
      }
    });
  });
});
