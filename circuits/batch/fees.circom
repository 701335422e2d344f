pragma circom 2.2.0;

include "../generated/spec.circom";
include "../lib/range.circom";

// What a signed op pays as fee, and into which slot: the first whose cell has its token; without one, nothing.
//
// | signal     | meaning                                                   |
// | ---------- | --------------------------------------------------------- |
// | token      | token of the paying cell; 0 in an op that pays none       |
// | fee        | the op's fee; 0 in an op that pays none                   |
// | slotToken  | tokens of the fee slots; 0: none                          |
// | paid       | into each slot                                            |
// | out        | the sum                                                   |
template Fee() {
    signal input token;
    signal input fee;
    signal input slotToken[FEE_SLOTS()];
    signal output paid[FEE_SLOTS()];
    signal output out;

    // earlier: none of the slots before has the token.
    signal matches[FEE_SLOTS()];
    signal isFirst[FEE_SLOTS()];
    signal earlier[FEE_SLOTS() + 1];
    earlier[0] <== 1;
    for (var i = 0; i < FEE_SLOTS(); i++) {
        matches[i] <== IsEqual()(token, slotToken[i]);
        isFirst[i] <== earlier[i] * matches[i];
        earlier[i + 1] <== earlier[i] - isFirst[i];
        paid[i] <== isFirst[i] * fee;
    }
    out <== fee - earlier[FEE_SLOTS()] * fee;
}

// The access to a fee slot's cell, after all ops of the batch: it is credited with what they paid.
//
// | signal   | meaning                                             |
// | -------- | --------------------------------------------------- |
// | value    | value read; a free cell has no token, and is paid nothing |
// | balance  | its balance                                         |
// | paid     | by each signed op                                   |
// | written  | value written                                       |
template FeeSlot(signedOps) {
    signal input value;
    signal input balance;
    signal input paid[signedOps];
    signal output written;

    signal sum[signedOps + 1];
    sum[0] <== 0;
    for (var i = 0; i < signedOps; i++) {
        sum[i + 1] <== sum[i] + paid[i];
    }
    Range(BALANCE_BITS())(balance + sum[signedOps]);
    written <== value + sum[signedOps];
}
