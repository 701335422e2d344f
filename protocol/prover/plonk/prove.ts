/**
 * PLONK proofs for snarkjs' keys: the same transcript, the same proof for the same blinding (Gabizon, Williamson, Ciobotaru,
 * eprint 2019/953, section 8.3, with the blinding of T of snarkjs 0.7).
 */
import { getDomain } from "../../crypto/domain";
import * as F from "../../crypto/field";
import { Kernels, powers, type Polynomial } from "../../crypto/kernels";
import * as P from "../../crypto/polynomial";
import type { OnProgress } from "../progress";
import type { ProofWithPublics } from "../proof";
import { useKey } from "./keyFile";
import { grandProduct } from "./permutation";
import { quotient, quotientUnits } from "./quotient";
import { challengeOf } from "./transcript";
import { checkGates, loadWires, readPublics, writePublics } from "./wires";
import { Workshop } from "./workshop";

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
    const blinding = options.blinding ?? Array.from({ length: BLINDING_SCALARS }, F.random);
    assertBlinding(blinding);
    const { threads, signal, onProgress } = options;
    return Kernels.use({ workBytes: Workshop.workBytes(header), threads, signal }, async (kernels) =>
      prove(new Workshop(kernels, file, header), witness, blinding, onProgress),
    );
  });
}

/** The five rounds. */
async function prove(
  workshop: Workshop,
  witness: Uint8Array,
  blinding: readonly bigint[],
  onProgress: OnProgress = () => undefined,
): Promise<ProofWithPublics> {
  const { kernels, vectors, header, size } = workshop;
  const { k1, k2, commitments, publics: publicCount } = header;
  const [b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11] = blinding;

  const bases = await workshop.load(phase(onProgress, "key", 3));

  // Round 1: the wires.
  const progress = phase(onProgress, "wires", 7 + vectors.commitTasks([2, 2, 2]));
  const wires = await loadWires(workshop, witness, progress);
  const publics = readPublics(witness, publicCount);
  const [inputs] = vectors.allocate();
  writePublics(workshop, inputs, publics);
  await checkGates(workshop, wires, inputs);
  progress();
  const coefficients = vectors.allocate(4);
  await workshop.toCoefficients([...wires, inputs], coefficients, progress);
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
  const permutation = phase(onProgress, "permutation", 2 * workshop.chunks().length + 1 + vectors.commitTasks([3]));
  const [grand, zAddress] = vectors.allocate(2);
  await grandProduct(workshop, wires, grand, { beta, gamma }, permutation);
  await workshop.toCoefficients([grand], [zAddress], permutation);
  const z = blinded(zAddress, b9, b8, b7);
  const [Z] = await vectors.commit(bases, [z], permutation);

  // Round 3: the quotient.
  const alpha = challengeOf(beta, gamma, Z);
  const dividing = phase(onProgress, "quotient", quotientUnits(workshop) + vectors.commitTasks([1, 1, 6]));
  const numerator = { wires: [a, b, c], z, publics: { address: coefficients[3], tail: [] } };
  const thirds = await quotient(workshop, numerator, { alpha, beta, gamma }, dividing);
  const t1 = { address: thirds[0].address, tail: [b10] };
  vectors.addTo(thirds[1].address, [F.neg(b10)]);
  const t2 = { address: thirds[1].address, tail: [b11] };
  vectors.addTo(thirds[2].address, [F.neg(b11)]);
  const t3 = thirds[2];
  const [T1, T2, T3] = await vectors.commit(bases, [t1, t2, t3], dividing);

  // Round 4: values at ξ.
  const xi = challengeOf(alpha, T1, T2, T3);
  const openings = phase(onProgress, "openings", 9 + vectors.commitTasks([5, 2]));
  const [qm, ql, qr, qo, qc, s1, s2, s3] = await workshop.loadCoefficients(openings);
  const xiw = F.mul(xi, workshop.omega);
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
  const xin = F.pow(xi, BigInt(size));
  const zh = F.sub(xin, 1n);
  const lagrange = getDomain(header.power).lagrangeAll(
    Array.from({ length: Math.max(1, publicCount) }, (_, i) => i),
    xi,
  );
  const vpi = publics.reduce((sum, value, i) => F.sub(sum, F.mul(value, lagrange[i])), 0n);
  const bxi = F.mul(beta, xi);
  const sum = (...terms: bigint[]): bigint => terms.reduce(F.add);
  const product = (...factors: bigint[]): bigint => factors.reduce(F.mul);
  const identity = product(alpha, sum(va, bxi, gamma), sum(vb, F.mul(bxi, k1), gamma), sum(vc, F.mul(bxi, k2), gamma));
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
function phase(onProgress: OnProgress, name: string, total: number): () => void {
  let done = 0;
  onProgress({ phase: name, done, total });
  return () => onProgress({ phase: name, done: ++done, total });
}

function assertBlinding(blinding: readonly bigint[]): void {
  if (blinding.length !== BLINDING_SCALARS) {
    throw new RangeError(`there are ${BLINDING_SCALARS} blinding scalars, got ${blinding.length}`);
  }
  blinding.forEach((value, i) => F.assertField(`blinding scalar ${i + 1}`, value));
}
