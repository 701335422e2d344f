import { takeSnapshot, time, type SnapshotRestorer } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { hashParts } from "../../protocol/chain/batchFollower";
import { Ledger, type LedgerBatch } from "../../protocol/chain/ledger";
import { withdrawal } from "../../protocol/client/ops";
import { FactKind, tokenId } from "../../protocol/spec";
import { outboxHash, queueHead, requestHash, ZERO_HASH } from "../../protocol/witness";
import { factMessage } from "../fixtures/contracts";
import { Random, freshSeed } from "../fixtures/random";
import { World } from "../fixtures/world";

const INDICES = [1, 2, 3];
const [PRIMARY, ...SECONDARIES] = INDICES;
const GATEWAYS = [0, 1, 2];
const THRESHOLD = 2;
const SCHEDULES = 1000;
const GAS_PRICE = ethers.toQuantity(10n ** 10n);
/** Limits of a transaction's gas, and what of it fills a block. */
const [DELIVERY_GAS, BATCH_GAS, BLOCK_GAS] = [400_000, 2_000_000, 25_000_000];
const [USD_B, ETH_C] = [tokenId(2, 2), tokenId(3, 1)];
const PAID = "0x0000000000000000000000000000000000005c4e";

interface Fact {
  kind: (typeof FactKind)[keyof typeof FactKind];
  from: number;
  to: number;
  number: number;
  value: string;
}

interface Message extends Fact {
  gateway: number;
}

/** What every chain has in the end, or at any time. */
interface Standing {
  commitments: unknown[];
  hashes: string[];
  consumed: string[];
  outboxes: string[];
  frozen: boolean[];
}

/**
 * A short history over three chains, made once, whose messages and batches are brought again in other orders: deposits on all three chains,
 * payments across chains, and withdrawals on two of them.
 */
class History {
  /** The heads that the primary's batches ask for, each at the end of what a batch consumes. */
  readonly queueFacts: readonly Fact[];
  private nonce = 0n;
  private readonly voices = new Map<string, Set<number>>();
  private readonly calldatas = new Map<string, string>();
  /** Gas of what was sent and is not mined; undefined: each transaction is a block. */
  private unmined: number | undefined;

  private constructor(
    private readonly world: World,
    readonly batches: readonly LedgerBatch[],
    readonly expected: Standing,
    private readonly senders: readonly string[],
    private readonly admin: string,
    private readonly start: SnapshotRestorer,
  ) {
    this.queueFacts = SECONDARIES.flatMap((from) => this.headsOf(from));
  }

  static async make(): Promise<History> {
    const world = await World.create(INDICES, [], GATEWAYS.length);
    const { alice, bob, carol } = world.people;
    const [first, second, third] = world.chains;
    await world.deposit(alice, first, { amount: 5_000n });
    await world.deposit(bob, second, { token: await second.token.getAddress(), amount: 900n });
    await world.deposit(carol, third, { amount: 70n });
    await world.deposit(bob, second, { token: await second.token.getAddress(), amount: 11n, account: 2, cell: 2 });
    const before = await takeSnapshot();

    await world.start();
    await world.batcher.step();
    await world.batcher.step();
    // Bob pays Alice dollars of the second chain, and she leaves there; Carol leaves with ether on the third.
    const open = { op: "Open", fee: 0n, from: 2, cell: 4, token: USD_B, account: 1 } as const;
    await world.send(bob, open);
    await world.send(bob, { op: "Transfer", fee: 0n, from: 2, to: 4, account: 1, amount: 400n });
    await world.send(carol, withdrawal(3, ETH_C, 30n, PAID));
    await world.batcher.step();
    await world.send(alice, withdrawal(4, USD_B, 150n, PAID));
    await world.settle();
    const ledger = new Ledger(first);
    await ledger.sync();
    const { batches } = ledger;
    const expected = await standingOf(world, batches.length);
    expected.outboxes = world.chains.flatMap(({ index }) =>
      batches.map(({ number }) => outboxHash(ledger.outbox(number, index))),
    );
    const senders = await Promise.all(INDICES.map((_, i) => world.chains[i === 0 ? 1 : 0].registry.remoteOf(i + 1)));
    world.stop();

    await before.restore();
    await time.increaseTo(ledger.timestamp + 60);
    const admin = await first.signer.getAddress();
    return new History(world, batches, expected, senders, admin, await takeSnapshot());
  }

  destroy(): void {
    this.world.destroy();
  }

  /** As before the first batch: all requests are queued, no message was sent. */
  async restart(): Promise<void> {
    await this.start.restore();
    this.voices.clear();
  }

  /** Runs, and takes all chains back. */
  async undoing(run: () => Promise<void>): Promise<void> {
    const id: unknown = await ethers.provider.send("evm_snapshot", []);
    const voices = [...this.voices].map(([key, set]) => [key, new Set(set)] as const);
    await run();
    await ethers.provider.send("evm_revert", [id]);
    this.voices.clear();
    for (const [key, set] of voices) this.voices.set(key, set);
  }

  batchFact(number: number, to: number): Fact {
    return { kind: FactKind.Batch, from: PRIMARY, to, number, value: this.batches[number - 1].hash };
  }

  /** Delivers what a gateway says of a fact: its value, or a lie. */
  async deliver({ kind, from, to, number, value, gateway }: Message, lie?: string): Promise<void> {
    const receiver = this.world.chains[to - 1];
    const contract = receiver.gateways[gateway];
    const data = contract.interface.encodeFunctionData("deliver", [
      ethers.toBeHex(++this.nonce, 32),
      this.senders[from - 1],
      receiver.addresses.facts,
      factMessage(kind, number, lie ?? value),
    ]);
    await this.send(contract.target as string, data, DELIVERY_GAS);
    if (lie === undefined) this.voicesOf({ kind, from, to, number }).add(gateway);
  }

  /** Whether enough honest voices said so. */
  knows(fact: Omit<Fact, "value">): boolean {
    return this.voicesOf(fact).size >= THRESHOLD;
  }

  /** How many batches a chain may stand at, by what it was told. */
  reachable(chain: number, stands: number): number {
    if (chain !== PRIMARY) {
      const numbers = this.batches.map(({ number }) => number).reverse();
      const latest = numbers.find((number) => this.knows(this.batchFact(number, chain))) ?? 0;
      return Math.max(stands, latest);
    }
    const facts = this.queueFacts;
    let reached = stands;
    while (reached < this.batches.length) {
      const { ops } = this.batches[reached];
      const needed = facts.filter(({ from, number }) => this.consumes(reached + 1, from) === number);
      const isNeeded = ({ from }: Fact) => this.taken(ops, from).length > 0;
      if (!needed.filter(isNeeded).every((fact) => this.knows(fact))) break;
      reached++;
    }
    return reached;
  }

  /** Submits batch `number` on a chain, under the fact of batch `last`. */
  async submit(chain: number, number: number, last: number): Promise<void> {
    await this.send(this.world.chains[chain - 1].addresses.rollup, this.calldata(chain, number, last), BATCH_GAS);
  }

  /** Runs with many transactions in a block: that is faster. */
  async inLargeBlocks(run: () => Promise<void>): Promise<void> {
    this.unmined = 0;
    await ethers.provider.send("evm_setAutomine", [false]);
    try {
      await run();
    } finally {
      await this.mine();
      this.unmined = undefined;
      await ethers.provider.send("evm_setAutomine", [true]);
    }
  }

  /** Asks a chain for a batch that it was told too little of. */
  async expectRefused(chain: number, number: number): Promise<void> {
    await this.mine();
    const { rollup, signer } = this.world.chains[chain - 1];
    const call = rollup.runner?.call?.({
      to: await rollup.getAddress(),
      from: await signer.getAddress(),
      data: this.calldata(chain, number, number),
    });
    await expect(call).to.be.revertedWithCustomError(rollup, "Rollup_FactMissing");
  }

  async standing(): Promise<Standing> {
    await this.mine();
    return standingOf(this.world, this.batches.length);
  }

  async numberAt(chain: number): Promise<number> {
    return Number(await this.world.chains[chain - 1].rollup.number());
  }

  private calldata(chain: number, number: number, last: number): string {
    const key = [chain, number, last].join();
    const made = this.calldatas.get(key) ?? this.encode(chain, number, last);
    this.calldatas.set(key, made);
    return made;
  }

  private encode(chain: number, number: number, last: number): string {
    const { batch, ops } = this.batches[number - 1];
    const folds = INDICES.filter((index) => chain === PRIMARY || index === chain)
      .filter((index) => this.taken(ops, index).length > 0)
      .map((index) => ({ chain: index, count: this.consumes(number, index), later: [] }));
    const argument = { ...batch, words: [...batch.words], proof: [...batch.proof] as never, folds };
    const { interface: abi } = this.world.chains[chain - 1].rollup;
    if (last === number) return abi.encodeFunctionData("submitBatch", [argument]);
    const later = this.batches.slice(number, last).map(hashParts);
    return abi.encodeFunctionData("followBatch", [argument, later]);
  }

  private headsOf(from: number): Fact[] {
    let [count, head] = [0, ZERO_HASH];
    return this.batches.flatMap(({ ops }) => {
      const taken = this.taken(ops, from);
      for (const words of taken) [count, head] = [count + 1, queueHead(head, requestHash(words))];
      const fact = { kind: FactKind.Queue, from, to: PRIMARY, number: count, value: head };
      return taken.length === 0 ? [] : [fact];
    });
  }

  /** What a batch consumes of a chain's queue. */
  private taken(ops: LedgerBatch["ops"], chain: number): bigint[][] {
    const { words } = this.batches.find((batch) => batch.ops === ops)!.batch;
    return ops.queue
      .filter(({ op }) => op.chain === chain)
      .map(({ slot }) => [...words.slice(1 + 3 * slot, 4 + 3 * slot)]);
  }

  /** Requests of a chain that are consumed after a batch. */
  private consumes(number: number, chain: number): number {
    return this.batches.slice(0, number).reduce((sum, { ops }) => sum + this.taken(ops, chain).length, 0);
  }

  private voicesOf({ kind, from, to, number }: Omit<Fact, "value">): Set<number> {
    const key = [kind, from, to, number].join();
    const known = this.voices.get(key) ?? new Set<number>();
    this.voices.set(key, known);
    return known;
  }

  /** Without waiting for what is mined with it. */
  private async send(to: string, data: string, gas: number): Promise<void> {
    if (this.unmined !== undefined) {
      if (this.unmined + gas > BLOCK_GAS) await this.mine();
      this.unmined += gas;
    }
    // A price, or the node would be asked for one, and make the next block for it.
    const transaction = { from: this.admin, to, data, gas: ethers.toQuantity(gas), gasPrice: GAS_PRICE };
    await ethers.provider.send("eth_sendTransaction", [transaction]);
  }

  private async mine(): Promise<void> {
    if (!this.unmined) return;
    await ethers.provider.send("evm_mine", []);
    this.unmined = 0;
  }
}

async function standingOf({ chains }: World, batches: number): Promise<Standing> {
  const numbers = Array.from({ length: batches }, (_, i) => i + 1);
  const all = <T>(ask: (chain: (typeof chains)[number]) => Promise<T>) => Promise.all(chains.map(ask));
  const [primary] = chains;
  return {
    commitments: await all(async ({ rollup }) => {
      const { x, y } = await rollup.commitment();
      return { x, y };
    }),
    // Each hash holds the one before.
    hashes: await all(({ rollup }) => rollup.batchHash(batches)),
    // The primary keeps all queues' heads, the others their own.
    consumed: [
      ...(await all(({ index }) => primary.rollup.consumedHead(index))),
      ...(await all(({ index, rollup }) => rollup.consumedHead(index))),
    ],
    outboxes: (await all(({ vault }) => Promise.all(numbers.map((number) => vault.outboxOf(number))))).flat(),
    frozen: (await all(({ facts }) => Promise.all(INDICES.map((index) => facts.frozen(index))))).flat(),
  };
}

describe("messages between three chains, with mock proofs", () => {
  let history: History;
  before(async () => {
    history = await History.make();
  });
  after(() => history.destroy());
  beforeEach(() => history.restart());

  it("the history has all that is carried: every queue, payments on two chains, one batch after another", async () => {
    expect(history.batches.length).to.be.greaterThan(3);
    expect(history.queueFacts.map(({ from, number }) => [from, number])).to.deep.equal([
      [2, 1],
      [2, 2],
      [3, 1],
    ]);
    const paying = new Set(history.batches.flatMap(({ payments }) => payments.map(({ chain }) => chain)));
    expect([...paying].sort()).to.deep.equal([2, 3]);
    expect(history.expected.frozen).to.deep.equal(new Array(9).fill(false));
    expect(new Set(history.expected.commitments.map((point) => JSON.stringify(point, bigints))).size).to.equal(1);
    expect(await history.numberAt(PRIMARY)).to.equal(0);
  });

  /** Brings a chain as far as it was told, and asks for one more. */
  async function advance(chain: number, stands: number): Promise<number> {
    const reachable = history.reachable(chain, stands);
    for (let next = stands + 1; next <= reachable; next++) {
      await history.submit(chain, next, chain === PRIMARY ? next : reachable);
    }
    return reachable;
  }

  /** Delivers messages in every order. Whatever has come, each chain stands where it was told, and takes nothing more. */
  async function inEveryOrder(messages: readonly Message[], stands: number[], atEnd: () => Promise<void>) {
    let orders = 0;
    const visit = async (left: readonly Message[], stands: readonly number[]): Promise<void> => {
      if (left.length === 0) {
        orders++;
        return atEnd();
      }
      for (const message of left) {
        await history.undoing(async () => {
          await history.deliver(message);
          const now = [...stands];
          now[message.to - 1] = await advance(message.to, stands[message.to - 1]);
          await visit(
            left.filter((other) => other !== message),
            now,
          );
        });
      }
    };
    await visit(messages, stands);
    return orders;
  }

  it("X2: two heads of queues by three gateways, in all 720 orders, let the primary take the same batches", async () => {
    const [first, , third] = history.queueFacts;
    const messages = [first, third].flatMap((fact) => GATEWAYS.map((gateway) => ({ ...fact, gateway })));
    let taken = 0;
    const orders = await inEveryOrder(messages, [0, 0, 0], async () => {
      // Which of the two batches come by these heads follows from the queues, not from the order.
      const number = await history.numberAt(PRIMARY);
      taken ||= number;
      expect(number).to.equal(taken);
    });
    expect(orders).to.equal(720);
    expect(taken).to.be.greaterThan(0);
  });

  it("X2: hashes of three batches for two chains, in all 720 orders, end in one state on all chains", async () => {
    for (const fact of history.queueFacts) {
      for (const gateway of GATEWAYS) await history.deliver({ ...fact, gateway });
    }
    expect(await advance(PRIMARY, 0)).to.equal(history.batches.length);
    await history.expectRefused(2, 1);
    const last = history.batches.length;
    const facts = SECONDARIES.flatMap((to) => [1, last - 1, last].map((number) => history.batchFact(number, to)));
    // One gateway's word is there already: each message is the word that is decisive.
    for (const fact of facts) await history.deliver({ ...fact, gateway: 0 });
    await history.expectRefused(3, 1);
    const messages = facts.map((fact) => ({ ...fact, gateway: 1 }));
    const orders = await inEveryOrder(messages, [last, 0, 0], async () => {
      for (const chain of SECONDARIES) expect(await history.numberAt(chain)).to.equal(last);
    });
    expect(orders).to.equal(720);
    for (const message of messages.reverse()) await history.deliver(message);
    for (const chain of SECONDARIES) await advance(chain, 0);
    expect(await history.standing()).to.deep.equal(history.expected);
  });

  it("X2: any delay, loss, repetition and order, a gateway that lies and a chain away: one state in the end [fuzz]", async () => {
    const seed = freshSeed("schedules");
    const seen = { losses: 0, duplicates: 0, lies: 0, absences: 0, overtaken: 0, refusals: 0 };
    for (let i = 0; i < SCHEDULES; i++) {
      await history.restart();
      try {
        await history.inLargeBlocks(() => runSchedule(new Random(`${seed} ${i}`), seen));
        expect(await history.standing()).to.deep.equal(history.expected);
      } catch (error) {
        throw new Error(`schedule ${i} of seed "${seed}": ${(error as Error).message}`, { cause: error });
      }
    }
    for (const [what, count] of Object.entries(seen)) expect(count, `${what}, seed "${seed}"`).to.be.greaterThan(50);
  });

  /** One history of messages, in ticks of no length: each is published when its chain knows it, and comes, or not, when it likes. */
  async function runSchedule(random: Random, seen: Record<string, number>): Promise<void> {
    const liar = random.chance(0.5) ? random.pick(GATEWAYS) : undefined;
    const away = random.chance(0.5) ? { chain: random.pick(INDICES), from: random.int(40), until: 0 } : undefined;
    if (away) [away.until, seen.absences] = [away.from + 1 + random.int(80), seen.absences + 1];
    const isAway = (chain: number, at: number) =>
      away?.chain === chain && at >= away.from && at < away.until ? away.until : undefined;
    const events: { at: number; chain: number; message?: Message; isAgain?: boolean }[] = [];
    const stands = INDICES.map(() => 0);

    const publish = (fact: Fact, at: number): void => {
      for (const gateway of GATEWAYS) {
        const message = { ...fact, gateway };
        const delay = random.int(random.pick([3, 30]));
        const isLost = random.chance(0.15);
        if (isLost) seen.losses++;
        events.push({ at: at + delay + (isLost ? 20 + random.int(40) : 0), chain: fact.to, message });
        if (random.chance(0.15)) events.push({ at: at + random.int(60), chain: fact.to, message, isAgain: true });
      }
    };
    for (const fact of history.queueFacts) publish(fact, random.int(20));

    while (events.length > 0) {
      const next = events.reduce((first, event) => (event.at < first.at ? event : first));
      events.splice(events.indexOf(next), 1);
      const { at, chain, message } = next;
      const back = isAway(chain, at) ?? (message && isAway(message.from, at));
      if (back !== undefined) {
        events.push({ ...next, at: back });
        continue;
      }
      if (message) {
        const isLie = message.gateway === liar;
        if (isLie) seen.lies++;
        if (next.isAgain) seen.duplicates++;
        // A liar that repeats itself says something else.
        await history.deliver(message, isLie ? ethers.id(`${message.value} ${next.isAgain ? at : ""}`) : undefined);
      }
      const before = stands[chain - 1];
      const reached = await advance(chain, before);
      stands[chain - 1] = reached;
      if (chain !== PRIMARY && reached > before + 1) seen.overtaken++;
      if (chain === PRIMARY) {
        for (let number = before + 1; number <= reached; number++) {
          for (const to of SECONDARIES) publish(history.batchFact(number, to), at);
        }
      }
      if (reached < history.batches.length && random.chance(0.05)) {
        seen.refusals++;
        await history.expectRefused(chain, reached + 1);
      }
    }
  }
});

const bigints = (_: string, value: unknown): unknown => (typeof value === "bigint" ? String(value) : value);
