import { expect } from "chai";
import { freshSeed } from "../../fixtures/random";
import { OPERATION_NAMES, World, WorldTally } from "./world";

describe("zUSD over four chains", () => {
  /** Plays worlds; what fails says with which seed it can be had again. */
  function play(name: string, worlds: number, operations: number): WorldTally {
    const tally = new WorldTally();
    for (let i = 1; i <= worlds; i++) {
      const seed = freshSeed(`${name}, world ${i}`);
      try {
        const world = new World(seed, tally);
        for (let k = 0; k < operations; k++) world.step();
      } catch (error) {
        throw new Error(`seed "${seed}": ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    }
    return tally;
  }

  /** Enough was done for what held to mean something. */
  function expectVariety(tally: WorldTally, liquidations: number, badDebts: number): void {
    const counts = String(tally);
    expect(tally.accepted, counts).to.be.at.least(0.6);
    for (const name of OPERATION_NAMES) expect(tally.done.get(name) ?? 0, `${name}: ${counts}`).to.be.greaterThan(0);
    expect(tally.times("liquidation"), counts).to.be.at.least(liquidations);
    expect(tally.times("bad debt"), counts).to.be.at.least(badDebts);
  }

  it("X13, X15, M7: the books of all chains and the ledger agree after every operation of random histories", () => {
    expectVariety(play("slice", 2, 3_000), 5, 1);
  });

  for (let part = 1; part <= 10; part++) {
    it(`[fuzz] X13, X15, M7: five histories of 20,000 operations, part ${part} of 10`, () => {
      const tally = play(`part ${part}`, 5, 20_000);
      expectVariety(tally, 100, 10);
      for (const event of EVENTS) expect(tally.times(event), `${event}: ${String(tally)}`).to.be.greaterThan(10);
    });
  }
});

const EVENTS = [
  "route",
  "route too late",
  "route that is not covered",
  "route to a suspended chain",
  "route below its minimum",
  "deposit above the cap",
  "exit of a part",
  "exit to a suspended chain",
  "withdrawal",
  "withdrawal beyond what is issued",
  "withdrawal to a suspended chain",
  "signed op beyond its balance",
  "suspended chain",
  "chain far behind",
  "payment in zUSD",
  "payment redeemed",
  "payment waits",
  "waiting payment redeemed",
  "waiting payment released",
  "redemption below par",
  "gap of a stablecoin",
  "gap of a share",
  "bad debt covered",
];
