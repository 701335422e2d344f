/** Keys themselves are compared with snarkjs' in `sameProof.test.ts`. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { expect } from "chai";
import type { Progress } from "../../../../protocol/prover";
import { setupPlonk, TooManyGatesError } from "../../../../protocol/prover/plonk/setup";
import { rejection } from "../../../fixtures/rejection";
import { constraintFile } from "./circuitFiles";
import { PRODUCT, squares } from "./smallCircuits";
import { Workspace } from "./workspace";

const SRS_POWER = 3;
/** One of the gates is the public input's. */
const FITTING = squares(2 ** SRS_POWER - 1);
const TOO_LARGE = squares(2 ** SRS_POWER);

describe("plonk: setup", () => {
  let workspace: Workspace;

  before(async () => (workspace = await Workspace.open(SRS_POWER)));
  after(() => workspace.close());

  it("makes the same key each time", async () => {
    const [first, second] = [await workspace.key("first", PRODUCT), await workspace.key("second", PRODUCT)];
    expect((await readFile(first)).equals(await readFile(second))).to.equal(true);
  });

  it("takes as many gates as the SRS has room for, and refuses one more, leaving no key", async () => {
    expect(existsSync(await workspace.key("fitting", FITTING))).to.equal(true);
    const error = await rejection(workspace.key("too large", TOO_LARGE));
    expect(error).to.be.instanceOf(TooManyGatesError);
    expect(error.message).to.equal("the circuit has 9 gates, the SRS has room for 2^3");
    expect(existsSync(workspace.path("too large.zkey"))).to.equal(false);
  });

  it("names a file that is missing or of another kind, leaving no key", async () => {
    const files = {
      r1cs: await workspace.write("circuit.r1cs", constraintFile(PRODUCT)),
      ptau: workspace.ptau,
      zkey: workspace.path("never.zkey"),
    };
    const missing = workspace.path("missing");
    const refusal = async (changed: Partial<typeof files>): Promise<string> =>
      (await rejection(setupPlonk({ ...files, ...changed }))).message;
    for (const kind of ["r1cs", "ptau"]) {
      expect(await refusal({ [kind]: missing })).to.equal(`${missing}: cannot be opened (ENOENT)`);
      const other = kind === "r1cs" ? files.ptau : files.r1cs;
      expect(await refusal({ [kind]: other })).to.equal(`${other}: not a .${kind} file`);
    }
    expect(existsSync(files.zkey)).to.equal(false);
  });

  it("shows progress that rises from 0 to its total", async () => {
    const r1cs = await workspace.write("circuit.r1cs", constraintFile(PRODUCT));
    const steps: Progress[] = [];
    const files = { r1cs, ptau: workspace.ptau, zkey: workspace.path("shown.zkey") };
    await setupPlonk(files, (step) => steps.push(step));
    const [{ total }] = steps;
    const done = steps.map((step) => step.done);
    expect(steps.every((step) => step.phase === "setup" && step.total === total)).to.equal(true);
    expect(done).to.deep.equal([...done].sort((x, y) => x - y));
    expect(new Set(done).size).to.be.greaterThan(10);
    expect([done[0], done[done.length - 1]]).to.deep.equal([0, total]);
  });
});
