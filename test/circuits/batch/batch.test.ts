import path from "node:path";
import { expect } from "chai";
import { getDomain } from "../../../protocol/crypto/domain";
import { SIZES, ZUSD } from "../../../protocol/spec";
import { applyRequest, type State } from "../../../protocol/state";
import { countPlonkGates } from "../../../scripts/gates-count";
import type { CircuitTester } from "../../fixtures/circom";
import {
  CELLS,
  CHALLENGE,
  GOLD,
  OF_ZUSD,
  SILVER,
  SMALL,
  batchCircuit,
  batchOf,
  depositOf,
  exactOf,
  exitOf,
  routeOf,
  honestInput,
  openOf,
  setKeyOf,
  signOp,
  transferOf,
  user,
  wideWorld,
  withdrawOf,
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

  it("a SetKey", async () => {
    const { state, alice } = wideWorld();
    await accepts(state, { requests: [setKeyOf(alice)] });
  });

  it("a FullExit, of a token and of zUSD", async () => {
    const { state, alice } = wideWorld();
    await accepts(state, { requests: [exitOf(alice)] });
    await accepts(state, { requests: [exitOf(alice, { token: ZUSD, cell: CELLS.aliceZusd })] });
  });

  it("a Route, paid and refunded", async () => {
    const { state, alice } = wideWorld();
    for (const amount of [100n, 1n << 103n])
      await accepts(state, { requests: [routeOf(alice, { chain: 2, payer: 1, amount })] });
  });

  it("a Transfer", async () => {
    const { state, alice } = world();
    await accepts(state, { ops: [signOp(state, alice, transferOf({ amount: 250_000n }))] });
  });

  it("a Withdraw, of a token and of zUSD", async () => {
    const { state, alice } = wideWorld();
    await accepts(state, { ops: [signOp(state, alice, withdrawOf({ amount: 5_000n }))] });
    await accepts(state, { ops: [signOp(state, alice, withdrawOf({ ...OF_ZUSD, asset: 9, amount: 9_000n }))] });
  });

  it("a WithdrawExact, of a token and of zUSD", async () => {
    const { state, alice } = wideWorld();
    await accepts(state, { ops: [signOp(state, alice, exactOf({ amount: 4_999n }))] });
    const exact = exactOf({ ...OF_ZUSD, asset: 9, amount: 8_999n, minOut: 8_000n });
    await accepts(state, { ops: [signOp(state, alice, exact)] });
  });

  it("an Open with its OpenTo", async () => {
    const { state, bob } = world();
    await accepts(state, { ops: [signOp(state, bob, openOf())] });
  });

  it("ops with fees, some chains suspended", async () => {
    const { state, alice } = wideWorld();
    await accepts(state, {
      requests: [exitOf(alice, { token: SILVER, cell: 4, payer: 2 })],
      ops: [signOp(state, alice, transferOf({ fee: 120n })), signOp(state, alice, withdrawOf({ ...OF_ZUSD, fee: 7n }))],
      feeCells: [CELLS.feesZusd, CELLS.feesSilver, CELLS.feesGold, 0],
      suspended: 0xff00_0000_0000_0004n,
    });
  });

  // 4: the least a circuit is made for; 24: the most, where the sorted list needs a range of its own.
  for (const cellBits of [4, 24]) {
    it(`a Deposit and a Transfer in a state of 2^${cellBits} cells`, async () => {
      const size = { ...SMALL, cellBits };
      const { state, alice } = world(cellBits);
      const content = {
        requests: [depositOf(alice, { chain: 1, token: GOLD, amount: 5n, account: 1 })],
        ops: [signOp(state, alice, transferOf({ amount: 250_000n }))],
      };
      const small = await batchCircuit(size);
      await small.expectPass({ ...honestInput(state, batchOf(state, content, size)) });
    });
  }

  it("a full batch of size test, in at most 2^16 gates", async () => {
    const size = SIZES.test;
    const { state, alice, bob, carol } = world(size.cellBits);
    const dave = { ...user("dave"), account: 4, cell: 5 };
    const requests = [
      depositOf(dave, { chain: 2, token: SILVER, amount: 9n }),
      depositOf(bob, { chain: 1, token: ZUSD, amount: 900n, account: 2 }),
      setKeyOf(alice, { key: bob.keys.ay }),
      exitOf(carol, { account: 3, cell: 3 }),
    ];
    // Dave and bob spend what they deposit in the same batch; alice signs with her new key, which is bob's.
    const after = state.clone();
    requests.forEach((request) => applyRequest(after, request, { cap: () => 900n }));
    const ops = [
      signOp(after, dave, transferOf({ from: dave.cell, to: 4, account: 1, amount: 8n, fee: 1n })),
      signOp(after, bob, withdrawOf({ from: 1, amount: 10n, chain: 1, asset: 1, fee: 2n })),
      signOp(after, bob, exactOf({ ...OF_ZUSD, from: 6, amount: 899n, fee: 1n })),
    ];
    const feeCells = [3, 4, 0, 0];
    const full = await batchCircuit(size);
    await full.expectPass({ ...honestInput(state, batchOf(state, { requests, ops, feeCells }, size)) });
    const { gates } = await countPlonkGates(path.join(full.directory, "main.r1cs"));
    expect(gates).to.be.at.most(2 ** size.gatePower);
  });
});
