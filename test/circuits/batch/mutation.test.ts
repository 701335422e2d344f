import { expect } from "chai";
import * as F from "../../../protocol/crypto/field";
import { compileTester, type CircuitTester } from "../../fixtures/circom";
import { ConstraintIndex } from "./mutation";
import { Random } from "../../fixtures/random";
import {
  GOLD,
  SILVER,
  batchCircuit,
  batchOf,
  depositOf,
  honestInput,
  signOp,
  user,
  world,
  type Content,
} from "./world";

/**
 * Signals that may take any value in some witnesses: the inverse of a number that is 0, or that need not be anything but
 * 0. With in = 0, `IsZero` and `AssertNotZeroIf` (not enabled) say nothing about it, and nothing else uses it.
 */
const FREE = /\.inverse$/;

describe("Batch: tampered witnesses", () => {
  let tester: CircuitTester;
  let index: ConstraintIndex;
  before(async () => {
    tester = await batchCircuit();
    index = await ConstraintIndex.of(tester);
  });

  const { state, alice, bob, carol } = world();
  const withdraw = {
    op: "Withdraw",
    fee: 0n,
    isZusd: false,
    from: 4,
    amount: 7n,
    recipient: bob.address,
    chain: 2,
    asset: 3,
  } as const;
  const batches: [string, Content][] = [
    ["Noops", {}],
    [
      "a Deposit that creates, a Transfer, a Withdraw",
      {
        requests: [depositOf(user("dave"), { chain: 1, token: GOLD, amount: 5n })],
        ops: [
          signOp(state, alice, { op: "Transfer", fee: 0n, from: 1, to: 2, account: 2, amount: 1_000n }),
          signOp(state, alice, withdraw),
        ],
      },
    ],
    [
      "a Deposit with a key, an Open",
      {
        requests: [depositOf(carol, { chain: 1, token: GOLD, amount: 5n, account: 3, cell: 3 })],
        ops: [signOp(state, bob, { op: "Open", fee: 0n, from: 2, cell: 5, token: SILVER, account: 3 })],
      },
    ],
    ["a refund", { requests: [depositOf(bob, { chain: 1, token: SILVER, amount: 5n, account: 2, cell: 2 })] }],
  ];

  for (const [name, content] of batches) {
    it(`C2, P9: no signal can take another of seven values alone: ${name}`, async () => {
      const witness = await tester.calculateWitness({ ...honestInput(state, batchOf(state, content)) });
      const random = new Random(name).bits(253);
      const survivors = index.survivors(witness, (honest) => [
        0n,
        1n,
        F.add(honest, 1n),
        F.sub(honest, 1n),
        F.neg(honest),
        F.add(honest, 1n << 128n),
        random,
      ]);
      expect(survivors.filter((signal) => !FREE.test(signal))).to.deep.equal([]);
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
    const carelessIndex = await ConstraintIndex.of(careless);
    const survivors = async (value: bigint): Promise<string[]> =>
      carelessIndex.survivors(await careless.calculateWitness({ in: value }), () => [5n, 6n]);
    expect(await survivors(1n)).to.deep.equal(["hint"]);
    expect(await survivors(2n)).to.deep.equal([]);
  });
});
