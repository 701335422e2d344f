/** The contract does what the reference does, to the unit: results, refusals, and all that can be read. */
import { expect } from "chai";
import fc from "fast-check";
import { takeSnapshot } from "@nomicfoundation/hardhat-network-helpers";
import type { ContractTransactionResponse } from "ethers";
import { revertReason } from "../../../protocol/chain/errors";
import { DiscountedFacility, type Quote } from "../../../protocol/pcd/discounted";
import { apply, type Op, randomOp, referenceParameters, sized, sumOf, viewsOf } from "../../fixtures/discountedOps";
import { deployFacility, type FacilityFixture, ONE, openFor, PARAMETERS, PRICE } from "../../fixtures/pcd";

describe("DiscountedFacility: reference", () => {
  /** What a call answers, then done; or the name of the error. */
  async function attempt(f: FacilityFixture, op: Op): Promise<unknown> {
    const facility = f.facility.connect(f.alice);
    const call = async <A extends unknown[]>(
      method: ((...args: A) => Promise<ContractTransactionResponse>) & { staticCall(...args: A): Promise<unknown> },
      ...args: A
    ): Promise<unknown> => {
      const result = await method.staticCall(...args);
      await method(...args);
      return result;
    };
    try {
      switch (op.kind) {
        case "open":
          return await call(facility.open, f.alice, op.collateral, op.debt, f.alice);
        case "add":
          return await call(facility.add, op.id, op.amount);
        case "borrow":
          return await call(facility.borrow, op.id, op.amount, f.alice);
        case "repay":
          return await call(facility.repay, op.id, op.amount);
        case "withdraw":
          return await call(facility.withdraw, op.id, op.amount, f.alice);
        case "liquidate":
          return await call(facility.liquidate, op.id, op.amount, 0n, f.alice);
        case "redeem":
          return await call(facility.redeem, op.amount, 0n, f.alice);
        case "touch":
          return await call(facility.touch, op.id);
        case "price":
          await f.source.set(op.quote.lower, op.quote.upper);
          await f.source.setInBand(op.quote.inBand);
          return undefined;
      }
    } catch (error) {
      const name = revertReason(error)?.name;
      if (name === undefined) throw error;
      return name;
    }
  }

  /** The reference's answer as the contract gives it. */
  function answerOf(op: Op, result: unknown): unknown {
    if (typeof result === "string") return result;
    if (op.kind === "redeem") return (result as { collateral: bigint }).collateral;
    if (op.kind !== "liquidate") return result;
    const { paid, collateral } = result as { paid: bigint; collateral: bigint };
    return [paid, collateral];
  }

  async function compare(f: FacilityFixture, model: DiscountedFacility, other: bigint): Promise<void> {
    const { facility, books, zusd, token } = f;
    const { positions, shares, index, epoch, highestBucket } = await facility.totals();
    expect([positions, shares, index, epoch, highestBucket]).to.deep.equal([
      BigInt(model.ids.length),
      model.shares,
      model.index,
      model.epoch,
      model.highestBucket,
    ]);
    const views = viewsOf(model);
    for (const [i, view] of views.entries()) {
      const { collateral, debt, bucket } = await facility.position(i + 1);
      expect({ collateral, debt, bucket }).to.deep.equal(view);
    }
    const debt = await books.debtOf(facility);
    expect(debt).to.equal(model.debt);
    expect(await facility.reserve()).to.equal(model.reserve);
    expect(await token.balanceOf(facility), "I1").to.equal(model.reserve);
    const supply = (await zusd.totalSupply()) + (await zusd.abroad()) + (await books.buffer());
    expect(supply, "I2").to.equal(other + debt);
    expect(sumOf(views, "collateral"), "I3").to.be.at.most(model.reserve);
    expect(sumOf(views, "debt"), "I3").to.be.within(debt, debt + BigInt(views.length));
  }

  async function run(numRuns: number, maxLength: number): Promise<void> {
    const decimals = 18;
    const f = await deployFacility({ decimals });
    const other = await f.books.debtOf(f.pegged);
    const start = await takeSnapshot();
    const tally = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(randomOp, { minLength: Math.floor(maxLength / 2), maxLength }),
        fc.constantFrom(ONE, (9n * ONE) / 10n),
        async (ops, weight) => {
          await start.restore();
          await f.pegged.setWeight(weight);
          const model = new DiscountedFacility(referenceParameters(PARAMETERS), 10n ** BigInt(decimals), PRICE);
          let quote: Quote = { lower: PRICE, upper: PRICE, inBand: true };
          for (const random of ops) {
            const op = sized(model, random, quote, 5);
            const factor = await f.books.factor();
            const expected = answerOf(op, apply(model, op, quote, factor));
            const answer = await attempt(f, op);
            if (op.kind === "price") quote = op.quote;
            // Void answers have no value in the one and an empty result in the other.
            if (expected !== undefined) expect(answer, op.kind).to.deep.equal(expected);
            else expect(typeof answer, `${op.kind}: ${String(answer)}`).to.not.equal("string");
            await compare(f, model, other);
            const key = typeof expected === "string" ? expected : op.kind;
            tally.set(key, (tally.get(key) ?? 0) + 1);
          }
        },
      ),
      // To find a smaller failure would replay the chain hundreds of times.
      { numRuns, endOnFailure: true },
    );
    for (const kind of ["open", "add", "repay", "redeem", "touch"]) expect(tally.get(kind), kind).to.be.above(0);
  }

  it("does what the reference does, in random order", () => run(12, 30));

  for (let part = 1; part <= 5; part++) {
    it(`[fuzz] does what the reference does, in random order, for long, part ${part} of 5`, () => run(30, 60));
  }

  it("M16: at the limits, 2^112 of collateral and 2^96 of debt, with each redemption but the last leaving the minimum", async () => {
    const huge = 2n ** 112n - 1n;
    const most = 2n ** 96n - 1n;
    const pegged = 10n ** 27n;
    const f = await deployFacility({ pegged, price: ONE, ceiling: most, parameters: { poolShare: 5_000n } });
    const { facility, books, token, zusd, alice, source } = f;
    await books.setShare(9_999);
    await token.mint(f.admin, 2n * huge);
    await token.mint(alice, huge);
    const model = new DiscountedFacility(referenceParameters(PARAMETERS), ONE, ONE);
    const quote: Quote = { lower: ONE, upper: ONE, inBand: true };
    const other = await books.debtOf(f.pegged);
    const debt = (most * 85n) / 100n;
    const poor = 1_000_000n * ONE;
    await openFor(facility, alice, poor, 1_000n * ONE);
    await openFor(facility, alice, huge - poor, debt - poor);
    model.open(poor, 1_000n * ONE, quote);
    model.open(huge - poor, debt - poor, quote);
    await compare(f, model, other);
    expect(model.shares >> 111n).to.be.above(0n);
    for (const amount of [1_234_567n * ONE, model.debt - 1_234_567n * ONE - PARAMETERS.minTotal, PARAMETERS.minTotal]) {
      const { collateral } = model.redeem(amount, 0n, quote);
      expect(await facility.connect(alice).redeem.staticCall(amount, 0, alice)).to.equal(collateral);
      await facility.connect(alice).redeem(amount, 0, alice);
      await compare(f, model, other);
    }
    expect(model.epoch).to.equal(2);
    expect(await zusd.totalSupply()).to.equal(other);
    // What is left can be taken out, all but the rounding.
    for (const id of [1n, 2n]) {
      const { collateral } = model.position(id);
      await facility.connect(alice).withdraw(id, collateral, alice);
    }
    expect(await facility.reserve()).to.be.at.most(6);
    expect(await source.price()).to.deep.equal([ONE, ONE]);
  });
});
