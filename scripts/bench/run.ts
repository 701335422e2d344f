/** One proof in a process of its own, so that its memory is its own: told what to do, and answering, by messages. */
import fs from "node:fs";
import { plonk } from "snarkjs";
import type { Progress } from "../../protocol/prover";
import { provePlonk } from "../../protocol/prover/plonk/prove";
import { readWitness } from "../../protocol/prover/plonk/witnessFile";
import type { ProvingEngine } from "../../protocol/prover";

export interface RunOrder {
  readonly engine: ProvingEngine;
  readonly zkey: string;
  readonly wtns: string;
}

export interface RunResult {
  readonly seconds: number;
  /** Seconds of each phase; snarkjs tells none. */
  readonly phases: Readonly<Record<string, number>>;
  /** Most memory of the process, MiB. */
  readonly peak: number;
}

const KIB_PER_MIB = 1024;

async function run({ engine, zkey, wtns }: RunOrder): Promise<RunResult> {
  const phases: Record<string, number> = {};
  let phase = "";
  const start = performance.now();
  let phaseStart = start;
  const enter = (next: string): void => {
    const now = performance.now();
    if (phase !== "") phases[phase] = (now - phaseStart) / 1000;
    [phase, phaseStart] = [next, now];
  };
  if (engine === "snarkjs") {
    await plonk.prove(zkey, await fs.promises.readFile(wtns));
  } else {
    const onProgress = (progress: Progress): void => {
      if (progress.phase !== phase) enter(progress.phase);
    };
    await provePlonk(zkey, await readWitness(wtns), { onProgress });
    enter("");
  }
  const seconds = (performance.now() - start) / 1000;
  return { seconds, phases, peak: Math.round(process.resourceUsage().maxRSS / KIB_PER_MIB) };
}

process.once("message", (order: RunOrder) => {
  void run(order).then((result) => process.send?.(result, () => process.exit()));
});
