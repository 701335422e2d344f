import type { Books, Weighed } from "./books";
import { require } from "./errors";
import { NetFlow } from "./netFlow";
import { ceilDiv, min, ONE, shareUp, UNIT } from "./numbers";

/** Two bounds of a price, in units of 10^-18 dollar per whole token; undefined: it cannot be read. */
export type Price = { readonly lower: bigint; readonly upper: bigint } | undefined;

/** Shares in units of 10^-4, amounts in the token's own units. */
export interface PegParameters {
  readonly target: bigint;
  readonly kappa: bigint;
  readonly mintFee: bigint;
  readonly redeemFee: bigint;
  readonly freeze: bigint;
  readonly unfreeze: bigint;
  readonly tau: bigint;
  readonly flowIn: bigint;
  readonly flowOut: bigint;
}

/** Φ(R) = κ·(T − R)²/(2T) below the target, else 0; rounded down. */
export function potential(reserve: bigint, target: bigint, kappa: bigint): bigint {
  if (reserve >= target) return 0n;
  const gap = target - reserve;
  return (gap * gap * kappa) / (2n * target * UNIT);
}

export interface Redemption {
  /** Of the token, its own units. */
  readonly paid: bigint;
  /** zUSD. */
  readonly burnt: bigint;
}

/**
 * A stablecoin that mints zUSD one for one.
 *
 * The reference of `contracts/collateral/PeggedFacility.sol`: the same formulas, the same rounding, the same refusals. The token is
 * well-behaved, and its holders always have enough of it.
 */
export class PeggedFacility implements Weighed {
  readonly class = "PEGGED";
  reserve = 0n;
  pot = 0n;
  fees = 0n;
  /** What the facility holds of the token. */
  held = 0n;
  isStopped = false;
  isImpaired = false;
  isFrozen = false;
  lastPrice = ONE;
  readonly scale: bigint;
  private readonly flow = new NetFlow();

  /**
   * @param price the price source
   * @param moves whether the token can be transferred
   */
  constructor(
    readonly books: Books,
    decimals: number,
    readonly price: () => Price,
    public parameters: PegParameters,
    readonly moves: () => boolean = () => true,
  ) {
    this.scale = 10n ** BigInt(18 - decimals);
  }

  /** Mints zUSD for `amount` of the token. @throws Refused */
  mint(amount: bigint, minOut: bigint, to: string): bigint {
    require(!this.isStopped && !this.isFrozen, "Facility_NotLive");
    const price = this.price();
    require(price !== undefined, "price");
    require(!this.isOff(price), "PeggedFacility_OffPeg");
    require(this.held >= this.reserve + this.pot + this.fees, "PeggedFacility_Deficit");
    require(this.moves(), "token");
    const { target, kappa, mintFee, flowIn, flowOut } = this.parameters;
    const fee = shareUp(amount, mintFee);
    const rebate = this.rebate(amount - fee, target, kappa);
    const units = amount - fee + rebate;
    require(units !== 0n, "Facility_TooSmall");
    const minted = units * this.scale;
    require(minted >= minOut, "Facility_BelowMinimum");
    return this.atomically(() => {
      if (this.isImpaired) this.note(false, price.lower);
      const flow = this.flow.after(this.now, units, flowIn, flowOut);
      this.books.issue(this, to, minted);
      this.flow.set(this.now, flow);
      this.reserve += units;
      this.pot -= rebate;
      this.fees += fee;
      this.held += amount;
      return minted;
    });
  }

  /** Burns zUSD and pays the token. @throws Refused */
  redeem(from: string, amount: bigint, minOut: bigint): Redemption {
    require(!this.isFrozen, "Facility_NotLive");
    require(this.held >= this.reserve + this.pot + this.fees, "PeggedFacility_Deficit");
    const { target, kappa, redeemFee, flowIn, flowOut } = this.parameters;
    const units = this.unitsOut(amount);
    require(units <= this.reserve, "PeggedFacility_ReserveTooSmall");
    const charge = potential(this.reserve - units, target, kappa) - potential(this.reserve, target, kappa);
    const fee = shareUp(units, redeemFee);
    const paid = units - charge - fee;
    require(paid > 0n, "Facility_TooSmall");
    require(paid >= minOut, "Facility_BelowMinimum");
    const flow = this.flow.after(this.now, -units, flowIn, flowOut);
    const burnt = amount - (amount % this.scale);
    require(burnt <= this.books.balanceOf(from), "ERC20InsufficientBalance");
    require(this.moves(), "token");
    return this.atomically(() => {
      this.notePrice();
      this.books.retire(this, from, burnt, units * this.scale);
      this.flow.set(this.now, flow);
      this.reserve -= units;
      this.pot += charge;
      this.fees += fee;
      this.held -= paid;
      return { paid, burnt };
    });
  }

  /** Looks at price and custody, and notes what they say. */
  sync(): void {
    const owed = this.reserve + this.pot + this.fees;
    if (this.held < owed) {
      const loss = owed - this.held;
      const fromFees = min(loss, this.fees);
      const fromPot = min(loss - fromFees, this.pot);
      const fromReserve = loss - fromFees - fromPot;
      this.fees -= fromFees;
      this.pot -= fromPot;
      this.reserve -= fromReserve;
      this.books.writeOff(this, fromReserve * this.scale);
    }
    this.isFrozen = this.held !== 0n && !this.moves();
    this.books.setImpaired(this, this.isImpaired || this.isFrozen);
    this.notePrice();
  }

  /** Turns the fees into reserve, and their worth into surplus. @throws Refused */
  bookFees(): void {
    require(this.fees !== 0n, "Facility_TooSmall");
    require(this.held >= this.reserve + this.pot + this.fees, "PeggedFacility_Deficit");
    this.books.earn(this, this.fees * this.scale);
    this.reserve += this.fees;
    this.fees = 0n;
  }

  weight(): bigint {
    if (this.isFrozen) return 0n;
    const { impaired, price } = this.assess();
    return impaired ? min(price, ONE) : ONE;
  }

  /** The least that a redemption on the way out of the rollup must give. */
  leastOut(amount: bigint): bigint {
    const least = shareUp(amount / this.scale, UNIT - this.parameters.tau);
    const worth = this.weight();
    return worth === ONE || worth === 0n ? least : ceilDiv(least * ONE, worth);
  }

  /** Net flow of the reserve as of now, in less out. */
  netFlow(): bigint {
    return this.flow.current(this.now, this.parameters.flowIn, this.parameters.flowOut);
  }

  private get now(): bigint {
    return this.books.clock.now;
  }

  private rebate(amount: bigint, target: bigint, kappa: bigint): bigint {
    const drop = potential(this.reserve, target, kappa) - potential(this.reserve + amount, target, kappa);
    return min(this.pot, drop === 0n ? 0n : drop - 1n);
  }

  private unitsOut(amount: bigint): bigint {
    const units = amount / this.scale;
    const factor = this.books.factor();
    const price = this.weight();
    return factor === ONE || price <= factor ? units : (units * factor) / price;
  }

  private notePrice(): void {
    const { impaired, price } = this.assess();
    if (impaired || this.isImpaired) this.note(impaired, price);
  }

  private note(impaired: boolean, price: bigint): void {
    [this.isImpaired, this.lastPrice] = [impaired, price];
    this.books.setImpaired(this, impaired || this.isFrozen);
  }

  private assess(): { impaired: boolean; price: bigint } {
    const price = this.price();
    if (price === undefined) return { impaired: this.isImpaired, price: this.lastPrice };
    return { impaired: this.isOff(price), price: price.lower };
  }

  private isOff({ lower, upper }: { lower: bigint; upper: bigint }): boolean {
    const { freeze, unfreeze } = this.parameters;
    const band = ((this.isImpaired ? unfreeze : freeze) * ONE) / UNIT;
    return lower < ONE - band || upper > ONE + band;
  }

  /** What a refusal midway has noted is taken back, as a revert does. */
  private atomically<T>(change: () => T): T {
    const { isImpaired, lastPrice } = this;
    try {
      return change();
    } catch (error) {
      [this.isImpaired, this.lastPrice] = [isImpaired, lastPrice];
      this.books.setImpaired(this, isImpaired || this.isFrozen);
      throw error;
    }
  }
}
