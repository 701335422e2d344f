pragma circom 2.2.0;

include "../generated/spec.circom";
include "../lib/range.circom";

// The words of a queue slot, taken apart once at the field boundaries of all layouts (lowest bits first):
//
// | word | bits      | signal            | Deposit     | SetKey      | FullExit    |
// | ---- | --------- | ----------------- | ----------- | ----------- | ----------- |
// | 0    | 0..7      | (op)              | op          | op          | op          |
// | 0    | 8..13     | chain             | chain       | chain       | chain       |
// | 0    | 14..35    | account           | account     | account     | account     |
// | 0    | 36..58    | cell              | cell        | 0           | cell        |
// | 0    | 59..74    | local, tokenChain | token       | 0           | token       |
// | 0    | 75..202   | amount            | amount      | 0           | amount      |
// | 0    | 203       | executed          | executed    | executed    | executed    |
// | 0    | 204       | covered           | covered     | covered     | covered     |
// | 1    | 0..159    | owner             | owner       | owner       | owner       |
// | 1    | 160..165  | payer             | 0           | 0           | payer       |
// | 1    | 166..187  | usedAccount       | usedAccount | usedAccount | usedAccount |
// | 1    | 188..210  | usedCell          | usedCell    | 0           | usedCell    |
// | 2    |           | last              | key         | key         | recipient   |
//
// At most one of isDeposit, isSetKey, isFullExit is 1; in a Noop none is, and all words and fields are 0. account and usedAccount have n − 2
// bits, cell and usedCell n − 1, amount 128. `last` is any field element.
template QueueWords(cellBits) {
    signal input word[3];
    signal output isDeposit;
    signal output isSetKey;
    signal output isFullExit;
    signal output chain;
    signal output chainBits[CHAIN_BITS()];
    signal output account;
    signal output cell;
    signal output local;
    signal output tokenChain;
    signal output token;
    signal output amount;
    signal output executed;
    signal output covered;
    signal output owner;
    signal output payer;
    signal output payerBits[CHAIN_BITS()];
    signal output usedAccount;
    signal output usedAccountBits[cellBits - 2];
    signal output usedCell;
    signal output usedCellBits[cellBits - 1];
    signal output last;

    // A. The op code: Deposit's, plus 1 or 2; or 0.
    var op = word[0] & (2 ** OP_BITS() - 1);
    signal isOp <-- op == 0 ? 0 : 1;
    AssertBit()(isOp);
    isSetKey <-- op == OP_SET_KEY() ? 1 : 0;
    AssertBit()(isSetKey);
    isFullExit <-- op == OP_FULL_EXIT() ? 1 : 0;
    AssertBit()(isFullExit);
    isSetKey * isFullExit === 0;
    signal isOther <== isSetKey + isFullExit;
    isDeposit <== isOp - isOther;
    isOther * (1 - isOp) === 0;

    // B. Fields of the first word.
    var AT_CHAIN = AT_DEPOSIT_WORD0_CHAIN();
    var AT_ACCOUNT = AT_DEPOSIT_WORD0_ACCOUNT();
    var AT_CELL = AT_DEPOSIT_WORD0_CELL();
    var AT_TOKEN = AT_DEPOSIT_WORD0_TOKEN();
    var AT_AMOUNT = AT_DEPOSIT_WORD0_AMOUNT();
    chain <-- (word[0] >> AT_CHAIN) & (2 ** CHAIN_BITS() - 1);
    chainBits <== ToBits(CHAIN_BITS())(chain);
    account <-- (word[0] >> AT_ACCOUNT) & (2 ** ACCOUNT_BITS() - 1);
    Range(cellBits - 2)(account);
    cell <-- (word[0] >> AT_CELL) & (2 ** BALANCE_INDEX_BITS() - 1);
    Range(cellBits - 1)(cell);
    local <-- (word[0] >> AT_TOKEN) & (2 ** LOCAL_TOKEN_BITS() - 1);
    Range(LOCAL_TOKEN_BITS())(local);
    tokenChain <-- (word[0] >> (AT_TOKEN + LOCAL_TOKEN_BITS())) & (2 ** CHAIN_BITS() - 1);
    Range(CHAIN_BITS())(tokenChain);
    amount <-- (word[0] >> AT_AMOUNT) & (2 ** AMOUNT_BITS() - 1);
    Range(AMOUNT_BITS())(amount);
    executed <-- (word[0] >> AT_DEPOSIT_WORD0_EXECUTED()) & 1;
    AssertBit()(executed);
    covered <-- word[0] >> AT_DEPOSIT_WORD0_COVERED();
    AssertBit()(covered);
    token <== local + 2 ** LOCAL_TOKEN_BITS() * tokenChain;

    signal code <== OP_DEPOSIT() * isOp + isSetKey;
    signal sumOp <== code + 2 * isFullExit;
    signal sumChain <== sumOp + 2 ** AT_CHAIN * chain;
    signal sumAccount <== sumChain + 2 ** AT_ACCOUNT * account;
    signal sumCell <== sumAccount + 2 ** AT_CELL * cell;
    signal sumToken <== sumCell + 2 ** AT_TOKEN * token;
    signal sumAmount <== sumToken + 2 ** AT_AMOUNT * amount;
    signal sumExecuted <== sumAmount + 2 ** AT_DEPOSIT_WORD0_EXECUTED() * executed;
    word[0] === sumExecuted + 2 ** AT_DEPOSIT_WORD0_COVERED() * covered;

    // C. Fields of the second word.
    var AT_PAYER = AT_FULL_EXIT_WORD1_PAYER();
    var AT_USED_ACCOUNT = AT_DEPOSIT_WORD1_USED_ACCOUNT();
    owner <-- word[1] & (2 ** ADDRESS_BITS() - 1);
    Range(ADDRESS_BITS())(owner);
    payer <-- (word[1] >> AT_PAYER) & (2 ** CHAIN_BITS() - 1);
    payerBits <== ToBits(CHAIN_BITS())(payer);
    usedAccount <-- (word[1] >> AT_USED_ACCOUNT) & (2 ** ACCOUNT_BITS() - 1);
    usedAccountBits <== ToBits(cellBits - 2)(usedAccount);
    usedCell <-- word[1] >> AT_DEPOSIT_WORD1_USED_CELL();
    usedCellBits <== ToBits(cellBits - 1)(usedCell);

    signal sumPayer <== owner + 2 ** AT_PAYER * payer;
    signal sumUsedAccount <== sumPayer + 2 ** AT_USED_ACCOUNT * usedAccount;
    word[1] === sumUsedAccount + 2 ** AT_DEPOSIT_WORD1_USED_CELL() * usedCell;

    // D. The third word; a Noop's zeros; and bits that an op does not use: a sum of fields, each at least 0, that must vanish.
    last <== word[2];
    for (var i = 0; i < 3; i++) {
        word[i] * (1 - isOp) === 0;
    }
    payer * (1 - isFullExit) === 0;
    signal cellAndToken <== cell + token;
    isSetKey * (cellAndToken + amount) === 0;
}
