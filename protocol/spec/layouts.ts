import { layout } from "./layout";
import {
  ACCOUNT_BITS,
  ADDRESS_BITS,
  BALANCE_BITS,
  BALANCE_INDEX_BITS,
  BATCH_NUMBER_BITS,
  CHAIN_BITS,
  DEPOSIT_AMOUNT_BITS,
  FEE_BITS,
  KIND_BITS,
  LOCAL_TOKEN_BITS,
  NONCE_BITS,
  OP_BITS,
  PACKED_AMOUNT_BITS,
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
]);

/** First word of a Deposit. The low 179 bits are the requester's, the flag is proven. */
export const DepositWord0 = layout("DepositWord0", [
  ["op", OP_BITS, "0x20"],
  ["chain", CHAIN_BITS, "chain whose request queue holds the deposit"],
  ["token", TOKEN_BITS, "token id"],
  ["amount", DEPOSIT_AMOUNT_BITS, "in the token's own units"],
  ["account", ACCOUNT_BITS, "account that is credited; 0: a new one"],
  ["cell", BALANCE_INDEX_BITS, "balance cell that is credited; 0: a new one"],
  ["executed", 1, "1: credited; 0: refunded to the owner on the deposit's chain"],
]);

/** Second word of a Deposit. The owner is the requester's, the indices are proven. */
export const DepositWord1 = layout("DepositWord1", [
  ["owner", ADDRESS_BITS, "owner of a new account, and who is refunded"],
  ["usedAccount", ACCOUNT_BITS, "the named account, or the new one's index; 0: none"],
  ["usedCell", BALANCE_INDEX_BITS, "the named balance cell, or the new one's index; 0: none"],
]);

/** Bits of a Deposit's first two words that the requester chose; the third word, the key, is all theirs. */
export const DEPOSIT_REQUEST_BITS_0 = 179;
export const DEPOSIT_REQUEST_BITS_1 = 160;

export const TransferWord = layout("TransferWord", [
  ["op", OP_BITS, "0x01"],
  ["from", BALANCE_INDEX_BITS, "balance cell that pays"],
  ["amount", PACKED_AMOUNT_BITS, "packed amount"],
  ["fee", FEE_BITS, "must be 0"],
  ["to", BALANCE_INDEX_BITS, "balance cell that receives"],
  ["account", ACCOUNT_BITS, "account that owns the receiving cell"],
]);

export const WithdrawWord = layout("WithdrawWord", [
  ["op", OP_BITS, "0x40 + index of the chain that pays out"],
  ["from", BALANCE_INDEX_BITS, "balance cell that pays"],
  ["amount", PACKED_AMOUNT_BITS, "packed amount"],
  ["fee", FEE_BITS, "must be 0"],
  ["recipient", ADDRESS_BITS, "who receives on that chain"],
  ["asset", LOCAL_TOKEN_BITS, "local number of the token on that chain"],
]);

/** First word of an Open, in an even signed slot. */
export const OpenWord = layout("OpenWord", [
  ["op", OP_BITS, "0x02"],
  ["from", BALANCE_INDEX_BITS, "balance cell whose holder signs"],
  ["", PACKED_AMOUNT_BITS, ""],
  ["fee", FEE_BITS, "must be 0"],
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
