/** Builds `contracts/generated/Spec.sol`: what Solidity needs of `protocol/spec`. */
import * as spec from "../../protocol/spec";
import { mask, type Layout } from "../../protocol/spec";

/** The text of `contracts/generated/Spec.sol`, formatted as Prettier formats it. */
export function solidityConstants(): string {
  return [
    "// SPDX-License-Identifier: GPL-3.0-or-later",
    "// Generated from protocol/spec by `npm run generate`. Do not edit.",
    "pragma solidity 0.8.28;",
    ...section("Fields and widths", [
      ["FIELD_ORDER", spec.FIELD_ORDER, "order of BN254's scalar field"],
      ["MAX_CELL_BITS", spec.MAX_CELL_BITS, "upper bound of n: a state has 2^n cells"],
      ["ADDRESS_BITS", spec.ADDRESS_BITS],
      ["CHAIN_MASK", mask(spec.CHAIN_BITS), "also the highest chain index"],
      ["LOCAL_TOKEN_BITS", spec.LOCAL_TOKEN_BITS],
      ["LOCAL_TOKEN_MASK", mask(spec.LOCAL_TOKEN_BITS), "also the highest local token"],
      ["ZUSD", BigInt(spec.ZUSD), "token id of zUSD"],
      ["DEPOSIT_AMOUNT_BITS", spec.DEPOSIT_AMOUNT_BITS],
      ["TIMESTAMP_BITS", spec.TIMESTAMP_BITS],
      ["MANTISSA_BITS", spec.MANTISSA_BITS, "of a packed amount, mantissa * 10^exponent"],
      ["MANTISSA_MASK", mask(spec.MANTISSA_BITS)],
    ]),
    ...section("Words of a batch: header, queue ops, signed ops", [
      ["WORDS_PER_BATCH", spec.WORDS_PER_BATCH],
      ["WORDS_PER_QUEUE_OP", spec.WORDS_PER_QUEUE_OP],
      ["WORDS_PER_SIGNED_OP", spec.WORDS_PER_SIGNED_OP],
    ]),
    ...section("Op codes: the low bits of an op's first word", [
      ["OP_MASK", mask(spec.OP_BITS)],
      ["OP_NOOP", BigInt(spec.Op.Noop)],
      ["OP_DEPOSIT", BigInt(spec.Op.Deposit)],
      ["OP_EXACT", BigInt(spec.Op.Exact), "second word of a withdrawal"],
      ["OP_SET_KEY", BigInt(spec.Op.SetKey)],
      ["OP_FULL_EXIT", BigInt(spec.Op.FullExit)],
      ["OP_ROUTE", BigInt(spec.Op.Route)],
      ["OP_WITHDRAW", BigInt(spec.Op.Withdraw), "plus the index of the chain that pays out"],
      ["OP_WITHDRAW_ZUSD", BigInt(spec.Op.WithdrawZusd), "plus the index of the chain that pays out"],
    ]),
    ...layoutSection("HEADER", spec.HeaderWord),
    ...layoutSection("DEPOSIT_0", spec.DepositWord0),
    ...layoutSection("DEPOSIT_1", spec.DepositWord1),
    ...section("Bits of a queue op's words that the requester chose; the third is all theirs", [
      ["DEPOSIT_REQUEST_MASK", mask(spec.DEPOSIT_REQUEST_BITS), "of a deposit's and a route's first word"],
      ["REQUEST_0_MASK", mask(spec.REQUEST_BITS_0), "of the first word of another queue op"],
      ["REQUEST_1_MASK", spec.REQUEST_1_MASK, "of the second word: owner, payer, deadline"],
      ["ROUTE_2_BITS", spec.RouteWord2.bits, "of a route's third word: recipient, into, minOut"],
    ]),
    ...layoutSection("EXIT_1", spec.FullExitWord1),
    ...layoutSection("ROUTE_1", spec.RouteWord1),
    ...layoutSection("ROUTE_2", spec.RouteWord2),
    ...layoutSection("WITHDRAW", spec.WithdrawWord),
    ...layoutSection("EXACT", spec.ExactWord),
    ...layoutSection("PAYMENT", spec.PaymentWord),
    ...section("Domain separation tags", [
      ["CHALLENGE_TAG", spec.CHALLENGE_TAG],
      ["OPENING_TAG", spec.OPENING_TAG],
      ["BATCH_TAG", spec.BATCH_TAG],
    ]),
    ...section("Kinds of facts", [
      ["FACT_QUEUE", spec.FactKind.Queue, "(queue of a chain, count) => head"],
      ["FACT_BATCH", spec.FactKind.Batch, "(batches, number) => batch hash"],
    ]),
    ...section("Limits", [
      ["MIN_QUEUE_OPS", spec.MIN_QUEUE_OPS, "queue op slots of a circuit at least"],
      ["QUEUE_RING", spec.QUEUE_RING, "heads of the request queue that a vault remembers"],
      ["REQUEST_FEE_STEP", spec.REQUEST_FEE_STEP, "open requests after which the fee grows once more"],
      ["HOLD_TIME", spec.HOLD_TIME, "seconds for which a guardian holds what is delayed of some batches"],
      ["DECISION_TIME", spec.DECISION_TIME, "seconds before its end in which the administrator decides who gets it"],
      ["MAX_TIMESTAMP_AGE", spec.MAX_TIMESTAMP_AGE, "seconds"],
      ["PAYMENT_GAS", spec.PAYMENT_GAS, "gas of a pushed payment at the recipient or token"],
      ["PAYMENT_RETURN_BYTES", spec.PAYMENT_RETURN_BYTES, "bytes of its answer that are read"],
    ]),
    "",
  ].join("\n");
}

type Row = readonly [name: string, value: bigint | number, comment?: string];

function section(title: string, rows: readonly Row[]): string[] {
  return ["", `// ${title}`, ...rows.map(constant)];
}

function constant([name, value, comment]: Row): string {
  const text = typeof value === "number" ? value.toString() : hex(value);
  return `uint256 constant ${name} = ${text};${comment ? ` // ${comment}` : ""}`;
}

/** Hex that Solidity does not take for an address, which 40 digits would be. */
function hex(value: bigint): string {
  const digits = value.toString(16);
  return `0x${digits.length === 40 ? "00" : ""}${digits}`;
}

/** `offset` and `mask` of each field: `(word >> X_OFFSET) & X_MASK`. */
function layoutSection(prefix: string, layout: Layout): string[] {
  const rows = layout.fields.flatMap(({ name, offset, bits }): Row[] => {
    const field = `${prefix}_${name.replace(/([A-Z])/g, "_$1").toUpperCase()}`;
    return [
      [`${field}_OFFSET`, offset],
      [`${field}_MASK`, mask(bits)],
    ];
  });
  return section(`${layout.name}: (word >> OFFSET) & MASK`, rows);
}
