pragma circom 2.2.0;

include "../generated/spec.circom";
include "../lib/omega.circom";
include "../lib/range.circom";
include "cells.circom";
include "deposit.circom";
include "fullExit.circom";
include "queueWords.circom";
include "route.circom";
include "suspension.circom";

// A slot for a queue op: Noop, Deposit, SetKey, FullExit or Route.
//
// | signal      | meaning                                              |
// | ----------- | ---------------------------------------------------- |
// | word        | the op's three words                                 |
// | timestamp   | the header's                                         |
// | suspended   | the mask of suspended chains, by bytes               |
// | value       | values read by the slot's four accesses              |
// | cell, power | their cells c, below N, and ω^c                      |
// | written     | values written                                       |
//
// Accesses: the counters in cell 0; the used account's owner cell; the used balance cell; the used account's key cell. Noop
// and Route use account 0 and balance cell 0 and write everything back.
//
// `executed`, `usedAccount`, `usedCell` and `amount` are functions of the request, the cells read and the ledger's answer `covered`, which
// every rollup checks: nothing is the prover's choice.
template QueueSlot(cellBits) {
    signal input word[3];
    signal input timestamp;
    signal input suspended[SUSPENDED_BYTES()];
    signal input value[4];
    signal output cell[4];
    signal output power[4];
    signal output written[4];

    // A. The words, and the cells read, in full.
    component op = QueueWords(cellBits);
    op.word <== word;
    component next = CountersCell(cellBits);
    next.value <== value[0];
    component holder = OwnerCell();
    holder.value <== value[1];
    component old = BalanceCell(cellBits);
    old.value <== value[2];

    // B. Which cells the accesses are to. ω^(N/2) = −1.
    signal accountPower <== OmegaPower(cellBits, cellBits - 2, 1)(op.usedAccountBits);
    signal cellPower <== OmegaPower(cellBits, cellBits - 1, 0)(op.usedCellBits);
    cell[0] <== COUNTERS_CELL();
    power[0] <== 1;
    cell[1] <== 2 * op.usedAccount + 1;
    power[1] <== omega(cellBits) * accountPower;
    cell[2] <== op.usedCell + 2 ** (cellBits - 1);
    power[2] <== -cellPower;
    cell[3] <== 2 * op.usedAccount;
    power[3] <== accountPower;

    // C. Account and cell in use: the named ones; for a deposit that names none the counters', or 0 when there is no room (the counters'
    //    low bits are 0 then).
    signal isNewAccount <== IsZero()(op.account);
    signal isNewCell <== IsZero()(op.cell);
    signal allocatesAccount <== op.isDeposit * isNewAccount;
    signal allocatesCell <== op.isDeposit * isNewCell;
    signal allocatedAccount <== allocatesAccount * next.nextAccount;
    signal allocatedCell <== allocatesCell * next.nextBalance;
    op.usedAccount === op.account + allocatedAccount;
    op.usedCell === op.cell + allocatedCell;

    // D. What several ops ask.
    signal chainSuspended <== IsSuspended()(suspended, op.chainBits);
    chainSuspended === 0;
    signal payerSuspended <== IsSuspended()(suspended, op.payerBits);
    signal isZusd <== IsEqual()(op.token, ZUSD());
    signal ofAccount <== IsEqual()(old.account, op.usedAccount);
    signal ofToken <== IsEqual()(old.token, op.token);
    signal cellMatches <== ofAccount * ofToken;
    signal requester <== op.owner + 2 ** AT_OWNER_CELL_HOME() * op.chain + 2 ** AT_OWNER_CELL_KIND() * KIND_USER();
    signal isByOwner <== IsEqual()(value[1], requester);
    // Of zUSD alone there is a ledger that may not cover an op.
    signal withoutLedger <== op.isOp * (1 - isZusd);
    withoutLedger * (1 - op.covered) === 0;

    // E. The ops' conditions.
    component exit = FullExit();
    exit.enabled <== op.isFullExit;
    exit.tokenChain <== op.tokenChain;
    exit.payer <== op.payer;
    exit.amount <== op.amount;
    exit.executed <== op.executed;
    exit.covered <== op.covered;
    exit.isZusd <== isZusd;
    exit.isByOwner <== isByOwner;
    exit.cellMatches <== cellMatches;
    exit.payerSuspended <== payerSuspended;
    exit.balance <== old.balance;

    // The balance after a deposit or an exit, shown to be in range; of a deposit it is asked whether it is.
    signal sum <== old.balance + op.amount;
    signal balanceAfter <== Select()(op.isFullExit, exit.left, sum);
    component deposit = DepositFits();
    deposit.chain <== op.chain;
    deposit.local <== op.local;
    deposit.isNewAccount <== isNewAccount;
    deposit.isNewCell <== isNewCell;
    deposit.isZusd <== isZusd;
    deposit.isOwnChain <== IsEqual()(op.tokenChain, op.chain);
    deposit.kind <== holder.kind;
    deposit.cellMatches <== cellMatches;
    deposit.noAccount <== next.noAccount;
    deposit.noBalance <== next.noBalance;
    deposit.balanceFits <== Fits(BALANCE_BITS())(balanceAfter);

    component route = RouteFits();
    route.chain <== op.chain;
    route.payer <== op.payer;
    route.covered <== op.covered;
    route.isZusd <== isZusd;
    route.payerSuspended <== payerSuspended;
    route.timestamp <== timestamp;
    route.deadline <== op.deadline;

    // F. Executed if and only if the op's conditions hold: those of a SetKey are that its owner asks. In a Noop nothing is.
    signal depositFits <== deposit.fits * op.covered;
    signal deposits <== op.isDeposit * depositFits;
    signal setsKey <== op.isSetKey * isByOwner;
    signal exits <== op.isFullExit * exit.fits;
    signal routes <== op.isRoute * route.fits;
    signal depositsOrSetsKey <== deposits + setsKey;
    signal exitsOrRoutes <== exits + routes;
    op.executed === depositsOrSetsKey + exitsOrRoutes;

    // G. The counters, the new account and the new cell, which were free.
    signal createsAccount <== deposits * isNewAccount;
    signal createsCell <== deposits * isNewCell;
    signal countedAccount <== value[0] + createsAccount;
    written[0] <== countedAccount + 2 ** AT_COUNTERS_CELL_NEXT_BALANCE() * createsCell;

    createsAccount * value[1] === 0;
    signal created <== createsAccount * requester;
    written[1] <== value[1] + created;

    createsCell * value[2] === 0;
    signal labels <== op.token + 2 ** (AT_BALANCE_CELL_ACCOUNT() - AT_BALANCE_CELL_TOKEN()) * op.usedAccount;
    signal labelled <== createsCell * labels;
    signal moved <== (deposits - exits) * op.amount;
    signal balanced <== value[2] + moved;
    written[2] <== balanced + 2 ** AT_BALANCE_CELL_TOKEN() * labelled;

    // H. The key. A deposit's is taken if it is one, the account has none, and its owner (also a new account's) asks on its home chain;
    //    a SetKey's replaces what is there.
    signal noKey <== IsZero()(op.last);
    signal keyFree <== IsZero()(value[3]);
    signal takesKey <== Product(4)([deposits, 1 - noKey, keyFree, isByOwner + createsAccount]);
    signal taken <== takesKey * op.last;
    signal replaced <== setsKey * (op.last - value[3]);
    signal keyTaken <== value[3] + taken;
    written[3] <== keyTaken + replaced;
}
