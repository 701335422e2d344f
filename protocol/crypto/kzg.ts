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
import { getDomain, type Domain, type SparseValues } from "./domain";

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

/** The commitment Σ value_i·[L_i(τ)]₁; its cost is that of the nonzero values. */
export async function commit(basis: LagrangeBasis, values: SparseValues): Promise<G1Point> {
  const entries = domainOf(basis).entries(values);
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
  const domain = domainOf(basis);
  const entries = domain.entries(values);
  const index = domain.indexOf(x);
  if (index !== undefined) return openAtRoot(basis, domain, entries, index);
  const value = domain.evaluate(entries, x);
  const inverses = F.batchInverse(domain.omegaPowers().map((root) => F.sub(root, x)));
  return { value, witness: await multiExp(basis.lagrange, witnessValues(inverses, entries, value)) };
}

/** Opens one cell: f(ω^index). */
export async function openCell(basis: LagrangeBasis, values: SparseValues, index: number): Promise<Opening> {
  const domain = domainOf(basis);
  domain.assertIndex(index);
  return openAtRoot(basis, domain, domain.entries(values), index);
}

/**
 * The witness has the values (f(ω^k) - f(ω^index))/(ω^k - ω^index), and f'(ω^index) at k = index, the limit of the former.
 */
async function openAtRoot(
  basis: LagrangeBasis,
  domain: Domain,
  entries: [number, bigint][],
  index: number,
): Promise<Opening> {
  const root = domain.omegaPower(index);
  const value = entries.find(([k]) => k === index)?.[1] ?? 0n;
  // The divisor of the point itself is replaced by 1, its quotient by the derivative.
  const inverses = F.batchInverse(domain.omegaPowers().map((w, k) => (k === index ? 1n : F.sub(w, root))));
  const scalars = witnessValues(inverses, entries, value);
  scalars[index] = derivativeAtRoot(domain, entries, index, inverses);
  return { value, witness: await multiExp(basis.lagrange, scalars) };
}

/** Σ f_k·L_k'(ω^index), with the inverses of ω^k - ω^index at hand. */
function derivativeAtRoot(domain: Domain, entries: [number, bigint][], index: number, inverses: bigint[]): bigint {
  const scaled = entries.reduce((sum, [k, value]) => {
    if (k === index) return sum;
    return F.sub(sum, F.mul(F.mul(value, domain.omegaPower(k)), inverses[k]));
  }, 0n);
  const own = entries.find(([k]) => k === index)?.[1] ?? 0n;
  const derivative = F.div(scaled, domain.omegaPower(index));
  return F.add(derivative, F.mul(own, domain.lagrangeDerivative(index, index)));
}

/** (f(ω^k) - value)·inverses_k for every k. */
function witnessValues(inverses: readonly bigint[], entries: [number, bigint][], value: bigint): bigint[] {
  const constant = F.neg(value);
  const scalars = inverses.map((inverse) => F.mul(constant, inverse));
  for (const [k, entry] of entries) scalars[k] = F.mul(F.sub(entry, value), inverses[k]);
  return scalars;
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
  const lists = polynomials.map((polynomial) => domain.entries(polynomial));
  const values = lists.map((list) => domain.evaluate(list, x));
  const { witness } = await open(basis, combine(lists, challenge(values)), x);
  return { values, witness };
}

/** Σ v^j·f_j, cell by cell. */
function combine(polynomials: readonly [number, bigint][][], v: bigint): SparseValues {
  F.assertField("combination challenge v", v);
  const sum = new Map<number, bigint>();
  let factor = 1n;
  for (const polynomial of polynomials) {
    for (const [index, value] of polynomial) {
      sum.set(index, F.add(sum.get(index) ?? 0n, F.mul(factor, value)));
    }
    factor = F.mul(factor, v);
  }
  return sum;
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
