import path from "node:path";
import { expect } from "chai";
import { getDomain } from "../../../protocol/crypto/domain";
import { SIZES } from "../../../protocol/spec";
import { applyRequest, type State } from "../../../protocol/state";
import { countPlonkGates } from "../../../scripts/gates-count";
import type { CircuitTester } from "../../fixtures/circom";
import {
  CHALLENGE,
  GOLD,
  SILVER,
  SMALL,
  batchCircuit,
  batchOf,
  depositOf,
  honestInput,
  signOp,
  user,
  world,
  type Content,
} from "./world";

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
    await accepts(world().state, {
      requests: [depositOf(user("dave"), { chain: 3, token: (3 << 10) | 7, amount: 1n })],
    });
  });

  it("a Transfer", async () => {
    const { state, alice } = world();
    await accepts(state, {
      ops: [signOp(state, alice, { op: "Transfer", fee: 0n, from: 1, to: 2, account: 2, amount: 250_000n })],
    });
  });

  it("a Withdraw", async () => {
    const { state, alice } = world();
    const op = {
      op: "Withdraw",
      fee: 0n,
      isZusd: false,
      from: 4,
      amount: 5_000n,
      recipient: alice.address,
      chain: 2,
      asset: 3,
    } as const;
    await accepts(state, { ops: [signOp(state, alice, op)] });
  });

  it("an Open with its OpenTo", async () => {
    const { state, bob } = world();
    await accepts(state, {
      ops: [signOp(state, bob, { op: "Open", fee: 0n, from: 2, cell: 5, token: SILVER, account: 3 })],
    });
  });

  // 4: the least a circuit is made for; 24: the most, where the sorted list needs a range of its own.
  for (const cellBits of [4, 24]) {
    it(`a Deposit and a Transfer in a state of 2^${cellBits} cells`, async () => {
      const size = { ...SMALL, cellBits };
      const { state, alice } = world(cellBits);
      const content = {
        requests: [depositOf(alice, { chain: 1, token: GOLD, amount: 5n, account: 1 })],
        ops: [signOp(state, alice, { op: "Transfer", fee: 0n, from: 1, to: 2, account: 2, amount: 250_000n })],
      };
      const small = await batchCircuit(size);
      await small.expectPass({ ...honestInput(state, batchOf(state, content, size)) });
    });
  }

  it("a full batch of size test, in at most 2^16 gates", async () => {
    const size = SIZES.test;
    const { state, alice, bob } = world(size.cellBits);
    const newcomers = ["dave", "erin", "frank", "grace"].slice(0, size.queueOps).map(user);
    const requests = newcomers.map((owner) => depositOf(owner, { chain: 2, token: SILVER, amount: 9n }));
    // Erin, with account 5 and cell 6, spends what she deposits in the same batch.
    const after = state.clone();
    requests.forEach((request) => applyRequest(after, request));
    const ops = [
      signOp(after, user("erin"), { op: "Transfer", fee: 0n, from: 6, to: 4, account: 1, amount: 9n }),
      signOp(after, alice, {
        op: "Withdraw",
        fee: 0n,
        isZusd: false,
        from: 1,
        amount: 10n,
        recipient: bob.address,
        chain: 1,
        asset: 1,
      }),
      signOp(after, bob, { op: "Open", fee: 0n, from: 2, cell: 5 + newcomers.length, token: SILVER, account: 2 }),
    ];
    const full = await batchCircuit(size);
    await full.expectPass({ ...honestInput(state, batchOf(state, { requests, ops }, size)) });
    expect(countPlonkGates(path.join(full.directory, "main.r1cs")).gates).to.be.at.most(2 ** size.gatePower);
  });
});
