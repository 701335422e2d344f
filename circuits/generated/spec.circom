pragma circom 2.1.0;

// Generated from protocol/spec by `npm run generate`; edits are lost.

// Widths
function ACCOUNT_BITS() { return 22; }
function ADDRESS_BITS() { return 160; }
function BALANCE_BITS() { return 128; }
function BALANCE_INDEX_BITS() { return 23; }
function BATCH_NUMBER_BITS() { return 32; }
function CHAIN_BITS() { return 6; }
function AMOUNT_BITS() { return 128; }
function EXPONENT_BITS() { return 5; }
function FEE_BITS() { return 12; }
function FEE_MANTISSA_BITS() { return 7; }
function FEE_SLOTS() { return 4; }
function KIND_BITS() { return 2; }
function LOCAL_TOKEN_BITS() { return 10; }
function MANTISSA_BITS() { return 35; }
function NONCE_BITS() { return 40; }
function OP_BITS() { return 8; }
function PACKED_AMOUNT_BITS() { return 40; }
function SUSPENDED_BITS() { return 64; }
function TIMESTAMP_BITS() { return 40; }
function TOKEN_BITS() { return 16; }
function ACCESS_CELL_BITS() { return 24; }
function ACCESS_META_BITS() { return 38; }
function ACCESS_METAS_PER_ELEMENT() { return 6; }
function ACCESS_TIME_BITS() { return 12; }
function ACCESSES_AFTER_OPS() { return 4; }
function ACCESSES_BEFORE_OPS() { return 1; }
function ACCESSES_PER_QUEUE_OP() { return 4; }
function ACCESSES_PER_SIGNED_OP() { return 3; }
function MAX_CELL_BITS() { return 24; }
function ZUSD() { return 1; }
function SORTED_BITS() { return 25; }
function SORTED_PER_ELEMENT() { return 10; }
function WORDS_PER_BATCH() { return 1; }
function WORDS_PER_QUEUE_OP() { return 3; }
function WORDS_PER_SIGNED_OP() { return 1; }

// Fixed cells
function COUNTERS_CELL() { return 0; }
function DOMAIN_CELL() { return 1; }

// Op codes and kinds
function OP_NOOP() { return 0; }
function OP_TRANSFER() { return 1; }
function OP_OPEN() { return 2; }
function OP_OPEN_TO() { return 3; }
function OP_EXACT() { return 4; }
function OP_DEPOSIT() { return 32; }
function OP_SET_KEY() { return 33; }
function OP_FULL_EXIT() { return 34; }
function OP_ROUTE() { return 35; }
function OP_WITHDRAW() { return 64; }
function OP_WITHDRAW_ZUSD() { return 128; }
function KIND_NONE() { return 0; }
function KIND_USER() { return 1; }
function KIND_POOL() { return 2; }

// Tags
function DIGEST_TAG() { return 516014088134957713096564683598820212; }
function MESSAGE_TAG() { return 7161134020979810681; }
function BETA_TAG() { return 1; }
function GAMMA_TAG() { return 2; }

// Positions of the lowest bit of each field
function AT_COUNTERS_CELL_NEXT_ACCOUNT() { return 0; }
function AT_COUNTERS_CELL_NEXT_BALANCE() { return 24; }
function AT_OWNER_CELL_OWNER() { return 0; }
function AT_OWNER_CELL_HOME() { return 160; }
function AT_OWNER_CELL_KIND() { return 166; }
function AT_BALANCE_CELL_BALANCE() { return 0; }
function AT_BALANCE_CELL_NONCE() { return 128; }
function AT_BALANCE_CELL_TOKEN() { return 168; }
function AT_BALANCE_CELL_ACCOUNT() { return 184; }
function AT_HEADER_WORD_NUMBER() { return 0; }
function AT_HEADER_WORD_TIMESTAMP() { return 32; }
function AT_HEADER_WORD_SUSPENDED() { return 72; }
function AT_HEADER_WORD_FEE_CELL0() { return 136; }
function AT_HEADER_WORD_FEE_CELL1() { return 159; }
function AT_HEADER_WORD_FEE_CELL2() { return 182; }
function AT_HEADER_WORD_FEE_CELL3() { return 205; }
function AT_DEPOSIT_WORD0_OP() { return 0; }
function AT_DEPOSIT_WORD0_CHAIN() { return 8; }
function AT_DEPOSIT_WORD0_ACCOUNT() { return 14; }
function AT_DEPOSIT_WORD0_CELL() { return 36; }
function AT_DEPOSIT_WORD0_TOKEN() { return 59; }
function AT_DEPOSIT_WORD0_AMOUNT() { return 75; }
function AT_DEPOSIT_WORD0_EXECUTED() { return 203; }
function AT_DEPOSIT_WORD0_COVERED() { return 204; }
function AT_DEPOSIT_WORD1_OWNER() { return 0; }
function AT_DEPOSIT_WORD1_USED_ACCOUNT() { return 166; }
function AT_DEPOSIT_WORD1_USED_CELL() { return 188; }
function AT_FULL_EXIT_WORD0_OP() { return 0; }
function AT_FULL_EXIT_WORD0_CHAIN() { return 8; }
function AT_FULL_EXIT_WORD0_ACCOUNT() { return 14; }
function AT_FULL_EXIT_WORD0_CELL() { return 36; }
function AT_FULL_EXIT_WORD0_TOKEN() { return 59; }
function AT_FULL_EXIT_WORD0_AMOUNT() { return 75; }
function AT_FULL_EXIT_WORD0_EXECUTED() { return 203; }
function AT_FULL_EXIT_WORD0_COVERED() { return 204; }
function AT_FULL_EXIT_WORD1_OWNER() { return 0; }
function AT_FULL_EXIT_WORD1_PAYER() { return 160; }
function AT_FULL_EXIT_WORD1_USED_ACCOUNT() { return 166; }
function AT_FULL_EXIT_WORD1_USED_CELL() { return 188; }
function AT_ROUTE_WORD1_OWNER() { return 0; }
function AT_ROUTE_WORD1_PAYER() { return 160; }
function AT_ROUTE_WORD1_DEADLINE() { return 211; }
function AT_TRANSFER_WORD_OP() { return 0; }
function AT_TRANSFER_WORD_FROM() { return 8; }
function AT_TRANSFER_WORD_AMOUNT() { return 31; }
function AT_TRANSFER_WORD_FEE() { return 71; }
function AT_TRANSFER_WORD_TO() { return 83; }
function AT_TRANSFER_WORD_ACCOUNT() { return 106; }
function AT_WITHDRAW_WORD_OP() { return 0; }
function AT_WITHDRAW_WORD_FROM() { return 8; }
function AT_WITHDRAW_WORD_AMOUNT() { return 31; }
function AT_WITHDRAW_WORD_FEE() { return 71; }
function AT_WITHDRAW_WORD_RECIPIENT() { return 83; }
function AT_WITHDRAW_WORD_ASSET() { return 243; }
function AT_EXACT_WORD_OP() { return 0; }
function AT_EXACT_WORD_MIN_OUT() { return 31; }
function AT_EXACT_WORD_AMOUNT() { return 106; }
function AT_OPEN_WORD_OP() { return 0; }
function AT_OPEN_WORD_FROM() { return 8; }
function AT_OPEN_WORD_FEE() { return 71; }
function AT_OPEN_TO_WORD_OP() { return 0; }
function AT_OPEN_TO_WORD_CELL() { return 8; }
function AT_OPEN_TO_WORD_TOKEN() { return 31; }
function AT_OPEN_TO_WORD_ACCOUNT() { return 106; }
function AT_MESSAGE_TAIL_EXPIRY() { return 0; }
function AT_MESSAGE_TAIL_NONCE() { return 40; }
function AT_MESSAGE_TAIL_TOKEN() { return 80; }
function AT_MESSAGE_TAIL_TAG() { return 96; }
