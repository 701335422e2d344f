import { dirname, join } from "node:path";
import { poseidon1, poseidon2, poseidon3, poseidon4, poseidon5 } from "poseidon-lite";
import * as F from "./field";

/**
 * Poseidon over F with circomlib's parameters (Grassi et al., "Poseidon: A New Hash Function for Zero-Knowledge Proof Systems", USENIX
 * Security 2021; x^5, 8 full rounds), and the permutation of width 6 with a chosen capacity element, which the digest chains.
 */

/** Elements one permutation absorbs; the sixth element of the state is the capacity. */
export const SPONGE_RATE = 5;

const WIDTH = SPONGE_RATE + 1;
const FULL_ROUNDS = 8;
const PARTIAL_ROUNDS = 60;
const ROUNDS = FULL_ROUNDS + PARTIAL_ROUNDS;

/** Round constants (one row of WIDTH per round) and the MDS matrix. */
interface Parameters {
  rounds: bigint[][];
  matrix: bigint[][];
}

let loaded: Parameters | undefined;

/** circomlib's constants of width 6 as poseidon-lite ships them; its hash functions offer no capacity, so they are read beside them. */
function parameters(): Parameters {
  if (loaded) return loaded;
  const file = join(dirname(require.resolve("poseidon-lite")), "constants", `${SPONGE_RATE}.js`);

  const encoded = (require(file) as { default: { C: string[]; M: string[][] } }).default;
  const decode = (text: string) => BigInt(`0x${Buffer.from(text, "base64").toString("hex")}`);
  const flat = encoded.C.map(decode);
  const matrix = encoded.M.map((row) => row.map(decode));
  if (flat.length !== ROUNDS * WIDTH || matrix.length !== WIDTH) {
    throw new Error(`poseidon-lite's constants do not have ${ROUNDS} rounds of width ${WIDTH}`);
  }
  const rounds = Array.from({ length: ROUNDS }, (_, round) => flat.slice(round * WIDTH, (round + 1) * WIDTH));
  return (loaded = { rounds, matrix });
}

function fifthPower(value: bigint): bigint {
  const square = (value * value) % F.R;
  return (((square * square) % F.R) * value) % F.R;
}

/**
 * The Poseidon permutation of width 6.
 * @param state six elements; the first is the capacity
 * @returns the six elements after 68 rounds
 */
export function permute(state: readonly bigint[]): bigint[] {
  if (state.length !== WIDTH) throw new RangeError(`the permutation takes ${WIDTH} elements, got ${state.length}`);
  const { rounds, matrix } = parameters();
  let current = state.map((value, i) => F.assertField(`permutation element ${i}`, value));
  for (let round = 0; round < ROUNDS; round++) {
    const isFull = round < FULL_ROUNDS / 2 || round >= FULL_ROUNDS / 2 + PARTIAL_ROUNDS;
    const constants = rounds[round];
    for (let i = 0; i < WIDTH; i++) {
      current[i] += constants[i];
      if (isFull || i === 0) current[i] = fifthPower(current[i]);
    }
    current = matrix.map((row) => {
      let sum = 0n;
      for (let i = 0; i < WIDTH; i++) sum += row[i] * current[i];
      return sum % F.R;
    });
  }
  return current;
}

/** First element of P([capacity, ...inputs]). With capacity 0 it is circomlib's Poseidon(5). */
export function permuteFirst(capacity: bigint, inputs: readonly bigint[]): bigint {
  if (inputs.length !== SPONGE_RATE) {
    throw new RangeError(`the permutation absorbs ${SPONGE_RATE} elements, got ${inputs.length}`);
  }
  return permute([capacity, ...inputs])[0];
}

/**
 * Digest of a list whose length is fixed by its use: h_0 = tag, h_{j+1} = permuteFirst(h_j, the next five elements, zero-padded), and the
 * last h is the digest. Lists of different lengths may collide by the padding, so each length needs its own tag.
 */
export function sponge(tag: bigint, elements: readonly bigint[]): bigint {
  let digest = F.assertField("sponge tag", tag);
  for (let start = 0; start < elements.length; start += SPONGE_RATE) {
    const block = elements.slice(start, start + SPONGE_RATE);
    while (block.length < SPONGE_RATE) block.push(0n);
    digest = permuteFirst(digest, block);
  }
  return digest;
}

const HASHES = [poseidon1, poseidon2, poseidon3, poseidon4, poseidon5];

/** circomlib's Poseidon hash of one to five elements. */
export function poseidon(inputs: readonly bigint[]): bigint {
  const hash = HASHES[inputs.length - 1];
  if (!hash) throw new RangeError(`Poseidon takes 1 to ${HASHES.length} elements, got ${inputs.length}`);
  return hash(inputs.map((value, i) => F.assertField(`Poseidon input ${i}`, value)));
}
