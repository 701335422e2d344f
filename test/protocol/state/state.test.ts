import { expect } from "chai";
import fc from "fast-check";
import { R } from "../../../protocol/crypto/field";
import { State } from "../../../protocol/state";
import { DOMAIN, cellsOf } from "../../fixtures/states";

describe("State", () => {
  it("starts with the counters and the domain alone", () => {
    const state = State.genesis(DOMAIN, 3);
    expect(cellsOf(state)).to.deep.equal([
      [0, 1n | (1n << 24n)],
      [1, DOMAIN],
    ]);
    expect(state.counters()).to.deep.equal({ nextAccount: 1, nextBalance: 1 });
    expect(state.domain).to.equal(DOMAIN);
    expect(state.batch).to.equal(0);
  });

  it("reads cell 1 as the owner of no kind", () => {
    expect(State.genesis(DOMAIN, 3).owner(0)).to.include({ home: 0, kind: 0 });
  });

  it("refuses a domain that would decode as a home or kind", () => {
    expect(() => State.genesis(1n << 160n, 3)).to.throw("domain must be in 1..2^160-1");
    expect(() => State.genesis(0n, 3)).to.throw("domain must be in 1..2^160-1");
  });

  it("refuses cells out of range and values that are not field elements", () => {
    const state = State.genesis(DOMAIN, 3);
    for (const cell of [-1, 8, 1.5, NaN]) {
      expect(() => state.read(cell)).to.throw(`cell must be an integer in 0..7, got ${cell}`);
      expect(() => state.write(cell, 1n)).to.throw(`cell must be an integer in 0..7, got ${cell}`);
    }
    expect(() => state.write(2, R)).to.throw("value of cell 2 must be below the field order");
    expect(() => state.write(2, -1n)).to.throw("value of cell 2 must not be negative");
    expect(() => State.genesis(DOMAIN, 2)).to.throw("cellBits must be an integer in 3..24, got 2");
    expect(() => State.genesis(DOMAIN, 25)).to.throw("cellBits must be an integer in 3..24, got 25");
  });

  it("goes back to any marked batch, whatever was written since", () => {
    const writes = fc.array(fc.tuple(fc.integer({ min: 0, max: 15 }), fc.bigInt({ min: 0n, max: 3n })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.array(writes, { minLength: 1, maxLength: 6 }), fc.nat(), (batches, pick) => {
        const state = State.genesis(DOMAIN, 4);
        const snapshots = [cellsOf(state)];
        batches.forEach((batch, i) => {
          for (const [cell, value] of batch) state.write(cell, value);
          state.checkpoint(i + 1);
          snapshots.push(cellsOf(state));
        });
        const target = pick % snapshots.length;
        state.write(3, 77n);
        state.rollback(target);
        expect(cellsOf(state)).to.deep.equal(snapshots[target]);
        expect(state.batch).to.equal(target);
        for (let earlier = target; earlier >= 0; earlier--) {
          state.rollback(earlier);
          expect(cellsOf(state)).to.deep.equal(snapshots[earlier]);
        }
      }),
    );
  });

  it("forgets early batches and keeps the later ones", () => {
    const state = State.genesis(DOMAIN, 3);
    for (let batch = 1; batch <= 4; batch++) {
      state.write(5, BigInt(batch));
      state.checkpoint(batch);
    }
    state.forget(2);
    expect(() => state.rollback(1)).to.throw("no checkpoint of batch 1; there are 2..4");
    state.rollback(3);
    expect(state.read(5)).to.equal(3n);
    state.rollback(2);
    expect(state.read(5)).to.equal(2n);
    expect(() => state.forget(3)).to.throw("cannot forget up to batch 3, the last one is 2");
  });

  it("marks batches one after the other", () => {
    const state = State.genesis(DOMAIN, 3);
    expect(() => state.checkpoint(2)).to.throw("batch 2 does not follow batch 0");
    state.checkpoint(1);
    expect(() => state.checkpoint(1)).to.throw("batch 1 does not follow batch 1");
  });

  it("undoes what threw, and only that", () => {
    const state = State.genesis(DOMAIN, 3);
    state.write(6, 1n);
    expect(() =>
      state.atomically(() => {
        state.write(6, 2n);
        state.write(7, 3n);
        throw new Error("stop");
      }),
    ).to.throw("stop");
    expect(state.read(6)).to.equal(1n);
    expect(state.read(7)).to.equal(0n);
  });

  it("copies without sharing", () => {
    const state = State.genesis(DOMAIN, 3);
    const copy = state.clone();
    state.write(4, 9n);
    expect(copy.read(4)).to.equal(0n);
  });
});
