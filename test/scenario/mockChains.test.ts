import { expect } from "chai";
import { ethers } from "hardhat";
import { setBalance } from "@nomicfoundation/hardhat-network-helpers";
import { readBooks } from "../../protocol/chain/conservation";
import { QueueFollower } from "../../protocol/chain/queueFollower";
import { accountsOf, holdings } from "../../protocol/client/accounts";
import { NATIVE } from "../../protocol/chain/tokens";
import { withdrawal } from "../../protocol/client/ops";
import { QUEUE_RING, localToken, tokenChain, tokenId } from "../../protocol/spec";
import { World, type Person } from "../fixtures/world";
import { expectSound } from "./sound";

const ETH_A = tokenId(1, 1);
const ETH_B = tokenId(2, 1);
const USD_B = tokenId(2, 2);

/** Whole batches on several chains with a verifier that accepts every proof: all of the protocol but the proofs. */
describe("chains with mock proofs", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
    await world.start();
  });
  afterEach(() => world.destroy());

  it("carries deposits, payments across chains and withdrawals", async () => {
    const { primary, secondary, batcher } = world;
    const { alice, bob, carol } = world.people;
    await world.deposit(alice, primary, { amount: 5_000n });
    await world.deposit(bob, secondary, { token: await secondary.token.getAddress(), amount: 900n });
    expect(await batcher.step()).to.equal(1);
    await expectSound(world);

    // Cell 3: Bob's for ether of chain A; cell 4: Alice's for dollars of chain B.
    await world.send(alice, { op: "Open", fee: 0n, from: 1, cell: 3, token: ETH_A, account: 2 });
    await world.send(bob, { op: "Open", fee: 0n, from: 2, cell: 4, token: USD_B, account: 1 });
    await world.send(alice, { op: "Transfer", fee: 0n, from: 1, to: 3, account: 2, amount: 1_500n });
    await world.send(bob, { op: "Transfer", fee: 0n, from: 2, to: 4, account: 1, amount: 400n });
    expect(await batcher.step()).to.equal(2);
    expect(await batcher.step()).to.equal(3);
    await expectSound(world);

    // Both leave on the other's chain; Carol's deposit is paid on in its own batch.
    await world.deposit(carol, primary, { amount: 70n });
    const { provider } = primary;
    const before = {
      usd: await secondary.token.balanceOf(alice.address),
      eth: await provider.getBalance(carol.address),
    };
    await world.send(alice, withdrawal(4, USD_B, 400n, alice.address));
    await world.send(bob, withdrawal(3, ETH_A, 600n, carol.address));
    await world.send(carol, { op: "Transfer", fee: 0n, from: 5, to: 1, account: 1, amount: 30n });
    expect(await batcher.step()).to.equal(4);
    await expectSound(world);
    expect((await secondary.token.balanceOf(alice.address)) - before.usd).to.equal(400n);
    expect((await provider.getBalance(carol.address)) - before.eth).to.equal(600n);
    expect(batcher.state.balance(1).balance).to.equal(5_000n - 1_500n + 30n);
    expect(batcher.state.balance(3).balance).to.equal(900n);
    expect(await batcher.step(), "nothing to do").to.equal(undefined);
  });

  it("R9: after each of twelve random batches the words alone give every chain's commitment", async () => {
    const random = generator(0xca05e3a9);
    const people = Object.values(world.people);
    for (let batch = 1; batch <= 12; batch++) {
      for (let i = random(3); i >= 0; i--) await randomDeposit(people[random(people.length)], random);
      for (let i = random(5); i > 0; i--) await randomOp(people, random);
      await world.batcher.step();
      await expectSound(world);
    }
    await world.settle();
    await expectSound(world);
    expect(world.batcher.pooled).to.deep.equal([]);
    expect(world.events.filter(({ type }) => type === "failed")).to.deep.equal([]);
    // A deposit may take the cell that a pooled Open names; then the payer's later ops have the wrong nonce, too.
    const dropped = world.events.flatMap((event) => (event.type === "dropped" ? [event.error.field] : []));
    expect(dropped.filter((field) => field !== "cell" && field !== "signature")).to.deep.equal([]);
    expect(dropped.length).to.be.lessThan(world.events.filter(({ type }) => type === "included").length / 2);
    expect(
      world.events.some(({ type }) => type === "paid"),
      "the seed makes withdrawals",
    ).to.equal(true);
  });

  async function randomDeposit(person: Person, random: (below: number) => number): Promise<void> {
    const state = await world.batcher.expected();
    const [account = 0] = accountsOf(state, person.address);
    const own = holdings(state).filter((holding) => holding.account === account);
    const index = random(2);
    const chain = world.chains[index];
    const isNative = random(2) === 0;
    const token = tokenId(chain.index, isNative ? 1 : 2);
    // Sometimes a cell of another token is named, so that the request is refunded.
    const named =
      own.length > 0 && random(3) === 0 ? own[random(own.length)].cell : own.find((cell) => cell.token === token)?.cell;
    const address = isNative ? NATIVE : await chain.token.getAddress();
    await world.deposit(person, chain, {
      token: address,
      amount: BigInt(1 + random(10_000)),
      account,
      cell: named ?? 0,
    });
  }

  async function randomOp(people: readonly Person[], random: (below: number) => number): Promise<void> {
    const state = await world.batcher.expected();
    const all = holdings(state);
    const person = people[random(people.length)];
    const own = all.filter(({ account }) => accountsOf(state, person.address).includes(account));
    if (own.length === 0) return;
    const { cell: from, token, balance } = own[random(own.length)];
    const amount = (balance * BigInt(random(101))) / 100n;
    const receivers = all.filter((holding) => holding.token === token);
    const { cell: to, account } = receivers[random(receivers.length)];
    const choice = random(4);
    if (choice === 0) await world.send(person, withdrawal(from, token, amount, people[random(people.length)].address));
    else if (choice === 1) {
      const opened = { cell: state.counters().nextBalance, token: [ETH_A, ETH_B, USD_B][random(3)], account };
      await world.send(person, { op: "Open", fee: 0n, from, ...opened });
    } else await world.send(person, { op: "Transfer", fee: 0n, from, to, account, amount });
  }

  it("R8: a recipient that fails in every way leaves the batch accepted, the others paid and its money claimable", async () => {
    const { primary, secondary } = world;
    const { alice } = world.people;
    const factory = await ethers.getContractFactory("MockRecipient");
    // Revert, BurnGas, LongAnswer, LongRevert.
    const recipients = await Promise.all([1, 2, 3, 4].map(async (mood) => (await factory.deploy(mood)).getAddress()));
    await world.deposit(alice, secondary, { amount: 10_000n });
    for (const recipient of recipients) await world.send(alice, withdrawal(1, ETH_B, 100n, recipient));
    await world.batcher.step();
    await setBalance(PAID, 0n);
    await world.send(alice, withdrawal(1, ETH_B, 7n, recipients[0]));
    await world.send(alice, withdrawal(1, ETH_B, 33n, PAID));
    await world.batcher.step();

    await expectSound(world);
    expect(await primary.provider.getBalance(PAID)).to.equal(33n);
    const claims = await Promise.all(recipients.map((recipient) => secondary.vault.claimable(recipient, ETH_B)));
    const kept = await Promise.all(recipients.map((recipient) => primary.provider.getBalance(recipient)));
    recipients.forEach((_, i) => expect(claims[i] + kept[i], `mood ${i + 1}`).to.equal(i === 0 ? 107n : 100n));
    expect(claims.slice(0, 2), "reverts, burns its gas").to.deep.equal([107n, 100n]);
    const [eth] = await readBooks(secondary);
    expect(eth.claimable).to.equal(claims.reduce((sum, claim) => sum + claim));
  });

  it("R13: a batch stays valid while its proof is made and more requests arrive than the ring holds", async () => {
    const { primary, secondary, proving } = world;
    const { alice, bob } = world.people;
    await world.deposit(alice, primary, { amount: 1n });
    await world.deposit(bob, secondary, { amount: 1n });
    world.stop();
    const late = QUEUE_RING + 40;
    const prover = {
      ...proving.prover,
      prove: async (...args: Parameters<typeof proving.prover.prove>) => {
        for (let i = 0; i < late; i++) {
          await world.deposit(alice, primary, { amount: 10n, account: 1, cell: 1 });
          await world.deposit(bob, secondary, { amount: 20n, account: 2, cell: 2 });
        }
        return proving.prover.prove(...args);
      },
    };
    await world.start({ proving: { ...proving, prover } });
    expect(await world.batcher.step()).to.equal(1);
    await expectSound(world);
    for (const chain of world.chains) {
      const queue = new QueueFollower(chain);
      await queue.sync();
      expect(queue.requests).to.have.length(late + 1);
      expect(await chain.rollup.consumedHead(chain.index)).to.equal(queue.headAt(1));
    }
    const [eth] = await readBooks(secondary);
    expect(eth.queued).to.equal(20n * BigInt(late));
    world.stop();
    await world.start();
    expect(await world.batcher.step()).to.equal(2);
    expect(world.batcher.state.balance(1).balance + world.batcher.state.balance(2).balance).to.equal(32n);
  });

  it("X9: a chain that nobody reaches keeps nothing but itself waiting, and catches up", async () => {
    const { primary, secondary } = world;
    const { alice, bob } = world.people;
    await world.deposit(alice, primary, { amount: 50n });
    await world.deposit(bob, secondary, { amount: 60n });
    world.stop();
    let isDown = false;
    const provider = new Proxy(secondary.provider, {
      get: (target, name) => {
        if (isDown) throw new Error("connection refused");
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    await world.start({ secondaries: [{ ...secondary, provider }] });
    isDown = true;
    expect(await world.batcher.step().catch((error: Error) => error)).to.be.an("error");
    expect(await primary.rollup.number()).to.equal(1n);
    expect(await secondary.rollup.number()).to.equal(0n);
    expect(world.batcher.state.counters().nextAccount, "only the primary's request").to.equal(2);

    isDown = false;
    expect(await world.batcher.step()).to.equal(2);
    await expectSound(world);
    expect(tokenChain(world.batcher.state.balance(2).token)).to.equal(secondary.index);
    expect(localToken(world.batcher.state.balance(2).token)).to.equal(1);
  });
});

const PAID = "0x00000000000000000000000000000000000a11ce";

/** Small numbers from a seed (xorshift32, Marsaglia 2003). */
function generator(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
