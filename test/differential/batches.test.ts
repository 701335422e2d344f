import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { SIZES, accountRoom, balanceRoom } from "../../protocol/spec";
import { Replay } from "../../protocol/state";
import { DOMAIN } from "../fixtures/contracts";
import { RandomBatches, type RandomBatch } from "../fixtures/randomBatches";
import { cellsOf } from "../fixtures/states";
import { SMALL, batchCircuit, honestInput } from "../circuits/batch/world";
import { CircuitProcess } from "./circuit";
import { Contracts } from "./contracts";

const SIZE = SIZES.test;
/** Each world is a deployment from genesis. */
const BATCHES_PER_WORLD = 50;
/** Batches of the smallest size, whose state is soon full. */
const SMALL_BATCHES = 100;
/** Beyond the clock of this process's chain. */
const START = 3_000_000_000;
const WORLD_SECONDS = 10_000_000;
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

/** Counts accepted ops among all: a test of refused ones would say little. */
class Share {
  private accepted = 0;
  private all = 0;

  add({ requests, ops, trace }: RandomBatch): void {
    this.all += requests.length + ops.length;
    this.accepted += trace.effects.queueOps.filter(({ executed }) => executed).length + trace.report.included.length;
  }

  get value(): number {
    return this.accepted / this.all;
  }
}

describe("Reference = circuit = contract", () => {
  const seed = commitSeed();
  let circuit: CircuitProcess;
  let worlds = 0;

  before(() => {
    // eslint-disable-next-line no-console -- the way to have a failure again
    console.log(`      seed: ${seed}`);
    circuit = new CircuitProcess();
  });

  after(() => {
    circuit.end();
  });

  async function playWorld(share: Share): Promise<void> {
    const world = worlds++;
    const start = START + world * WORLD_SECONDS;
    const batches = new RandomBatches({ size: SIZE, seed: `${seed} ${world}`, domain: DOMAIN, start });
    const contracts = await Contracts.deploy(batches.state);
    const replay = new Replay(SIZE.cellBits, DOMAIN);
    const waiting: Promise<void>[] = [];
    for (let i = 0; i < BATCHES_PER_WORLD; i++) {
      const batch = batches.next();
      share.add(batch);
      const witness = circuit.accept(await contracts.accept(batch));
      // It is awaited later; until then a rejection is no unhandled one.
      witness.catch(() => undefined);
      waiting.push(witness);
      if (waiting.length > AHEAD) await waiting.shift();
      replay.apply(SIZE, batch.trace.words);
      expect(cellsOf(replay)).to.deep.equal(cellsOf(batches.state), `world ${world}, batch ${i}: replay`);
    }
    await Promise.all(waiting);
  }

  for (const [name, count] of [
    ["C19, R9: 50 random batches", 1],
    ["C19, R9: [fuzz] 1,000 random batches", 20],
  ] as const) {
    it(name, async () => {
      const share = new Share();
      for (let i = 0; i < count; i++) await playWorld(share);
      expect(share.value).to.be.greaterThan(0.6);
    });
  }

  it(`C19: ${SMALL_BATCHES} random batches on a state that is soon full, with requests that no vault makes`, async () => {
    const tester = await batchCircuit(SMALL);
    const batches = new RandomBatches({ size: SMALL, seed, domain: DOMAIN, forged: true });
    for (let i = 0; i < SMALL_BATCHES; i++) {
      const { before, trace } = batches.next();
      await tester.calculateWitness({ ...honestInput(before, trace) });
    }
    // A new account takes a cell too: cells run out with the accounts, or before the last of them.
    const { nextAccount, nextBalance } = batches.state.counters();
    expect(nextBalance).to.equal(balanceRoom(SMALL.cellBits));
    expect(nextAccount).to.be.within(accountRoom(SMALL.cellBits) / 2, accountRoom(SMALL.cellBits));
  });

  it("C19: a result that the batch does not lead to is refused", async () => {
    const { before, trace } = new RandomBatches({ size: SIZE, seed, domain: DOMAIN }).next();
    const input = honestInput(before, trace);
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
