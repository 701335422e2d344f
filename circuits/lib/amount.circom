pragma circom 2.2.0;

include "../generated/spec.circom";
include "range.circom";

// Packed decimals: a mantissa in the low bits and a decimal exponent of 5 bits above it, for mantissa·10^exponent.
//
// Input: any field element; one above mantissaBits + 5 bits cannot be proven. Output: its value.
// Warning: several packed forms have the same value (10·10^0 and 1·10^1).
template UnpackDecimal(mantissaBits) {
    signal input in;
    signal output out;

    var exponentBits = EXPONENT_BITS();

    signal exponent <-- (in >> mantissaBits) & ((1 << exponentBits) - 1);
    signal mantissa <== in - (1 << mantissaBits) * exponent;
    Range(mantissaBits)(mantissa);
    signal bits[exponentBits] <== ToBits(exponentBits)(exponent);

    // 10^exponent = Π over the bits of 1 or 10^(2^j); the first factor is a constant expression of its bit.
    signal power[exponentBits - 1];
    for (var j = 1; j < exponentBits; j++) {
        var factor = 10 ** (2 ** j) - 1;
        if (j == 1) {
            power[0] <== (9 * bits[0] + 1) * (factor * bits[1] + 1);
        } else {
            power[j - 1] <== power[j - 2] * (factor * bits[j] + 1);
        }
    }
    out <== mantissa * power[exponentBits - 2];
}

// A packed amount of 40 bits, 35 of them mantissa: below 2^35·10^31 < 2^138. Gates: 67.
//
// Warning: the amount may be 2^128 or more; the caller shows that it is not, for instance through the balance it leaves.
template UnpackAmount() {
    signal input in;
    signal output out;

    out <== UnpackDecimal(MANTISSA_BITS())(in);
}

// A packed fee of 12 bits, 7 of them mantissa: below 2^7·10^31 < 2^110. Gates: 25.
template UnpackFee() {
    signal input in;
    signal output out;

    out <== UnpackDecimal(FEE_MANTISSA_BITS())(in);
}
