/**
 * Time of opening every cell of a state at once.
 *
 *   npm run bench:openings                  2^16 cells
 *   npm run bench:openings -- --power 14    another size
 *   npm run bench:openings -- --json        the same as JSON
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { openAll } from "../protocol/crypto/allOpenings";
import { CACHE_ROOT } from "../protocol/crypto/cache";
import { G1_BYTES } from "../protocol/crypto/curve";
import { random } from "../protocol/crypto/field";
import * as kzg from "../protocol/crypto/kzg";
import { SECTION, usePtau } from "../protocol/crypto/ptau";
import { openSrs } from "../protocol/crypto/srs";
import { showProgress } from "./progress";

/** Openings that are checked by the pairing. */
const CHECKED = 3;

async function main(): Promise<void> {
  const { values: options } = parseArgs({
    options: { power: { type: "string", default: "16" }, json: { type: "boolean", default: false } },
  });
  const power = Number(options.power);
  const progress = showProgress();
  const srs = await openSrs({
    power,
    directory: path.join(CACHE_ROOT, "srs"),
    onProgress: (done, total) => progress({ phase: "srs", done, total }),
  });
  const size = 2 ** power;
  const powersOfTau = await usePtau(srs.path, (file) => file.read(SECTION.tauG1, 0, size * G1_BYTES));
  const values = Array.from({ length: size }, random);
  const commitment = await kzg.commit(srs, [...values.entries()]);
  const start = performance.now();
  const basis = { power, powersOfTau, lagrange: srs.lagrange };
  const witnesses = await openAll(basis, values, commitment, (done, total) =>
    progress({ phase: "openings", done, total }),
  );
  const seconds = (performance.now() - start) / 1000;
  progress.end();
  for (let i = 0; i < CHECKED; i++) {
    const index = Math.floor((i * (size - 1)) / (CHECKED - 1));
    const opening = { value: values[index], witness: witnesses[index] };
    if (!(await kzg.verifyCell(srs, power, commitment, index, opening))) throw new Error(`opening ${index} is wrong`);
  }
  if (options.json) console.log(JSON.stringify({ cells: size, seconds }));
  else console.log(`  ${size.toLocaleString("en")} openings in ${seconds.toFixed(1)} s`);
  process.exit();
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
