import { expect } from "chai";
import { BASE8, multiply, SUBGROUP_ORDER } from "../../../protocol/crypto/babyjubjub";
import * as F from "../../../protocol/crypto/field";
import { circuit, compileTester, type CircuitTester } from "../../fixtures/circom";
import { expectNoSurvivors } from "../mutation";
import { GENERATOR, pair, TORSION } from "./points";

/** Digits and bits of a digit, and digits of a chunk, of the hash and of the signature's scalar. */
const HASH = { digits: 127, bits: 2, chunk: 8 };
const SCALAR = { digits: 84, bits: 3, chunk: 6 };
type Shape = typeof HASH;

const digitsOf = (value: bigint, { digits, bits }: Shape): bigint[] =>
  Array.from({ length: digits }, (_, k) => {
    const radix = 1n << BigInt(bits);
    return F.mod(2n * ((value >> BigInt(bits * (digits - 1 - k))) % radix) - (radix - 1n));
  });

const chunksOf = ({ digits, chunk }: Shape): number => Math.ceil(digits / chunk);

/** The prefix sums that the digits of an integer have: twice the value shifted right, less the largest plain prefix. */
const prefixOf = (value: bigint, shape: Shape): bigint[] =>
  Array.from({ length: chunksOf(shape) }, (_, j) => {
    const used = shape.digits - shape.chunk * j;
    const shifted = value >> BigInt(shape.bits * shape.chunk * j);
    return F.mod(2n * shifted - (2n ** BigInt(shape.bits * used) - 1n));
  });

const compile = (template: string, parameters: (number | bigint)[]): Promise<CircuitTester> =>
  circuit("lib/scalar.circom", template, parameters);
const atMost = ({ digits, bits }: Shape, max: bigint): Promise<CircuitTester> =>
  compile("AssertScalarAtMost", [digits, bits, max]);

describe("circuits/lib/scalar", () => {
  it("spells values by signed digits", async () => {
    const four = await compile("SignedDigits4", [HASH.digits]);
    for (const value of [0n, 1n, 0xdeadbeefn, F.R - 1n]) {
      await four.expectPass({ in: value }, { digit: digitsOf(value, HASH), prefix: prefixOf(value, HASH) });
    }
    const eight = await compile("SignedDigits8", [SCALAR.digits]);
    const highest = 2n ** 252n - 1n;
    for (const value of [0n, 1n, 0xdeadbeefn, SUBGROUP_ORDER - 1n, highest]) {
      await eight.expectPass({ in: value }, { digit: digitsOf(value, SCALAR), prefix: prefixOf(value, SCALAR) });
    }
    for (const value of [highest + 1n, F.R - 1n]) await eight.expectFail({ in: value });
  });

  it("C6: even digits and digits beyond the radix cannot be proven", async () => {
    const four = await compile("SignedDigits4", [2]);
    const witness = await four.calculateWitness({ in: 7n });
    // Sum -1: digits (-1, 3) of base 4.
    for (const [high, low] of [
      [0n, -1n],
      [1n, -5n],
      [-2n, 7n],
    ]) {
      const forged = await four.tamper(witness, {
        "digit[0]": F.mod(high),
        "digit[1]": F.mod(low),
        "square[0]": high * high,
        "square[1]": low * low,
      });
      await four.expectUnsatisfied(forged);
    }
  });

  it("C6: the digits of a small hash + r satisfy all but the comparison with r - 1", async () => {
    const tester = await compile("SignedDigits4", [HASH.digits]);
    const hash = 2n ** 200n + 12345n;
    const witness = await tester.calculateWitness({ in: hash });
    const twin = digitsOf(hash + F.R, HASH);
    const values: Record<string, bigint> = {};
    let sum = 0n;
    twin.forEach((digit, k) => {
      sum = F.mod(4n * sum + digit);
      values[`digit[${k}]`] = digit;
      values[`square[${k}]`] = F.mul(digit, digit);
      const fromEnd = HASH.digits - 1 - k;
      // Sums at the end of a chunk are outputs.
      if (fromEnd % HASH.chunk === 0) values[`prefix[${fromEnd / HASH.chunk}]`] = sum;
      else if (k > 0) values[`sum[${k}]`] = sum;
    });
    expect(twin).to.not.deep.equal(digitsOf(hash, HASH));
    await tester.checkConstraints(await tester.tamper(witness, values));
  });

  it("C6: of the two integers that a small hash stands for, only the hash itself is at most r - 1", async () => {
    const tester = await atMost(HASH, F.R - 1n);
    const largestTwin = 2n ** 254n - 1n - F.R;
    for (const hash of [0n, 1n, 2n ** 16n - 1n, 2n ** 16n, 2n ** 200n, largestTwin - 1n, largestTwin]) {
      await tester.expectPass({ prefix: prefixOf(hash, HASH) });
      // No hint exists: every gap is outside its range.
      const twin = hash + F.R;
      const prefix = prefixOf(twin, HASH);
      expect(gapsOf(twin, F.R - 1n, HASH).every((gap) => gap >= 2n ** 16n)).to.equal(true);
      await tester.expectFail({ prefix });
    }
    for (const hash of [largestTwin + 1n, F.R - 2n ** 17n, F.R - 2n, F.R - 1n]) {
      await tester.expectPass({ prefix: prefixOf(hash, HASH) });
    }
  });

  it("C5: accepts scalars up to the bound exactly, near the edge of every chunk", async () => {
    const max = SUBGROUP_ORDER - 1n;
    const tester = await atMost(SCALAR, max);
    const width = BigInt(SCALAR.bits * SCALAR.chunk);
    const edges = Array.from({ length: chunksOf(SCALAR) }, (_, j) => 1n << (width * BigInt(j)));
    for (const edge of edges) {
      for (const value of [max, max - edge, max - edge + 1n, edge - 1n]) {
        if (value >= 0n && value <= max) await tester.expectPass({ prefix: prefixOf(value, SCALAR) });
      }
      for (const value of [max + edge, max + edge + 1n, 2n ** 252n - edge]) {
        if (value > max && value < 2n ** 252n) await tester.expectFail({ prefix: prefixOf(value, SCALAR) });
      }
    }
  });

  it("C5: accepts every value up to the bound and no hint for one above it", async () => {
    const max = 100_000n;
    const shape = { ...HASH, digits: HASH.chunk * 2 };
    const tester = await atMost(shape, max);
    for (let value = max - 100n; value <= max + 100n; value++) {
      const prefix = prefixOf(value, shape);
      const hintExists = gapsOf(value, max, shape).some((gap) => gap < 2n ** 16n);
      expect(hintExists).to.equal(value <= max);
      if (value <= max) await tester.expectPass({ prefix });
      else await tester.expectFail({ prefix });
    }
    await expectNoSurvivors(tester, await tester.calculateWitness({ prefix: prefixOf(54_321n, shape) }));
  });

  it("multiplies the base point", async () => {
    const tester = await compileTester(
      `pragma circom 2.2.0;
include "lib/scalar.circom";
template Multiply() {
  signal input in;
  signal output out[2];
  component digits = SignedDigits8(84);
  digits.in <== in;
  component fixed = FixedBaseMultiply(84, FIXED_BASE_TABLE(84, BASE8()), FIXED_BASE_OFFSET(84, BASE8()));
  fixed.digit <== digits.digit;
  fixed.square <== digits.square;
  fixed.folded <== digits.folded;
  out <== fixed.out;
}
component main = Multiply();
`,
      { name: "FixedBaseMultiply" },
    );
    const repeated = (digit: bigint): bigint => BigInt("0o" + digit.toString().repeat(84));
    const values = [0n, 1n, 2n, SUBGROUP_ORDER - 1n, SUBGROUP_ORDER, ...[1n, 2n, 3n, 4n, 5n, 6n, 7n].map(repeated)];
    for (const value of values) await tester.expectPass({ in: value }, { out: pair(multiply(value, BASE8)) });
    await expectNoSurvivors(tester, await tester.calculateWitness({ in: 0x123456789abcdefn ** 4n }));
  });

  it("multiplies any point, also of small order", async () => {
    const tester = await compileTester(
      `pragma circom 2.2.0;
include "lib/scalar.circom";
template Multiply() {
  signal input in;
  signal input point[2];
  signal output out[2];
  signal doubled[2] <== EdwardsDouble()(point);
  component digits = SignedDigits4(127);
  digits.in <== in;
  out <== VariableBaseMultiply(127)(point, doubled, digits.digit, digits.square);
}
component main = Multiply();
`,
      { name: "VariableBaseMultiply" },
    );
    const repeated = (digit: string): bigint => BigInt("0x" + digit.repeat(63));
    for (const value of [0n, 1n, F.R - 1n, ...["1", "5", "a", "e", "f"].map(repeated)]) {
      for (const point of [BASE8, GENERATOR, ...TORSION.slice(0, 4)]) {
        const expected = pair(multiply(2n * value + 1n, point));
        await tester.expectPass({ in: value, point: pair(point) }, { out: expected });
      }
    }
    await expectNoSurvivors(tester, await tester.calculateWitness({ in: 0x123456789abcdefn ** 4n, point: pair(GENERATOR) }));
  });
});

/** The gaps of AssertScalarAtMost as field elements: a hint must equal one of them. */
function gapsOf(value: bigint, max: bigint, shape: Shape): bigint[] {
  const width = BigInt(shape.bits * shape.chunk);
  return Array.from({ length: chunksOf(shape) }, (_, j) => {
    const shift = width * BigInt(j);
    return F.mod((max >> shift) - (value >> shift) - (j > 0 ? 1n : 0n));
  });
}
