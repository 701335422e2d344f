import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { concat, toBeHex, ZeroAddress, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { interoperableAddress } from "../../fixtures/contracts";
import { asBytes32, bodyOf, HERE, LOCAL, PAYLOAD, receiveId, THERE } from "../../fixtures/gateways";

const DOMAIN = 77n;
const PEER = "0x1111111111111111111111111111111111111111";
const OTHER = "0x2222222222222222222222222222222222222222";
const FEE = 1000n;

describe("Gateway", () => {
  async function fixture() {
    const [admin, sender, stranger] = await ethers.getSigners();
    const access = await ethers.deployContract("AccessManager", [admin]);
    const gateway = await ethers.deployContract("MockPeerGateway", [access]);
    const recipient = await ethers.deployContract("MockMessageRecipient");
    const target = await recipient.getAddress();
    await gateway.setPeer(THERE, DOMAIN, PEER);
    const body = bodyOf({ nonce: 1n, sender: OTHER, recipient: target, payload: PAYLOAD });
    const id = receiveId(THERE, PEER, 1n);
    return { admin, access, gateway, mine: gateway.connect(sender), sender, stranger, recipient, target, body, id };
  }

  describe("peers", () => {
    it("keeps a chain's peer and finds the chain by its domain", async () => {
      const { gateway } = await loadFixture(fixture);
      await expect(gateway.setPeer(HERE, 5n, OTHER))
        .to.emit(gateway, "PeerSet")
        .withArgs(HERE, 5n, OTHER);
      expect(await gateway.peerOf(HERE)).to.deep.equal([OTHER, 5n]);
      expect(await gateway.peerOf(THERE)).to.deep.equal([PEER, DOMAIN]);
      expect(await gateway.chainOf(5n)).to.equal(HERE);
      expect(await gateway.chainOf(6n)).to.equal(0);
    });

    it("replaces a peer, and forgets the domain before", async () => {
      const { gateway } = await loadFixture(fixture);
      await gateway.setPeer(THERE, DOMAIN, OTHER);
      expect(await gateway.chainOf(DOMAIN)).to.equal(THERE);
      await gateway.setPeer(THERE, 78n, OTHER);
      expect(await gateway.peerOf(THERE)).to.deep.equal([OTHER, 78n]);
      expect(await gateway.chainOf(DOMAIN)).to.equal(0);
      expect(await gateway.chainOf(78n)).to.equal(THERE);
      await gateway.setPeer(HERE, DOMAIN, PEER);
    });

    it("removes a peer: nothing goes there or comes from it", async () => {
      const { gateway, body } = await loadFixture(fixture);
      await expect(gateway.removePeer(THERE)).to.emit(gateway, "PeerRemoved").withArgs(THERE);
      expect(await gateway.peerOf(THERE)).to.deep.equal([ZeroAddress, 0n]);
      expect(await gateway.chainOf(DOMAIN)).to.equal(0);
      await expect(gateway.sendMessage(interoperableAddress(THERE, OTHER), PAYLOAD, []))
        .to.be.revertedWithCustomError(gateway, "Gateway_UnknownChain")
        .withArgs(THERE);
      await expect(gateway.arrive(DOMAIN, asBytes32(PEER), body)).to.be.revertedWithCustomError(
        gateway,
        "Gateway_NotPeer",
      );
      await expect(gateway.removePeer(THERE))
        .to.be.revertedWithCustomError(gateway, "Gateway_UnknownChain")
        .withArgs(THERE);
    });

    it("X4: a peer has a chain, a domain and an address", async () => {
      const { gateway } = await loadFixture(fixture);
      for (const [chainId, domain, peer] of [
        [0n, 5n, OTHER],
        [HERE, 0n, OTHER],
        [HERE, 5n, ZeroAddress],
      ] as const) {
        await expect(gateway.setPeer(chainId, domain, peer)).to.be.revertedWithCustomError(gateway, "Gateway_ZeroPeer");
      }
    });

    it("two chains do not share a domain", async () => {
      const { gateway } = await loadFixture(fixture);
      await expect(gateway.setPeer(HERE, DOMAIN, OTHER))
        .to.be.revertedWithCustomError(gateway, "Gateway_DomainTaken")
        .withArgs(DOMAIN, THERE);
    });

    it("G1, X12: only who administers sets and removes peers", async () => {
      const { gateway, stranger } = await loadFixture(fixture);
      const theirs = gateway.connect(stranger);
      for (const call of [() => theirs.setPeer(HERE, 5n, OTHER), () => theirs.removePeer(THERE)]) {
        await expect(call())
          .to.be.revertedWithCustomError(gateway, "AccessManagedUnauthorized")
          .withArgs(stranger.address);
      }
    });
  });

  describe("sending", () => {
    it("numbers messages from 1 and tells who sent what to whom", async () => {
      const { gateway, mine, sender } = await loadFixture(fixture);
      const to = interoperableAddress(THERE, OTHER);
      const from = interoperableAddress(LOCAL, sender.address);
      for (const nonce of [1n, 2n]) {
        await expect(mine.sendMessage(to, PAYLOAD, []))
          .to.emit(gateway, "MessageSent")
          .withArgs(toBeHex(nonce, 32), from, to, PAYLOAD, 0, []);
        expect(await gateway.nonce()).to.equal(nonce);
        const body = bodyOf({ nonce, sender: sender.address, recipient: OTHER, payload: PAYLOAD });
        expect(await gateway.lastBody()).to.equal(body);
      }
    });

    it("needs the fee that it quotes, keeps exactly that, and gives back the rest", async () => {
      const { gateway, mine, sender } = await loadFixture(fixture);
      const to = interoperableAddress(THERE, OTHER);
      await gateway.setFee(FEE);
      expect(await mine.quote(to, PAYLOAD)).to.equal(FEE);
      await expect(mine.sendMessage(to, PAYLOAD, [], { value: FEE - 1n }))
        .to.be.revertedWithCustomError(gateway, "Gateway_InsufficientFee")
        .withArgs(FEE, FEE - 1n);
      for (const value of [FEE, FEE + 1n, 10n * FEE]) {
        await expect(mine.sendMessage(to, PAYLOAD, [], { value })).to.changeEtherBalances(
          [sender, gateway],
          [-FEE, FEE],
        );
      }
    });

    it("fails when the sender does not take the rest", async () => {
      const { gateway, recipient, target } = await loadFixture(fixture);
      const to = interoperableAddress(THERE, OTHER);
      const contract = await ethers.getImpersonatedSigner(target);
      await ethers.provider.send("hardhat_setBalance", [target, toBeHex(10n ** 20n)]);
      const theirs = gateway.connect(contract);
      await expect(theirs.sendMessage(to, PAYLOAD, [], { value: 1n }))
        .to.be.revertedWithCustomError(gateway, "Gateway_RefundFailed")
        .withArgs(recipient);
      await theirs.sendMessage(to, PAYLOAD, []);
    });

    it("refuses attributes", async () => {
      const { gateway } = await loadFixture(fixture);
      const to = interoperableAddress(THERE, OTHER);
      await expect(gateway.sendMessage(to, PAYLOAD, ["0x1234567899"]))
        .to.be.revertedWithCustomError(gateway, "UnsupportedAttribute")
        .withArgs("0x12345678");
      expect(await gateway.supportsAttribute("0x12345678")).to.equal(false);
    });

    it("X5: takes a recipient in one form only, of a chain that has a peer", async () => {
      const { gateway } = await loadFixture(fixture);
      const canonical = interoperableAddress(THERE, OTHER);
      const chainId = toBeHex(THERE);
      const others = [
        "0x",
        "0x00",
        concat(["0x00010000", "0x03", "0x00", chainId, "0x14", OTHER]),
        concat([canonical, "0x00"]),
        concat(["0x00010002", "0x02", chainId, "0x14", OTHER]),
        concat(["0x00020000", "0x02", chainId, "0x14", OTHER]),
        concat(["0x00010000", "0x02", chainId, "0x13", OTHER]),
        concat(["0x00010000", "0x02", chainId, "0x00"]),
        concat(["0x00010000", "0x00", "0x14", OTHER]),
        interoperableAddress(THERE, ZeroAddress),
      ];
      const refused = async (recipient: string, error: string, argument: unknown): Promise<void> => {
        for (const call of [
          () => gateway.sendMessage(recipient, PAYLOAD, []),
          () => gateway.quote(recipient, PAYLOAD),
        ]) {
          await expect(call(), recipient).to.be.revertedWithCustomError(gateway, error).withArgs(argument);
        }
      };
      for (const recipient of others) await refused(recipient, "Gateway_InvalidRecipient", recipient);
      for (const unknown of [1n, HERE, LOCAL, 2n ** 256n - 1n]) {
        await refused(interoperableAddress(unknown, OTHER), "Gateway_UnknownChain", unknown);
      }
      await refused(concat(["0x0001000001", "0x00", "0x14", OTHER]), "Gateway_UnknownChain", 0n);
      await gateway.sendMessage(canonical, PAYLOAD, []);
      expect(await gateway.nonce()).to.equal(1);
    });
  });

  describe("delivery", () => {
    it("hands a message to its recipient with the sender's address on its chain", async () => {
      const { gateway, recipient, body, id } = await loadFixture(fixture);
      expect(await gateway.delivered(id)).to.equal(false);
      await expect(gateway.arrive(DOMAIN, asBytes32(PEER), body))
        .to.emit(gateway, "MessageDelivered")
        .withArgs(id, recipient)
        .to.emit(recipient, "Received")
        .withArgs(gateway, id, interoperableAddress(THERE, OTHER), PAYLOAD);
      expect(await gateway.delivered(id)).to.equal(true);
    });

    it("X1: delivers a message once, but again when the recipient failed", async () => {
      const { gateway, recipient, body, id } = await loadFixture(fixture);
      await recipient.setRefuses(true);
      await expect(gateway.arrive(DOMAIN, asBytes32(PEER), body)).to.be.revertedWithCustomError(recipient, "Refused");
      expect(await gateway.delivered(id)).to.equal(false);
      await recipient.setRefuses(false);
      await gateway.arrive(DOMAIN, asBytes32(PEER), body);
      for (let i = 0; i < 3; i++) {
        await expect(gateway.arrive(DOMAIN, asBytes32(PEER), body))
          .to.be.revertedWithCustomError(gateway, "Gateway_AlreadyDelivered")
          .withArgs(id);
      }
    });

    it("X1: the nonces of chains, and of a peer and its successor, are apart", async () => {
      const { gateway, body } = await loadFixture(fixture);
      await gateway.setPeer(HERE, 5n, PEER);
      await gateway.arrive(DOMAIN, asBytes32(PEER), body);
      await gateway.arrive(5n, asBytes32(PEER), body);
      await gateway.setPeer(THERE, DOMAIN, OTHER);
      await gateway.arrive(DOMAIN, asBytes32(OTHER), body);
      await gateway.setPeer(THERE, DOMAIN, PEER);
      await expect(gateway.arrive(DOMAIN, asBytes32(PEER), body)).to.be.revertedWithCustomError(
        gateway,
        "Gateway_AlreadyDelivered",
      );
    });

    it("X4, X5: only a registered peer speaks for its chain, and the zero address for none", async () => {
      const { gateway, body } = await loadFixture(fixture);
      await gateway.setPeer(HERE, 5n, OTHER);
      const strangers = [
        [DOMAIN, ZeroHash],
        [DOMAIN, asBytes32(OTHER)],
        [5n, asBytes32(PEER)],
        [6n, asBytes32(PEER)],
        [6n, ZeroHash],
        [0n, ZeroHash],
        [THERE, asBytes32(PEER)],
        // The peer's address with something before it.
        [DOMAIN, concat(["0x010000000000000000000000", PEER])],
      ] as const;
      for (const [domain, sender] of strangers) {
        await expect(gateway.arrive(domain, sender, body), sender)
          .to.be.revertedWithCustomError(gateway, "Gateway_NotPeer")
          .withArgs(domain, sender);
      }
    });

    it("X4, X8: a body that is no message is refused", async () => {
      const { gateway, body } = await loadFixture(fixture);
      for (const wrong of ["0x", ZeroHash, body.slice(0, -64)]) {
        await expect(gateway.arrive(DOMAIN, asBytes32(PEER), wrong)).to.be.revertedWithoutReason();
      }
    });

    it("X8: a delivery carries no native coin", async () => {
      const { gateway, body } = await loadFixture(fixture);
      await expect(gateway.arrive(DOMAIN, asBytes32(PEER), body, { value: 1n }))
        .to.be.revertedWithCustomError(gateway, "Gateway_ValueRefused")
        .withArgs(1n);
    });

    it("wants the recipient's acknowledgement", async () => {
      const { gateway, stranger } = await loadFixture(fixture);
      const deaf = await ethers.deployContract("MockDeafRecipient");
      const to = async (recipient: string) =>
        gateway.arrive(DOMAIN, asBytes32(PEER), bodyOf({ nonce: 1n, sender: OTHER, recipient, payload: PAYLOAD }));
      await expect(to(await deaf.getAddress()))
        .to.be.revertedWithCustomError(gateway, "Gateway_NotAcknowledged")
        .withArgs(deaf);
      // An account without code says nothing.
      await expect(to(stranger.address)).to.be.revertedWithoutReason();
    });
  });
});
