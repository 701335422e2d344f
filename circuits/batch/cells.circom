pragma circom 2.2.0;

include "../generated/spec.circom";
include "../lib/range.circom";

// Packed cells, taken apart and put together. A field element has many readings (balance 5, nonce 7 is also balance 5 + 2^128, nonce 6), so
// every packed cell is decomposed with full ranges each time it is read, and what is written has its parts ranged.

// The fields of a balance cell.
//
// | signal  | width | meaning                                        |
// | ------- | ----- | ---------------------------------------------- |
// | value   |       | the packed cell                                |
// | balance | 128   | in the token's own units                       |
// | nonce   | 40    | signed ops the cell has paid for               |
// | local   | 10    | the token's number on its chain                |
// | chain   | 6     | the token's chain                              |
// | account | n - 2 | the cell's account                             |
//
// `token` is chain·2^10 + local.
template BalanceCell(cellBits) {
    signal input value;
    signal output balance;
    signal output nonce;
    signal output local;
    signal output chain;
    signal output account;
    signal output token;

    balance <-- value & (2 ** BALANCE_BITS() - 1);
    nonce <-- (value >> AT_BALANCE_CELL_NONCE()) & (2 ** NONCE_BITS() - 1);
    local <-- (value >> AT_BALANCE_CELL_TOKEN()) & (2 ** LOCAL_TOKEN_BITS() - 1);
    chain <-- (value >> (AT_BALANCE_CELL_TOKEN() + LOCAL_TOKEN_BITS())) & (2 ** CHAIN_BITS() - 1);
    account <-- value >> AT_BALANCE_CELL_ACCOUNT();

    Range(BALANCE_BITS())(balance);
    Range(NONCE_BITS())(nonce);
    Range(LOCAL_TOKEN_BITS())(local);
    Range(CHAIN_BITS())(chain);
    Range(cellBits - 2)(account);

    token <== local + 2 ** LOCAL_TOKEN_BITS() * chain;
    signal low <== balance + 2 ** AT_BALANCE_CELL_NONCE() * nonce;
    signal high <== token + 2 ** (AT_BALANCE_CELL_ACCOUNT() - AT_BALANCE_CELL_TOKEN()) * account;
    value === low + 2 ** AT_BALANCE_CELL_TOKEN() * high;
}

// A token id: the token's number on its chain (10 bits, low), and the chain (6).
template TokenId() {
    signal input value;
    signal output local;
    signal output chain;

    local <-- value & (2 ** LOCAL_TOKEN_BITS() - 1);
    chain <-- value >> LOCAL_TOKEN_BITS();

    Range(LOCAL_TOKEN_BITS())(local);
    Range(CHAIN_BITS())(chain);
    value === local + 2 ** LOCAL_TOKEN_BITS() * chain;
}

// The fields of an owner cell: owner (160), home (6), kind (2). The domain in cell 1 reads as an owner of no kind.
template OwnerCell() {
    signal input value;
    signal output owner;
    signal output home;
    signal output kind;

    owner <-- value & (2 ** ADDRESS_BITS() - 1);
    home <-- (value >> AT_OWNER_CELL_HOME()) & (2 ** CHAIN_BITS() - 1);
    kind <-- value >> AT_OWNER_CELL_KIND();

    Range(ADDRESS_BITS())(owner);
    Range(CHAIN_BITS())(home);
    Range(KIND_BITS())(kind);

    signal low <== owner + 2 ** AT_OWNER_CELL_HOME() * home;
    value === low + 2 ** AT_OWNER_CELL_KIND() * kind;
}

// The counters in cell 0, with what they say about room.
//
// | signal      | width | meaning                                                            |
// | ----------- | ----- | ------------------------------------------------------------------ |
// | nextAccount | n - 2 | index of the next new account; without room 0                      |
// | noAccount   | 1     | 1: the counter is at its end, N/4                                  |
// | nextBalance | n - 1 | index of the next new balance cell; without room 0                 |
// | noBalance   | 1     | 1: the counter is at its end, N/2                                  |
//
// A counter is at most at its end: with the flag set, its lower bits must be 0.
template CountersCell(cellBits) {
    signal input value;
    signal output nextAccount;
    signal output noAccount;
    signal output nextBalance;
    signal output noBalance;

    nextAccount <-- value & (2 ** (cellBits - 2) - 1);
    noAccount <-- (value >> (cellBits - 2)) & 1;
    nextBalance <-- (value >> AT_COUNTERS_CELL_NEXT_BALANCE()) & (2 ** (cellBits - 1) - 1);
    noBalance <-- (value >> (AT_COUNTERS_CELL_NEXT_BALANCE() + cellBits - 1)) & 1;

    Range(cellBits - 2)(nextAccount);
    Range(cellBits - 1)(nextBalance);
    AssertBit()(noAccount);
    AssertBit()(noBalance);
    noAccount * nextAccount === 0;
    noBalance * nextBalance === 0;

    signal low <== nextAccount + 2 ** (cellBits - 2) * noAccount;
    signal high <== nextBalance + 2 ** (cellBits - 1) * noBalance;
    value === low + 2 ** AT_COUNTERS_CELL_NEXT_BALANCE() * high;
}
