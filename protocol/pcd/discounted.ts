/**
 * A discounted facility in exact integers: the reference that decides what the contract does. See IDiscountedFacility for what it is.
 *
 * All of zUSD in units of 10^-18, collateral in the token's units, prices in units of 10^-18 dollar per whole token, parts in units of
 * 10^-4. Each method does all of what it says, or throws a `Refused` and does nothing. What is not in here: custody, owners, the books'
 * limits, and whether minting is stopped.
 */
import { Refused } from "./errors";
import { ceilDiv, log2, min, mulDivDown, mulDivUp, ONE, UNIT } from "./numbers";

const STEPS = 100n;
const LAST_BUCKET = 255n;
const LAST_LENT_BUCKET = 253n;
const SHARE_BITS = 16n;
const MAX_SHARE_BITS = 32n;
const INDEX_ONE = 1n << 144n;

export interface DiscountedParameters {
  haircut: bigint;
  liquidationHaircut: bigint;
  bonus: bigint;
  redemptionFee: bigint;
  maxSpread: bigint;
  minDebt: bigint;
  minTotal: bigint;
}

export interface Quote {
  lower: bigint;
  upper: bigint;
  inBand: boolean;
}

export type RefusalReason =
  | "Facility_TooSmall"
  | "Facility_BelowMinimum"
  | "DiscountedFacility_NoPosition"
  | "DiscountedFacility_Unhealthy"
  | "DiscountedFacility_Healthy"
  | "DiscountedFacility_DebtTooSmall"
  | "DiscountedFacility_CollateralTooSmall"
  | "DiscountedFacility_AboveDebt"
  | "DiscountedFacility_NoPrice"
  | "DiscountedFacility_OutOfBand"
  | "DiscountedFacility_PositionUnhealthy";

export interface PositionView {
  collateral: bigint;
  debt: bigint;
  bucket: bigint;
}

interface Account {
  bucket: bigint;
  shares: bigint;
  collateral: bigint;
  index: bigint;
  epoch: bigint;
}

/** How an epoch ended: shares were divided by 2^shift, or all gone. */
interface End {
  index: bigint;
  shift: bigint | "cleared";
}

interface State {
  accounts: Map<bigint, Account>;
  ends: readonly End[];
  shares: bigint;
  reserve: bigint;
  index: bigint;
  debt: bigint;
}

function copyOf(state: State): State {
  return { ...state, accounts: new Map([...state.accounts].map(([id, account]) => [id, { ...account }])) };
}

export class DiscountedFacility {
  private state: State = { accounts: new Map(), ends: [], shares: 0n, reserve: 0n, index: 0n, debt: 0n };
  private readonly step: bigint;

  /**
   * @param whole 10^decimals of the token
   * @param basePrice in whose hundredths ratios are labelled
   */
  constructor(
    readonly parameters: DiscountedParameters,
    readonly whole: bigint,
    basePrice: bigint,
  ) {
    this.step = basePrice / STEPS;
  }

  get debt(): bigint {
    return this.state.debt;
  }

  get reserve(): bigint {
    return this.state.reserve;
  }

  get shares(): bigint {
    return this.state.shares;
  }

  get index(): bigint {
    return this.state.index;
  }

  get epoch(): bigint {
    return BigInt(this.state.ends.length);
  }

  get ids(): bigint[] {
    return [...this.state.accounts.keys()];
  }

  get highestBucket(): bigint {
    return [...this.state.accounts.values()].reduce((high, { bucket }) => (bucket > high ? bucket : high), 0n);
  }

  position(id: bigint): PositionView {
    const { collateral, shares, bucket } = this.load(copyOf(this.state), id);
    return { collateral, debt: this.debtOf(this.state, shares), bucket };
  }

  open(collateral: bigint, debt: bigint, quote: Quote): bigint {
    return this.atomically((s) => {
      const id = BigInt(s.accounts.size + 1);
      const account = { bucket: 0n, shares: 0n, collateral: 0n, index: s.index, epoch: BigInt(s.ends.length) };
      this.take(s, account, collateral);
      if (debt !== 0n) this.lend(s, account, debt, quote);
      this.store(s, id, account);
      return id;
    });
  }

  add(id: bigint, amount: bigint): void {
    this.atomically((s) => {
      const account = this.load(s, id);
      this.take(s, account, amount);
      this.store(s, id, account);
    });
  }

  borrow(id: bigint, amount: bigint, quote: Quote): void {
    this.atomically((s) => {
      if (amount === 0n) throw new Refused<RefusalReason>("Facility_TooSmall");
      const account = this.load(s, id);
      this.lend(s, account, amount, quote);
      this.store(s, id, account);
    });
  }

  /** @returns the zUSD that is burnt */
  repay(id: bigint, amount: bigint): bigint {
    return this.atomically((s) => {
      const account = this.load(s, id);
      const repaid = min(amount, this.debtOf(s, account.shares));
      if (repaid === 0n) throw new Refused<RefusalReason>("Facility_TooSmall");
      this.pay(s, account, repaid);
      this.store(s, id, account);
      return repaid;
    });
  }

  withdraw(id: bigint, amount: bigint, quote: Quote): void {
    this.atomically((s) => {
      const account = this.load(s, id);
      if (amount === 0n) throw new Refused<RefusalReason>("Facility_TooSmall");
      if (amount > account.collateral) throw new Refused<RefusalReason>("DiscountedFacility_CollateralTooSmall");
      account.collateral -= amount;
      s.reserve -= amount;
      if (this.debtOf(s, account.shares) !== 0n) this.checkHealth(s, account, quote);
      this.store(s, id, account);
    });
  }

  liquidate(id: bigint, pay: bigint, minCollateral: bigint, quote: Quote) {
    return this.atomically((s) => {
      const account = this.load(s, id);
      const terms = this.terms(account.collateral, this.debtOf(s, account.shares), pay, quote);
      if (terms.paid + terms.writtenOff === 0n) throw new Refused<RefusalReason>("Facility_TooSmall");
      if (terms.collateral < minCollateral) throw new Refused<RefusalReason>("Facility_BelowMinimum");
      account.collateral -= terms.collateral;
      s.reserve -= terms.collateral;
      this.pay(s, account, terms.paid + terms.writtenOff);
      this.store(s, id, account);
      return terms;
    });
  }

  /**
   * @param factor the chain factor, in units of 10^-18
   * @returns by what the debt falls, and what the redeemer gets
   */
  redeem(amount: bigint, minCollateral: bigint, quote: Quote, factor: bigint = ONE) {
    return this.atomically((s) => {
      this.checkBand(quote);
      const { liquidationHaircut, redemptionFee, minTotal } = this.parameters;
      const highest = this.highestBucket;
      if (highest === LAST_BUCKET || highest * this.step > (quote.lower * (UNIT - liquidationHaircut)) / UNIT) {
        throw new Refused<RefusalReason>("DiscountedFacility_PositionUnhealthy");
      }
      const debt = mulDivDown(amount, factor, ONE);
      if (debt > s.debt) throw new Refused<RefusalReason>("DiscountedFacility_AboveDebt");
      const left = s.debt - debt;
      if (left !== 0n && left < minTotal) throw new Refused<RefusalReason>("DiscountedFacility_DebtTooSmall");
      const collateral = mulDivDown(debt * (UNIT - redemptionFee), this.whole, UNIT * quote.upper);
      if (collateral === 0n) throw new Refused<RefusalReason>("Facility_TooSmall");
      if (collateral < minCollateral) throw new Refused<RefusalReason>("Facility_BelowMinimum");
      s.index += mulDivUp(collateral, INDEX_ONE, s.shares);
      s.reserve -= collateral;
      s.debt = left;
      if (left === 0n) this.endEpoch(s, "cleared");
      else if (s.shares >> MAX_SHARE_BITS >= left) this.endEpoch(s, log2(s.shares / left) - SHARE_BITS);
      return { debt, collateral };
    });
  }

  touch(id: bigint): void {
    this.atomically((s) => this.store(s, id, this.load(s, id)));
  }

  private atomically<T>(change: (s: State) => T): T {
    const s = copyOf(this.state);
    const result = change(s);
    this.state = s;
    return result;
  }

  private take(s: State, account: Account, amount: bigint): void {
    if (amount === 0n) throw new Refused<RefusalReason>("Facility_TooSmall");
    account.collateral += amount;
    s.reserve += amount;
  }

  private lend(s: State, account: Account, amount: bigint, quote: Quote): void {
    this.checkBand(quote);
    const added = s.debt === 0n ? amount << SHARE_BITS : mulDivUp(amount, s.shares, s.debt);
    account.shares += added;
    s.shares += added;
    s.debt += amount;
    this.checkMinDebt(this.debtOf(s, account.shares));
    this.checkHealth(s, account, quote);
  }

  private pay(s: State, account: Account, amount: bigint): void {
    if (amount === s.debt) {
      s.debt = 0n;
      this.endEpoch(s, "cleared");
      account.shares = 0n;
      return;
    }
    const isAll = amount === this.debtOf(s, account.shares);
    const burnt = isAll ? account.shares : mulDivDown(amount, s.shares, s.debt);
    account.shares -= burnt;
    s.shares -= burnt;
    s.debt -= amount;
    this.checkMinDebt(this.debtOf(s, account.shares));
  }

  private endEpoch(s: State, shift: End["shift"]): void {
    s.ends = [...s.ends, { index: s.index, shift }];
    s.index = 0n;
    s.shares = shift === "cleared" ? 0n : s.shares >> shift;
  }

  private load(s: State, id: bigint): Account {
    const account = s.accounts.get(id);
    if (account === undefined) throw new Refused<RefusalReason>("DiscountedFacility_NoPosition");
    const charge = (index: bigint): void => {
      const taken = mulDivUp(account.shares, index - account.index, INDEX_ONE);
      account.collateral -= min(taken, account.collateral);
    };
    for (const end of s.ends.slice(Number(account.epoch))) {
      if (account.shares === 0n) break;
      charge(end.index);
      account.shares = end.shift === "cleared" ? 0n : ceilDiv(account.shares, 1n << end.shift);
      account.index = 0n;
    }
    if (account.shares !== 0n) charge(s.index);
    account.index = s.index;
    account.epoch = BigInt(s.ends.length);
    return account;
  }

  private store(s: State, id: bigint, account: Account): void {
    const debt = this.debtOf(s, account.shares);
    if (debt === 0n) account.bucket = 0n;
    else if (account.collateral === 0n) account.bucket = LAST_BUCKET;
    else account.bucket = min(LAST_BUCKET, mulDivUp(debt, this.whole, account.collateral * this.step));
    s.accounts.set(id, account);
  }

  private debtOf(s: State, shares: bigint): bigint {
    return shares === 0n ? 0n : min(s.debt, mulDivUp(shares, s.debt, s.shares));
  }

  private terms(collateral: bigint, debt: bigint, pay: bigint, quote: Quote) {
    this.checkPrice(quote);
    const value = mulDivDown(collateral, quote.lower, this.whole);
    const { liquidationHaircut, bonus } = this.parameters;
    if (debt <= (value * (UNIT - liquidationHaircut)) / UNIT)
      throw new Refused<RefusalReason>("DiscountedFacility_Healthy");
    const withBonus = UNIT + bonus;
    if (value >= debt) {
      const paid = min(pay, debt);
      const isWhole = value * UNIT >= debt * withBonus;
      const taken = isWhole
        ? mulDivDown(paid * withBonus, this.whole, quote.lower * UNIT)
        : mulDivDown(collateral, paid, debt);
      return { paid, collateral: taken, writtenOff: 0n };
    }
    const price = ceilDiv(value * UNIT, withBonus);
    if (pay >= price) return { paid: price, collateral, writtenOff: debt - price };
    return {
      paid: pay,
      collateral: mulDivDown(collateral, pay, price),
      writtenOff: mulDivUp(debt - price, pay, price),
    };
  }

  private checkPrice(quote: Quote): void {
    if (quote.lower === 0n) throw new Refused<RefusalReason>("DiscountedFacility_NoPrice");
  }

  private checkBand(quote: Quote): void {
    this.checkPrice(quote);
    const { lower, upper, inBand } = quote;
    if (!inBand || upper * UNIT > lower * (UNIT + this.parameters.maxSpread)) {
      throw new Refused<RefusalReason>("DiscountedFacility_OutOfBand");
    }
  }

  private checkHealth(s: State, account: Account, quote: Quote): void {
    this.checkPrice(quote);
    const value = mulDivDown(account.collateral, quote.lower, this.whole);
    const limit = min(
      (value * (UNIT - this.parameters.haircut)) / UNIT,
      mulDivDown(account.collateral, LAST_LENT_BUCKET * this.step, this.whole),
    );
    if (this.debtOf(s, account.shares) > limit) {
      throw new Refused<RefusalReason>("DiscountedFacility_Unhealthy");
    }
  }

  private checkMinDebt(debt: bigint): void {
    if (debt !== 0n && debt < this.parameters.minDebt)
      throw new Refused<RefusalReason>("DiscountedFacility_DebtTooSmall");
  }
}
