import { expect } from "chai";
import { accountRoom, balanceRoom } from "../../protocol/spec";
import { RandomBatches, Tally } from "../fixtures/randomBatches";
import { SMALL, batchCircuit, honestInput } from "../circuits/batch/world";

/** Of the smallest size, whose state is soon full. */
const BATCHES_PER_WORLD = 100;

describe("Reference = circuit", () => {
  async function playWorld(seed: string, tally: Tally): Promise<void> {
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
    // A new account takes a cell too: cells run out with the accounts, or before the last of them.
    const { nextAccount, nextBalance } = batches.state.counters();
    expect(nextBalance).to.equal(balanceRoom(SMALL.cellBits));
    expect(nextAccount).to.be.within(accountRoom(SMALL.cellBits) / 2, accountRoom(SMALL.cellBits));
  }

  for (const [name, count, seedOf] of [
    [
      "[proof] C19: 400 random batches on states that are soon full, with requests that no vault makes",
      4,
      () => "circuit",
    ],
    ["[fuzz] C19: 1,000 random batches on states that are soon full", 10, () => new Date().toISOString()],
  ] as const) {
    it(name, async () => {
      const tally = new Tally();
      const seed = seedOf();
      for (let i = 0; i < count; i++) await playWorld(`${seed} ${i}`, tally);
      expect(tally.of().share, String(tally)).to.be.greaterThan(0.6);
    });
  }
});
