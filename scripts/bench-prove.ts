/**
 * Time and memory of proofs by snarkjs and by our own prover, on this machine, with the same key and witness.
 *
 *   npm run bench:prove                            all sizes, both provers
 *   npm run bench:prove -- --size NAME             one size, our prover alone
 *   npm run bench:prove -- --zkey K --wtns W       any other circuit, both provers; with --ours ours alone
 *   npm run bench:prove -- --json                  the same as JSON
 */
import { fork } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { wtns } from "snarkjs";
import { endIdleStations } from "../protocol/crypto/kernels";
import { circuitArtifacts, type ProvingEngine } from "../protocol/prover";
import { useKey } from "../protocol/prover/plonk/keyFile";
import { SIZES, type SizeName } from "../protocol/spec";
import { fullBatch } from "./bench/batch";
import type { RunOrder, RunResult } from "./bench/run";
import { showProgress } from "./progress";
import { table } from "./table";

interface Figures {
  readonly name: string;
  readonly gates: number;
  /** Seconds to compute the witness. */
  readonly witness?: number;
  readonly snarkjs?: RunResult;
  readonly ours: RunResult;
}

interface Job {
  readonly name: string;
  readonly zkey: string;
  readonly wtns: string;
  readonly witness?: number;
}

/** A witness takes a fraction of a second more, the first time, to compile its generator. */
async function prepare(name: SizeName, folder: string): Promise<Job> {
  const size = SIZES[name];
  const onProgress = showProgress(`${name}: `);
  const { wasm, zkey } = await circuitArtifacts(name, { onProgress });
  onProgress.end();
  const file = path.join(folder, `${name}.wtns`);
  const input = fullBatch(size);
  const start = performance.now();
  await wtns.calculate({ ...input }, wasm, file);
  return { name, zkey, wtns: file, witness: (performance.now() - start) / 1000 };
}

async function prove(order: RunOrder): Promise<RunResult> {
  const child = fork(path.join(__dirname, "bench/run.ts"), {
    execArgv: ["--max-old-space-size=8192", "--require", require.resolve("tsx/cjs")],
  });
  return new Promise((resolve, reject) => {
    child.once("message", (result: RunResult) => resolve(result));
    child.once("exit", (code, signal) => reject(new Error(`${order.engine} ended (${signal ?? `exit code ${code}`})`)));
    child.send(order);
  });
}

async function measure(job: Job, engines: readonly ProvingEngine[]): Promise<Figures> {
  const { name, zkey, witness } = job;
  const gates = await useKey(zkey, async (_, header) => header.gates);
  const results: Partial<Record<ProvingEngine, RunResult>> = {};
  for (const engine of engines) {
    process.stderr.write(`${name}: ${gates.toLocaleString("en")} gates by ${engine} ...\n`);
    results[engine] = await prove({ engine, zkey, wtns: job.wtns });
  }
  return { name, gates, witness, snarkjs: results.snarkjs, ours: results.kernels as RunResult };
}

const seconds = (value: number | undefined): string => (value === undefined ? "" : `${value.toFixed(1)} s`);
const mebibytes = (result: RunResult | undefined): string => (result ? `${result.peak.toLocaleString("en")} MiB` : "");

function print(all: readonly Figures[]): void {
  const phases = Object.keys(all[0].ours.phases);
  const columns = ["size", "gates", "snarkjs", "ours", "ratio", "witness", ...phases, "memory", "snarkjs' memory"];
  const rows = all.map(({ name, gates, witness, snarkjs, ours }) => [
    name,
    gates.toLocaleString("en"),
    seconds(snarkjs?.seconds),
    seconds(ours.seconds),
    snarkjs ? `${(snarkjs.seconds / ours.seconds).toFixed(1)} x` : "",
    seconds(witness),
    ...phases.map((phase) => seconds(ours.phases[phase])),
    mebibytes(ours),
    mebibytes(snarkjs),
  ]);
  console.log(table([columns, ...rows]));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      size: { type: "string" },
      zkey: { type: "string" },
      wtns: { type: "string" },
      ours: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const { size, zkey, ours, json } = values;
  if ((zkey === undefined) !== (values.wtns === undefined)) throw new Error("--zkey and --wtns go together");
  if (size !== undefined && !(size in SIZES)) {
    throw new Error(`--size must be one of ${Object.keys(SIZES).join(", ")}, got "${size}"`);
  }
  const both = ["snarkjs", "kernels"] as const;
  const engines: readonly ProvingEngine[] = ours || size !== undefined ? ["kernels"] : both;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "causeway-bench-"));
  const all: Figures[] = [];
  try {
    if (zkey !== undefined && values.wtns !== undefined) {
      all.push(await measure({ name: path.basename(zkey), zkey, wtns: values.wtns }, engines));
    } else {
      const names = (size === undefined ? Object.keys(SIZES) : [size]) as SizeName[];
      for (const name of names) {
        const job = await prepare(name, folder);
        await endIdleStations();
        all.push(await measure(job, engines));
      }
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
  const machine = { cpu: os.cpus()[0].model, cores: os.cpus().length, memory: os.totalmem(), node: process.version };
  if (json) console.log(JSON.stringify({ machine, sizes: all }, null, 2));
  else {
    console.log(`  ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}\n`);
    print(all);
  }
  // snarkjs leaves threads of its curve behind.
  process.exit();
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
