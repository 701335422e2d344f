import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { SIZES } from "../../protocol/spec";
import { Replay } from "../../protocol/state";
import { DOMAIN } from "../fixtures/contracts";
import { RandomBatches, type RandomBatch } from "../fixtures/randomBatches";
import { cellsOf } from "../fixtures/states";
import { evaluationsOf } from "../circuits/batch/world";
import { circuitInput } from "../../protocol/witness";
import { CHALLENGE } from "../circuits/batch/world";
import { CircuitProcess } from "./circuit";
import { Contracts } from "./contracts";

const SIZE = SIZES.test;
/** Each world is a deployment from genesis. */
const WORLDS = 20;
const BATCHES_PER_WORLD = 50;
/** Batches that only a forged queue leads to: no vault makes their requests. */
const FORGED_BATCHES = 100;
/** Beyond the clock of this process's chain. */
const START = 3_000_000_000;
/** Witnesses that may wait for the circuit's process. */
const AHEAD = 20;

/** The commit that is tested, so that each commit meets other batches and each failure can be had again. */
function commitSeed(): string {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "no commit";
  }
}

describe("Reference = circuit = contract [fuzz]", () => {
  const seed = commitSeed();
  const share = { accepted: 0, all: 0 };
  let circuit: CircuitProcess;

  before(() => {
    console.log(`      seed: ${seed}`);
    circuit = new CircuitProcess();
  });

  after(() => {
    circuit.end();
  });

  function count({ requests, ops, trace }: RandomBatch): void {
    share.all += requests.length + ops.length;
    share.accepted += trace.effects.deposits.filter(({ executed }) => executed).length + trace.report.included.length;
  }

  it(`C19: ${WORLDS * BATCHES_PER_WORLD} random batches`, async () => {
    for (let world = 0; world < WORLDS; world++) {
      const batches = new RandomBatches({
        size: SIZE,
        seed: `${seed} ${world}`,
        domain: DOMAIN,
        start: START + world * 10 ** 7,
      });
      const contracts = await Contracts.deploy(batches.state);
      const replay = new Replay(SIZE.cellBits, DOMAIN);
      const waiting: Promise<void>[] = [];
      for (let i = 0; i < BATCHES_PER_WORLD; i++) {
        const batch = batches.next();
        count(batch);
        waiting.push(circuit.accept(await contracts.accept(batch)));
        waiting.at(-1)?.catch(() => undefined);
        if (waiting.length > AHEAD) await waiting.shift();
        replay.apply(SIZE, batch.trace.words);
        expect(cellsOf(replay)).to.deep.equal(cellsOf(batches.state), `world ${world}, batch ${i}: replay`);
      }
      await Promise.all(waiting);
    }
  });

  it(`C19: ${FORGED_BATCHES} random batches with requests that no vault makes`, async () => {
    const batches = new RandomBatches({ size: SIZE, seed: `${seed} forged`, domain: DOMAIN, forged: true });
    for (let i = 0; i < FORGED_BATCHES; i++) {
      const batch = batches.next();
      count(batch);
      const { before, trace } = batch;
      await circuit.accept(circuitInput(trace, CHALLENGE, evaluationsOf(before, trace.accesses, CHALLENGE)));
    }
  });

  it("most of the ops are accepted ones", () => {
    expect(share.accepted / share.all).to.be.greaterThan(0.6);
  });

  it("C19: a result that the batch does not lead to is refused", async () => {
    const { before, trace } = new RandomBatches({ size: SIZE, seed, domain: DOMAIN }).next();
    const input = circuitInput(trace, CHALLENGE, evaluationsOf(before, trace.accesses, CHALLENGE));
    await circuit.accept(input);
    for (const name of ["oldEval", "newEval", "wordsEval", "digest"] as const) {
      const error = await circuit.accept({ ...input, [name]: input[name] + 1n }).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(String(error), name).to.match(/Assert Failed/);
    }
  });
});
