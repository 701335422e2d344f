import { expect } from "chai";
import fc from "fast-check";
import { DiscountedFacility, type Quote } from "../../../protocol/pcd/discounted";
import { apply, randomOp, referenceParameters, sized, sumOf, viewsOf } from "../../fixtures/discountedOps";
import { ONE, PARAMETERS, PRICE } from "../../fixtures/pcd";

const parameters = referenceParameters(PARAMETERS);
const at = (price: bigint): Quote => ({ lower: price, upper: price, inBand: true });

describe("the reference of a discounted facility", () => {
  /** What holds after any operation: see IDiscountedFacility. */
  function check(model: DiscountedFacility): void {
    const views = viewsOf(model);
    const dust = 2n * BigInt(views.length);
    const [collateral, debt] = [sumOf(views, "collateral"), sumOf(views, "debt")];
    expect(collateral <= model.reserve, "I3: collateral").to.equal(true);
    expect(debt >= model.debt && debt <= model.debt + dust, "I3: debt").to.equal(true);
    expect(model.shares === 0n, "shares").to.equal(model.debt === 0n);
    expect(model.debt < 1n << 112n && model.shares < 1n << 144n).to.equal(true);
  }

  function property(decimals: number) {
    const whole = 10n ** BigInt(decimals);
    return fc.property(fc.array(randomOp, { minLength: 1, maxLength: 60 }), (ops) => {
      const model = new DiscountedFacility(parameters, whole, PRICE);
      let quote = at(PRICE);
      /** Roundings of collateral there may have been, a unit each. */
      let roundings = 0n;
      for (const random of ops) {
        const op = sized(model, random, quote, 8);
        const before = new Map(model.ids.map((id) => [id, model.position(id)]));
        const [reserve, debt] = [model.reserve, model.debt];
        const result = apply(model, op, quote, ONE);
        check(model);
        roundings += BigInt(model.ids.length) + 1n;
        expect(model.reserve - sumOf(viewsOf(model), "collateral") <= roundings).to.equal(true);
        if (op.kind === "price") quote = op.quote;
        if (typeof result === "string") {
          expect([model.reserve, model.debt]).to.deep.equal([reserve, debt]);
          continue;
        }
        for (const [id, old] of before) {
          const now = model.position(id);
          if ("id" in op && op.id === id && op.kind !== "touch") continue;
          // Nothing that others do raises a debt, or a ratio by more than a unit of rounding.
          expect(now.debt <= old.debt).to.equal(true);
          expect((now.collateral + 1n) * old.debt >= old.collateral * (now.debt - 1n)).to.equal(true);
          if (op.kind !== "redeem") expect(now.collateral).to.equal(old.collateral);
          else expect(now.collateral > 0n || old.collateral === 0n, "M18: none goes negative").to.equal(true);
        }
        if (op.kind === "redeem") {
          // In proportion to debt, to a unit or two each.
          const { debt: y, collateral: c } = result as { debt: bigint; collateral: bigint };
          for (const [id, old] of before) {
            const now = model.position(id);
            const share = (c * old.debt) / debt;
            expect(old.collateral - now.collateral).to.satisfy(
              (taken: bigint) => taken >= share - 1n && taken <= share + 3n,
            );
            const fall = (y * old.debt) / debt;
            expect(old.debt - now.debt).to.satisfy((paid: bigint) => paid >= fall - 2n && paid <= fall + 2n);
          }
        }
        if (op.kind === "liquidate") {
          const [old, now] = [before.get(op.id)!, model.position(op.id)];
          expect((now.collateral + 1n) * old.debt >= old.collateral * (now.debt - 1n), "M13").to.equal(true);
        }
      }
    });
  }

  for (const decimals of [18, 8]) {
    it(`M18, M13, I3: holds what it promises with ${decimals} decimals`, () => {
      fc.assert(property(decimals), { numRuns: 150 });
    });

    it(`M18, M13, I3: holds what it promises with ${decimals} decimals [fuzz]`, () => {
      fc.assert(property(decimals), { numRuns: 1_000 });
    });
  }

  it("M16: 10,000 redemptions of half the debt, with others in between, lose nothing but rounding", () => {
    const model = new DiscountedFacility(parameters, ONE, PRICE);
    const start = 1_000_000n * ONE;
    model.open(2n * start, 4_000n * ONE, at(PRICE));
    model.open(2n * start, start, at(PRICE));
    let index = 0n;
    for (let i = 0; i < 10_000; i++) {
      const half = model.debt / 2n;
      const { collateral } = model.redeem(half, 0n, at(PRICE));
      model.add(2n, collateral);
      model.borrow(2n, half, at(PRICE));
      expect(model.shares < 1n << 144n && model.index < 1n << 224n).to.equal(true);
      if (model.index > index) index = model.index;
    }
    check(model);
    expect(index > 1n << 112n).to.equal(true);
    // Sixteen halvings bring a share from 2^-16 to 2^-32.
    expect(model.epoch).to.equal(10_000n / 16n);
    // The first has nothing left to pay but the unit that it is rounded up to, the second all the rest.
    expect(model.position(1n).debt).to.equal(1n);
    expect(model.position(1n).collateral).to.satisfy(
      (left: bigint) => left >= 2n * start - 40n * ONE && left < 2n * start,
    );
  });

  it("M2: borrowing or repaying in parts is never cheaper", () => {
    const model = new DiscountedFacility(parameters, ONE, PRICE);
    model.open(1_000n * ONE, 10_000n * ONE, at(PRICE));
    model.open(1_000n * ONE, 7_777n * ONE + 7n, at(PRICE));
    model.redeem(3_333n * ONE + 1n, 0n, at(PRICE));
    for (let i = 0; i < 65; i++) {
      const before = model.position(2n).debt;
      model.borrow(2n, 1n, at(PRICE));
      const after = model.position(2n).debt;
      expect(after).to.satisfy((debt: bigint) => debt >= before + 1n && debt <= before + 2n);
      expect(model.repay(2n, 1n)).to.equal(1n);
      expect(model.position(2n).debt).to.satisfy((debt: bigint) => debt >= after - 1n);
    }
  });
});
