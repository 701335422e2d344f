pragma circom 2.2.0;

include "../lib/omega.circom";
include "deposit.circom";
include "depositWord.circom";

// A slot for a queue op: Noop or Deposit.
//
// | signal      | meaning                                              |
// | ----------- | ---------------------------------------------------- |
// | word        | the op's three words                                 |
// | value       | values read by the slot's four accesses              |
// | cell, power | their cells c, below N, and ω^c                      |
// | written     | values written                                       |
//
// Accesses: the counters in cell 0; the used account's owner cell; the used balance cell; the used account's key cell. A Noop uses
// account 0 and balance cell 0 and writes everything back.
template QueueSlot(cellBits) {
    signal input word[3];
    signal input value[4];
    signal output cell[4];
    signal output power[4];
    signal output written[4];

    // A. The words.
    component words = DepositWords(cellBits);
    words.word <== word;

    // B. Which cells the accesses are to. ω^(N/2) = −1.
    signal accountPower <== OmegaPower(cellBits, cellBits - 2, 1)(words.usedAccountBits);
    signal cellPower <== OmegaPower(cellBits, cellBits - 1, 0)(words.usedCellBits);
    cell[0] <== COUNTERS_CELL();
    power[0] <== 1;
    cell[1] <== 2 * words.usedAccount + 1;
    power[1] <== omega(cellBits) * accountPower;
    cell[2] <== words.usedCell + 2 ** (cellBits - 1);
    power[2] <== -cellPower;
    cell[3] <== 2 * words.usedAccount;
    power[3] <== accountPower;

    // C. The op.
    component deposit = Deposit(cellBits);
    deposit.isDeposit <== words.isDeposit;
    deposit.chain <== words.chain;
    deposit.local <== words.local;
    deposit.tokenChain <== words.tokenChain;
    deposit.amount <== words.amount;
    deposit.account <== words.account;
    deposit.cell <== words.cell;
    deposit.executed <== words.executed;
    deposit.owner <== words.owner;
    deposit.usedAccount <== words.usedAccount;
    deposit.usedCell <== words.usedCell;
    deposit.key <== words.key;
    deposit.counters <== value[0];
    deposit.ownerCell <== value[1];
    deposit.balanceCell <== value[2];
    deposit.keyCell <== value[3];
    written[0] <== deposit.countersWritten;
    written[1] <== deposit.ownerWritten;
    written[2] <== deposit.balanceWritten;
    written[3] <== deposit.keyWritten;
}
