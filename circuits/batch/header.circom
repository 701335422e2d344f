pragma circom 2.2.0;

include "../generated/spec.circom";
include "../lib/range.circom";
include "suspension.circom";

// The first word of a batch; bits that no field uses are 0.
//
// | signal       | width | meaning                                                     |
// | ------------ | ----- | ----------------------------------------------------------- |
// | word         |       | the header                                                  |
// | number       | 32    | number of the batch                                         |
// | timestamp    | 40    | unix seconds                                                |
// | suspended    | 8 × 8 | the mask of suspended chains, by bytes, low first; bit 0 is 0 |
// | feeCell      | n - 1 | balance cells of the fee slots                              |
// | feeCellBits  |       | their bits                                                  |
template Header(cellBits) {
    signal input word;
    signal output number;
    signal output timestamp;
    signal output suspended[SUSPENDED_BYTES()];
    signal output feeCell[FEE_SLOTS()];
    signal output feeCellBits[FEE_SLOTS()][cellBits - 1];

    number <-- word & (2 ** BATCH_NUMBER_BITS() - 1);
    Range(BATCH_NUMBER_BITS())(number);
    timestamp <-- (word >> AT_HEADER_WORD_TIMESTAMP()) & (2 ** TIMESTAMP_BITS() - 1);
    Range(TIMESTAMP_BITS())(timestamp);
    signal sum[SUSPENDED_BYTES() + FEE_SLOTS() + 1];
    sum[0] <== number + 2 ** AT_HEADER_WORD_TIMESTAMP() * timestamp;

    // Chain 0 is the rollup itself: the first byte is twice a number of seven bits.
    signal half <-- (word >> (AT_HEADER_WORD_SUSPENDED() + 1)) & 127;
    Range(7)(half);
    suspended[0] <== 2 * half;
    sum[1] <== sum[0] + 2 ** AT_HEADER_WORD_SUSPENDED() * suspended[0];
    for (var i = 1; i < SUSPENDED_BYTES(); i++) {
        var at = AT_HEADER_WORD_SUSPENDED() + 8 * i;
        suspended[i] <-- (word >> at) & 255;
        Range(8)(suspended[i]);
        sum[i + 1] <== sum[i] + 2 ** at * suspended[i];
    }

    for (var i = 0; i < FEE_SLOTS(); i++) {
        var at = AT_HEADER_WORD_FEE_CELL0() + BALANCE_INDEX_BITS() * i;
        feeCell[i] <-- (word >> at) & (2 ** BALANCE_INDEX_BITS() - 1);
        feeCellBits[i] <== ToBits(cellBits - 1)(feeCell[i]);
        sum[SUSPENDED_BYTES() + 1 + i] <== sum[SUSPENDED_BYTES() + i] + 2 ** at * feeCell[i];
    }
    word === sum[SUSPENDED_BYTES() + FEE_SLOTS()];
}
