import { field, layout, mask } from "./layout";
import {
  ACCOUNT_BITS,
  ADDRESS_BITS,
  AMOUNT_BITS,
  BALANCE_BITS,
  BALANCE_INDEX_BITS,
  BATCH_NUMBER_BITS,
  CHAIN_BITS,
  FEE_BITS,
  KIND_BITS,
  LOCAL_TOKEN_BITS,
  NONCE_BITS,
  OP_BITS,
  PACKED_AMOUNT_BITS,
  SUSPENDED_BITS,
  TIMESTAMP_BITS,
  TOKEN_BITS,
} from "./widths";

// Cells ------------------------------------------------------------------------------------------------------------

/** Cell 0, the key cell of account 0: what is allocated next. A counter at its end means "no room". */
export const CountersCell = layout("CountersCell", [
  ["nextAccount", 24, "index of the next new account, 1 .. N/4; N/4: no room"],
  ["nextBalance", 24, "index of the next new balance cell, 1 .. N/2; N/2: no room"],
]);

/** Cell 2a+1. Cell 1 (account 0) holds the domain, which decodes as an owner of no kind. */
export const OwnerCell = layout("OwnerCell", [
  ["owner", ADDRESS_BITS, "L1 address of the owner; in cell 1 the domain of the deployment"],
  ["home", CHAIN_BITS, "chain whose transactions speak for the owner"],
  ["kind", KIND_BITS, "0 none, 1 user, 2 pool"],
]);

/** Cell N/2+b. 0: free. */
export const BalanceCell = layout("BalanceCell", [
  ["balance", BALANCE_BITS, "in the token's own units"],
  ["nonce", NONCE_BITS, "signed ops this cell has paid for"],
  ["token", TOKEN_BITS, "token id: chain (6, high), local number (10, low)"],
  ["account", 24, "index of the account that owns the cell"],
]);

// Words ------------------------------------------------------------------------------------------------------------

/** Word 0 of every batch. */
export const HeaderWord = layout("HeaderWord", [
  ["number", BATCH_NUMBER_BITS, "number of the batch; genesis is 0, the first batch 1"],
  ["timestamp", TIMESTAMP_BITS, "unix seconds, at least the previous batch's"],
  ["suspended", SUSPENDED_BITS, "bit c: chain c is suspended; bit 0 must be 0"],
  ["feeCell0", BALANCE_INDEX_BITS, "first fee slot: a balance cell; 0: none"],
  ["feeCell1", BALANCE_INDEX_BITS, "second fee slot"],
  ["feeCell2", BALANCE_INDEX_BITS, "third fee slot"],
  ["feeCell3", BALANCE_INDEX_BITS, "fourth fee slot"],
]);

/** First word of a Deposit. All but the two flags is the requester's. */
export const DepositWord0 = layout("DepositWord0", [
  ["op", OP_BITS, "0x20"],
  ["chain", CHAIN_BITS, "chain whose request queue holds the deposit"],
  ["account", ACCOUNT_BITS, "account that is credited; 0: a new one"],
  ["cell", BALANCE_INDEX_BITS, "balance cell that is credited; 0: a new one"],
  ["token", TOKEN_BITS, "token id"],
  ["amount", AMOUNT_BITS, "in the token's own units; a vault refuses 2^104 and above"],
  ["executed", 1, "1: credited; 0: refunded to the owner on the deposit's chain"],
  ["covered", 1, "0: zUSD above what the chain's cap leaves; else 1"],
]);

/** Second word of a Deposit. The owner is the requester's, the indices are proven. */
export const DepositWord1 = layout("DepositWord1", [
  ["owner", ADDRESS_BITS, "owner of a new account, and who is refunded"],
  ["", CHAIN_BITS, ""],
  ["usedAccount", ACCOUNT_BITS, "the named account, or the new one's index; 0: none"],
  ["usedCell", BALANCE_INDEX_BITS, "the named balance cell, or the new one's index; 0: none"],
]);

/** First word of a SetKey. All but the flags is the requester's. */
export const SetKeyWord0 = layout("SetKeyWord0", [
  ["op", OP_BITS, "0x21"],
  ["chain", CHAIN_BITS, "chain whose request queue holds the request"],
  ["account", ACCOUNT_BITS, "account that takes the key"],
  ["", BALANCE_INDEX_BITS + TOKEN_BITS + AMOUNT_BITS, ""],
  ["executed", 1, "1: the key was set; 0: nothing happened"],
  ["covered", 1, "1"],
]);

/** Second word of a SetKey. */
export const SetKeyWord1 = layout("SetKeyWord1", [
  ["owner", ADDRESS_BITS, "who asked: the sender of the request"],
  ["", CHAIN_BITS, ""],
  ["usedAccount", ACCOUNT_BITS, "the named account"],
]);

/** First word of a FullExit. Amount and flags are proven, the rest is the requester's. */
export const FullExitWord0 = layout("FullExitWord0", [
  ["op", OP_BITS, "0x22"],
  ["chain", CHAIN_BITS, "chain whose request queue holds the request"],
  ["account", ACCOUNT_BITS, "account that leaves"],
  ["cell", BALANCE_INDEX_BITS, "balance cell that is emptied"],
  ["token", TOKEN_BITS, "token id of the cell"],
  ["amount", AMOUNT_BITS, "what is paid, in the token's own units; 0 unless executed"],
  ["executed", 1, "1: the amount leaves; 0: nothing happens"],
  ["covered", 1, "0: zUSD, less than the balance: all that the paying chain's ledger holds; else 1"],
]);

/** Second word of a FullExit. Owner and paying chain are the requester's. */
export const FullExitWord1 = layout("FullExitWord1", [
  ["owner", ADDRESS_BITS, "who asked: the sender of the request"],
  ["payer", CHAIN_BITS, "chain that pays: the token's, or any for zUSD"],
  ["usedAccount", ACCOUNT_BITS, "the named account"],
  ["usedCell", BALANCE_INDEX_BITS, "the named balance cell"],
]);

/** First word of a Route: zUSD in and out, in one op. All but the two flags is the requester's. */
export const RouteWord0 = layout("RouteWord0", [
  ["op", OP_BITS, "0x23"],
  ["chain", CHAIN_BITS, "chain whose request queue holds the request, and from which the zUSD comes"],
  ["", ACCOUNT_BITS + BALANCE_INDEX_BITS, ""],
  ["token", TOKEN_BITS, "token id; it executes for zUSD alone"],
  ["amount", AMOUNT_BITS, "units of zUSD; a vault refuses 2^104 and above"],
  ["executed", 1, "1: paid on the destination chain; 0: refunded to the owner on the source chain"],
  ["covered", 1, "0: zUSD above what the source's cap leaves, or more than is issued to the destination; else 1"],
]);

/** Second word of a Route. All of it is the requester's. */
export const RouteWord1 = layout("RouteWord1", [
  ["owner", ADDRESS_BITS, "who is refunded"],
  ["payer", CHAIN_BITS, "destination: the chain that pays"],
  ["", ACCOUNT_BITS + BALANCE_INDEX_BITS, ""],
  ["deadline", TIMESTAMP_BITS, "last batch timestamp at which it executes, unix seconds"],
]);

/** Third word of a Route: who is paid there, and in what. */
export const RouteWord2 = layout("RouteWord2", [
  ["recipient", ADDRESS_BITS, "who receives on the destination chain"],
  ["into", LOCAL_TOKEN_BITS, "the destination's local number of the token to redeem into; 0: none"],
  [
    "minOut",
    PACKED_AMOUNT_BITS,
    "packed amount, the least to accept from the redemption, in that token's units, else zUSD",
  ],
]);

/** Bits of a Deposit's and a Route's first word that the requester chose; of any queue op the third word is all theirs. */
export const DEPOSIT_REQUEST_BITS = OP_BITS + CHAIN_BITS + ACCOUNT_BITS + BALANCE_INDEX_BITS + TOKEN_BITS + AMOUNT_BITS;
/** As above, of the first word of the other queue ops, whose amount is proven. */
export const REQUEST_BITS_0 = DEPOSIT_REQUEST_BITS - AMOUNT_BITS;
/** Bits of a queue op's second word that the requester chose: owner, payer and deadline. */
export const REQUEST_1_MASK =
  mask(ADDRESS_BITS + CHAIN_BITS) | (mask(TIMESTAMP_BITS) << BigInt(field(RouteWord1, "deadline").offset));

export const TransferWord = layout("TransferWord", [
  ["op", OP_BITS, "0x01"],
  ["from", BALANCE_INDEX_BITS, "balance cell that pays"],
  ["amount", PACKED_AMOUNT_BITS, "packed amount"],
  ["fee", FEE_BITS, "packed fee"],
  ["to", BALANCE_INDEX_BITS, "balance cell that receives"],
  ["account", ACCOUNT_BITS, "account that owns the receiving cell"],
]);

/** A Withdraw, or the first word of a WithdrawExact in an even slot: the amount is 0 then. */
export const WithdrawWord = layout("WithdrawWord", [
  ["op", OP_BITS, "0x40, for zUSD 0x80, + index of the chain that pays out"],
  ["from", BALANCE_INDEX_BITS, "balance cell that pays"],
  ["amount", PACKED_AMOUNT_BITS, "packed amount"],
  ["fee", FEE_BITS, "packed fee"],
  ["recipient", ADDRESS_BITS, "who receives on that chain"],
  ["asset", LOCAL_TOKEN_BITS, "local number of the token on that chain; zUSD: of the token to redeem into, 0: none"],
]);

/** Second word of a WithdrawExact, in the odd slot after it. */
export const ExactWord = layout("ExactWord", [
  ["op", OP_BITS, "0x04"],
  ["", BALANCE_INDEX_BITS, ""],
  ["minOut", PACKED_AMOUNT_BITS, "packed amount: the least to accept from a redemption of zUSD, else 0"],
  ["", FEE_BITS + BALANCE_INDEX_BITS, ""],
  ["amount", AMOUNT_BITS, "in the token's own units"],
]);

/** First word of an Open, in an even signed slot. */
export const OpenWord = layout("OpenWord", [
  ["op", OP_BITS, "0x02"],
  ["from", BALANCE_INDEX_BITS, "balance cell whose holder signs"],
  ["", PACKED_AMOUNT_BITS, ""],
  ["fee", FEE_BITS, "packed fee"],
]);

/** Second word of an Open, in the odd slot after it. */
export const OpenToWord = layout("OpenToWord", [
  ["op", OP_BITS, "0x03"],
  ["cell", BALANCE_INDEX_BITS, "the new balance cell: the counter's value"],
  ["token", TOKEN_BITS, "token id of the new cell"],
  ["", PACKED_AMOUNT_BITS - TOKEN_BITS + FEE_BITS + BALANCE_INDEX_BITS, ""],
  ["account", ACCOUNT_BITS, "account that owns the new cell"],
]);

/** Last input of a signed op's message; see `docs/protocol.md`, "Signatures". */
export const MessageTail = layout("MessageTail", [
  ["expiry", TIMESTAMP_BITS, "last batch timestamp at which the op is valid"],
  ["nonce", NONCE_BITS, "nonce of the paying cell before the op"],
  ["token", TOKEN_BITS, "token of the paying cell"],
  ["tag", 64, 'ASCII "causeway"'],
]);

/** Everything of an outbox's payment but the amount; in hashes, not in pubdata. */
export const PaymentWord = layout("PaymentWord", [
  ["recipient", ADDRESS_BITS, "who receives"],
  ["token", TOKEN_BITS, "token id"],
  ["into", LOCAL_TOKEN_BITS, "zUSD: local number of the token to redeem into, 0: none; else 0"],
  ["minOut", PACKED_AMOUNT_BITS, "zUSD: packed amount, the least to accept from the redemption; else 0"],
]);
