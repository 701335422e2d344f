import { setBalance, takeSnapshot, type SnapshotRestorer } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Batcher } from "../../../protocol/batcher/batcher";
import { GatewayCarrier } from "../../../protocol/chain/factCarrier";
import { readBooks } from "../../../protocol/chain/conservation";
import { Crash } from "../../fixtures/crash";
import { rejection } from "../../fixtures/rejection";
import { cellsOf } from "../../fixtures/states";
import { World } from "../../fixtures/world";

describe("batcher: restart", () => {
  let world: World;
  let start: SnapshotRestorer;
  let directory: string;

  before(async () => {
    world = await World.create();
    const { primary, secondary } = world;
    const { alice, bob } = world.people;
    await world.start();
    await world.deposit(alice, primary, { amount: 5_000n });
    await world.deposit(bob, secondary, { amount: 900n });
    await world.batcher.step();
    await world.deposit(bob, secondary, { amount: 50n, account: 2, cell: 2 });
    await world.deposit(alice, primary, { amount: 60n, account: 1, cell: 1 });
    // A withdrawal on each chain waits in the pool when the snapshot is taken.
    await world.send(alice, {
      op: "Withdraw",
      fee: 0n,
      isZusd: false,
      from: 1,
      amount: 700n,
      recipient: PAID_A,
      chain: 1,
      asset: 1,
    });
    await world.send(bob, {
      op: "Withdraw",
      fee: 0n,
      isZusd: false,
      from: 2,
      amount: 80n,
      recipient: PAID_B,
      chain: 2,
      asset: 1,
    });
    directory = world.directory;
    world.stop();
    for (const recipient of [PAID_A, PAID_B]) await setBalance(recipient, 0n);
    start = await takeSnapshot();
  });
  after(() => world.destroy());

  const PAID_A = "0x00000000000000000000000000000000000a11ce";
  const PAID_B = "0x0000000000000000000000000000000000000b0b";

  async function outcome() {
    const { provider } = world.primary;
    const state = world.batcher.state;
    for (const chain of world.chains) {
      expect(await chain.rollup.number()).to.equal(2n);
      for (const { surplus } of await readBooks(chain)) expect(surplus).to.equal(0n);
    }
    return {
      cells: cellsOf(state),
      paid: [await provider.getBalance(PAID_A), await provider.getBalance(PAID_B)],
      pooled: world.batcher.pooled.length,
    };
  }

  it("B1: killed at any point of a batch, it ends with the same state, everything paid once and nothing lost", async () => {
    let expected: Awaited<ReturnType<typeof outcome>> | undefined;
    let points = 0;
    for (let at = -1, crashed = true; crashed; at++, points++) {
      await start.restore();
      const copy = fs.mkdtempSync(path.join(os.tmpdir(), "causeway-restart-"));
      fs.cpSync(directory, copy, { recursive: true });

      // Point −1 stands for a run that nothing interrupts.
      const crash = new Crash(at < 0 ? Infinity : at);
      const options = {
        directory: copy,
        primary: world.primary,
        secondaries: [world.secondary],
        proving: world.proving,
      };
      let batcher: Batcher | undefined;
      try {
        batcher = await Batcher.start({
          directory: copy,
          primary: crash.chain(world.primary),
          secondaries: [crash.chain(world.secondary)],
          proving: crash.proving(world.proving),
          carrier: crash.carrier(new GatewayCarrier()),
          onEvent: crash.onEvent(),
        });
        while ((await batcher.step()) !== undefined);
      } catch (error) {
        if (!crash.happened) throw error;
      } finally {
        batcher?.close();
      }

      await world.start(options);
      while ((await world.batcher.step()) !== undefined);
      const result = await outcome();
      world.stop();
      fs.rmSync(copy, { recursive: true });
      expected ??= result;
      expect(result, `killed at point ${at}`).to.deep.equal(expected);
      crashed = at < 0 || crash.happened;
    }
    expect(expected?.paid).to.deep.equal([700n, 80n]);
    expect(expected?.pooled).to.equal(0);
    // Two heads or hashes carried, four transactions each, two submissions, two payments, and the events.
    expect(points).to.be.greaterThan(20);
  });

  it("B8: refuses a state that is not the chain's", async () => {
    await start.restore();
    const wrong = { ...world.proving.commitments, commit: async () => ({ x: 1n, y: 2n }) };
    const error = await rejection(world.start({ proving: { ...world.proving, commitments: wrong as never } }));
    expect(error.message).to.match(/rebuilding the state: .* has the commitment \(1, 2\)/);
    // The folder is free again.
    await world.start();
    world.stop();
  });
});
