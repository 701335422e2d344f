import { expect } from "chai";
import { getDomain } from "../../../protocol/crypto/domain";
import type { State } from "../../../protocol/state";
import type { CircuitTester } from "../../fixtures/circom";
import { CHALLENGE, SILVER, batchCircuit, batchOf, depositOf, honestInput, signOp, user, world, type Content } from "./world";

describe("Batch: what is provable", () => {
  let tester: CircuitTester;
  before(async () => {
    tester = await batchCircuit();
  });

  async function accepts(state: State, content: Content): Promise<void> {
    const trace = batchOf(state, content);
    const input = honestInput(state, trace);
    const after = state.clone();
    for (const { index, new: value } of trace.touched) after.write(index, value);
    expect(input.newEval).to.equal(getDomain(state.cellBits).evaluate(after.nonzero(), CHALLENGE));
    await tester.expectPass({ ...input });
  }

  it("an empty batch", async () => {
    await accepts(world().state, {});
  });

  it("a Deposit that opens an account and a cell and takes a key", async () => {
    await accepts(world().state, { requests: [depositOf(user("dave"), { chain: 3, token: (3 << 10) | 7, amount: 1n })] });
  });

  it("a Transfer", async () => {
    const { state, alice } = world();
    await accepts(state, { ops: [signOp(state, alice, { op: "Transfer", from: 1, to: 2, account: 2, amount: 250_000n })] });
  });

  it("a Withdraw", async () => {
    const { state, alice } = world();
    const op = { op: "Withdraw", from: 4, amount: 5_000n, recipient: alice.address, chain: 2, asset: 3 } as const;
    await accepts(state, { ops: [signOp(state, alice, op)] });
  });

  it("an Open with its OpenTo", async () => {
    const { state, bob } = world();
    await accepts(state, { ops: [signOp(state, bob, { op: "Open", from: 2, cell: 5, token: SILVER, account: 3 })] });
  });
});
