pragma circom 2.2.0;

// Ranges, bits and comparisons. "Ranged" below means: shown to be below 2^n, by these templates or by how the value was made.

// in is 0 or 1. 1 gate.
template AssertBit() {
    signal input in;

    in * (in - 1) === 0;
}

// The n bits of a value, low first, and thereby in < 2^n.
//
// Input: any field element, 1 ≤ n ≤ 253 (so that the bits are unique). Output: bits.
// Gates: 2·n - 1.
template ToBits(n) {
    signal input in;
    signal output out[n];

    assert(n >= 1 && n <= 253);
    signal sum[n];
    for (var i = 0; i < n; i++) {
        out[i] <-- (in >> i) & 1;
        out[i] * (out[i] - 1) === 0;
        if (i == 0) {
            sum[i] <== out[i];
        } else {
            sum[i] <== sum[i - 1] + (1 << i) * out[i];
        }
    }
    sum[n - 1] === in;
}

// in < 2^n, by digits of base 4 and, when n is odd, one bit on top.
//
// Input: any field element, 1 ≤ n ≤ 253.
// Gates: 1.5·n - 1 for even n, 1.5·n - 0.5 for odd n.
template Range(n) {
    signal input in;

    assert(n >= 1 && n <= 253);
    var digits = n \ 2;
    var parts = digits + n % 2;
    signal part[parts];
    signal edge[digits];
    signal sum[parts];
    for (var i = 0; i < parts; i++) {
        if (i < digits) {
            // A digit in {0, 1, 2, 3} has edge = digit·(digit - 3), which is 0 at both ends and -2 in between.
            part[i] <-- (in >> (2 * i)) & 3;
            edge[i] <== part[i] * (part[i] - 3);
            edge[i] * (edge[i] + 2) === 0;
        } else {
            part[i] <-- (in >> (2 * i)) & 1;
            part[i] * (part[i] - 1) === 0;
        }
        if (i == 0) {
            sum[i] <== part[i];
        } else {
            sum[i] <== sum[i - 1] + (1 << (2 * i)) * part[i];
        }
    }
    sum[parts - 1] === in;
}

// out = 1 if in < 2^n, else 0, for in < 2^(n + 1); an input above that cannot be proven.
//
// Input: any field element, n ≤ 251. Output: a bit.
// Gates: those of Range(n) + 3.
template Fits(n) {
    signal input in;
    signal output out;

    assert(n <= 251);
    signal high <-- (in >> n) & 1;
    high * (high - 1) === 0;
    signal low <== in - (1 << n) * high;
    Range(n)(low);
    out <== 1 - high;
}

// out = 1 if in is 0, else 0. in·inverse = 1 - out, and in·out = 0.
//
// Input: any field element. Output: a bit.
// Gates: 2.
template IsZero() {
    signal input in;
    signal output out;

    signal inverse <-- in != 0 ? 1 / in : 0;
    out <== 1 - in * inverse;
    in * out === 0;
}

// out = 1 if a = b, else 0. Inputs: any field elements. Gates: 3.
template IsEqual() {
    signal input a;
    signal input b;
    signal output out;

    signal difference <== a - b;
    out <== IsZero()(difference);
}

// in ≠ 0. Input: any field element. Gates: 1.
template AssertNotZero() {
    signal input in;

    signal inverse <-- in != 0 ? 1 / in : 0;
    in * inverse === 1;
}

// a = b when enabled = 1; nothing when it is 0. Inputs: enabled a bit, a and b any field elements. Gates: 2.
template AssertEqualIf() {
    signal input enabled;
    signal input a;
    signal input b;

    signal difference <== a - b;
    enabled * difference === 0;
}

// out = a if choice = 1, b if it is 0. Inputs: choice a bit, a and b any field elements. Gates: 3.
// Warning: choice is not checked to be a bit.
template Select() {
    signal input choice;
    signal input a;
    signal input b;
    signal output out;

    signal difference <== a - b;
    signal shift <== choice * difference;
    out <== b + shift;
}

// out = a if choice = 1, the constant b if it is 0. Gates: 1. Warning as Select.
template SelectOr(b) {
    signal input choice;
    signal input a;
    signal output out;

    out <== choice * (a - b) + b;
}

// The product of n elements; of bits: 1 if all are 1. Gates: n - 1.
template Product(n) {
    signal input in[n];
    signal output out;

    signal product[n];
    product[0] <== in[0];
    for (var i = 1; i < n; i++) {
        product[i] <== product[i - 1] * in[i];
    }
    out <== product[n - 1];
}
