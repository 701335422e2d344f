import { expect } from "chai";
import { readBooks } from "../../protocol/chain/conservation";
import { Ledger } from "../../protocol/chain/ledger";
import { tokenId } from "../../protocol/spec";
import { State } from "../../protocol/state";
import { World } from "../fixtures/world";

/** Whole batches on two chains with a verifier that accepts every proof: all of the protocol but the proofs. */
describe("two chains with mock proofs", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
    await world.start();
  });
  afterEach(() => world.destroy());

  /** What must hold on every chain once all batches are through. */
  async function expectSound(): Promise<void> {
    const { chains, proving, batcher } = world;
    for (const chain of chains) {
      const { x, y } = await chain.rollup.commitment();
      const ledger = new Ledger(chain);
      await ledger.sync();
      expect(ledger.latest, `batches on ${chain.name}`).to.equal(batcher.latest);
      const rebuilt = new State(ledger.state.cellBits, ledger.state.nonzero(), ledger.latest);
      expect(await proving.commitments.commit(rebuilt), `state of ${chain.name}`).to.deep.equal({ x, y });
      for (const { token, surplus } of await readBooks(chain)) {
        expect(surplus, `surplus of ${token.symbol} on ${chain.name}`).to.equal(0n);
      }
    }
  }

  const ETH_A = tokenId(1, 1);
  const USD_B = tokenId(2, 2);

  it("R9: carries deposits, payments across chains and withdrawals, and the words alone give the same state", async () => {
    const { primary, secondary, batcher } = world;
    const { alice, bob, carol } = world.people;
    await world.deposit(alice, primary, { amount: 5_000n });
    await world.deposit(bob, secondary, { token: await secondary.token.getAddress(), amount: 900n });
    expect(await batcher.step()).to.equal(1);
    await expectSound();

    // Cell 3: Bob's for ether of chain A; cell 4: Alice's for dollars of chain B.
    await world.send(alice, { op: "Open", from: 1, cell: 3, token: ETH_A, account: 2 });
    await world.send(bob, { op: "Open", from: 2, cell: 4, token: USD_B, account: 1 });
    await world.send(alice, { op: "Transfer", from: 1, to: 3, account: 2, amount: 1_500n });
    await world.send(bob, { op: "Transfer", from: 2, to: 4, account: 1, amount: 400n });
    expect(await batcher.step()).to.equal(2);
    await expectSound();
    expect(await batcher.step()).to.equal(3);
    await expectSound();

    // Both leave on the other's chain; Carol's deposit is paid on in its own batch.
    await world.deposit(carol, primary, { amount: 70n });
    const usd = secondary.token;
    const before = { alice: await usd.balanceOf(alice.address), bob: await bob.signer.provider.getBalance(carol.address) };
    await world.send(alice, { op: "Withdraw", from: 4, amount: 400n, recipient: alice.address, chain: 2, asset: 2 });
    await world.send(bob, { op: "Withdraw", from: 3, amount: 600n, recipient: carol.address, chain: 1, asset: 1 });
    await world.send(carol, { op: "Transfer", from: 5, to: 1, account: 1, amount: 30n });
    expect(await batcher.step()).to.equal(4);
    await expectSound();
    expect((await usd.balanceOf(alice.address)) - before.alice).to.equal(400n);
    expect((await bob.signer.provider.getBalance(carol.address)) - before.bob).to.equal(600n);
    expect(batcher.state.balance(1).balance).to.equal(5_000n - 1_500n + 30n);
    expect(batcher.state.balance(3).balance).to.equal(900n);
    expect(await batcher.step(), "nothing to do").to.equal(undefined);
  });
});
