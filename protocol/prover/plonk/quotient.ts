/**
 * Round 3: the quotient T.
 *
 * T has degree 3n + 5. Its values come from the three cosets of the domain H within the domain of 4n roots, where the key's file has
 * the values of its polynomials and X^n − 1 does not vanish. They fix T but for its six highest coefficients, and those are
 * coefficients of the numerator above X^4n, to which only the products of the wires with Z reach.
 */
import { getDomain } from "../../crypto/domain";
import * as F from "../../crypto/field";
import { BLOCK_BYTES, type Polynomial, type Step, type Task } from "../../crypto/kernels";
import * as P from "../../crypto/polynomial";
import { decodeFileElement, KEY_SECTION, polynomialSections } from "./keyFile";
import { FILE_SCALE, ROWS, type Workshop } from "./workshop";

/** Coefficients of T from X^3n on. */
const TOP = 6;
const COSETS = [1, 2, 3] as const;

export interface Challenges {
  readonly alpha: bigint;
  readonly beta: bigint;
  readonly gamma: bigint;
}

export interface QuotientInputs {
  readonly wires: readonly Polynomial[];
  readonly z: Polynomial;
  /** −Σ public_i·L_i, times 2^-5. */
  readonly publics: Polynomial;
}

/** How often `quotient` calls `progress`. */
export function quotientUnits(workshop: Workshop): number {
  return 6 * COSETS.length + workshop.chunks().length;
}

/** T in three parts; the last has T's six highest coefficients as its tail. */
export async function quotient(
  workshop: Workshop,
  inputs: QuotientInputs,
  challenges: Challenges,
  progress: () => void,
): Promise<Polynomial[]> {
  const { kernels, vectors, transform, size, header } = workshop;
  const quarter = getDomain(2).omega;
  const thirds = vectors.allocate(COSETS.length);
  const top = await topCoefficients(workshop, inputs, challenges);
  const shifts = COSETS.map((coset) => F.pow(getDomain(header.power + 2).omega, BigInt(coset)));
  await kernels.scope(async () => {
    const extended = COSETS.map((_, i) => ({
      wires: inputs.wires.map(() => kernels.allocateBlocks(vectors.blocks)),
      // One block more: see `wrap`.
      z: kernels.allocateBlocks(vectors.blocks + 1),
      // Gives way to the values of T.
      publics: thirds[i],
    }));
    const toValues = (to: number, { address, tail }: Polynomial, shift: bigint, ...after: Step[]): Task => {
      return (work) => [...transform.toValues(to, address, work, shift, tail), ...after];
    };
    await kernels.run(
      extended.flatMap(({ wires, z, publics }, i) => [
        ...wires.map((to, k) => toValues(to, inputs.wires[k], shifts[i])),
        toValues(z, inputs.z, shifts[i], ["wrap", z, vectors.blocks]),
        toValues(publics, inputs.publics, shifts[i]),
      ]),
      progress,
    );
    const constants = COSETS.map((coset) => quotientConstants(workshop, challenges, F.pow(quarter, BigInt(coset))));
    const firsts = workshop
      .chunks()
      .map(({ start }) => shifts.map((shift) => workshop.startOf(start, F.mul(challenges.beta, shift))));
    const polynomials = [...ROWS.selectors, ...ROWS.permutations, ...ROWS.lagrange];
    await kernels.run(
      workshop.rowTasks(polynomials, ({ start, count }, rows, work, index) =>
        extended.map(({ wires, z, publics }, i): Step => {
          const [a, b, c, at, t] = [...wires, z, publics].map((address) => address + start * BLOCK_BYTES);
          const first = firsts[index][i];
          return ["quotient", t, a, b, c, at, t, rows, count, COSETS[i], first, constants[i], work, kernels.fr];
        }),
      ),
      progress,
    );
  });
  await kernels.run(
    thirds.map(
      (address, i): Task =>
        (work) =>
          transform.toCoefficients(address, address, work, shifts[i]),
    ),
    progress,
  );
  // The remainder modulo X^n − s holds s³·(highest coefficients).
  COSETS.forEach((coset, i) => {
    const factor = F.neg(F.pow(quarter, BigInt(3 * coset)));
    vectors.addTo(thirds[i], P.scale(top.slice(0, size), factor));
  });
  const half = F.inv(2n);
  const constants = kernels.constants([F.div(half, quarter), half, F.mul(half, half)]);
  await kernels.run(
    vectors.ranges(4 * kernels.threadCount).map(({ start, count }): Task => {
      const [r1, r2, r3] = thirds.map((address) => address + start * BLOCK_BYTES);
      return (work) => [["splitQuotient", r1, r2, r3, count, constants, work, kernels.fr]];
    }),
  );
  return thirds.map((address, i) => ({ address, tail: i === 2 ? top : [] }));
}

/** Blocks of constants for a coset on which X^n is `root`; see `assembly/plonk.ts`. */
function quotientConstants(
  { kernels, header, omega }: Workshop,
  { alpha, beta, gamma }: Challenges,
  root: bigint,
): number {
  return kernels.constants([
    F.mul(FILE_SCALE, beta),
    gamma,
    header.k1,
    header.k2,
    omega,
    F.div(alpha, FILE_SCALE),
    F.mul(alpha, alpha),
    F.div(FILE_SCALE, F.sub(root, 1n)),
  ]);
}

/**
 * Coefficients 4n .. 4n + 5 of the numerator, of α·(Π(w + β·k·X + γ)·Z − Π(w + β·σ + γ)·Z(ωX)) with w the wires: products of the
 * six highest coefficients of each factor. β·k·X + γ lies below these, and of σ four are among them.
 */
async function topCoefficients(
  { vectors, file, header, omega, size }: Workshop,
  inputs: QuotientInputs,
  { alpha, beta }: Challenges,
): Promise<bigint[]> {
  const [s1, s2, s3] = await Promise.all(
    polynomialSections(file, header.power)
      .slice(5, 8)
      .map(async ({ offset }): Promise<bigint[]> => {
        const start = offset - file.section(KEY_SECTION.sigma).offset + (size - TOP) * F.FIELD_BYTES;
        const bytes = await file.read(KEY_SECTION.sigma, start, TOP * F.FIELD_BYTES);
        const at = (i: number): Uint8Array => bytes.subarray(i * F.FIELD_BYTES, (i + 1) * F.FIELD_BYTES);
        return Array.from({ length: TOP }, (_, i) => decodeFileElement(at(i)));
      }),
  );
  // Lists of coefficients from the highest down; the highest of a wire is X^(n+1), of Z X^(n+2), of σ X^(n−1).
  const highest = ({ address, tail }: Polynomial): bigint[] => {
    const below = Array.from({ length: TOP }, (_, i) => vectors.read(address, size - 1 - i));
    return [...[...tail].reverse(), ...below].slice(0, TOP);
  };
  const wires = inputs.wires.map(highest);
  const permuted = [s1, s2, s3].map((sigma, i) => {
    const aligned = [0n, 0n, ...sigma.reverse()].slice(0, TOP);
    return P.add(wires[i], P.scale(aligned, beta));
  });
  const zTop = highest(inputs.z);
  const shifted = zTop.map((value, i) => F.mul(value, F.pow(omega, BigInt(size + 2 - i))));
  const product = (factors: readonly bigint[][]): bigint[] =>
    factors.reduce((total, factor) => P.multiply(total, factor).slice(0, TOP));
  const difference = P.add(product([...wires, zTop]), P.scale(product([...permuted, shifted]), F.neg(1n)));
  return P.scale(difference, alpha).reverse();
}
