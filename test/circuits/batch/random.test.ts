import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { buildBatch } from "../../../protocol/witness";
import { Random, randomContent } from "./random";
import { NOW, SMALL, batchCircuit, honestInput, world } from "./world";

/** Batches from one genesis, before the small state is full for long. */
const BATCHES_PER_WORLD = 25;

/** From CAUSEWAY_SEED, or the commit. */
function seed(): string {
  return process.env.CAUSEWAY_SEED || execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).trim();
}

describe("Batch: the circuit and the reference on random batches", () => {
  for (const [name, batches] of [
    ["C19: 20 random batches of the reference are provable", 20],
    ["C19: [fuzz] 1,000 random batches of the reference are provable", 1_000],
  ] as const) {
    it(`${name}, seed ${seed()}`, async () => {
      const random = new Random(seed());
      const tester = await batchCircuit();
      const seen = new Set<string>();
      let state = world().state;
      for (let i = 0; i < batches; i++) {
        if (i % BATCHES_PER_WORLD === 0) state = world().state;
        const content = randomContent(state, random, SMALL.queueOps, SMALL.signedOps);
        const before = state.clone();
        const { requests = [], ops = [] } = content;
        const trace = buildBatch(state, { size: SMALL, number: state.batch + 1, timestamp: NOW, requests, ops });
        expect(trace.report.rejected, `batch ${i}`).to.deep.equal([]);
        trace.effects.deposits.forEach(({ executed }) => seen.add(executed ? "Deposit" : "refund"));
        trace.report.included.forEach((at) => seen.add(ops[at].op));
        await tester.calculateWitness({ ...honestInput(before, trace) }).catch((error: Error) => {
          throw new Error(`batch ${i} of seed ${seed()}: ${error.message}`);
        });
      }
      if (batches >= 1_000) expect([...seen].sort()).to.deep.equal(["Deposit", "Open", "Transfer", "Withdraw", "refund"]);
    });
  }
});
