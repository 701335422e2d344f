pragma circom 2.2.0;

include "circomlib/circuits/poseidon_constants.circom";

// Poseidon with circomlib's parameters and values (Grassi et al., "Poseidon", USENIX Security 2021), laid out for PLONK's three-wire gate:
// an S-box is three gates, a linear layer of n terms n - 1, and constants are free in both. The partial rounds use the sparse matrices of
// the paper's appendix B, as circomlib does.
//
// circomlib's constants by the width t of the state, in the order of its rounds: C, added before the first S-boxes and then after every
// layer of S-boxes; M, the matrix of the full rounds; P, the one before the partial rounds; S, a row and a column for each partial round.

function POSEIDON_FULL_ROUNDS() {
    return 8;
}

function POSEIDON_PARTIAL_ROUNDS(t) {
    var rounds[16] = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];
    return rounds[t - 2];
}

// Row i of the layer is column i of circomlib's matrices; only the lanes `from` to `to` - 1.
function layerRow(matrix, t, i, from, to) {
    var row[17];
    for (var j = from; j < to; j++) {
        row[j - from] = matrix[j][i];
    }
    return row;
}

// What the constants C[offset ...] before a layer add to its lane i.
function layerConstant(matrix, t, i, C, offset) {
    var sum = 0;
    for (var j = 0; j < t; j++) {
        sum += matrix[j][i] * C[offset + j];
    }
    return sum;
}

// out = (in + c)^5. 3 gates.
template SBox(c) {
    signal input in;
    signal output out;

    signal square <== (in + c) * (in + c);
    signal fourth <== square * square;
    out <== fourth * (in + c);
}

// out = Σ weights[i]·in[i] + c, n ≥ 1. n - 1 gates (1 when n = 1).
template WeightedSum(n, weights, c) {
    signal input in[n];
    signal output out;

    signal sum[n];
    sum[0] <== in[0];
    for (var i = 1; i < n; i++) {
        if (i == 1) {
            sum[i] <== weights[0] * sum[0] + weights[1] * in[1] + c;
        } else {
            sum[i] <== sum[i - 1] + weights[i] * in[i];
        }
    }
    if (n == 1) {
        out <== weights[0] * sum[0] + c;
    } else {
        out <== sum[n - 1];
    }
}

// S-boxes on all t lanes, the constants C[offset ...] and the layer `matrix`. t·(t + 2) gates.
template FullRound(t, matrix, C, offset) {
    signal input in[t];
    signal output out[t];

    signal power[t];
    for (var j = 0; j < t; j++) {
        power[j] <== SBox(0)(in[j]);
    }
    for (var i = 0; i < t; i++) {
        out[i] <== WeightedSum(t, layerRow(matrix, t, i, 0, t), layerConstant(matrix, t, i, C, offset))(power);
    }
}

// An S-box on lane 0, its constant c, and the sparse layer at S[offset ...]. 2·t + 1 gates.
template PartialRound(t, c, S, offset) {
    signal input in[t];
    signal output out[t];

    var row[t];
    for (var j = 0; j < t; j++) {
        row[j] = S[offset + j];
    }
    component first = WeightedSum(t, row, row[0] * c);
    signal power <== SBox(0)(in[0]);
    first.in[0] <== power;
    for (var j = 1; j < t; j++) {
        first.in[j] <== in[j];
    }
    out[0] <== first.out;
    for (var j = 1; j < t; j++) {
        var weight = S[offset + t + j - 1];
        out[j] <== in[j] + weight * power + weight * c;
    }
}

// The permutation of width t without its first round: from the state behind the first layer to the first element of the result.
template PoseidonTail(t) {
    signal input state[t];
    signal output out;

    var full = POSEIDON_FULL_ROUNDS();
    var half = full \ 2;
    var partial = POSEIDON_PARTIAL_ROUNDS(t);
    var C[t * full + partial] = POSEIDON_C(t);
    var S[partial * (2 * t - 1)] = POSEIDON_S(t);
    var M[t][t] = POSEIDON_M(t);
    var P[t][t] = POSEIDON_P(t);

    // Rounds 2 to 4.
    signal opening[half][t];
    opening[0] <== state;
    for (var r = 1; r < half - 1; r++) {
        opening[r] <== FullRound(t, M, C, (r + 1) * t)(opening[r - 1]);
    }
    opening[half - 1] <== FullRound(t, P, C, half * t)(opening[half - 2]);

    signal middle[partial + 1][t];
    middle[0] <== opening[half - 1];
    for (var r = 0; r < partial; r++) {
        middle[r + 1] <== PartialRound(t, C[(half + 1) * t + r], S, (2 * t - 1) * r)(middle[r]);
    }

    // The last four rounds; of the very last layer one lane is needed.
    signal closing[half][t];
    closing[0] <== middle[partial];
    for (var r = 0; r < half - 1; r++) {
        closing[r + 1] <== FullRound(t, M, C, (half + 1 + r) * t + partial)(closing[r]);
    }
    signal power[t];
    for (var j = 0; j < t; j++) {
        power[j] <== SBox(0)(closing[half - 1][j]);
    }
    out <== WeightedSum(t, layerRow(M, t, 0, 0, t), 0)(power);
}

// The Poseidon hash of nInputs elements, equal to circomlib's: first element of P([0, inputs...]).
//
// Inputs: any field elements, 1 ≤ nInputs ≤ 16. Output: the hash.
// Gates: 509 for 2 inputs, 916 for 4, 1,130 for 5.
template Poseidon(nInputs) {
    signal input inputs[nInputs];
    signal output out;

    out <== PoseidonFixed(nInputs + 1, 0, nInputs)(inputs);
}

// First element of the permutation P([capacity, in..., 0...]) of width t, for a capacity known at compile time; `live` inputs are signals,
// the remaining lanes are 0. A constant lane saves its S-box and its share of the first layer.
template PoseidonFixed(t, capacity, live) {
    signal input in[live];
    signal output out;

    var C[t * POSEIDON_FULL_ROUNDS() + POSEIDON_PARTIAL_ROUNDS(t)] = POSEIDON_C(t);
    var M[t][t] = POSEIDON_M(t);

    signal power[live];
    for (var j = 0; j < live; j++) {
        power[j] <== SBox(C[j + 1])(in[j]);
    }
    component tail = PoseidonTail(t);
    for (var i = 0; i < t; i++) {
        var constant = layerConstant(M, t, i, C, t) + M[0][i] * (capacity + C[0]) ** 5;
        for (var j = live + 1; j < t; j++) {
            constant += M[j][i] * C[j] ** 5;
        }
        tail.state[i] <== WeightedSum(live, layerRow(M, t, i, 1, live + 1), constant)(power);
    }
    out <== tail.out;
}

// The same with the capacity a signal.
//
// Gates: 1,139 for t = 6 and 5 live inputs.
template PoseidonFirst(t, live) {
    signal input capacity;
    signal input in[live];
    signal output out;

    var C[t * POSEIDON_FULL_ROUNDS() + POSEIDON_PARTIAL_ROUNDS(t)] = POSEIDON_C(t);
    var M[t][t] = POSEIDON_M(t);

    signal power[live + 1];
    power[0] <== SBox(C[0])(capacity);
    for (var j = 0; j < live; j++) {
        power[j + 1] <== SBox(C[j + 1])(in[j]);
    }
    component tail = PoseidonTail(t);
    for (var i = 0; i < t; i++) {
        var constant = layerConstant(M, t, i, C, t);
        for (var j = live + 1; j < t; j++) {
            constant += M[j][i] * C[j] ** 5;
        }
        tail.state[i] <== WeightedSum(live + 1, layerRow(M, t, i, 0, live + 1), constant)(power);
    }
    out <== tail.out;
}

// The digest of n elements by the permutation of width 6, in overwrite mode: h_0 = tag, h_{j+1} = first element of P([h_j, the next five
// elements]), the last block padded with zeros; the last h is the digest (a sponge of rate 5 and capacity 1, Bertoni et al. 2011).
//
// Inputs: any field elements, n ≥ 1. Output: the digest.
// Gates: 228 an element.
// Warning: the padding is not injective; lists of different lengths need different tags.
template Sponge(n, tag) {
    signal input in[n];
    signal output out;

    var rate = 5;
    var blocks = (n + rate - 1) \ rate;
    signal chain[blocks];
    component first = PoseidonFixed(rate + 1, tag, n < rate ? n : rate);
    for (var j = 0; j < n && j < rate; j++) {
        first.in[j] <== in[j];
    }
    chain[0] <== first.out;

    if (blocks > 1) {
        component next[blocks - 1];
        for (var b = 1; b < blocks; b++) {
            var start = b * rate;
            var live = n - start < rate ? n - start : rate;
            next[b - 1] = PoseidonFirst(rate + 1, live);
            next[b - 1].capacity <== chain[b - 1];
            for (var j = 0; j < live; j++) {
                next[b - 1].in[j] <== in[start + j];
            }
            chain[b] <== next[b - 1].out;
        }
    }
    out <== chain[blocks - 1];
}
