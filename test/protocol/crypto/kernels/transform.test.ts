import { expect } from "chai";
import * as F from "../../../../protocol/crypto/field";
import * as P from "../../../../protocol/crypto/polynomial";
import { BLOCK_BYTES, FR, Kernels, LANES, powers, Transform } from "../../../../protocol/crypto/kernels";
import { randomNumbers, readVector, storeRawVector, storeVector } from "./numbers";

const SMALL_POWERS = [3, 4, 5, 6, 7, 8, 9, 10, 11];
/** The transforms do stages of more than 2^13 elements on the whole vector, those of fewer chunk by chunk. */
const LARGE_POWERS = [13, 14, 15];
const MAX_POWER = 15;

const elements = (seed: string, count: number) => randomNumbers(seed, count, F.R);

/** The coefficients of p(shift·X). */
const stretched = (polynomial: P.Polynomial, shift: bigint): bigint[] => {
  const factors = powers(shift, polynomial.length);
  return polynomial.map((coefficient, i) => F.mul(coefficient, factors[i]));
};

/** The coefficients, `size` of them, of the polynomial with the same values on the roots of X^size = 1. */
const folded = (polynomial: P.Polynomial, size: number): bigint[] => {
  const result = new Array<bigint>(size).fill(0n);
  polynomial.forEach((coefficient, i) => (result[i % size] = F.add(result[i % size], coefficient)));
  return result;
};

describe("crypto/kernels: transforms", () => {
  let kernels: Kernels;
  before(async () => (kernels = await Kernels.create({ workBytes: (2 ** MAX_POWER / LANES + 1) * BLOCK_BYTES })));
  after(() => kernels.close());

  async function build(power: number): Promise<Transform> {
    const transform = new Transform(kernels, power);
    await kernels.run([() => transform.build()]);
    return transform;
  }

  /** The values at shift·ω^i; `to` says where they shall be, next to the coefficients if it is not said. */
  async function toValues(
    transform: Transform,
    coefficients: P.Polynomial,
    { shift, tail, inPlace = false }: { shift?: bigint; tail?: P.Polynomial; inPlace?: boolean } = {},
  ): Promise<bigint[]> {
    return kernels.scope(async () => {
      const from = storeVector(kernels, coefficients);
      const to = inPlace ? from : kernels.allocateBlocks(transform.blocks);
      await kernels.run([(work) => transform.toValues(to, from, work, shift, tail)]);
      if (!inPlace) expect(readVector(kernels, from, coefficients.length)).to.deep.equal(coefficients);
      return readVector(kernels, to, coefficients.length);
    });
  }

  async function toCoefficients(
    transform: Transform,
    values: readonly bigint[],
    { shift, inPlace = false }: { shift?: bigint; inPlace?: boolean } = {},
  ): Promise<bigint[]> {
    return kernels.scope(async () => {
      const from = storeVector(kernels, values);
      const to = inPlace ? from : kernels.allocateBlocks(transform.blocks);
      await kernels.run([(work) => transform.toCoefficients(to, from, work, shift)]);
      if (!inPlace) expect(readVector(kernels, from, values.length)).to.deep.equal(values);
      return readVector(kernels, to, values.length);
    });
  }

  for (const power of SMALL_POWERS) {
    describe(`of 2^${power} elements`, () => {
      const size = 2 ** power;
      const polynomial = elements(`coefficients ${power}`, size);
      const values = elements(`values ${power}`, size);
      const [shift] = elements(`shift ${power}`, 1);
      let transform: Transform;
      before(async () => (transform = await build(power)));

      it("make values of coefficients, on the domain and on a coset", async () => {
        expect(await toValues(transform, polynomial)).to.deep.equal(P.toValues(polynomial));
        const onCoset = await toValues(transform, polynomial, { shift });
        expect(onCoset).to.deep.equal(P.toValues(stretched(polynomial, shift)));
        for (const i of [0, 1, size / 4, size / 2 + 1, size - 1]) {
          const x = F.mul(shift, F.pow(transform.omega, BigInt(i)));
          expect(onCoset[i]).to.equal(P.evaluate(polynomial, x));
        }
      });

      it("make coefficients of values, on the domain and on a coset", async () => {
        expect(await toCoefficients(transform, values)).to.deep.equal(P.fromValues(values));
        const expected = stretched(P.fromValues(values), F.inv(shift));
        expect(await toCoefficients(transform, values, { shift })).to.deep.equal(expected);
      });

      it("take coefficients beyond the size into account, as many again at most", async () => {
        for (const length of [1, 6, size]) {
          const tail = elements(`tail ${power}, ${length}`, length);
          const whole = [...polynomial, ...tail];
          expect(await toValues(transform, polynomial, { tail })).to.deep.equal(P.toValues(folded(whole, size)));
          const onCoset = await toValues(transform, polynomial, { shift, tail });
          expect(onCoset).to.deep.equal(P.toValues(folded(stretched(whole, shift), size)));
          for (const i of [0, size / 4 - 1, size - 1]) {
            const x = F.mul(shift, F.pow(transform.omega, BigInt(i)));
            expect(onCoset[i]).to.equal(P.evaluate(whole, x));
          }
        }
      });

      it("work in place and undo each other", async () => {
        for (const on of [undefined, shift]) {
          const options = { shift: on, inPlace: true };
          const forward = await toValues(transform, polynomial, options);
          expect(forward).to.deep.equal(await toValues(transform, polynomial, { shift: on }));
          expect(await toCoefficients(transform, forward, options)).to.deep.equal(polynomial);
          const backward = await toCoefficients(transform, values, options);
          expect(backward).to.deep.equal(await toCoefficients(transform, values, { shift: on }));
          expect(await toValues(transform, backward, options)).to.deep.equal(values);
        }
        // Without a stop in between, that is with numbers that are not reduced.
        await kernels.scope(async () => {
          const at = storeVector(kernels, polynomial);
          await kernels.run([
            (work) => [...transform.toValues(at, at, work, shift), ...transform.toCoefficients(at, at, work, shift)],
          ]);
          expect(readVector(kernels, at, size)).to.deep.equal(polynomial);
        });
      });

      it("take numbers that are not reduced: values below 4p, coefficients below 64p", async () => {
        const raised = (list: readonly bigint[], multiples: number): bigint[] =>
          list.map((x, i) => FR.encode(x) + BigInt((i * 7 + (i >> 2)) % multiples) * F.R);
        await kernels.scope(async () => {
          const at = storeRawVector(kernels, raised(polynomial, 64));
          await kernels.run([(work) => transform.toValues(at, at, work)]);
          expect(readVector(kernels, at, size)).to.deep.equal(P.toValues(polynomial));
        });
        await kernels.scope(async () => {
          const at = storeRawVector(kernels, raised(values, 4));
          await kernels.run([(work) => transform.toCoefficients(at, at, work)]);
          expect(readVector(kernels, at, size)).to.deep.equal(P.fromValues(values));
        });
        await kernels.scope(async () => {
          const largest = new Array<bigint>(size).fill(64n * F.R - 1n);
          const at = storeRawVector(kernels, largest);
          await kernels.run([(work) => transform.toValues(at, at, work)]);
          const expected = [F.mul(BigInt(size), FR.decode(F.R - 1n)), ...new Array<bigint>(size - 1).fill(0n)];
          expect(readVector(kernels, at, size)).to.deep.equal(expected);
        });
      });

      it("transform constants and zeros", async () => {
        const zeros = new Array<bigint>(size).fill(0n);
        const constant = new Array<bigint>(size).fill(F.R - 1n);
        const coefficients = [F.R - 1n, ...zeros.slice(1)];
        expect(await toValues(transform, zeros)).to.deep.equal(zeros);
        expect(await toCoefficients(transform, zeros, { shift })).to.deep.equal(zeros);
        expect(await toValues(transform, coefficients, { shift })).to.deep.equal(constant);
        expect(await toCoefficients(transform, constant, { shift })).to.deep.equal(coefficients);
      });

      it("list the powers of a number", async () => {
        for (const base of [0n, 1n, transform.omega, shift]) {
          const expected = Array.from({ length: size }, (_, i) => F.pow(base, BigInt(i)));
          await kernels.scope(async () => {
            const to = kernels.allocateBlocks(transform.blocks);
            await kernels.run([(work) => transform.powers(to, base, work)]);
            expect(readVector(kernels, to, size)).to.deep.equal(expected);
          });
        }
      });
    });
  }

  for (const power of LARGE_POWERS) {
    it(`of 2^${power} elements are right at samples, and undo each other`, async () => {
      const size = 2 ** power;
      const positions = [0, 1, 2047, 2048, size / 4 - 1, size / 4, size / 2 + 1, size - 1];
      const [shift] = elements("shift of a large coset", 1);
      const list = elements(`large ${power}`, size);
      const tail = elements("tail of a large polynomial", 3);
      await kernels.scope(async () => {
        const transform = await build(power);
        const points = positions.map((i) => F.mul(shift, F.pow(transform.omega, BigInt(i))));

        const values = await toValues(transform, list, { shift, tail });
        points.forEach((x, i) => expect(values[positions[i]]).to.equal(P.evaluate([...list, ...tail], x)));

        const coefficients = await toCoefficients(transform, list, { shift });
        points.forEach((x, i) => expect(P.evaluate(coefficients, x)).to.equal(list[positions[i]]));

        const back = await toValues(transform, coefficients, { shift, inPlace: true });
        expect(back.findIndex((value, i) => value !== list[i])).to.equal(-1);
      });
    });
  }

  it("have the root of the domain, and a block for every four elements", () => {
    for (const power of SMALL_POWERS) {
      const { omega, blocks } = new Transform(kernels, power);
      expect(F.pow(omega, BigInt(2 ** power))).to.equal(1n);
      expect(F.pow(omega, BigInt(2 ** (power - 1)))).to.equal(F.R - 1n);
      expect(blocks).to.equal(2 ** power / LANES);
    }
  });

  it("have from 2^3 to 2^28 elements", () => {
    for (const power of [-1, 0, 2, 29, 3.5, NaN]) {
      expect(() => new Transform(kernels, power)).to.throw(
        RangeError,
        `a transform's power must be an integer from 3 to 28, got ${power}`,
      );
    }
  });

  it("have powers of numbers for their constants", () => {
    expect(powers(3n, 5)).to.deep.equal([1n, 3n, 9n, 27n, 81n]);
    expect(powers(F.R - 1n, 3)).to.deep.equal([1n, F.R - 1n, 1n]);
    expect(powers(0n, 3)).to.deep.equal([1n, 0n, 0n]);
    expect(powers(7n, 1)).to.deep.equal([1n]);
  });
});
