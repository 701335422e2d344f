/**
 * Bit widths and fixed numbers of the protocol: the only place where they are written.
 *
 * Solidity and Circom receive them through `npm run generate`.
 */

/** Order of BN254's scalar field F, the field of cells, words and circuits. */
export const FIELD_ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

/** Upper bound of `cellBits` (n): the state has N = 2^n cells, `1 <= n <= 24`. Fields hold any deployment's indices. */
export const MAX_CELL_BITS = 24;

export const ACCOUNT_BITS = 22; // account index: N/4 accounts, checked to n − 2 bits
export const BALANCE_INDEX_BITS = 23; // balance cell index: N/2 balance cells, checked to n − 1 bits
export const BALANCE_BITS = 128;
export const NONCE_BITS = 40;
export const TIMESTAMP_BITS = 40; // unix seconds
export const BATCH_NUMBER_BITS = 32;
export const ADDRESS_BITS = 160;
export const CHAIN_BITS = 6; // chain index 1..63; 0 is the rollup itself
export const LOCAL_TOKEN_BITS = 10; // a chain's own token number 1..1023; 0 is no token
export const TOKEN_BITS = CHAIN_BITS + LOCAL_TOKEN_BITS;
export const KIND_BITS = 2;
export const OP_BITS = 8;
export const AMOUNT_BITS = 128; // an exact amount
export const DEPOSIT_AMOUNT_BITS = 104; // the vault refuses more, so 2^24 deposits cannot overflow a balance

/** The mask of suspended chains: bit c is chain c's, bit 0 is 0. */
export const SUSPENDED_BITS = 64;

/** Fee slots: balance cells that collect the fees of a batch, one token each. */
export const FEE_SLOTS = 4;

/** Packed amount: `mantissa * 10^exponent`, mantissa in the low bits. */
export const MANTISSA_BITS = 35;
export const EXPONENT_BITS = 5;
export const PACKED_AMOUNT_BITS = MANTISSA_BITS + EXPONENT_BITS;

/** Packed fee: `mantissa * 10^exponent`, mantissa in the low bits. */
export const FEE_MANTISSA_BITS = 7;
export const FEE_BITS = FEE_MANTISSA_BITS + EXPONENT_BITS;

/** Packed words and cells are below 2^253, so their bits are unique in F. */
export const WORD_BITS = 253;

/** Widths inside the digest's packed elements; see `docs/protocol.md`, "Digest". */
export const ACCESS_CELL_BITS = MAX_CELL_BITS;
export const ACCESS_TIME_BITS = 12;
export const ACCESS_META_BITS = ACCESS_CELL_BITS + ACCESS_TIME_BITS + 2;
export const ACCESS_METAS_PER_ELEMENT = Math.floor(WORD_BITS / ACCESS_META_BITS);
export const SORTED_BITS = MAX_CELL_BITS + 1;
export const SORTED_PER_ELEMENT = Math.floor(WORD_BITS / SORTED_BITS);

/** Elements one permutation of the digest's sponge absorbs. */
export const SPONGE_RATE = 5;

/** Accesses to the state: the batch's own before and after its ops, and per op slot. */
export const ACCESSES_BEFORE_OPS = 1; // the domain
export const ACCESSES_AFTER_OPS = FEE_SLOTS;
export const ACCESSES_PER_QUEUE_OP = 4; // counters, owner, balance, key
export const ACCESSES_PER_SIGNED_OP = 3;

/** Pubdata words, per op slot. */
export const WORDS_PER_BATCH = 1; // the header
export const WORDS_PER_QUEUE_OP = 3;
export const WORDS_PER_SIGNED_OP = 1;

/** Least queue op slots of a circuit: no operator can leave requests no room. */
export const MIN_QUEUE_OPS = 2;

/** Heads of the request queue that a vault remembers. */
export const QUEUE_RING = 256;

/** Open requests after which the fee of a request grows once more. */
export const REQUEST_FEE_STEP = 64;

/** Seconds for which a guardian holds what is delayed of some batches, and how many of them, the last, are there to decide in who gets it. */
export const HOLD_TIME = 33 * 86_400;
export const DECISION_TIME = 3 * 86_400;

/** Oldest timestamp, in seconds, that the primary chain accepts in a batch. */
export const MAX_TIMESTAMP_AGE = 3600;

/** Gas a pushed payment may use at the recipient, and bytes of its answer that are read. */
export const PAYMENT_GAS = 100_000;
export const PAYMENT_RETURN_BYTES = 32;
