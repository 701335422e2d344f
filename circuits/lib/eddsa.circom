pragma circom 2.2.0;

include "edwards.circom";
include "poseidon.circom";
include "range.circom";
include "scalar.circom";

// EdDSA-Poseidon on Baby Jubjub: when enabled = 1, (R8, S) is a signature of M under the key (Ax, Ay), as circomlibjs (`signPoseidon`) and
// @zk-kit/eddsa-poseidon (`signMessage`) make them: S·B8 = R8 + h·8·A with h = Poseidon(R8x, R8y, Ax, Ay, M). When enabled = 0, nothing is
// shown of Ay and M.
//
// | signal   | meaning                                                                                                  |
// | -------- | -------------------------------------------------------------------------------------------------------- |
// | enabled  | bit                                                                                                      |
// | Ax       | either x of the key; hashed, so the signer's own is the only one under which the signature is valid      |
// | Ay       | the key, any field element                                                                               |
// | S        | the signature's scalar, any field element                                                                |
// | R8x, R8y | the signature's point, any field elements                                                                |
// | M        | the message, any field element                                                                           |
//
// Shown when enabled:
// - A and R8 are on the curve: off it, the addition law is not a group's, and a key would have no secret that only its holder knows.
// - 8·A is not the neutral point (its x is not 0; in the prime subgroup no other point has x = 0). Else A has order 1, 2, 4 or 8, h drops
//   out of the equation, and anyone signs. y = 0, the mark of an account without a key, is refused by this: (±1/√a, 0) have order 4.
// - S < l: else S + l signs too.
// - h is the integer below r that the hash is, not h + r, which is another multiple of 8·A.
//
// R8 is compared as it is, without multiplying by 8: h·8·A and S·B8 are in the prime subgroup, so R8 must be, and honest signatures' is.
// A's torsion does not matter: 8·A has none.
//
// When enabled = 0 the key is B8 whatever Ay is, and R8 and S must still be a point and a scalar: Ax = x of B8, R8 = (0, 1), S = 0.
//
// Gates: 6,143.
// Warning: enabled is not checked to be a bit.
template EdDSAVerify() {
    signal input enabled;
    signal input Ax;
    signal input Ay;
    signal input S;
    signal input R8x;
    signal input R8y;
    signal input M;

    var base8[2] = BASE8();
    var hashDigits = 127;
    var scalarDigits = 84;

    // A. The key: a point of the curve with a part in the prime subgroup.
    signal A[2];
    A[0] <== Ax;
    A[1] <== SelectOr(base8[1])(enabled, Ay);
    AssertOnCurve()(A);
    signal A2[2] <== EdwardsDouble()(A);
    signal A4[2] <== EdwardsDouble()(A2);
    signal A8[2] <== EdwardsDouble()(A4);
    AssertNotZero()(A8[0]);

    // B. The hash, as an integer below r.
    signal R8[2] <== [R8x, R8y];
    AssertOnCurve()(R8);
    signal hash <== Poseidon(5)([R8[0], R8[1], A[0], A[1], M]);
    component h = SignedDigits4(hashDigits);
    h.in <== hash;
    AssertScalarAtMost(hashDigits, 2, -1)(h.prefix);

    // C. R8 + h·8·A + 4·A, the second term as (2·h + 1)·4·A - 4·A.
    signal multiple[2] <== VariableBaseMultiply(hashDigits)(A4, A8, h.digit, h.square);
    signal right[2] <== EdwardsAdd()(R8, multiple);

    // D. S·B8 + 4·A, with S below l.
    component s = SignedDigits8(scalarDigits);
    s.in <== S;
    AssertScalarAtMost(scalarDigits, 3, SUBGROUP_ORDER() - 1)(s.prefix);
    component fixed = FixedBaseMultiply(
        scalarDigits,
        FIXED_BASE_TABLE(scalarDigits, base8),
        FIXED_BASE_OFFSET(scalarDigits, base8)
    );
    fixed.digit <== s.digit;
    fixed.square <== s.square;
    fixed.folded <== s.folded;
    signal left[2] <== EdwardsAdd()(fixed.out, A4);

    AssertEqualIf()(enabled, left[0], right[0]);
    AssertEqualIf()(enabled, left[1], right[1]);
}
