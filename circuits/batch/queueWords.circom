pragma circom 2.2.0;

include "../generated/spec.circom";
include "../lib/range.circom";

// The words of a queue slot, taken apart once at the field boundaries of all layouts (lowest bits first):
//
// | word | bits      | signal            | Deposit     | SetKey      | FullExit    | Route    |
// | ---- | --------- | ----------------- | ----------- | ----------- | ----------- | -------- |
// | 0    | 0..7      | (op)              | op          | op          | op          | op       |
// | 0    | 8..13     | chain             | chain       | chain       | chain       | chain    |
// | 0    | 14..35    | account           | account     | account     | account     | 0        |
// | 0    | 36..58    | cell              | cell        | 0           | cell        | 0        |
// | 0    | 59..74    | local, tokenChain | token       | 0           | token       | token    |
// | 0    | 75..202   | amount            | amount      | 0           | amount      | amount   |
// | 0    | 203       | executed          | executed    | executed    | executed    | executed |
// | 0    | 204       | covered           | covered     | covered     | covered     | covered  |
// | 1    | 0..159    | owner             | owner       | owner       | owner       | owner    |
// | 1    | 160..165  | payer             | 0           | 0           | payer       | payer    |
// | 1    | 166..187  | usedAccount       | usedAccount | usedAccount | usedAccount | 0        |
// | 1    | 188..210  | usedCell          | usedCell    | 0           | usedCell    | 0        |
// | 1    | 211..250  | deadline          | 0           | 0           | 0           | deadline |
// | 2    |           | last              | key         | key         | recipient   | payment  |
//
// isOp is the sum of isDeposit, isSetKey, isFullExit and isRoute, of which at most one is 1; in a Noop none is, and all words and fields are
// 0. account and usedAccount have n − 2 bits, cell and usedCell n − 1, amount 128, deadline 40. `last` is any field element. That a Route uses
// account 0 and cell 0 follows where the slot compares them with the named ones.
template QueueWords(cellBits) {
    signal input word[3];
    signal output isOp;
    signal output isDeposit;
    signal output isSetKey;
    signal output isFullExit;
    signal output isRoute;
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
    signal output deadline;
    signal output last;

    // A. The op code: Deposit's, plus two bits that say which op it is; or 0.
    assert(OP_SET_KEY() == OP_DEPOSIT() + 1 && OP_FULL_EXIT() == OP_DEPOSIT() + 2 && OP_ROUTE() == OP_DEPOSIT() + 3);
    var op = word[0] & (2 ** OP_BITS() - 1);
    isOp <-- op == 0 ? 0 : 1;
    AssertBit()(isOp);
    signal low <-- op & 1;
    AssertBit()(low);
    signal high <-- (op >> 1) & 1;
    AssertBit()(high);
    signal lowAndHigh <== low + high;
    lowAndHigh * (1 - isOp) === 0;
    isRoute <== low * high;
    isSetKey <== low - isRoute;
    isFullExit <== high - isRoute;
    isDeposit <== isOp - lowAndHigh + isRoute;

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

    signal code <== OP_DEPOSIT() * isOp + low;
    signal sumOp <== code + 2 * high;
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
    var AT_USED_CELL = AT_DEPOSIT_WORD1_USED_CELL();
    owner <-- word[1] & (2 ** ADDRESS_BITS() - 1);
    Range(ADDRESS_BITS())(owner);
    payer <-- (word[1] >> AT_PAYER) & (2 ** CHAIN_BITS() - 1);
    payerBits <== ToBits(CHAIN_BITS())(payer);
    usedAccount <-- (word[1] >> AT_USED_ACCOUNT) & (2 ** ACCOUNT_BITS() - 1);
    usedAccountBits <== ToBits(cellBits - 2)(usedAccount);
    usedCell <-- (word[1] >> AT_USED_CELL) & (2 ** BALANCE_INDEX_BITS() - 1);
    usedCellBits <== ToBits(cellBits - 1)(usedCell);
    deadline <-- word[1] >> AT_ROUTE_WORD1_DEADLINE();
    Range(TIMESTAMP_BITS())(deadline);

    signal sumPayer <== owner + 2 ** AT_PAYER * payer;
    signal sumUsedAccount <== sumPayer + 2 ** AT_USED_ACCOUNT * usedAccount;
    signal sumUsedCell <== sumUsedAccount + 2 ** AT_USED_CELL * usedCell;
    word[1] === sumUsedCell + 2 ** AT_ROUTE_WORD1_DEADLINE() * deadline;

    // D. The third word; a Noop's zeros; and bits that an op does not use: a sum of fields, each at least 0, that must vanish.
    last <== word[2];
    for (var i = 0; i < 3; i++) {
        word[i] * (1 - isOp) === 0;
    }
    payer * (1 - high) === 0;
    deadline * (1 - isRoute) === 0;
    signal cellAndToken <== cell + token;
    isSetKey * (cellAndToken + amount) === 0;
    isRoute * (account + cell) === 0;
}
