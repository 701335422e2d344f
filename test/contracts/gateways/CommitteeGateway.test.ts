import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { concat, dataSlice, Signature, toBeHex, TypedDataEncoder, type Wallet, ZeroAddress } from "ethers";
import { ethers } from "hardhat";
import type { Message } from "../../../protocol/chain/attestation";
import { FactKind } from "../../../protocol/spec";
import { attest, ATTESTERS, carryAttested, committee, messagesOf, placeOf, QUORUM } from "../../fixtures/committee";
import { connect, deployChain, interoperableAddress, PRIMARY, SECONDARY } from "../../fixtures/contracts";
import { HERE, LOCAL, PAYLOAD, receiveId, send, THERE } from "../../fixtures/gateways";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const MAX_ATTESTERS = 32;

const addresses = (wallets: readonly Wallet[]): string[] => wallets.map(({ address }) => address);

describe("CommitteeGateway", () => {
  /** Two gateways, and a recipient behind the second. */
  async function fixture() {
    const [admin, sender, stranger] = await ethers.getSigners();
    const access = await ethers.deployContract("AccessManager", [admin]);
    const deploy = () => ethers.deployContract("CommitteeGateway", [access, addresses(ATTESTERS), QUORUM]);
    const [source, gateway] = [await deploy(), await deploy()];
    await source.setPeer(THERE, gateway);
    await gateway.setPeer(HERE, source);
    const recipient = await ethers.deployContract("MockMessageRecipient");
    const target = await recipient.getAddress();
    const sendOne = async () => messagesOf(source, await send(source.connect(sender), target))[0];
    const message = await sendOne();
    const place = await placeOf(source, HERE, gateway);
    const id = receiveId(HERE, await source.getAddress(), 1n);
    const deliver = async (signers?: Wallet[], of: Message = message) =>
      gateway.deliver(HERE, of, await attest(place, of, signers));
    return {
      access,
      source,
      gateway,
      recipient,
      target,
      sender,
      stranger,
      deploy,
      sendOne,
      message,
      place,
      id,
      deliver,
    };
  }

  it("tells attesters what was sent, and charges nothing", async () => {
    const { source, target, sender } = await loadFixture(fixture);
    const to = interoperableAddress(THERE, target);
    const mine = source.connect(sender);
    expect(await mine.quote(to, PAYLOAD)).to.equal(0);
    await expect(mine.sendMessage(to, PAYLOAD, []))
      .to.emit(source, "MessageSent")
      .withArgs(toBeHex(2, 32), interoperableAddress(LOCAL, sender.address), to, PAYLOAD, 0, []);
    await expect(mine.sendMessage(to, PAYLOAD, [], { value: 5n })).to.changeEtherBalances([sender, source], [0, 0]);
  });

  describe("delivery", () => {
    it("carries a message that a quorum attested, or more, by anyone's hand", async () => {
      const { gateway, recipient, sender, stranger, message, place, id } = await loadFixture(fixture);
      for (const signers of [ATTESTERS.slice(0, QUORUM), ATTESTERS.slice(-QUORUM), ATTESTERS]) {
        const snapshot = (await ethers.provider.send("evm_snapshot", [])) as string;
        await expect(gateway.connect(stranger).deliver(HERE, message, await attest(place, message, signers)))
          .to.emit(gateway, "MessageDelivered")
          .withArgs(id, recipient)
          .to.emit(recipient, "Received")
          .withArgs(gateway, id, interoperableAddress(HERE, sender.address), PAYLOAD);
        await ethers.provider.send("evm_revert", [snapshot]);
      }
    });

    it("carries a fact from one chain's contract to the other's", async () => {
      const { deploy } = await loadFixture(fixture);
      const [source, gateway] = [await deploy(), await deploy()];
      await source.setPeer(LOCAL, gateway);
      await gateway.setPeer(LOCAL, source);
      const primary = await deployChain({ index: PRIMARY, gateways: 0 });
      const secondary = await deployChain({ index: SECONDARY, gateways: 0 });
      await connect(primary, secondary);
      await connect(secondary, primary);
      await primary.facts.addGateway(source);
      await secondary.facts.addGateway(gateway);
      const receipt = await (await primary.facts.publish(FactKind.Batch, 0, SECONDARY)).wait();
      await carryAttested(source, LOCAL, gateway, receipt!);
      const hash = await primary.rollup.batchHash(0);
      expect(await secondary.facts.holds(FactKind.Batch, PRIMARY, 0, hash)).to.equal(true);
    });

    it("X2: messages are delivered in any order", async () => {
      const { gateway, source, sendOne, message, deliver } = await loadFixture(fixture);
      const messages = [message, await sendOne(), await sendOne()];
      for (const i of [2, 0, 1]) {
        await deliver(undefined, messages[i]);
        expect(await gateway.delivered(receiveId(HERE, await source.getAddress(), BigInt(i + 1)))).to.equal(true);
      }
    });

    it("X1: delivered n times, a message arrives once, by whomever it is attested again", async () => {
      const { gateway, deliver, id } = await loadFixture(fixture);
      await deliver();
      for (const signers of [ATTESTERS.slice(0, QUORUM), ATTESTERS.slice(1, QUORUM + 1), ATTESTERS]) {
        await expect(deliver(signers)).to.be.revertedWithCustomError(gateway, "Gateway_AlreadyDelivered").withArgs(id);
      }
    });

    it("X3: fewer signatures than the quorum are not enough", async () => {
      const { gateway, deliver } = await loadFixture(fixture);
      for (let count = 0; count < QUORUM; count++) {
        await expect(deliver(ATTESTERS.slice(0, count)))
          .to.be.revertedWithCustomError(gateway, "CommitteeGateway_TooFewSignatures")
          .withArgs(QUORUM, count);
      }
    });

    it("X3: one attester signs once, and signatures ascend", async () => {
      const { gateway, deliver } = await loadFixture(fixture);
      const [a, b, c] = ATTESTERS;
      for (const [signers, previous, next] of [
        [[a, a, b], a, a],
        [[a, b, b], b, b],
        [[a, b, c, c], c, c],
        [[b, a, c], b, a],
        [[a, c, b], c, b],
      ] as const) {
        await expect(deliver([...signers]))
          .to.be.revertedWithCustomError(gateway, "CommitteeGateway_NotAscending")
          .withArgs(previous.address, next.address);
      }
    });

    it("X3: who is no attester does not count, nor hides behind those who are", async () => {
      const { gateway, deliver } = await loadFixture(fixture);
      const [stranger] = committee("stranger", 1);
      for (const count of [QUORUM - 1, QUORUM]) {
        const signers = [...ATTESTERS.slice(0, count), stranger].sort((a, b) =>
          BigInt(a.address) < BigInt(b.address) ? -1 : 1,
        );
        await expect(deliver(signers))
          .to.be.revertedWithCustomError(gateway, "CommitteeGateway_NotAttester")
          .withArgs(stranger.address);
      }
    });

    it("X3: signatures of one message are none of another", async () => {
      const { gateway, message, place, recipient, stranger } = await loadFixture(fixture);
      const signatures = await attest(place, message);
      const changes: Partial<Message>[] = [
        { nonce: 2n },
        { sender: stranger.address },
        { recipient: stranger.address },
        { payload: "0x" },
        { payload: concat([PAYLOAD, "0x00"]) },
      ];
      for (const change of changes) {
        const call = gateway.deliver(HERE, { ...message, ...change }, signatures);
        await expect(call, Object.keys(change)[0]).to.be.revertedWithCustomError(
          gateway,
          "CommitteeGateway_NotAttester",
        );
      }
      await expect(gateway.deliver(HERE, message, signatures)).to.emit(recipient, "Received");
    });

    it("X4: a chain without a peer sends nothing", async () => {
      const { gateway, message, place } = await loadFixture(fixture);
      for (const chainId of [0n, THERE]) {
        const signatures = await attest({ ...place, chainId, source: ZeroAddress }, message);
        await expect(gateway.deliver(chainId, message, signatures))
          .to.be.revertedWithCustomError(gateway, "Gateway_UnknownChain")
          .withArgs(chainId);
      }
    });

    it("X5: attestations of another gateway, another chain, another deployment or another network are refused", async () => {
      const { gateway, message, place, stranger } = await loadFixture(fixture);
      for (const change of [
        { source: stranger.address },
        { chainId: THERE },
        { destination: stranger.address },
        { destinationChainId: LOCAL + 1n },
      ]) {
        const signatures = await attest({ ...place, ...change }, message);
        const call = gateway.deliver(HERE, message, signatures);
        await expect(call, Object.keys(change)[0]).to.be.revertedWithCustomError(
          gateway,
          "CommitteeGateway_NotAttester",
        );
      }
    });

    it("X5: what a replaced peer sent is not delivered", async () => {
      const { gateway, deliver, stranger } = await loadFixture(fixture);
      await gateway.setPeer(HERE, stranger);
      await expect(deliver()).to.be.revertedWithCustomError(gateway, "CommitteeGateway_NotAttester");
    });

    it("X7: a delivery that failed is tried again", async () => {
      const { gateway, recipient, deliver, id } = await loadFixture(fixture);
      await recipient.setRefuses(true);
      await expect(deliver()).to.be.revertedWithCustomError(recipient, "Refused");
      expect(await gateway.delivered(id)).to.equal(false);
      await recipient.setRefuses(false);
      await expect(deliver()).to.emit(recipient, "Received");
    });

    it("X8: native coin cannot come with a delivery", async () => {
      const { gateway, message, place, sender } = await loadFixture(fixture);
      const data = gateway.interface.encodeFunctionData("deliver", [HERE, message, await attest(place, message)]);
      await expect(sender.sendTransaction({ to: gateway, data, value: 1n })).to.be.revertedWithoutReason();
    });

    it("refuses signatures in a second form, of a wrong length, or of nobody", async () => {
      const { gateway, message, place } = await loadFixture(fixture);
      const [first, second, third] = await attest(place, message);
      const { r, s, v } = Signature.from(first);
      const mirrored = concat([r, toBeHex(ORDER - BigInt(s), 32), v === 27 ? "0x1c" : "0x1b"]);
      const deliver = (signature: string) => gateway.deliver(HERE, message, [signature, second, third]);
      await expect(deliver(mirrored)).to.be.revertedWithCustomError(gateway, "ECDSAInvalidSignatureS");
      for (const wrong of [dataSlice(first, 0, 64), concat([first, "0x00"]), "0x"]) {
        await expect(deliver(wrong)).to.be.revertedWithCustomError(gateway, "ECDSAInvalidSignatureLength");
      }
      await expect(deliver(concat([r, s, "0x1d"]))).to.be.revertedWithCustomError(gateway, "ECDSAInvalidSignature");
    });

    it("shows the digest that attesters sign", async () => {
      const { gateway, message, place } = await loadFixture(fixture);
      const types = { Attestation: ATTESTATION_FIELDS.map(([type, name]) => ({ name, type })) };
      const domain = {
        name: "Causeway committee gateway",
        version: "1",
        chainId: LOCAL,
        verifyingContract: place.destination,
      };
      const digest = TypedDataEncoder.hash(domain, types, { chainId: HERE, gateway: place.source, ...message });
      expect(await gateway.digestOf(HERE, message)).to.equal(digest);
    });
  });

  describe("committee", () => {
    it("keeps attesters and quorum", async () => {
      const { access, gateway, stranger } = await loadFixture(fixture);
      expect(await gateway.attesters()).to.deep.equal(addresses(ATTESTERS));
      expect(await gateway.quorum()).to.equal(QUORUM);
      for (const address of addresses(ATTESTERS)) expect(await gateway.isAttester(address)).to.equal(true);
      expect(await gateway.isAttester(stranger)).to.equal(false);
      const most = committee("one of many", MAX_ATTESTERS);
      const large = await ethers.deployContract("CommitteeGateway", [access, addresses(most), MAX_ATTESTERS]);
      expect(await large.attesters()).to.deep.equal(addresses(most));
    });

    it("is replaced as a whole: signatures of those who left stop counting", async () => {
      const { gateway, recipient, deliver } = await loadFixture(fixture);
      const others = committee("successor", 2);
      const next = [...others, ATTESTERS[2]].sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
      await expect(gateway.setCommittee(addresses(next), 2))
        .to.emit(gateway, "CommitteeSet")
        .withArgs(addresses(next), 2);
      expect(await gateway.attesters()).to.deep.equal(addresses(next));
      for (const [i, attester] of ATTESTERS.entries()) {
        expect(await gateway.isAttester(attester.address)).to.equal(i === 2);
      }
      await expect(deliver(ATTESTERS)).to.be.revertedWithCustomError(gateway, "CommitteeGateway_NotAttester");
      await expect(deliver(next.slice(0, 2))).to.emit(recipient, "Received");
    });

    it("wants more than half of the attesters, and not more than all", async () => {
      const { gateway } = await loadFixture(fixture);
      for (const [count, least] of [
        [1, 1],
        [2, 2],
        [3, 2],
        [4, 3],
        [5, 3],
      ]) {
        const list = addresses(ATTESTERS.slice(0, count));
        for (const quorum of [0, least - 1, count + 1]) {
          await expect(gateway.setCommittee(list, quorum))
            .to.be.revertedWithCustomError(gateway, "CommitteeGateway_InvalidQuorum")
            .withArgs(quorum, count);
        }
        for (const quorum of [least, count]) await gateway.setCommittee(list, quorum);
      }
      for (const quorum of [0, 1]) {
        await expect(gateway.setCommittee([], quorum))
          .to.be.revertedWithCustomError(gateway, "CommitteeGateway_InvalidQuorum")
          .withArgs(quorum, 0);
      }
    });

    it("has different attesters, none of them zero, and not too many", async () => {
      const { gateway, access } = await loadFixture(fixture);
      const [a, b] = addresses(ATTESTERS);
      for (const [list, previous, next] of [
        [[a, a], a, a],
        [[b, a], b, a],
        [[ZeroAddress, a], ZeroAddress, ZeroAddress],
      ] as const) {
        await expect(gateway.setCommittee([...list], 2))
          .to.be.revertedWithCustomError(gateway, "CommitteeGateway_NotAscending")
          .withArgs(previous, next);
      }
      const many = addresses(committee("one of too many", MAX_ATTESTERS + 1));
      const factory = await ethers.getContractFactory("CommitteeGateway");
      for (const call of [() => gateway.setCommittee(many, 33), () => factory.deploy(access, many, 33)]) {
        await expect(call())
          .to.be.revertedWithCustomError(gateway, "CommitteeGateway_TooManyAttesters")
          .withArgs(MAX_ATTESTERS + 1);
      }
    });

    it("G1, X12: only who administers sets peers and the committee", async () => {
      const { gateway, source, stranger } = await loadFixture(fixture);
      const theirs = gateway.connect(stranger);
      for (const call of [
        () => theirs.setPeer(HERE, source),
        () => theirs.removePeer(HERE),
        () => theirs.setCommittee(addresses(ATTESTERS), 5),
      ]) {
        await expect(call())
          .to.be.revertedWithCustomError(gateway, "AccessManagedUnauthorized")
          .withArgs(stranger.address);
      }
    });
  });
});

const ATTESTATION_FIELDS = [
  ["uint256", "chainId"],
  ["address", "gateway"],
  ["uint256", "nonce"],
  ["address", "sender"],
  ["address", "recipient"],
  ["bytes", "payload"],
];
