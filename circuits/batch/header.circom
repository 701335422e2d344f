pragma circom 2.2.0;

include "../generated/spec.circom";
include "../lib/range.circom";

// The first word of a batch: number and timestamp; all other bits are 0.
template Header() {
    signal input word;
    signal output number;
    signal output timestamp;

    number <-- word & (2 ** BATCH_NUMBER_BITS() - 1);
    timestamp <-- word >> AT_HEADER_WORD_TIMESTAMP();

    Range(BATCH_NUMBER_BITS())(number);
    Range(TIMESTAMP_BITS())(timestamp);
    word === number + 2 ** AT_HEADER_WORD_TIMESTAMP() * timestamp;
}
