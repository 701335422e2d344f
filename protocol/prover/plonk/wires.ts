/** Round 1's values: the wires, filled in from the witness and checked gate by gate. */
import * as F from "../../crypto/field";
import { BLOCK_BYTES, KERNEL_BITS, LANES, type Task } from "../../crypto/kernels";
import { ADDITION_BYTES, KEY_SECTION } from "./keyFile";
import { FILE_SCALE, ROWS, type Workshop } from "./workshop";

/** Values of the three wires on the domain. Calls `progress` twice. @throws Error if the key names wires that do not exist */
export async function loadWires(workshop: Workshop, witness: Uint8Array, progress: () => void): Promise<number[]> {
  const { kernels, vectors, file, header } = workshop;
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
    const fileFactor = kernels.constant(FILE_SCALE);
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
export function writePublics({ kernels, vectors }: Workshop, address: number, publics: readonly bigint[]): void {
  kernels.bytes(address, vectors.bytes).fill(0);
  const scale = F.inv(FILE_SCALE);
  vectors.addTo(
    address,
    publics.map((value) => F.neg(F.mul(value, scale))),
  );
}

/** Checks every gate. @throws Error naming a gate that the witness breaks */
export async function checkGates(workshop: Workshop, [a, b, c]: readonly number[], inputs: number): Promise<void> {
  const { kernels, vectors, header } = workshop;
  const chunks = workshop.chunks();
  const broken = await kernels.run(
    workshop.rowTasks(ROWS.selectors, ({ start, count }, rows, work) => {
      const o = start * BLOCK_BYTES;
      return [["checkGates", a + o, b + o, c + o, inputs + o, rows, count, work, kernels.fr]];
    }),
  );
  const found = broken.flatMap((place, i) => {
    if (place < 0) return [];
    return [(place % LANES) * vectors.blocks + chunks[i].start + Math.floor(place / LANES)];
  });
  if (found.length === 0) return;
  const gate = Math.min(...found);
  throw new Error(`the witness does not satisfy the circuit: it breaks gate ${gate} of ${header.gates}`);
}

/** The public values. @throws RangeError for a number that is not below the field order: another element than the proof would be for */
export function readPublics(witness: Uint8Array, count: number): bigint[] {
  return Array.from({ length: count }, (_, i) => {
    const start = (i + 1) * F.FIELD_BYTES;
    const bytes = Buffer.from(witness.slice(start, start + F.FIELD_BYTES)).reverse();
    return F.assertField(`public value ${i} of the witness`, BigInt(`0x${bytes.toString("hex")}`));
  });
}
