import { expect } from "chai";
import * as C from "../../../../protocol/crypto/curve";
import * as F from "../../../../protocol/crypto/field";
import { FixedBase, Kernels, POINT_BYTES, SCALAR_BYTES, writeScalars } from "../../../../protocol/crypto/kernels";
import { randomNumbers } from "./numbers";
import { doublings } from "./points";

/** Multiples to a task. */
const PART = 4096;
const DIGIT_BITS = 12n;
const DIGITS = 22n;

const scalarsOf = (seed: string, count: number) => randomNumbers(seed, count, F.R);
const multiple = (scalar: bigint) => C.mulG1(C.G1_GENERATOR, scalar);

describe("crypto/kernels: multiples of the generator", () => {
  let kernels: Kernels;
  let base: FixedBase;
  before(async () => {
    kernels = await Kernels.create({ workBytes: FixedBase.workBytes });
    base = await FixedBase.build(kernels);
  });
  after(async () => {
    await kernels.close();
    await C.terminateCurve();
  });

  /** Bytes of the multiples by the kernels. */
  async function multiply(scalars: readonly bigint[]): Promise<Uint8Array> {
    return kernels.scope(async () => {
      const from = kernels.allocate(scalars.length * SCALAR_BYTES);
      writeScalars(kernels, from, scalars, FixedBase.offset);
      const to = kernels.allocate(scalars.length * POINT_BYTES);
      await kernels.run(base.multiply(to, from, scalars.length));
      return kernels.bytes(to, scalars.length * POINT_BYTES).slice();
    });
  }

  async function expectRight(scalars: readonly bigint[]): Promise<void> {
    const expected: C.G1Point[] = [];
    for (const scalar of scalars) expected.push(await multiple(scalar));
    expect(C.decodeG1(await multiply(scalars))).to.deep.equal(expected);
  }

  it("has the form of files, that of ffjavascript", async () => {
    expect(await multiply([1n, 2n])).to.deep.equal(C.encodeG1([C.G1_GENERATOR, await multiple(2n)]));
    expect(await multiply([1n])).to.deep.equal((await C.getCurve()).G1.gAffine);
  });

  it("is infinity for 0, alone and among others, and does not disturb them", async () => {
    expect(C.decodeG1(await multiply([0n]))).to.deep.equal([C.G1_INFINITY]);
    for (const count of [2, 3, 4, 5, 9]) {
      for (const at of [0, 1, count - 1]) {
        const scalars = scalarsOf("with zeros", count);
        scalars[at] = 0n;
        await expectRight(scalars);
      }
      await expectRight(new Array<bigint>(count).fill(0n));
    }
    await expectRight([0n, 0n, 1n, F.R - 1n, 0n, 5n]);
  });

  it("is right for scalars at the edges", async () => {
    const powersOfTwo = Array.from({ length: 254 }, (_, k) => 1n << BigInt(k));
    const scalars = [1n, 2n, 3n, F.R - 1n, F.R - 2n, F.R >> 1n, ...powersOfTwo.flatMap((x) => [x - 1n, x])];
    await expectRight(scalars.filter((scalar) => scalar < F.R));
  });

  it("is right for equal scalars", async () => {
    const [scalar] = scalarsOf("equal", 1);
    await expectRight(new Array<bigint>(50).fill(scalar));
  });

  it("is right where the digits of the offset scalar are all zeros, or all ones up to one of them", async () => {
    const { offset } = FixedBase;
    const scalars: bigint[] = [];
    for (let w = 1n; w < DIGITS; w++) {
      const step = 1n << (DIGIT_BITS * w);
      const above = ((offset + step) / step) * step;
      scalars.push(above - offset, above - 1n - offset);
    }
    const inRange = scalars.filter((scalar) => scalar >= 0n && scalar < F.R);
    expect(inRange).to.have.lengthOf.greaterThan(20);
    await expectRight(inRange);
  });

  it("adds a point to itself where the sum so far is the table's next point", async () => {
    const { offset } = FixedBase;
    const scalars: bigint[] = [];
    for (let w = 1n; w < DIGITS - 1n; w++) {
      // Digits d stand for d + 1: digits below w that are worth 2^(12w) in all, then the digit 0, then any.
      let ones = 0n;
      for (let i = 0n; i < w; i++) ones += 1n << (DIGIT_BITS * i);
      const above = 1n << (DIGIT_BITS * (w + 1n));
      const offsetScalar = (offset / above + 1n) * above + (1n << (DIGIT_BITS * w)) - ones;
      scalars.push(offsetScalar - offset);
    }
    scalars.forEach((scalar) => expect(scalar >= 0n && scalar < F.R).to.equal(true));
    await expectRight(scalars);
  });

  for (const count of [1, 3, PART - 1, PART, PART + 1, 2 * PART + 900]) {
    it(`makes ${count} of them, in ${Math.ceil(count / PART)} tasks`, async () => {
      const { scalars, points } = await doublings("multiples", count);
      expect(await multiple(scalars[count - 1])).to.deep.equal(C.decodeG1(points.slice(-POINT_BYTES))[0]);
      expect(Buffer.compare(await multiply(scalars), points)).to.equal(0);
      expect(base.multiply(0, 0, count)).to.have.lengthOf(Math.ceil(count / PART));
    });
  }

  it("makes none of none", () => {
    expect(base.multiply(0, 0, 0)).to.deep.equal([]);
  });

  it("reaches every point of the table: each digit is used at each position", async () => {
    // Scalars whose offset digits are all d but the last, which keeps the number in range, for every 64th d and the edges.
    const { offset } = FixedBase;
    const size = 2n ** DIGIT_BITS;
    const last = 1n << (DIGIT_BITS * (DIGITS - 1n));
    const top = (offset / last + 1n) * last;
    const digits = [1n, size - 2n, size - 1n, ...Array.from({ length: 64 }, (_, i) => 64n * BigInt(i))];
    const scalars = digits.map((digit) => top + (digit * (last - 1n)) / (size - 1n) - offset);
    scalars.forEach((scalar) => expect(scalar >= 0n && scalar < F.R).to.equal(true));
    await expectRight(scalars);
  });
});
