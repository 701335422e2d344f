import { expect } from "chai";
import fc from "fast-check";
import * as F from "../../../protocol/crypto/field";
import {
  isAscending,
  isPermutation,
  memoryChallenges,
  readsMatchWrites,
  sortedList,
  timesAreEarlier,
  touchedCells,
  traceAccesses,
  type MemoryChallenges,
  type TracedAccess,
} from "../../../protocol/witness";

/** Whether the argument accepts the accesses, with the sorted list that suits them best. */
function accepts(cellBits: number, accesses: readonly TracedAccess[], challenges: MemoryChallenges): boolean {
  const sorted = sortedList(cellBits, accesses);
  return (
    readsMatchWrites(accesses, challenges) &&
    isAscending(cellBits, sorted) &&
    isPermutation(cellBits, accesses, sorted, challenges)
  );
}

/** Whether each access reads what the one before it on the same cell wrote, and the bits say which come first and last. */
function isSerial(accesses: readonly TracedAccess[]): boolean {
  const held = new Map<number, bigint>();
  const lasts = new Map<number, number>();
  accesses.forEach(({ cell }, i) => lasts.set(cell, i));
  return accesses.every(({ cell, value, written, first, last }, i) => {
    const before = held.get(cell);
    held.set(cell, written);
    const readsLast = first ? before === undefined : before === value;
    return readsLast && last === (lasts.get(cell) === i);
  });
}

describe("order inside a batch", () => {
  const challenges = memoryChallenges(123456789n);

  it("accepts every honest trace", () => {
    const writes = fc.array(fc.tuple(fc.nat(7), fc.bigInt({ min: 0n, max: F.R - 1n })), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(writes, (list) => {
        const held = new Map<number, bigint>();
        const accesses = traceAccesses(
          list.map(([cell, written]) => {
            const value = held.get(cell) ?? 7n;
            held.set(cell, written);
            return { cell, value, written };
          }),
        );
        expect(timesAreEarlier(accesses)).to.equal(true);
        expect(isSerial(accesses)).to.equal(true);
        expect(accepts(5, accesses, challenges)).to.equal(true);
        const touched = touchedCells(accesses);
        expect(touched.map(({ index }) => index)).to.deep.equal([...held.keys()].sort((a, b) => a - b));
        for (const cell of touched) expect(cell).to.include({ old: 7n, new: held.get(cell.index) });
      }),
    );
  });

  it("C11: accepts 2,368 traces of 4 accesses to 2 cells with 2 values, all of them serial", () => {
    // A first access may name any earlier time here, since the products leave it out; the statement fixes it to 0.
    const { accepted, serial, withTimeZero } = tryEveryTrace(challenges);
    expect(accepted).to.equal(2368);
    expect(serial).to.equal(2368);
    // 2 orders of one cell and 14 of two, 2 starting values for each cell, 2^4 written values.
    expect(withTimeZero).to.equal((2 * 2 + 14 * 4) * 16);
  });

  it("C26: challenges that depend on each other let accesses change three cells that no op changed", () => {
    const x = 987654321987654321n;
    const dependent = { beta: x, gamma: F.mul(x, x) };
    const forged = forgeByFactors();
    expect(timesAreEarlier(forged)).to.equal(true);
    expect(forged.every(({ value, written }) => value === written)).to.equal(true);
    const changed = touchedCells(forged).filter((cell) => cell.old !== cell.new);
    expect(changed).to.have.length(3);

    // It passes at every x when β = x and γ = x², and never with the hashes of x.
    expect(accepts(6, forged, dependent)).to.equal(true);
    expect(accepts(6, forged, { beta: 5n, gamma: 25n })).to.equal(true);
    expect(accepts(6, forged, memoryChallenges(x))).to.equal(false);
    expect(isSerial(forged)).to.equal(false);
  });

  it("derives challenges that differ from each other and from powers of x", () => {
    const x = 77n;
    const { beta, gamma } = memoryChallenges(x);
    expect(new Set([x, F.mul(x, x), beta, F.mul(beta, beta), gamma]).size).to.equal(5);
  });

  it("C10: refuses lists that do not ascend, or leave the range of n + 1 bits", () => {
    expect(isAscending(3, [0, 1, 15])).to.equal(true);
    for (const sorted of [[1, 1], [2, 1], [-1, 2], [16], [3, 20]])
      expect(isAscending(3, sorted), sorted.join()).to.equal(false);
    const accesses = traceAccesses([{ cell: 2, value: 1n, written: 1n }]);
    expect(isPermutation(3, accesses, [2], challenges)).to.equal(true);
    expect(isPermutation(3, accesses, [3], challenges)).to.equal(false);
    expect(isPermutation(3, accesses, [2, 3], challenges)).to.equal(false);
  });

  it("refuses more accesses than times", () => {
    const accesses = Array.from({ length: 4096 }, () => ({ cell: 0, value: 0n, written: 0n }));
    expect(() => traceAccesses(accesses)).to.throw("4096 accesses are too many");
    expect(traceAccesses(accesses.slice(1))).to.have.length(4095);
  });
});

/**
 * Every choice of cells, bits, earlier times, values read and values written. Values are only tried where cells and
 * times alone already match: equal multisets of (cell, value, time) have equal multisets of (cell, time).
 */
function tryEveryTrace(challenges: MemoryChallenges) {
  const counts = { accepted: 0, serial: 0, withTimeZero: 0 };
  for (let shape = 0; shape < 2 ** 12; shape++) {
    for (let times = 0; times < 24; times++) {
      const earlier = [0, times % 2, Math.floor(times / 2) % 3, Math.floor(times / 6)];
      const frame = earlier.map((previous, k) => ({
        cell: (shape >> k) & 1,
        first: ((shape >> (4 + k)) & 1) === 1,
        last: ((shape >> (8 + k)) & 1) === 1,
        previous,
      }));
      const read = frame.filter(({ first }) => !first).map(({ cell, previous }) => 8 * cell + previous);
      const write = frame.flatMap(({ cell, last }, k) => (last ? [] : [8 * cell + k + 1]));
      if (String(read.sort()) !== String(write.sort())) continue;
      for (let values = 0; values < 2 ** 8; values++) {
        const accesses = frame.map((access, k) => ({
          ...access,
          value: BigInt((values >> k) & 1),
          written: BigInt((values >> (4 + k)) & 1),
        }));
        if (!accepts(3, accesses, challenges)) continue;
        counts.accepted += 1;
        if (isSerial(accesses)) counts.serial += 1;
        if (timesAreEarlier(accesses)) counts.withTimeZero += 1;
      }
    }
  }
  return counts;
}

/**
 * With β = x and γ = x², a term is −((p − 1)·x² + v·x + c): a quadratic in x, and products of quadratics can be regrouped.
 * Cell a_i·s with the value s + σ_i·a_i, written at time 1 + σ_i, is −(x + a_i)·(σ_i·x + s). Exchanging the second
 * factors among three cells gives reads of the same cells at exchanged times, with other values.
 */
function forgeByFactors(): TracedAccess[] {
  const s = 3n;
  const a = [2n, 5n, 7n];
  const cells = a.map((factor) => Number(factor * s));
  const value = (i: number, time: number) => s + BigInt(time - 1) * a[i];
  const same = (v: bigint) => ({ value: v, written: v });
  const domain = { cell: 1, ...same(42n), previous: 0, first: true, last: true };
  const honest = cells.map((cell, i) => ({ cell, ...same(value(i, i + 2)), previous: 0, first: true, last: false }));
  const swapped = [3, 4, 2];
  const forged = cells.map((cell, i) => {
    return { cell, ...same(value(i, swapped[i])), previous: swapped[i], first: false, last: true };
  });
  return [domain, ...honest, ...forged];
}
