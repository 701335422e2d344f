pragma circom 2.2.0;

include "../generated/spec.circom";
include "../lib/range.circom";
include "cells.circom";
include "rules.circom";

// Open, in an even slot: takes the next balance cell from the counters for the OpenTo in the odd slot after it.
//
// | signal           | meaning                                                        |
// | ---------------- | -------------------------------------------------------------- |
// | enabled          | bit: the op is an Open                                         |
// | counters         | value of the counters cell; any other cell when not enabled    |
// | nextCell         | index of the cell that the OpenTo names, n − 1 bits            |
// | change           | what is added to the counters cell                             |
template Open(cellBits) {
    signal input enabled;
    signal input counters;
    signal input nextCell;
    signal output change;

    component decoded = CountersCell(cellBits);
    decoded.value <== enabled * counters;
    // `nextCell` is below N/2, so there is room.
    AssertEqualIf()(enabled, nextCell, decoded.nextBalance);
    enabled * decoded.noBalance === 0;
    change <== 2 ** AT_COUNTERS_CELL_NEXT_BALANCE() * enabled;
}

// OpenTo, in an odd slot: creates an empty balance cell for an account of kind user.
//
// | signal           | meaning                                                        |
// | ---------------- | -------------------------------------------------------------- |
// | enabled          | bit: the op is an OpenTo                                       |
// | token            | id of the new cell's token                                     |
// | account          | account of the new cell                                        |
// | ownerCell        | value of the account's owner cell; any other cell otherwise    |
// | oldCell          | value of the new cell before                                   |
// | change           | what is added to the new cell                                  |
template OpenTo() {
    signal input enabled;
    signal input token;
    signal input account;
    signal input ownerCell;
    signal input oldCell;
    signal output change;

    component owner = OwnerCell();
    owner.value <== enabled * ownerCell;
    AssertEqualIf()(enabled, owner.kind, KIND_USER());
    component tokenId = TokenId();
    tokenId.value <== enabled * token;
    AssertNotZeroIf()(enabled, tokenId.local);
    enabled * oldCell === 0;

    signal newCell <== 2 ** AT_BALANCE_CELL_TOKEN() * token + 2 ** AT_BALANCE_CELL_ACCOUNT() * account;
    change <== enabled * newCell;
}
