pragma circom 2.2.0;

include "../generated/spec.circom";
include "../lib/range.circom";

// The mask of suspended chains: bit c is chain c's.

// Bytes of the mask.
function SUSPENDED_BYTES() {
    return SUSPENDED_BITS() \ 8;
}

// out = in[index] for index = Σ bit[j]·2^j and 2^bits inputs.
//
// Inputs: any field elements; bits. Output: the chosen one.
// Gates: 3·(2^bits - 1).
// Warning: bit is not checked to hold bits.
template Choose(bits) {
    signal input in[2 ** bits];
    signal input bit[bits];
    signal output out;

    // Level by level: the pairs of the level before, by its bit.
    signal level[bits + 1][2 ** bits];
    for (var i = 0; i < 2 ** bits; i++) {
        level[0][i] <== in[i];
    }
    for (var j = 0; j < bits; j++) {
        for (var i = 0; i < 2 ** bits; i++) {
            if (i < 2 ** (bits - 1 - j)) {
                level[j + 1][i] <== Select()(bit[j], level[j][2 * i + 1], level[j][2 * i]);
            } else {
                level[j + 1][i] <== 0;
            }
        }
    }
    out <== level[bits][0];
}

// Whether a chain is suspended: its bit of the mask.
//
// Inputs: the mask by bytes, each ranged; the bits of the chain's index, low first. Output: a bit.
// Gates: 57.
template IsSuspended() {
    signal input suspended[SUSPENDED_BYTES()];
    signal input chainBits[CHAIN_BITS()];
    signal output out;

    component byte = Choose(3);
    component bit = Choose(3);
    for (var j = 0; j < 3; j++) {
        bit.bit[j] <== chainBits[j];
        byte.bit[j] <== chainBits[j + 3];
    }
    byte.in <== suspended;
    bit.in <== ToBits(8)(byte.out);
    out <== bit.out;
}
