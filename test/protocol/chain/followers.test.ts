import { mine, takeSnapshot } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import type { EventLog } from "ethers";
import { ethers } from "hardhat";
import { BatchFollower } from "../../../protocol/chain/batchFollower";
import { openChain, type Chain } from "../../../protocol/chain/chain";
import { GatewayCarrier } from "../../../protocol/chain/factCarrier";
import { Ledger } from "../../../protocol/chain/ledger";
import { QueueFollower } from "../../../protocol/chain/queueFollower";
import { FactKind, QUEUE_RING } from "../../../protocol/spec";
import { ZERO_HASH } from "../../../protocol/witness";
import { rejection } from "../../fixtures/rejection";
import { World } from "../../fixtures/world";

interface Log {
  args: Record<string, unknown>;
}

/** The same log with a copy of these arguments, which may be changed. */
function copyOf(log: Log, args: Log["args"]): Log {
  const fields = "toObject" in args ? (args.toObject as () => Log["args"])() : args;
  return Object.create(log, { args: { value: { ...fields } } }) as Log;
}

describe("chain: followers", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
    await world.start();
  });
  afterEach(() => world.destroy());

  /** The chain as a node shows it that changes what events say. */
  function lying(contract: "vault" | "rollup", change: (logs: Log[]) => Log[]): Chain {
    const { primary } = world;
    const queryFilter = async (...args: Parameters<Chain["vault"]["queryFilter"]>) => {
      const logs = await primary[contract].queryFilter(...args);
      const copies = logs.map((log) => copyOf(log as never, (log as never as Log).args));
      return change(copies);
    };
    const address = primary[contract].getAddress.bind(primary[contract]);
    return { ...primary, [contract]: { queryFilter, getAddress: address, batchHash: primary.rollup.batchHash } };
  }

  describe("request queue", () => {
    beforeEach(async () => {
      const { alice, bob } = world.people;
      for (const person of [alice, bob, alice]) await world.deposit(person, world.primary, { amount: 5n });
    });

    it("reads requests once, and their heads", async () => {
      const { primary, people } = world;
      const queue = new QueueFollower(primary);
      expect(await queue.sync()).to.equal(true);
      expect(await queue.sync()).to.equal(false);
      expect(queue.requests.map(({ index }) => index)).to.deep.equal([0, 1, 2]);
      expect(queue.requests[1].request).to.deep.equal({
        op: "Deposit",
        chain: 1,
        token: 1025,
        amount: 5n,
        account: 0,
        cell: 0,
        owner: people.bob.address,
        key: people.bob.key.ay,
      });
      expect(queue.headAt(0)).to.equal(ZERO_HASH);
      for (const count of [1, 2, 3]) expect(queue.headAt(count)).to.equal(await primary.vault.headAt(count));
      expect(() => queue.headAt(4)).to.throw("chain 1: request queue: has 3 requests, not 4");
    });

    it("folds to the end of the prefix itself, or over later hashes once the ring is half full", async () => {
      const queue = new QueueFollower(world.primary);
      await queue.sync();
      expect(queue.fold(2)).to.deep.equal({ chain: 1, count: 2, later: [] });
      expect(() => queue.fold(4)).to.throw("has 3 requests, a batch consumes 4");
      for (let i = 0; i < QUEUE_RING / 2; i++) await world.deposit(world.people.alice, world.primary, { amount: 1n });
      await queue.sync();
      const { count, later } = queue.fold(2);
      expect(count).to.equal(3 + QUEUE_RING / 2);
      expect(later).to.deep.equal(queue.requests.slice(2).map(({ hash }) => hash));
    });

    for (const [title, change, reason] of [
      [
        "an altered amount",
        (logs: Log[]) => ((logs[1].args.word0 = (logs[1].args.word0 as bigint) + (1n << 30n)), logs),
        "its words hash to head",
      ],
      ["an altered key", (logs: Log[]) => ((logs[1].args.word2 = 7n), logs), "its words hash to head"],
      ["a withheld event", (logs: Log[]) => [logs[0], logs[2]], "the vault's next event is of request 2"],
      ["an event told twice", (logs: Log[]) => [logs[0], logs[0], logs[1]], "the vault's next event is of request 0"],
    ] as const) {
      it(`B2: refuses ${title}`, async () => {
        const queue = new QueueFollower(lying("vault", change));
        expect((await rejection(queue.sync())).message)
          .to.match(/^chain 1: request 1: /)
          .and.include(reason);
      });
    }
  });

  describe("batches", () => {
    beforeEach(async () => {
      for (let i = 0; i < 2; i++) {
        await world.deposit(world.people.alice, world.primary, { amount: 5n });
        await world.batcher.step();
      }
    });

    it("reads words from calldata and joins them with the recorded hash", async () => {
      const follower = new BatchFollower(world.primary);
      await follower.sync();
      expect(follower.latest).to.equal(2);
      for (const { number, hash } of follower.batches)
        expect(hash).to.equal(await world.primary.rollup.batchHash(number));
    });

    for (const [title, change, reason] of [
      ["another hash", (logs: Log[]) => ((logs[0].args.hash = ZERO_HASH), logs), "the chain recorded"],
      ["a withheld batch", (logs: Log[]) => logs.slice(1), "the chain's next event is of batch 2"],
      ["another batch's transaction", (logs: Log[]) => [copyOf(logs[1], logs[0].args)], "its words hash to"],
    ] as const) {
      it(`B2: refuses ${title}`, async () => {
        const follower = new BatchFollower(lying("rollup", change));
        expect((await rejection(follower.sync())).message)
          .to.match(/^chain 1: batch 1: /)
          .and.include(reason);
      });
    }

    describe("that another contract submitted", () => {
      /** The third batch's call, which the primary took already, on a secondary that has the first two. */
      async function call() {
        const { primary, secondary } = world;
        world.stop();
        const follower = new BatchFollower(primary);
        await follower.sync();
        await world.start({ secondaries: [] });
        await world.deposit(world.people.alice, primary, { amount: 5n });
        await world.batcher.step();
        await follower.sync();
        const { number, hash, batch } = follower.batches[2];
        await new GatewayCarrier().carry({ kind: FactKind.Batch, number, value: hash }, primary, secondary);
        const argument = { ...batch, words: [...batch.words], proof: [...batch.proof] as never, folds: [] };
        const data = secondary.rollup.interface.encodeFunctionData("submitBatch", [argument]);
        const forwarder = await ethers.deployContract("MockForwarder");
        return { forwarder, data, rollup: secondary.addresses.rollup, hash };
      }

      it("are read where their words stand in its calldata", async () => {
        const { forwarder, data, rollup, hash } = await call();
        await forwarder.forward(rollup, data);
        const follower = new BatchFollower(world.secondary);
        await follower.sync();
        expect(follower.batches[2].hash).to.equal(hash);
        expect(follower.batches[2].batch.words).to.have.length.above(10);
      });

      it("are missed where they do not", async () => {
        const { forwarder, data, rollup } = await call();
        await forwarder.keep(data);
        await forwarder.forwardKept(rollup);
        const error = await rejection(new BatchFollower(world.secondary).sync());
        expect(error.message).to.match(/^chain 2: batch 3: its words are not in the calldata of its transaction \(/);
      });
    });
  });

  it("R11: a ledger and a queue start over when the chain replaced what they read", async () => {
    const { primary, people } = world;
    const fork = await takeSnapshot();
    const [queue, ledger] = [new QueueFollower(primary), new Ledger(primary)];
    await world.deposit(people.alice, primary, { amount: 5n });
    await world.batcher.step();
    await queue.sync();
    await ledger.sync();
    expect(ledger.state.balance(1).balance).to.equal(5n);

    await fork.restore();
    await mine(3);
    await world.deposit(people.bob, primary, { amount: 6n });
    await mine(30);
    expect(await queue.sync()).to.equal(true);
    await ledger.sync();
    expect(queue.requests.map(({ request }) => request.owner)).to.deep.equal([people.bob.address]);
    expect([ledger.latest, ledger.consumed(1), ledger.timestamp]).to.deep.equal([0, 0, 0]);
    expect(ledger.state.nonzeroCount).to.equal(2);
  });

  it("B2: nothing is lost when a node fails in the middle of reading", async () => {
    await world.deposit(world.people.alice, world.primary, { amount: 5n });
    await world.batcher.step();
    let isDown = true;
    const chain = lying("rollup", (logs) =>
      logs.map((log) => {
        const transaction = (): unknown =>
          isDown ? Promise.reject(new Error("the node is down")) : (log as never as EventLog).getTransaction();
        return Object.create(log, { getTransaction: { value: transaction } }) as Log;
      }),
    );
    const ledger = new Ledger(chain);
    expect((await rejection(ledger.sync())).message).to.include("the node is down");
    isDown = false;
    const { batches } = await ledger.sync();
    expect(batches.map(({ number }) => number)).to.deep.equal([1]);
    expect(ledger.state.balance(1).balance).to.equal(5n);
  });

  it("says where no deployment is", async () => {
    const { provider } = world.primary;
    const nowhere = { name: "chain 9", block: 0, rollup: "0x00000000000000000000000000000000000a11ce" };
    expect((await rejection(openChain(nowhere, provider))).message).to.equal(
      `chain 9: opening the deployment: no contract at rollup ${nowhere.rollup}`,
    );
  });
});
