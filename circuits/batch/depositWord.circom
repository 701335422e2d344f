pragma circom 2.2.0;

include "../generated/spec.circom";
include "../lib/range.circom";

// The words of a queue slot, taken apart: those of a Deposit, or of a Noop when isDeposit = 0; then all three are 0, and so is every field.
//
// | signal      | width | meaning                                                       |
// | ----------- | ----- | ------------------------------------------------------------- |
// | word        |       | the slot's three words                                        |
// | isDeposit   | 1     | the op code is Deposit's, not Noop's                          |
// | chain       | 6     | chain whose request queue holds the deposit                   |
// | local       | 10    | the token's number on its chain                               |
// | tokenChain  | 6     | the token's chain                                             |
// | amount      | 104   | in the token's own units                                      |
// | account     | n - 2 | account that is credited; 0: a new one                        |
// | cell        | n - 1 | balance cell that is credited; 0: a new one                   |
// | executed    | 1     | credited, or refunded                                         |
// | owner       | 160   | owner of a new account, and who is refunded                   |
// | usedAccount | n - 2 | account in use, with its bits                                 |
// | usedCell    | n - 1 | balance cell in use, with its bits                            |
// | key         |       | any field element                                             |
template DepositWords(cellBits) {
    signal input word[3];
    signal output isDeposit;
    signal output chain;
    signal output local;
    signal output tokenChain;
    signal output amount;
    signal output account;
    signal output cell;
    signal output executed;
    signal output owner;
    signal output usedAccount;
    signal output usedAccountBits[cellBits - 2];
    signal output usedCell;
    signal output usedCellBits[cellBits - 1];
    signal output key;

    // A. Fields of the first word.
    var AT_TOKEN = AT_DEPOSIT_WORD0_TOKEN();
    var AT_TOKEN_CHAIN = AT_TOKEN + LOCAL_TOKEN_BITS();
    isDeposit <-- (word[0] & (2 ** OP_BITS() - 1)) == OP_DEPOSIT() ? 1 : 0;
    AssertBit()(isDeposit);
    chain <-- (word[0] >> AT_DEPOSIT_WORD0_CHAIN()) & (2 ** CHAIN_BITS() - 1);
    Range(CHAIN_BITS())(chain);
    local <-- (word[0] >> AT_TOKEN) & (2 ** LOCAL_TOKEN_BITS() - 1);
    Range(LOCAL_TOKEN_BITS())(local);
    tokenChain <-- (word[0] >> AT_TOKEN_CHAIN) & (2 ** CHAIN_BITS() - 1);
    Range(CHAIN_BITS())(tokenChain);
    amount <-- (word[0] >> AT_DEPOSIT_WORD0_AMOUNT()) & (2 ** DEPOSIT_AMOUNT_BITS() - 1);
    Range(DEPOSIT_AMOUNT_BITS())(amount);
    account <-- (word[0] >> AT_DEPOSIT_WORD0_ACCOUNT()) & (2 ** ACCOUNT_BITS() - 1);
    Range(cellBits - 2)(account);
    cell <-- (word[0] >> AT_DEPOSIT_WORD0_CELL()) & (2 ** BALANCE_INDEX_BITS() - 1);
    Range(cellBits - 1)(cell);
    executed <-- word[0] >> AT_DEPOSIT_WORD0_EXECUTED();
    AssertBit()(executed);

    signal sumChain <== OP_DEPOSIT() * isDeposit + 2 ** AT_DEPOSIT_WORD0_CHAIN() * chain;
    signal sumLocal <== sumChain + 2 ** AT_TOKEN * local;
    signal sumToken <== sumLocal + 2 ** AT_TOKEN_CHAIN * tokenChain;
    signal sumAmount <== sumToken + 2 ** AT_DEPOSIT_WORD0_AMOUNT() * amount;
    signal sumAccount <== sumAmount + 2 ** AT_DEPOSIT_WORD0_ACCOUNT() * account;
    signal sumCell <== sumAccount + 2 ** AT_DEPOSIT_WORD0_CELL() * cell;
    word[0] === sumCell + 2 ** AT_DEPOSIT_WORD0_EXECUTED() * executed;

    // B. Fields of the second word.
    owner <-- word[1] & (2 ** ADDRESS_BITS() - 1);
    Range(ADDRESS_BITS())(owner);
    usedAccount <-- (word[1] >> AT_DEPOSIT_WORD1_USED_ACCOUNT()) & (2 ** ACCOUNT_BITS() - 1);
    usedAccountBits <== ToBits(cellBits - 2)(usedAccount);
    usedCell <-- word[1] >> AT_DEPOSIT_WORD1_USED_CELL();
    usedCellBits <== ToBits(cellBits - 1)(usedCell);

    signal sumOwner <== owner + 2 ** AT_DEPOSIT_WORD1_USED_ACCOUNT() * usedAccount;
    word[1] === sumOwner + 2 ** AT_DEPOSIT_WORD1_USED_CELL() * usedCell;

    // C. The third word, and a Noop's zeros.
    key <== word[2];
    for (var i = 0; i < 3; i++) {
        word[i] * (1 - isDeposit) === 0;
    }
}
