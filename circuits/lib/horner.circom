pragma circom 2.2.0;

// Σ in[k]·x^k over n words: the low index has the low power (Horner's rule from the top).
//
// Inputs: any field elements. Output: the sum.
// Gates: 2·(n - 1).
template Horner(n) {
    signal input in[n];
    signal input x;
    signal output out;

    signal sum[n];
    signal shifted[n - 1];
    sum[n - 1] <== in[n - 1];
    for (var k = n - 2; k >= 0; k--) {
        shifted[k] <== sum[k + 1] * x;
        sum[k] <== shifted[k] + in[k];
    }
    out <== sum[0];
}
