import { mine, setBalance, takeSnapshot, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import type { Door } from "../../../protocol/batcher/door";
import { serve } from "../../../protocol/batcher/server";
import { withSigner, type Chain } from "../../../protocol/chain/chain";
import { GatewayCarrier, type Fact } from "../../../protocol/chain/factCarrier";
import { withdrawal } from "../../../protocol/client/ops";
import { RemoteBatcher } from "../../../protocol/client/remoteBatcher";
import { FactKind, MAX_TIMESTAMP_AGE, tokenId } from "../../../protocol/spec";
import type { Proving } from "../../../protocol/batcher/maker";
import { OpError } from "../../../protocol/state";
import { orderingOf } from "../../../protocol/chain/ordering";
import { onAnotherDay } from "../../fixtures/clock";
import { rejection } from "../../fixtures/rejection";
import { World } from "../../fixtures/world";

const ETH_A = tokenId(1, 1);
const PAID = "0x000000000000000000000000000000000000ba1d";

/** A carrier of which some deliveries fail. */
class FailingCarrier extends GatewayCarrier {
  constructor(private readonly fails: (fact: Fact, to: Chain) => boolean) {
    super();
  }

  override async carry(fact: Fact, from: Chain, to: Chain): Promise<void> {
    if (this.fails(fact, to)) throw new Error("the gateway is down");
    await super.carry(fact, from, to);
  }
}

describe("batcher", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
    await world.start();
    await world.deposit(world.people.alice, world.primary, { amount: 1_000n });
    await world.deposit(world.people.bob, world.primary, { amount: 10n });
  });
  afterEach(() => world.destroy());

  const transfer = { op: "Transfer", fee: 0n, from: 1, to: 2, account: 2, amount: 5n } as const;

  it("makes no batch of nothing", async () => {
    expect(await world.batcher.step()).to.equal(1);
    expect(await world.batcher.step()).to.equal(undefined);
    expect(await world.primary.rollup.number()).to.equal(1n);
  });

  it("takes an op that spends a deposit of the same batch, in the order of the nonces", async () => {
    const { alice, bob } = world.people;
    await world.send(alice, transfer);
    await world.send(alice, transfer);
    await world.send(bob, withdrawal(2, ETH_A, 20n, bob.address));
    await world.batcher.step();
    expect(world.batcher.state.balance(1)).to.deep.include({ balance: 990n, nonce: 2 });
    expect(world.batcher.state.balance(2)).to.deep.include({ balance: 0n, nonce: 1 });
    expect(world.events.filter(({ type }) => type === "included")).to.have.length(3);
  });

  it("lets an op wait for a request that finds no slot yet", async () => {
    const { alice, carol } = world.people;
    await world.deposit(carol, world.primary, { amount: 7n });
    await world.send(carol, withdrawal(3, ETH_A, 7n, carol.address));
    await world.send(alice, transfer);
    await world.batcher.step();
    expect(world.batcher.pooled).to.have.length(1);
    await world.batcher.step();
    expect(world.batcher.pooled).to.have.length(0);
    expect(world.batcher.state.balance(3)).to.deep.include({ balance: 0n, nonce: 1 });
  });

  it("refuses ops at the door, with field and rule", async () => {
    const { alice, bob } = world.people;
    const { batcher } = world;
    const good = await world.sign(alice, transfer);
    const refused = async (op: typeof good) => (await rejection(batcher.submit(op))).message;
    expect(await refused({ ...good, amount: 6n } as never)).to.match(/^Transfer\.signature is not one by account 1/);
    expect(await refused(await world.sign(alice, { ...transfer, amount: 1_001n }))).to.match(
      /^Transfer\.amount exceeds the balance/,
    );
    expect(await refused(await world.sign(alice, { ...transfer, to: 3 }))).to.match(
      /^Transfer\.account is 2, but cell 3/,
    );
    expect(await refused(await world.sign(bob, transfer))).to.match(/^Transfer\.signature/);
    expect(await refused(await world.sign(alice, transfer, 1))).to.match(/^Transfer\.expiry is 1, before/);
    expect(batcher.pooled).to.have.length(0);
    await batcher.submit(good);
    expect(await refused(good), "again").to.match(/^Transfer\.signature is not one .* with nonce 1/);
  });

  it("drops an op that expired in the pool and says so", async () => {
    const { alice } = world.people;
    await world.batcher.step();
    const expiry = (await time.latest()) + 100;
    await world.batcher.submit(await world.sign(alice, transfer, expiry));
    await time.increase(200);
    expect(await world.batcher.step()).to.equal(undefined);
    const [dropped] = world.events.filter(({ type }) => type === "dropped");
    expect(dropped).to.have.property("error").that.is.instanceOf(OpError);
    expect((dropped as { error: OpError }).error.field).to.equal("expiry");
    expect(world.batcher.pooled).to.deep.equal([]);
  });

  for (const [title, spoil, reason] of [
    ["a wrong proof", { verify: async () => false }, "the prover returned a wrong proof"],
    [
      "a proof of another batch",
      { prove: async () => ({ proof: [], publics: [1n, 2n, 3n, 4n, 5n, 6n] }) },
      "other public inputs",
    ],
    ["a prover that dies", { prove: () => Promise.reject(new Error("out of memory")) }, "out of memory"],
  ] as const) {
    it(`B5: sends nothing after ${title}, and tries again`, async () => {
      const { proving } = world;
      world.stop();
      const prover: Proving["prover"] = { ...proving.prover, ...spoil };
      await world.start({ proving: { ...proving, prover } });
      expect((await rejection(world.batcher.step())).message).to.include(reason);
      expect(await world.primary.rollup.number()).to.equal(0n);
      world.stop();
      await world.start();
      expect(await world.batcher.step()).to.equal(1);
    });
  }

  it("makes a batch anew whose timestamp became too old on disk", async () => {
    world.stop();
    await world.start({ primary: withSigner(world.primary, world.people.bob.signer) });
    expect((await rejection(world.batcher.step())).message).to.include("Ordering_NotOperator");
    world.stop();
    await time.increase(MAX_TIMESTAMP_AGE);
    await world.start();
    expect(await world.batcher.step()).to.equal(1);
    expect(world.events.filter(({ type }) => type === "discarded")).to.have.length(1);
  });

  it("keeps a batch that a chain could not take yet, with its proof", async () => {
    world.stop();
    await world.start({ primary: withSigner(world.primary, world.people.bob.signer) });
    expect((await rejection(world.batcher.step())).message).to.include("Ordering_NotOperator");
    world.stop();
    await world.start();
    expect(await world.batcher.step()).to.equal(1);
    const made = world.events.filter(({ type }) => type === "proven");
    expect(made, "one proof for both attempts").to.have.length(1);
  });

  it("X7: takes no request whose head the primary does not hold, and waits for none: the others' go on", async () => {
    world.stop();
    let isLost = true;
    const carried: number[] = [];
    const flaky = new FailingCarrier((fact, to) => {
      if (to.index === 1 && fact.kind === FactKind.Queue && !isLost) carried.push(fact.number);
      return to.index === 1 && isLost;
    });
    await world.start({ carrier: flaky });
    await world.deposit(world.people.bob, world.secondary, { amount: 3n });
    expect((await rejection(world.batcher.step())).message).to.include("the gateway is down");
    expect(world.batcher.latest).to.equal(1);
    expect(world.batcher.state.counters().nextAccount).to.equal(3);
    // Later ones do not hold up the head that was to come first; a batch takes all that is below it.
    await world.deposit(world.people.bob, world.secondary, { amount: 4n });
    isLost = false;
    expect(await world.batcher.step()).to.equal(2);
    expect(world.batcher.state.counters().nextAccount).to.equal(5);
    expect(carried).to.deep.equal([1, 2]);
  });

  it("brings a secondary that fell behind all batches, under the fact of the last", async () => {
    world.stop();
    let isLost = true;
    const carried: number[] = [];
    const flaky = new FailingCarrier((fact, to) => {
      if (to.index === 2 && !isLost) carried.push(fact.number);
      return to.index === 2 && isLost;
    });
    await world.start({ carrier: flaky });
    for (let i = 1; i <= 3; i++) {
      if (i > 1) await world.deposit(world.people.bob, world.primary, { amount: 3n });
      await rejection(world.batcher.step());
    }
    expect(await world.primary.rollup.number()).to.equal(3);
    expect(await world.secondary.rollup.number()).to.equal(0);
    isLost = false;
    await world.settle();
    expect(carried).to.deep.equal([3]);
    const [ours, theirs] = [await world.primary.rollup.batchHash(3), await world.secondary.rollup.batchHash(3)];
    expect(theirs).to.equal(ours);
    // Batches that came under a later fact are read like any other.
    world.stop();
    await world.start();
    await world.deposit(world.people.bob, world.secondary, { amount: 3n });
    expect(await world.batcher.step()).to.equal(4);
  });

  it("X6: waits for what is not final, says so once, and is not held up by newer batches", async () => {
    const { primary, secondary, people } = world;
    await (await primary.facts.setFinality(900)).wait();
    let carried = 0;
    world.stop();
    await world.start({ carrier: new FailingCarrier(() => ++carried < 0) });
    const waits: string[] = [];
    const runUntil = async (isDone: () => boolean | Promise<boolean>): Promise<void> => {
      const stop = new AbortController();
      const round = world.batcher.run(stop.signal, 5);
      while (!(await isDone())) await new Promise((resolve) => setTimeout(resolve, 5));
      stop.abort();
      await round;
      for (const event of world.events.splice(0)) if (event.type === "waiting") waits.push(event.reason);
    };
    /** Runs for three rounds that try to carry a fact. */
    const runThreeRounds = (): Promise<void> => {
      const enough = carried + 3;
      return runUntil(() => carried >= enough);
    };
    const runUntilFollowed = (batch: bigint): Promise<void> =>
      runUntil(async () => (await secondary.rollup.number()) >= batch);
    await onAnotherDay(async () => {
      await runThreeRounds();
      expect(await primary.rollup.number()).to.equal(1);
      expect(waits).to.have.length(1);
      expect(waits[0]).to.match(/^chain 1: fact batch 1 of chain 1: is final at /);
      // A second batch, when the first fact is almost final.
      await time.increase(800);
      await world.deposit(people.bob, primary, { amount: 3n });
      await runThreeRounds();
      expect(await primary.rollup.number()).to.equal(2);
      expect(await secondary.rollup.number()).to.equal(0);
      await time.increase(200);
      await runUntilFollowed(1n);
      expect(await secondary.rollup.number()).to.equal(1);
      // Now the second is recorded.
      await runThreeRounds();
      await time.increase(1000);
      await runUntilFollowed(2n);
      world.stop();
    });
  });

  it("refuses chains that do not belong together", async () => {
    const { primary, secondary } = world;
    world.stop();
    const refusal = async (options: Parameters<World["start"]>[0]) => (await rejection(world.start(options))).message;
    expect(await refusal({ primary: secondary, secondaries: [] })).to.include("is not the primary chain");
    expect(await refusal({ secondaries: [secondary, secondary] })).to.include("chain 2 is given twice");
    expect(await refusal({ secondaries: [{ ...secondary, domain: 5n }] })).to.include("is of deployment 5");
    expect(await refusal({ secondaries: [{ ...secondary, cellBits: 9 }] })).to.include(
      "has 2^9 cells, the circuit 2^8",
    );
    expect(await refusal({ primary: { ...primary, signer: undefined } })).to.include("needs a signer");
  });

  it("R12: tells that its signer is no operator, and keeps the proof", async () => {
    const { primary, people } = world;
    const ordering = orderingOf(primary);
    await (await ordering.setOperator(await primary.signer.getAddress(), false)).wait();
    const { message } = await rejection(world.batcher.step());
    expect(message).to.match(/^chain 1: submitting a batch: Ordering_NotOperator\(caller: 0x/);
    await (await ordering.setOperator(await primary.signer.getAddress(), true)).wait();
    expect(await world.batcher.step()).to.equal(1);
    expect(people.alice.address).to.equal(world.batcher.state.owner(1).owner);
  });

  it("R11: makes a batch again that the primary took back, and pays once", async () => {
    world.destroy();
    world = await World.create([1]);
    await world.start();
    const { alice } = world.people;
    const { primary } = world;
    await world.deposit(alice, primary, { amount: 1_000n });
    await world.batcher.step();
    await setBalance(PAID, 0n);
    const fork = await takeSnapshot();
    await world.send(alice, withdrawal(1, ETH_A, 30n, PAID));
    expect(await world.batcher.step()).to.equal(2);
    expect(await primary.provider.getBalance(PAID)).to.equal(30n);

    await fork.restore();
    // Blocks of the other branch, with other times; the batcher sees neither the old one's length nor its hashes.
    await mine(40, { interval: 7 });
    expect(await primary.rollup.number()).to.equal(1n);
    expect(await world.batcher.step()).to.equal(2);
    expect(await primary.provider.getBalance(PAID)).to.equal(30n);
    expect(world.batcher.pooled).to.deep.equal([]);
    expect(world.batcher.state.balance(1)).to.include({ balance: 970n, nonce: 1 });
  });

  it("runs until it is told to stop, and tells failures", async () => {
    world.stop();
    let failures = 1;
    const flaky = new FailingCarrier(() => failures-- > 0);
    await world.start({ carrier: flaky });
    await world.deposit(world.people.bob, world.secondary, { amount: 3n });
    const stop = new AbortController();
    const running = world.batcher.run(stop.signal, 10);
    for (let i = 0; i < 500 && (await world.secondary.rollup.number()) < 2n; i++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort();
    await running;
    expect(await world.secondary.rollup.number()).to.equal(2n);
    expect(world.events.filter(({ type }) => type === "failed")).to.have.length(1);
  });

  describe("its door", () => {
    let door: Door;
    beforeEach(async () => {
      door = await serve(world.batcher, 0);
    });
    afterEach(() => door.close());

    it("takes ops and answers where the next nonce and cell are", async () => {
      const remote = new RemoteBatcher(door.url);
      await remote.submit(await world.sign(world.people.alice, transfer));
      expect(await remote.cell(1)).to.deep.equal({ balance: 995n, nonce: 1, token: ETH_A, account: 1 });
      expect(await remote.counters()).to.deep.equal({ nextAccount: 3, nextBalance: 3 });
      expect(world.batcher.pooled).to.have.length(1);
    });

    it("tells field and rule of what it refuses", async () => {
      const remote = new RemoteBatcher(door.url);
      const op = await world.sign(world.people.alice, { ...transfer, amount: 2_000n });
      const error = await rejection(remote.submit(op));
      expect(error).to.be.instanceOf(OpError);
      expect(error.message).to.equal("Transfer.amount exceeds the balance of cell 1 (2000 > 1000)");
      expect((await rejection(remote.submit({ ...op, nonce: 3 } as never))).message).to.equal(
        "Transfer.nonce is not a field of this op",
      );
    });

    it("B6: answers garbage with an error and lives on", async () => {
      const post = async (body: string) => (await fetch(`${door.url}/ops`, { method: "POST", body })).status;
      expect(await post("{")).to.equal(400);
      expect(await post("null")).to.equal(400);
      expect(await post(`{"op":"${"x".repeat(20_000)}"}`)).to.equal(400);
      expect((await fetch(`${door.url}/cells/99999999`)).status).to.equal(400);
      expect((await fetch(`${door.url}/nothing`)).status).to.equal(404);
      expect((await fetch(`${door.url}/ops`, { method: "DELETE" })).status).to.equal(404);
      expect((await new RemoteBatcher(door.url).counters()).nextAccount).to.equal(3);
    });

    it("says when nobody answers", async () => {
      await door.close();
      const error = await rejection(new RemoteBatcher(door.url).counters());
      expect(error.message).to.match(/^no batcher answers at http:\/\/127\.0\.0\.1:\d+: /);
    });
  });
});
