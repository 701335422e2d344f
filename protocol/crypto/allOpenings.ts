import { decodeG1, G1_BYTES, Q, type G1Point } from "./curve";
import { getDomain } from "./domain";
import * as F from "./field";
import { betaBlock, BLOCK_BYTES, FQ, Kernels, SCALAR_BYTES, writeHalves, type Task } from "./kernels";
import { inverse } from "./kernels/layout";
import * as P from "./polynomial";

/**
 * Openings of a committed vector at all its cells at once, by two transforms over points instead of a sum over the domain for
 * each cell (Feist, Khovratovich, eprint 2023/033).
 *
 * The witness of cell i is Σ_{j≥1} ω^(i(j−1))·h_j with h_j = Σ_t f_(j+t)·[τ^t]₁: a product of a Toeplitz matrix, which a cyclic one of
 * twice the size contains. With ψ² = ω, A_k = Σ_t f_t·ψ^(kt) and S_k = Σ_t ψ^(−kt)·[τ^t]₁ it is h_j = (1/2N)·Σ_k A_k·S_k·ψ^(−kj). Of
 * the even k's part, A_2i is cell i and S_2i = N·[L_i(τ)]₁, so its transform is at hand; the odd k's part is transformed to h and
 * from there to the witnesses. And h_0 is the commitment itself.
 */

/** Bytes of a packed projective point. */
const POINT_BYTES = 96;
/** Blocks of work space of the point kernels. */
const WORK_BLOCKS = 64;
const MIN_POWER = 3;

/** What is needed of an SRS: [τ^t]₁ and [L_i(τ)]₁ of the domain, encoded as by `encodeG1`. */
export interface OpeningBasis {
  readonly power: number;
  readonly powersOfTau: Uint8Array;
  readonly lagrange: Uint8Array;
}

/**
 * The witnesses of all cells, in order.
 * @param values the vector, all of it
 * @param commitment to the vector
 * @param onProgress told the parts done
 */
export async function openAll(
  { power, powersOfTau, lagrange }: OpeningBasis,
  values: readonly bigint[],
  commitment: G1Point,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<G1Point[]> {
  const size = 2 ** power;
  if (power < MIN_POWER)
    throw new RangeError(`openings of all cells need at least 2^${MIN_POWER} cells, got 2^${power}`);
  if (values.length !== size) throw new RangeError(`there must be ${size} values, got ${values.length}`);
  const total = 3 * power + 5;
  let done = 0;
  const progress = (): void => onProgress(++done, total);
  return Kernels.use({ workBytes: WORK_BLOCKS * BLOCK_BYTES }, async (kernels) => {
    const lists = new PointLists(kernels, power, progress);
    const psi = getDomain(power + 1).omega;
    const { omega, sizeInverse } = getDomain(power);
    const times = (start: bigint, step: bigint): bigint[] => geometric(start, step, size);

    // S_k for odd k: the transform of ψ^(−t)·[τ^t]₁ by ω^-1.
    const odd = lists.load(decodeG1(powersOfTau.subarray(0, size * G1_BYTES)));
    await lists.scale(odd, times(1n, F.inv(psi)));
    await lists.transform(odd, F.inv(omega));
    // Times A_k/2N for odd k, to that part of h, of which element j is times ψ^(−j), and to the witnesses.
    const coefficients = P.fromValues(values);
    const shifted = coefficients.map((value, i) => F.mul(value, F.pow(psi, BigInt(i))));
    const half = F.inv(2n);
    await lists.scale(
      odd,
      P.toValues(shifted).map((value) => F.mul(value, F.mul(half, sizeInverse))),
    );
    await lists.transform(odd, F.inv(omega));
    await lists.scale(odd, times(1n, F.inv(psi)));
    await lists.transform(odd, omega);
    // The even part, transformed: (1/2N)·N·f_i·N·[L_i(τ)]₁.
    const witnesses = lists.load(decodeG1(lagrange));
    await lists.scale(
      witnesses,
      values.map((value) => F.mul(value, F.mul(half, BigInt(size)))),
    );
    await lists.add(witnesses, odd);
    await lists.add(
      witnesses,
      lists.load(new Array<G1Point>(size).fill({ x: commitment.x, y: (Q - commitment.y) % Q })),
    );
    await lists.scale(witnesses, times(1n, F.inv(omega)));
    return lists.unload(witnesses);
  });
}

function geometric(start: bigint, step: bigint, count: number): bigint[] {
  const result = [start];
  while (result.length < count) result.push(F.mul(result[result.length - 1], step));
  return result;
}

/** Lists of 2^power points in the kernels' memory. */
class PointLists {
  private readonly size: number;
  private readonly scalars: number;
  private readonly beta: number;

  constructor(
    private readonly kernels: Kernels,
    private readonly power: number,
    private readonly onPart: () => void,
  ) {
    this.size = 2 ** power;
    this.scalars = kernels.allocate(this.size * SCALAR_BYTES);
    this.beta = betaBlock(kernels);
  }

  load(points: readonly G1Point[]): number {
    const { kernels } = this;
    const address = kernels.allocate(this.size * POINT_BYTES);
    points.forEach(({ x, y }, i) => {
      const isInfinity = x === 0n && y === 0n;
      const coordinates = isInfinity ? [0n, 1n, 0n] : [x, y, 1n];
      coordinates.forEach((value, c) => kernels.writePacked(address + i * POINT_BYTES + 32 * c, value, FQ));
    });
    return address;
  }

  unload(address: number): G1Point[] {
    const { kernels, size } = this;
    const read = (at: number): bigint => kernels.readPacked(at, FQ);
    const coordinates = Array.from({ length: size }, (_, i) =>
      [0, 1, 2].map((c) => read(address + i * POINT_BYTES + 32 * c)),
    );
    const inverses = batchInverseQ(coordinates.map(([, , z]) => (z === 0n ? 1n : z)));
    return coordinates.map(([x, y, z], i) =>
      z === 0n ? { x: 0n, y: 0n } : { x: (x * inverses[i]) % Q, y: (y * inverses[i]) % Q },
    );
  }

  /** Each point times its scalar. */
  async scale(points: number, scalars: readonly bigint[]): Promise<void> {
    const { kernels } = this;
    writeHalves(kernels, this.scalars, scalars);
    await kernels.run(
      this.parts().map(({ start, count }): Task => {
        const [at, by] = [points + start * POINT_BYTES, this.scalars + start * SCALAR_BYTES];
        return (work) => [["scalePointList", at, by, count, this.beta, work, kernels.fq]];
      }),
    );
    this.onPart();
  }

  async add(a: number, b: number): Promise<void> {
    const { kernels } = this;
    await kernels.run(
      this.parts().map(({ start, count }): Task => {
        const o = start * POINT_BYTES;
        return (work) => [["addPointLists", a + o, b + o, count, work, kernels.fq]];
      }),
    );
  }

  /** Point k becomes Σ_t root^(kt)·(point t). */
  async transform(points: number, root: bigint): Promise<void> {
    const { kernels, size } = this;
    this.reverse(points);
    writeHalves(kernels, this.scalars, geometric(1n, root, size / 2));
    for (let half = 1; half < size; half *= 2) {
      const step = size / (2 * half);
      await kernels.run(
        this.parts(size / 2).map(({ start, count }): Task => {
          return (work) => [
            ["pointButterflies", points, half, start, count, this.scalars, step, this.beta, work, kernels.fq],
          ];
        }),
      );
      this.onPart();
    }
  }

  /** Moves point i to the place with i's bits in reverse. */
  private reverse(points: number): void {
    const { kernels, size, power } = this;
    const bytes = kernels.bytes(points, size * POINT_BYTES);
    const copy = bytes.slice();
    for (let i = 0; i < size; i++) {
      let reversed = 0;
      for (let bit = 0; bit < power; bit++) reversed |= ((i >> bit) & 1) << (power - 1 - bit);
      bytes.set(copy.subarray(i * POINT_BYTES, (i + 1) * POINT_BYTES), reversed * POINT_BYTES);
    }
  }

  /** Parts of a list for the threads, multiples of four. */
  private parts(length = this.size): { start: number; count: number }[] {
    const part = Math.max(4, Math.ceil(length / (8 * this.kernels.threadCount) / 4) * 4);
    const parts = [];
    for (let start = 0; start < length; start += part) parts.push({ start, count: Math.min(part, length - start) });
    return parts;
  }
}

/** All inverses modulo Q by one (Montgomery's trick); none may be 0. */
function batchInverseQ(values: readonly bigint[]): bigint[] {
  const prefixes: bigint[] = [];
  let product = 1n;
  for (const value of values) {
    prefixes.push(product);
    product = (product * value) % Q;
  }
  let rest = inverse(product, Q);
  const result = new Array<bigint>(values.length);
  for (let i = values.length - 1; i >= 0; i--) {
    result[i] = (prefixes[i] * rest) % Q;
    rest = (rest * values[i]) % Q;
  }
  return result;
}
