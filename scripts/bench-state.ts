/**
 * Time of the state's part of one batch: the new commitment, the quotient of its reads and the opening, for a state whose cells are all
 * occupied; and of opening every cell.
 *
 *   npm run bench:state                  2^20 cells, 369 of them touched
 *   npm run bench:state -- --power 16    another size
 *   npm run bench:state -- --json        the same as JSON
 */
import path from "node:path";
import { parseArgs } from "node:util";
import * as F from "../protocol/crypto/field";
import { openSrs } from "../protocol/crypto/srs";
import { CACHE_ROOT } from "../protocol/crypto/cache";
import { State, StateCommitment, type Touched } from "../protocol/state";
import { showProgress } from "./progress";
import { table } from "./table";

/** Accesses of a batch of 96 signed and 20 queue ops. */
const TOUCHED = 369;
/** Values of balance cells: 208 bits. */
const VALUE_BITS = 208n;

/** Numbers that follow from a seed, as fast as a counter. */
function randomValues(seed: bigint): () => bigint {
  let state = seed;
  return () => (state = F.mul(F.add(state, 1n), F.add(state, 7n))) & ((1n << VALUE_BITS) - 1n);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { power: { type: "string", default: "20" }, json: { type: "boolean", default: false } },
  });
  const power = Number(values.power);
  const progress = showProgress();
  const directory = path.join(CACHE_ROOT, "srs");
  const srs = await openSrs({
    power,
    directory,
    onProgress: (done, total) => progress({ phase: "srs", done, total }),
  });
  progress.end();
  const random = randomValues(5n);
  const size = 2 ** power;
  const state = new State(
    power,
    Array.from({ length: size }, (_, i) => [i, random()] as const),
    0,
  );
  const committer = new StateCommitment(srs);
  const times: Record<string, number> = {};
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    process.stderr.write(`${name} ...\n`);
    const start = performance.now();
    const result = await work();
    times[name] = (performance.now() - start) / 1000;
    return result;
  };
  const before = await timed("commit to the whole state", () => committer.commit(state));
  const touched = Array.from({ length: TOUCHED }, (_, i): Touched => {
    const index = Math.floor((i * size) / TOUCHED);
    const [old, value] = [state.read(index), random()];
    state.write(index, value);
    return { index, old, new: value };
  });
  await timed("update the commitment", () => committer.update(before, touched));
  const quotient = await timed("quotient", () => committer.quotient(state, touched));
  const x = random();
  await timed("opening", () => committer.openAt(state, touched, quotient, x, () => random()));
  const batch = ["update the commitment", "quotient", "opening"].reduce((sum, name) => sum + times[name], 0);
  if (values.json) console.log(JSON.stringify({ cells: size, touched: TOUCHED, batch, times }, null, 2));
  else {
    const rows = [...Object.entries(times), ["one batch: update, quotient, opening", batch] as const];
    console.log(`  ${size.toLocaleString("en")} cells, ${TOUCHED} touched\n`);
    console.log(table(rows.map(([name, seconds]) => [name, `${seconds.toFixed(2)} s`])));
  }
  process.exit();
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
