// SPDX-License-Identifier: GPL-3.0-or-later
// Generated from protocol/spec by `npm run generate`. Do not edit.
pragma solidity 0.8.28;

// Fields and widths
uint256 constant FIELD_ORDER = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001; // order of BN254's scalar field
uint256 constant MAX_CELL_BITS = 24; // upper bound of n: a state has 2^n cells
uint256 constant ADDRESS_BITS = 160;
uint256 constant CHAIN_MASK = 0x3f; // also the highest chain index
uint256 constant LOCAL_TOKEN_BITS = 10;
uint256 constant LOCAL_TOKEN_MASK = 0x3ff; // also the highest local token
uint256 constant ZUSD = 0x1; // token id of zUSD
uint256 constant DEPOSIT_AMOUNT_BITS = 104;
uint256 constant TIMESTAMP_BITS = 40;
uint256 constant MANTISSA_BITS = 35; // of a packed amount, mantissa * 10^exponent
uint256 constant MANTISSA_MASK = 0x7ffffffff;

// Words of a batch: header, queue ops, signed ops
uint256 constant WORDS_PER_BATCH = 1;
uint256 constant WORDS_PER_QUEUE_OP = 3;
uint256 constant WORDS_PER_SIGNED_OP = 1;

// Op codes: the low bits of an op's first word
uint256 constant OP_MASK = 0xff;
uint256 constant OP_NOOP = 0x0;
uint256 constant OP_DEPOSIT = 0x20;
uint256 constant OP_EXACT = 0x4; // second word of a withdrawal
uint256 constant OP_SET_KEY = 0x21;
uint256 constant OP_FULL_EXIT = 0x22;
uint256 constant OP_ROUTE = 0x23;
uint256 constant OP_WITHDRAW = 0x40; // plus the index of the chain that pays out
uint256 constant OP_WITHDRAW_ZUSD = 0x80; // plus the index of the chain that pays out

// HeaderWord: (word >> OFFSET) & MASK
uint256 constant HEADER_NUMBER_OFFSET = 0;
uint256 constant HEADER_NUMBER_MASK = 0xffffffff;
uint256 constant HEADER_TIMESTAMP_OFFSET = 32;
uint256 constant HEADER_TIMESTAMP_MASK = 0xffffffffff;
uint256 constant HEADER_SUSPENDED_OFFSET = 72;
uint256 constant HEADER_SUSPENDED_MASK = 0xffffffffffffffff;
uint256 constant HEADER_FEE_CELL0_OFFSET = 136;
uint256 constant HEADER_FEE_CELL0_MASK = 0x7fffff;
uint256 constant HEADER_FEE_CELL1_OFFSET = 159;
uint256 constant HEADER_FEE_CELL1_MASK = 0x7fffff;
uint256 constant HEADER_FEE_CELL2_OFFSET = 182;
uint256 constant HEADER_FEE_CELL2_MASK = 0x7fffff;
uint256 constant HEADER_FEE_CELL3_OFFSET = 205;
uint256 constant HEADER_FEE_CELL3_MASK = 0x7fffff;

// DepositWord0: (word >> OFFSET) & MASK
uint256 constant DEPOSIT_0_OP_OFFSET = 0;
uint256 constant DEPOSIT_0_OP_MASK = 0xff;
uint256 constant DEPOSIT_0_CHAIN_OFFSET = 8;
uint256 constant DEPOSIT_0_CHAIN_MASK = 0x3f;
uint256 constant DEPOSIT_0_ACCOUNT_OFFSET = 14;
uint256 constant DEPOSIT_0_ACCOUNT_MASK = 0x3fffff;
uint256 constant DEPOSIT_0_CELL_OFFSET = 36;
uint256 constant DEPOSIT_0_CELL_MASK = 0x7fffff;
uint256 constant DEPOSIT_0_TOKEN_OFFSET = 59;
uint256 constant DEPOSIT_0_TOKEN_MASK = 0xffff;
uint256 constant DEPOSIT_0_AMOUNT_OFFSET = 75;
uint256 constant DEPOSIT_0_AMOUNT_MASK = 0xffffffffffffffffffffffffffffffff;
uint256 constant DEPOSIT_0_EXECUTED_OFFSET = 203;
uint256 constant DEPOSIT_0_EXECUTED_MASK = 0x1;
uint256 constant DEPOSIT_0_COVERED_OFFSET = 204;
uint256 constant DEPOSIT_0_COVERED_MASK = 0x1;

// DepositWord1: (word >> OFFSET) & MASK
uint256 constant DEPOSIT_1_OWNER_OFFSET = 0;
uint256 constant DEPOSIT_1_OWNER_MASK = 0x00ffffffffffffffffffffffffffffffffffffffff;
uint256 constant DEPOSIT_1_USED_ACCOUNT_OFFSET = 166;
uint256 constant DEPOSIT_1_USED_ACCOUNT_MASK = 0x3fffff;
uint256 constant DEPOSIT_1_USED_CELL_OFFSET = 188;
uint256 constant DEPOSIT_1_USED_CELL_MASK = 0x7fffff;

// Bits of a queue op's words that the requester chose; the third is all theirs
uint256 constant DEPOSIT_REQUEST_MASK = 0x7ffffffffffffffffffffffffffffffffffffffffffffffffff; // of a deposit's and a route's first word
uint256 constant REQUEST_0_MASK = 0x7ffffffffffffffffff; // of the first word of another queue op
uint256 constant REQUEST_1_MASK = 0x7fffffffff800000000003fffffffffffffffffffffffffffffffffffffffff; // of the second word: owner, payer, deadline
uint256 constant ROUTE_2_BITS = 210; // of a route's third word: recipient, into, minOut

// FullExitWord1: (word >> OFFSET) & MASK
uint256 constant EXIT_1_OWNER_OFFSET = 0;
uint256 constant EXIT_1_OWNER_MASK = 0x00ffffffffffffffffffffffffffffffffffffffff;
uint256 constant EXIT_1_PAYER_OFFSET = 160;
uint256 constant EXIT_1_PAYER_MASK = 0x3f;
uint256 constant EXIT_1_USED_ACCOUNT_OFFSET = 166;
uint256 constant EXIT_1_USED_ACCOUNT_MASK = 0x3fffff;
uint256 constant EXIT_1_USED_CELL_OFFSET = 188;
uint256 constant EXIT_1_USED_CELL_MASK = 0x7fffff;

// RouteWord1: (word >> OFFSET) & MASK
uint256 constant ROUTE_1_OWNER_OFFSET = 0;
uint256 constant ROUTE_1_OWNER_MASK = 0x00ffffffffffffffffffffffffffffffffffffffff;
uint256 constant ROUTE_1_PAYER_OFFSET = 160;
uint256 constant ROUTE_1_PAYER_MASK = 0x3f;
uint256 constant ROUTE_1_DEADLINE_OFFSET = 211;
uint256 constant ROUTE_1_DEADLINE_MASK = 0xffffffffff;

// RouteWord2: (word >> OFFSET) & MASK
uint256 constant ROUTE_2_RECIPIENT_OFFSET = 0;
uint256 constant ROUTE_2_RECIPIENT_MASK = 0x00ffffffffffffffffffffffffffffffffffffffff;
uint256 constant ROUTE_2_INTO_OFFSET = 160;
uint256 constant ROUTE_2_INTO_MASK = 0x3ff;
uint256 constant ROUTE_2_MIN_OUT_OFFSET = 170;
uint256 constant ROUTE_2_MIN_OUT_MASK = 0xffffffffff;

// WithdrawWord: (word >> OFFSET) & MASK
uint256 constant WITHDRAW_OP_OFFSET = 0;
uint256 constant WITHDRAW_OP_MASK = 0xff;
uint256 constant WITHDRAW_FROM_OFFSET = 8;
uint256 constant WITHDRAW_FROM_MASK = 0x7fffff;
uint256 constant WITHDRAW_AMOUNT_OFFSET = 31;
uint256 constant WITHDRAW_AMOUNT_MASK = 0xffffffffff;
uint256 constant WITHDRAW_FEE_OFFSET = 71;
uint256 constant WITHDRAW_FEE_MASK = 0xfff;
uint256 constant WITHDRAW_RECIPIENT_OFFSET = 83;
uint256 constant WITHDRAW_RECIPIENT_MASK = 0x00ffffffffffffffffffffffffffffffffffffffff;
uint256 constant WITHDRAW_ASSET_OFFSET = 243;
uint256 constant WITHDRAW_ASSET_MASK = 0x3ff;

// ExactWord: (word >> OFFSET) & MASK
uint256 constant EXACT_OP_OFFSET = 0;
uint256 constant EXACT_OP_MASK = 0xff;
uint256 constant EXACT_MIN_OUT_OFFSET = 31;
uint256 constant EXACT_MIN_OUT_MASK = 0xffffffffff;
uint256 constant EXACT_AMOUNT_OFFSET = 106;
uint256 constant EXACT_AMOUNT_MASK = 0xffffffffffffffffffffffffffffffff;

// PaymentWord: (word >> OFFSET) & MASK
uint256 constant PAYMENT_RECIPIENT_OFFSET = 0;
uint256 constant PAYMENT_RECIPIENT_MASK = 0x00ffffffffffffffffffffffffffffffffffffffff;
uint256 constant PAYMENT_TOKEN_OFFSET = 160;
uint256 constant PAYMENT_TOKEN_MASK = 0xffff;
uint256 constant PAYMENT_INTO_OFFSET = 176;
uint256 constant PAYMENT_INTO_MASK = 0x3ff;
uint256 constant PAYMENT_MIN_OUT_OFFSET = 186;
uint256 constant PAYMENT_MIN_OUT_MASK = 0xffffffffff;

// Domain separation tags
uint256 constant CHALLENGE_TAG = 0x63617573657761792e6368616c6c656e6765;
uint256 constant OPENING_TAG = 0x63617573657761792e6f70656e696e67;
uint256 constant BATCH_TAG = 0x63617573657761792e6261746368;

// Kinds of facts
uint256 constant FACT_QUEUE = 1; // (queue of a chain, count) => head
uint256 constant FACT_BATCH = 2; // (batches, number) => batch hash

// Limits
uint256 constant MIN_QUEUE_OPS = 2; // queue op slots of a circuit at least
uint256 constant QUEUE_RING = 256; // heads of the request queue that a vault remembers
uint256 constant REQUEST_FEE_STEP = 64; // open requests after which the fee grows once more
uint256 constant HOLD_TIME = 2851200; // seconds for which a guardian holds what is delayed of some batches
uint256 constant DECISION_TIME = 259200; // seconds before its end in which the administrator decides who gets it
uint256 constant MAX_TIMESTAMP_AGE = 3600; // seconds
uint256 constant PAYMENT_GAS = 100000; // gas of a pushed payment at the recipient or token
uint256 constant PAYMENT_RETURN_BYTES = 32; // bytes of its answer that are read
