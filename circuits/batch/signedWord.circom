pragma circom 2.2.0;

include "../generated/spec.circom";
include "../lib/range.circom";
include "../lib/amount.circom";

// A signed op's word, taken apart once at the field boundaries of all layouts (lowest bits first):
//
// | bits      | signal        | Transfer | Withdraw        | Open | OpenTo       |
// | --------- | ------------- | -------- | --------------- | ---- | ------------ |
// | 0..7      | op            | op       | op, chain       | op   | op           |
// | 8..30     | index         | from     | from            | from | cell         |
// | 31..70    | packedAmount  | amount   | amount          | 0    | token        |
// | 71..82    | (fee)         | 0        | 0               | 0    | 0            |
// | 83..105   | to            | to       | recipient       | 0    | 0            |
// | 106..127  | account       | account  | recipient       | 0    | account      |
// | 128..242  | recipientHigh | 0        | recipient       | 0    | 0            |
// | 243..252  | asset         | 0        | asset           | 0    | 0            |
//
// Exactly one of isNoop, isTransfer, isWithdraw, isOpen, isOpenTo is 1; isOpen only in even slots (odd = 0), isOpenTo only in odd ones.
// `index` and, for a Transfer, `to` have n − 1 bits. `to` is 0 unless the op is a Transfer; `toBits` are the field's low bits whatever the op.
// `amount` is the unpacked amount, below 2^138. Warning: an OpenTo's `packedAmount` must be shown to be a token id, below 2^16.
template SignedWord(cellBits, odd) {
    signal input word;
    signal output isNoop;
    signal output isTransfer;
    signal output isWithdraw;
    signal output isOpen;
    signal output isOpenTo;
    signal output chain;
    signal output index;
    signal output indexBits[cellBits - 1];
    signal output packedAmount;
    signal output amount;
    signal output toBits[cellBits - 1];
    signal output to;
    signal output account;
    signal output asset;

    var indexBitCount = cellBits - 1;
    var toHighBits = BALANCE_INDEX_BITS() - indexBitCount;
    var recipientHighBits = ADDRESS_BITS() - BALANCE_INDEX_BITS() - ACCOUNT_BITS();
    var AT_INDEX = AT_TRANSFER_WORD_FROM();
    var AT_AMOUNT = AT_TRANSFER_WORD_AMOUNT();
    var AT_TO = AT_TRANSFER_WORD_TO();
    var AT_ACCOUNT = AT_TRANSFER_WORD_ACCOUNT();
    var AT_RECIPIENT_HIGH = AT_ACCOUNT + ACCOUNT_BITS();
    var AT_ASSET = AT_WITHDRAW_WORD_ASSET();

    // A. Op code: two bits, four bits that only a Withdraw's chain uses, and the Withdraw's bit; bit 7 is 0.
    signal low[2];
    low[0] <-- word & 1;
    low[1] <-- (word >> 1) & 1;
    AssertBit()(low[0]);
    AssertBit()(low[1]);
    signal chainHigh <-- (word >> 2) & (2 ** (CHAIN_BITS() - 2) - 1);
    Range(CHAIN_BITS() - 2)(chainHigh);
    isWithdraw <-- (word >> CHAIN_BITS()) & 1;
    AssertBit()(isWithdraw);
    signal chainLow <== low[0] + 2 * low[1];
    chain <== chainLow + 4 * chainHigh;
    chainHigh * (1 - isWithdraw) === 0;

    signal neither <== (1 - low[0]) * (1 - low[1]);
    signal onlyFirst <== low[0] * (1 - low[1]);
    isNoop <== neither * (1 - isWithdraw);
    isTransfer <== onlyFirst * (1 - isWithdraw);
    if (odd) {
        signal both <== low[0] * low[1];
        isOpenTo <== both * (1 - isWithdraw);
        isOpen <== 0;
    } else {
        signal onlySecond <== (1 - low[0]) * low[1];
        isOpen <== onlySecond * (1 - isWithdraw);
        isOpenTo <== 0;
    }
    signal moves <== isTransfer + isWithdraw;
    moves + isNoop + (odd ? isOpenTo : isOpen) === 1;

    // B. Fields.
    index <-- (word >> AT_INDEX) & (2 ** BALANCE_INDEX_BITS() - 1);
    indexBits <== ToBits(indexBitCount)(index);
    packedAmount <-- (word >> AT_AMOUNT) & (2 ** PACKED_AMOUNT_BITS() - 1);
    amount <== UnpackAmount()(packedAmount);
    signal toLow <-- (word >> AT_TO) & (2 ** indexBitCount - 1);
    toBits <== ToBits(indexBitCount)(toLow);
    signal toHigh;
    if (toHighBits == 0) {
        toHigh <== 0;
    } else {
        toHigh <-- (word >> (AT_TO + indexBitCount)) & (2 ** toHighBits - 1);
        Range(toHighBits)(toHigh);
    }
    account <-- (word >> AT_ACCOUNT) & (2 ** ACCOUNT_BITS() - 1);
    Range(ACCOUNT_BITS())(account);
    signal recipientHigh <-- (word >> AT_RECIPIENT_HIGH) & (2 ** recipientHighBits - 1);
    Range(recipientHighBits)(recipientHigh);
    asset <-- word >> AT_ASSET;
    Range(LOCAL_TOKEN_BITS())(asset);

    // C. The word is the sum of its fields; what is not listed is 0.
    signal op <== chain + 2 ** CHAIN_BITS() * isWithdraw;
    signal toField <== toLow + 2 ** indexBitCount * toHigh;
    signal sumIndex <== op + 2 ** AT_INDEX * index;
    signal sumAmount <== sumIndex + 2 ** AT_AMOUNT * packedAmount;
    signal sumTo <== sumAmount + 2 ** AT_TO * toField;
    signal sumAccount <== sumTo + 2 ** AT_ACCOUNT * account;
    signal sumRecipient <== sumAccount + 2 ** AT_RECIPIENT_HIGH * recipientHigh;
    word === sumRecipient + 2 ** AT_ASSET * asset;

    // D. Bits that an op does not use are 0: sums of fields, each at least 0, that must vanish.
    signal withdrawOnlyHigh <== recipientHigh + asset;
    signal withdrawOnly <== withdrawOnlyHigh + toHigh;
    withdrawOnly * (1 - isWithdraw) === 0;
    isNoop * word === 0;
    if (odd) {
        isOpenTo * toLow === 0;
    } else {
        signal afterIndex <== packedAmount + toLow;
        signal notOpen <== afterIndex + account;
        isOpen * notOpen === 0;
    }
    to <== isTransfer * toLow;
}
