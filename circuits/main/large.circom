pragma circom 2.2.0;

include "../batch/batch.circom";

// Size `large` of protocol/spec.
component main {public [digest, challenge, wordsEval, oldEval, quotientEval, newEval]} = Batch(16, 32, 88);
