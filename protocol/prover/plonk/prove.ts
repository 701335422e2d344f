/**
 * PLONK proofs for snarkjs' keys: the same transcript, the same proof for the same blinding (Gabizon, Williamson, Ciobotaru,
 * eprint 2019/953, section 8.3, with the blinding of T of snarkjs 0.7).
 *
 * The quotient T has degree 3n + 5. Its values come from the three cosets of the domain H within the domain of 4n roots, where
 * the key's file has the values of its polynomials and X^n − 1 does not vanish. They fix T but for its six highest
 * coefficients, and those are coefficients of the numerator above X^4n, to which only the products of the wires with Z reach.
 */
import type { BinFile } from "../../crypto/binfile";
import { G1_BYTES } from "../../crypto/curve";
import { getDomain } from "../../crypto/domain";
import * as F from "../../crypto/field";
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
  type Polynomial,
  type Step,
  type Task,
} from "../../crypto/kernels";
import * as P from "../../crypto/polynomial";
import type { OnProgress } from "../progress";
import type { ProofWithPublics } from "../proof";
import {
  ADDITION_BYTES,
  decodeFileElement,
  EXTRA_POWERS,
  KEY_SECTION,
  polynomialSections,
  useKey,
  type KeyHeader,
} from "./keyFile";
import { challengeOf } from "./transcript";

/** Blinding scalars b₁..b₁₁ of the protocol, of which the last two blind T. */
export const BLINDING_SCALARS = 11;

export interface ProveOptions {
  /** For tests that compare proofs. Without it they come from the system's randomness, as they must. */
  readonly blinding?: readonly bigint[];
  /** Phases "key", "wires", "permutation", "quotient" and "openings". */
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
  readonly threads?: number;
}

/** Values of a row on the domain of 4n roots. */
const ROW_BYTES = 4 * F.FIELD_BYTES;
/** Coefficients of T from X^3n on. */
const TOP = 6;
/** Blocks of a chunk of rows, in each lane. */
const CHUNK_BLOCKS = 512;
const ROW_POLYNOMIALS = 9;
/** Work of `quotient` and `grandProduct` besides the rows, in blocks. */
const CHUNK_WORK_BLOCKS = 30 + 2 * CHUNK_BLOCKS;
const COSETS = [1, 2, 3] as const;
/** Z among the polynomials that make the quotient: a, b, c, Z, public inputs. */
const Z_INDEX = 3;

/**
 * @param witness the circuit's values, 32 bytes each, least significant byte first
 * @throws Error saying which: the key's file is damaged or of another kind, the witness has another size than the key's, or
 * breaks a gate; the signal's reason when it is aborted
 */
export async function provePlonk(
  key: string,
  witness: Uint8Array,
  options: ProveOptions = {},
): Promise<ProofWithPublics> {
  return useKey(key, async (file, header) => {
    const values = witness.length / F.FIELD_BYTES;
    const expected = header.variables - header.additions;
    if (values !== expected) {
      throw new Error(`${key}: is the key of another circuit: it takes ${expected} values, the witness has ${values}`);
    }
    const size = 2 ** header.power;
    const vectorBytes = (size / LANES + 1) * BLOCK_BYTES;
    const rowsBytes = ROW_POLYNOMIALS * LANES * CHUNK_BLOCKS * ROW_BYTES + CHUNK_WORK_BLOCKS * BLOCK_BYTES;
    const workBytes = Math.max(multiExpWorkBytes(size + EXTRA_POWERS), vectorBytes, rowsBytes);
    const { threads, signal } = options;
    return Kernels.use({ workBytes, threads, signal }, async (kernels) =>
      new PlonkProver(kernels, file, header, options).prove(witness),
    );
  });
}

/** One proof in the making. */
class PlonkProver {
  private readonly size: number;
  private readonly vectors: Vectors;
  private readonly transform: Transform;
  private readonly blinding: readonly bigint[];
  private readonly omega: bigint;
  /** i, a root of order 4: the fourth root of unity of the cosets. */
  private readonly quarter: bigint;

  constructor(
    private readonly kernels: Kernels,
    private readonly file: BinFile,
    private readonly header: KeyHeader,
    private readonly options: ProveOptions,
  ) {
    const { power } = header;
    this.size = 2 ** power;
    this.vectors = new Vectors(kernels, power);
    this.transform = new Transform(kernels, power);
    this.omega = this.transform.omega;
    this.quarter = getDomain(2).omega;
    this.blinding = options.blinding ?? Array.from({ length: BLINDING_SCALARS }, F.random);
    if (this.blinding.length !== BLINDING_SCALARS) {
      throw new RangeError(`there are ${BLINDING_SCALARS} blinding scalars, got ${this.blinding.length}`);
    }
    this.blinding.forEach((value, i) => F.assertField(`blinding scalar ${i + 1}`, value));
  }

  async prove(witness: Uint8Array): Promise<ProofWithPublics> {
    const { kernels, vectors, header } = this;
    const { k1, k2, commitments, publics: publicCount } = header;
    const [b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11] = this.blinding;

    const bases = await this.loadKey();

    // Round 1: the wires.
    const progress = this.phase("wires", 7 + vectors.commitTasks([2, 2, 2]));
    const wires = await this.wires(witness, progress);
    const publics = readPublics(witness, publicCount);
    const [inputs] = vectors.allocate();
    this.writePublics(inputs, publics);
    await this.checkGates(wires, inputs, progress);
    const coefficients = vectors.allocate(4);
    await this.toCoefficients([...wires, inputs], coefficients, progress);
    const blinded = (address: number, ...terms: bigint[]): Polynomial => {
      // Plus (Σ terms_i·X^i)·(X^n − 1).
      vectors.addTo(address, terms.map(F.neg));
      return { address, tail: terms };
    };
    const a = blinded(coefficients[0], b2, b1);
    const b = blinded(coefficients[1], b4, b3);
    const c = blinded(coefficients[2], b6, b5);
    const [A, B, C] = await vectors.commit(bases, [a, b, c], progress);

    // Round 2: the permutation.
    const { Qm, Ql, Qr, Qo, Qc, S1, S2, S3 } = commitments;
    const beta = challengeOf(Qm, Ql, Qr, Qo, Qc, S1, S2, S3, ...publics, A, B, C);
    const gamma = challengeOf(beta);
    const permutation = this.phase("permutation", 2 * this.chunks().length + 1 + vectors.commitTasks([3]));
    const [grand, zAddress] = vectors.allocate(2);
    await this.grandProduct(wires, grand, beta, gamma, permutation);
    await this.toCoefficients([grand], [zAddress], permutation);
    const z = blinded(zAddress, b9, b8, b7);
    const [Z] = await vectors.commit(bases, [z], permutation);

    // Round 3: the quotient.
    const alpha = challengeOf(beta, gamma, Z);
    const quotient = this.phase("quotient", 15 + this.chunks().length + 3 + vectors.commitTasks([1, 1, 6]));
    const inputsPolynomial = { address: coefficients[3], tail: [] };
    const thirds = await this.quotient([a, b, c, z, inputsPolynomial], { alpha, beta, gamma }, quotient);
    const t1 = { address: thirds[0].address, tail: [b10] };
    vectors.addTo(thirds[1].address, [F.neg(b10)]);
    const t2 = { address: thirds[1].address, tail: [b11] };
    vectors.addTo(thirds[2].address, [F.neg(b11)]);
    const t3 = thirds[2];
    const [T1, T2, T3] = await vectors.commit(bases, [t1, t2, t3], quotient);

    // Round 4: values at ξ.
    const xi = challengeOf(alpha, T1, T2, T3);
    const openings = this.phase("openings", 9 + vectors.commitTasks([5, 2]));
    const [qm, ql, qr, qo, qc, s1, s2, s3] = await this.loadCoefficients(openings);
    const xiw = F.mul(xi, this.omega);
    const plain = (address: number): Polynomial => ({ address, tail: [] });
    const values = await vectors.evaluate([
      [a, xi],
      [b, xi],
      [c, xi],
      [plain(s1), xi],
      [plain(s2), xi],
      [z, xiw],
    ]);
    openings();
    const [va, vb, vc, vs1, vs2, vzw] = values;

    // Round 5: the openings, of the linearisation R and of Z.
    const v = powers(challengeOf(xi, ...values), 6);
    const xin = F.pow(xi, BigInt(this.size));
    const zh = F.sub(xin, 1n);
    const lagrange = getDomain(header.power).lagrangeAll(
      Array.from({ length: Math.max(1, publicCount) }, (_, i) => i),
      xi,
    );
    const vpi = publics.reduce((sum, value, i) => F.sub(sum, F.mul(value, lagrange[i])), 0n);
    const bxi = F.mul(beta, xi);
    const sum = (...terms: bigint[]): bigint => terms.reduce(F.add);
    const product = (...factors: bigint[]): bigint => factors.reduce(F.mul);
    const identity = product(
      alpha,
      sum(va, bxi, gamma),
      sum(vb, F.mul(bxi, k1), gamma),
      sum(vc, F.mul(bxi, k2), gamma),
    );
    const permuted = product(alpha, sum(va, F.mul(beta, vs1), gamma), sum(vb, F.mul(beta, vs2), gamma), vzw);
    const first = product(alpha, alpha, lagrange[0]);
    const constant = F.sub(F.sub(vpi, F.mul(permuted, F.add(vc, gamma))), first);
    // Less each value times its power of v: then ξ is a root.
    const opened = [va, vb, vc, vs1, vs2].reduce((rest, value, i) => F.sub(rest, F.mul(v[i + 1], value)), constant);

    const terms: readonly (readonly [bigint, Polynomial])[] = [
      [F.mul(va, vb), plain(qm)],
      [va, plain(ql)],
      [vb, plain(qr)],
      [vc, plain(qo)],
      [1n, plain(qc)],
      [F.add(identity, first), z],
      [F.neg(F.mul(permuted, beta)), plain(s3)],
      [F.neg(zh), t1],
      [F.neg(F.mul(zh, xin)), t2],
      [F.neg(product(zh, xin, xin)), t3],
      [v[1], a],
      [v[2], b],
      [v[3], c],
      [v[4], plain(s1)],
      [v[5], plain(s2)],
    ];
    const [wxiAddress] = vectors.allocate();
    const addresses = terms.map(([factor, { address }]) => [factor, address] as const);
    await kernels.run(vectors.combine(wxiAddress, addresses));
    vectors.addTo(wxiAddress, [opened]);
    const tail = terms.reduce<bigint[]>((total, [factor, term]) => P.add(total, P.scale(term.tail, factor)), []);
    const wxi = vectors.divide({ address: wxiAddress, tail }, xi);
    vectors.addTo(z.address, [F.neg(vzw)]);
    const wxiw = vectors.divide(z, xiw);
    const [Wxi, Wxiw] = await vectors.commit(bases, [wxi, wxiw], openings);

    const points = [A, B, C, Z, T1, T2, T3, Wxi, Wxiw];
    return { proof: [...points.flatMap(({ x, y }) => [x, y]), ...values], publics };
  }

  /** A counter of a phase's units; each call is one more. */
  private phase(phase: string, total: number): () => void {
    const { onProgress } = this.options;
    let done = 0;
    onProgress?.({ phase, done, total });
    return () => onProgress?.({ phase, done: ++done, total });
  }

  /** Tables of the transform, and the powers of τ. */
  private async loadKey(): Promise<Bases> {
    const { kernels, file } = this;
    const progress = this.phase("key", 3);
    const count = this.size + EXTRA_POWERS;
    const address = kernels.allocate(count * G1_BYTES);
    const { offset } = file.section(KEY_SECTION.ptau);
    const build = this.transform.build();
    const read = { file: file.descriptor, position: offset, length: count * G1_BYTES, to: address };
    await kernels.run([() => [read], () => build], progress);
    const infinities = await kernels.run(prepareBases(kernels, address, address, count));
    progress();
    return { address, count, hasInfinity: infinities.includes(1) };
  }

  /** Values of the three wires on the domain. */
  private async wires(witness: Uint8Array, progress: () => void): Promise<number[]> {
    const { kernels, vectors, file, header } = this;
    const { variables, additions, gates } = header;
    const wires = vectors.allocate(3);
    const { fr } = kernels;
    await kernels.scope(async () => {
      const values = kernels.allocate(Math.ceil(variables / LANES) * LANES * F.FIELD_BYTES);
      kernels.bytes(values, witness.length).set(witness);
      // Value 0 stands for no wire; snarkjs makes it 0, so that sums over rows are cheaper.
      kernels.bytes(values, F.FIELD_BYTES).fill(0);
      const known = variables - additions;
      const factor = kernels.constant(1n << KERNEL_BITS);
      const parts = Math.ceil(known / LANES) * LANES;
      const part = Math.ceil(parts / LANES / kernels.threadCount) * LANES;
      const tasks: Task[] = [];
      for (let start = 0; start < parts; start += part) {
        const [at, count] = [values + start * F.FIELD_BYTES, Math.min(part, parts - start)];
        tasks.push((work) => [["scalePacked", at, at, count, factor, work, fr]]);
      }
      await kernels.run(tasks);
      progress();
      const section = file.section(KEY_SECTION.additions);
      const list = kernels.allocate(additions * ADDITION_BYTES);
      const fileFactor = kernels.constant(1n << 5n);
      const [wrong] = await kernels.run([
        (work) => [
          { file: file.descriptor, position: section.offset, length: section.size, to: list },
          ["addWires", values, known, list, additions, fileFactor, work, fr],
        ],
      ]);
      if (wrong >= 0) throw new Error(`${file.path}: addition ${wrong} takes a wire that comes later`);
      const maps = [KEY_SECTION.mapA, KEY_SECTION.mapB, KEY_SECTION.mapC].map((number) => file.section(number));
      const rows = await kernels.run(
        maps.map(({ offset, size }, i) => {
          const map = kernels.allocate(size);
          return () => [
            { file: file.descriptor, position: offset, length: size, to: map },
            ["gatherElements", wires[i], map, gates, vectors.blocks, values, variables, values],
          ];
        }),
      );
      rows.forEach((row, i) => {
        if (row >= 0) throw new Error(`${file.path}: gate ${row} has a wire ${"abc"[i]} that does not exist`);
      });
      progress();
    });
    return wires;
  }

  /** Values on the domain of −Σ public_i·L_i, times 2^-5 as the key's polynomials are. */
  private writePublics(address: number, publics: readonly bigint[]): void {
    this.kernels.bytes(address, this.vectors.bytes).fill(0);
    const scale = F.inv(32n);
    this.vectors.addTo(
      address,
      publics.map((value) => F.neg(F.mul(value, scale))),
    );
  }

  /** @throws Error naming a gate that the witness breaks */
  private async checkGates([a, b, c]: readonly number[], inputs: number, progress: () => void): Promise<void> {
    const { kernels } = this;
    const chunks = this.chunks();
    const broken = await kernels.run(
      chunks.map(({ start, count }): Task => {
        const o = start * BLOCK_BYTES;
        return (work) => {
          const rows = work + 3 * BLOCK_BYTES;
          return [
            ...this.readRows(rows, start, count, [0, 1, 2, 3, 4]),
            ["checkGates", a + o, b + o, c + o, inputs + o, rows, count, work, kernels.fr],
          ];
        };
      }),
    );
    const rows = broken.flatMap((found, i) => {
      if (found < 0) return [];
      return [(found % LANES) * this.vectors.blocks + chunks[i].start + Math.floor(found / LANES)];
    });
    if (rows.length > 0) {
      const gate = Math.min(...rows);
      throw new Error(`the witness does not satisfy the circuit: it breaks gate ${gate} of ${this.header.gates}`);
    }
    progress();
  }

  private async toCoefficients(from: readonly number[], to: readonly number[], progress: () => void): Promise<void> {
    const constants = from.map((address, i) => (work: number) => this.transform.toCoefficients(to[i], address, work));
    await this.kernels.run(constants, progress);
  }

  /** Parts of the blocks that fit a thread's work space. */
  private chunks(): { start: number; count: number }[] {
    return this.vectors.ranges(Math.ceil(this.vectors.blocks / CHUNK_BLOCKS));
  }

  /** Steps that read the rows of a range of blocks, in each lane, of some of the key's polynomials. */
  private readRows(to: number, start: number, count: number, polynomials: readonly number[]): Step[] {
    const { file, vectors, header } = this;
    const sections = polynomialSections(file, header.power);
    const valuesStart = this.size * F.FIELD_BYTES;
    const length = count * ROW_BYTES;
    return polynomials.flatMap((polynomial, i) =>
      Array.from({ length: LANES }, (_, lane): Step => {
        const row = lane * vectors.blocks + start;
        const position = sections[polynomial].offset + valuesStart + row * ROW_BYTES;
        return { file: file.descriptor, position, length, to: to + (i * LANES + lane) * length };
      }),
    );
  }

  /** Blocks β·x for x = shift·ω^row, the rows of a range's first block. */
  private startOf(start: number, factor: bigint): number {
    const { kernels, vectors, omega } = this;
    const first = F.mul(factor, F.pow(omega, BigInt(start)));
    return kernels.constant(powers(F.pow(omega, BigInt(vectors.blocks)), LANES).map((power) => F.mul(first, power)));
  }

  /** Values of Z on the domain. @throws if the wires do not respect the permutation, which cannot be */
  private async grandProduct(
    [a, b, c]: readonly number[],
    z: number,
    beta: bigint,
    gamma: bigint,
    progress: () => void,
  ): Promise<void> {
    const { kernels, header, omega } = this;
    const constants = kernels.constants([F.mul(32n, beta), gamma, header.k1, header.k2, omega]);
    const chunks = this.chunks();
    const totals = chunks.map(() => kernels.allocateBlocks(1));
    await kernels.run(
      chunks.map(({ start, count }, i): Task => {
        const o = start * BLOCK_BYTES;
        const first = this.startOf(start, beta);
        return (work) => {
          const rows = work + CHUNK_WORK_BLOCKS * BLOCK_BYTES;
          return [
            ...this.readRows(rows, start, count, [5, 6, 7]),
            ["grandProduct", z + o, totals[i], a + o, b + o, c + o, rows, count, first, constants, work, kernels.fr],
          ];
        };
      }),
      progress,
    );
    // Where each lane of each chunk starts: lanes one after the other, chunks within a lane.
    const products = totals.map((total) => kernels.readBlock(total));
    const starts = products.map(() => new Array<bigint>(LANES));
    let current = 1n;
    for (let lane = 0; lane < LANES; lane++) {
      products.forEach((product, i) => {
        starts[i][lane] = current;
        current = F.mul(current, product[lane]);
      });
    }
    if (current !== 1n) throw new Error("the wires do not respect the key's permutation");
    await kernels.run(
      chunks.map(({ start, count }, i): Task => {
        const at = z + start * BLOCK_BYTES;
        const factor = kernels.constant(starts[i]);
        return () => [["scale", at, at, count, factor, kernels.fr]];
      }),
      progress,
    );
  }

  /** T in three parts; the last has T's six highest coefficients as its tail. */
  private async quotient(
    polynomials: readonly Polynomial[],
    challenges: { alpha: bigint; beta: bigint; gamma: bigint },
    progress: () => void,
  ): Promise<Polynomial[]> {
    const { kernels, vectors, transform, quarter, size, header } = this;
    const thirds = vectors.allocate(COSETS.length);
    const top = await this.topCoefficients(polynomials, challenges);
    const shifts = COSETS.map((coset) => F.pow(getDomain(header.power + 2).omega, BigInt(coset)));
    await kernels.scope(async () => {
      // Z has one block more: see `wrap`. The values of the public inputs' polynomial give way to those of T.
      const values = COSETS.map((_, coset) => [
        ...polynomials.slice(0, 4).map(() => kernels.allocateBlocks(vectors.blocks + 1)),
        thirds[coset],
      ]);
      const tasks = COSETS.flatMap((_, coset) =>
        polynomials.map(({ address, tail }, i): Task => {
          const to = values[coset][i];
          return (work) => {
            const steps = transform.toValues(to, address, work, shifts[coset], tail);
            return i === Z_INDEX ? [...steps, ["wrap", to, vectors.blocks]] : steps;
          };
        }),
      );
      await kernels.run(tasks, progress);
      const constants = COSETS.map((coset) => this.quotientConstants(challenges, F.pow(quarter, BigInt(coset))));
      await kernels.run(
        this.chunks().map(({ start, count }): Task => {
          const o = start * BLOCK_BYTES;
          const firsts = shifts.map((shift) => this.startOf(start, F.mul(challenges.beta, shift)));
          return (work) => {
            const rows = work + CHUNK_WORK_BLOCKS * BLOCK_BYTES;
            return [
              ...this.readRows(rows, start, count, [0, 1, 2, 3, 4, 5, 6, 7, 8]),
              ...COSETS.map((coset, i): Step => {
                const [a, b, c, z, inputs] = values[i].map((address) => address + o);
                const first = firsts[i];
                return [
                  "quotient",
                  ...[inputs, a, b, c, z, inputs, rows, count, coset, first, constants[i], work, kernels.fr],
                ];
              }),
            ];
          };
        }),
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

  private quotientConstants({ alpha, beta, gamma }: Record<"alpha" | "beta" | "gamma", bigint>, root: bigint): number {
    const { kernels, header, omega } = this;
    const factor = 32n;
    return kernels.constants([
      F.mul(factor, beta),
      gamma,
      header.k1,
      header.k2,
      omega,
      F.div(alpha, factor),
      F.mul(alpha, alpha),
      F.div(factor, F.sub(root, 1n)),
    ]);
  }

  /**
   * Coefficients 4n .. 4n + 5 of the numerator, of α·(Π(w + β·k·X + γ)·Z − Π(w + β·σ + γ)·Z(ωX)) with w the wires: products of the
   * six highest coefficients of each factor. β·k·X + γ lies below these, and of σ four are among them.
   */
  private async topCoefficients(
    [a, b, c, z]: readonly Polynomial[],
    { alpha, beta }: { alpha: bigint; beta: bigint },
  ): Promise<bigint[]> {
    const { file, header, omega, size } = this;
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
      const below = Array.from({ length: TOP }, (_, i) => this.vectors.read(address, size - 1 - i));
      return [...[...tail].reverse(), ...below].slice(0, TOP);
    };
    const wires = [a, b, c].map(highest);
    const permuted = [s1, s2, s3].map((sigma, i) => {
      const aligned = [0n, 0n, ...sigma.reverse()].slice(0, TOP);
      return P.add(wires[i], P.scale(aligned, beta));
    });
    const zTop = highest(z);
    const shifted = zTop.map((value, i) => F.mul(value, F.pow(omega, BigInt(size + 2 - i))));
    const product = (factors: readonly bigint[][]): bigint[] =>
      factors.reduce((total, factor) => P.multiply(total, factor).slice(0, TOP));
    const difference = P.add(product([...wires, zTop]), P.scale(product([...permuted, shifted]), F.neg(1n)));
    return P.scale(difference, alpha).reverse();
  }

  /** Coefficients of the key's polynomials. */
  private async loadCoefficients(progress: () => void): Promise<number[]> {
    const { kernels, vectors, file, header } = this;
    const sections = polynomialSections(file, header.power).slice(0, 8);
    const addresses = vectors.allocate(sections.length);
    const length = this.size * F.FIELD_BYTES;
    const factor = kernels.constant(1n << 5n);
    const { fr } = kernels;
    await kernels.run(
      sections.map(({ offset }, i): Task => {
        return (work) => [
          { file: file.descriptor, position: offset, length, to: work },
          ["unpack", addresses[i], work, F.FIELD_BYTES, vectors.blocks, factor, fr],
        ];
      }),
      progress,
    );
    return addresses;
  }
}

/** @throws RangeError for a number that is not below the field order: another element than the proof would be for */
function readPublics(witness: Uint8Array, count: number): bigint[] {
  return Array.from({ length: count }, (_, i) => {
    const start = (i + 1) * F.FIELD_BYTES;
    const bytes = Buffer.from(witness.slice(start, start + F.FIELD_BYTES)).reverse();
    return F.assertField(`public value ${i} of the witness`, BigInt(`0x${bytes.toString("hex")}`));
  });
}
