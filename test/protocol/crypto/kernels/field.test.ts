import { expect } from "chai";
import { type Curve, type PrimeField } from "ffjavascript";
import * as C from "../../../../protocol/crypto/curve";
import * as F from "../../../../protocol/crypto/field";
import { BLOCK_BYTES, FQ, FR, KERNEL_BITS, Kernels, LANES } from "../../../../protocol/crypto/kernels";
import { fromBlock, toBlock } from "../../../../protocol/crypto/kernels/layout";
import {
  blockWords,
  edgeNumbers,
  inEveryLane,
  LIMB_BITS,
  LIMBS,
  packed,
  pairs,
  randomNumbers,
  readNumbers,
  storeRawVector,
  unpacked,
  writeNumbers,
} from "./numbers";

/** Random numbers for each kernel and bound: with both fields more than 10^5. */
const RANDOM = 10_000;
const FACTOR = 1n << KERNEL_BITS;
/** Products of more are refused by `mul`'s comment, and blocks of more by that of `assembly/field.ts`. */
const MAX_PRODUCT = 169n;
const MAX_MULTIPLE = 64n;

const FIELDS = [
  {
    name: "Fr",
    field: FR,
    prime: F.R,
    constants: (kernels: Kernels) => kernels.fr,
    peer: ({ Fr }: Curve): PrimeField => Fr,
  },
  {
    name: "Fq",
    field: FQ,
    prime: C.Q,
    constants: (kernels: Kernels) => kernels.fq,
    peer: ({ F1 }: Curve): PrimeField => F1,
  },
];

describe("crypto/kernels: blocks of field elements", () => {
  let kernels: Kernels;
  let curve: Curve;
  before(async () => {
    kernels = await Kernels.create({ workBytes: 0, threads: 1 });
    curve = await C.getCurve();
  });
  after(async () => {
    await kernels.close();
    await C.terminateCurve();
  });

  it("hold limb j of the number of lane l as word 4j + l", () => {
    const numbers = Array.from({ length: LANES }, (_, lane) =>
      Array.from({ length: LIMBS }, (_, j) => BigInt(100 * lane + j) << (LIMB_BITS * BigInt(j))).reduce(
        (a, b) => a + b,
      ),
    );
    const block = toBlock(numbers);
    expect(block.byteLength).to.equal(BLOCK_BYTES);
    block.forEach((word, i) => expect(word).to.equal(100 * (i % LANES) + Math.floor(i / LANES)));
    expect(fromBlock(block)).to.deep.equal(numbers);
  });

  for (const { name, field, prime: p, constants, peer } of FIELDS) {
    describe(name, () => {
      let address: number;
      let output: number;
      let inputs: number[];
      let work: number;
      before(() => {
        address = constants(kernels);
        output = kernels.allocateBlocks(1);
        inputs = [kernels.allocateBlocks(1), kernels.allocateBlocks(1)];
        work = kernels.allocateBlocks(17);
      });

      /** Numbers below a bound: those at the edges in every lane, then random ones. */
      const numbersBelow = (limit: bigint): bigint[] => [
        ...inEveryLane(edgeNumbers(p, limit)),
        ...randomNumbers(`${name} below ${limit}`, RANDOM, limit),
      ];
      const pairsBelow = (limitA: bigint, limitB: bigint): [bigint, bigint][] => {
        const [as, bs] = [limitA, limitB].map((limit, i) => randomNumbers(`${name} ${i}: ${limit}`, RANDOM, limit));
        const edges = pairs(edgeNumbers(p, limitA), edgeNumbers(p, limitB));
        return [...edges, ...as.map((a, i): [bigint, bigint] => [a, bs[i]])];
      };

      /** What a kernel makes of lists of operands, four at a time: `call` is told where to put it. All results must be normal. */
      function results(lists: readonly (readonly bigint[])[], call: (dst: number) => void, dst = output): bigint[] {
        const found: bigint[] = [];
        for (let i = 0; i < lists[0].length; i += LANES) {
          lists.forEach((list, j) => writeNumbers(kernels, inputs[j], list.slice(i, i + LANES)));
          call(dst);
          const words = blockWords(kernels, dst);
          const wide = words.findIndex((word, k) => k < LANES * (LIMBS - 1) && word >> Number(LIMB_BITS) !== 0);
          if (wide >= 0) throw new Error(`a limb of more than ${LIMB_BITS} bits: word ${wide} of block ${i / LANES}`);
          found.push(...readNumbers(kernels, dst));
        }
        return found.slice(0, lists[0].length);
      }

      /** Checks a kernel of two operands; `isRight` knows nothing of the kernels. */
      function checkPairs(
        list: readonly (readonly [bigint, bigint])[],
        call: (dst: number, a: number, b: number) => void,
        isRight: (result: bigint, a: bigint, b: bigint) => boolean,
        dst?: number,
      ): void {
        const lists = [list.map(([a]) => a), list.map(([, b]) => b)];
        const found = results(lists, (to) => call(to, inputs[0], inputs[1]), dst);
        const wrong = found.findIndex((result, i) => !isRight(result, ...list[i]));
        expect(wrong, `of ${list[wrong]?.join(" and ")} it made ${found[wrong]}`).to.equal(-1);
      }

      /** The same with one operand. */
      function check(
        list: readonly bigint[],
        call: (dst: number, a: number) => void,
        isRight: (result: bigint, a: bigint) => boolean,
        dst?: number,
      ): void {
        const found = results([list], (to) => call(to, inputs[0]), dst);
        const wrong = found.findIndex((result, i) => !isRight(result, list[i]));
        expect(wrong, `of ${list[wrong]} it made ${found[wrong]}`).to.equal(-1);
      }

      const mul = (dst: number, a: number, b: number) => kernels.call("mul", dst, a, b, address);
      const square = (dst: number, a: number) => kernels.call("square", dst, a, address);
      const add = (dst: number, a: number, b: number) => kernels.call("add", dst, a, b);
      const sub = (dst: number, a: number, b: number) => kernels.call("sub", dst, a, b, address);
      const reduce = (dst: number, a: number) => kernels.call("reduce", dst, a, address);
      const canonical = (dst: number, a: number) => kernels.call("canonical", dst, a, address);
      const invert = (dst: number, a: number) => kernels.call("invert", dst, a, work, address);

      const isProduct = (result: bigint, a: bigint, b: bigint) =>
        result < 2n * p && (result * FACTOR - a * b) % p === 0n;

      it("are multiplied to less than 2p when the product is below 169·p²", () => {
        checkPairs(pairsBelow(13n * p, 13n * p), mul, isProduct);
        checkPairs(pairsBelow(MAX_MULTIPLE * p, (MAX_PRODUCT * p) / MAX_MULTIPLE), mul, isProduct);
        checkPairs(pairsBelow((MAX_PRODUCT * p) / MAX_MULTIPLE, MAX_MULTIPLE * p), mul, isProduct);
      });

      it("are multiplied to less than 2p by the largest number that the bounds allow", () => {
        const limit = MAX_MULTIPLE * p;
        const largest = (a: bigint) => (MAX_PRODUCT * p * p - 1n) / a;
        const list = numbersBelow(limit)
          .filter((a) => a > 0n)
          .map((a): [bigint, bigint] => [a, largest(a) < limit ? largest(a) : limit - 1n]);
        checkPairs(list, mul, isProduct);
      });

      it("are squared to less than 2p when they are below 13p", () => {
        check(numbersBelow(13n * p), square, (result, a) => isProduct(result, a, a));
      });

      it("are added as integers", () => {
        checkPairs(pairsBelow(32n * p, 32n * p), add, (result, a, b) => result === a + b);
      });

      it("are subtracted as integers with 4p added", () => {
        checkPairs(pairsBelow(60n * p, 4n * p + 1n), sub, (result, a, b) => result === a - b + 4n * p);
      });

      it("are reduced to less than 1.5p", () => {
        check(
          numbersBelow(MAX_MULTIPLE * p),
          reduce,
          (result, a) => 2n * result < 3n * p && result <= a && (a - result) % p === 0n,
        );
      });

      it("are brought to the one number below p", () => {
        check(numbersBelow(MAX_MULTIPLE * p), canonical, (result, a) => result === a % p);
      });

      it("are inverted, 0 and its multiples to 0", () => {
        const isInverse = (result: bigint, a: bigint) =>
          (result * a - (a % p === 0n ? 0n : FACTOR * FACTOR)) % p === 0n;
        check(
          numbersBelow(MAX_MULTIPLE * p),
          invert,
          (result, a) => result < 2n * p && isInverse(result, a) && (a % p !== 0n || result % p === 0n),
        );
      });

      it("may give way to the result", () => {
        const list = pairsBelow(4n * p, 4n * p).slice(-4000);
        const numbers = list.map(([a]) => a);
        for (const dst of inputs) {
          checkPairs(list, mul, isProduct, dst);
          checkPairs(list, add, (result, a, b) => result === a + b, dst);
          checkPairs(list, sub, (result, a, b) => result === a - b + 4n * p, dst);
        }
        const [dst] = inputs;
        check(
          numbers,
          (to, a) => mul(to, a, a),
          (result, a) => isProduct(result, a, a),
          dst,
        );
        check(
          numbers,
          (to, a) => add(to, a, a),
          (result, a) => result === 2n * a,
          dst,
        );
        check(numbers, square, (result, a) => isProduct(result, a, a), dst);
        check(numbers, reduce, (result, a) => 2n * result < 3n * p && (a - result) % p === 0n, dst);
        check(numbers, canonical, (result, a) => result === a % p, dst);
        check(numbers, invert, (result, a) => (result * a - FACTOR * FACTOR) % p === 0n, dst);
      });

      it("come to what ffjavascript comes to", () => {
        const other = peer(curve);
        expect(other.p).to.equal(p);
        const list = pairsBelow(p, p);
        const [as, bs] = [list.map(([a]) => a), list.map(([, b]) => b)];
        const ours = (call: (dst: number, a: number, b: number) => void): bigint[] => {
          const lists = [as, bs].map((numbers) => numbers.map((x) => field.encode(x)));
          return results(lists, (dst) => call(dst, inputs[0], inputs[1])).map((x) => field.decode(x));
        };
        const theirs = (operation: (a: Uint8Array, b: Uint8Array) => Uint8Array): bigint[] =>
          list.map(([a, b]) => other.toObject(operation(other.e(a), other.e(b))));
        const expectSame = (found: bigint[], expected: bigint[]): void => {
          const wrong = found.findIndex((x, i) => x !== expected[i]);
          expect(wrong, `of ${list[wrong]?.join(" and ")}`).to.equal(-1);
        };
        expectSame(
          ours(mul),
          theirs((a, b) => other.mul(a, b)),
        );
        expectSame(
          ours(square),
          theirs((a) => other.square(a)),
        );
        expectSame(
          ours(add),
          theirs((a, b) => other.add(a, b)),
        );
        expectSame(
          ours(sub),
          theirs((a, b) => other.sub(a, b)),
        );
        // In ffjavascript, too, 0 has the inverse 0.
        expectSame(
          ours(invert),
          theirs((a) => other.inv(a)),
        );
      });

      describe("packed", () => {
        const STRIDE = 48;
        const GAP = 0xa5;
        const numbers = (count: number): bigint[] => {
          const edges = edgeNumbers(p, 1n << 256n);
          return [...edges, ...randomNumbers(`${name} packed`, count - edges.length, 1n << 256n)];
        };
        const factors = [1n, FACTOR % p, p - 1n, ...randomNumbers(`${name} factors`, 2, p)];

        /** Packed numbers in new memory, which holds something else between them. */
        function storePacked(list: readonly bigint[], stride: number): number {
          const start = kernels.allocate(list.length * stride);
          kernels.bytes(start, list.length * stride).fill(GAP);
          list.forEach((value, i) => kernels.bytes(start + i * stride, F.FIELD_BYTES).set(packed(value)));
          return start;
        }
        const readPacked = (start: number, count: number, stride: number): bigint[] =>
          Array.from({ length: count }, (_, i) => unpacked(kernels.bytes(start + i * stride, F.FIELD_BYTES)));
        /** The numbers of blocks in natural order. */
        const readBlocks = (start: number, blocks: number): bigint[] => {
          const lanes = Array.from({ length: blocks }, (_, k) => readNumbers(kernels, start + k * BLOCK_BYTES));
          return Array.from({ length: LANES * blocks }, (_, i) => lanes[i % blocks][Math.floor(i / blocks)]);
        };

        for (const stride of [F.FIELD_BYTES, STRIDE]) {
          it(`come as blocks in natural order, times a factor, from every ${stride} bytes`, () => {
            const list = numbers(4 * 125);
            const blocks = list.length / LANES;
            const from = storePacked(list, stride);
            const to = kernels.allocateBlocks(blocks);
            for (const factor of factors) {
              kernels.call("unpack", to, from, stride, blocks, kernels.rawConstant(factor), address);
              const found = readBlocks(to, blocks);
              expect(found.findIndex((x, i) => !isProduct(x, list[i], factor))).to.equal(-1);
            }
          });

          it(`go from blocks to every ${stride} bytes, times a factor, below p and with an offset`, () => {
            const list = numbersBelow(MAX_MULTIPLE * p).slice(0, 4 * 500);
            const blocks = list.length / LANES;
            const from = storeRawVector(kernels, list);
            const to = storePacked(new Array<bigint>(list.length).fill(0n), stride);
            // p − 1 and the last of them make 2^256 − 1.
            const offsets = [0n, 1n, (1n << 232n) - 1n, ...randomNumbers(`${name} offsets`, 1, p), (1n << 256n) - p];
            for (const [factor, offset] of pairs(factors, offsets)) {
              const at = kernels.rawConstant(offset);
              kernels.call("pack", to, stride, from, blocks, kernels.rawConstant(factor), at, work, address);
              const found = readPacked(to, list.length, stride);
              const wrong = found.findIndex((x, i) => {
                const value = x - offset;
                return value < 0n || value >= p || (value * FACTOR - list[i] * factor) % p !== 0n;
              });
              expect(wrong).to.equal(-1);
            }
            for (let i = 0; i < list.length; i++) {
              const between = kernels.bytes(to + i * stride + F.FIELD_BYTES, stride - F.FIELD_BYTES);
              expect(between.every((byte) => byte === GAP)).to.equal(true);
            }
          });
        }

        it("are the same numbers after a way there and back", () => {
          const list = [...edgeNumbers(p, p), ...randomNumbers(`${name} round trip`, RANDOM, p)];
          while (list.length % LANES !== 0) list.push(0n);
          const blocks = list.length / LANES;
          const from = storePacked(list, F.FIELD_BYTES);
          const to = kernels.allocateBlocks(blocks);
          const toMontgomery = kernels.rawConstant((FACTOR * FACTOR) % p);
          kernels.call("unpack", to, from, F.FIELD_BYTES, blocks, toMontgomery, address);
          const block = (blocks - 1) * BLOCK_BYTES;
          expect(kernels.readBlock(to + block, field)).to.deep.equal(
            [1, 2, 3, 4].map((lane) => list[lane * blocks - 1]),
          );
          kernels.bytes(from, list.length * F.FIELD_BYTES).fill(GAP);
          const { rawOne, zero } = kernels;
          kernels.call("pack", from, F.FIELD_BYTES, to, blocks, rawOne, zero, work, address);
          const found = readPacked(from, list.length, F.FIELD_BYTES);
          expect(found.findIndex((x, i) => x !== list[i])).to.equal(-1);
        });

        it("are scaled to less than 2p, also where they are", () => {
          const list = numbers(4 * 500);
          const from = storePacked(list, F.FIELD_BYTES);
          const to = kernels.allocate(list.length * F.FIELD_BYTES);
          for (const factor of factors) {
            kernels.call("scalePacked", to, from, list.length, kernels.rawConstant(factor), work, address);
            const found = readPacked(to, list.length, F.FIELD_BYTES);
            expect(found.findIndex((x, i) => !isProduct(x, list[i], factor))).to.equal(-1);
          }
          const [factor] = factors.slice(-1);
          kernels.call("scalePacked", from, from, list.length, kernels.rawConstant(factor), work, address);
          const found = readPacked(from, list.length, F.FIELD_BYTES);
          expect(found.findIndex((x, i) => !isProduct(x, list[i], factor))).to.equal(-1);
        });
      });
    });
  }
});
