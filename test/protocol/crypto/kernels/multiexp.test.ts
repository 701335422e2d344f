import { expect } from "chai";
import * as C from "../../../../protocol/crypto/curve";
import * as F from "../../../../protocol/crypto/field";
import {
  ADDITION_WORK_BYTES,
  bestWindow,
  FILE_BITS,
  FQ,
  KERNEL_BITS,
  Kernels,
  loadBases,
  multiExp,
  multiExpTasks,
  multiExpWorkBytes,
  POINT_BYTES,
  SCALAR_BYTES,
  storeScalars,
  windowOffset,
} from "../../../../protocol/crypto/kernels";
import { randomNumbers, unpacked } from "./numbers";
import { doublings } from "./points";

/** Pairs of points that the kernels add with one inversion. */
const BATCH = 4096;
const MOST = 2 * BATCH + 1001;
const WIDEST = 17;
/** Room for the lists of `MOST` points in windows of up to 14 bits, and of few points in the widest. */
const WORK_BYTES = ADDITION_WORK_BYTES + POINT_BYTES * MOST + 2 ** (WIDEST + 8);

const NARROWEST = bestWindow(1);
const windowsTo = (widest: number): number[] => Array.from({ length: widest + 1 - NARROWEST }, (_, i) => NARROWEST + i);

const scalarsOf = (seed: string, count: number) => randomNumbers(seed, count, F.R);
const repeat = <T>(count: number, ...items: T[]): T[] =>
  Array.from({ length: count }, (_, i) => items[i % items.length]);

describe("crypto/kernels: multi-exponentiation", () => {
  let kernels: Kernels;
  /** `MOST` points, as bytes and the first of them as numbers. */
  let points: Uint8Array;
  let p: C.G1Point;
  let q: C.G1Point;
  before(async () => {
    kernels = await Kernels.create({ workBytes: WORK_BYTES });
    ({ points } = await doublings("bases", MOST));
    [p, q] = C.decodeG1(points.slice(0, 2 * POINT_BYTES));
  });
  after(async () => {
    await kernels.close();
    await C.terminateCurve();
  });

  const firstPoints = (count: number) => points.slice(0, count * POINT_BYTES);

  /** Σ scalar·base by the kernels. */
  async function sum(
    bases: Uint8Array | readonly C.G1Point[],
    scalars: readonly bigint[],
    window = bestWindow(scalars.length),
  ): Promise<C.G1Point> {
    return kernels.scope(async () => {
      const loaded = await loadBases(kernels, bases instanceof Uint8Array ? bases : C.encodeG1(bases));
      const stored = storeScalars(kernels, scalars, window);
      const sums = [{ bases: loaded, scalars: stored, count: scalars.length, window }];
      return (await multiExp(kernels, sums))[0];
    });
  }

  for (const count of [1, 2, 3, 4, 5, 63, 300, 5000]) {
    it(`sums ${count} multiples as ffjavascript does`, async () => {
      const scalars = scalarsOf(`sum of ${count}`, count);
      expect(await sum(firstPoints(count), scalars)).to.deep.equal(await C.multiExp(firstPoints(count), scalars));
    });
  }

  it("sums nothing to infinity, and fewer scalars than there are points", async () => {
    expect(await sum([], [])).to.deep.equal(C.G1_INFINITY);
    const scalars = scalarsOf("fewer", 7);
    const expected = await C.multiExp(firstPoints(7), scalars);
    expect(await sum(firstPoints(20), scalars)).to.deep.equal(expected);
    expect(await sum(firstPoints(20), [])).to.deep.equal(C.G1_INFINITY);
  });

  it("sums more pairs of points than share an inversion", async () => {
    const scalars = scalarsOf("many", MOST);
    const expected = await C.multiExp(points, scalars);
    // With the fewest buckets nearly all points find a partner in the first round; with 2^13 many buckets do, in rows and columns.
    for (const window of [NARROWEST, 14]) expect(await sum(points, scalars, window)).to.deep.equal(expected);
  });

  for (const window of windowsTo(WIDEST)) {
    it(`finds the same point with windows of ${window} bits`, async () => {
      const count = 301;
      const scalars = scalarsOf("windows", count);
      const expected = await C.multiExp(firstPoints(count), scalars);
      expect(await sum(firstPoints(count), scalars, window)).to.deep.equal(expected);
      expect(await sum([p], [F.R - 1n], window)).to.deep.equal(C.negG1(p));
    });
  }

  it("adds points to themselves in every round", async () => {
    for (const count of [2, 3, 8, 63, 256]) {
      for (const scalar of [1n, F.R - 1n, ...scalarsOf("doublings", 1)]) {
        const expected = await C.mulG1(p, F.mul(scalar, BigInt(count)));
        expect(await sum(repeat(count, p), repeat(count, scalar))).to.deep.equal(expected);
      }
      const scalars = scalarsOf("multiples of one point", count);
      const expected = await C.mulG1(p, scalars.reduce(F.add));
      expect(await sum(repeat(count, p), scalars)).to.deep.equal(expected);
    }
  });

  it("adds points to themselves in every batch of a round", async () => {
    const [scalar] = scalarsOf("doublings by batch", 1);
    const expected = await C.mulG1(p, F.mul(scalar, BigInt(MOST)));
    expect(await sum(repeat(MOST, p), repeat(MOST, scalar))).to.deep.equal(expected);
  });

  it("adds opposite points to infinity", async () => {
    for (const count of [2, 4, 8, 64, 300]) {
      const bases = repeat(count, p, C.negG1(p));
      for (const scalar of [1n, 16n, F.R - 1n, ...scalarsOf("opposites", 1)]) {
        expect(await sum(bases, repeat(count, scalar))).to.deep.equal(C.G1_INFINITY);
        expect(await sum(repeat(count, p), repeat(count, scalar, F.neg(scalar)))).to.deep.equal(C.G1_INFINITY);
      }
    }
  });

  it("goes on from sums at infinity", async () => {
    const [scalar, other] = scalarsOf("after infinity", 2);
    const expected = await C.multiExp(C.encodeG1([p, q]), [scalar, other]);
    // In the bucket of the same scalar: before, between and behind points that cancel out; three and five of them make
    // the rounds odd.
    for (const bases of [
      [p, C.negG1(p), p],
      [p, p, C.negG1(p)],
      [q, C.negG1(q), C.negG1(q), q, p],
      [q, C.negG1(q), p, q, C.negG1(q)],
      [p, q, q, C.negG1(q), C.negG1(q)],
      [C.negG1(q), q, q, C.negG1(q), q, C.negG1(q), C.negG1(q), q, p],
    ]) {
      const scalars = repeat(bases.length, scalar);
      expect(await sum([...bases, q], [...scalars, other])).to.deep.equal(expected);
      expect(await sum([q, ...bases], [other, ...scalars])).to.deep.equal(expected);
    }
  });

  it("goes on from sums at infinity in batches before and behind", async () => {
    const count = MOST - 1;
    const [scalar] = scalarsOf("infinity in one batch", 1);
    for (const at of [0, 2 * BATCH]) {
      const bases = firstPoints(count);
      bases.set(C.encodeG1([p, C.negG1(p)]), at * POINT_BYTES);
      const scalars = repeat(count, scalar);
      expect(await sum(bases, scalars, NARROWEST)).to.deep.equal(await C.multiExp(bases, scalars));
    }
  });

  it("adds up buckets whose points are equal, opposite or all different", async () => {
    for (const window of windowsTo(9)) {
      // One point to each bucket of the first window.
      const count = 2 ** (window - 1);
      const digits = Array.from({ length: count }, (_, i) => BigInt(i + 1));
      for (const bases of [
        firstPoints(count),
        C.encodeG1(repeat(count, p)),
        C.encodeG1(repeat(count, p, C.negG1(p))),
        C.encodeG1(repeat(count, p, p, C.negG1(p), q, C.negG1(p), C.negG1(q))),
      ]) {
        for (const scalars of [digits, digits.map(F.neg), digits.map((digit, i) => (i % 2 === 0 ? digit : 0n))]) {
          expect(await sum(bases, scalars, window)).to.deep.equal(await C.multiExp(bases, scalars));
        }
      }
    }
  });

  it("passes over points at infinity, wherever they are", async () => {
    // The digit of this scalar is negative, so that points are negated.
    const half = 1n << BigInt(NARROWEST - 1);
    for (const count of [1, 2, 3, 5, 64, 301]) {
      const given = C.decodeG1(firstPoints(count));
      const where: ((i: number) => boolean)[] = [
        (i) => i === 0,
        (i) => i === count - 1,
        (i) => i % 2 === 1,
        (i) => i !== count >> 1,
        () => true,
      ];
      for (const isInfinite of where) {
        const bases = given.map((point, i) => (isInfinite(i) ? C.G1_INFINITY : point));
        for (const scalars of [scalarsOf("infinities", count), repeat(count, half), repeat(count, 1n, half)]) {
          const rest = given.map((point, i) => [point, scalars[i]] as const).filter((_, i) => !isInfinite(i));
          const expected = await C.multiExp(
            C.encodeG1(rest.map(([point]) => point)),
            rest.map(([, scalar]) => scalar),
          );
          for (const window of [NARROWEST, 7]) expect(await sum(bases, scalars, window)).to.deep.equal(expected);
        }
      }
    }
  });

  it("multiplies by scalars at the edges", async () => {
    const powersOfTwo = Array.from({ length: 254 }, (_, k) => 1n << BigInt(k)).filter((scalar) => scalar < F.R);
    const alternating = (4n ** 127n - 1n) / 3n;
    const edges = [0n, 1n, 2n, F.R - 1n, F.R - 2n, F.R >> 1n, (1n << 253n) - 1n, alternating, ...powersOfTwo];
    for (const window of [NARROWEST, 7, 12]) {
      const bases = firstPoints(edges.length);
      expect(await sum(bases, edges, window)).to.deep.equal(await C.multiExp(bases, edges));
      const negated = edges.map(F.neg);
      expect(await sum(bases, negated, window)).to.deep.equal(await C.multiExp(bases, negated));
    }
    for (const scalar of edges.slice(0, 16)) {
      for (const window of [NARROWEST, 8]) {
        expect(await sum([p], [scalar], window)).to.deep.equal(await C.mulG1(p, scalar));
      }
    }
  });

  it("multiplies all points by the same scalar", async () => {
    const count = 300;
    for (const scalar of [0n, 1n, F.R - 1n, 1n << 200n, ...scalarsOf("same", 1)]) {
      const scalars = repeat(count, scalar);
      const expected = await C.multiExp(firstPoints(count), scalars);
      expect(await sum(firstPoints(count), scalars)).to.deep.equal(expected);
    }
  });

  it("finds several sums at once, each with a window of its own, and reports each task", async () => {
    await kernels.scope(async () => {
      const bases = await loadBases(kernels, firstPoints(300));
      const others = await loadBases(kernels, C.encodeG1([q, C.G1_INFINITY, p]));
      const sums = [
        { bases, count: 300, window: 7 },
        { bases: others, count: 3, window: NARROWEST },
        { bases, count: 0, window: 9 },
        { bases, count: 63, window: 12 },
        { bases, count: 300, window: 6 },
      ].map((each, i) => {
        const scalars = scalarsOf(`several ${i}`, each.count);
        return { ...each, list: scalars, scalars: storeScalars(kernels, scalars, each.window) };
      });
      let done = 0;
      const found = await multiExp(kernels, sums, () => done++);
      expect(found).to.deep.equal([
        await C.multiExp(firstPoints(300), sums[0].list),
        await C.multiExp(C.encodeG1([q, C.G1_INFINITY, p]), sums[1].list),
        C.G1_INFINITY,
        await C.multiExp(firstPoints(63), sums[3].list),
        await C.multiExp(firstPoints(300), sums[4].list),
      ]);
      expect(done).to.equal(sums.map(multiExpTasks).reduce((a, b) => a + b));
      expect(multiExpTasks(sums[2])).to.equal(0);
      expect(await multiExp(kernels, [])).to.deep.equal([]);
    });
  });

  it("gives back the memory that it took", async () => {
    const bases = await loadBases(kernels, firstPoints(5));
    const scalars = storeScalars(kernels, scalarsOf("memory", 5), NARROWEST);
    const used = kernels.usedBytes;
    await multiExp(kernels, [{ bases, scalars, count: 5, window: NARROWEST }]);
    expect(kernels.usedBytes).to.equal(used);
  });

  it("prepares points in the kernels' Montgomery form", async () => {
    for (const count of [1, 2, 7, 100]) {
      await kernels.scope(async () => {
        const { address, hasInfinity } = await loadBases(kernels, firstPoints(count));
        expect(hasInfinity).to.equal(false);
        const found = Array.from({ length: 2 * count }, (_, i) => unpacked(kernels.bytes(address + 32 * i, 32)));
        const coordinates = C.decodeG1(firstPoints(count)).flatMap(({ x, y }) => [x, y]);
        expect(found).to.deep.equal(coordinates.map((coordinate) => (coordinate << KERNEL_BITS) % C.Q));
      });
    }
  });

  it("says whether points at infinity are among the prepared ones", async () => {
    const factor = kernels.constant(1n << (KERNEL_BITS - FILE_BITS), FQ);
    /** What the kernel says, of one task's points. */
    const answer = async (list: readonly C.G1Point[]): Promise<number> => {
      const address = kernels.store(C.encodeG1(list));
      const [found] = await kernels.run([
        (work) => [["preparePoints", address, address, list.length, factor, work, kernels.fq]],
      ]);
      return found;
    };
    const zero = C.G1_INFINITY;
    for (const list of [[zero], [zero, p], [p, zero], [p, q, zero], [p, zero, q], [zero, zero], [p, q, p, zero]]) {
      expect(await answer(list)).to.equal(1);
      expect((await loadBases(kernels, C.encodeG1(list))).hasInfinity).to.equal(true);
    }
    // One coordinate may be 0, also next to that of another point.
    const [onX, onY] = [
      { x: 5n, y: 0n },
      { x: 0n, y: 5n },
    ];
    for (const list of [[p], [p, q], [p, q, p], [onX], [onY], [onX, onY], [onY, onX], [onX, p, onY]]) {
      expect(await answer(list)).to.equal(0);
      expect((await loadBases(kernels, C.encodeG1(list))).hasInfinity).to.equal(false);
    }
    const many = firstPoints(1000);
    expect((await loadBases(kernels, many)).hasInfinity).to.equal(false);
    many.fill(0, 789 * POINT_BYTES, 790 * POINT_BYTES);
    expect((await loadBases(kernels, many)).hasInfinity).to.equal(true);
  });

  it("needs no more work space than it says", async () => {
    expect(kernels.call("workBytes")).to.equal(ADDITION_WORK_BYTES);
    const GUARD = 2 ** 16;
    for (const count of [1, 2, 3, 100, 5000]) {
      const scalars = scalarsOf("work space", count);
      const window = bestWindow(count);
      await Kernels.use({ workBytes: multiExpWorkBytes(count), threads: 1 }, async (tight) => {
        // The work space of the only thread comes last.
        const guard = tight.store(new Uint8Array(GUARD).fill(0xa5));
        const bases = await loadBases(tight, firstPoints(count));
        const stored = storeScalars(tight, scalars, window);
        const [found] = await multiExp(tight, [{ bases, scalars: stored, count, window }]);
        expect(found).to.deep.equal(await C.multiExp(firstPoints(count), scalars));
        expect(tight.bytes(guard, GUARD).every((byte) => byte === 0xa5)).to.equal(true);
      });
    }
  });

  it("takes wider windows for more points", () => {
    const counts = [1, 2, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000];
    const windows = counts.map(bestWindow);
    windows.slice(1).forEach((window, i) => expect(window).to.be.at.least(windows[i]));
    expect(new Set(windows).size).to.be.greaterThan(4);
    const bytes = counts.map(multiExpWorkBytes);
    bytes.slice(1).forEach((size, i) => expect(size).to.be.at.least(bytes[i]));
  });

  it("offsets scalars so that their signed digits can be read without carries", () => {
    const scalars = [0n, 1n, 2n ** 253n, F.R - 1n, F.R >> 1n, ...scalarsOf("digits", 20)];
    for (const window of windowsTo(WIDEST)) {
      const count = multiExpTasks({ window, count: 1 });
      const half = 1n << BigInt(window - 1);
      for (const scalar of scalars) {
        const shifted = scalar + windowOffset(window);
        expect(shifted < 1n << BigInt(8 * SCALAR_BYTES)).to.equal(true);
        const digits = Array.from({ length: count }, (_, w) => {
          const digit = (shifted >> BigInt(window * w)) & (2n * half - 1n);
          return w === count - 1 ? digit : digit - half;
        });
        // Buckets are numbered from 1 to 2^(window − 1).
        expect(digits.every((digit) => -half <= digit && digit <= half)).to.equal(true);
        const whole = digits.reduce((rest, digit, w) => rest + (digit << BigInt(window * w)), 0n);
        expect(whole).to.equal(scalar);
      }
    }
  });
});
