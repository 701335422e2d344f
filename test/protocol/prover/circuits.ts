/** Small circuits with the public inputs of a batch, so that the same contracts take their proofs. */
import fs from "node:fs";
import path from "node:path";
import type { CircuitInput, CircuitSpec } from "../../../protocol/prover";
import { CACHE_ROOT } from "../../../protocol/crypto/cache";

/** Six public inputs: root² = publics[0], publics[0]·publics[1] = publics[2], publics[3] + publics[4] = publics[5]. */
const SIX_SOURCE = `pragma circom 2.1.0;
template Six() {
    signal input publics[6];
    signal input root;
    root * root === publics[0];
    publics[0] * publics[1] === publics[2];
    publics[3] + publics[4] === publics[5];
}
component main {public [publics]} = Six();
`;

export const SIX: CircuitSpec = { name: "six", source: SIX_SOURCE, gatePower: 8 };

/** A satisfying input of `SIX` from four numbers. */
export function sixInput(root: bigint, factor: bigint, a: bigint, b: bigint): CircuitInput & { publics: bigint[] } {
  const square = root * root;
  return { root, publics: [square, factor, square * factor, a, b, a + b] };
}

/** A circuit of `count` multiplications in a chain. */
export function chain(count: number): string {
  return `pragma circom 2.1.0;
template Chain(count) {
    signal input in;
    signal steps[count + 1];
    signal output out;
    steps[0] <== in;
    for (var i = 0; i < count; i++) steps[i + 1] <== steps[i] * steps[i];
    out <== steps[count];
}
component main = Chain(${count});
`;
}

/** A new empty cache folder, within the project so that circuits can include files of it. */
export function temporaryCache(): string {
  fs.mkdirSync(CACHE_ROOT, { recursive: true });
  return fs.mkdtempSync(path.join(CACHE_ROOT, "test-"));
}
