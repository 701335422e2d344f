import * as F from "./field";

/** The twisted Edwards curve Baby Jubjub, a·x² + y² = 1 + d·x²·y² (EIP-2494). Its group has 8·l points. */

export const A = 168700n;
export const D = 168696n;

/** Order l of the prime subgroup. */
export const SUBGROUP_ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041n;

export interface Point {
  x: bigint;
  y: bigint;
}

/** Generator of the subgroup of order l (circomlib's Base8). */
export const BASE8: Point = {
  x: 5299619240641551281634865583518297030282874472190772894086521144482721001553n,
  y: 16950150798460657717958625567821834550301663161624707787222815936182638968203n,
};

export function isOnCurve({ x, y }: Point): boolean {
  const x2 = F.mul(x, x);
  const y2 = F.mul(y, y);
  return F.add(F.mul(A, x2), y2) === F.add(1n, F.mul(D, F.mul(x2, y2)));
}

/** One x with (x, y) on the curve, or undefined; the other is its negative. a - d·y² is never 0, because a/d is not a square. */
export function xFromY(y: bigint): bigint | undefined {
  const square = F.mul(y, y);
  return F.sqrt(F.div(F.sub(1n, square), F.sub(A, F.mul(D, square))));
}

export function negate({ x, y }: Point): Point {
  return { x: F.neg(x), y };
}

/** Projective coordinates: the point (x/z, y/z). */
type Projective = readonly [x: bigint, y: bigint, z: bigint];

const NEUTRAL: Projective = [0n, 1n, 1n];

const project = ({ x, y }: Point): Projective => [x, y, 1n];

/** Bernstein, Birkner, Joye, Lange, Peters 2008, section 6; complete, because a is a square and d is none. */
function addProjective([x1, y1, z1]: Projective, [x2, y2, z2]: Projective): Projective {
  const a = F.mul(z1, z2);
  const b = F.mul(a, a);
  const c = F.mul(x1, x2);
  const d = F.mul(y1, y2);
  const e = F.mul(D, F.mul(c, d));
  const f = F.sub(b, e);
  const g = F.add(b, e);
  const cross = F.mod((x1 + y1) * (x2 + y2) - c - d);
  return [F.mul(F.mul(a, f), cross), F.mul(F.mul(a, g), F.mod(d - A * c)), F.mul(f, g)];
}

/** The same source's doubling. */
function doubleProjective([x, y, z]: Projective): Projective {
  const b = F.mul(x + y, x + y);
  const c = F.mul(x, x);
  const d = F.mul(y, y);
  const e = F.mul(A, c);
  const f = F.add(e, d);
  const j = F.mod(f - 2n * z * z);
  return [F.mul(F.mod(b - c - d), j), F.mul(f, F.sub(e, d)), F.mul(f, j)];
}

function normalize([x, y, z]: Projective): Point {
  const inverse = F.inv(z);
  return { x: F.mul(x, inverse), y: F.mul(y, inverse) };
}

/** s·p + t·q for integers s, t >= 0 of any size, by one pass over the bits of both (Straus 1964). Not constant-time: no secrets here. */
export function multiplyAdd(s: bigint, p: Point, t: bigint, q: Point): Point {
  const [first, second] = [project(p), project(q)];
  const choices = [NEUTRAL, first, second, addProjective(first, second)];
  let sum = NEUTRAL;
  for (let bit = BigInt(Math.max(s.toString(2).length, t.toString(2).length)) - 1n; bit >= 0n; bit--) {
    sum = doubleProjective(sum);
    const choice = Number((s >> bit) & 1n) + 2 * Number((t >> bit) & 1n);
    if (choice !== 0) sum = addProjective(sum, choices[choice]);
  }
  return normalize(sum);
}

export function multiply(scalar: bigint, point: Point): Point {
  return multiplyAdd(scalar, point, 0n, point);
}
