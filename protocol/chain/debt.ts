import { ZUSD } from "../spec";
import type { Chain } from "./chain";
import { readStanding, type Standing } from "./conservation";
import { factories, type IBooks } from "./contracts";
import { loadErc20 } from "./erc20";
import { acting, ChainError } from "./errors";
import { LogFollower } from "./logs";

const ONE = 10n ** 18n;
const ZUSD_DECIMALS = 18;
const CLASSES = ["NONE", "PEGGED", "DISCOUNTED"] as const;
const STATUSES = ["LIVE", "MINT_OFF", "FROZEN"] as const;

/** A facility as its chain's books have it. Token amounts in the token's own units, zUSD in units of 10^-18. */
export interface FacilityDebt {
  readonly address: string;
  readonly token: string;
  readonly symbol: string;
  readonly decimals: number;
  readonly class: (typeof CLASSES)[number];
  readonly status: (typeof STATUSES)[number];
  /** What the facility holds of its token. */
  readonly held: bigint;
  /** What it owes to its debt. */
  readonly reserve: bigint;
  /** Pot and fees of a pegged facility. */
  readonly beside: bigint;
  readonly debt: bigint;
  readonly ceiling: bigint;
  /** What its debt counts for, in units of 10^-18. */
  readonly weight: bigint;
  /** Lower bound of the token's price, in units of 10^-18 dollar; undefined: it cannot be read now. */
  readonly price: bigint | undefined;
  /** What the reserve stands for after the haircut, in units of 10^-18 dollar. */
  readonly value: bigint;
}

/** A chain's books of zUSD, in units of 10^-18: supply + issued + queued + outbox + claimable + waiting + buffer = Σ debts. */
export interface ChainDebt {
  readonly chain: number;
  readonly name: string;
  readonly facilities: readonly FacilityDebt[];
  /** zUSD on the chain. */
  readonly supply: bigint;
  /** zUSD in the rollup that the chain stands for, by the latest batch it accepted. */
  readonly issued: bigint;
  readonly queued: bigint;
  readonly outbox: bigint;
  readonly claimable: bigint;
  /** Payments that wait to be redeemed. */
  readonly waiting: bigint;
  /** Surplus if positive, bad debt if negative. */
  readonly buffer: bigint;
  /** In units of 10^-18. */
  readonly factor: bigint;
  /** Number of the latest batch that the chain accepted. */
  readonly batch: number;
  /** zUSD of all chains in the state after it. */
  readonly inState: bigint;
}

/**
 * Reads the books of zUSD of a chain that deals in it, from that chain alone. Nobody may use it meanwhile.
 * @throws ChainError if the chain has no books
 */
export async function readDebt(chain: Chain, standing?: Standing): Promise<ChainDebt> {
  const { stable } = chain;
  if (!stable) throw new ChainError(chain.name, "reading the books of zUSD", "the vault has no books");
  const { batch, supply, queued, outbox, claimable } = standing ?? (await readStanding(chain));
  const zusdIn = (sums: ReadonlyMap<number, bigint>): bigint => sums.get(ZUSD) ?? 0n;
  return acting(chain, "reading the books of zUSD", async () => {
    const report = await stable.books.books();
    const facilities = await readFacilities(chain, report.facilities);
    return {
      chain: chain.index,
      name: chain.name,
      facilities,
      supply: report.supply,
      issued: await chain.rollup.issued(chain.index),
      queued: zusdIn(queued),
      outbox: zusdIn(outbox),
      claimable: zusdIn(claimable),
      waiting: await waitingOf(chain),
      buffer: report.buffer,
      factor: report.factor,
      batch,
      inState: zusdIn(supply),
    };
  });
}

/** The facilities of a chain, the pegged ones first. @throws ChainError if the chain has no books */
export async function readFacilities(chain: Chain, reports?: readonly Report[]): Promise<FacilityDebt[]> {
  const { stable } = chain;
  if (!stable) throw new ChainError(chain.name, "reading the facilities", "the vault has no books");
  return acting(chain, "reading the facilities", async () => {
    const list: FacilityDebt[] = [];
    for (const report of reports ?? (await stable.books.books()).facilities)
      list.push(await readFacility(chain, report));
    return list;
  });
}

type Report = Awaited<ReturnType<IBooks["books"]>>["facilities"][number];

async function readFacility(chain: Chain, report: Report): Promise<FacilityDebt> {
  const f = factories();
  const facility = f.IPeggedFacility__factory.connect(report.facility, chain.provider);
  const erc20 = loadErc20(report.token, chain.provider);
  const kind = CLASSES[Number(report.class)];
  const isPegged = kind === "PEGGED";
  const decimals = Number(await erc20.decimals());
  const price = await f.IPriceSource__factory.connect(await facility.source(), chain.provider)
    .price()
    .then(({ lower }) => lower)
    .catch(() => undefined);
  const whole = 10n ** BigInt(decimals);
  return {
    address: report.facility,
    token: report.token,
    symbol: await erc20.symbol(),
    decimals,
    class: kind,
    status: STATUSES[Number(report.status)],
    held: await erc20.balanceOf(report.facility),
    reserve: report.reserve,
    beside: isPegged ? (await facility.pot()) + (await facility.fees()) : 0n,
    debt: report.debt,
    ceiling: report.ceiling,
    weight: report.weight,
    price,
    value: isPegged
      ? (report.debt * report.weight) / ONE
      : ((price ?? 0n) * report.reserve * (await remainder(chain, report.facility))) / (whole * 10_000n),
  };
}

/** 1 − h_l of a discounted facility, in units of 10^-4. */
async function remainder(chain: Chain, address: string): Promise<bigint> {
  const facility = factories().IDiscountedFacility__factory.connect(address, chain.provider);
  return 10_000n - (await facility.parameters()).liquidationHaircut;
}

/** zUSD of payments that wait for their redemption. */
async function waitingOf(chain: Chain): Promise<bigint> {
  const since = chain.firstBlock;
  const waits = await new LogFollower(chain.provider, chain.vault, "PaymentWaits", since).next();
  const ended = await new LogFollower(chain.provider, chain.vault, "WaitEnded", since).next();
  const gone = new Set(ended.logs.map(({ args }) => String(args.id)));
  return waits.logs
    .filter(({ args }) => !gone.has(String(args.id)))
    .reduce((sum, { args }) => sum + (args.payment as { amount: bigint }).amount, 0n);
}

/** Whether an invariant holds, with the figures of both sides. */
export interface Verdict {
  readonly id: string;
  readonly where: string;
  readonly left: bigint;
  readonly relation: "=" | "≥" | "≤";
  readonly right: bigint;
  readonly decimals: number;
  readonly holds: boolean;
  /** Why it is not asked for now. */
  readonly waived?: string;
}

/**
 * I1 custody, I2 books, I3 classes, I4 solvency of each chain, and I2 over all of them.
 * @param inState zUSD in the state that one of the chains stands at
 * @param issued what that chain's ledger says of it, see `readIssued`
 */
export function judge(chains: readonly ChainDebt[], inState: bigint, issued: bigint): Verdict[] {
  const verdicts: Verdict[] = [];
  const say = (verdict: Omit<Verdict, "holds">): void => {
    const { left, right, relation } = verdict;
    const holds = relation === "=" ? left === right : relation === "≥" ? left >= right : left <= right;
    verdicts.push({ ...verdict, holds });
  };
  for (const chain of chains) {
    for (const { symbol, held, reserve, beside, decimals } of chain.facilities) {
      const right = reserve + beside;
      say({ id: "I1", where: `${symbol} on ${chain.name}`, left: held, relation: "≥", right, decimals });
    }
    const zusd = { where: chain.name, decimals: ZUSD_DECIMALS };
    const debts = sum(chain.facilities.map(({ debt }) => debt));
    say({ id: "I2", ...zusd, left: claimsOf(chain) + chain.buffer, relation: "=", right: debts });
    for (const facility of chain.facilities.filter((one) => one.class === "PEGGED")) {
      const left = facility.reserve * 10n ** BigInt(ZUSD_DECIMALS - facility.decimals);
      const where = `${facility.symbol} on ${chain.name}`;
      say({ id: "I3", where, left, relation: "=", right: facility.debt, decimals: ZUSD_DECIMALS });
    }
    const value = sum(chain.facilities.map((facility) => facility.value)) + (chain.buffer > 0n ? chain.buffer : 0n);
    const isSound =
      chain.buffer >= 0n && chain.facilities.every(({ price, weight }) => price !== undefined && weight === ONE);
    const waived = isSound ? undefined : "a facility is impaired, without a price, or there is bad debt";
    say({ id: "I4", ...zusd, left: debts, relation: "≤", right: value, ...(waived === undefined ? {} : { waived }) });
  }
  const all = { id: "I2", where: "zUSD in the rollup", decimals: ZUSD_DECIMALS };
  say({ ...all, left: issued, relation: "=", right: inState });
  return verdicts;
}

/** What a chain's ledger says was issued to the named chains together. */
export async function readIssued(chain: Chain, chains: readonly number[]): Promise<bigint> {
  return sum(await Promise.all(chains.map((index) => chain.rollup.issued(index))));
}

/** All zUSD of a chain: there, in the rollup, and on the way. */
export function claimsOf({ supply, issued, queued, outbox, claimable, waiting }: ChainDebt): bigint {
  return supply + issued + queued + outbox + claimable + waiting;
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
