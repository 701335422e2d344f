import { expect } from "chai";
import { SIZES } from "../../protocol/spec";
import { Replay } from "../../protocol/state";
import { movesTheClock } from "../fixtures/clock";
import { DOMAIN } from "../fixtures/contracts";
import { freshSeed } from "../fixtures/random";
import { RandomBatches, Tally } from "../fixtures/randomBatches";
import { contentOf } from "../fixtures/states";
import { honestInput } from "../circuits/batch/world";
import { CircuitProcess } from "./circuit";
import { Contracts } from "./contracts";

const SIZE = SIZES.test;
/** Each world is a deployment from genesis. */
const BATCHES_PER_WORLD = 50;
/** Worlds of a test. */
const WORLDS = 2;
/** Beyond the clock of this process's chain, which other files have moved by years at most. */
const START = 3_000_000_000;
const WORLD_SECONDS = 10_000_000;
/** Witnesses that may wait for the circuit's process. */
const AHEAD = 20;

describe("Reference = circuit = contract", () => {
  movesTheClock();
  let circuit: CircuitProcess;
  let worlds = 0;

  before(() => {
    circuit = new CircuitProcess();
  });

  after(() => {
    circuit.end();
  });

  async function playWorld(seed: string, tally: Tally): Promise<void> {
    const start = START + worlds++ * WORLD_SECONDS;
    const batches = new RandomBatches({ size: SIZE, seed, domain: DOMAIN, start });
    const contracts = await Contracts.deploy(batches.state);
    const replay = new Replay(SIZE.cellBits, DOMAIN);
    const waiting: Promise<void>[] = [];
    for (let i = 1; i <= BATCHES_PER_WORLD; i++) {
      const at = `seed "${seed}", batch ${i}`;
      const batch = batches.next();
      tally.add(batch);
      const input = await contracts.accept(batch, batches.state).catch((error: unknown) => fail(at, error));
      const witness = circuit.accept(input).catch((error: unknown) => fail(at, error));
      // It is awaited later; until then a rejection is no unhandled one.
      witness.catch(() => undefined);
      waiting.push(witness);
      if (waiting.length > AHEAD) await waiting.shift();
      replay.apply(SIZE, batch.trace.words);
      expect(contentOf(replay)).to.deep.equal(contentOf(batches.state), `${at}: replay`);
    }
    await Promise.all(waiting);
  }

  /** The same error, which says with which seed it can be had again. */
  function fail(at: string, error: unknown): never {
    throw new Error(`${at}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }

  async function playWorlds(seed: string): Promise<void> {
    const tally = new Tally();
    for (let i = 0; i < WORLDS; i++) await playWorld(`${seed} ${i}`, tally);
    expect(tally.of().share, String(tally)).to.be.greaterThan(0.6);
  }

  it("C19, R9: 100 random batches", () => playWorlds("contracts"));

  for (let part = 1; part <= 10; part++) {
    it(`[fuzz] C19, R9: 1,000 random batches, part ${part} of 10`, () => playWorlds(freshSeed(`part ${part}`)));
  }

  it("C19: a result that the batch does not lead to is refused", async () => {
    const { before, trace } = new RandomBatches({ size: SIZE, seed: "refused", domain: DOMAIN }).next();
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
