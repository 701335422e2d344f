pragma circom 2.2.0;

include "range.circom";
include "edwards.circom";

// Scalars as signed odd digits, and the multiples of points that they select. Digits are highest first; digit k of radix B = 2^b is the
// odd number 2·p - (B - 1) for the plain digit p in [0, B). Signed digits need no bits: their square says which multiple, they themselves
// say which sign.
//
// The sum of the first k digits, Σ digit·B^(k-1-i), stands for the plain prefix (sum + B^k - 1)/2, the value shifted right. Each template of
// digits also gives these sums at every CHUNK_DIGITS-th digit from the low end, for AssertScalarAtMost.

// Digits of a chunk: 16 bits in radix 4, 18 in radix 8.
function CHUNK_DIGITS(b) {
    return b == 2 ? 8 : 6;
}

// Chunks of n digits of radix 2^b; the highest may be shorter.
function CHUNKS(n, b) {
    return (n + CHUNK_DIGITS(b) - 1) \ CHUNK_DIGITS(b);
}

// A value below 4^n by n digits out of -3, -1, 1 and 3.
//
// Input: any field element, 4^n ≤ 2^254. Outputs: digit, its square (1 or 9), and the prefix sums.
// Gates: 3·n.
// Warning: when 4^n exceeds the field, a small value also has the digits of value + r; AssertScalarAtMost excludes them.
template SignedDigits4(n) {
    signal input in;
    signal output digit[n];
    signal output square[n];
    signal output prefix[CHUNKS(n, 2)];

    signal sum[n];
    for (var k = 0; k < n; k++) {
        digit[k] <-- 2 * ((in >> (2 * (n - 1 - k))) & 3) - 3;
        square[k] <== digit[k] * digit[k];
        (square[k] - 1) * (square[k] - 9) === 0;
        if (k == 0) {
            sum[k] <== digit[k];
        } else {
            sum[k] <== 4 * sum[k - 1] + digit[k];
        }
    }
    sum[n - 1] === 2 * in - (4 ** n - 1);
    for (var j = 0; j < CHUNKS(n, 2); j++) {
        prefix[j] <== sum[n - 1 - CHUNK_DIGITS(2) * j];
    }
}

// A value below 8^n by n digits out of ±1, ±3, ±5 and ±7. With e the square, folded = e·(e - 50) and paired = e·(e - 34), the product
// (e - 1)·(e - 49)·(e - 9)·(e - 25) is (folded + 49)·(paired + 225).
//
// Input: any field element, 8^n ≤ 2^253. Outputs: digit, square, folded (with which any cubic of the square is one gate), and
// the prefix sums.
// Gates: 5·n.
template SignedDigits8(n) {
    signal input in;
    signal output digit[n];
    signal output square[n];
    signal output folded[n];
    signal output prefix[CHUNKS(n, 3)];

    signal sum[n];
    signal paired[n];
    for (var k = 0; k < n; k++) {
        digit[k] <-- 2 * ((in >> (3 * (n - 1 - k))) & 7) - 7;
        square[k] <== digit[k] * digit[k];
        folded[k] <== square[k] * (square[k] - 50);
        paired[k] <== square[k] * (square[k] - 34);
        (folded[k] + 49) * (paired[k] + 225) === 0;
        if (k == 0) {
            sum[k] <== digit[k];
        } else {
            sum[k] <== 8 * sum[k - 1] + digit[k];
        }
    }
    sum[n - 1] === 2 * in - (8 ** n - 1);
    for (var j = 0; j < CHUNKS(n, 3); j++) {
        prefix[j] <== sum[n - 1 - CHUNK_DIGITS(3) * j];
    }
}

// The integer that n digits of radix 2^b spell is at most a constant: the integer, not its residue.
//
// With D_j and M_j for the value and `max` shifted right by j chunks of w bits, value ≤ max if and only if 0 ≤ M_0 - D_0 < 2^w, or
// 0 ≤ M_j - 1 - D_j < 2^w for some j ≥ 1: one of them holds for the highest chunk in which the two differ, and each of them implies it.
// A hint in that range is shown to be one of these gaps, by a product that is 0.
//
// Inputs: prefix of SignedDigits4 (b = 2) or SignedDigits8 (b = 3); 2^(n·b) + 2^18 ≤ max + r, so that no gap wraps around.
// Gates: 54 for 127 digits of radix 4, 53 for 84 of radix 8.
template AssertScalarAtMost(n, b, max) {
    signal input prefix[CHUNKS(n, b)];

    var step = CHUNK_DIGITS(b);
    var width = step * b;
    var chunks = CHUNKS(n, b);

    var found = 0;
    for (var j = 0; j < chunks; j++) {
        var k = n - step * j;
        var gap = (max >> (width * j)) - (j > 0 ? 1 : 0) - (prefix[j] + 2 ** (b * k) - 1) / 2;
        if (gap >= 0 && gap < 2 ** width) {
            found = gap;
        }
    }
    signal hint <-- found;
    Range(width)(hint);

    signal excess[chunks];
    signal product[chunks - 1];
    for (var j = 0; j < chunks; j++) {
        var k = n - step * j;
        excess[j] <== hint + prefix[j] / 2 + (2 ** (b * k) - 1) / 2 - (max >> (width * j)) + (j > 0 ? 1 : 0);
    }
    product[0] <== excess[0];
    for (var j = 1; j < chunks - 1; j++) {
        product[j] <== product[j - 1] * excess[j];
    }
    product[chunks - 2] * excess[chunks - 1] === 0;
}

// The cubic through four points, at compile time: coefficients [c0, c1, c2, c3] of the polynomial with value ys[i] at xs[i].
function cubicThrough(xs, ys) {
    var cubic[4] = [0, 0, 0, 0];
    for (var i = 0; i < 4; i++) {
        var basis[4] = [1, 0, 0, 0];
        var scale = ys[i];
        for (var j = 0; j < 4; j++) {
            if (j != i) {
                for (var k = 3; k > 0; k--) {
                    basis[k] = basis[k - 1] - xs[j] * basis[k];
                }
                basis[0] = -xs[j] * basis[0];
                scale = scale / (xs[i] - xs[j]);
            }
        }
        for (var k = 0; k < 4; k++) {
            cubic[k] += scale * basis[k];
        }
    }
    return cubic;
}

// Tables for FixedBaseMultiply(n, ...), at compile time. Row k, n ≤ 84, is for the points digit·U with U = 8^(n-1-k)·P/2: with e the
// square and f the folded square of the digit, y = (w0·f + w1)·(e + w2) + w3 and x/digit = (w4·f + w5)·(e + w6) + w7 are the cubics in e
// through U, 3·U, 5·U and 7·U.
function FIXED_BASE_TABLE(n, point) {
    var table[84][8];
    var unit[2] = edwardsMultiple((SUBGROUP_ORDER() + 1) / 2, point);
    for (var k = n - 1; k >= 0; k--) {
        var twice[2] = edwardsSum(unit, unit);
        var multiple[2] = unit;
        var values[2][4];
        for (var i = 0; i < 4; i++) {
            values[0][i] = multiple[1];
            values[1][i] = multiple[0] / (2 * i + 1);
            multiple = edwardsSum(multiple, twice);
        }
        for (var i = 0; i < 2; i++) {
            var cubic[4] = cubicThrough([1, 9, 25, 49], values[i]);
            table[k][4 * i] = cubic[3];
            table[k][4 * i + 2] = (cubic[2] + 50 * cubic[3]) / cubic[3];
            table[k][4 * i + 1] = cubic[1] + 50 * (cubic[2] + 50 * cubic[3]);
            table[k][4 * i + 3] = cubic[0] - table[k][4 * i + 1] * table[k][4 * i + 2];
        }
        unit = edwardsMultiple(4, twice);
    }
    return table;
}

// What the digits of n places leave to add, (8^n - 1)·P/2: the plain digit is (digit + 7)/2.
function FIXED_BASE_OFFSET(n, point) {
    var unit[2] = edwardsMultiple((SUBGROUP_ORDER() + 1) / 2, point);
    var power[2] = unit;
    for (var k = 0; k < n; k++) {
        power = edwardsMultiple(8, power);
    }
    return edwardsSum(power, [-unit[0], unit[1]]);
}

// value·P for a constant point P of the prime subgroup, as the sum of digit·8^(n-1-k)·P/2 and a constant. Both coordinates of a digit's
// point are one gate each: of its square, and x times the digit.
//
// Parameters: the tables of P. They are parameters because what a template computes itself is computed again for every witness.
// Inputs: digits of SignedDigits8. Output: value·P.
// Gates: 12·n - 4.
template FixedBaseMultiply(n, table, offset) {
    signal input digit[n];
    signal input square[n];
    signal input folded[n];
    signal output out[2];

    signal slope[n];
    signal chosen[n][2];
    signal sum[n][2];
    for (var k = 0; k < n; k++) {
        chosen[k][1] <== (table[k][0] * folded[k] + table[k][1]) * (square[k] + table[k][2]) + table[k][3];
        slope[k] <== (table[k][4] * folded[k] + table[k][5]) * (square[k] + table[k][6]) + table[k][7];
        chosen[k][0] <== slope[k] * digit[k];
        if (k == 0) {
            sum[k] <== EdwardsAddConstant(offset)(chosen[k]);
        } else {
            sum[k] <== EdwardsAdd()(sum[k - 1], chosen[k]);
        }
    }
    out <== sum[n - 1];
}

// (2·value + 1)·P for a point P, by Horner's rule over the digits of `value` in radix 4, from P itself: 4^n·P + Σ digit·4^(n-1-k)·P.
//
// Inputs: a point on the curve, of any order, and its double; digits of SignedDigits4. Output: a point on the curve.
// Gates: 24·n + 8.
// Warning: off the curve the result means nothing.
template VariableBaseMultiply(n) {
    signal input point[2];
    signal input doubled[2];
    signal input digit[n];
    signal input square[n];
    signal output out[2];

    // |x|/|digit| and y as base + slope·square: they pass through P at square 1 and through 3·P at square 9.
    signal tripled[2] <== EdwardsAdd()(point, doubled);
    signal slope[2];
    slope[0] <== (tripled[0] / 3 - point[0]) / 8;
    slope[1] <== (tripled[1] - point[1]) / 8;
    signal base[2];
    base[0] <== point[0] - slope[0];
    base[1] <== point[1] - slope[1];

    signal shift[n][2];
    signal perDigit[n];
    signal chosen[n][2];
    signal twice[n][2];
    signal fourfold[n][2];
    signal sum[n][2];
    for (var k = 0; k < n; k++) {
        shift[k][0] <== slope[0] * square[k];
        shift[k][1] <== slope[1] * square[k];
        perDigit[k] <== base[0] + shift[k][0];
        chosen[k][0] <== perDigit[k] * digit[k];
        chosen[k][1] <== base[1] + shift[k][1];

        if (k == 0) {
            twice[k] <== doubled;
        } else {
            twice[k] <== EdwardsDouble()(sum[k - 1]);
        }
        fourfold[k] <== EdwardsDouble()(twice[k]);
        sum[k] <== EdwardsAdd()(fourfold[k], chosen[k]);
    }
    out <== sum[n - 1];
}
