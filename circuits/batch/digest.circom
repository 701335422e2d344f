pragma circom 2.2.0;

include "../generated/spec.circom";
include "../lib/poseidon.circom";

// Σ in[i]·2^(i·width): parts below 2^width, lowest first, in one element. n − 1 gates.
// Warning: only unique if every part is ranged and n·width ≤ 253.
template PackEqual(n, width) {
    signal input in[n];
    signal output out;

    signal sum[n];
    sum[0] <== in[0];
    for (var i = 1; i < n; i++) {
        sum[i] <== sum[i - 1] + 2 ** (i * width) * in[i];
    }
    out <== sum[n - 1];
}

// Number of elements that `count` parts fill.
function elementsFor(count, perElement) {
    return (count + perElement - 1) \ perElement;
}

// Packs `count` parts into elements, `perElement` each. The last one may be shorter.
template PackAll(count, perElement, width) {
    var elements = elementsFor(count, perElement);
    signal input in[count];
    signal output out[elements];

    component pack[elements];
    for (var e = 0; e < elements; e++) {
        var start = e * perElement;
        var length = count - start < perElement ? count - start : perElement;
        pack[e] = PackEqual(length, width);
        for (var i = 0; i < length; i++) {
            pack[e].in[i] <== in[start + i];
        }
        out[e] <== pack[e].out;
    }
}

// The digest of everything the prover commits to before the challenge: words, values read, access records, sorted list.
//
// Inputs: `cell`, `previous`, `first`, `last` and `sorted` must be ranged where they are used (24, 12, 1, 1 and 25 bits).
template BatchDigest(words, accesses) {
    signal input word[words];
    signal input value[accesses];
    signal input cell[accesses];
    signal input previous[accesses];
    signal input first[accesses];
    signal input last[accesses];
    signal input sorted[accesses];
    signal output out;

    // A. Access records: cell | previous time | first | last.
    component records = PackAll(accesses, ACCESS_METAS_PER_ELEMENT(), ACCESS_META_BITS());
    signal place[accesses];
    signal flags[accesses];
    for (var k = 0; k < accesses; k++) {
        place[k] <== cell[k] + 2 ** ACCESS_CELL_BITS() * previous[k];
        flags[k] <== first[k] + 2 * last[k];
        records.in[k] <== place[k] + 2 ** (ACCESS_CELL_BITS() + ACCESS_TIME_BITS()) * flags[k];
    }

    // B. The sorted list.
    component list = PackAll(accesses, SORTED_PER_ELEMENT(), SORTED_BITS());
    list.in <== sorted;

    // C. The sponge.
    var recordElements = elementsFor(accesses, ACCESS_METAS_PER_ELEMENT());
    var listElements = elementsFor(accesses, SORTED_PER_ELEMENT());
    component sponge = Sponge(words + accesses + recordElements + listElements, DIGEST_TAG());
    for (var i = 0; i < words; i++) {
        sponge.in[i] <== word[i];
    }
    for (var k = 0; k < accesses; k++) {
        sponge.in[words + k] <== value[k];
    }
    for (var e = 0; e < recordElements; e++) {
        sponge.in[words + accesses + e] <== records.out[e];
    }
    for (var e = 0; e < listElements; e++) {
        sponge.in[words + accesses + recordElements + e] <== list.out[e];
    }
    out <== sponge.out;
}
