import path from "node:path";
import { setBalance, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { Batcher } from "../../protocol/batcher/batcher";
import { withSigner, type Chain } from "../../protocol/chain/chain";
import { revertReason } from "../../protocol/chain/errors";
import { FactWaits, GatewayCarrier } from "../../protocol/chain/factCarrier";
import { orderingOf, postRequests, readStanding } from "../../protocol/chain/ordering";
import { QueueFollower } from "../../protocol/chain/queueFollower";
import { withdrawal } from "../../protocol/client/ops";
import { exit, feeToSend, setKey } from "../../protocol/client/requests";
import { feesToFill, REQUEST_FEE_STEP, REQUEST_FEE_UNIT, requestFee, tokenId } from "../../protocol/spec";
import { FORCE_DELAY, LEASE } from "../fixtures/mockChains";
import { rejection } from "../fixtures/rejection";
import { World, type Person } from "../fixtures/world";

const [ETH_A, ETH_B] = [tokenId(1, 1), tokenId(2, 1)];
const PAID = "0x00000000000000000000000000000000ca05e901";

describe("liveness, with mock proofs", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
    await world.start();
  });
  afterEach(() => world.destroy());

  const as = (person: Person, chain: Chain) => withSigner(chain, person.signer);

  describe("an owner's requests", () => {
    it("SetKey: the new key signs, the old one no more; nobody else sets it", async () => {
      const { primary, batcher } = world;
      const { alice, bob } = world.people;
      await world.deposit(alice, primary, { amount: 100n });
      await batcher.step();
      await setKey(as(bob, primary), 1, bob.key.ay);
      await batcher.step();
      expect(batcher.state.key(1)).to.equal(alice.key.ay);

      await setKey(as(alice, primary), 1, bob.key.ay);
      await batcher.step();
      expect(batcher.state.key(1)).to.equal(bob.key.ay);
      expect((await rejection(world.send(alice, withdrawal(1, ETH_A, 1n, PAID)))).message).to.include("signature");
      await world.send(bob, withdrawal(1, ETH_A, 1n, PAID));
    });

    it("FullExit: pays the whole cell to whom the owner names, without a signature", async () => {
      const { primary, secondary, batcher } = world;
      const { alice, bob } = world.people;
      await world.deposit(alice, secondary, { amount: 900n, key: 0n });
      await batcher.step();
      await setBalance(PAID, 0n);
      const request = { account: 1, cell: 1, token: ETH_B, payer: 2, recipient: PAID };
      // A stranger, and the owner on a chain that is not the account's home.
      await exit(as(bob, secondary), request);
      await exit(as(alice, primary), request);
      await batcher.step();
      expect(batcher.state.balance(1).balance).to.equal(900n);
      await exit(as(alice, secondary), request);
      await batcher.step();
      expect(batcher.state.balance(1).balance).to.equal(0n);
      expect(await secondary.provider.getBalance(PAID)).to.equal(900n);
    });
  });

  it("fees go to the operator's cells, of tokens that have one", async () => {
    const { primary, secondary } = world;
    const { alice, bob, carol } = world.people;
    await world.deposit(alice, primary, { amount: 1_000n });
    await world.deposit(bob, secondary, { amount: 1_000n });
    await world.batcher.step();
    await world.deposit(carol, primary, { amount: 1n });
    await world.batcher.step();
    world.stop();
    await world.start({ feeCells: [3, 9, 0, 0], leastFees: [20n] });
    const cheap = { op: "Transfer", from: 1, to: 3, account: 3, amount: 100n, fee: 19n } as const;
    expect((await rejection(world.send(alice, cheap))).message).to.equal("Transfer.fee must be at least 20, got 19");
    await world.send(alice, { op: "Transfer", from: 1, to: 3, account: 3, amount: 100n, fee: 20n });
    await world.send(bob, withdrawal(2, ETH_B, 50n, PAID, 30n));
    await world.batcher.step();
    const balances = [1, 2, 3].map((cell) => world.batcher.state.balance(cell).balance);
    expect(balances).to.deep.equal([880n, 950n, 121n]);
  });

  it("X16, X18: a chain that acknowledges nothing for its lease is suspended by the batch's time, and resumes", async () => {
    const { primary, secondary } = world;
    const { alice, bob } = world.people;
    await world.deposit(alice, primary, { amount: 1_000n });
    await world.deposit(bob, secondary, { amount: 1_000n });
    await world.batcher.step();
    const { acknowledged } = await readStanding(primary, 2);

    // The secondary is cut off: nothing reaches it, nothing comes back.
    world.stop();
    await world.start({ secondaries: [] });
    await time.increase(LEASE + 100);
    await world.send(alice, withdrawal(1, ETH_A, 5n, PAID));
    expect((await rejection(world.send(bob, withdrawal(2, ETH_B, 5n, PAID)))).message).to.equal(
      "Withdraw.from.token.chain is 2, which is suspended",
    );
    await world.batcher.step();
    expect((await readStanding(primary, 2)).acknowledged).to.equal(acknowledged);

    // It is reached again: it catches up, acknowledges, and its tokens move.
    world.stop();
    await world.start();
    await world.batcher.step();
    expect((await readStanding(primary, 2)).acknowledged).to.be.greaterThan(acknowledged + LEASE);
    await world.send(bob, withdrawal(2, ETH_B, 5n, PAID));
    expect(await world.batcher.step()).to.equal(3);
    expect(world.batcher.state.balance(2).balance).to.equal(995n);
  });

  it("V15: who floods a queue delays no other chain, and his own by as many batches as he pays for", async () => {
    const { primary, secondary, batcher } = world;
    const { alice, bob, carol } = world.people;
    const fees = { base: 5n * REQUEST_FEE_UNIT, growth: 1_000n * REQUEST_FEE_UNIT };
    await (await primary.vault.connect(primary.signer).setRequestFee(5, 1_000)).wait();
    const flooded = as(carol, primary);
    // Half a step of what others may queue meanwhile is sent, and comes back.
    for (let i = 0; i < REQUEST_FEE_STEP; i++) {
      await setKey(flooded, 1, 0n);
      expect(await feeToSend(flooded)).to.equal(requestFee(fees, i + 1 + REQUEST_FEE_STEP / 2));
    }
    expect((await primary.vault.requestFees()).uncollected).to.equal(feesToFill(fees, REQUEST_FEE_STEP));
    await world.deposit(alice, primary, { amount: 7n });
    expect((await primary.vault.requestFees()).uncollected).to.equal(feesToFill(fees, REQUEST_FEE_STEP + 1));
    await world.deposit(bob, secondary, { amount: 8n });

    const served: number[] = [];
    for (let number = 1; served.length < 2; number++) {
      expect(await batcher.step()).to.equal(number);
      const accounts = batcher.state.counters().nextAccount - 1;
      while (served.length < accounts) served.push(number);
    }
    // Bob's is in the first batch, beside the flood's first; the rest of it and Alice's fill the next ones.
    const { queueOps } = world.proving.size;
    expect(batcher.state.owner(1).home).to.equal(2);
    expect(served).to.deep.equal([1, 1 + Math.ceil((REQUEST_FEE_STEP + 1 - (queueOps - 1)) / queueOps)]);
    expect(await primary.vault.consumedCount()).to.equal(REQUEST_FEE_STEP + 1);
    expect(await primary.vault.requestFee()).to.equal(fees.base);
    expect(await secondary.vault.consumedCount()).to.equal(1);
  });

  describe("known requests", () => {
    /** Posts all open requests of a chain. */
    async function post(chain: Chain): Promise<number> {
      const queue = new QueueFollower(chain);
      await queue.sync();
      return postRequests(world.primary, queue, new GatewayCarrier());
    }

    it("R12: after the force delay anyone submits, and the batch takes them, though their operator is gone", async () => {
      const { primary } = world;
      const { alice, bob } = world.people;
      await world.deposit(alice, primary, { amount: 1_000n });
      await world.batcher.step();
      await world.deposit(bob, primary, { amount: 7n });
      await world.deposit(bob, primary, { amount: 8n });
      expect(await post(primary)).to.equal(2);
      expect(await post(primary), "already known").to.equal(0);

      const stranger = await Batcher.start({
        directory: path.join(world.directory, "stranger"),
        primary: as(bob, primary),
        secondaries: [],
        proving: world.proving,
        carrier: new GatewayCarrier(),
      });
      const early = await rejection(stranger.step());
      expect(revertReason(early.cause)?.name).to.equal("Ordering_NotOperator");
      await time.increase(FORCE_DELAY + 1);
      expect(await stranger.step()).to.equal(2);
      expect(stranger.state.counters().nextAccount).to.equal(4);
      // Nothing is overdue any more.
      await world.deposit(bob, primary, { amount: 9n });
      const late = await rejection(stranger.step());
      expect(revertReason(late.cause)?.name).to.equal("Ordering_NotOperator");
      stranger.close();
    });

    it("V15: become known however many come after them before their head is final", async () => {
      const { secondary } = world;
      const { bob, carol } = world.people;
      const FINALITY = 900;
      await (await secondary.facts.setFinality(FINALITY)).wait();
      await world.deposit(bob, secondary, { amount: 7n });
      expect(await rejection(post(secondary))).to.be.instanceOf(FactWaits);
      for (const more of [1, 2]) {
        await time.increase(FINALITY / 3);
        await world.deposit(carol, secondary, { amount: BigInt(more) });
        expect(await rejection(post(secondary))).to.be.instanceOf(FactWaits);
      }
      await time.increase(FINALITY / 3);
      // Bob's; the head after Carol's two is recorded now.
      expect(await post(secondary)).to.equal(1);
      expect((await readStanding(world.primary, 2)).known).to.equal(1);
      await world.deposit(carol, secondary, { amount: 3n });
      await time.increase(FINALITY);
      expect(await post(secondary)).to.equal(2);
      await time.increase(FINALITY);
      expect(await post(secondary)).to.equal(1);
      expect(await post(secondary)).to.equal(0);
    });

    it("are refused if they are not the queue's continuation", async () => {
      const { primary, secondary } = world;
      await world.deposit(world.people.bob, secondary, { amount: 7n });
      const queue = new QueueFollower(secondary);
      await queue.sync();
      const [{ words }] = queue.requests;
      const altered: [bigint, bigint, bigint] = [words[0] + (1n << 75n), words[1], words[2]];
      const ordering = await ethers.getContractAt("Ordering", await orderingOf(primary).getAddress());
      await expect(ordering.post(2, [altered], [], 1)).to.be.revertedWithCustomError(ordering, "Ordering_FactMissing");
    });
  });
});
