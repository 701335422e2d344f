pragma circom 2.2.0;

// Baby Jubjub (EIP-2494), the twisted Edwards curve a·x² + y² = 1 + d·x²·y² over BN254's scalar field. Its group has 8·l points, l prime.
// a is a square and d is not, so the addition law is complete: it holds for any two points, equal, opposite and of small order too
// (Bernstein et al., "Twisted Edwards Curves", AFRICACRYPT 2008, section 6). Points are [x, y]; the neutral one is [0, 1].

function EDWARDS_A() {
    return 168700;
}

function EDWARDS_D() {
    return 168696;
}

// l, the order of the prime subgroup.
function SUBGROUP_ORDER() {
    return 2736030358979909402780800718157159386076813972158567259200215660948447373041;
}

// B8, the generator of the prime subgroup that signatures use.
function BASE8() {
    return [
        5299619240641551281634865583518297030282874472190772894086521144482721001553,
        16950150798460657717958625567821834550301663161624707787222815936182638968203
    ];
}

// The sum of two points, at compile time.
function edwardsSum(p, q) {
    var product = EDWARDS_D() * p[0] * q[0] * p[1] * q[1];
    return [
        (p[0] * q[1] + p[1] * q[0]) / (1 + product),
        (p[1] * q[1] - EDWARDS_A() * p[0] * q[0]) / (1 - product)
    ];
}

// k·p, at compile time, for 0 ≤ k < 2^253.
function edwardsMultiple(k, p) {
    var sum[2] = [0, 1];
    var doubled[2] = p;
    for (var rest = k; rest != 0; rest >>= 1) {
        if (rest & 1 == 1) {
            sum = edwardsSum(sum, doubled);
        }
        doubled = edwardsSum(doubled, doubled);
    }
    return sum;
}

// p is on the curve: with X = x² and Y = y², (d·X - 1)·(d·Y - a) = a - d.
//
// Input: any two field elements.
// Gates: 3.
template AssertOnCurve() {
    signal input p[2];

    var a = EDWARDS_A();
    var d = EDWARDS_D();
    signal xx <== p[0] * p[0];
    signal yy <== p[1] * p[1];
    (d * xx - 1) * (d * yy - a) === a - d;
}

// out = p + q, by the complete addition law.
//
// Inputs: points on the curve (then the denominators are never 0). Output: a point on the curve.
// Gates: 9.
// Warning: off the curve the result means nothing, and a denominator may be 0.
template EdwardsAdd() {
    signal input p[2];
    signal input q[2];
    signal output out[2];

    var a = EDWARDS_A();
    var d = EDWARDS_D();
    signal xy <== p[0] * q[1];
    signal yx <== p[1] * q[0];
    signal xx <== p[0] * q[0];
    signal yy <== p[1] * q[1];
    signal crossed <== xy + yx;
    signal straight <== yy - a * xx;
    signal product <== xy * yx;

    // One inversion for both denominators, in the witness only.
    var inverse = 1 / (1 - d * product * d * product);
    out[0] <-- crossed * (1 - d * product) * inverse;
    out[0] * (d * product + 1) === crossed;
    out[1] <-- straight * (1 + d * product) * inverse;
    out[1] * (1 - d * product) === straight;
}

// out = p + q for a constant point q: the products with its coordinates are linear.
//
// Input: a point on the curve. Output: a point on the curve.
// Gates: 5.
// Warning: as EdwardsAdd.
template EdwardsAddConstant(q) {
    signal input p[2];
    signal output out[2];

    var product = EDWARDS_D() * q[0] * q[1];
    signal xy <== p[0] * p[1];
    signal crossed <== q[1] * p[0] + q[0] * p[1];
    signal straight <== q[1] * p[1] - EDWARDS_A() * q[0] * p[0];

    out[0] <-- crossed / (1 + product * xy);
    out[0] * (product * xy + 1) === crossed;
    out[1] <-- straight / (1 - product * xy);
    out[1] * (1 - product * xy) === straight;
}

// out = 2·p. With s = a·x² + y² = 1 + d·(x·y)², the curve's equation: x' = 2·x·y/s, and y' = (2·y² - s)/(2 - s), written as
// (2 - s)·(y' - 1) = 2·y² - 2 to fit into one gate.
//
// Input: a point on the curve. Output: a point on the curve.
// Gates: 5.
// Warning: as EdwardsAdd; the equation of the curve is used, not shown.
template EdwardsDouble() {
    signal input p[2];
    signal output out[2];

    signal xy <== p[0] * p[1];
    signal yy <== p[1] * p[1];
    signal s <== EDWARDS_D() * xy * xy + 1;

    var inverse = 1 / (s * (2 - s));
    out[0] <-- 2 * xy * (2 - s) * inverse;
    out[0] * s === 2 * xy;
    out[1] <-- (2 * yy - s) * s * inverse;
    (2 - s) * (out[1] - 1) === 2 * yy - 2;
}
