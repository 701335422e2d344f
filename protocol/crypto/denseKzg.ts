import { G1_BYTES, type G1Point } from "./curve";
import { getDomain } from "./domain";
import * as F from "./field";
import {
  BLOCK_BYTES,
  KERNEL_BITS,
  Kernels,
  LANES,
  multiExpWorkBytes,
  powers,
  prepareBases,
  Transform,
  Vectors,
  type Bases,
  type Task,
} from "./kernels";
import { PackedValues } from "./packed";
import * as P from "./polynomial";

/** The parts of KZG that go over a whole domain, on the kernels: their cost grows with the domain's size, not with bigints. */

/** A domain's vectors and Lagrange points in the kernels' memory. */
class DenseDomain {
  readonly vectors: Vectors;
  readonly transform: Transform;
  readonly size: number;
  private bases: Bases | undefined;

  private constructor(
    readonly kernels: Kernels,
    private readonly power: number,
    private readonly lagrange: Uint8Array,
  ) {
    this.size = 2 ** power;
    this.vectors = new Vectors(kernels, power);
    this.transform = new Transform(kernels, power);
  }

  static async use<T>(power: number, lagrange: Uint8Array, use: (domain: DenseDomain) => Promise<T>): Promise<T> {
    const size = 2 ** power;
    const workBytes = Math.max(multiExpWorkBytes(size), (size / LANES + 20) * BLOCK_BYTES);
    return Kernels.use({ workBytes }, async (kernels) => use(new DenseDomain(kernels, power, lagrange)));
  }

  /** Parts of the blocks, about a quarter of each thread's share. */
  tasks(make: (offset: number, count: number, start: number) => Task): Task[] {
    return this.vectors
      .ranges(4 * this.kernels.threadCount)
      .map(({ start, count }) => make(start * BLOCK_BYTES, count, start));
  }

  /** Vectors in memory from values. */
  async load(all: readonly PackedValues[]): Promise<number[]> {
    const { kernels, vectors } = this;
    const addresses = vectors.allocate(all.length);
    const factor = kernels.constant(1n << KERNEL_BITS);
    await kernels.scope(async () => {
      const raw = all.map(({ bytes }) => kernels.store(bytes));
      await kernels.run(
        all.map((_, i): Task => () => [
          ["unpack", addresses[i], raw[i], F.FIELD_BYTES, vectors.blocks, factor, kernels.fr],
        ]),
      );
    });
    return addresses;
  }

  /** Values from a vector in memory. */
  async unload(address: number): Promise<PackedValues> {
    const { kernels, vectors, size } = this;
    return kernels.scope(async () => {
      const raw = kernels.allocate(size * F.FIELD_BYTES);
      await kernels.run([
        (work) => [
          ["pack", raw, F.FIELD_BYTES, address, vectors.blocks, kernels.rawOne, kernels.zero, work, kernels.fr],
        ],
      ]);
      return new PackedValues(size, kernels.bytes(raw, size * F.FIELD_BYTES).slice());
    });
  }

  /** Σ values_i·[L_i(τ)]₁ for a vector in memory. */
  async commit(address: number): Promise<G1Point> {
    const bases = (this.bases ??= await this.loadBases());
    return (await this.vectors.commit(bases, [{ address, tail: [] }]))[0];
  }

  /** Inverses of all elements, in place. */
  async invert(address: number): Promise<void> {
    const { kernels } = this;
    await kernels.run(this.tasks((o, count) => (work) => [["invertVector", address + o, count, work, kernels.fr]]));
  }

  /** A block for the elements of a range's first block: first·step^P in one lane after the other. */
  lanes(first: bigint, step: bigint): bigint[] {
    return powers(F.pow(step, BigInt(this.vectors.blocks)), LANES).map((power) => F.mul(first, power));
  }

  private async loadBases(): Promise<Bases> {
    const { kernels, lagrange, size } = this;
    if (lagrange.length !== size * G1_BYTES) {
      throw new RangeError(`the Lagrange basis must have ${size} points, got ${lagrange.length / G1_BYTES}`);
    }
    const address = kernels.store(lagrange);
    const infinities = await kernels.run(prepareBases(kernels, address, address, size));
    return { address, count: size, hasInfinity: infinities.includes(1) };
  }
}

/** The commitment to a vector. */
export async function commitDense(power: number, lagrange: Uint8Array, values: PackedValues): Promise<G1Point> {
  return DenseDomain.use(power, lagrange, async (domain) => domain.commit((await domain.load([values]))[0]));
}

/**
 * Values on the domain of the quotient Q = (f − Σ_{i∈I} f_i·L_i)/Z_I, which shows that f has the values f_i on I, and the
 * commitment to it.
 *
 * With g the numerator: off I, Q(ω^j) = f_j/Z_I(ω^j); on I, where both vanish, the quotient of the derivatives,
 * Q(ω^i) = g'(ω^i)/Z_I'(ω^i).
 * @param indices I: none twice
 */
export async function quotientDense(
  power: number,
  lagrange: Uint8Array,
  values: PackedValues,
  indices: readonly number[],
): Promise<{ commitment: G1Point; values: PackedValues }> {
  if (new Set(indices).size !== indices.length) throw new RangeError("touched cells must be distinct");
  const roots = getDomain(power);
  const points = indices.map((i) => roots.omegaPower(i));
  const vanishing = points.reduce<bigint[]>((product, point) => timesRoot(product, point), [1n]);
  const numerator = values.clone();
  for (const index of indices) numerator.set(index, 0n);
  return DenseDomain.use(power, lagrange, async (domain) => {
    const { kernels, vectors, transform } = domain;
    const { blocks } = vectors;
    const [g] = await domain.load([numerator]);
    const [divisors, derivative] = vectors.allocate(2);
    kernels.bytes(divisors, vectors.bytes).fill(0);
    // If every cell is touched, Z_I is X^N − 1, which is 0 at all of them.
    if (vanishing.length <= domain.size) vectors.addTo(divisors, vanishing);
    const build = transform.build();
    await kernels.run([() => build]);
    const index = kernels.constant(Array.from({ length: LANES }, (_, lane) => BigInt(lane * blocks)));
    await kernels.run([
      (work) => transform.toValues(divisors, divisors, work),
      // The values of X·g'.
      (work) => [
        ...transform.toCoefficients(derivative, g, work),
        ["scaleByIndex", derivative, blocks, index, kernels.fr],
        ...transform.toValues(derivative, derivative, work),
      ],
    ]);
    // Z_I'(ω^i) is the product of the differences to the other points.
    const slopes = points.map((point) =>
      points.reduce((product, other) => (other === point ? product : F.mul(product, F.sub(point, other))), 1n),
    );
    const divided = F.batchInverse(slopes.map((slope, k) => F.mul(slope, points[k])));
    const onTouched = indices.map((i, k) => F.mul(vectors.read(derivative, i), divided[k]));
    for (const i of indices) kernels.writeElement(divisors, blocks, i, 1n);
    await domain.invert(divisors);
    await kernels.run(
      domain.tasks((o, count) => () => [["multiplyVectors", g + o, g + o, divisors + o, count, kernels.fr]]),
    );
    indices.forEach((i, k) => kernels.writeElement(g, blocks, i, onTouched[k]));
    return { commitment: await domain.commit(g), values: await domain.unload(g) };
  });
}

/** polynomial·(X − root). */
function timesRoot(polynomial: readonly bigint[], root: bigint): bigint[] {
  return P.add([0n, ...polynomial], P.scale(polynomial, F.neg(root)));
}

/**
 * Opens polynomials at one x with one witness, that of F = Σ v^j·f_j.
 * @param challenge gives v from the values f_j(x)
 */
export async function openDense(
  power: number,
  lagrange: Uint8Array,
  polynomials: readonly PackedValues[],
  x: bigint,
  challenge: (values: readonly bigint[]) => bigint,
): Promise<{ values: bigint[]; witness: G1Point }> {
  const roots = getDomain(power);
  return DenseDomain.use(power, lagrange, async (domain) => {
    const { vectors, kernels } = domain;
    const loaded = await domain.load(polynomials);
    const combine = async (values: readonly bigint[]): Promise<Combined> => {
      const v = F.assertField("combination challenge v", challenge(values));
      const [address] = vectors.allocate();
      const terms = powers(v, loaded.length).map((factor, j) => [factor, loaded[j]] as const);
      await kernels.run(vectors.combine(address, terms));
      return { address, value: P.evaluate(values, v) };
    };
    const index = roots.indexOf(x);
    return index === undefined ? openOutside(domain, loaded, x, combine) : openInside(domain, loaded, index, combine);
  });
}

/** F = Σ v^j·f_j: its values, and F(x). */
interface Combined {
  readonly address: number;
  readonly value: bigint;
}
type Combine = (values: readonly bigint[]) => Promise<Combined>;

interface Opened {
  values: bigint[];
  witness: G1Point;
}

/**
 * At an x that is no root: by the barycentric formula f(x) = (1 − x^N)/N·Σ f_k·ω^k/(ω^k − x), and ω^k/(ω^k − x) = 1 + x/(ω^k − x). The
 * witness has the values (F_k − F(x))/(ω^k − x).
 */
async function openOutside(
  domain: DenseDomain,
  loaded: readonly number[],
  x: bigint,
  combine: Combine,
): Promise<Opened> {
  const { kernels, vectors, size, transform } = domain;
  const { omega } = transform;
  const [inverses, ones] = vectors.allocate(2);
  const [point, root, one] = [x, omega, 1n].map((value) => kernels.constant(value));
  const tasks = domain.tasks((o, count, start) => {
    const first = kernels.constant(domain.lanes(F.pow(omega, BigInt(start)), omega));
    return (work) => [
      ["rootDifferences", inverses + o, count, first, root, point, kernels.fr],
      ["invertVector", inverses + o, count, work, kernels.fr],
      ["fill", ones + o, one, count],
    ];
  });
  await kernels.run(tasks);
  const sums = loaded.map(() => [kernels.allocateBlocks(1), kernels.allocateBlocks(1)]);
  await kernels.run(
    loaded.flatMap((address, j) =>
      [inverses, ones].map((other, i): Task => {
        return (work) => [["innerProduct", sums[j][i], address, other, vectors.blocks, work, kernels.fr]];
      }),
    ),
  );
  const factor = F.div(F.sub(1n, F.pow(x, BigInt(size))), BigInt(size));
  const total = (block: number): bigint => kernels.readBlock(block).reduce(F.add);
  const values = sums.map(([weighted, plain]) => F.mul(factor, F.add(total(plain), F.mul(x, total(weighted)))));
  const { address, value } = await combine(values);
  const constant = kernels.constant(value);
  await kernels.run(
    domain.tasks((o, count) => (work) => [
      ["subtractMultiply", address + o, address + o, constant, inverses + o, count, work, kernels.fr],
    ]),
  );
  return { values, witness: await domain.commit(address) };
}

/** At a root, where the values are at hand: the witness by division of coefficients. */
async function openInside(
  domain: DenseDomain,
  loaded: readonly number[],
  index: number,
  combine: Combine,
): Promise<Opened> {
  const { kernels, vectors, transform } = domain;
  const build = transform.build();
  await kernels.run([() => build]);
  const values = loaded.map((address) => vectors.read(address, index));
  const { address, value } = await combine(values);
  await kernels.run([(work) => transform.toCoefficients(address, address, work)]);
  vectors.addTo(address, [F.neg(value)]);
  vectors.divide({ address, tail: [] }, F.pow(transform.omega, BigInt(index)));
  await kernels.run([(work) => transform.toValues(address, address, work)]);
  return { values, witness: await domain.commit(address) };
}
