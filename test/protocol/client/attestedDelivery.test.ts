import http from "node:http";
import type { AddressInfo } from "node:net";
import { takeSnapshot, time, type SnapshotRestorer } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id, Signature, type Wallet } from "ethers";
import { serveAttester } from "../../../protocol/batcher/attesterServer";
import type { Door } from "../../../protocol/batcher/door";
import {
  attestationDigest,
  CommitteeFinder,
  placeOf,
  readSignature,
  signAttestation,
  type AttestationPlace,
  type Message,
} from "../../../protocol/chain/attestation";
import { Attester } from "../../../protocol/chain/attester";
import { withSigner } from "../../../protocol/chain/chain";
import { AttestedDelivery, gather } from "../../../protocol/client/attestedDelivery";
import { RemoteAttester, type SignatureSource } from "../../../protocol/client/remoteAttester";
import { FactKind } from "../../../protocol/spec";
import type { CommitteeGateway } from "../../../typechain-types";
import { anotherCommitteeGateway, ATTESTERS, attest, committee, messagesOf, QUORUM } from "../../fixtures/committee";
import { rejection } from "../../fixtures/rejection";
import { World } from "../../fixtures/world";

const ADDRESSES = ATTESTERS.map(({ address }) => address);
const TERMS = { attesters: ADDRESSES, quorum: QUORUM };
/** Milliseconds; only what never answers is waited for. */
const SHORT = 50;

const PLACE: AttestationPlace = {
  chainId: 1n,
  source: ADDRESSES[0],
  destinationChainId: 56n,
  destination: ADDRESSES[1],
};
const MESSAGE: Message = { nonce: 7n, sender: ADDRESSES[2], recipient: ADDRESSES[3], payload: id("payload") };
const DIGEST = attestationDigest(PLACE, MESSAGE);

/** A source that answers always the same. */
function source(name: string, answer: () => Promise<string | undefined>): SignatureSource {
  return { name, signatureOf: answer };
}

const signing = (signer: Wallet, place = PLACE, message = MESSAGE): SignatureSource =>
  source(signer.address, () => signAttestation(signer, place, message));

describe("attested delivery", () => {
  describe("gathering", () => {
    it("takes a quorum of signatures in the order of the signers, in whatever order they are told", async () => {
      const [a, b, c, d] = ATTESTERS;
      const all = await attest(PLACE, MESSAGE, ATTESTERS);
      const { signatures, silent } = await gather(
        DIGEST,
        TERMS,
        [d, b, a].map((each) => signing(each)),
      );
      expect(signatures).to.deep.equal([all[0], all[1], all[3]]);
      expect(silent).to.deep.equal([]);
      const more = await gather(
        DIGEST,
        TERMS,
        [d, c, b, a].map((each) => signing(each)),
      );
      expect(more.signatures, "no more than the quorum").to.have.length(QUORUM);
      for (const signature of more.signatures) expect(all).to.include(signature);
    });

    it("X3: an attester counts once, whoever tells its signature", async () => {
      const [a, b] = ATTESTERS;
      const { signatures } = await gather(
        DIGEST,
        TERMS,
        [a, a, b, a, b].map((each) => signing(each)),
      );
      expect(signatures).to.deep.equal(await attest(PLACE, MESSAGE, [a, b]));
    });

    it("X5: what was signed for another place, of another message or by a stranger does not count", async () => {
      const [a, b] = ATTESTERS;
      const [stranger] = committee("stranger", 1);
      const wrong: SignatureSource[] = [
        signing(b, { ...PLACE, destinationChainId: 1n }),
        signing(b, { ...PLACE, destination: ADDRESSES[4] }),
        signing(b, { ...PLACE, chainId: 2n }),
        signing(b, { ...PLACE, source: ADDRESSES[4] }),
        signing(b, PLACE, { ...MESSAGE, nonce: 8n }),
        signing(b, PLACE, { ...MESSAGE, payload: "0x" }),
        signing(stranger),
        ...["0x", "0x1234", "nonsense", `0x${"ff".repeat(65)}`, `0x${"00".repeat(65)}`].map((answer) =>
          source("a liar", async () => answer),
        ),
      ];
      const { signatures, reasons } = await gather(DIGEST, TERMS, [...wrong, signing(a)]);
      expect(signatures).to.deep.equal(await attest(PLACE, MESSAGE, [a]));
      expect(reasons).to.have.length(wrong.length);
      for (const reason of reasons) expect(reason).to.match(/ gave no signature by an attester$/);
      // None of them stops a quorum either.
      const enough = await gather(DIGEST, TERMS, [...wrong, ...ATTESTERS.map((each) => signing(each))]);
      expect(enough.signatures).to.have.length(QUORUM);
    });

    it("waits for nobody once there is a quorum, and names who did not answer where there is none", async () => {
      const hanging = source("hanging", () => new Promise(() => undefined));
      const down = source("down", () => Promise.reject(new Error("connection refused")));
      const idle = source("idle", async () => undefined);
      const [a, b, c] = ATTESTERS.map((each) => signing(each));
      const quick = await gather(DIGEST, TERMS, [hanging, down, idle, a, b, c], 2 ** 31 - 1);
      expect(quick.signatures).to.have.length(QUORUM);
      expect(quick.silent).to.deep.equal([]);

      const { signatures, reasons, silent } = await gather(DIGEST, TERMS, [hanging, down, idle, a, b], SHORT);
      expect(signatures).to.have.length(2);
      expect(silent).to.deep.equal([hanging, down]);
      expect(reasons).to.have.members([
        `hanging does not answer within ${SHORT} ms`,
        "down does not answer: connection refused",
        "idle has not signed",
      ]);
    });

    it("brings signatures into the form that gateways take", async () => {
      const [signature] = await attest(PLACE, MESSAGE, [ATTESTERS[0]]);
      const { compactSerialized } = Signature.from(signature);
      expect(readSignature(DIGEST, compactSerialized)).to.deep.equal({ signer: ADDRESSES[0], signature });
    });
  });

  describe("an attester's door", () => {
    const closing: (() => Promise<void> | void)[] = [];
    afterEach(async () => {
      for (const close of closing.splice(0)) await close();
    });

    async function listen(answer: http.RequestListener): Promise<string> {
      const server = http.createServer(answer);
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      closing.push(() => {
        server.closeAllConnections();
        server.close();
      });
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }

    const ask = (url: string): Promise<string | undefined> =>
      new RemoteAttester(url).signatureOf(DIGEST, new AbortController().signal);

    it("serves signatures by digest, and nothing else", async () => {
      const [{ address }] = ATTESTERS;
      const signatures: Record<string, string> = { [DIGEST]: "0x1234" };
      const door = await serveAttester({ address, signatureOf: (digest) => signatures[digest] }, 0);
      closing.push(() => door.close());
      expect(await ask(door.url)).to.equal("0x1234");
      expect(await ask(`${door.url}/`)).to.equal("0x1234");
      delete signatures[DIGEST];
      expect(await ask(door.url)).to.equal(undefined);
      for (const path of ["", "/signatures", "/signatures/0x12", `/signatures/${DIGEST}/x`, "/%", "//"]) {
        expect((await fetch(door.url + path)).status, path).to.equal(404);
      }
      expect((await fetch(`${door.url}/signatures/${DIGEST}`, { method: "POST" })).status).to.equal(404);
    });

    it("is not followed elsewhere, and not read without end", async () => {
      const elsewhere = await listen((_, response) =>
        response.writeHead(302, { location: "http://127.0.0.1:1" }).end(),
      );
      const endless = await listen((_, response) => {
        const write = () => {
          while (!response.destroyed && response.write(" ".repeat(4096)));
        };
        response.on("drain", write);
        write();
      });
      const silly = await listen((_, response) => response.end('{"signature":{"$":"7"}}'));
      const broken = await listen((_, response) => response.writeHead(500).end("{}"));
      const html = await listen((_, response) => response.end("<html>"));
      await rejection(ask(elsewhere));
      expect((await rejection(ask(endless))).message).to.equal("the answer has more than 1000 bytes");
      expect((await rejection(ask(silly))).message).to.equal("the answer has no signature");
      expect((await rejection(ask(broken))).message).to.equal("status 500");
      await rejection(ask(html));
    });

    it("has an address of a server", () => {
      for (const wrong of ["", "attester", "127.0.0.1:8700", "ftp://host", "file:///tmp"]) {
        expect(() => new RemoteAttester(wrong), wrong).to.throw("attesters: must be addresses like http://HOST:PORT");
      }
    });
  });

  describe("over two chains", () => {
    let world: World;
    let start: SnapshotRestorer;
    let attesters: Attester[];
    const doors: Door[] = [];

    before(async () => {
      world = await World.create([1, 2], [], 1, TERMS);
      for (let i = 0; i < 2; i++) await world.deposit(world.people.alice, world.secondary, { amount: 5n });
      start = await takeSnapshot();
    });
    beforeEach(async () => {
      attesters = await Promise.all(ATTESTERS.map((signer) => Attester.open(world.chains, signer)));
    });
    afterEach(async () => {
      for (const door of doors.splice(0)) await door.close();
      await start.restore();
    });
    after(() => world.destroy());

    /** Each attester that is named, behind its door, and what it has signed by now. */
    async function serving(places: readonly number[]): Promise<RemoteAttester[]> {
      const remotes: RemoteAttester[] = [];
      for (const place of places) {
        await attesters[place].step();
        const door = await serveAttester(attesters[place], 0);
        doors.push(door);
        remotes.push(new RemoteAttester(door.url));
      }
      return remotes;
    }

    const publish = async (count: number): Promise<void> => {
      const { secondary, primary } = world;
      await (await secondary.facts.publish(FactKind.Queue, count, primary.index)).wait();
    };

    /** What the committee told the primary of the secondary's head at a count. */
    async function told(count: number): Promise<boolean> {
      const { primary, secondary } = world;
      const said = await primary.facts.reportOf(FactKind.Queue, secondary.index, count, primary.committee!);
      return said === (await secondary.vault.headAt(count));
    }

    it("says what lacks signatures and how many, and delivers it once there are enough, once", async () => {
      await publish(1);
      const [a, b, c] = await serving([0, 1, 2]);
      const below = await (await AttestedDelivery.open(world.chains, [b, a, a])).step();
      expect(below.delivered).to.deep.equal([]);
      expect(below.failures).to.deep.equal([]);
      expect(below.lacking).to.have.length(1);
      expect(below.lacking[0]).to.deep.include({ from: "chain 2", to: "chain 1", signatures: 2, quorum: QUORUM });
      expect(await told(1)).to.equal(false);

      const delivery = await AttestedDelivery.open(world.chains, [c, b, a]);
      const { delivered } = await delivery.step();
      expect(delivered.map(({ message, from, to }) => [message.nonce, from, to])).to.deep.equal([
        [1n, "chain 2", "chain 1"],
      ]);
      expect(await told(1)).to.equal(true);
      expect(await delivery.step()).to.deep.equal({ delivered: [], lacking: [], failures: [] });
    });

    it("delivers no fact twice that was published again, and what it finds anew", async () => {
      for (const count of [1, 1, 2, 1]) await publish(count);
      const delivery = await AttestedDelivery.open(world.chains, await serving([2, 3, 4]));
      const { delivered, lacking, failures } = await delivery.step();
      expect(delivered.map(({ message }) => message.nonce)).to.deep.equal([1n, 3n]);
      expect([lacking, failures]).to.deep.equal([[], []]);
      expect([await told(1), await told(2)]).to.deep.equal([true, true]);
    });

    it("delivers by a gateway that is registered later", async () => {
      const { primary, secondary } = world;
      const remotes = await serving([0, 1, 2]);
      const delivery = await AttestedDelivery.open(world.chains, remotes);
      const [here, there] = [await anotherCommitteeGateway(secondary), await anotherCommitteeGateway(primary)];
      const { chainId } = await primary.provider.getNetwork();
      await (await here.setPeer(chainId, there)).wait();
      await (await there.setPeer(chainId, here)).wait();
      await (await secondary.facts.addGateway(here)).wait();
      await (await primary.facts.addGateway(there)).wait();
      await publish(1);
      for (const attester of attesters) await attester.step();
      const { delivered, lacking, failures } = await delivery.step();
      expect([delivered.length, lacking, failures]).to.deep.equal([2, [], []]);
      const said = await primary.facts.reportOf(FactKind.Queue, secondary.index, 1, there);
      expect(said).to.equal(await secondary.vault.headAt(1));
    });

    it("delivers again what a reorganisation took back", async () => {
      await publish(1);
      const delivery = await AttestedDelivery.open(world.chains, await serving([0, 2, 4]));
      const fork = await takeSnapshot();
      expect((await delivery.step()).delivered).to.have.length(1);
      expect((await delivery.step()).delivered).to.have.length(0);
      await fork.restore();
      await time.increase(1);
      expect(await told(1)).to.equal(false);
      expect((await delivery.step()).delivered).to.have.length(1);
      expect(await told(1)).to.equal(true);
    });

    it("is content when somebody else delivered meanwhile", async () => {
      await publish(1);
      const { primary, secondary } = world;
      const [from] = await new CommitteeFinder(secondary).find();
      const [to] = await new CommitteeFinder(primary).find();
      const [sent] = await secondary.committee!.queryFilter(secondary.committee!.filters.MessageSent());
      const [message] = messagesOf(secondary.committee as CommitteeGateway, await sent.getTransactionReceipt());
      const honest = await serving([0, 1, 2]);
      let isDelivered = false;
      const rival: SignatureSource = {
        name: "rival",
        signatureOf: async (digest, signal) => {
          const signatures = await attest(placeOf(from, to), message);
          if (!isDelivered) await (await primary.committee!.deliver(from.evmChainId, message, signatures)).wait();
          isDelivered = true;
          return honest[0].signatureOf(digest, signal);
        },
      };
      const delivery = await AttestedDelivery.open(world.chains, [rival, ...honest.slice(1)]);
      expect(await delivery.step()).to.deep.equal({ delivered: [], lacking: [], failures: [] });
      expect(isDelivered).to.equal(true);
    });

    it("X7: a message that its chain refuses keeps no other from being delivered", async () => {
      const { primary, secondary } = world;
      await publish(1);
      await (await primary.facts.publish(FactKind.Batch, 0, secondary.index)).wait();
      await publish(2);
      const sources = await serving([0, 1, 2]);
      const delivery = await AttestedDelivery.open(world.chains, sources);
      // The primary's Facts takes nothing from the committee any more, though it did when the attesters signed.
      const [admin] = world.chains.map(({ signer }) => signer);
      await (await primary.facts.connect(admin).setThreshold(1)).wait();
      await (await primary.facts.connect(admin).removeGateway(primary.committee!)).wait();
      const { delivered, failures } = await delivery.step();
      expect(delivered.map(({ from, to }) => [from, to])).to.deep.equal([["chain 1", "chain 2"]]);
      expect(failures).to.have.length(2);
      for (const { message } of failures)
        expect(message).to.match(/^chain 1: delivering message \d \(queue head at \d\)/);
    });

    it("needs a signer on each chain, and a committee", async () => {
      const [primary, secondary] = world.chains;
      const readers = [primary, withSigner(secondary, undefined)];
      expect((await rejection(AttestedDelivery.open(readers, []))).message).to.equal(
        "chain 2: delivering attested messages: needs a signer",
      );
      const facts = new Proxy(primary.facts, {
        get: (target, name) => (name === "gateways" ? async () => [] : (Reflect.get(target, name) as unknown)),
      });
      expect((await rejection(AttestedDelivery.open([{ ...primary, facts }], []))).message).to.equal(
        "chain 1: delivering attested messages: no committee gateway is registered",
      );
    });
  });
});
