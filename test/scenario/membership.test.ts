/** A chain joins a running deployment, and one leaves it, by calls of the administration alone. */
import { expect } from "chai";
import type { Chain } from "../../protocol/chain/chain";
import { additionOf, retirementOf, type Call } from "../../protocol/chain/membership";
import { orderingOf, readStanding } from "../../protocol/chain/ordering";
import { withdrawal } from "../../protocol/client/ops";
import { FactKind, tokenId } from "../../protocol/spec";
import { onAnotherDay } from "../fixtures/clock";
import { rejection } from "../fixtures/rejection";
import { World } from "../fixtures/world";
import { LEASE } from "../fixtures/mockChains";
import { time } from "@nomicfoundation/hardhat-network-helpers";

const PAID = "0x0000000000000000000000000000000000003c3c";
const CAP = 10n ** 24n;

describe("chains of a running deployment", () => {
  let world: World;
  afterEach(() => world.destroy());

  async function make(chain: Chain, calls: readonly Call[]): Promise<void> {
    for (const { target, data } of calls) await (await chain.signer!.sendTransaction({ to: target, data })).wait();
  }

  /** Two chains that made a batch, and a third that nobody knows. */
  async function start(): Promise<void> {
    world = await World.create([1, 2], [3]);
    await world.start({ secondaries: [world.secondary] });
    await world.deposit(world.people.alice, world.primary, { amount: 1_000n });
    await world.settle();
  }

  const newcomer = async (from: number) => ({
    index: 3,
    evmChainId: (await world.primary.provider.getNetwork()).chainId,
    facts: world.chains[2].addresses.facts,
    cap: CAP,
    from,
    lease: LEASE,
  });

  it("one joins: it catches up, its requests are taken and it pays", async () => {
    await start();
    const [primary, secondary, third] = world.chains;
    await world.deposit(world.people.bob, third, { amount: 70n });
    const added = await newcomer(5);
    for (const chain of [primary, secondary]) {
      const calls = await additionOf(chain, added);
      expect(calls).to.have.length(chain === primary ? 3 : 2);
      await make(chain, calls);
      expect(await chain.rollup.capOf(3, 4)).to.equal(0);
      expect(await chain.rollup.capOf(3, 5)).to.equal(CAP);
    }
    world.stop();
    await world.start({ secondaries: [secondary, third] });
    await world.settle();
    expect(await third.rollup.number()).to.equal(await primary.rollup.number());
    const state = await world.batcher.expected();
    expect(state.balance(2).balance).to.equal(70n);
    await world.send(world.people.bob, withdrawal(2, tokenId(3, 1), 30n, PAID));
    await world.settle();
    expect(await third.provider.getBalance(PAID)).to.equal(30n);
    expect((await third.rollup.commitment()).x).to.equal((await primary.rollup.commitment()).x);
  });

  it("one leaves: nothing that it says counts, it is suspended, and the others go on", async () => {
    await start();
    const [primary, secondary] = world.chains;
    const latest = Number(await primary.rollup.number());
    await make(primary, await retirementOf(primary, 2, latest + 1));
    expect(await primary.rollup.capOf(2, latest + 1)).to.equal(0);
    await world.deposit(world.people.bob, secondary, { amount: 5n });
    const head = { kind: FactKind.Queue, number: 1, value: await secondary.vault.headAt(1) };
    const carrying = world.batcher.step();
    expect((await rejection(carrying)).message).to.include("ERC7786RecipientUnauthorizedGateway");
    expect(await primary.facts.holds(head.kind, 2, 1, head.value)).to.equal(false);

    await onAnotherDay(async () => {
      const { acknowledged, lease } = await readStanding(primary, 2);
      await time.increaseTo(acknowledged + lease + 1);
      world.stop();
      await world.start({ secondaries: [] });
      await world.deposit(world.people.carol, primary, { amount: 9n });
      expect(await world.batcher.step()).to.equal(latest + 1);
      expect(await orderingOf(primary).leased()).to.equal(1n << 2n);
      world.stop();
    });
  });

  it("refuses what cannot be, by field and rule", async () => {
    await start();
    const { primary } = world;
    const added = await newcomer(5);
    const latest = await primary.rollup.number();
    for (const [change, message] of [
      [{ index: 0 }, "index: must be in 1..63, got 0"],
      [{ index: 64 }, "index: must be in 1..63, got 64"],
      [{ index: 1 }, "index: chain 1 is this chain"],
      [{ index: 2 }, "index: chain 2 takes part already"],
      [{ from: Number(latest) }, `from: must be above the latest batch, ${latest}, got ${latest}`],
    ] as const) {
      expect((await rejection(additionOf(primary, { ...added, ...change }))).message).to.equal(message);
    }
    expect((await rejection(retirementOf(primary, 3, 5))).message).to.equal("index: chain 3 does not take part");
    expect((await rejection(retirementOf(world.secondary, 1, 5))).message).to.equal("index: chain 1 is the primary");
  });
});
