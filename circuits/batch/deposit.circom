pragma circom 2.2.0;

include "../generated/spec.circom";
include "../lib/range.circom";
include "cells.circom";

// Deposit: credits a request of a chain's queue, if and only if all its conditions hold; else it changes nothing, and is refunded.
//
// | signal                          | meaning                                                        |
// | ------------------------------- | -------------------------------------------------------------- |
// | isDeposit ... key               | fields of the words, see `DepositWords`; all 0 in a Noop       |
// | counters, ownerCell, balanceCell, keyCell | values read: cell 0, and the cells in use            |
// | countersWritten ... keyWritten  | values written                                                 |
//
// `executed`, `usedAccount` and `usedCell` are functions of the request and the cells read: nothing is the prover's choice.
template Deposit(cellBits) {
    signal input isDeposit;
    signal input chain;
    signal input local;
    signal input tokenChain;
    signal input amount;
    signal input account;
    signal input cell;
    signal input executed;
    signal input owner;
    signal input usedAccount;
    signal input usedCell;
    signal input key;
    signal input counters;
    signal input ownerCell;
    signal input balanceCell;
    signal input keyCell;
    signal output countersWritten;
    signal output ownerWritten;
    signal output balanceWritten;
    signal output keyWritten;

    component next = CountersCell(cellBits);
    next.value <== counters;
    component holder = OwnerCell();
    holder.value <== ownerCell;
    component old = BalanceCell(cellBits);
    old.value <== balanceCell;

    // A. Account and cell in use: the named ones, or the counters', or 0 when there is no room (the counters' low bits are 0 then).
    signal newAccount <== IsZero()(account);
    signal newCell <== IsZero()(cell);
    signal allocatedAccount <== newAccount * next.nextAccount;
    signal wantedAccount <== account + allocatedAccount;
    usedAccount === isDeposit * wantedAccount;
    signal allocatedCell <== newCell * next.nextBalance;
    signal wantedCell <== cell + allocatedCell;
    usedCell === isDeposit * wantedCell;

    // B. The token is one of the queue's chain.
    signal ownChain <== IsEqual()(tokenChain, chain);
    signal noChain <== IsZero()(chain);
    signal noLocal <== IsZero()(local);

    // C. The account is of kind user; a new one has room and no named cell.
    signal isUser <== IsEqual()(holder.kind, KIND_USER());
    signal accountRoom <== newCell * (1 - next.noAccount);
    signal accountFits <== Select()(newAccount, accountRoom, isUser);

    // D. The cell is the account's and has the token; a new one has room. (A named cell with a new account fails in C, so that
    //    usedAccount ≠ 0 here.)
    signal token <== local + 2 ** LOCAL_TOKEN_BITS() * tokenChain;
    signal ofAccount <== IsEqual()(old.account, usedAccount);
    signal ofToken <== IsEqual()(old.token, token);
    signal cellMatches <== ofAccount * ofToken;
    signal cellFits <== Select()(newCell, 1 - next.noBalance, cellMatches);

    // E. The new balance is below 2^128.
    signal newBalance <== old.balance + amount;
    signal balanceFits <== Fits(BALANCE_BITS())(newBalance);

    // F. Executed if and only if all of these hold. In a Noop chain is 0.
    signal allHold <== Product(6)([ownChain, 1 - noChain, 1 - noLocal, accountFits, cellFits, balanceFits]);
    executed === allHold;

    // G. The counters, the new account and the new cell, which was free; the credit.
    signal createsAccount <== executed * newAccount;
    signal createsCell <== executed * newCell;
    signal countedAccount <== counters + createsAccount;
    countersWritten <== countedAccount + 2 ** AT_COUNTERS_CELL_NEXT_BALANCE() * createsCell;

    createsAccount * ownerCell === 0;
    signal requester <== owner + 2 ** AT_OWNER_CELL_HOME() * chain + 2 ** AT_OWNER_CELL_KIND() * KIND_USER();
    signal created <== createsAccount * requester;
    ownerWritten <== ownerCell + created;

    createsCell * balanceCell === 0;
    signal labels <== token + 2 ** (AT_BALANCE_CELL_ACCOUNT() - AT_BALANCE_CELL_TOKEN()) * usedAccount;
    signal labelled <== createsCell * labels;
    signal credit <== executed * amount;
    signal credited <== balanceCell + credit;
    balanceWritten <== credited + 2 ** AT_BALANCE_CELL_TOKEN() * labelled;

    // H. The key, taken if and only if it is one, the account has none, and its owner (as written) is the requester on this chain.
    signal noKey <== IsZero()(key);
    signal keyFree <== IsZero()(keyCell);
    signal owned <== IsEqual()(ownerWritten, requester);
    signal takesKey <== Product(4)([executed, 1 - noKey, keyFree, owned]);
    signal taken <== takesKey * key;
    keyWritten <== keyCell + taken;
}
