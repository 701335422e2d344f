import * as spec from "../../protocol/spec";
import type { Layout } from "../../protocol/spec";

/** Layouts whose offsets the circuits use. */
const LAYOUTS: readonly Layout[] = [
  spec.CountersCell,
  spec.OwnerCell,
  spec.BalanceCell,
  spec.HeaderWord,
  spec.DepositWord0,
  spec.DepositWord1,
  spec.FullExitWord0,
  spec.FullExitWord1,
  spec.RouteWord1,
  spec.TransferWord,
  spec.WithdrawWord,
  spec.ExactWord,
  spec.OpenWord,
  spec.OpenToWord,
  spec.MessageTail,
];

const WIDTHS = [
  "ACCOUNT_BITS",
  "ADDRESS_BITS",
  "BALANCE_BITS",
  "BALANCE_INDEX_BITS",
  "BATCH_NUMBER_BITS",
  "CHAIN_BITS",
  "AMOUNT_BITS",
  "EXPONENT_BITS",
  "FEE_BITS",
  "FEE_MANTISSA_BITS",
  "FEE_SLOTS",
  "KIND_BITS",
  "LOCAL_TOKEN_BITS",
  "MANTISSA_BITS",
  "NONCE_BITS",
  "OP_BITS",
  "PACKED_AMOUNT_BITS",
  "SUSPENDED_BITS",
  "TIMESTAMP_BITS",
  "TOKEN_BITS",
  "ACCESS_CELL_BITS",
  "ACCESS_META_BITS",
  "ACCESS_METAS_PER_ELEMENT",
  "ACCESS_TIME_BITS",
  "ACCESSES_AFTER_OPS",
  "ACCESSES_BEFORE_OPS",
  "ACCESSES_PER_QUEUE_OP",
  "ACCESSES_PER_SIGNED_OP",
  "MAX_CELL_BITS",
  "ZUSD",
  "SORTED_BITS",
  "SORTED_PER_ELEMENT",
  "WORDS_PER_BATCH",
  "WORDS_PER_QUEUE_OP",
  "WORDS_PER_SIGNED_OP",
] as const satisfies readonly (keyof typeof spec)[];

const TAGS = ["DIGEST_TAG", "MESSAGE_TAG", "BETA_TAG", "GAMMA_TAG"] as const satisfies readonly (keyof typeof spec)[];

const CELLS = ["COUNTERS_CELL", "DOMAIN_CELL"] as const satisfies readonly (keyof typeof spec)[];

/** The source of `circuits/generated/spec.circom`: the numbers of `protocol/spec` as functions without parameters. */
export function circomConstants(): string {
  const lines = [
    "pragma circom 2.1.0;",
    "",
    "// Generated from protocol/spec by `npm run generate`; edits are lost.",
    "",
    "// Widths",
    ...WIDTHS.map((name) => constant(name, spec[name])),
    "",
    "// Fixed cells",
    ...CELLS.map((name) => constant(name, spec[name])),
    "",
    "// Op codes and kinds",
    ...Object.entries(spec.Op).map(([name, code]) => constant(`OP_${screaming(name)}`, code)),
    ...Object.entries(spec.Kind).map(([name, code]) => constant(`KIND_${screaming(name)}`, code)),
    "",
    "// Tags",
    ...TAGS.map((name) => constant(name, spec[name])),
    "",
    "// Positions of the lowest bit of each field",
    ...LAYOUTS.flatMap((of) =>
      of.fields.map(({ name, offset }) => constant(`AT_${screaming(of.name)}_${screaming(name)}`, offset)),
    ),
  ];
  return lines.join("\n") + "\n";
}

function constant(name: string, value: number | bigint): string {
  return `function ${name}() { return ${value}; }`;
}

/** `DepositWord0` → `DEPOSIT_WORD0`, `usedAccount` → `USED_ACCOUNT`. */
function screaming(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase();
}
