pragma circom 2.2.0;

include "../batch/batch.circom";

// Size `small` of protocol/spec.
component main {public [digest, challenge, wordsEval, oldEval, quotientEval, newEval]} = Batch(16, 12, 20);
