import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import {
  dataSlice,
  getAddress,
  id,
  JsonRpcProvider,
  JsonRpcSigner,
  MaxUint256,
  toBeHex,
  toQuantity,
  type TransactionRequest,
} from "ethers";
import { Batcher } from "../../protocol/batcher/batcher";
import type { BatcherEvent } from "../../protocol/batcher/events";
import type { Proving } from "../../protocol/batcher/maker";
import { withSigner, type Chain } from "../../protocol/chain/chain";
import { readBooks } from "../../protocol/chain/conservation";
import { FactWaits, GatewayCarrier } from "../../protocol/chain/factCarrier";
import { readFacts } from "../../protocol/chain/facts";
import { Ledger } from "../../protocol/chain/ledger";
import { QueueFollower } from "../../protocol/chain/queueFollower";
import { NATIVE } from "../../protocol/chain/tokens";
import { accountsOf, holdings } from "../../protocol/client/accounts";
import { deposit, type DepositRequest } from "../../protocol/client/deposit";
import { l2KeyFromPhrase, type L2Key } from "../../protocol/client/keys";
import { signOp, withdrawal } from "../../protocol/client/ops";
import { exit } from "../../protocol/client/requests";
import { openSrs } from "../../protocol/crypto/srs";
import { FactKind, localToken, signedWord, tokenChain, tokenId } from "../../protocol/spec";
import { encodeSigned, State, StateCommitment, type UnsignedOp } from "../../protocol/state";
import { domainOf, requestHash } from "../../protocol/witness";
import { startAnvil, type Anvil } from "../../scripts/anvil";
import { deployMockChains, type MockChain } from "../fixtures/mockChains";
import { freshSeed, Random } from "../fixtures/random";
import { rejection } from "../fixtures/rejection";
import { mockProver, SMALL_SIZE } from "../fixtures/world";

const INDICES = [1, 2];
const [ETH_A, USD_B] = [tokenId(1, 1), tokenId(2, 2)];
const DEEPEST = 64;
/** Where chains are reorganised one by one, each within its finality. */
const DEEPEST_ALONE = 16;
/** In milliseconds. */
const MINUTE = 60_000;
/** Seconds from block to block. */
const BLOCK_TIME = 12;
/** Seconds, longer than the deepest by one block: a fact that left sooner could be of what is taken back, and no chain that took it finds its way back. */
const finalityOf = (deepest: number): number => (deepest + 1) * BLOCK_TIME;
/** More rounds than any run needs. */
const MOST_ROUNDS = 60;

/** What transactions do, by their functions. */
const LABELS: Record<string, string> = {
  deposit: "request",
  exit: "request",
  submitBatch: "batch",
  followBatch: "batch",
  record: "fact",
  publish: "fact",
  deliver: "fact",
  acknowledge: "acknowledgement",
  pay: "payout",
};

/** A chain's node: each transaction is a block. */
class Node {
  /** What was sent since the start of the run, with the block it went into. */
  readonly sent: { label: string; block: number }[] = [];
  readonly provider: JsonRpcProvider;
  private snapshot: unknown;
  private restarts = 0;

  private constructor(private readonly anvil: Anvil) {
    const { url, chainId } = anvil;
    this.provider = new JsonRpcProvider(url, chainId, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 });
  }

  static async start(): Promise<Node> {
    const node = new Node(
      // All states in memory: what a reorganisation goes back to lacks its code when anvil had put it on disk.
      await startAnvil({ args: ["--prune-history", "20000"] }),
    );
    await node.provider.send("anvil_setBlockTimestampInterval", [BLOCK_TIME]);
    return node;
  }

  async stop(): Promise<void> {
    this.provider.destroy();
    await this.anvil.stop();
  }

  async mine(blocks: number): Promise<void> {
    await this.provider.send("anvil_mine", [toQuantity(blocks)]);
  }

  /** Goes back to the first call, with more blocks upon it than any reorganisation takes back. */
  async restart(): Promise<void> {
    if (this.snapshot !== undefined) await this.provider.send("evm_revert", [this.snapshot]);
    this.snapshot = await this.provider.send("evm_snapshot", []);
    this.sent.length = 0;
    // Blocks equal to an earlier run's would lose their state with those, for anvil forgets the oldest.
    const [from] = (await this.provider.send("eth_accounts", [])) as string[];
    const marked = { from, to: from, data: toBeHex(++this.restarts, 8) };
    await this.provider.send("eth_sendTransaction", [marked]);
    await this.mine(DEEPEST);
  }

  /** Replaces the last blocks by empty ones. @returns what they had done */
  async reorganise(depth: number): Promise<string[]> {
    const tip = await this.provider.getBlockNumber();
    await this.provider.send("anvil_reorg", [depth, []]);
    const isReplaced = ({ block }: { block: number }): boolean => block > tip - depth;
    const replaced = this.sent.filter(isReplaced).map(({ label }) => label);
    this.sent.splice(0, Infinity, ...this.sent.filter((transaction) => !isReplaced(transaction)));
    return replaced;
  }
}

/** An account of a node, which tells of every transaction before it is sent. */
class ToldSigner extends JsonRpcSigner {
  constructor(
    private readonly node: Node,
    address: string,
    private readonly before: (node: Node) => Promise<void>,
  ) {
    super(node.provider, address);
  }

  override async sendTransaction(transaction: TransactionRequest): ReturnType<JsonRpcSigner["sendTransaction"]> {
    await this.before(this.node);
    const block = (await this.node.provider.getBlockNumber()) + 1;
    const sent = await super.sendTransaction(transaction);
    // A node may answer before the block is there, and no other block comes that would make ethers look again.
    while ((await sent.provider.getTransactionReceipt(sent.hash)) === null)
      await new Promise((resolve) => setTimeout(resolve, 2));
    const label = labelOf(transaction.data ?? "0x");
    if (label !== undefined) this.node.sent.push({ label, block });
    return sent;
  }
}

const selectors = new Map<string, string>();

function labelOf(data: string): string | undefined {
  return data.length < 10 ? undefined : selectors.get(dataSlice(data, 0, 4));
}

interface Person {
  key: L2Key;
  /** By node. */
  signers: ToldSigner[];
}

interface Sent {
  word: bigint;
  /** May become void with the deposit that it spends. */
  isFragile: boolean;
}

/** Two chains, on one node or on a node each, with a batcher whose proofs are zeros. */
class Shore {
  readonly events: BatcherEvent[] = [];
  readonly ops: Sent[] = [];
  /** Called before a transaction, once a run has begun. */
  before: (node: Node) => Promise<void> = async () => undefined;
  /** Node of the last transaction. */
  last: Node;
  private running: Batcher | undefined;
  private directory: string | undefined;
  private amount = 1000;

  private constructor(
    readonly nodes: readonly Node[],
    readonly chains: readonly MockChain[],
    readonly proving: Proving,
    readonly people: Record<"alice" | "bob" | "carol", Person>,
    private readonly finality: number,
    readonly deepest: number,
  ) {
    this.last = nodes[0];
  }

  static async create(nodeCount: number, finality: number, deepest: number): Promise<Shore> {
    const nodes = await Promise.all(Array.from({ length: nodeCount }, () => Node.start()));
    const directory = path.join(__dirname, "../../.causeway/srs");
    const srs = await openSrs({ power: SMALL_SIZE.cellBits, directory });
    const commitments = new StateCommitment(srs);
    const domain = domainOf(31337n, id("shore"));
    const proving = { size: SMALL_SIZE, circuitId: id("small"), prover: mockProver, commitments };
    const genesis = await commitments.commit(State.genesis(domain, SMALL_SIZE.cellBits));
    const { circuitId, size } = proving;
    const accounts = await Promise.all([0, 1, 2, 3].map(async (i) => (await nodes[0].provider.getSigner(i)).address));
    const told: { by?: Shore } = {};
    const before = async (node: Node): Promise<void> => {
      if (!told.by) return;
      await told.by.before(node);
      told.by.last = node;
    };
    const signersOf = (i: number): ToldSigner[] => nodes.map((node) => new ToldSigner(node, accounts[i], before));
    // The same transactions give the same addresses on every node: each chain is there everywhere, and used on one.
    const everywhere: MockChain[][] = [];
    for (const signer of signersOf(0)) {
      const options = { indices: INDICES, domain, size, circuitId, genesis, tauG2: srs.tauG2, signer };
      everywhere.push(await deployMockChains(options));
    }
    const chains = INDICES.map((_, i) => everywhere[i % nodeCount][i]);
    for (const { interface: abi } of [chains[0].vault, chains[0].rollup, chains[0].facts, chains[0].gateways[0]]) {
      abi.forEachFunction(({ name, selector }) => {
        if (name in LABELS) selectors.set(selector, LABELS[name]);
      });
    }
    chains[0].ordering?.interface.forEachFunction(({ name, selector }) => {
      if (name in LABELS) selectors.set(selector, LABELS[name]);
    });
    const person = (name: string, i: number): Person => ({ key: l2KeyFromPhrase(name), signers: signersOf(i) });
    const people = { alice: person("alice", 1), bob: person("bob", 2), carol: person("carol", 3) };
    const shore = new Shore(nodes, chains, proving, people, finality, deepest);
    for (const { facts } of chains) await (await facts.setFinality(finality)).wait();
    for (const { token, addresses } of chains) {
      for (const [i, { signers }] of Object.values(people).entries()) {
        await (await token.mint(accounts[i + 1], 10n ** 15n)).wait();
        const signer = signers[nodes.findIndex(({ provider }) => provider === token.runner?.provider)];
        await (await token.connect(signer).approve(addresses.vault, MaxUint256)).wait();
      }
    }
    await shore.start();
    const [first, second] = chains;
    for (const [chain, token] of [
      [first, NATIVE],
      [second, await second.token.getAddress()],
    ] as const) {
      for (const each of [people.alice, people.bob]) {
        await shore.deposit(each, chain, { token, amount: 10n ** 9n, key: each.key.ay });
        await shore.settle();
      }
    }
    shore.stop();
    told.by = shore;
    return shore;
  }

  get batcher(): Batcher {
    if (!this.running) throw new Error("start the batcher first");
    return this.running;
  }

  /** As after the set-up. */
  async restart(): Promise<void> {
    this.stop(true);
    this.before = async () => undefined;
    for (const node of this.nodes) await node.restart();
    this.events.length = 0;
    this.ops.length = 0;
    await this.start();
  }

  async start(): Promise<void> {
    this.directory ??= fs.mkdtempSync(path.join(os.tmpdir(), "causeway-reorgs-"));
    this.running = await Batcher.start({
      directory: this.directory,
      primary: this.chains[0],
      secondaries: this.chains.slice(1),
      proving: this.proving,
      carrier: new GatewayCarrier(),
      onEvent: (event) => this.events.push(event),
    });
  }

  stop(forGood = true): void {
    this.running?.close();
    this.running = undefined;
    if (!forGood || this.directory === undefined) return;
    fs.rmSync(this.directory, { recursive: true });
    this.directory = undefined;
  }

  async destroy(): Promise<void> {
    this.stop();
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  /** Rounds until there is nothing to do and nothing fails; time goes on where something waits for it. */
  async settle(): Promise<void> {
    let last: unknown;
    for (let [round, quiet] = [0, 0]; quiet < 2; round++) {
      if (round === MOST_ROUNDS) throw new Error("the batcher does not come to rest", { cause: last });
      try {
        quiet = (await this.batcher.step()) === undefined ? quiet + 1 : 0;
      } catch (error) {
        [last, quiet] = [error, 0];
        if (error instanceof FactWaits) await this.elapse();
      }
    }
  }

  /** Until what is recorded now is final. */
  async elapse(): Promise<void> {
    for (const node of this.nodes) await node.mine(this.finality / BLOCK_TIME + 1);
  }

  as({ signers }: Person, chain: Chain): Chain {
    return withSigner(
      chain,
      signers.find(({ provider }) => provider === chain.provider),
    );
  }

  async deposit(
    person: Person,
    chain: Chain,
    request: Partial<DepositRequest> & { token: string; amount: bigint },
  ): Promise<void> {
    await deposit(this.as(person, chain), request);
  }

  /** An amount that no other op of the run has. */
  nextAmount(): bigint {
    return BigInt(++this.amount);
  }

  async send(person: Person, op: UnsignedOp, isFragile = false): Promise<void> {
    const state = await this.batcher.expected();
    const { nonce, token } = state.balance(op.from);
    const signed = signOp(person.key, op, { domain: state.domain, nonce, token });
    await this.batcher.submit(signed);
    this.ops.push({ word: encodeSigned(signed)[0], isFragile });
  }
}

/** Somebody who is paid on one chain alone. */
function recipient(chain: number, i: number): string {
  return getAddress(dataSlice(id(`recipient ${i} on chain ${chain}`), 12));
}

const RECIPIENTS = [0, 1, 2];

/** One thing that happens. */
async function act(shore: Shore, random: Random): Promise<void> {
  const { alice, bob, carol } = shore.people;
  const [first, second] = shore.chains;
  const kind = random.int(10);
  const amount = shore.nextAmount();
  if (kind < 2) {
    // For a new account and cell.
    const chain = random.pick(shore.chains);
    const token = random.pick([NATIVE, await chain.token.getAddress()]);
    return shore.deposit(carol, chain, { token, amount: amount + 5000n, key: carol.key.ay });
  }
  const [i, person] = random.pick([[0, alice] as const, [1, bob] as const]);
  const [chain, token, cell] = random.pick([[first, NATIVE, 1] as const, [second, await usd(second), 3] as const]);
  if (kind === 2) return shore.deposit(person, chain, { token, amount, account: cell + i, cell: cell + i });
  const expected = await shore.batcher.expected();
  if (kind === 3) {
    const owned = holdings(expected).filter(({ cell }) => cell > 4);
    if (owned.length === 0) return;
    const { account, cell, token } = random.pick(owned);
    const payer = tokenChain(token);
    const home = shore.chains[expected.owner(account).home - 1] as Chain | undefined;
    if (!home || !accountsOf(expected, await carol.signers[0].getAddress()).includes(account)) return;
    const to = recipient(payer, random.pick(RECIPIENTS));
    await exit(shore.as(carol, home), { account, cell, token, payer, recipient: to });
    return;
  }
  if (kind === 4) {
    const owned = holdings(expected).filter(({ cell, balance }) => cell > 4 && balance >= amount);
    if (owned.length === 0) return;
    const { cell, token } = random.pick(owned);
    const to = recipient(tokenChain(token), random.pick(RECIPIENTS));
    return shore.send(carol, withdrawal(cell, token, amount, to), true);
  }
  if (kind < 8) {
    const id = cell === 1 ? ETH_A : USD_B;
    return shore.send(person, withdrawal(cell + i, id, amount, recipient(tokenChain(id), random.pick(RECIPIENTS))));
  }
  const op = { op: "Transfer", fee: 0n, from: cell + i, to: cell + 1 - i, account: cell + 1 - i, amount } as const;
  return shore.send(person, op);
}

function usd(chain: MockChain): Promise<string> {
  return chain.token.getAddress();
}

/** All that must be true once the batcher has nothing more to do. */
async function expectWhole(shore: Shore): Promise<void> {
  const { batcher, chains, proving } = shore;
  const own = await proving.commitments.commit(batcher.state);
  const ledgers = await Promise.all(
    chains.map(async (chain) => {
      const ledger = new Ledger(chain);
      await ledger.sync();
      return ledger;
    }),
  );
  const [{ batches }] = ledgers;
  expect(batcher.latest, "batches").to.equal(batches.length);
  for (const [i, chain] of chains.entries()) {
    const { x, y } = await chain.rollup.commitment();
    expect({ x, y }, `commitment of ${chain.name}`).to.deep.equal({ x: own.x, y: own.y });
    const hashes = ledgers[i].batches.map(({ hash }) => hash);
    expect(hashes, chain.name).to.deep.equal(batches.map(({ hash }) => hash));

    // Every request that is there, in its order, once.
    const queue = new QueueFollower(chain);
    await queue.sync();
    const consumed = batches.flatMap(({ ops, batch: { words } }) =>
      ops.queue
        .filter(({ op }) => op.chain === chain.index)
        .map(({ slot }) => requestHash([...words.slice(1 + 3 * slot, 4 + 3 * slot)])),
    );
    expect(consumed, `requests of ${chain.name}`).to.deep.equal(queue.requests.map(({ hash }) => hash));

    for (const { token, surplus, outbox, claimable, queued } of await readBooks(chain)) {
      const rest = { surplus, outbox, claimable, queued };
      const nothing = { surplus: 0n, outbox: 0n, claimable: 0n, queued: 0n };
      expect(rest, `${chain.name}: token ${token.id}`).to.deep.equal(nothing);
    }
    for (const to of RECIPIENTS.map((j) => recipient(chain.index, j))) {
      const paid = { native: 0n, token: 0n };
      const all = batches.flatMap(({ payments }) => payments);
      for (const payment of all.filter((each) => each.chain === chain.index && getAddress(each.recipient) === to)) {
        paid[localToken(payment.token) === 1 ? "native" : "token"] += payment.amount;
      }
      const held = { native: await chain.provider.getBalance(to), token: await chain.token.balanceOf(to) };
      expect(held, `what ${to} got on ${chain.name}`).to.deep.equal(paid);
    }
    for (const source of INDICES) expect(await chain.facts.frozen(source), `${chain.name} froze`).to.equal(false);
  }

  expect(batcher.pooled, "pool").to.deep.equal([]);
  const dropped = shore.events.flatMap((event) => (event.type === "dropped" ? [encodeSigned(event.op)[0]] : []));
  const words = batches.flatMap(({ ops, batch }) =>
    ops.signed.map(({ slot }) => batch.words[signedWord(proving.size, slot)]),
  );
  for (const { word, isFragile } of shore.ops) {
    const isDropped = isFragile && dropped.includes(word);
    expect(words.filter((each) => each === word).length, `op ${word}`).to.equal(isDropped ? 0 : 1);
  }
}

/** What the runs came by. */
interface Seen {
  /** What was sent last before the reorganisation. */
  places: Record<string, number>;
  replaced: Record<string, number>;
  restarts: number;
  restored: number;
}

/** One history with one reorganisation: before a random transaction of anybody, or when nothing more is to do. */
async function run(shore: Shore, random: Random, seen: Seen): Promise<void> {
  await shore.restart();
  const depth = 1 + random.int(random.pick([4, 16, shore.deepest]));
  let left = random.int(30);
  let isOver = false;
  const reorganise = async (node: Node): Promise<void> => {
    isOver = true;
    count(seen.places, node.sent.at(-1)?.label ?? "nothing");
    for (const label of await node.reorganise(depth)) count(seen.replaced, label);
  };
  shore.before = async () => {
    if (isOver || left-- > 0) return;
    await reorganise(shore.last);
  };
  const restarts = random.chance(0.25);
  const steps = 3 + random.int(6);
  for (let i = 0; i < steps; i++) {
    await act(shore, random);
    if (!random.chance(0.4)) continue;
    try {
      await shore.batcher.step();
    } catch (error) {
      // It says what failed, and does it again.
      if (error instanceof FactWaits) await shore.elapse();
    }
    if (!restarts || isOver) continue;
    // While it is down.
    shore.stop(false);
    if (random.chance(0.5)) {
      seen.restarts++;
      await reorganise(shore.last);
    }
    await shore.start();
  }
  await shore.settle();
  if (!isOver) {
    await reorganise(shore.last);
    await shore.settle();
  }
  const included = shore.events.filter(({ type }) => type === "included").length;
  seen.restored += Math.max(0, included - shore.ops.length);
  await expectWhole(shore);
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

async function runs(shore: Shore, seed: string, count: number): Promise<Seen> {
  const seen: Seen = { places: {}, replaced: {}, restarts: 0, restored: 0 };
  for (let i = 0; i < count; i++) {
    const name = `${seed}, run ${i}`;
    try {
      await run(shore, new Random(name), seen);
    } catch (error) {
      (error as Error).message = `${name}: ${(error as Error).message}`;
      throw error;
    }
  }
  return seen;
}

describe("reorganisations, with mock proofs", () => {
  describe("of all chains at once", () => {
    let shore: Shore;
    before(async () => {
      shore = await Shore.create(1, finalityOf(DEEPEST), DEEPEST);
    });
    after(() => shore.destroy());

    const few = freshSeed("reorganisations");
    it(`R11: nothing is lost and nothing is paid twice (${few})`, () => runs(shore, few, 8));

    const many = freshSeed("many reorganisations");
    it(`[fuzz] R11: in a hundred histories nothing is lost and nothing is paid twice (${many})`, async () => {
      const { places, replaced } = await runs(shore, many, 100);
      expect(places).to.include.all.keys("request", "batch", "fact", "payout");
      expect(replaced).to.include.all.keys("request", "batch", "fact", "payout");
    }).timeout(60 * MINUTE);
  });

  describe("of one chain alone, within finality", () => {
    let shore: Shore;
    before(async () => {
      shore = await Shore.create(2, finalityOf(DEEPEST_ALONE), DEEPEST_ALONE);
    });
    after(() => shore.destroy());

    const few = freshSeed("reorganisations of one chain");
    it(`R11: the other never hears of what is taken back (${few})`, () => runs(shore, few, 5));

    it("R11: a head that was recorded and taken back is never a fact", async () => {
      await shore.restart();
      const [primary, secondary] = shore.chains;
      const { carol } = shore.people;
      const head = async (): Promise<{ count: number; value: string }> => {
        const queue = new QueueFollower(secondary);
        await queue.sync();
        const { length } = queue.requests;
        return { count: length, value: queue.headAt(length) };
      };
      const holds = ({ count, value }: { count: number; value: string }): Promise<boolean> =>
        primary.facts.holds(FactKind.Queue, secondary.index, count, value);
      await shore.deposit(carol, secondary, { token: NATIVE, amount: 5n, key: carol.key.ay });
      const old = await head();
      expect((await rejection(shore.batcher.step())).message).to.include("is final at");
      expect((await secondary.facts.recorded(FactKind.Queue, old.count)).value).to.equal(old.value);

      // The deepest that is not final, but for one block.
      await shore.nodes[1].mine(DEEPEST_ALONE - 2);
      expect((await rejection(shore.batcher.step())).message).to.include("is final at");
      expect(await shore.nodes[1].reorganise(DEEPEST_ALONE)).to.deep.equal(["request", "fact"]);
      await shore.deposit(carol, secondary, { token: NATIVE, amount: 6n, key: carol.key.ay });
      const now = await head();
      expect(now.count).to.equal(old.count);
      await shore.settle();
      expect([await holds(old), await holds(now)]).to.deep.equal([false, true]);
      const { known, frozen } = await readFacts(primary);
      expect(frozen).to.deep.equal([]);
      expect(known.flatMap(({ reports }) => [...reports.values()])).not.to.include(old.value);
      await expectWhole(shore);
    });
  });
});
