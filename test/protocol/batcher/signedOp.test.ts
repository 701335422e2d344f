import { expect } from "chai";
import { readSignedOp } from "../../../protocol/batcher/signedOp";
import { fromJson, toJson } from "../../../protocol/client/json";
import { alice, smallState } from "../../fixtures/states";
import { signOp } from "../../fixtures/users";

describe("signed ops from outside", () => {
  const state = smallState();
  const ops = [
    signOp(state, alice, { op: "Transfer", fee: 0n, from: 1, to: 2, account: 2, amount: 5n }),
    signOp(state, alice, {
      op: "Withdraw",
      fee: 0n,
      isZusd: false,
      from: 1,
      amount: 10n ** 20n,
      recipient: alice.address,
      chain: 1,
      asset: 1,
    }),
    signOp(state, alice, { op: "Open", fee: 0n, from: 1, cell: 5, token: 1025, account: 2 }),
  ];

  it("come through JSON unchanged", () => {
    for (const op of ops) expect(readSignedOp(fromJson(toJson(op)))).to.deep.equal(op);
  });

  const [transfer, withdraw] = ops;
  const { signature } = transfer;
  for (const [title, input, message] of [
    ["no object", "Transfer", "op.op must be an object"],
    ["an unknown op", { ...transfer, op: "Mint" }, "op.op must be one of"],
    ["a queue op", { ...transfer, op: "Deposit" }, "op.op must be one of"],
    ["an inherited name", { ...transfer, op: "toString" }, "op.op must be one of"],
    ["a float", { ...transfer, from: 1.5 }, "Transfer.from must be a whole number"],
    ["a negative number", { ...transfer, to: -1 }, "Transfer.to must be a whole number"],
    ["a number as text", { ...transfer, account: "2" }, "Transfer.account must be a whole number"],
    ["an amount as number", { ...transfer, amount: 5 }, "Transfer.amount must be"],
    ["a negative amount", { ...transfer, amount: -5n }, "Transfer.amount must be"],
    ["a missing field", { ...transfer, expiry: undefined }, "Transfer.expiry must be a whole number"],
    ["a field too many", { ...transfer, nonce: 1 }, "Transfer.nonce is not a field of this op"],
    ["a recipient that is no address", { ...withdraw, recipient: "0x12" }, "Withdraw.recipient must be an address"],
    ["no signature", { ...transfer, signature: undefined }, "Transfer.signature must be an object"],
    ["a signature in hex", { ...transfer, signature: { ...signature, s: "0x10" } }, "Transfer.signature.s must be"],
    [
      "half a signature",
      { ...transfer, signature: { ...signature, r8y: undefined } },
      "Transfer.signature.r8y must be",
    ],
    [
      "more than a signature",
      { ...transfer, signature: { ...signature, v: 27n } },
      "Transfer.signature.v is not a field",
    ],
  ] as const) {
    it(`B6: refuses ${title}`, () => {
      expect(() => readSignedOp(input)).to.throw(message);
    });
  }
});
