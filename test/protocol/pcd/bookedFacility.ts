import type { Books, Weighed } from "../../../protocol/pcd/books";
import { DiscountedFacility, type DiscountedParameters, type Quote } from "../../../protocol/pcd/discounted";
import { require } from "../../../protocol/pcd/errors";
import { min, ONE } from "../../../protocol/pcd/numbers";

/** The reference of a discounted facility with what it leaves out: the books, custody, and whether minting is stopped. */
export class BookedFacility implements Weighed {
  readonly class = "DISCOUNTED";
  readonly model: DiscountedFacility;
  readonly owners = new Map<bigint, string>();
  /** What the facility holds of the token. */
  held = 0n;
  isStopped = false;

  constructor(
    readonly books: Books<Weighed>,
    parameters: DiscountedParameters,
    readonly whole: bigint,
    basePrice: bigint,
    readonly quote: () => Quote,
  ) {
    this.model = new DiscountedFacility(parameters, whole, basePrice);
  }

  weight(): bigint {
    return ONE;
  }

  get isShort(): boolean {
    return this.held < this.model.reserve;
  }

  open(owner: string, collateral: bigint, debt: bigint): bigint {
    const id = this.lend(owner, debt, () => this.model.open(collateral, debt, this.quote()));
    this.owners.set(id, owner);
    this.held += collateral;
    return id;
  }

  add(id: bigint, amount: bigint): void {
    this.model.add(id, amount);
    this.held += amount;
  }

  borrow(id: bigint, amount: bigint): void {
    this.lend(this.ownerOf(id), amount, () => this.model.borrow(id, amount, this.quote()));
  }

  repay(from: string, id: bigint, amount: bigint): void {
    const most = min(amount, this.books.balanceOf(from));
    const repaid = this.model.repay(id, most);
    this.books.retire(this, from, repaid, repaid);
  }

  withdraw(id: bigint, amount: bigint): void {
    require(amount <= this.held, "token");
    this.model.withdraw(id, amount, this.quote());
    this.held -= amount;
  }

  /** @param pay anything above what the liquidator has is not paid */
  liquidate(from: string, id: bigint, pay: bigint) {
    require(this.model.position(id).collateral <= this.held, "token");
    const most = min(pay, this.books.balanceOf(from));
    const terms = this.model.liquidate(id, most, 0n, this.quote());
    if (terms.paid !== 0n) this.books.retire(this, from, terms.paid, terms.paid);
    if (terms.writtenOff !== 0n) this.books.writeOff(this, terms.writtenOff);
    this.held -= terms.collateral;
    return terms;
  }

  redeem(from: string, amount: bigint, minCollateral: bigint) {
    require(!this.isShort, "Facility_NotLive");
    require(amount <= this.books.balanceOf(from), "ERC20InsufficientBalance");
    const factor = this.books.factor();
    const result = this.model.redeem(amount, minCollateral, this.quote(), factor);
    this.books.retire(this, from, amount, result.debt);
    this.held -= result.collateral;
    return result;
  }

  ownerOf(id: bigint): string {
    const owner = this.owners.get(id);
    require(owner !== undefined, "DiscountedFacility_NoPosition");
    return owner;
  }

  /** The debt of a position above what it may have before it is liquidated; not above 0: it is healthy. */
  excess(id: bigint): bigint {
    const { collateral, debt } = this.model.position(id);
    const value = (collateral * this.quote().lower) / this.whole;
    return debt - (value * (10_000n - this.model.parameters.liquidationHaircut)) / 10_000n;
  }

  /** The books mint first here, so that what either refuses can be taken back. */
  private lend<T>(to: string, amount: bigint, act: () => T): T {
    if (amount === 0n) return act();
    require(!this.isShort && !this.isStopped, "Facility_NotLive");
    this.books.issue(this, to, amount);
    try {
      return act();
    } catch (error) {
      this.books.retire(this, to, amount, amount);
      throw error;
    }
  }
}
