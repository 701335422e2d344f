/** Round 2's values: the grand product of the permutation. */
import * as F from "../../crypto/field";
import { BLOCK_BYTES, LANES, type Task } from "../../crypto/kernels";
import { FILE_SCALE, ROWS, type Workshop } from "./workshop";

/**
 * Values of Z on the domain. Calls `progress` twice for each chunk.
 * @throws Error if the wires do not respect the permutation, which cannot be: they come from one witness
 */
export async function grandProduct(
  workshop: Workshop,
  [a, b, c]: readonly number[],
  z: number,
  { beta, gamma }: { beta: bigint; gamma: bigint },
  progress: () => void,
): Promise<void> {
  const { kernels, header, omega } = workshop;
  const constants = kernels.constants([F.mul(FILE_SCALE, beta), gamma, header.k1, header.k2, omega]);
  const chunks = workshop.chunks();
  const totals = chunks.map(() => kernels.allocateBlocks(1));
  const firsts = chunks.map(({ start }) => workshop.startOf(start, beta));
  await kernels.run(
    workshop.rowTasks(ROWS.permutations, ({ start, count }, rows, work, i) => {
      const o = start * BLOCK_BYTES;
      return [
        [
          "grandProduct",
          ...[z + o, totals[i], a + o, b + o, c + o, rows, count, firsts[i], constants, work, kernels.fr],
        ],
      ];
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
