pragma circom 2.2.0;

// The domain of the state: powers of ω, a primitive root of unity of order N = 2^n, and its Lagrange polynomials.

// snarkjs' root of order 2^n, 5^((r - 1)/2^n), at compile time; n ≤ 28.
function omega(n) {
    assert(n <= 28);
    var exponent = (-1) >> n;
    var power = 1;
    for (var i = 253; i >= 0; i--) {
        power = power * power;
        if ((exponent >> i) & 1 == 1) {
            power = power * 5;
        }
    }
    return power;
}

// ω^(index·2^shift) for the root of order 2^n and index = Σ in[j]·2^j.
//
// Inputs: `bits` bits, low first. Output: the power.
// Gates: bits - 1 (1 for one bit).
// Warning: the inputs are not checked to be bits.
template OmegaPower(n, bits, shift) {
    signal input in[bits];
    signal output out;

    // A factor is 1 or ω^(2^(j + shift)); the first one stays an expression of its bit.
    var first = omega(n) ** (2 ** shift) - 1;
    signal power[bits];
    power[0] <== in[0];
    for (var j = 1; j < bits; j++) {
        var factor = omega(n) ** (2 ** (j + shift)) - 1;
        if (j == 1) {
            power[j] <== (first * power[0] + 1) * (factor * in[j] + 1);
        } else {
            power[j] <== power[j - 1] * (factor * in[j] + 1);
        }
    }
    if (bits == 1) {
        out <== first * power[0] + 1;
    } else {
        out <== power[bits - 1];
    }
}

// The factor (x^N - 1)/N that all L_i(x) share, and that it is not 0: x is no root of unity of order N.
//
// Input: any field element; an x in the domain cannot be proven. Output: the factor.
// Gates: n + 2.
template LagrangeScale(n) {
    signal input x;
    signal output out;

    signal power[n + 1];
    power[0] <== x;
    for (var i = 0; i < n; i++) {
        power[i + 1] <== power[i] * power[i];
    }
    out <== (power[n] - 1) / (1 << n);
    signal inverse <-- out != 0 ? 1 / out : 0;
    out * inverse === 1;
}

// L_i(x) = scale·ω^i/(x - ω^i).
//
// Inputs: x, root = ω^i, scale = LagrangeScale(x). Output: L_i(x).
// Gates: 3.
// Warning: scale ≠ 0 must be shown, as LagrangeScale does; else x may be the root and the output anything.
template Lagrange() {
    signal input x;
    signal input root;
    signal input scale;
    signal output out;

    signal gap <== x - root;
    signal numerator <== scale * root;
    out <-- gap != 0 ? numerator / gap : 0;
    out * gap === numerator;
}
