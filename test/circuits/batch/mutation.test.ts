import { expect } from "chai";
import { ZUSD } from "../../../protocol/spec";
import { compileTester, type CircuitTester } from "../../fixtures/circom";
import { expectNoSurvivors, survivors } from "../mutation";
import {
  CELLS,
  GOLD,
  OF_ZUSD,
  SILVER,
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
  type Content,
} from "./world";

/**
 * Signals that may take any value in some witnesses: the inverse of a number that is 0, or that need not be anything but
 * 0. With in = 0, `IsZero` and `AssertNotZeroIf` (not enabled) say nothing about it, and nothing else uses it.
 */
const FREE = /\.inverse$/;

describe("Batch: tampered witnesses", () => {
  let tester: CircuitTester;
  before(async () => {
    tester = await batchCircuit();
  });

  const { state, alice, bob, carol } = wideWorld();
  const zusd = { ...OF_ZUSD, amount: 7n };
  const feeCells = [CELLS.feesGold, CELLS.feesZusd, CELLS.feesSilver, CELLS.feesGold];
  const batches: [string, Content][] = [
    ["Noops", {}],
    ["Noops with fee slots, of a header that suspends chains", { feeCells, suspended: 0x8000_0000_0000_00fan }],
    [
      "a Deposit that creates, a Transfer, a Withdraw",
      {
        requests: [depositOf(user("dave"), { chain: 1, token: GOLD, amount: 5n })],
        ops: [signOp(state, alice, transferOf()), signOp(state, alice, withdrawOf())],
      },
    ],
    [
      "a Deposit with a key, an Open with a fee",
      {
        requests: [depositOf(carol, { chain: 1, token: GOLD, amount: 5n, account: 3, cell: 3 })],
        ops: [signOp(state, bob, openOf({ cell: 11, fee: 3n }))],
        feeCells,
      },
    ],
    ["a refund", { requests: [depositOf(bob, { chain: 1, token: SILVER, amount: 5n, account: 2, cell: 2 })] }],
    [
      "a SetKey, fees of two tokens",
      {
        requests: [setKeyOf(carol, { account: 3 })],
        ops: [signOp(state, alice, transferOf({ fee: 3n })), signOp(state, alice, withdrawOf({ fee: 5n }))],
        feeCells,
      },
    ],
    ["a SetKey by a stranger", { requests: [setKeyOf(bob)] }],
    [
      "a FullExit, a WithdrawExact of zUSD with a fee",
      {
        requests: [exitOf(alice)],
        ops: [signOp(state, alice, exactOf({ ...zusd, asset: 2, minOut: 6n, fee: 2n }))],
        feeCells,
        suspended: 4n,
      },
    ],
    [
      "a FullExit of more zUSD than there is, a WithdrawExact without fee slots",
      {
        requests: [exitOf(alice, { token: ZUSD, cell: CELLS.aliceZusd, payer: 2 })],
        ops: [signOp(state, alice, exactOf({ fee: 2n }))],
      },
    ],
    [
      "a Route, two Transfers",
      {
        requests: [routeOf(alice, { chain: 2, payer: 1, amount: 5n, into: 3, minOut: 4n })],
        ops: [signOp(state, alice, transferOf()), signOp(state, bob, transferOf({ from: 2, to: 1, account: 1 }))],
      },
    ],
    ["a late Route", { requests: [routeOf(alice, { chain: 2, payer: 1, amount: 5n, deadline: 7 })] }],
    [
      "a FullExit that is not, a Withdraw of zUSD",
      {
        requests: [exitOf(alice, { cell: 2 })],
        ops: [signOp(state, alice, withdrawOf(zusd))],
      },
    ],
  ];

  for (const [name, content] of batches) {
    it(`C2, P9: no signal can take another value alone: ${name}`, async () => {
      const witness = await tester.calculateWitness({ ...honestInput(state, batchOf(state, content)) });
      await expectNoSurvivors(tester, witness, FREE);
    });
  }

  it("C2: a signal that nothing constrains is found", async () => {
    const careless = await compileTester(
      `pragma circom 2.2.0;
template Careless() {
    signal input in;
    signal hint <-- in * in;
    signal output out <== hint * (in - 1);
}
component main = Careless();
`,
      { name: "Careless" },
    );
    const found = async (value: bigint): Promise<string[]> =>
      survivors(careless, await careless.calculateWitness({ in: value }));
    expect(await found(1n)).to.deep.equal(["hint"]);
    expect(await found(2n)).to.deep.equal([]);
  });
});
