import { mine, takeSnapshot, time, type SnapshotRestorer } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { recoverAddress, type Wallet } from "ethers";
import { ethers } from "hardhat";
import {
  agreedDigest,
  attestationDigest,
  CommitteeFinder,
  finalityOf,
  placeOf,
  type Committee,
  type SentMessage,
} from "../../../protocol/chain/attestation";
import { Attester, type AttesterEvent } from "../../../protocol/chain/attester";
import type { Chain } from "../../../protocol/chain/chain";
import { readInteroperable } from "../../../protocol/chain/interoperable";
import { FactKind } from "../../../protocol/spec";
import type { CommitteeGateway } from "../../../typechain-types";
import { anotherCommitteeGateway, ATTESTERS, committee, messagesOf, QUORUM } from "../../fixtures/committee";
import { interoperableAddress } from "../../fixtures/contracts";
import { rejection } from "../../fixtures/rejection";
import { World } from "../../fixtures/world";

const FINALITY = 900;

describe("attester", () => {
  let world: World;
  let start: SnapshotRestorer;
  /** Of the secondary, whose messages are signed, and of the primary. */
  let source: Committee;
  let destination: Committee;
  const events: AttesterEvent[] = [];

  before(async () => {
    const attesters = ATTESTERS.map(({ address }) => address);
    world = await World.create([1, 2], [], 1, { attesters, quorum: QUORUM });
    const { primary, secondary, people } = world;
    await (await secondary.facts.setFinality(FINALITY)).wait();
    for (let i = 0; i < 2; i++) await world.deposit(people.alice, secondary, { amount: 5n });
    for (const count of [1, 2]) await (await secondary.facts.record(FactKind.Queue, count)).wait();
    await time.increase(FINALITY);
    [destination] = await new CommitteeFinder(primary).find();
    [source] = await new CommitteeFinder(secondary).find();
    start = await takeSnapshot();
  });
  beforeEach(() => events.splice(0));
  afterEach(() => start.restore());
  after(() => world.destroy());

  const open = (signer: Wallet = ATTESTERS[0], chains: readonly Chain[] = world.chains): Promise<Attester> =>
    Attester.open(chains, signer, (event) => events.push(event));

  /** Sends the secondary's head at a count to the primary. */
  async function publish(count = 1): Promise<{ message: SentMessage; digest: string }> {
    const { secondary, primary } = world;
    const sent = await secondary.facts.publish(FactKind.Queue, count, primary.index);
    const [message] = messagesOf(secondary.committee as CommitteeGateway, (await sent.wait())!);
    return { message, digest: attestationDigest(placeOf(source, destination), message) };
  }

  /** The time at which a message is final, unix seconds. */
  async function finalAt({ blockNumber }: SentMessage): Promise<number> {
    return (await ethers.provider.getBlock(blockNumber))!.timestamp + FINALITY;
  }

  /** A chain whose provider answers some calls otherwise. */
  function changed(chain: Chain, changes: Partial<Record<keyof Chain["provider"], unknown>>): Chain {
    const provider = new Proxy(chain.provider, {
      get: (target, name) => {
        if (name in changes) return changes[name as keyof typeof changes];
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    return { ...chain, provider };
  }

  it("signs what the gateway asks for once it is final, not a second before, and again when it starts anew", async () => {
    const attester = await open();
    expect(attester.chains).to.deep.equal(["chain 1", "chain 2"]);
    const { message, digest } = await publish();
    const { nonce, sender, recipient, payload } = message;
    const asked = await destination.gateway.digestOf(source.evmChainId, { nonce, sender, recipient, payload });
    expect(digest).to.equal(asked);

    await time.increaseTo((await finalAt(message)) - 1);
    await attester.step();
    expect(attester.signatureOf(digest)).to.equal(undefined);
    expect(attester.waiting).to.equal(1);
    await time.increase(1);
    await attester.step();
    const signature = attester.signatureOf(digest)!;
    expect(recoverAddress(digest, signature)).to.equal(attester.address);
    expect(attester.waiting).to.equal(0);
    expect(events).to.deep.equal([{ type: "signed", message, from: "chain 2", to: "chain 1", digest }]);

    const restarted = await open();
    await restarted.step();
    expect(restarted.signatureOf(digest)).to.equal(signature);
  });

  it("X6: never signs what a reorganisation took back before it was final, but what came in its place", async () => {
    const attester = await open();
    const fork = await takeSnapshot();
    const lost = await publish(1);
    await attester.step();
    expect(attester.waiting).to.equal(1);

    await fork.restore();
    await mine(3);
    const kept = await publish(2);
    expect(kept.message.nonce, "the gateway numbers from where it stood").to.equal(lost.message.nonce);
    await time.increaseTo(await finalAt(kept.message));
    await attester.step();
    expect(
      events.map(({ type }) => type),
      "both chains are in one EVM",
    ).to.deep.equal(["reorganised", "reorganised", "signed"]);
    expect(attester.signatureOf(lost.digest)).to.equal(undefined);
    expect(attester.signatureOf(kept.digest)).to.be.a("string");
  });

  it("X6: forgets what it signed when even that was taken back", async () => {
    const attester = await open();
    const fork = await takeSnapshot();
    const { message, digest } = await publish();
    await time.increaseTo(await finalAt(message));
    await attester.step();
    expect(attester.signatureOf(digest)).to.be.a("string");
    await fork.restore();
    await mine(5, { interval: FINALITY });
    await attester.step();
    expect(attester.signatureOf(digest)).to.equal(undefined);
  });

  it("X6: signs nothing of a block that does not stand when it would sign, whatever was read before", async () => {
    const { primary, secondary } = world;
    const { message, digest } = await publish();
    await time.increaseTo(await finalAt(message));
    for (const replacement of [null, { hash: ethers.id("another"), timestamp: 1 }]) {
      const getBlock = (tag: number | "latest") =>
        tag === message.blockNumber ? Promise.resolve(replacement) : secondary.provider.getBlock(tag);
      const attester = await open(ATTESTERS[0], [primary, changed(secondary, { getBlock })]);
      await attester.step();
      expect(attester.signatureOf(digest)).to.equal(undefined);
      expect(attester.waiting).to.equal(1);
    }
  });

  it("waits as long as the network needs, where the chain's own finality is shorter", async () => {
    const { primary, secondary } = world;
    const onEthereum = (chain: Chain): Chain => changed(chain, { getNetwork: async () => ({ chainId: 1n }) });
    expect(await finalityOf(primary)).to.equal(0);
    expect(await finalityOf(secondary)).to.equal(FINALITY);
    expect(await finalityOf(onEthereum(primary))).to.equal(960);
    await (await secondary.facts.setFinality(2_000)).wait();
    expect(await finalityOf(onEthereum(secondary))).to.equal(2_000);
  });

  it("X5: signs nothing where the destination would have another digest signed, or has another peer", async () => {
    const { message, digest } = await publish();
    expect(await agreedDigest(source, destination, message)).to.equal(digest);
    for (const [from, to] of [
      [source, { ...destination, evmChainId: destination.evmChainId + 1n }],
      [source, { ...destination, address: source.address }],
      [{ ...source, address: destination.address }, destination],
    ]) {
      expect((await rejection(agreedDigest(from, to, message))).message).to.match(
        /^chain 1: message 1 \(queue head at 1\) of chain 2: digestOf is 0x.* what would be signed is 0x/,
      );
    }
    const attester = await open();
    const gateway = world.primary.committee as CommitteeGateway;
    await time.increaseTo(await finalAt(message));
    await (await gateway.setPeer(source.evmChainId, world.people.bob.address)).wait();
    await attester.step();
    expect([attester.signatureOf(digest), attester.waiting]).to.deep.equal([undefined, 1]);
    await (await gateway.setPeer(source.evmChainId, source.address)).wait();
    await attester.step();
    expect(attester.signatureOf(digest)).to.be.a("string");
  });

  it("X5: signs what Facts sent to Facts alone: anyone may send by the gateway", async () => {
    const { primary, secondary, people } = world;
    const gateway = (secondary.committee as CommitteeGateway).connect(people.bob.signer);
    const to = interoperableAddress(source.evmChainId, primary.addresses.facts);
    await (await gateway.sendMessage(to, ethers.id("forged"), [])).wait();
    await time.increase(FINALITY);
    const attester = await open();
    await attester.step();
    expect(attester.waiting).to.equal(0);
    expect(events).to.deep.equal([]);
  });

  it("signs for a gateway that is registered while it runs, also what was sent before the destination had it", async () => {
    const { primary, secondary } = world;
    const attester = await open();
    const [here, there] = [await anotherCommitteeGateway(secondary), await anotherCommitteeGateway(primary)];
    const { chainId } = await ethers.provider.getNetwork();
    await (await here.setPeer(chainId, there)).wait();
    await (await secondary.facts.addGateway(here)).wait();
    const sent = await secondary.facts.publish(FactKind.Queue, 1, primary.index);
    const [message] = messagesOf(here, (await sent.wait())!);
    await time.increaseTo(await finalAt(message));
    await attester.step();
    // By the gateways that both chains have; the new one has no peer yet.
    expect(events.map(({ type }) => type)).to.deep.equal(["joined", "signed"]);
    expect(attester.waiting).to.equal(1);

    await (await there.setPeer(chainId, here)).wait();
    await (await primary.facts.addGateway(there)).wait();
    await attester.step();
    await attester.step();
    expect(events.map(({ type }) => type)).to.deep.equal(["joined", "signed", "joined", "signed"]);
    const [, joined] = await new CommitteeFinder(secondary).find();
    const [, to] = await new CommitteeFinder(primary).find();
    const digest = attestationDigest(placeOf(joined, to), message);
    expect(recoverAddress(digest, attester.signatureOf(digest)!)).to.equal(ATTESTERS[0].address);
  });

  it("a chain that cannot be read is told of, and keeps no other's messages from being signed", async () => {
    const { primary, secondary } = world;
    const { message, digest } = await publish();
    await time.increaseTo(await finalAt(message));
    const getBlockNumber = () => Promise.reject(new Error("connection refused"));
    const attester = await open(ATTESTERS[0], [changed(primary, { getBlockNumber }), secondary]);
    await attester.step();
    expect(attester.signatureOf(digest)).to.be.a("string");
    await attester.step();
    const failures = events.flatMap((event) => (event.type === "failed" ? [event.error.message] : []));
    expect(failures, "told once").to.deep.equal(["chain 1: reading sent messages: connection refused"]);
  });

  it("does not start for a key of no committee", async () => {
    const [stranger] = committee("stranger", 1);
    expect((await rejection(open(stranger))).message).to.equal(
      `chain 1, chain 2: starting the attester: ${stranger.address} is in no committee of a registered gateway`,
    );
  });

  it("reads addresses that name an EVM chain, and no others", () => {
    const { address } = ATTESTERS[0];
    for (const chainId of [1n, 31337n, 245022934n]) {
      expect(readInteroperable(interoperableAddress(chainId, address))).to.deep.equal({ chainId, address });
    }
    const right = interoperableAddress(1n, address);
    for (const wrong of ["0x", `${right}00`, right.slice(0, -2), right.replace("0x0001", "0x0002"), address]) {
      expect(() => readInteroperable(wrong), wrong).to.throw("interoperable address: must be of an EVM chain");
    }
  });
});
