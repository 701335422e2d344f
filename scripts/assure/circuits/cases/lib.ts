import { BASE8, multiply, SUBGROUP_ORDER, type Point } from "../../../../protocol/crypto/babyjubjub";
import * as F from "../../../../protocol/crypto/field";
import { poseidon } from "../../../../protocol/crypto/poseidon";
import { baseMultiple, GENERATOR, pair, sumOf, TORSION } from "../../../../test/circuits/lib/points";
import type { Inputs } from "../model";
import { target, type Target } from "./target";

/** Templates of `circuits/lib`, in small. */
export function libTargets(): Target[] {
  return [...range(), ...numbers(), ...edwards(), ...scalar(), ...poseidonTargets(), ...eddsa()];
}

function range(): Target[] {
  const file = "lib/range.circom";
  const pairs = [
    { a: 5n, b: 5n },
    { a: 4n, b: 6n },
  ];
  const at = (bits: number): Inputs[] => [{ in: 0n }, { in: (1n << BigInt(bits)) - 1n }, { in: 45n }];
  return [
    target(file, "AssertBit()", [{ in: 0n }, { in: 1n }]),
    target(file, "ToBits(6)", at(6)),
    target(file, "Range(6)", at(6)),
    target(file, "Range(7)", at(7)),
    target(file, "Range(128)", at(128)),
    target(file, "Fits(8)", [{ in: 45n }, { in: 300n }]),
    target(file, "IsZero()", [{ in: 0n }, { in: 5n }]),
    target(file, "IsEqual()", pairs),
    target(file, "AssertNotZero()", [{ in: 5n }]),
    target(file, "AssertEqualIf()", [
      { enabled: 1n, ...pairs[0] },
      { enabled: 0n, ...pairs[1] },
    ]),
    target(
      file,
      "Select()",
      [0n, 1n].map((choice) => ({ choice, ...pairs[1] })),
    ),
    target(
      file,
      "SelectOr(7)",
      [0n, 1n].map((choice) => ({ choice, a: 5n })),
    ),
    target(file, "Product(4)", [{ in: [1n, 1n, 1n, 1n] }, { in: [1n, 0n, 1n, 1n] }, { in: [2n, 3n, 5n, 7n] }]),
  ];
}

function numbers(): Target[] {
  const omega = "lib/omega.circom";
  const bits = (...values: number[]): Inputs => ({ in: values });
  return [
    target("lib/amount.circom", "UnpackAmount()", [{ in: 0n }, { in: (21n << 35n) + 123_456_789n }]),
    target("lib/horner.circom", "Horner(4)", [{ in: [3n, 5n, 7n, 11n], x: 13n }]),
    target(omega, "OmegaPower(6, 1, 0)", [bits(0), bits(1)]),
    target(omega, "OmegaPower(6, 4, 1)", [bits(0, 0, 0, 0), bits(1, 0, 1, 1)]),
    target(omega, "LagrangeScale(6)", [{ x: 77n }]),
    target(omega, "Lagrange()", [{ x: 77n, root: 5n, scale: 3n }]),
  ];
}

function edwards(): Target[] {
  const file = "lib/edwards.circom";
  const [p, q] = [pair(GENERATOR), pair(baseMultiple(12345n))];
  return [
    target(file, "AssertOnCurve()", [{ p }]),
    target(file, "EdwardsAdd()", [
      { p, q },
      { p, q: p },
    ]),
    target(file, "EdwardsAddConstant(BASE8())", [{ p }, { p: pair(BASE8) }]),
    target(file, "EdwardsDouble()", [{ p }, { p: q }]),
  ];
}

/** Digits of a scalar, as `AssertScalarAtMost` reads them. */
interface Digits {
  digits: number;
  /** Bits of a digit. */
  bits: number;
  /** Digits of a chunk. */
  chunk: number;
}

/** Sums of the highest digits at the end of each chunk. */
function prefixOf(value: bigint, { digits, bits, chunk }: Digits): bigint[] {
  return Array.from({ length: Math.ceil(digits / chunk) }, (_, j) => {
    const used = digits - chunk * j;
    return F.mod(2n * (value >> BigInt(bits * chunk * j)) - (2n ** BigInt(bits * used) - 1n));
  });
}

function scalar(): Target[] {
  const file = "lib/scalar.circom";
  const four = { digits: 16, bits: 2, chunk: 8 };
  const eight = { digits: 18, bits: 3, chunk: 6 };
  const prefix = (digits: Digits) => (value: bigint) => ({ prefix: prefixOf(value, digits) });
  const point = multiply(54321n, BASE8);
  const [digit, square] = [
    [1n, F.neg(3n), 3n],
    [1n, 9n, 9n],
  ];
  const folded = square.map((e) => F.mul(e, F.sub(e, 50n)));
  return [
    target(file, "SignedDigits4(5)", [{ in: 777n }, { in: 0n }], [{ in: 1024n }]),
    target(file, "SignedDigits8(4)", [{ in: 777n }, { in: 0n }], [{ in: 4096n }]),
    target(file, "AssertScalarAtMost(16, 2, 100000)", [0n, 54_321n, 100_000n].map(prefix(four)), [
      ...[100_001n, 200_000n, 2n ** 32n - 1n].map(prefix(four)),
    ]),
    target(file, "AssertScalarAtMost(18, 3, 10000000000)", [0n, 10n ** 10n].map(prefix(eight)), [
      ...[10n ** 10n + 1n, 2n ** 54n - 1n].map(prefix(eight)),
    ]),
    target(file, "FixedBaseMultiply(3, FIXED_BASE_TABLE(3, BASE8()), FIXED_BASE_OFFSET(3, BASE8()))", [
      { digit, square, folded },
    ]),
    target(file, "VariableBaseMultiply(3)", [{ point: pair(point), doubled: pair(sumOf(point, point)), digit, square }]),
  ];
}

function poseidonTargets(): Target[] {
  const file = "lib/poseidon.circom";
  return [
    target(file, "SBox(11)", [{ in: 5n }]),
    target(file, "WeightedSum(1, [3], 11)", [{ in: [5n] }]),
    target(file, "WeightedSum(3, [2, 3, 5], 11)", [{ in: [5n, 7n, 9n] }]),
    target(file, "FullRound(3, POSEIDON_M(3), POSEIDON_C(3), 3)", [{ in: [5n, 7n, 9n] }]),
    target(file, "PartialRound(3, 11, POSEIDON_S(3), 5)", [{ in: [5n, 7n, 9n] }]),
    target(file, "PoseidonTail(3)", [{ state: [5n, 7n, 9n] }]),
    target(file, "Poseidon(2)", [{ inputs: [5n, 7n] }]),
    target(file, "PoseidonFixed(3, 11, 1)", [{ in: [5n] }]),
    target(file, "PoseidonFirst(3, 1)", [{ capacity: 5n, in: [7n] }]),
    target(file, "Sponge(6, 77)", [{ in: [1n, 2n, 3n, 4n, 5n, 6n] }]),
  ];
}

type Signature = Record<"enabled" | "Ax" | "Ay" | "S" | "R8x" | "R8y" | "M", bigint>;

function eddsa(): Target[] {
  const nobody = { enabled: 0n, Ax: BASE8.x, Ay: 99n, S: 0n, R8x: 0n, R8y: 1n, M: 0n };
  const [secret, nonce] = [31337n, 55n];
  const key = baseMultiple(secret);
  const hashOf = (R8: Point, A: Point): bigint => poseidon([R8.x, R8.y, A.x, A.y, nobody.M]);
  const shown = (A: Point, R8: Point, S: bigint): Signature => ({
    ...{ enabled: 1n, Ax: A.x, Ay: A.y, M: nobody.M },
    ...{ S: S < 0n ? S + SUBGROUP_ORDER : S, R8x: R8.x, R8y: R8.y },
  });
  /** Who knows the secret shows S = factor·(nonce + 8·hash·secret) + shift for a point R8. */
  const scalarFor = (R8: Point, factor: bigint, shift: bigint): bigint =>
    (factor * (nonce + 8n * hashOf(R8, key) * secret) + shift) % SUBGROUP_ORDER;

  const R8 = baseMultiple(nonce);
  const S = scalarFor(R8, 1n, 0n);
  // The sides are compared after 4·A is added: the opposite point has the other x and the same y, the one with a part of order 2 in R8 the
  // same x and the other y.
  const shift = -8n * secret;
  const [, , , , half] = TORSION;
  const torsioned = sumOf(R8, half);
  return [
    target("lib/eddsa.circom", "EdDSAVerify()", [nobody, shown(key, R8, S)], [
      shown(key, R8, S + SUBGROUP_ORDER),
      shown(key, R8, S + 1n),
      shown(key, R8, scalarFor(R8, -1n, shift)),
      shown(key, torsioned, scalarFor(torsioned, -1n, shift)),
      ...TORSION.map((small) => shown(small, R8, nonce)),
    ]),
  ];
}
