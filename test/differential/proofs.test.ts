import { expect } from "chai";
import { circuitArtifacts, createProver, type Prover } from "../../protocol/prover";
import { SIZES } from "../../protocol/spec";
import { movesTheClock } from "../fixtures/clock";
import { DOMAIN } from "../fixtures/contracts";
import { RandomBatches } from "../fixtures/randomBatches";
import { rejection } from "../fixtures/rejection";
import { Contracts } from "./contracts";

/** Beyond the clock of this process's chain. */
const START = 3_900_000_000;
/** Batches without a proof before, so that there is something to move, and with one. */
const BEFORE = 8;
const PROVEN = 3;

describe("Reference = proof = contract", () => {
  movesTheClock();
  let prover: Prover;
  let code: string;

  before(async () => {
    const artifacts = await circuitArtifacts("test");
    code = artifacts.verifier.deployedBytecode;
    prover = createProver(artifacts);
  });

  after(() => prover.terminate());

  it(`[proof] C19, P9: ${PROVEN} random batches are accepted with their proofs, and none with another's`, async () => {
    const batches = new RandomBatches({ size: SIZES.test, seed: "proofs", domain: DOMAIN, start: START });
    const contracts = await Contracts.deploy(batches.state);
    for (let i = 0; i < BEFORE; i++) await contracts.accept(batches.next(), batches.state);
    await contracts.verifyWith(code);

    const executed = new Set<string>();
    let last: bigint[] = [];
    for (let i = 0; i < PROVEN; i++) {
      const batch = batches.next();
      const { effects, report } = batch.trace;
      for (const { op } of [...effects.queueOps, ...report.included.map((i) => batch.ops[i])]) executed.add(op);
      await contracts.accept(batch, batches.state, async (input) => (last = (await prover.prove({ ...input })).proof));
    }
    expect([...executed]).to.include.members(["Deposit", "FullExit", "Transfer"]);

    const { message } = await rejection(contracts.accept(batches.next(), batches.state, () => Promise.resolve(last)));
    expect(message).to.include("Rollup_InvalidProof");
  });
});
