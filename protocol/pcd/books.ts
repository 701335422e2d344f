import { require } from "./errors";
import { LowWater } from "./lowWater";
import { ONE, UNIT } from "./numbers";

export type FacilityClass = "PEGGED" | "DISCOUNTED";

/** What the books ask of a facility. */
export interface Weighed {
  readonly class: FacilityClass;
  /** What its debt counts for, in units of 10^-18, at most 10^18. */
  weight(): bigint;
}

interface Account {
  debt: bigint;
  ceiling: bigint;
  impaired: boolean;
}

const TOLERATED_PART = 1_000n;
const FIRST_SHARE = 3_000n;

/** Unix seconds, shared by all that is on one chain. */
export interface Clock {
  now: bigint;
}

/**
 * A chain's books: what zUSD was minted against. All in units of 10^-18 zUSD.
 *
 * The reference of `contracts/collateral/Books.sol`: the same formulas, the same rounding, the same refusals.
 */
export class Books<F extends Weighed = Weighed> {
  readonly accounts = new Map<F, Account>();
  /** zUSD on the chain, by holder. */
  readonly balances = new Map<string, bigint>();
  supply = 0n;
  /** zUSD of this chain in the rollup's hands. */
  abroad = 0n;
  /** Surplus if positive, bad debt if negative. */
  buffer = 0n;
  share = FIRST_SHARE;
  private readonly pegged = new LowWater();

  constructor(readonly clock: Clock) {}

  add(facility: F, ceiling: bigint): void {
    this.accounts.set(facility, { debt: 0n, ceiling, impaired: false });
  }

  debtOf(facility: F): bigint {
    return this.account(facility).debt;
  }

  setCeiling(facility: F, ceiling: bigint): void {
    const account = this.account(facility);
    require(ceiling >= account.debt, "Books_AboveCeiling");
    account.ceiling = ceiling;
  }

  /** The debt of all facilities of a class, or of all. */
  debt(of?: FacilityClass): bigint {
    let sum = 0n;
    for (const [facility, { debt }] of this.accounts) if (of === undefined || facility.class === of) sum += debt;
    return sum;
  }

  /** The least that the pegged debt was today and yesterday. */
  agedPeggedDebt(): bigint {
    return this.pegged.least(this.clock.now, this.debt("PEGGED"));
  }

  get impaired(): number {
    return [...this.accounts.values()].filter(({ impaired }) => impaired).length;
  }

  /** Debt of impaired facilities, and bad debt. */
  private get doubtful(): bigint {
    let sum = this.buffer < 0n ? -this.buffer : 0n;
    for (const { debt, impaired } of this.accounts.values()) if (impaired) sum += debt;
    return sum;
  }

  /** What stands behind a zUSD of this chain, in units of 10^-18, at most 10^18. */
  factor(): bigint {
    let value = this.debt("DISCOUNTED") * ONE;
    for (const [facility, { debt }] of this.accounts) {
      if (facility.class === "PEGGED" && debt !== 0n) value += debt * facility.weight();
    }
    const claims = this.debt() - this.buffer;
    return value >= claims * ONE ? ONE : value / claims;
  }

  balanceOf(holder: string): bigint {
    return this.balances.get(holder) ?? 0n;
  }

  /** Mints zUSD against new debt of a facility. @throws Refused */
  issue(facility: F, to: string, amount: bigint): void {
    const all = this.debt();
    require(this.doubtful * TOLERATED_PART <= all, "Books_Impaired");
    const account = this.account(facility);
    require(account.debt + amount <= account.ceiling, "Books_AboveCeiling");
    if (facility.class === "DISCOUNTED") {
      const limit = (this.agedPeggedDebt() * this.share) / (UNIT - this.share);
      require(this.debt("DISCOUNTED") + amount <= limit, "Books_AboveShare");
    }
    this.move(facility, amount);
    this.mint(to, amount);
  }

  /** Burns zUSD, and lowers a facility's debt by at most as much; the rest is surplus. @throws Refused */
  retire(facility: F, from: string, amount: bigint, debt: bigint): void {
    require(debt <= amount && debt <= this.account(facility).debt, "Books_DebtTooSmall");
    this.burn(from, amount);
    this.move(facility, -debt);
    this.buffer += amount - debt;
  }

  /** Books debt of a facility that nothing stands behind. */
  writeOff(facility: F, debt: bigint): void {
    require(debt <= this.account(facility).debt, "Books_DebtTooSmall");
    this.move(facility, -debt);
    this.buffer -= debt;
  }

  /** Books a facility's income as debt and surplus. */
  earn(facility: F, amount: bigint): void {
    this.move(facility, amount);
    this.buffer += amount;
  }

  setImpaired(facility: F, impaired: boolean): void {
    this.account(facility).impaired = impaired;
  }

  /** Burns zUSD as surplus. @throws Refused */
  cover(from: string, amount: bigint): void {
    this.burn(from, amount);
    this.buffer += amount;
  }

  /** zUSD moves from the chain to the rollup. @throws Refused */
  leave(from: string, amount: bigint): void {
    this.burn(from, amount);
    this.abroad += amount;
  }

  /** zUSD comes back from the rollup. @throws Refused */
  arrive(to: string, amount: bigint): void {
    require(amount <= this.abroad, "Zusd_NotAbroad");
    this.abroad -= amount;
    this.mint(to, amount);
  }

  /** @throws Refused */
  transfer(from: string, to: string, amount: bigint): void {
    this.burn(from, amount);
    this.mint(to, amount);
  }

  private account(facility: F): Account {
    const account = this.accounts.get(facility);
    require(account !== undefined, "Books_NotFacility");
    return account;
  }

  private move(facility: F, amount: bigint): void {
    const old = this.debt("PEGGED");
    this.account(facility).debt += amount;
    if (facility.class === "PEGGED") this.pegged.note(this.clock.now, old, old + amount);
  }

  private mint(to: string, amount: bigint): void {
    this.balances.set(to, this.balanceOf(to) + amount);
    this.supply += amount;
  }

  private burn(from: string, amount: bigint): void {
    require(amount <= this.balanceOf(from), "ERC20InsufficientBalance");
    this.balances.set(from, this.balanceOf(from) - amount);
    this.supply -= amount;
  }
}
