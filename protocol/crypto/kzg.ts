import * as F from "./field";
import {
  addG1,
  decodeG1,
  G1_BYTES,
  G1_GENERATOR,
  G2_GENERATOR,
  isInfinity,
  mulG1,
  multiExp,
  negG1,
  pairingCheck,
  assertG1,
  type G1Point,
  type G2Point,
} from "./curve";
import { commitDense, openDense, quotientDense } from "./denseKzg";
import { getDomain, type Domain, type SparseValues } from "./domain";
import { PackedValues } from "./packed";

/**
 * KZG commitments (Kate, Zaverucha, Goldberg 2010) to polynomials given by their values on a domain. A commitment [f(τ)]₁ is a sum over
 * the nonzero values; an opening of f at x is the witness [(f(τ) - f(x))/(τ - x)]₁, a sum over the whole domain.
 */

/** What committing and opening need of an SRS: the Lagrange points [L_i(τ)]₁, i < 2^power, encoded as by `encodeG1`. */
export interface LagrangeBasis {
  readonly power: number;
  readonly lagrange: Uint8Array;
}

/** What verifying needs of an SRS: [τ]₂. */
export interface KzgVerifyingKey {
  readonly tauG2: G2Point;
}

export interface Opening {
  /** f(x). */
  value: bigint;
  /** Commitment to (f(X) - f(x))/(X - x). */
  witness: G1Point;
}

export interface BatchOpening {
  /** f_j(x) of each polynomial, in order. */
  values: bigint[];
  /** Commitment to (F(X) - F(x))/(X - x) for F = Σ v^j·f_j. */
  witness: G1Point;
}

function domainOf(basis: LagrangeBasis): Domain {
  const domain = getDomain(basis.power);
  if (basis.lagrange.length !== domain.size * G1_BYTES) {
    throw new RangeError(`the Lagrange basis must have ${domain.size} points, got ${basis.lagrange.length / G1_BYTES}`);
  }
  return domain;
}

/** [L_index(τ)]₁. */
export function lagrangePoint(basis: LagrangeBasis, index: number): G1Point {
  domainOf(basis).assertIndex(index);
  return decodeG1(basis.lagrange.slice(index * G1_BYTES, (index + 1) * G1_BYTES))[0];
}

/** Below this many nonzero values, points are multiplied one by one without the kernels. */
const FEW_VALUES = 48;

/** The commitment Σ value_i·[L_i(τ)]₁; its cost is that of the nonzero values. */
export async function commit(basis: LagrangeBasis, values: SparseValues): Promise<G1Point> {
  const domain = domainOf(basis);
  const entries = domain.entries(values);
  if (entries.length > FEW_VALUES)
    return commitDense(basis.power, basis.lagrange, PackedValues.from(domain.size, entries));
  const bases = new Uint8Array(entries.length * G1_BYTES);
  entries.forEach(([index], i) => {
    bases.set(basis.lagrange.subarray(index * G1_BYTES, (index + 1) * G1_BYTES), i * G1_BYTES);
  });
  return multiExp(
    bases,
    entries.map(([, value]) => value),
  );
}

/** The commitment after cells changed by the listed differences. */
export async function update(basis: LagrangeBasis, commitment: G1Point, differences: SparseValues): Promise<G1Point> {
  return addG1(commitment, await commit(basis, differences));
}

/** Opens f at any x. */
export async function open(basis: LagrangeBasis, values: SparseValues, x: bigint): Promise<Opening> {
  const { values: opened, witness } = await openBatch(basis, [values], x, () => 0n);
  return { value: opened[0], witness };
}

/** Opens one cell: f(ω^index). */
export async function openCell(basis: LagrangeBasis, values: SparseValues, index: number): Promise<Opening> {
  const domain = domainOf(basis);
  domain.assertIndex(index);
  return open(basis, values, domain.omegaPower(index));
}

/**
 * The quotient (f − Σ_{i∈I} f_i·L_i)/Z_I, which shows that f has the values f_i on I: its values on the domain, and the commitment.
 * @param indices I: none twice
 */
export async function quotient(
  basis: LagrangeBasis,
  values: SparseValues,
  indices: readonly number[],
): Promise<{ commitment: G1Point; values: PackedValues }> {
  const domain = domainOf(basis);
  indices.forEach((index) => domain.assertIndex(index));
  return quotientDense(basis.power, basis.lagrange, PackedValues.from(domain.size, values), indices);
}

/**
 * Opens several polynomials at one x with one witness, that of F = f_0 + v·f_1 + v²·f_2 + ...
 * @param challenge gives v from the values f_j(x). Warning: v must be a hash of x, the values and the commitments, or values can be forged.
 */
export async function openBatch(
  basis: LagrangeBasis,
  polynomials: readonly SparseValues[],
  x: bigint,
  challenge: (values: readonly bigint[]) => bigint,
): Promise<BatchOpening> {
  const domain = domainOf(basis);
  F.assertField("evaluation point", x);
  const packed = polynomials.map((values) => PackedValues.from(domain.size, values));
  return openDense(basis.power, basis.lagrange, packed, x, challenge);
}

/**
 * Whether the commitment's polynomial has this value at x: e(C - [value]₁ + x·W, [1]₂) = e(W, [τ]₂).
 * @throws when a point is not on the curve or a number is not in the field
 */
export async function verify(
  key: KzgVerifyingKey,
  commitment: G1Point,
  x: bigint,
  { value, witness }: Opening,
): Promise<boolean> {
  assertG1("commitment", commitment);
  assertG1("opening witness", witness);
  F.assertField("evaluation point", x);
  F.assertField("opened value", value);
  const left = await addG1(commitment, negG1(await mulG1(G1_GENERATOR, value)), await mulG1(witness, x));
  return pairingCheck([
    [left, G2_GENERATOR],
    [negG1(witness), key.tauG2],
  ]);
}

/** Whether cell `index` of the committed vector of 2^power cells has the opened value. */
export async function verifyCell(
  key: KzgVerifyingKey,
  power: number,
  commitment: G1Point,
  index: number,
  opening: Opening,
): Promise<boolean> {
  return verify(key, commitment, getDomain(power).omegaPower(index), opening);
}

/** Whether the commitments' polynomials have these values at x, for the challenge v they were opened with. */
export async function verifyBatch(
  key: KzgVerifyingKey,
  commitments: readonly G1Point[],
  x: bigint,
  v: bigint,
  { values, witness }: BatchOpening,
): Promise<boolean> {
  if (values.length !== commitments.length) {
    throw new RangeError(`${commitments.length} commitments need as many values, got ${values.length}`);
  }
  F.assertField("combination challenge v", v);
  values.forEach((value, j) => F.assertField(`opened value ${j}`, value));
  // Horner's rule in v, from the last polynomial.
  let commitment: G1Point = { x: 0n, y: 0n };
  let value = 0n;
  for (let j = commitments.length - 1; j >= 0; j--) {
    assertG1(`commitment ${j}`, commitments[j]);
    const scaled = isInfinity(commitment) ? commitment : await mulG1(commitment, v);
    commitment = await addG1(scaled, commitments[j]);
    value = F.add(F.mul(value, v), values[j]);
  }
  return verify(key, commitment, x, { value, witness });
}
