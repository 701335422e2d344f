pragma circom 2.2.0;

include "../generated/spec.circom";
include "../lib/amount.circom";
include "../lib/range.circom";

// A signed op's word, taken apart once at the field boundaries of all layouts (lowest bits first):
//
// | bits      | signal        | Transfer | Withdraw, WithdrawZusd | Open | OpenTo       | Exact   |
// | --------- | ------------- | -------- | ---------------------- | ---- | ------------ | ------- |
// | 0..7      | (op)          | op       | op, chain              | op   | op           | op      |
// | 8..30     | index         | from     | from                   | from | cell         | 0       |
// | 31..70    | packedAmount  | amount   | amount                 | 0    | token        | minOut  |
// | 71..82    | (packedFee)   | fee      | fee                    | fee  | 0            | 0       |
// | 83..105   | to            | to       | recipient              | 0    | 0            | 0       |
// | 106..127  | account       | account  | recipient              | 0    | account      | amount  |
// | 128..233  | middle        | 0        | recipient              | 0    | 0            | amount  |
// | 234..242  | (top)         | 0        | recipient              | 0    | 0            | 0       |
// | 243..252  | asset         | 0        | asset                  | 0    | 0            | 0       |
//
// Exactly one of isNoop, isTransfer, isWithdraw, isOpen, isOpenTo, isExact is 1; isOpen only in even slots (odd = 0), isOpenTo and isExact only
// in odd ones. isWithdraw has isZusd with it where the op code is WithdrawZusd's. `index` and, for a Transfer, `to` have n − 1 bits. `to` is 0
// unless the op is a Transfer; `toBits` are the field's low bits whatever the op. `amount` is the unpacked amount, below 2^138, `exact` the
// exact one, 0 unless the op is an Exact, and `fee` the unpacked fee, below 2^110.
// Warning: an OpenTo's `packedAmount` must be shown to be a token id, below 2^16.
template SignedWord(cellBits, odd) {
    signal input word;
    signal output isNoop;
    signal output isTransfer;
    signal output isWithdraw;
    signal output isZusd;
    signal output isOpen;
    signal output isOpenTo;
    signal output isExact;
    signal output chain;
    signal output index;
    signal output indexBits[cellBits - 1];
    signal output packedAmount;
    signal output amount;
    signal output exact;
    signal output fee;
    signal output toBits[cellBits - 1];
    signal output to;
    signal output account;
    signal output asset;

    var indexBitCount = cellBits - 1;
    var toHighBits = BALANCE_INDEX_BITS() - indexBitCount;
    var middleBits = AMOUNT_BITS() - ACCOUNT_BITS();
    var AT_INDEX = AT_TRANSFER_WORD_FROM();
    var AT_AMOUNT = AT_TRANSFER_WORD_AMOUNT();
    var AT_FEE = AT_TRANSFER_WORD_FEE();
    var AT_TO = AT_TRANSFER_WORD_TO();
    var AT_ACCOUNT = AT_TRANSFER_WORD_ACCOUNT();
    var AT_MIDDLE = AT_ACCOUNT + ACCOUNT_BITS();
    var AT_TOP = AT_MIDDLE + middleBits;
    var AT_ASSET = AT_WITHDRAW_WORD_ASSET();
    var topBits = AT_ASSET - AT_TOP;

    // A. Op code: two bits; four bits that are a withdrawal's chain, and 1 in an Exact; and the bits of the two withdrawals.
    signal low[2];
    low[0] <-- word & 1;
    low[1] <-- (word >> 1) & 1;
    AssertBit()(low[0]);
    AssertBit()(low[1]);
    signal high <-- (word >> 2) & (2 ** (CHAIN_BITS() - 2) - 1);
    Range(CHAIN_BITS() - 2)(high);
    signal isOwn <-- (word >> CHAIN_BITS()) & 1;
    AssertBit()(isOwn);
    isZusd <-- (word >> (CHAIN_BITS() + 1)) & 1;
    AssertBit()(isZusd);
    isOwn * isZusd === 0;
    isWithdraw <== isOwn + isZusd;
    signal chainLow <== low[0] + 2 * low[1];
    chain <== chainLow + 4 * high;

    signal neither <== (1 - low[0]) * (1 - low[1]);
    signal onlyFirst <== low[0] * (1 - low[1]);
    signal zeroLow <== neither * (1 - isWithdraw);
    isTransfer <== onlyFirst * (1 - isWithdraw);
    if (odd) {
        isExact <== high * (1 - isWithdraw);
        AssertBit()(isExact);
        isExact * chainLow === 0;
        signal both <== low[0] * low[1];
        isOpenTo <== both * (1 - isWithdraw);
        isOpen <== 0;
    } else {
        isExact <== 0;
        high * (1 - isWithdraw) === 0;
        signal onlySecond <== (1 - low[0]) * low[1];
        isOpen <== onlySecond * (1 - isWithdraw);
        isOpenTo <== 0;
    }
    // Where isExact, the low bits are 0.
    isNoop <== zeroLow - isExact;
    signal moves <== isTransfer + isWithdraw;
    moves + zeroLow + (odd ? isOpenTo : isOpen) === 1;

    // B. Fields.
    index <-- (word >> AT_INDEX) & (2 ** BALANCE_INDEX_BITS() - 1);
    indexBits <== ToBits(indexBitCount)(index);
    packedAmount <-- (word >> AT_AMOUNT) & (2 ** PACKED_AMOUNT_BITS() - 1);
    amount <== UnpackAmount()(packedAmount);
    signal packedFee <-- (word >> AT_FEE) & (2 ** FEE_BITS() - 1);
    fee <== UnpackFee()(packedFee);
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
    signal middle <-- (word >> AT_MIDDLE) & (2 ** middleBits - 1);
    Range(middleBits)(middle);
    signal top <-- (word >> AT_TOP) & (2 ** topBits - 1);
    Range(topBits)(top);
    asset <-- word >> AT_ASSET;
    Range(LOCAL_TOKEN_BITS())(asset);

    // C. The word is the sum of its fields; what is not listed is 0.
    signal opOwn <== chain + 2 ** CHAIN_BITS() * isOwn;
    signal op <== opOwn + 2 ** (CHAIN_BITS() + 1) * isZusd;
    signal toField <== toLow + 2 ** indexBitCount * toHigh;
    signal sumIndex <== op + 2 ** AT_INDEX * index;
    signal sumAmount <== sumIndex + 2 ** AT_AMOUNT * packedAmount;
    signal sumFee <== sumAmount + 2 ** AT_FEE * packedFee;
    signal sumTo <== sumFee + 2 ** AT_TO * toField;
    signal sumAccount <== sumTo + 2 ** AT_ACCOUNT * account;
    signal sumMiddle <== sumAccount + 2 ** AT_MIDDLE * middle;
    signal sumTop <== sumMiddle + 2 ** AT_TOP * top;
    word === sumTop + 2 ** AT_ASSET * asset;

    // D. Bits that an op does not use are 0: sums of fields, each at least 0, that must vanish.
    signal withdrawOnlyHigh <== top + asset;
    signal withdrawOnly <== withdrawOnlyHigh + toHigh;
    withdrawOnly * (1 - isWithdraw) === 0;
    isNoop * word === 0;
    if (odd) {
        signal usesMiddle <== isWithdraw + isExact;
        middle * (1 - usesMiddle) === 0;
        signal isSecond <== isOpenTo + isExact;
        isSecond * (packedFee + toLow) === 0;
        isExact * index === 0;
        signal exactAmount <== account + 2 ** ACCOUNT_BITS() * middle;
        exact <== isExact * exactAmount;
    } else {
        middle * (1 - isWithdraw) === 0;
        signal afterFee <== packedAmount + toLow;
        signal notOpen <== afterFee + account;
        isOpen * notOpen === 0;
        exact <== 0;
    }
    to <== isTransfer * toLow;
}
