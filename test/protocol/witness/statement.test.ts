import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import * as kzg from "../../../protocol/crypto/kzg";
import { openSrs, type Srs } from "../../../protocol/crypto/srs";
import { StateCommitment } from "../../../protocol/state";
import { ZERO_HASH, checkStatement, challengeOf, makeStatement, openingChallenge } from "../../../protocol/witness";
import { RandomBatches } from "../../fixtures/randomBatches";

const SIZE = { name: "small", cellBits: 6, queueOps: 2, signedOps: 4, gatePower: 0 };

describe("makeStatement", () => {
  let directory: string;
  let srs: Srs;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "statement-"));
    srs = await openSrs({ power: SIZE.cellBits, directory });
  });
  after(() => rm(directory, { recursive: true }));

  it("commits, takes the challenge and opens, so that circuit and pairing accept, batch after batch", async () => {
    const batches = new RandomBatches({ size: SIZE, seed: "make statement" });
    const committer = new StateCommitment(srs);
    let commitment = await committer.commit(batches.state);
    for (let i = 0; i < 8; i++) {
      const { trace } = batches.next();
      const statement = await makeStatement(committer, batches.state, trace, {
        circuitId: ZERO_HASH,
        oldCommitment: commitment,
      });
      const { commitments, challenge, openings, input } = statement;
      checkStatement(SIZE, input);

      const { number, digest, words } = trace;
      const { domain } = batches.state;
      expect(challenge).to.equal(challengeOf({ domain, circuitId: ZERO_HASH, number, commitments, digest, words }));
      const v = openingChallenge(challenge, openings, commitments);
      const points = [commitments.old, commitments.quotient, commitments.new];
      const values = [openings.oldEval, openings.quotientEval, openings.newEval];
      expect(await kzg.verifyBatch(srs, points, challenge, v, { values, witness: openings.opening })).to.equal(true);

      commitment = commitments.new;
      expect(commitment).to.deep.equal(await committer.commit(batches.state));
    }
  });
});
