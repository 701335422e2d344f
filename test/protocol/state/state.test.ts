import { expect } from "chai";
import fc from "fast-check";
import { R } from "../../../protocol/crypto/field";
import { State } from "../../../protocol/state";
import { DOMAIN, cellsOf, contentOf, ledgerOf } from "../../fixtures/states";

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

  /** Writes a cell; or, at one of the two last places, moves the ledger of chain 1 or 2 to a value. */
  function write(state: State, at: number, value: bigint): void {
    if (at < 14) state.write(at, value);
    else state.issue(at - 13, value - state.issued(at - 13));
  }

  it("goes back to any marked batch, whatever was written or issued since", () => {
    const writes = fc.array(fc.tuple(fc.integer({ min: 0, max: 15 }), fc.bigInt({ min: 0n, max: 3n })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.array(writes, { minLength: 1, maxLength: 6 }), fc.nat(), (batches, pick) => {
        const state = State.genesis(DOMAIN, 4);
        const snapshots = [contentOf(state)];
        batches.forEach((batch, i) => {
          for (const [cell, value] of batch) write(state, cell, value);
          state.checkpoint(i + 1);
          snapshots.push(contentOf(state));
        });
        const target = pick % snapshots.length;
        state.write(3, 77n);
        state.issue(3, 77n);
        state.rollback(target);
        expect(contentOf(state)).to.deep.equal(snapshots[target]);
        expect(state.batch).to.equal(target);
        for (let earlier = target; earlier >= 0; earlier--) {
          state.rollback(earlier);
          expect(contentOf(state)).to.deep.equal(snapshots[earlier]);
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
    state.issue(1, 5n);
    state.checkpoint(1);
    const copy = state.clone();
    expect(contentOf(copy)).to.deep.equal(contentOf(state));
    state.write(4, 9n);
    state.issue(1, 1n);
    state.issue(2, 1n);
    expect(copy.read(4)).to.equal(0n);
    expect(ledgerOf(copy)).to.deep.equal([[1, 5n]]);
    copy.issue(1, -5n);
    expect(state.issued(1)).to.equal(6n);
    expect(copy.batch).to.equal(1);
    expect(() => copy.rollback(0)).to.throw("no checkpoint of batch 0; there are 1..1");
  });

  describe("keeps the zUSD ledger", () => {
    it("of every chain apart, from nothing", () => {
      const state = State.genesis(DOMAIN, 3);
      expect(ledgerOf(state)).to.deep.equal([]);
      state.issue(1, 1n);
      state.issue(63, 2n ** 128n);
      state.issue(1, 0n);
      expect(ledgerOf(state)).to.deep.equal([
        [1, 1n],
        [63, 2n ** 128n],
      ]);
      state.issue(63, -(2n ** 128n));
      expect(ledgerOf(state)).to.deep.equal([[1, 1n]]);
    });

    it("at 0 or above", () => {
      const state = State.genesis(DOMAIN, 3);
      expect(() => state.issue(1, -1n)).to.throw(RangeError, "zUSD issued to chain 1 is 0, less than 1");
      state.issue(1, 7n);
      expect(() => state.issue(1, -8n)).to.throw(RangeError, "zUSD issued to chain 1 is 7, less than 8");
      expect(() => state.issue(2, -7n)).to.throw(RangeError, "zUSD issued to chain 2 is 0, less than 7");
      expect(ledgerOf(state)).to.deep.equal([[1, 7n]]);
      state.issue(1, -7n);
      expect(ledgerOf(state)).to.deep.equal([]);
    });

    it("as it began with it, and forgets no way back to that", () => {
      const state = new State(3, State.genesis(DOMAIN, 3).nonzero(), 4, [[2, 9n]]);
      expect(ledgerOf(state)).to.deep.equal([[2, 9n]]);
      state.issue(2, -9n);
      state.checkpoint(5);
      state.issue(2, 3n);
      state.checkpoint(6);
      state.forget(5);
      state.rollback(5);
      expect(ledgerOf(state)).to.deep.equal([]);
      expect(() => state.rollback(4)).to.throw("no checkpoint of batch 4");
    });

    it("when something throws, as the cells", () => {
      const state = State.genesis(DOMAIN, 3);
      state.issue(1, 4n);
      const before = contentOf(state);
      expect(() =>
        state.atomically(() => {
          state.write(6, 2n);
          state.issue(1, -3n);
          state.write(6, 3n);
          state.issue(2, 8n);
          state.issue(1, -2n);
        }),
      ).to.throw("zUSD issued to chain 1 is 1, less than 2");
      expect(contentOf(state)).to.deep.equal(before);
    });
  });
});
