import { expect } from "chai";
import { balanceRoom } from "../../protocol/spec";
import { freshSeed } from "../fixtures/random";
import { RandomBatches, Tally } from "../fixtures/randomBatches";
import { SMALL, batchCircuit, honestInput } from "../circuits/batch/world";

/** Of the smallest size, whose state is soon full. */
const BATCHES_PER_WORLD = 100;

describe("Reference = circuit", () => {
  /** Returns whether the cells ran out. */
  async function playWorld(seed: string, tally: Tally): Promise<boolean> {
    const tester = await batchCircuit(SMALL);
    const batches = new RandomBatches({ size: SMALL, seed, forged: true });
    for (let i = 1; i <= BATCHES_PER_WORLD; i++) {
      const batch = batches.next();
      tally.add(batch);
      try {
        await tester.calculateWitness({ ...honestInput(batch.before, batch.trace) });
      } catch (error) {
        throw new Error(`seed "${seed}", batch ${i}: ${(error as Error).message}`, { cause: error });
      }
    }
    return batches.state.counters().nextBalance === balanceRoom(SMALL.cellBits);
  }

  async function playWorlds(seed: string, count: number): Promise<void> {
    const tally = new Tally();
    let full = 0;
    for (let i = 0; i < count; i++) if (await playWorld(`${seed} ${i}`, tally)) full++;
    expect(full, "states that ran out of cells").to.be.greaterThan(0);
    expect(tally.of().share, String(tally)).to.be.greaterThan(0.6);
  }

  it("[proof] C19: 400 random batches on states that are soon full, with requests that no vault makes", () =>
    playWorlds("circuit", 4));

  for (const part of [1, 2, 3, 4, 5]) {
    it(`[fuzz] C19: 1,000 random batches on states that are soon full, part ${part} of 5`, () =>
      playWorlds(freshSeed(`small ${part}`), 2));
  }
});
