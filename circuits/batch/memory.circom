pragma circom 2.2.0;

include "../generated/spec.circom";
include "../lib/omega.circom";
include "../lib/poseidon.circom";
include "../lib/range.circom";

// Offline memory checking: the accesses of a batch are serial, and agree with the polynomials of the state before and after it.
//
// Access k (time k = 1..K, a constant) has a cell c, the value read v, the value written w, the time p < k of the access to the same cell
// before it, and two bits: first and last access to its cell. With t(c, v, p) = γ − (c + β·v + β²·p), β = Poseidon(x, 1) and
// γ = Poseidon(x, 2):
//
//   order    Π_{k not first} t(c_k, v_k, p_k) = Π_{k not last} t(c_k, w_k, k)
//   set      Π (γ − s_j) = Π (γ − e_k) for s_1 < ... < s_K, with e_k = c_k if k is first, else N + k
//   reads    f(x) − Σ_{first} v_k·L_{c_k}(x) = q(x)·Π_{first} (x − ω^{c_k})
//   writes   f'(x) = f(x) + Σ_{last} w_k·L_{c_k}(x) − Σ_{first} v_k·L_{c_k}(x)
//
// Blum, Evans, Gemmell, Kannan, Naor: "Checking the correctness of memories" (1994); L_c(x) = ω^c·(x^N − 1) / (N·(x − ω^c)).

// 0 ≤ in ≤ max. About 1.5 gates a bit.
template AtMost(max) {
    signal input in;

    // in = rest + weight·top with rest < 2^bits and weight ≤ 2^bits reaches every number up to 2^bits - 1 + weight = max, and no other.
    var bits = 0;
    while (2 ** (bits + 1) <= max + 1) {
        bits++;
    }
    var weight = max + 1 - 2 ** bits;
    if (max == 0) {
        in === 0;
    } else if (weight == 0) {
        Range(bits)(in);
    } else {
        signal top <-- in >= 2 ** bits ? 1 : 0;
        AssertBit()(top);
        Range(bits)(in - weight * top);
    }
}

// One access, at a time that is a constant: what it adds to each product and sum.
//
// | signal              | meaning                                                        |
// | ------------------- | -------------------------------------------------------------- |
// | challenge           | x                                                              |
// | scale               | (x^N − 1)/N, not 0                                             |
// | beta, betaSquared, gamma | challenges of the memory check                            |
// | cell, power         | index c, below N by its op's constraints, and ω^c              |
// | value, written      | v and w                                                        |
// | previous            | p, 0 for a first access                                        |
// | first, last         | bits                                                           |
// | readFactor, writeFactor | factors of the two sides of "order"; 1 where left out      |
// | entry               | γ − e                                                          |
// | zero                | x − ω^c for a first access, else 1                             |
// | oldTerm, newTerm    | v·L_c(x) for a first access, w·L_c(x) for a last, else 0       |
template Access(cellBits, time) {
    signal input challenge;
    signal input scale;
    signal input beta;
    signal input betaSquared;
    signal input gamma;
    signal input cell;
    signal input power;
    signal input value;
    signal input written;
    signal input previous;
    signal input first;
    signal input last;
    signal output readFactor;
    signal output writeFactor;
    signal output entry;
    signal output zero;
    signal output oldTerm;
    signal output newTerm;

    // A. The bits, and a previous time before this one.
    AssertBit()(first);
    AssertBit()(last);
    AtMost(time - 1)(previous);
    first * previous === 0;

    // B. Order.
    signal base <== gamma - cell;
    signal betaValue <== beta * value;
    signal betaPrevious <== betaSquared * previous;
    signal readPart <== base - betaValue;
    signal read <== readPart - betaPrevious;
    readFactor <== (1 - first) * (read - 1) + 1;

    signal betaWritten <== beta * written;
    signal writePart <== base - betaWritten;
    signal write <== writePart - time * betaSquared;
    writeFactor <== (1 - last) * (write - 1) + 1;

    // C. Set.
    var filler = 2 ** cellBits + time;
    signal chosen <== first * (cell - filler);
    entry <== gamma - chosen - filler;

    // D. Reads and writes.
    signal lagrange <== Lagrange()(challenge, power, scale);
    signal distance <== challenge - power;
    zero <== first * (distance - 1) + 1;
    signal firstLagrange <== first * lagrange;
    signal lastLagrange <== last * lagrange;
    oldTerm <== firstLagrange * value;
    newTerm <== lastLagrange * written;
}

// The memory check over all accesses of a batch.
//
// Inputs: the challenge x; per access the signals of `Access`; `sorted`; f(x), q(x), f'(x). Cells must be below N, and everything but
// `power` and `written` must be fixed before x (absorbed by the digest); those two must be functions of what is.
template Memory(cellBits, count) {
    signal input challenge;
    signal input cell[count];
    signal input power[count];
    signal input value[count];
    signal input written[count];
    signal input previous[count];
    signal input first[count];
    signal input last[count];
    signal input sorted[count];
    signal input oldEval;
    signal input quotientEval;
    signal input newEval;

    // A. β and γ, independent of each other.
    signal beta <== Poseidon(2)([challenge, BETA_TAG()]);
    signal gamma <== Poseidon(2)([challenge, GAMMA_TAG()]);
    signal betaSquared <== beta * beta;

    // B. (x^N − 1)/N, which is not 0: x is outside the domain.
    signal scale <== LagrangeScale(cellBits)(challenge);

    // C. Products and sums over the accesses.
    component access[count];
    signal readProduct[count];
    signal writeProduct[count];
    signal entryProduct[count];
    signal zeroProduct[count];
    signal oldSum[count];
    signal newSum[count];
    for (var k = 0; k < count; k++) {
        access[k] = Access(cellBits, k + 1);
        access[k].challenge <== challenge;
        access[k].scale <== scale;
        access[k].beta <== beta;
        access[k].betaSquared <== betaSquared;
        access[k].gamma <== gamma;
        access[k].cell <== cell[k];
        access[k].power <== power[k];
        access[k].value <== value[k];
        access[k].written <== written[k];
        access[k].previous <== previous[k];
        access[k].first <== first[k];
        access[k].last <== last[k];
        if (k == 0) {
            readProduct[k] <== access[k].readFactor;
            writeProduct[k] <== access[k].writeFactor;
            entryProduct[k] <== access[k].entry;
            zeroProduct[k] <== access[k].zero;
            oldSum[k] <== access[k].oldTerm;
            newSum[k] <== access[k].newTerm;
        } else {
            readProduct[k] <== readProduct[k - 1] * access[k].readFactor;
            writeProduct[k] <== writeProduct[k - 1] * access[k].writeFactor;
            entryProduct[k] <== entryProduct[k - 1] * access[k].entry;
            zeroProduct[k] <== zeroProduct[k - 1] * access[k].zero;
            oldSum[k] <== oldSum[k - 1] + access[k].oldTerm;
            newSum[k] <== newSum[k - 1] + access[k].newTerm;
        }
    }

    // D. Order.
    readProduct[count - 1] === writeProduct[count - 1];

    // E. Set: gaps of at least 1, so that no cell has two first accesses.
    signal sortedProduct[count];
    signal sortedFactor[count];
    component gap[count];
    for (var j = 0; j < count; j++) {
        gap[j] = Range(cellBits + 1);
        gap[j].in <== j == 0 ? sorted[0] : sorted[j] - sorted[j - 1] - 1;
        sortedFactor[j] <== gamma - sorted[j];
        sortedProduct[j] <== j == 0 ? sortedFactor[0] : sortedProduct[j - 1] * sortedFactor[j];
    }
    // Its numbers are packed by SORTED_BITS: where the gaps alone do not bound the last one, a range does.
    if (count * 2 ** (cellBits + 1) > 2 ** SORTED_BITS()) {
        Range(SORTED_BITS())(sorted[count - 1]);
    }
    sortedProduct[count - 1] === entryProduct[count - 1];

    // F. Reads and writes.
    signal remainder <== oldEval - oldSum[count - 1];
    quotientEval * zeroProduct[count - 1] === remainder;
    signal change <== newSum[count - 1] - oldSum[count - 1];
    newEval === oldEval + change;
}
