pragma circom 2.2.0;

include "../generated/spec.circom";
include "../lib/horner.circom";
include "../lib/omega.circom";
include "cells.circom";
include "digest.circom";
include "fees.circom";
include "header.circom";
include "memory.circom";
include "queueSlot.circom";
include "signedSlot.circom";

// A batch of `queueOps` queue ops and then `signedOps` signed ops (an even number) on a state of N = 2^cellBits cells.
//
// Public inputs. Warning: whoever verifies must compute the first three and open the last three, and refuse any that is not below the
// field's order.
//
// | signal       | meaning                                                                                          |
// | ------------ | ------------------------------------------------------------------------------------------------ |
// | digest       | of words, values read, access records and the sorted list                                       |
// | challenge    | x: the hash of the words, the commitments to both states and the quotient, and the digest       |
// | wordsEval    | Σ words[k]·x^k                                                                                   |
// | oldEval      | f(x), the state before                                                                           |
// | quotientEval | q(x)                                                                                             |
// | newEval      | f'(x), the state after                                                                           |
//
// Private inputs:
//
// | signal                  | per         | meaning                                                             |
// | ----------------------- | ----------- | ------------------------------------------------------------------- |
// | words                   | word        | the pubdata: header, three for each queue op, one for each signed op |
// | value                   | access      | value read                                                          |
// | previous                | access      | time of the access to the same cell before it; 0 for a first one    |
// | first, last             | access      | first, last access to its cell                                      |
// | sorted                  | access      | cells of first accesses and fillers N + k of others, increasing     |
// | expiry, keyX, r8x, r8y, s | signed op | what is signed beside the word, x of the key, the signature         |
//
// Accesses, in the order of time: the domain; four of each queue op; three of each signed op; the fee slots.
template Batch(cellBits, queueOps, signedOps) {
    assert(cellBits >= 4 && cellBits <= MAX_CELL_BITS());
    assert(signedOps % 2 == 0);
    var wordCount = WORDS_PER_BATCH() + WORDS_PER_QUEUE_OP() * queueOps + WORDS_PER_SIGNED_OP() * signedOps;
    var feeAccess = ACCESSES_BEFORE_OPS() + ACCESSES_PER_QUEUE_OP() * queueOps + ACCESSES_PER_SIGNED_OP() * signedOps;
    var accessCount = feeAccess + ACCESSES_AFTER_OPS();
    assert(accessCount < 2 ** ACCESS_TIME_BITS());

    signal input digest;
    signal input challenge;
    signal input wordsEval;
    signal input oldEval;
    signal input quotientEval;
    signal input newEval;
    signal input words[wordCount];
    signal input value[accessCount];
    signal input previous[accessCount];
    signal input first[accessCount];
    signal input last[accessCount];
    signal input sorted[accessCount];
    signal input expiry[signedOps];
    signal input keyX[signedOps];
    signal input r8x[signedOps];
    signal input r8y[signedOps];
    signal input s[signedOps];

    // What the ops make of each access.
    signal cell[accessCount];
    signal power[accessCount];
    signal written[accessCount];

    // A. Header, and the domain: read and written back.
    component header = Header(cellBits);
    header.word <== words[0];
    cell[0] <== DOMAIN_CELL();
    power[0] <== omega(cellBits) ** DOMAIN_CELL();
    written[0] <== value[0];

    // B. Queue ops.
    component queueOp[queueOps];
    for (var i = 0; i < queueOps; i++) {
        var w = WORDS_PER_BATCH() + WORDS_PER_QUEUE_OP() * i;
        var k = ACCESSES_BEFORE_OPS() + ACCESSES_PER_QUEUE_OP() * i;
        queueOp[i] = QueueSlot(cellBits);
        queueOp[i].timestamp <== header.timestamp;
        queueOp[i].suspended <== header.suspended;
        for (var j = 0; j < WORDS_PER_QUEUE_OP(); j++) {
            queueOp[i].word[j] <== words[w + j];
        }
        for (var j = 0; j < ACCESSES_PER_QUEUE_OP(); j++) {
            queueOp[i].value[j] <== value[k + j];
        }
        for (var j = 0; j < ACCESSES_PER_QUEUE_OP(); j++) {
            cell[k + j] <== queueOp[i].cell[j];
            power[k + j] <== queueOp[i].power[j];
            written[k + j] <== queueOp[i].written[j];
        }
    }

    // C. Signed ops. An Open takes the slot after it for its OpenTo, a Withdraw may for an Exact, and a second word stands after no other op: odd
    //    slots come first, for even ones read them.
    component feeCell[FEE_SLOTS()];
    component feeSlot[FEE_SLOTS()];
    for (var f = 0; f < FEE_SLOTS(); f++) {
        feeCell[f] = BalanceCell(cellBits);
        feeCell[f].value <== value[feeAccess + f];
        feeSlot[f] = FeeSlot(signedOps);
        feeSlot[f].value <== value[feeAccess + f];
        feeSlot[f].balance <== feeCell[f].balance;
    }
    component signedOp[signedOps];
    for (var n = 0; n < signedOps; n++) {
        var i = n % 2 == 0 ? n + 1 : n - 1;
        var w = WORDS_PER_BATCH() + WORDS_PER_QUEUE_OP() * queueOps + WORDS_PER_SIGNED_OP() * i;
        var k = ACCESSES_BEFORE_OPS() + ACCESSES_PER_QUEUE_OP() * queueOps + ACCESSES_PER_SIGNED_OP() * i;
        signedOp[i] = SignedSlot(cellBits, i % 2);
        signedOp[i].word <== words[w];
        signedOp[i].domain <== value[0];
        signedOp[i].timestamp <== header.timestamp;
        signedOp[i].suspended <== header.suspended;
        for (var f = 0; f < FEE_SLOTS(); f++) {
            signedOp[i].slotToken[f] <== feeCell[f].token;
        }
        signedOp[i].expiry <== expiry[i];
        signedOp[i].keyX <== keyX[i];
        signedOp[i].r8x <== r8x[i];
        signedOp[i].r8y <== r8y[i];
        signedOp[i].s <== s[i];
        for (var j = 0; j < ACCESSES_PER_SIGNED_OP(); j++) {
            signedOp[i].value[j] <== value[k + j];
        }
        if (i % 2 == 0) {
            signedOp[i].secondWord <== words[w + 1];
            signedOp[i].nextCell <== signedOp[i + 1].index;
            signedOp[i].nextIsExact <== signedOp[i + 1].isExact;
            signedOp[i].nextExact <== signedOp[i + 1].exact;
            signedOp[i].nextMinOut <== signedOp[i + 1].minOut;
            signedOp[i].isOpen === signedOp[i + 1].isOpenTo;
        } else {
            signedOp[i].secondWord <== 0;
            signedOp[i].nextCell <== 0;
            signedOp[i].nextIsExact <== 0;
            signedOp[i].nextExact <== 0;
            signedOp[i].nextMinOut <== 0;
        }
        for (var j = 0; j < ACCESSES_PER_SIGNED_OP(); j++) {
            cell[k + j] <== signedOp[i].cell[j];
            power[k + j] <== signedOp[i].power[j];
            written[k + j] <== signedOp[i].written[j];
        }
        for (var f = 0; f < FEE_SLOTS(); f++) {
            feeSlot[f].paid[i] <== signedOp[i].feePaid[f];
        }
    }

    // D. The fee slots, after all ops.
    signal feePower[FEE_SLOTS()];
    for (var f = 0; f < FEE_SLOTS(); f++) {
        var k = feeAccess + f;
        feePower[f] <== OmegaPower(cellBits, cellBits - 1, 0)(header.feeCellBits[f]);
        cell[k] <== header.feeCell[f] + 2 ** (cellBits - 1);
        power[k] <== -feePower[f];
        written[k] <== feeSlot[f].written;
    }

    // E. The digest fixes words, values, cells, times, bits and the sorted list before the challenge.
    component commitment = BatchDigest(wordCount, accessCount);
    commitment.word <== words;
    commitment.value <== value;
    commitment.cell <== cell;
    commitment.previous <== previous;
    commitment.first <== first;
    commitment.last <== last;
    commitment.sorted <== sorted;
    digest === commitment.out;

    // F. The words are the published ones.
    signal evaluation <== Horner(wordCount)(words, challenge);
    wordsEval === evaluation;

    // G. The accesses are serial and agree with the state before and after.
    component memory = Memory(cellBits, accessCount);
    memory.challenge <== challenge;
    memory.cell <== cell;
    memory.power <== power;
    memory.value <== value;
    memory.written <== written;
    memory.previous <== previous;
    memory.first <== first;
    memory.last <== last;
    memory.sorted <== sorted;
    memory.oldEval <== oldEval;
    memory.quotientEval <== quotientEval;
    memory.newEval <== newEval;
}
