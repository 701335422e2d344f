import { Books, type Clock, type Weighed } from "../../../protocol/pcd/books";
import type { Quote } from "../../../protocol/pcd/discounted";
import { Refused, require } from "../../../protocol/pcd/errors";
import { DAY, min, ONE } from "../../../protocol/pcd/numbers";
import { PeggedFacility, type PegParameters, type Price } from "../../../protocol/pcd/pegged";
import { Random } from "../../fixtures/random";
import { BookedFacility } from "./bookedFacility";

const CHAINS = 4;
const USERS = ["alice", "bob", "carol", "dave", "erin", "keeper"];
const VAULT = "vault";
const HOUR = 3_600n;
/** A chain that has not acknowledged a batch for so long is suspended. */
const LEASE = 12n * HOUR;
/** For so long a payment that could not be redeemed waits for whoever redeems it. */
const WAIT = DAY;
const MAX_POSITIONS = 8;
const LP_PRICE = 100n * ONE;
const MILLION = 1_000_000n;

type Stable = Books<Weighed>;

/** A pegged facility with what the world does to its token and its price. */
interface Peg {
  readonly facility: PeggedFacility;
  readonly whole: bigint;
  readonly state: { price: bigint; spread: bigint; isReadable: boolean; moves: boolean };
  /** What the facility was paid less what it paid and lost: kept apart from it. */
  held: bigint;
  /** Lost and not yet noticed by a `sync`. */
  lost: bigint;
}

interface Pool {
  readonly facility: BookedFacility;
  /** The price of an LP share if its legs were sound. */
  readonly state: { price: bigint };
  held: bigint;
  lost: bigint;
  /** Units of collateral that rounding may have left with nobody. */
  roundings: bigint;
}

/** zUSD that leaves the rollup. */
interface Payment {
  readonly to: string;
  readonly amount: bigint;
  /** Which pegged facility of the chain redeems it; undefined: none. */
  readonly into?: number;
  /** 0: the facility's own bound. */
  readonly minOut: bigint;
}

type Request = { readonly user: string } & (
  | { readonly kind: "deposit"; readonly amount: bigint }
  | { readonly kind: "exit"; readonly payer: number }
  | {
      readonly kind: "route";
      readonly amount: bigint;
      readonly payer: number;
      readonly into?: number;
      readonly minOut: bigint;
      readonly deadline: bigint;
    }
);

/** zUSD that a request has brought along. */
function brought(request: Request): bigint {
  return request.kind === "exit" ? 0n : request.amount;
}

type Signed =
  | { readonly kind: "transfer"; readonly from: string; readonly to: string; readonly amount: bigint }
  | { readonly kind: "withdraw"; readonly from: string; readonly chain: number; readonly payment: Payment };

/** What a batch says to every chain. */
interface Batch {
  readonly timestamp: bigint;
  readonly requests: { chain: number; request: Request }[];
  /** zUSD into the ledger of a chain, or out of it, in the order of the words. */
  readonly moves: { chain: number; amount: bigint }[];
  readonly outbox: Payment[][];
  readonly issued: readonly bigint[];
}

interface Chain {
  readonly index: number;
  readonly books: Stable;
  readonly pegs: Peg[];
  readonly pools: Pool[];
  readonly queue: Request[];
  readonly outbox: Payment[];
  readonly waiting: { payment: Payment; since: bigint }[];
  /** Batches that it has accepted, and the ledger as they left it. */
  applied: number;
  readonly issued: bigint[];
  /** Requests ever made here. */
  asked: number;
  isSilent: boolean;
}

/** How often it is chosen, its name, and what it does on a chain and with a user. */
type Operation = readonly [number, string, (world: World, chain: Chain, user: string) => void];

/** How often something was done, and how often refused. */
export class WorldTally {
  readonly done = new Map<string, number>();
  readonly refused = new Map<string, number>();
  readonly reasons = new Map<string, number>();
  readonly events = new Map<string, number>();

  count(map: Map<string, number>, name: string): void {
    map.set(name, (map.get(name) ?? 0) + 1);
  }

  happened(event: string): void {
    this.count(this.events, event);
  }

  times(event: string): number {
    return this.events.get(event) ?? 0;
  }

  /** The accepted share of those operations that can be refused at all. */
  get accepted(): number {
    let [done, refused] = [0, 0];
    for (const [name, count] of this.refused) {
      done += this.done.get(name) ?? 0;
      refused += count;
    }
    return done / (done + refused);
  }

  toString(): string {
    const list = (map: Map<string, number>) => [...map].map(([name, count]) => `${name} ${count}`).join(", ");
    return [
      `accepted: ${this.accepted.toFixed(3)}`,
      `done: ${list(this.done)}`,
      `refused: ${list(this.refused)}`,
      `reasons: ${list(this.reasons)}`,
      `events: ${list(this.events)}`,
    ].join("\n");
  }
}

/** There is nothing that an operation could be done to: another is chosen, and nothing counted. */
class Idle extends Error {}

function unlessIdle(isThereWork: boolean): void {
  if (!isThereWork) throw new Idle("nothing to do");
}

/** @throws unless what must always hold does */
function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

function sum(values: Iterable<bigint>): bigint {
  let all = 0n;
  for (const value of values) all += value;
  return all;
}

/** The pegged facilities of the chains: each has two or three of these. */
const PEGS: readonly { decimals: number; parameters: Omit<PegParameters, "target" | "flowIn" | "flowOut"> }[] = [
  {
    decimals: 6,
    parameters: { kappa: 100n, mintFee: 0n, redeemFee: 5n, freeze: 100n, unfreeze: 50n, tau: 50n },
  },
  {
    decimals: 18,
    parameters: { kappa: 1_000n, mintFee: 3n, redeemFee: 0n, freeze: 100n, unfreeze: 15n, tau: 300n },
  },
  {
    decimals: 8,
    parameters: { kappa: 77n, mintFee: 10n, redeemFee: 100n, freeze: 500n, unfreeze: 499n, tau: 200n },
  },
];

/**
 * zUSD over four chains, in exact integers: each with its books and facilities, the rollup with its ledger, and messages between them that
 * are late, in random order of events. Chain 0 is the primary. After each operation everything that must hold is checked.
 */
export class World {
  private readonly random: Random;
  private readonly clock: Clock = { now: 20_000n * DAY };
  private readonly chains: Chain[] = [];
  private readonly batches: Batch[] = [];
  private readonly signed: Signed[] = [];
  /** zUSD on L2, by user. */
  private readonly layer2 = new Map<string, bigint>();
  /** What must be there of it: what batches brought in less what they took out. */
  private expectedOnLayer2 = 0n;
  /** The ledger as the primary has it. */
  private readonly issued: bigint[] = [];
  private readonly cap: bigint[] = [];
  /** What the primary knows: requests of each chain, consumed ones, the latest batch that it acknowledged, and when. */
  private readonly known: number[] = [];
  private readonly consumed: number[] = [];
  private readonly heard: bigint[] = [];
  private operations = 0;

  constructor(
    seed: string,
    readonly tally: WorldTally,
  ) {
    this.random = new Random(seed);
    for (let index = 0; index < CHAINS; index++) this.addChain(index);
    for (const chain of this.chains) {
      for (const peg of chain.pegs) {
        for (const user of USERS) this.mint(peg, user, 100_000n * peg.whole, 0n);
      }
    }
    // Of a day ago, so that there is room for discounted debt.
    this.clock.now += 2n * DAY;
    this.heard.fill(this.clock.now);
    this.check();
  }

  /** One operation, done or refused, and all checks. */
  step(): void {
    this.operations++;
    let name = this.play();
    while (name === undefined) name = this.play();
  }

  /** @returns what was done or refused; undefined: there was nothing to do */
  private play(): string | undefined {
    const [, name, act] = this.pickWeighted();
    const before = [...this.issued];
    try {
      try {
        act(this, this.random.pick(this.chains), this.random.pick(USERS));
        this.tally.count(this.tally.done, name);
      } catch (error) {
        if (error instanceof Idle) return undefined;
        if (!(error instanceof Refused)) throw error;
        this.tally.count(this.tally.refused, name);
        this.tally.count(this.tally.reasons, `${name}: ${error.reason}`);
      }
      this.check();
      this.issued.forEach((now, c) => {
        check(now <= before[c] || now <= this.cap[c], `X15: chain ${c} has more issued than its cap`);
      });
    } catch (error) {
      throw new Error(`operation ${this.operations}, ${name}: ${describe(error)}`, { cause: error });
    }
    return name;
  }

  // what holds

  private check(): void {
    for (const chain of this.chains) this.checkChain(chain);
    const onLayer2 = sum(this.layer2.values());
    check(onLayer2 === this.expectedOnLayer2, "X13: L2 is not what came in less what went out");
    check(sum(this.issued) === onLayer2, "X13: the ledger is not what is on L2");
    for (const balance of this.layer2.values()) check(balance >= 0n, "a negative balance on L2");
    for (const issued of this.issued) check(issued >= 0n, "X15: negative issued");
  }

  private checkChain({ index, books, pegs, pools, queue, outbox, waiting, issued }: Chain): void {
    const at = `chain ${index}`;
    let debts = 0n;
    let balances = 0n;
    for (const { debt, ceiling } of books.accounts.values()) {
      debts += debt;
      check(debt >= 0n && ceiling >= 0n, `${at}: negative debt`);
    }
    for (const balance of books.balances.values()) {
      balances += balance;
      check(balance >= 0n, `${at}: a negative balance`);
    }
    check(balances === books.supply, `${at}: the supply is not what its holders have`);
    check(books.balanceOf(VAULT) === 0n, `${at}: zUSD is left in the vault`);
    check(books.supply + books.abroad + books.buffer === debts, `I2: ${at}: the books`);
    const queued = sum(queue.map(brought));
    const leaving = sum(outbox.map(({ amount }) => amount)) + sum(waiting.map(({ payment }) => payment.amount));
    check(books.abroad === issued[index] + queued + leaving, `I2: ${at}: abroad`);
    for (const { facility, held, lost } of pegs) {
      const { reserve, pot, fees, scale } = facility;
      check(held === facility.held, `I1: ${at}: custody is not what came in less what went out`);
      check(held + lost >= reserve + pot + fees, `I1: ${at}: custody`);
      check(reserve >= 0n && pot >= 0n && fees >= 0n && held >= 0n, `${at}: a negative reserve`);
      check(reserve * scale === books.debtOf(facility), `I3: ${at}: a pegged facility`);
    }
    for (const pool of pools) {
      const { facility, held, lost } = pool;
      check(held === facility.held, `I1: ${at}: custody of shares is not what came in less what went out`);
      check(held + lost >= facility.model.reserve && held >= 0n, `I1: ${at}: custody of shares`);
      check(facility.model.debt === books.debtOf(facility), `I3: ${at}: a discounted facility`);
      this.checkPositions(pool, at);
    }
  }

  private checkPositions({ facility: { model }, roundings }: Pool, at: string): void {
    const views = model.ids.map((id) => model.position(id));
    const debt = sum(views.map((view) => view.debt));
    const collateral = sum(views.map((view) => view.collateral));
    for (const view of views) check(view.collateral >= 0n && view.debt >= 0n, `${at}: a negative position`);
    check(debt >= model.debt && debt <= model.debt + 2n * BigInt(views.length), `I3: ${at}: debt of positions`);
    check(collateral <= model.reserve, `I3: ${at}: more collateral than there is`);
    check(model.reserve - collateral <= roundings, `I3: ${at}: collateral is lost`);
  }

  /** A redemption, which lowers no factor. */
  private redeeming<T>({ books, index }: Chain, redeem: () => T): T {
    const before = books.factor();
    const result = redeem();
    check(books.factor() >= before, `chain ${index}: the factor falls by a redemption`);
    if (before !== ONE) this.tally.happened("redemption below par");
    return result;
  }

  // a choice

  private pickWeighted(): Operation {
    let left = this.random.int(ALL_WEIGHTS);
    return OPERATIONS.find(([weight]) => (left -= weight) < 0)!;
  }

  /** An amount of at most a limit, often all of it, seldom more. */
  private part(limit: bigint): bigint {
    const die = this.random.int(40);
    if (die === 0) return limit + 1n;
    if (die < 4) return limit;
    if (die < 7) return this.random.amount(limit);
    return (limit * BigInt(1 + this.random.int(500))) / 1_000n + BigInt(this.random.int(3));
  }

  private holder(chain: Chain): string {
    const first = this.random.int(USERS.length);
    for (let i = 0; i < USERS.length; i++) {
      const user = USERS[(first + i) % USERS.length];
      if (chain.books.balanceOf(user) > ONE) return user;
    }
    return USERS[first];
  }

  /** Who has most zUSD on a chain. */
  private richest({ books }: Chain): string {
    return USERS.reduce((a, b) => (books.balanceOf(b) > books.balanceOf(a) ? b : a));
  }

  private user2(): string {
    const first = this.random.int(USERS.length);
    for (let i = 0; i < USERS.length; i++) {
      const user = USERS[(first + i) % USERS.length];
      if (this.balance2(user) > ONE) return user;
    }
    return USERS[first];
  }

  private balance2(user: string): bigint {
    return this.layer2.get(user) ?? 0n;
  }

  // the chains

  private addChain(index: number): void {
    const r = this.random;
    const books: Stable = new Books<Weighed>(this.clock);
    const pegs: Peg[] = [];
    for (let i = 0; i < 2 + (index % 2); i++) {
      const { decimals, parameters } = PEGS[(i + index) % PEGS.length];
      const whole = 10n ** BigInt(decimals);
      const state = { price: ONE, spread: 0n, isReadable: true, moves: true };
      const price = (): Price =>
        state.isReadable ? { lower: state.price, upper: state.price + state.spread } : undefined;
      const facility = new PeggedFacility(
        books,
        decimals,
        price,
        {
          ...parameters,
          target: (MILLION * whole * 3n) / 4n,
          flowIn: MILLION * whole,
          flowOut: (MILLION * whole) / 2n,
        },
        () => state.moves,
      );
      books.add(facility, 4n * MILLION * ONE);
      pegs.push({ facility, whole, state, held: 0n, lost: 0n });
    }
    const pools: Pool[] = [];
    for (let i = 0; i < 1 + (index >> 1); i++) {
      const legs = [pegs[i % pegs.length], pegs[(i + 1) % pegs.length]];
      const state = { price: LP_PRICE };
      const whole = 10n ** BigInt(r.pick([18, 8]));
      const facility = new BookedFacility(
        books,
        {
          haircut: 1_500n,
          liquidationHaircut: 800n,
          bonus: 300n,
          redemptionFee: 5n,
          maxSpread: 200n,
          minDebt: 100n * ONE,
          minTotal: 1_000n * ONE,
        },
        whole,
        LP_PRICE,
        () => quoteOf(state.price, legs),
      );
      books.add(facility, MILLION * ONE);
      pools.push({ facility, state, held: 0n, lost: 0n, roundings: 0n });
    }
    this.chains.push({
      index,
      books,
      pegs,
      pools,
      queue: [],
      outbox: [],
      waiting: [],
      applied: 0,
      issued: Array.from({ length: CHAINS }, () => 0n),
      asked: 0,
      isSilent: false,
    });
    this.issued.push(0n);
    this.cap.push(MILLION * ONE);
    this.known.push(0);
    this.consumed.push(0);
    this.heard.push(this.clock.now);
  }

  private mint(peg: Peg, to: string, amount: bigint, minOut: bigint): bigint {
    const minted = peg.facility.mint(amount, minOut, to);
    peg.held += amount;
    return minted;
  }

  private redeem(chain: Chain, peg: Peg, from: string, amount: bigint, minOut: bigint): bigint {
    const { paid, burnt } = this.redeeming(chain, () => peg.facility.redeem(from, amount, minOut));
    check(burnt <= amount, "more is burnt than handed in");
    peg.held -= paid;
    return burnt;
  }

  private peg(chain: Chain): Peg {
    return this.random.pick(chain.pegs);
  }

  private units(peg: Peg): bigint {
    const { facility } = peg;
    const room = (4n * MILLION * ONE - facility.books.debtOf(facility)) / facility.scale;
    return this.part(min(room, 30_000n * peg.whole));
  }

  doMint(chain: Chain, user: string): void {
    const peg = this.peg(chain);
    this.mint(peg, user, this.units(peg), 0n);
  }

  doRedeem(chain: Chain): void {
    const peg = this.peg(chain);
    const user = this.holder(chain);
    const { facility } = peg;
    const amount = this.part(min(chain.books.balanceOf(user), 30_000n * ONE));
    this.redeem(chain, peg, user, amount, this.random.chance(0.1) ? facility.leastOut(amount) : 0n);
  }

  doTransfer(chain: Chain, to: string): void {
    const from = this.holder(chain);
    chain.books.transfer(from, to, this.part(chain.books.balanceOf(from)));
  }

  doSync(chain: Chain): void {
    const peg = this.peg(chain);
    peg.facility.sync();
    peg.lost = 0n;
  }

  doBookFees(chain: Chain): void {
    const fitting = chain.pegs.filter(({ facility }) => facility.fees !== 0n);
    unlessIdle(fitting.length !== 0);
    this.random.pick(fitting).facility.bookFees();
  }

  /** Bad debt is made good, sometimes more. */
  doCover(chain: Chain): void {
    const { books } = chain;
    const user = this.richest(chain);
    const amount = books.buffer < 0n ? min(-books.buffer, books.balanceOf(user)) : BigInt(this.random.int(1_000));
    if (books.buffer < 0n) this.tally.happened("bad debt covered");
    books.cover(user, amount);
  }

  // what can happen

  doPrice(chain: Chain): void {
    const r = this.random;
    const { state } = this.peg(chain);
    state.isReadable = true;
    const die = r.int(30);
    // A gap of up to a half, something about the band's edges, noise.
    if (die === 0) state.price = (ONE * BigInt(5_000 + r.int(5_000))) / 10_000n;
    else if (die === 1) state.price = (ONE * BigInt(9_800 + r.int(400))) / 10_000n;
    else state.price = (ONE * BigInt(9_990 + r.int(20))) / 10_000n;
    state.spread = r.chance(0.1) ? (ONE * BigInt(r.int(80))) / 10_000n : 0n;
    if (die === 0) this.tally.happened("gap of a stablecoin");
  }

  doSharePrice(chain: Chain): void {
    const r = this.random;
    const { state } = r.pick(chain.pools);
    const die = r.int(10);
    if (die === 0) state.price = (state.price * BigInt(50 + r.int(40))) / 100n;
    else if (die < 3) state.price = (state.price * BigInt(86 + r.int(8))) / 100n;
    else if (die < 6) state.price = (state.price * BigInt(950 + r.int(101))) / 1_000n;
    else state.price += (LP_PRICE - state.price) / 2n;
    if (state.price < LP_PRICE / 4n) state.price = LP_PRICE / 2n;
    if (die === 0) this.tally.happened("gap of a share");
  }

  doBlind(chain: Chain): void {
    this.peg(chain).state.isReadable = false;
  }

  doTime(): void {
    const r = this.random;
    const die = r.int(100);
    const longest = die < 80 ? HOUR / 2n : die < 98 ? 6n * HOUR : 2n * DAY;
    this.clock.now += 1n + (longest * BigInt(r.int(1_000))) / 1_000n;
  }

  doLose(chain: Chain): void {
    const r = this.random;
    const target = r.chance(0.7) ? this.peg(chain) : r.pick(chain.pools);
    const loss = (target.held * BigInt(r.int(20))) / 10_000n;
    target.held -= loss;
    target.facility.held -= loss;
    target.lost += loss;
  }

  doDonate(chain: Chain): void {
    const short = [...chain.pools, ...chain.pegs].filter(({ lost }) => lost !== 0n);
    const target = short.length === 0 ? this.peg(chain) : this.random.pick(short);
    const gift = target.lost + BigInt(this.random.int(1_000));
    target.held += gift;
    target.facility.held += gift;
    target.lost = 0n;
  }

  /** The token stops, or moves again; more often the latter. */
  doPause(chain: Chain): void {
    this.peg(chain).state.moves = !this.random.chance(0.05);
  }

  doStop(chain: Chain): void {
    const facilities = [...chain.pegs, ...chain.pools].map(({ facility }) => facility);
    this.random.pick(facilities).isStopped = this.random.chance(0.05);
  }

  doCeiling(chain: Chain): void {
    const { facility } = this.peg(chain);
    chain.books.setCeiling(facility, (4n * MILLION * ONE * BigInt(1 + this.random.int(100))) / 100n);
  }

  doCap(chain: Chain): void {
    this.cap[chain.index] = (MILLION * ONE * BigInt(this.random.int(100))) / 60n;
  }

  // positions

  private pool(chain: Chain): Pool {
    const pool = this.random.pick(chain.pools);
    this.touchPool(pool);
    return pool;
  }

  private touchPool(pool: Pool): void {
    pool.roundings += BigInt(pool.facility.model.ids.length) + 1n;
  }

  /** A position of a pool; of those with debt, if there are any. */
  private position({ facility: { model } }: Pool): bigint {
    unlessIdle(model.ids.length !== 0);
    const inDebt = model.ids.filter((id) => model.position(id).debt !== 0n);
    return this.random.pick(inDebt.length === 0 || this.random.chance(0.1) ? model.ids : inDebt);
  }

  /** What could be borrowed on some collateral. */
  private worth({ facility }: Pool, collateral: bigint): bigint {
    return (((collateral * facility.quote().lower) / facility.whole) * 85n) / 100n;
  }

  private room({ books }: Chain): bigint {
    const limit = (books.agedPeggedDebt() * books.share) / (10_000n - books.share);
    const used = books.debt("DISCOUNTED");
    return limit > used ? limit - used : 0n;
  }

  doOpen(chain: Chain, user: string): void {
    const pool = this.pool(chain);
    const { facility } = pool;
    if (facility.model.ids.length >= MAX_POSITIONS) return this.doBorrow(chain);
    const collateral = BigInt(20 + this.random.int(2_000)) * facility.whole + BigInt(this.random.int(1_000));
    const most = min(this.worth(pool, collateral), this.room(chain));
    facility.open(user, collateral, this.random.chance(0.2) ? 0n : (most * BigInt(50 + this.random.int(51))) / 100n);
    pool.held += collateral;
  }

  doAdd(chain: Chain): void {
    const pool = this.pool(chain);
    const amount = BigInt(1 + this.random.int(100)) * pool.facility.whole;
    pool.facility.add(this.position(pool), amount);
    pool.held += amount;
  }

  doBorrow(chain: Chain): void {
    const pool = this.pool(chain);
    const { model } = pool.facility;
    unlessIdle(model.ids.length !== 0);
    const id = this.random.pick(model.ids);
    if (model.position(id).collateral < pool.facility.whole) {
      const amount = BigInt(20 + this.random.int(1_000)) * pool.facility.whole;
      pool.facility.add(id, amount);
      pool.held += amount;
    }
    const { collateral, debt } = model.position(id);
    const limit = this.worth(pool, collateral);
    const most = min(limit > debt ? limit - debt : 0n, this.room(chain));
    pool.facility.borrow(id, (most * BigInt(50 + this.random.int(51))) / 100n);
  }

  doRepay(chain: Chain): void {
    const pool = this.pool(chain);
    const id = this.position(pool);
    unlessIdle(pool.facility.model.position(id).debt !== 0n);
    pool.facility.repay(this.richest(chain), id, this.part(pool.facility.model.position(id).debt));
  }

  doWithdrawShares(chain: Chain): void {
    const pool = this.pool(chain);
    const id = this.position(pool);
    const { collateral, debt } = pool.facility.model.position(id);
    const { lower } = pool.facility.quote();
    const needed = lower === 0n ? collateral : (debt * 10_000n * pool.facility.whole) / (8_500n * lower) + 1n;
    const amount = this.part(collateral > needed ? collateral - needed : collateral / 2n);
    pool.facility.withdraw(id, amount);
    pool.held -= amount;
  }

  /** A keeper looks everywhere for a position that may be liquidated, and takes one; where there is none, it tries one that may not. */
  doLiquidate(chain: Chain): void {
    const found: [Chain, Pool, bigint][] = [];
    for (const at of this.chains) {
      for (const pool of at.pools) {
        if (pool.facility.quote().lower === 0n) continue;
        for (const id of pool.facility.model.ids) if (pool.facility.excess(id) > 0n) found.push([at, pool, id]);
      }
    }
    if (found.length === 0) {
      unlessIdle(this.random.chance(0.1));
      const pool = this.pool(chain);
      pool.facility.liquidate(this.richest(chain), this.position(pool), ONE);
      throw new Error("a healthy position is liquidated");
    }
    const [at, pool, id] = this.random.pick(found);
    this.touchPool(pool);
    const { debt } = pool.facility.model.position(id);
    const before = at.books.buffer;
    const pay = this.random.chance(0.6) ? debt : this.part(debt);
    const terms = pool.facility.liquidate(this.richest(at), id, pay);
    pool.held -= terms.collateral;
    check(before - at.books.buffer === terms.writtenOff, "bad debt is not what was written off");
    this.tally.happened("liquidation");
    if (terms.writtenOff !== 0n) this.tally.happened("bad debt");
  }

  doRedeemShares(chain: Chain): void {
    const pool = this.pool(chain);
    const { model } = pool.facility;
    unlessIdle(model.debt !== 0n);
    const user = this.richest(chain);
    const { minTotal } = model.parameters;
    const spare = this.random.chance(0.1) || model.debt < minTotal ? model.debt : model.debt - minTotal;
    const amount = this.part(min(spare / 4n, chain.books.balanceOf(user)));
    const before = model.ids.map((id) => model.position(id));
    const result = this.redeeming(chain, () => pool.facility.redeem(user, amount, 0n));
    pool.held -= result.collateral;
    model.ids.forEach((id, i) => {
      const [old, now] = [before[i], model.position(id)];
      check(now.debt <= old.debt, "a redemption raises a debt");
      // To a unit of rounding.
      const isAsHealthy = (now.collateral + 1n) * old.debt >= old.collateral * (now.debt - 1n);
      check(isAsHealthy, "a position's health falls by a redemption");
    });
  }

  doTouch(chain: Chain): void {
    const pool = this.pool(chain);
    const { model } = pool.facility;
    unlessIdle(model.ids.length !== 0);
    // Who wants to redeem renews the labels of all that may be out of date.
    for (const id of model.ids) model.touch(id);
  }

  // in and out

  private ask(chain: Chain, request: Request): void {
    chain.queue.push(request);
    chain.asked++;
    if (chain.index === 0) this.known[0] = chain.asked;
  }

  /** zUSD of a user goes to the rollup, minted for it if so. */
  private bring(chain: Chain, user: string, unify: boolean): { user: string; amount: bigint } {
    if (unify) {
      const peg = this.peg(chain);
      const amount = this.mint(peg, VAULT, this.units(peg), 0n);
      chain.books.leave(VAULT, amount);
      return { user, amount };
    }
    const from = this.holder(chain);
    const amount = this.part(min(chain.books.balanceOf(from), 50_000n * ONE));
    chain.books.leave(from, amount);
    return { user: from, amount };
  }

  doDeposit(chain: Chain, user: string, unify: boolean): void {
    this.ask(chain, { kind: "deposit", ...this.bring(chain, user, unify) });
  }

  doRoute(chain: Chain, user: string): void {
    const r = this.random;
    const { amount, user: from } = this.bring(chain, user, r.chance(0.5));
    const payer = r.int(CHAINS);
    const { into, minOut } = this.terms(payer, amount);
    const deadline = this.clock.now + BigInt(r.int(Number(DAY)));
    this.ask(chain, { kind: "route", user: from, amount, payer, into, minOut, deadline });
  }

  doExit(chain: Chain): void {
    this.ask(chain, { kind: "exit", user: this.user2(), payer: this.random.int(CHAINS) });
  }

  /** Whether a payment is to be redeemed, and what at least is to come of it: sometimes more than can be. */
  private terms(chain: number, amount: bigint): { into?: number; minOut: bigint } {
    const r = this.random;
    const { pegs } = this.chains[chain];
    const die = r.int(10);
    if (r.chance(0.4)) return { minOut: die === 0 ? amount + 1n : amount };
    const into = r.int(pegs.length);
    const units = amount / pegs[into].facility.scale;
    if (die > 3) return { into, minOut: 0n };
    return { into, minOut: die === 0 ? units + 1n : (units * BigInt(900 + r.int(101))) / 1_000n };
  }

  doTransfer2(to: string): void {
    const from = this.user2();
    this.signed.push({ kind: "transfer", from, to, amount: this.part(this.balance2(from)) });
  }

  doWithdraw(chain: Chain, to: string): void {
    const from = this.user2();
    const amount = this.part(min(this.balance2(from), min(this.issued[chain.index], 50_000n * ONE)));
    require(amount <= this.balance2(from), "balance");
    const { into, minOut } = this.terms(chain.index, amount);
    const payment = { to, amount, into, minOut: into === undefined ? 0n : minOut };
    this.signed.push({ kind: "withdraw", from, chain: chain.index, payment });
  }

  // the rollup

  private isSuspended(chain: number): boolean {
    return this.clock.now - this.heard[chain] > LEASE;
  }

  /** The primary's next batch: prefixes of the queues, as far as it knows them, then what was signed. */
  doBatch(): void {
    const r = this.random;
    const batch: Batch = {
      timestamp: this.clock.now,
      requests: [],
      moves: [],
      outbox: Array.from({ length: CHAINS }, () => []),
      issued: this.issued,
    };
    const first = r.int(CHAINS);
    for (let i = 0; i < CHAINS; i++) {
      const c = (first + i) % CHAINS;
      if (this.isSuspended(c)) {
        this.tally.happened("suspended chain");
        continue;
      }
      const { queue, applied } = this.chains[c];
      // What the chain itself has not yet seen consumed lies in its queue still.
      const gone = this.consumedSince(c, applied);
      const open = this.known[c] - this.consumed[c];
      const count = min(BigInt(open), BigInt(1 + r.int(6)));
      for (let k = 0; k < Number(count); k++) {
        const request = queue[gone + k];
        batch.requests.push({ chain: c, request });
        this.execute(batch, c, request);
      }
      this.consumed[c] += Number(count);
    }
    for (const op of this.signed.splice(0)) this.include(batch, op);
    this.expectedOnLayer2 += sum(batch.moves.map(({ amount }) => amount));
    this.batches.push({ ...batch, issued: [...this.issued] });
    this.apply(this.chains[0]);
    this.heard[0] = this.clock.now;
  }

  private consumedSince(chain: number, batch: number): number {
    let count = 0;
    for (const { requests } of this.batches.slice(batch)) for (const { chain: c } of requests) if (c === chain) count++;
    return count;
  }

  private move(batch: Batch, chain: number, amount: bigint): void {
    this.issued[chain] += amount;
    batch.moves.push({ chain, amount });
  }

  private move2(user: string, amount: bigint): void {
    this.layer2.set(user, this.balance2(user) + amount);
  }

  private execute(batch: Batch, chain: number, request: Request): void {
    const { user } = request;
    if (request.kind === "exit") {
      const { payer } = request;
      if (this.isSuspended(payer)) return this.tally.happened("exit to a suspended chain");
      // The whole balance, or all that the ledger holds.
      const amount = min(this.balance2(user), this.issued[payer]);
      if (amount < this.balance2(user)) this.tally.happened("exit of a part");
      this.move(batch, payer, -amount);
      this.move2(user, -amount);
      batch.outbox[payer].push({ to: user, amount, minOut: 0n });
      return;
    }
    const { amount } = request;
    const after = this.issued[chain] + amount;
    const fits = after <= this.cap[chain];
    if (request.kind === "deposit") {
      if (!fits) return this.refund(batch, chain, request, "deposit above the cap");
      this.move(batch, chain, amount);
      this.move2(user, amount);
      return;
    }
    const { payer, into, minOut, deadline } = request;
    const there = payer === chain ? after : this.issued[payer];
    if (!fits || amount > there) return this.refund(batch, chain, request, "route that is not covered");
    if (deadline < batch.timestamp) return this.refund(batch, chain, request, "route too late");
    if (this.isSuspended(payer)) return this.refund(batch, chain, request, "route to a suspended chain");
    if (into === undefined && amount < minOut) return this.refund(batch, chain, request, "route below its minimum");
    this.move(batch, chain, amount);
    this.move(batch, payer, -amount);
    batch.outbox[payer].push({ to: user, amount, into, minOut });
    this.tally.happened("route");
  }

  private refund(batch: Batch, chain: number, { amount, user: to }: Request & { amount: bigint }, why: string): void {
    batch.outbox[chain].push({ to, amount, minOut: 0n });
    this.tally.happened(why);
  }

  private include(batch: Batch, op: Signed): void {
    const amount = op.kind === "transfer" ? op.amount : op.payment.amount;
    if (amount > this.balance2(op.from)) return this.tally.happened("signed op beyond its balance");
    if (op.kind === "transfer") {
      this.move2(op.from, -amount);
      this.move2(op.to, amount);
      return;
    }
    if (amount > this.issued[op.chain]) return this.tally.happened("withdrawal beyond what is issued");
    if (this.isSuspended(op.chain)) return this.tally.happened("withdrawal to a suspended chain");
    this.move(batch, op.chain, -amount);
    this.move2(op.from, -amount);
    batch.outbox[op.chain].push(op.payment);
    this.tally.happened("withdrawal");
  }

  /** A chain accepts the next batch, against its own queue. */
  private apply(chain: Chain): void {
    const batch = this.batches[chain.applied++];
    for (const { chain: c, request } of batch.requests) {
      if (c === chain.index) check(chain.queue.shift() === request, `chain ${c}: a request is not the queue's first`);
    }
    for (const { chain: c, amount } of batch.moves) chain.issued[c] += amount;
    chain.issued.forEach((issued, c) => check(issued === batch.issued[c], `chain ${chain.index}: another ledger`));
    for (const payment of batch.outbox[chain.index]) chain.outbox.push(payment);
  }

  /** A secondary chain accepts some of the batches that it has not. */
  doApply(chain: Chain): void {
    const missing = this.batches.length - chain.applied;
    unlessIdle(!chain.isSilent && missing !== 0);
    if (missing > 5) this.tally.happened("chain far behind");
    const count = Math.min(missing, 1 + this.random.int(8));
    for (let i = 0; i < count; i++) this.apply(chain);
  }

  /** The primary hears of a chain's queue. */
  doFact(chain: Chain): void {
    const { index, asked } = chain;
    unlessIdle(!chain.isSilent && asked !== this.known[index]);
    this.known[index] += Math.ceil(((asked - this.known[index]) * (1 + this.random.int(2))) / 2);
  }

  /** The primary hears what a chain has accepted. */
  doAcknowledge(chain: Chain): void {
    unlessIdle(!chain.isSilent && chain.applied !== 0);
    const { timestamp } = this.batches[chain.applied - 1];
    unlessIdle(timestamp > this.heard[chain.index]);
    this.heard[chain.index] = timestamp;
  }

  doHalt(chain: Chain): void {
    // Without the primary there would be no batch at all.
    unlessIdle(chain.index !== 0 && !chain.isSilent);
    chain.isSilent = true;
  }

  doResume(): void {
    const silent = this.chains.filter(({ isSilent }) => isSilent);
    unlessIdle(silent.length !== 0);
    this.random.pick(silent).isSilent = false;
  }

  // payments

  /** Redeems a payment whole, or does nothing. */
  private redeemPayment(chain: Chain, { to, amount, into, minOut }: Payment): void {
    const { books, pegs } = chain;
    const peg = pegs[into!];
    books.arrive(VAULT, amount);
    try {
      const least = minOut === 0n ? peg.facility.leastOut(amount) : minOut;
      const burnt = this.redeem(chain, peg, VAULT, amount, least);
      books.transfer(VAULT, to, amount - burnt);
    } catch (error) {
      if (error instanceof Refused) books.leave(VAULT, amount);
      throw error;
    }
  }

  private payZusd({ books, index }: Chain, { to, amount }: Payment): void {
    check(amount <= books.abroad, `chain ${index}: a payment is not backed`);
    books.arrive(to, amount);
  }

  doPay(chain: Chain): void {
    unlessIdle(chain.outbox.length !== 0);
    const count = Math.min(chain.outbox.length, 1 + this.random.int(5));
    for (let i = 0; i < count; i++) this.pay(chain, chain.outbox.shift()!);
  }

  private pay(chain: Chain, payment: Payment): void {
    if (payment.into === undefined) {
      this.payZusd(chain, payment);
      return this.tally.happened("payment in zUSD");
    }
    try {
      this.redeemPayment(chain, payment);
      this.tally.happened("payment redeemed");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      chain.waiting.push({ payment, since: this.clock.now });
      this.tally.happened("payment waits");
    }
  }

  doRedeemWaiting(chain: Chain): void {
    unlessIdle(chain.waiting.length !== 0);
    const i = this.random.int(chain.waiting.length);
    this.redeemPayment(chain, chain.waiting[i].payment);
    chain.waiting.splice(i, 1);
    this.tally.happened("waiting payment redeemed");
  }

  doReleaseWaiting(chain: Chain, user: string): void {
    unlessIdle(chain.waiting.length !== 0);
    const i = this.random.int(chain.waiting.length);
    const { payment, since } = chain.waiting[i];
    require(user === payment.to || this.clock.now >= since + WAIT, "StableDesk_StillWaiting");
    chain.waiting.splice(i, 1);
    this.payZusd(chain, payment);
    this.tally.happened("waiting payment released");
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A share's price with its legs': the lower of the two, and nothing if one of them cannot be read. */
function quoteOf(price: bigint, legs: readonly Peg[]): Quote {
  let [lowest, highest] = [ONE, ONE];
  let inBand = true;
  for (const { state, facility } of legs) {
    if (!state.isReadable) return { lower: 0n, upper: 0n, inBand: false };
    const upper = state.price + state.spread;
    lowest = min(lowest, state.price);
    if (upper > highest) highest = upper;
    const band = (facility.parameters.freeze * ONE) / 10_000n;
    if (state.price < ONE - band || upper > ONE + band) inBand = false;
  }
  return { lower: (price * lowest) / ONE, upper: (price * highest) / ONE, inBand };
}

const OPERATIONS: readonly Operation[] = [
  [80, "mint", (world, chain, user) => world.doMint(chain, user)],
  [60, "redeem", (world, chain) => world.doRedeem(chain)],
  [20, "transfer", (world, chain, user) => world.doTransfer(chain, user)],
  [50, "deposit", (world, chain, user) => world.doDeposit(chain, user, false)],
  [50, "unified deposit", (world, chain, user) => world.doDeposit(chain, user, true)],
  [60, "route", (world, chain, user) => world.doRoute(chain, user)],
  [10, "exit", (world, chain) => world.doExit(chain)],
  [20, "transfer on L2", (world, _, user) => world.doTransfer2(user)],
  [70, "withdrawal", (world, chain, user) => world.doWithdraw(chain, user)],
  [70, "batch", (world) => world.doBatch()],
  [140, "acceptance", (world, chain) => world.doApply(chain)],
  [100, "queue fact", (world, chain) => world.doFact(chain)],
  [100, "acknowledgement", (world, chain) => world.doAcknowledge(chain)],
  [5, "halt", (world, chain) => world.doHalt(chain)],
  [10, "resumption", (world) => world.doResume()],
  [100, "payment", (world, chain) => world.doPay(chain)],
  [25, "redemption of a waiting payment", (world, chain) => world.doRedeemWaiting(chain)],
  [30, "release of a waiting payment", (world, chain, user) => world.doReleaseWaiting(chain, user)],
  [80, "price", (world, chain) => world.doPrice(chain)],
  [50, "price of a share", (world, chain) => world.doSharePrice(chain)],
  [6, "price that cannot be read", (world, chain) => world.doBlind(chain)],
  [80, "time", (world) => world.doTime()],
  [80, "sync", (world, chain) => world.doSync(chain)],
  [15, "fees booked", (world, chain) => world.doBookFees(chain)],
  [50, "cover", (world, chain) => world.doCover(chain)],
  [6, "loss of tokens", (world, chain) => world.doLose(chain)],
  [10, "donation", (world, chain) => world.doDonate(chain)],
  [20, "pause of a token", (world, chain) => world.doPause(chain)],
  [10, "stop of minting", (world, chain) => world.doStop(chain)],
  [4, "ceiling", (world, chain) => world.doCeiling(chain)],
  [10, "cap", (world, chain) => world.doCap(chain)],
  [20, "opening", (world, chain, user) => world.doOpen(chain, user)],
  [15, "collateral added", (world, chain) => world.doAdd(chain)],
  [40, "borrowing", (world, chain) => world.doBorrow(chain)],
  [20, "repayment", (world, chain) => world.doRepay(chain)],
  [15, "collateral withdrawn", (world, chain) => world.doWithdrawShares(chain)],
  [60, "liquidation", (world, chain) => world.doLiquidate(chain)],
  [50, "redemption against positions", (world, chain) => world.doRedeemShares(chain)],
  [30, "touch", (world, chain) => world.doTouch(chain)],
];

const ALL_WEIGHTS = OPERATIONS.reduce((all, [weight]) => all + weight, 0);

/** Everything that can be done. */
export const OPERATION_NAMES: readonly string[] = OPERATIONS.map(([, name]) => name);
