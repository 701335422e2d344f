import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { mine, takeSnapshot, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { formatEther, getAddress, toBeHex, toQuantity } from "ethers";
import { ethers } from "hardhat";
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import { withSigner } from "../../../protocol/chain/chain";
import { DelayedPayer, HOURLY } from "../../../protocol/chain/delayedPayer";
import { withdrawal } from "../../../protocol/client/ops";
import { tokenId } from "../../../protocol/spec";
import { payDelayed } from "../../../tasks/support/delayed";
import { proposeRedirection } from "../../../tasks/support/governance";
import * as guardian from "../../../tasks/support/guardian";
import { impersonate } from "../../fixtures/contracts";
import { onAnotherDay } from "../../fixtures/clock";
import { rejection } from "../../fixtures/rejection";
import { startServer } from "../../fixtures/server";
import { World } from "../../fixtures/world";

const ETH_B = tokenId(2, 1);
const HOUR = 3600;
const DAY = 24 * HOUR;
/** A unit a second. */
const LIMIT = BigInt(DAY);
const DAYS = BigInt(DAY);
const [FIRST, SECOND, THIRD, MANAGER] = [0xde1a01, 0xde1a02, 0xde1a03, 0xde1aff].map((place) =>
  getAddress(toBeHex(place, 20)),
);

describe("delayed payments", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
    await world.start();
    await world.deposit(world.people.alice, world.secondary, { amount: 10n * LIMIT });
    await world.batcher.step();
  });
  afterEach(() => world.destroy());

  const limit = async (amount: bigint): Promise<void> => {
    await (await world.secondary.vault.setOutflowLimit(ETH_B, amount)).wait();
  };

  /** Withdrawals from the secondary, all in one batch. */
  async function withdraw(...payments: readonly (readonly [string, bigint])[]): Promise<number> {
    for (const [recipient, amount] of payments)
      await world.send(world.people.alice, withdrawal(1, ETH_B, amount, recipient));
    return (await world.batcher.step())!;
  }

  /** As `withdraw`, of a bucket that is emptied first, so that nothing more leaves for hours. */
  async function withdrawLate(...payments: readonly (readonly [string, bigint])[]): Promise<number> {
    await limit(10n);
    return withdraw([world.people.carol.address, 10n], ...payments);
  }

  const paidTo = (recipient: string): Promise<bigint> => world.secondary.provider.getBalance(recipient);
  const delayed = (batch: number, recipient: string): Promise<bigint> =>
    world.secondary.vault.delayedOf(batch, recipient, ETH_B);
  const told = (type: "paidDelayed" | "failed") => world.events.filter((event) => event.type === type);

  it("X11: the batcher pays them in parts as the bucket refills, an hour's at least, the oldest first", async () => {
    await onAnotherDay(async () => {
      await limit(LIMIT);
      const before = await Promise.all([FIRST, SECOND].map(paidTo));
      const gained = async () => (await Promise.all([FIRST, SECOND].map(paidTo))).map((now, i) => now - before[i]);
      const batch = await withdraw([FIRST, LIMIT - 10n], [FIRST, LIMIT / 2n], [SECOND, 500n]);
      expect(await gained()).to.deep.equal([LIMIT - 10n, 0n]);
      expect([await delayed(batch, FIRST), await delayed(batch, SECOND)]).to.deep.equal([LIMIT / 2n, 500n]);

      // Less than an hour's: no transaction, not for what would fit either.
      await time.increase(HOUR - 60);
      const block = await world.secondary.provider.getBlockNumber();
      await world.batcher.step();
      expect(await world.secondary.provider.getBlockNumber()).to.equal(block);
      expect(told("paidDelayed")).to.deep.equal([]);

      await time.increase(HOUR);
      await world.batcher.step();
      const [, part] = [await gained(), (await gained())[0] - (LIMIT - 10n)];
      expect(part >= LIMIT / HOURLY && part < 3n * BigInt(HOUR), `${part}`).to.equal(true);
      expect((await gained())[1], "the younger waits").to.equal(0n);
      const payout = { batch, recipient: FIRST, token: ETH_B, paid: part, left: LIMIT / 2n - part };
      expect(told("paidDelayed")).to.deep.equal([{ type: "paidDelayed", chain: "chain 2", payout }]);

      await time.increase(DAY);
      await world.batcher.step();
      expect(await gained()).to.deep.equal([LIMIT - 10n + LIMIT / 2n, 500n]);
      expect([await delayed(batch, FIRST), await delayed(batch, SECOND)]).to.deep.equal([0n, 0n]);
      await world.batcher.step();
      expect(told("paidDelayed")).to.have.length(3);
      expect(told("failed")).to.deep.equal([]);
    });
  });

  it("a batcher that starts anew finds them, and forgets those that are paid", async () => {
    await onAnotherDay(async () => {
      const batch = await withdrawLate([FIRST, 11n]);
      world.stop();
      await time.increase(DAY);
      const before = await paidTo(FIRST);
      await world.start();
      await world.batcher.step();
      expect((await paidTo(FIRST)) - before).to.equal(10n);
      world.stop();
      await limit(0n);
      await world.start();
      await world.batcher.step();
      expect((await paidTo(FIRST)) - before).to.equal(11n);
      expect(await delayed(batch, FIRST)).to.equal(0n);
      world.stop();
      await world.start();
      const block = await world.secondary.provider.getBlockNumber();
      await world.batcher.step();
      expect(await world.secondary.provider.getBlockNumber()).to.equal(block);
      expect(told("failed")).to.deep.equal([]);
    });
  });

  it("X11: does not ask for what the guardian holds, pays what is not held, and all of it after the hold", async () => {
    await onAnotherDay(async () => {
      const held = await withdrawLate([FIRST, 11n]);
      const other = await withdraw([SECOND, 12n]);
      await (await world.secondary.vault.holdPayments(held, held)).wait();
      await limit(0n);
      const { payouts, failures } = await new DelayedPayer(world.secondary).pay();
      expect(payouts).to.deep.equal([{ batch: other, recipient: SECOND, token: ETH_B, paid: 12n, left: 0n }]);
      expect(failures).to.deep.equal([]);
      const [, , until] = await world.secondary.vault.hold();
      expect(await new DelayedPayer(world.secondary).waiting()).to.deep.equal([
        { batch: held, recipient: FIRST, token: ETH_B, amount: 11n, heldUntil: Number(until) },
      ]);
      await time.increaseTo(until);
      expect((await new DelayedPayer(world.secondary).pay()).payouts).to.have.length(1);
      expect(await delayed(held, FIRST)).to.equal(0n);
    });
  });

  it("pays again what a reorganisation took back", async () => {
    const batch = await withdrawLate([FIRST, 11n]);
    await limit(0n);
    const payer = new DelayedPayer(world.secondary);
    const fork = await takeSnapshot();
    expect((await payer.pay()).payouts).to.have.length(1);
    // Read as paid, and forgotten.
    expect((await payer.pay()).payouts).to.deep.equal([]);
    expect(await payer.waiting()).to.deep.equal([]);
    await fork.restore();
    await mine();
    expect(await delayed(batch, FIRST)).to.equal(11n);
    expect((await payer.pay()).payouts).to.have.length(1);
    expect(await delayed(batch, FIRST)).to.equal(0n);
  });

  it("one that fails keeps neither others nor batches from going on, and is not tried in every round", async () => {
    const { secondary, people } = world;
    await withdrawLate([FIRST, 11n], [SECOND, 12n]);
    await limit(0n);
    let attempts = 0;
    const vault = new Proxy(secondary.vault, {
      get: (target, name) => {
        if (name !== "payDelayed") return Reflect.get(target, name) as unknown;
        return (batch: number, recipient: string, token: number) => {
          if (recipient !== FIRST) return target.payDelayed(batch, recipient, token);
          attempts++;
          throw new Error("replacement transaction underpriced");
        };
      },
    });
    world.stop();
    await world.start({ secondaries: [{ ...secondary, vault }] });
    await world.deposit(people.bob, secondary, { amount: 3n });
    const before = await paidTo(SECOND);
    const latest = world.batcher.latest;
    expect(await world.batcher.step()).to.equal(latest + 1);
    expect((await paidTo(SECOND)) - before).to.equal(12n);
    await world.batcher.step();
    expect(attempts).to.equal(1);
    const failures = world.events.flatMap((event) => (event.type === "failed" ? [event.error.message] : []));
    expect(failures).to.deep.equal([`chain 2: paying what batch 2 owes ${FIRST}: replacement transaction underpriced`]);
  });

  it("a chain whose delayed payments cannot be read gets its batches", async () => {
    const { secondary, people } = world;
    const vault = new Proxy(secondary.vault, {
      get: (target, name) => {
        if (name !== "queryFilter") return Reflect.get(target, name) as unknown;
        return (event: never, ...range: [number, number]) =>
          String(event) === "PaymentDelayed"
            ? Promise.reject(new Error("range too large"))
            : target.queryFilter(event, ...range);
      },
    });
    world.stop();
    await world.start({ secondaries: [{ ...secondary, vault }] });
    await world.deposit(people.bob, secondary, { amount: 3n });
    const latest = world.batcher.latest;
    expect(await world.batcher.step()).to.equal(latest + 1);
    expect(await secondary.rollup.number()).to.equal(latest + 1);
    const failures = world.events.flatMap((event) => (event.type === "failed" ? [event.error.message] : []));
    expect(new Set(failures)).to.deep.equal(new Set(["chain 2: reading delayed payments: range too large"]));
  });

  /** Runs a task against the secondary. @returns what it printed */
  async function printedBy(
    task: (hre: HardhatRuntimeEnvironment, print: (line: string) => void) => Promise<void>,
  ): Promise<string[]> {
    const { name, firstBlock: block, addresses } = world.secondary;
    const node = await startServer(answerRequests);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "causeway-delayed-"));
    try {
      const description = { name, block, rollup: addresses.rollup, evmChainId: 31337, accessManager: MANAGER };
      fs.writeFileSync(path.join(folder, "secondary.json"), JSON.stringify(description));
      const networks = { secondary: { url: node.url, accounts: "remote" } };
      const config = { networks, paths: { deployments: folder } };
      const lines: string[] = [];
      await task({ config, network: { name: "secondary" } } as unknown as HardhatRuntimeEnvironment, (line) =>
        lines.push(line),
      );
      return lines;
    } finally {
      await node.close();
      fs.rmSync(folder, { recursive: true });
    }
  }
  /** Runs as if payments of a batch were still to be tried. */
  async function untried(batch: number, run: () => Promise<unknown>): Promise<void> {
    const fork = await takeSnapshot();
    const { addresses } = world.secondary;
    const voice = await impersonate(addresses.rollup);
    await (await world.secondary.vault.connect(voice).enqueueOutbox(batch, ethers.id("rest"))).wait();
    await run();
    await fork.restore();
  }
  const show = (units: bigint): string => `${formatEther(units)} ETH`;
  const showTime = (seconds: bigint): string => new Date(Number(seconds) * 1000).toISOString();

  it("X11: a guardian holds them by a task, which says until when, and refuses what was not delayed", async () => {
    await onAnotherDay(async () => {
      const hold = (first: number, last: number) =>
        printedBy((hre, print) => guardian.hold({ first, last }, hre, print));
      const refusal = async (first: number, last: number) => (await rejection(hold(first, last))).message;
      const batch = await withdrawLate([FIRST, 11n]);
      const other = await withdraw([SECOND, 12n]);
      expect(await refusal(other, batch)).to.include("first: must be a batch's number, and at most last");
      expect(await refusal(batch, other + 1)).to.equal(
        `last: must be at most the latest batch, ${other}, got ${other + 1}`,
      );
      expect(await refusal(0, batch - 1)).to.equal(
        `first, last: nothing that batches 0 to ${batch - 1} ordered is delayed here`,
      );
      const lines = await hold(batch, batch);
      const { vault } = world.secondary;
      const [first, last, until] = await vault.hold();
      expect([first, last]).to.deep.equal([BigInt(batch), BigInt(batch)]);
      expect(lines).to.deep.equal([
        `holds  batch ${batch}: ${show(11n)} to ${FIRST}`,
        `leaves batch ${other}: ${show(12n)} to ${SECOND}`,
        `chain 2: what batches ${batch} to ${batch} delayed is held until ${showTime(until)}.\n` +
          `The vault lets the governor redirect it from ${showTime(until - 3n * DAYS)} on: npx hardhat propose-redirection.`,
      ]);
      expect(await refusal(batch, batch)).to.equal(
        `chain 2: batches ${batch} to ${batch} were held until ${showTime(until)}, nothing else before ${showTime(until + 30n * DAYS)}`,
      );
    });
  });

  it("X11: a task prints what redirects those that are held, of the named recipients or all, and they are paid to whom it names", async () => {
    await onAnotherDay(async () => {
      const batch = await withdrawLate([FIRST, 11n], [SECOND, 12n]);
      const other = await withdraw([FIRST, 13n]);
      const { vault, provider } = world.secondary;
      await (await vault.holdPayments(batch, batch)).wait();
      const propose = (recipients: string, to: string = THIRD, of = batch) =>
        printedBy((hre, print) => proposeRedirection({ batch: of, recipients, to }, hre, print));
      const refusal = async (...args: Parameters<typeof propose>) => (await rejection(propose(...args))).message;
      expect(await refusal("all", THIRD, other)).to.equal(`batch: nothing of batch ${other} is held`);
      expect(await refusal(`${FIRST},${THIRD}`)).to.equal(`recipients: nothing of batch ${batch} is held for ${THIRD}`);
      await untried(batch, async () =>
        expect(await refusal("all")).to.include(`batch: not all payments of batch ${batch} were tried yet`),
      );
      expect(await refusal("FIRST")).to.include(
        'recipients: must be an address, and not the zero address, got "FIRST"',
      );
      for (const nobody of ["THIRD", ethers.ZeroAddress])
        expect(await refusal("all", nobody)).to.include(
          `to: must be an address, and not the zero address, got "${nobody}"`,
        );

      const [, , until] = await vault.hold();
      const [proposal, times] = await propose(FIRST.toLowerCase());
      expect(proposal).to.include(`has ${show(11n)} of batch ${batch} paid to ${THIRD} and not to ${FIRST}: `);
      expect(proposal).not.to.include(SECOND);
      expect(times).to.include(`from ${showTime(until - 3n * DAYS)} on, and until ${showTime(until)}`);
      const [all] = await propose("all");
      for (const recipient of [FIRST, SECOND]) expect(all).to.include(`not to ${recipient}: `);

      // What is to be executed is the vault's call; here the administrator has no timelock.
      const execute = new ethers.Interface(["function execute(address target, bytes data)"]);
      const [target, data] = execute.decodeFunctionData("execute", /after the timelock +(0x\w+)/.exec(proposal)![1]);
      await time.increaseTo(until - 3n * DAYS);
      await (await world.secondary.signer.sendTransaction({ to: target as string, data: data as string })).wait();
      await limit(0n);
      await time.increaseTo(until);
      const before = await provider.getBalance(THIRD);
      const { payouts } = await new DelayedPayer(world.secondary).pay();
      expect(payouts.map(({ recipient, paid }) => [recipient, paid])).to.deep.equal([
        [SECOND, 12n],
        [FIRST, 13n],
        [THIRD, 11n],
      ]);
      expect((await provider.getBalance(THIRD)) - before).to.equal(11n);
    });
  });

  it("a task pays them, and says what is left and what is held", async () => {
    const held = await withdrawLate([FIRST, 11n]);
    const batch = await withdraw([SECOND, 12n]);
    const { secondary } = world;
    await (await secondary.vault.holdPayments(held, held)).wait();
    // Ten units of the bucket are used.
    await limit(16n);
    const pay = (list: boolean) => printedBy((hre, print) => payDelayed({ list }, hre, print));
    const [, , until] = await secondary.vault.hold();
    const block = await secondary.provider.getBlockNumber();
    expect(await pay(true)).to.deep.equal([
      `batch ${held}: ${show(11n)} to ${FIRST} waits, held until ${showTime(until)}`,
      `batch ${batch}: ${show(12n)} to ${SECOND} waits`,
      "chain 2: 0 paid, 0 failed, 2 wait",
    ]);
    expect(await secondary.provider.getBlockNumber()).to.equal(block);
    const lines = await pay(false);
    expect(lines).to.deep.equal([
      `batch ${batch}: paid ${show(6n)} to ${SECOND}, ${show(6n)} left`,
      `batch ${held}: ${show(11n)} to ${FIRST} waits, held until ${showTime(until)}`,
      `batch ${batch}: ${show(6n)} to ${SECOND} waits`,
      "chain 2: 1 paid, 0 failed, 2 wait",
    ]);
  });

  it("anyone pays all that may leave, to the unit, and not more payments than asked for", async () => {
    await onAnotherDay(async () => {
      await limit(LIMIT);
      await withdraw([FIRST, LIMIT - 10n], [FIRST, LIMIT], [SECOND, 500n]);
      const chain = withSigner(world.secondary, world.people.bob.signer);
      const { available } = await chain.vault.outflowOf(ETH_B);
      const { payouts } = await new DelayedPayer(chain).pay();
      expect(payouts).to.have.length(1);
      const [{ paid, left }] = payouts;
      expect(paid >= available && paid < available + 60n, `${paid} of ${available}`).to.equal(true);
      expect(paid + left).to.equal(LIMIT);
      await limit(0n);
      expect((await new DelayedPayer(chain).pay(1)).payouts).to.have.length(1);
      expect((await new DelayedPayer(chain).pay()).payouts).to.have.length(1);
    });
  });
});

interface NodeRequest {
  id: number;
  method: string;
  params: unknown[];
}

/** More than any payment needs. The chain's own estimate begins at a block's limit, which may be above the cap of a transaction. */
const GAS_ESTIMATE = toQuantity(1_000_000);

/** The chain of this process as a node, which gets one request or several. */
async function answerRequests(body: string): Promise<string> {
  const asked = JSON.parse(body) as NodeRequest | NodeRequest[];
  const answer = async ({ id, method, params }: NodeRequest) => {
    try {
      const result: unknown = method === "eth_estimateGas" ? GAS_ESTIMATE : await ethers.provider.send(method, params);
      return { jsonrpc: "2.0", id, result };
    } catch (error) {
      const { message, data } = error as { message: string; data?: unknown };
      return { jsonrpc: "2.0", id, error: { code: 3, message, data } };
    }
  };
  return JSON.stringify(Array.isArray(asked) ? await Promise.all(asked.map(answer)) : await answer(asked));
}
