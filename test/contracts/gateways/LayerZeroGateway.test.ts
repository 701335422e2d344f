import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { keccak256, MaxUint256, ZeroAddress, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { FactKind } from "../../../protocol/spec";
import { connect, deployChain, factMessage, interoperableAddress, PRIMARY, SECONDARY } from "../../fixtures/contracts";
import { asBytes32, bodyOf, HERE, LOCAL, PAYLOAD, receiveId, send, THERE } from "../../fixtures/gateways";
import {
  carryPackets,
  commitPacket,
  CONFIRMATIONS,
  DEFAULT_DVN,
  deliverPacket,
  deployLayerZero,
  deployReceiveLibrary,
  executePacket,
  forged,
  packetsOf,
  pathwayOf,
  verifyPacket,
} from "../../fixtures/layerZero";

const EID = 30_101;
const OTHER_EID = 30_102;
const LARGEST_64 = 2n ** 64n - 1n;

describe("LayerZeroGateway", () => {
  /** Two gateways over two endpoints, and a recipient behind the second. */
  async function fixture() {
    const [admin, sender, stranger] = await ethers.getSigners();
    const access = await ethers.deployContract("AccessManager", [admin]);
    const from = await deployLayerZero(admin, EID, [OTHER_EID]);
    const to = await deployLayerZero(admin, OTHER_EID, [EID]);
    const source = await ethers.deployContract("LayerZeroGateway", [access, from.endpoint]);
    const gateway = await ethers.deployContract("LayerZeroGateway", [access, to.endpoint]);
    await source.setPeer(THERE, OTHER_EID, gateway, pathwayOf(from));
    await gateway.setPeer(HERE, EID, source, pathwayOf(to));
    const recipient = await ethers.deployContract("MockMessageRecipient");
    const target = await recipient.getAddress();
    const sendOne = async () => packetsOf(from, await send(source.connect(sender), target))[0];
    const id = receiveId(HERE, await source.getAddress(), 1n);
    return { admin, access, from, to, source, gateway, recipient, target, sender, stranger, sendOne, id };
  }

  /** A packet that is verified and committed. */
  async function committed() {
    const world = await fixture();
    const packet = await world.sendOne();
    await verifyPacket(world.to, packet);
    await commitPacket(world.to, packet);
    return { ...world, packet };
  }

  /** The gateways between two chains' `Facts`. Both chains have the id of the one EVM. */
  async function linked() {
    const world = await fixture();
    const { from, to, source, gateway } = world;
    const primary = await deployChain({ index: PRIMARY, gateways: 0 });
    const secondary = await deployChain({ index: SECONDARY, gateways: 0 });
    await connect(primary, secondary);
    await connect(secondary, primary);
    await primary.facts.addGateway(source);
    await secondary.facts.addGateway(gateway);
    await source.removePeer(THERE);
    await source.setPeer(LOCAL, OTHER_EID, gateway, pathwayOf(from));
    await gateway.removePeer(HERE);
    await gateway.setPeer(LOCAL, EID, source, pathwayOf(to));
    const publish = async () => {
      const hash = await primary.rollup.batchHash(0);
      const message = factMessage(FactKind.Batch, 0, hash);
      const value = await source.quote(await primary.chains.remoteOf(SECONDARY), message);
      const receipt = await (await primary.facts.publish(FactKind.Batch, 0, SECONDARY, { value })).wait();
      return { hash, receipt: receipt! };
    };
    return { ...world, primary, secondary, publish };
  }

  describe("through the real endpoint", () => {
    it("carries a message that both verifiers verified", async () => {
      const { from, to, source, gateway, recipient, target, sender, id } = await loadFixture(fixture);
      const receipt = await send(source.connect(sender), target);
      const [packet] = packetsOf(from, receipt);
      await expect(receipt).to.emit(source, "MessageDispatched").withArgs(1, packet.guid);
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
      const body = { nonce: 1n, sender: sender.address, recipient: target, payload: PAYLOAD };
      expect(packet.message).to.equal(bodyOf(body));

      await verifyPacket(to, packet);
      await expect(commitPacket(to, packet)).to.emit(to.endpoint, "PacketVerified");
      await expect(executePacket(to, packet))
        .to.emit(to.endpoint, "PacketDelivered")
        .to.emit(gateway, "MessageDelivered")
        .withArgs(id, recipient)
        .to.emit(recipient, "Received")
        .withArgs(gateway, id, interoperableAddress(HERE, sender.address), PAYLOAD);
    });

    it("carries a fact from one chain's contract to the other's", async () => {
      const { from, to, primary, secondary, publish } = await loadFixture(linked);
      const { hash, receipt } = await publish();
      await carryPackets(from, to, receipt);
      expect(await secondary.facts.holds(FactKind.Batch, primary.index, 0, hash)).to.equal(true);
    });

    it("[gas] pays for enough gas, though `Facts` has as many gateways as it may, and all report something else", async () => {
      const { from, to, gateway, primary, secondary, publish } = await loadFixture(linked);
      const most = Number(await secondary.facts.MAX_GATEWAYS());
      for (let i = 1; i < most; i++) {
        const liar = await ethers.deployContract("MockGateway");
        await secondary.facts.addGateway(liar);
        const message = factMessage(FactKind.Batch, 0, ethers.id(`lie ${i}`));
        await liar.report(secondary.facts, await secondary.chains.remoteOf(primary.index), message);
      }
      const { hash, receipt } = await publish();
      await carryPackets(from, to, receipt);
      expect(await secondary.facts.reportOf(FactKind.Batch, primary.index, 0, gateway)).to.equal(hash);
    });

    it("charges what the workers ask, and the endpoint keeps nothing", async () => {
      const { from, source, target, sender } = await loadFixture(fixture);
      const to = interoperableAddress(THERE, target);
      const fee = await source.quote(to, PAYLOAD);
      expect(fee).to.be.greaterThan(0);
      await expect(source.connect(sender).sendMessage(to, PAYLOAD, [], { value: fee + 5n })).to.changeEtherBalances(
        [sender, from.sendLibrary, source, from.endpoint],
        [-fee, fee, 0, 0],
      );
      await expect(source.sendMessage(to, PAYLOAD, [], { value: fee - 1n }))
        .to.be.revertedWithCustomError(source, "Gateway_InsufficientFee")
        .withArgs(fee, fee - 1n);
    });

    it("X2: messages are delivered in any order", async () => {
      const { to, sendOne, recipient, gateway, source } = await loadFixture(fixture);
      const packets = [await sendOne(), await sendOne(), await sendOne()];
      for (const packet of packets.toReversed()) {
        await verifyPacket(to, packet);
        await commitPacket(to, packet);
      }
      for (const i of [1, 2, 0]) {
        await expect(executePacket(to, packets[i])).to.emit(recipient, "Received");
        const id = receiveId(HERE, await source.getAddress(), BigInt(i + 1));
        expect(await gateway.delivered(id)).to.equal(true);
      }
    });

    it("X1: delivered n times, a message arrives once", async () => {
      const { to, packet, recipient } = await loadFixture(committed);
      await expect(executePacket(to, packet)).to.emit(recipient, "Received");
      for (let i = 0; i < 3; i++) {
        await expect(executePacket(to, packet))
          .to.emit(to.endpoint, "LzReceiveAlert")
          .and.to.not.emit(recipient, "Received");
        await expect(deliverPacket(to, packet)).to.be.revertedWithCustomError(to.endpoint, "LZ_PayloadHashNotFound");
      }
    });

    it("X3: one verifier is not enough, whatever it verifies", async () => {
      const { to, sendOne } = await loadFixture(fixture);
      const packet = await sendOne();
      for (const dvn of to.dvns) {
        const snapshot = (await ethers.provider.send("evm_snapshot", [])) as string;
        await verifyPacket(to, packet, { dvns: [dvn] });
        await expect(commitPacket(to, packet)).to.be.revertedWithCustomError(to.receiveLibrary, "LZ_ULN_Verifying");
        await expect(deliverPacket(to, packet)).to.be.revertedWithCustomError(to.endpoint, "LZ_InvalidNonce");
        await ethers.provider.send("evm_revert", [snapshot]);
      }
    });

    it("X3: a stranger's verification, and that of LayerZero's default verifier, count nothing", async () => {
      const { admin, to, sendOne, stranger } = await loadFixture(fixture);
      const packet = await sendOne();
      await admin.sendTransaction({ to: DEFAULT_DVN.address, value: 10n ** 18n });
      for (const signer of [stranger, DEFAULT_DVN.connect(ethers.provider)]) {
        const { guid, message, header } = packet;
        const library = to.receiveLibrary.connect(signer) as typeof to.receiveLibrary;
        await library.verify(header, keccak256(guid + message.slice(2)), LARGEST_64);
      }
      await verifyPacket(to, packet, { dvns: to.dvns.slice(1) });
      await expect(commitPacket(to, packet)).to.be.revertedWithCustomError(to.receiveLibrary, "LZ_ULN_Verifying");
    });

    it("X6: a verification before the source's finality counts nothing", async () => {
      const { to, sendOne } = await loadFixture(fixture);
      const packet = await sendOne();
      await verifyPacket(to, packet, { confirmations: CONFIRMATIONS - 1n });
      await expect(commitPacket(to, packet)).to.be.revertedWithCustomError(to.receiveLibrary, "LZ_ULN_Verifying");
      await verifyPacket(to, packet);
      await commitPacket(to, packet);
    });

    it("X4: a path that no peer opened is not opened", async () => {
      const { to, gateway, sendOne } = await loadFixture(fixture);
      const packet = await sendOne();
      await gateway.removePeer(HERE);
      await verifyPacket(to, packet);
      await expect(commitPacket(to, packet)).to.be.revertedWithCustomError(to.endpoint, "LZ_PathNotInitializable");
    });

    it("X5: a look-alike of the peer is not heard, though its packets are verified", async () => {
      const { access, from, to, source, gateway, target, sender } = await loadFixture(fixture);
      const lookAlike = await ethers.deployContract("LayerZeroGateway", [access, from.endpoint]);
      await lookAlike.setPeer(THERE, OTHER_EID, gateway, pathwayOf(from));
      const [packet] = packetsOf(from, await send(lookAlike.connect(sender), target));
      await verifyPacket(to, packet);
      await expect(commitPacket(to, packet)).to.be.revertedWithCustomError(to.endpoint, "LZ_PathNotInitializable");
      // Nor when it says that it is the peer: nobody verified that.
      const packetOfPeer = forged(packet, asBytes32(await source.getAddress()));
      await expect(commitPacket(to, packetOfPeer)).to.be.revertedWithCustomError(to.receiveLibrary, "LZ_ULN_Verifying");
    });

    it("X5: what a replaced peer sent is not delivered, committed or not", async () => {
      const { to, gateway, packet, stranger } = await loadFixture(committed);
      await gateway.setPeer(HERE, EID, stranger, pathwayOf(to));
      await expect(deliverPacket(to, packet))
        .to.be.revertedWithCustomError(gateway, "Gateway_NotPeer")
        .withArgs(EID, packet.origin.sender);
    });

    it("X7: a delivery that failed, for want of gas or by the recipient, is tried again by anyone", async () => {
      const { to, packet, recipient, gateway, id } = await loadFixture(committed);
      await expect(executePacket(to, packet, { gas: 60_000n })).to.emit(to.endpoint, "LzReceiveAlert");
      await recipient.setRefuses(true);
      await expect(executePacket(to, packet)).to.emit(to.endpoint, "LzReceiveAlert");
      expect(await gateway.delivered(id)).to.equal(false);
      await recipient.setRefuses(false);
      await expect(deliverPacket(to, packet)).to.emit(recipient, "Received");
    });

    it("X7: a message that verifiers never verify is skipped, so that later ones arrive", async () => {
      const { to, gateway, sendOne, recipient } = await loadFixture(fixture);
      const [lost, later] = [await sendOne(), await sendOne()];
      await verifyPacket(to, later);
      await commitPacket(to, later);
      await expect(deliverPacket(to, later)).to.be.revertedWithCustomError(to.endpoint, "LZ_InvalidNonce");
      await expect(gateway.skip(HERE, 1n)).to.emit(to.endpoint, "InboundNonceSkipped");
      await expect(deliverPacket(to, later)).to.emit(recipient, "Received");
      await verifyPacket(to, lost);
      await expect(commitPacket(to, lost)).to.be.revertedWithCustomError(to.endpoint, "LZ_PathNotVerifiable");
    });

    it("X8: native coin that an executor adds is refused", async () => {
      const { to, packet, gateway, recipient } = await loadFixture(committed);
      await expect(deliverPacket(to, packet, { value: 1n }))
        .to.be.revertedWithCustomError(gateway, "Gateway_ValueRefused")
        .withArgs(1n);
      await expect(executePacket(to, packet, { value: 1n })).to.emit(to.endpoint, "LzReceiveAlert");
      await expect(executePacket(to, packet)).to.emit(recipient, "Received");
    });
  });

  describe("pathways", () => {
    it("pins libraries, executor and verifiers: none is LayerZero's default", async () => {
      const { to, gateway } = await loadFixture(fixture);
      const { endpoint, sendLibrary, receiveLibrary, executor, dvns } = to;
      expect(await endpoint.isDefaultSendLibrary(gateway, EID)).to.equal(false);
      expect(await endpoint.getReceiveLibrary(gateway, EID)).to.deep.equal([receiveLibrary.target, false]);
      const required = dvns.map(({ contract }) => contract.target);
      for (const library of [sendLibrary, receiveLibrary]) {
        expect(await library.getAppUlnConfig(gateway, EID)).to.deep.equal([CONFIRMATIONS, 2n, 255n, 0n, required, []]);
        expect(await library.getUlnConfig(gateway, EID)).to.deep.equal([CONFIRMATIONS, 2n, 0n, 0n, required, []]);
      }
      expect(await sendLibrary.getExecutorConfig(gateway, EID)).to.deep.equal([10_000n, executor.target]);
      expect(await endpoint.delegates(gateway)).to.equal(ZeroAddress);
    });

    it("stays as it is when LayerZero's owner changes the defaults", async () => {
      const { to, packet, recipient, stranger } = await loadFixture(committed);
      const { endpoint } = to;
      const other = await deployReceiveLibrary(to);
      await other.setDefaultUlnConfigs([{ eid: EID, config: [1n, 1, 0, 0, [stranger.address], []] }]);
      await endpoint.registerLibrary(other);
      await endpoint.setDefaultReceiveLibrary(EID, other, 0);
      const { header, guid, message } = packet;
      const theirs = other.connect(stranger) as typeof other;
      const hash = keccak256(guid + message.slice(2));
      await theirs.verify(header, hash, LARGEST_64);
      await expect(theirs.commitVerification(header, hash)).to.be.revertedWithCustomError(
        endpoint,
        "LZ_InvalidReceiveLibrary",
      );
      await expect(executePacket(to, packet)).to.emit(recipient, "Received");
    });

    it("may have an optional threshold of verifiers instead of required ones", async () => {
      const { to, source, gateway, sendOne, recipient } = await loadFixture(fixture);
      const { requiredDvns: optionalDvns } = pathwayOf(to);
      const pathway = { ...pathwayOf(to), requiredDvns: [], optionalDvns, optionalThreshold: 2 };
      await expect(gateway.setPeer(HERE, EID, source, pathway)).to.emit(gateway, "PathwaySet");
      const config = [CONFIRMATIONS, 255n, 2n, 2n, [], optionalDvns];
      expect(await to.receiveLibrary.getAppUlnConfig(gateway, EID)).to.deep.equal(config);
      const packet = await sendOne();
      await verifyPacket(to, packet, { dvns: to.dvns.slice(0, 1) });
      await expect(commitPacket(to, packet)).to.be.revertedWithCustomError(to.receiveLibrary, "LZ_ULN_Verifying");
      await verifyPacket(to, packet, { dvns: to.dvns.slice(1) });
      await commitPacket(to, packet);
      await expect(executePacket(to, packet)).to.emit(recipient, "Received");
    });

    it("wants two verifiers to agree", async () => {
      const { to, gateway, source } = await loadFixture(fixture);
      const [one, two] = to.dvns.map(({ contract }) => contract);
      for (const [requiredDvns, optionalDvns, optionalThreshold] of [
        [[], [], 0],
        [[one], [], 0],
        [[], [one, two], 1],
        // The optional one may be the required one.
        [[one], [one], 1],
      ] as const) {
        const pathway = { ...pathwayOf(to), requiredDvns: [...requiredDvns], optionalDvns: [...optionalDvns] };
        await expect(gateway.setPeer(HERE, EID, source, { ...pathway, optionalThreshold }))
          .to.be.revertedWithCustomError(gateway, "LayerZeroGateway_TooFewDvns")
          .withArgs(requiredDvns.length, optionalThreshold);
      }
    });

    it("refuses confirmations that LayerZero reads as its default or as none", async () => {
      const { to, gateway, source } = await loadFixture(fixture);
      for (const name of ["sendConfirmations", "receiveConfirmations"]) {
        for (const confirmations of [0n, LARGEST_64]) {
          await expect(gateway.setPeer(HERE, EID, source, { ...pathwayOf(to), [name]: confirmations }))
            .to.be.revertedWithCustomError(gateway, "LayerZeroGateway_InvalidConfirmations")
            .withArgs(confirmations);
        }
      }
    });

    it("refuses libraries and executors that are none", async () => {
      const { to, gateway, source, stranger } = await loadFixture(fixture);
      for (const name of ["sendLibrary", "receiveLibrary", "executor"]) {
        for (const account of [ZeroAddress, stranger.address]) {
          await expect(gateway.setPeer(HERE, EID, source, { ...pathwayOf(to), [name]: account }))
            .to.be.revertedWithCustomError(gateway, "Gateway_NoCode")
            .withArgs(account);
        }
      }
      const pathway = { ...pathwayOf(to), sendLibrary: source };
      await expect(gateway.setPeer(HERE, EID, source, pathway)).to.be.revertedWithCustomError(
        to.endpoint,
        "LZ_OnlyRegisteredOrDefaultLib",
      );
    });

    it("refuses more verifiers than LayerZero can count", async () => {
      const { to, gateway, source } = await loadFixture(fixture);
      const requiredDvns = Array.from({ length: 257 }, (_, i) => ethers.toBeHex(i + 1, 20));
      await expect(gateway.setPeer(HERE, EID, source, { ...pathwayOf(to), requiredDvns }))
        .to.be.revertedWithCustomError(gateway, "SafeCastOverflowedUintDowncast")
        .withArgs(8, 257);
    });
  });

  describe("callers", () => {
    it("X3: only the endpoint hands it messages", async () => {
      const { gateway, source, target, sender } = await loadFixture(fixture);
      const origin = { srcEid: EID, sender: asBytes32(await source.getAddress()), nonce: 1n };
      const body = bodyOf({ nonce: 1n, sender: sender.address, recipient: target, payload: PAYLOAD });
      await expect(gateway.connect(sender).lzReceive(origin, ZeroHash, body, sender, "0x"))
        .to.be.revertedWithCustomError(gateway, "LayerZeroGateway_NotEndpoint")
        .withArgs(sender.address);
    });

    it("G1, X12: only who administers sets peers and skips messages, and nobody else configures the endpoint for it", async () => {
      const { to, gateway, source, stranger } = await loadFixture(fixture);
      const theirs = gateway.connect(stranger);
      for (const call of [
        () => theirs.setPeer(HERE, EID, source, pathwayOf(to)),
        () => theirs.skip(HERE, 1n),
        () => theirs.removePeer(HERE),
      ]) {
        await expect(call())
          .to.be.revertedWithCustomError(gateway, "AccessManagedUnauthorized")
          .withArgs(stranger.address);
      }
      const { endpoint, receiveLibrary } = to;
      for (const call of [
        () => endpoint.setReceiveLibrary(gateway, EID, receiveLibrary, 0),
        () => endpoint.setConfig(gateway, receiveLibrary, []),
        () => endpoint.skip(gateway, EID, asBytes32(source.target as string), 1),
      ]) {
        await expect(call()).to.be.revertedWithCustomError(endpoint, "LZ_Unauthorized");
      }
    });

    it("answers the endpoint's questions", async () => {
      const { to, gateway, source, stranger } = await loadFixture(fixture);
      const peer = asBytes32(await source.getAddress());
      expect(await gateway.endpoint()).to.equal(to.endpoint);
      expect(await gateway.nextNonce(EID, peer)).to.equal(0);
      const allowed = (srcEid: number, sender: string) => gateway.allowInitializePath({ srcEid, sender, nonce: 1n });
      expect(await allowed(EID, peer)).to.equal(true);
      expect(await allowed(EID, asBytes32(stranger.address))).to.equal(false);
      expect(await allowed(OTHER_EID, peer)).to.equal(false);
      expect(await allowed(OTHER_EID, ZeroHash)).to.equal(false);
    });

    it("needs an endpoint, and a peer to skip messages of", async () => {
      const { access, gateway, stranger } = await loadFixture(fixture);
      const factory = await ethers.getContractFactory("LayerZeroGateway");
      await expect(factory.deploy(access, stranger))
        .to.be.revertedWithCustomError(factory, "Gateway_NoCode")
        .withArgs(stranger.address);
      await expect(gateway.skip(THERE, MaxUint256 >> 192n))
        .to.be.revertedWithCustomError(gateway, "Gateway_UnknownChain")
        .withArgs(THERE);
    });
  });
});
