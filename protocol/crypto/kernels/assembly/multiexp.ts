/**
 * Sums of multiples of points of y² = x³ + 3 by buckets (Pippenger): one window of all scalars at a time.
 *
 * The points of a window are sorted by digit, then each bucket is summed like a tournament, round by round: all pairs of all
 * buckets are added in affine coordinates, with one inversion for thousands of them (Montgomery's trick). Points are packed, x
 * then y, 64 bytes, below 1.5·q each, as x·2^261; (0, 0) is infinity.
 */
import { add, canonical, copy, invert, isZero, limb, load4, negateWhere, put, reduce, select, store4, sub, zero } from "./field";
import { BLOCK, ONE } from "./layout";
import { mul, square } from "./multiply";
import { addPoints, setInfinity } from "./points";

const POINT: usize = 64;

/** Fours of pairs that share one inversion. */
const BATCH: usize = 1024;

/** Of a pair: addresses of both points and of their sum. The lowest bit of the first two says to negate. */
const PAIR: usize = 12;

// Work space: offsets in blocks.
const X1: usize = 0;
const Y1: usize = 1;
const X2: usize = 2;
const Y2: usize = 3;
const SLOPE: usize = 4;
const X3: usize = 5;
const Y3: usize = 6;
const T: usize = 7;
const PRODUCT: usize = 8;
const INVERSE: usize = 9;
const POWERS: usize = 10; // 17 blocks
const DIFFERENCES: usize = 27;
const PREFIXES: usize = DIFFERENCES + BATCH;
const MASKS: usize = PREFIXES + BATCH; // four vectors to a four of pairs
const PAIRS: usize = MASKS + BATCH;

/** Bytes of work space that multiexp needs besides its lists. */
export function workBytes(): usize {
  return PAIRS * BLOCK + 4 * BATCH * PAIR + 2 * POINT;
}

/** Of a four of pairs: the x (and at + 32 the y) of the points at `slot` of each pair. */
function loadFour(dst: usize, pairs: usize, slot: usize, at: usize): void {
  const p = pairs + slot;
  load4(
    dst,
    (load<u32>(p) & ~1) + at,
    (load<u32>(p + PAIR) & ~1) + at,
    (load<u32>(p + 2 * PAIR) & ~1) + at,
    (load<u32>(p + 3 * PAIR) & ~1) + at,
  );
}

/** dst = ±y: 4p − y where the pair's pointer is odd, for y < 4p. */
function applySigns(dst: usize, pairs: usize, slot: usize, field: usize): void {
  const p = pairs + slot;
  const signs = load<u32>(p) | load<u32>(p + PAIR) | load<u32>(p + 2 * PAIR) | load<u32>(p + 3 * PAIR);
  if ((signs & 1) == 0) return;
  const negative = i32x4(
    -(<i32>load<u32>(p) & 1),
    -(<i32>load<u32>(p + PAIR) & 1),
    -(<i32>load<u32>(p + 2 * PAIR) & 1),
    -(<i32>load<u32>(p + 3 * PAIR) & 1),
  );
  negateWhere(dst, negative, field);
}

/** Lanes in which all limbs of a and b are 0: infinity, since every other point has a nonzero coordinate. */
function bothZero(a: usize, b: usize): v128 {
  let bits = v128.or(limb(a, 0), limb(b, 0));
  for (let j: usize = 1; j < 9; j++) bits = v128.or(bits, v128.or(limb(a, j), limb(b, j)));
  return i32x4.eq(bits, i32x4.splat(0));
}

/** The divisor of each pair's slope, and the product of all before it. In `complete` mode also what kind of pair each is. */
function divisors(w: usize, fours: usize, complete: bool, field: usize): void {
  const product = w + PRODUCT * BLOCK;
  copy(product, field + ONE);
  for (let i: usize = 0; i < fours; i++) {
    const pairs = w + PAIRS * BLOCK + i * 4 * PAIR;
    const difference = w + (DIFFERENCES + i) * BLOCK;
    loadFour(w + X1 * BLOCK, pairs, 0, 0);
    loadFour(w + X2 * BLOCK, pairs, 4, 0);
    sub(difference, w + X2 * BLOCK, w + X1 * BLOCK, field);
    if (complete) {
      loadFour(w + Y1 * BLOCK, pairs, 0, 32);
      loadFour(w + Y2 * BLOCK, pairs, 4, 32);
      const firstInfinite = bothZero(w + X1 * BLOCK, w + Y1 * BLOCK);
      const secondInfinite = bothZero(w + X2 * BLOCK, w + Y2 * BLOCK);
      applySigns(w + Y1 * BLOCK, pairs, 0, field);
      applySigns(w + Y2 * BLOCK, pairs, 4, field);
      const sameX = isZero(difference, w + T * BLOCK, field);
      sub(w + X3 * BLOCK, w + Y2 * BLOCK, w + Y1 * BLOCK, field);
      const sameY = isZero(w + X3 * BLOCK, w + T * BLOCK, field);
      const infinite = v128.or(firstInfinite, secondInfinite);
      const double = v128.andnot(v128.and(sameX, sameY), infinite);
      const opposite = v128.andnot(v128.andnot(sameX, sameY), infinite);
      add(w + X3 * BLOCK, w + Y1 * BLOCK, w + Y1 * BLOCK);
      select(difference, w + X3 * BLOCK, difference, double);
      select(difference, field + ONE, difference, v128.or(infinite, opposite));
      const masks = w + (MASKS + i) * BLOCK;
      put(masks, 0, firstInfinite);
      put(masks, 1, secondInfinite);
      put(masks, 2, double);
      put(masks, 3, opposite);
    }
    copy(w + (PREFIXES + i) * BLOCK, product);
    mul(product, product, difference, field);
  }
}

/** The sums, from the last four of pairs to the first. Whether one of them is at infinity. */
function sums(w: usize, fours: usize, complete: bool, field: usize): bool {
  const inverse = w + INVERSE * BLOCK;
  const x1 = w + X1 * BLOCK;
  const y1 = w + Y1 * BLOCK;
  const x2 = w + X2 * BLOCK;
  const y2 = w + Y2 * BLOCK;
  const x3 = w + X3 * BLOCK;
  const y3 = w + Y3 * BLOCK;
  const t = w + T * BLOCK;
  const slope = w + SLOPE * BLOCK;
  let anyOpposite = i32x4.splat(0);
  for (let i = fours; i > 0; i--) {
    const pairs = w + PAIRS * BLOCK + (i - 1) * 4 * PAIR;
    mul(slope, inverse, w + (PREFIXES + i - 1) * BLOCK, field);
    mul(inverse, inverse, w + (DIFFERENCES + i - 1) * BLOCK, field);
    loadFour(x1, pairs, 0, 0);
    loadFour(y1, pairs, 0, 32);
    loadFour(x2, pairs, 4, 0);
    loadFour(y2, pairs, 4, 32);
    applySigns(y1, pairs, 0, field);
    applySigns(y2, pairs, 4, field);
    sub(t, y2, y1, field);
    const masks = w + (MASKS + i - 1) * BLOCK;
    if (complete) {
      // The slope of the tangent is 3x²/2y.
      square(x3, x1, field);
      add(y3, x3, x3);
      add(x3, x3, y3);
      select(t, x3, t, limb(masks, 2));
    }
    mul(slope, slope, t, field);
    square(x3, slope, field);
    add(t, x1, x2);
    sub(x3, x3, t, field);
    reduce(x3, x3, field);
    sub(t, x1, x3, field);
    mul(y3, slope, t, field);
    sub(y3, y3, y1, field);
    reduce(y3, y3, field);
    if (complete) {
      const firstInfinite = limb(masks, 0);
      const secondInfinite = limb(masks, 1);
      reduce(y1, y1, field);
      reduce(y2, y2, field);
      select(x3, x2, x3, firstInfinite);
      select(y3, y2, y3, firstInfinite);
      select(x3, x1, x3, secondInfinite);
      select(y3, y1, y3, secondInfinite);
      // Both infinite: the second's coordinates were copied, of which y may have been negated.
      const opposite = v128.or(limb(masks, 3), v128.and(firstInfinite, secondInfinite));
      zero(t);
      select(x3, t, x3, opposite);
      select(y3, t, y3, opposite);
      anyOpposite = v128.or(anyOpposite, opposite);
    }
    const p = pairs + 8;
    const d0 = load<u32>(p);
    const d1 = load<u32>(p + PAIR);
    const d2 = load<u32>(p + 2 * PAIR);
    const d3 = load<u32>(p + 3 * PAIR);
    store4(x3, d0, d1, d2, d3);
    store4(y3, d0 + 32, d1 + 32, d2 + 32, d3 + 32);
  }
  return v128.any_true(anyOpposite);
}

/** Set once a window's list may hold points at infinity: then every pair is looked at. */
let infinities: bool = false;

/** Adds the pairs listed in the work space, at most 4·BATCH. Sums must not overwrite points of later pairs. */
function addPairs(w: usize, count: usize, field: usize): void {
  if (count == 0) return;
  // The last four is filled up with copies of the last pair.
  const last = w + PAIRS * BLOCK + (count - 1) * PAIR;
  const spare = w + PAIRS * BLOCK + 4 * BATCH * PAIR;
  for (let i = count; (i & 3) != 0; i++) {
    const pair = w + PAIRS * BLOCK + i * PAIR;
    store<u32>(pair, load<u32>(last));
    store<u32>(pair + 4, load<u32>(last + 4));
    store<u32>(pair + 8, spare);
  }
  const fours = (count + 3) >> 2;
  divisors(w, fours, infinities, field);
  if (!infinities && v128.any_true(isZero(w + PRODUCT * BLOCK, w + T * BLOCK, field))) {
    // Somewhere x₁ = x₂: this batch again, pair by pair.
    divisors(w, fours, true, field);
    invert(w + INVERSE * BLOCK, w + PRODUCT * BLOCK, w + POWERS * BLOCK, field);
    infinities = sums(w, fours, true, field);
    return;
  }
  invert(w + INVERSE * BLOCK, w + PRODUCT * BLOCK, w + POWERS * BLOCK, field);
  sums(w, fours, infinities, field);
}

/** Digit `window` of a scalar that was offset as `sumWindow` says, minus the offset. */
// @ts-ignore: decorator
@inline
function digitOf(scalar: usize, window: usize, c: usize, isLast: bool): i32 {
  const bit = window * c;
  const at = scalar + ((bit >> 5) << 2);
  let bits = <u64>load<u32>(at);
  if ((bit >> 5) < 7) bits |= <u64>load<u32>(at + 4) << 32;
  const digit = <i32>((bits >> (bit & 31)) & ((1 << c) - 1));
  return isLast ? digit : digit - (1 << (c - 1));
}

/**
 * Adds up each group of a list of points, in rounds: pairs within the group, until at most one point is left of each.
 * @param counts points of each group; afterwards 0 or 1
 * @param from the groups' points, one group after the other
 * @param to as much space again
 * @returns where the sums are, of groups that have one: `from` or `to`
 */
function sumGroups(counts: usize, groups: usize, from: usize, to: usize, work: usize, field: usize): usize {
  const listed = work + PAIRS * BLOCK;
  let most: u32 = 2;
  while (most > 1) {
    let pending: usize = 0;
    let source = from;
    let target = to;
    most = 0;
    for (let g: usize = 0; g < groups; g++) {
      const n = load<u32>(counts + 4 * g);
      for (let i: u32 = 0; i + 1 < n; i += 2) {
        const pair = listed + pending * PAIR;
        store<u32>(pair, source);
        store<u32>(pair + 4, source + POINT);
        store<u32>(pair + 8, target);
        source += 2 * POINT;
        target += POINT;
        if (++pending == 4 * BATCH) {
          addPairs(work, pending, field);
          pending = 0;
        }
      }
      if ((n & 1) != 0) {
        memory.copy(target, source, POINT);
        source += POINT;
        target += POINT;
      }
      const left = (n + 1) >> 1;
      if (left > most) most = left;
      store<u32>(counts + 4 * g, left);
    }
    addPairs(work, pending, field);
    const swap = from;
    from = to;
    to = swap;
  }
  return from;
}

/** Turns counts of 0 or 1 into the addresses of the groups' points, 0 where there is none. */
function locate(counts: usize, groups: usize, points: usize): void {
  for (let g: usize = 0; g < groups; g++) {
    const n = load<u32>(counts + 4 * g);
    store<u32>(counts + 4 * g, n == 0 ? 0 : <u32>points);
    points += POINT * n;
  }
}

/**
 * Sorts and sums one window.
 *
 * A scalar s < 2^254 is given as s + Σ_{i < last} 2^(c−1)·2^(ci): then digit i of it less 2^(c−1) is the signed digit
 * of s, without carries. The last digit is not offset. Bucket b holds the points of digit ±(b + 1). Its place is (row, column) with
 * b = row·2^h + column, h = ⌈(c−1)/2⌉: the weighted sum of all buckets follows from the sums of rows and of columns, of which
 * there are few.
 * @param c bits of a window, 5..20, with c·(last + 1) >= 255
 * @param lists work space: `listBytes` of `../multiexp.ts`
 * @param work `workBytes()` bytes
 * @param hasInfinity whether points at infinity are among the bases
 * @param dst sixteen points in projective coordinates, blocks (X, Y, Z): of the columns Σ (t + 1)·B and Σ B in lane ℓ over the columns
 * ℓ·q + t, q a quarter of their number; then the same of the rows
 */
export function sumWindow(
  dst: usize,
  bases: usize,
  scalars: usize,
  count: usize,
  window: usize,
  c: usize,
  isLast: bool,
  hasInfinity: bool,
  lists: usize,
  work: usize,
  field: usize,
): void {
  const buckets: usize = <usize>1 << (c - 1);
  const columns: usize = <usize>1 << (c >> 1);
  const rows: usize = buckets / columns;
  const bounds = lists;
  const groups = bounds + 4 * (buckets + 2);
  const indices = groups + 4 * (rows + columns);
  const from = (indices + 4 * count + 15) & ~15;
  const to = from + POINT * (count / 2 + 2 * buckets + 2);
  infinities = hasInfinity;
  sortDigits(bounds, indices, scalars, count, window, c, isLast);
  firstRound(bounds, indices, buckets, bases, from, work, field);
  const sums = sumGroups(bounds + 4, buckets, from, to, work, field);

  // Every bucket once in its row and once in its column.
  locate(bounds + 4, buckets, sums);
  let target = sums == from ? to : from;
  const listed = target;
  for (let row: usize = 0; row < rows; row++) {
    target = gather(groups + 4 * row, bounds + 4 + 4 * row * columns, 4, columns, target);
  }
  for (let column: usize = 0; column < columns; column++) {
    target = gather(groups + 4 * (rows + column), bounds + 4 + 4 * column, 4 * columns, rows, target);
  }
  const few = sumGroups(groups, rows + columns, listed, sums, work, field);
  locate(groups, rows + columns, few);
  weigh(dst, groups + 4 * rows, columns >> 2, work, field);
  weigh(dst + 6 * BLOCK, groups, rows >> 2, work, field);
}

/** Copies the points at some addresses, `stride` bytes apart in their list, and counts those that there are. @returns where to go on */
function gather(count: usize, addresses: usize, stride: usize, length: usize, target: usize): usize {
  let n: u32 = 0;
  for (let i: usize = 0; i < length; i++) {
    const address = load<u32>(addresses + stride * i);
    if (address == 0) continue;
    memory.copy(target, address, POINT);
    target += POINT;
    n++;
  }
  store<u32>(count, n);
  return target;
}

/**
 * Counting sort of the points by digit.
 * @param bounds bounds[d] becomes the end of digit ±d in `indices`
 * @param indices (number of the point)·2, plus 1 where its digit is negative
 */
function sortDigits(bounds: usize, indices: usize, scalars: usize, count: usize, window: usize, c: usize, isLast: bool): void {
  const buckets: usize = <usize>1 << (c - 1);
  memory.fill(bounds, 0, 4 * (buckets + 2));
  for (let i: usize = 0; i < count; i++) {
    const digit = digitOf(scalars + 32 * i, window, c, isLast);
    const at = bounds + 4 * <usize>(digit < 0 ? -digit : digit);
    store<u32>(at, load<u32>(at) + 1);
  }
  let sum: u32 = 0;
  for (let d: usize = 1; d <= buckets; d++) {
    const n = load<u32>(bounds + 4 * d);
    store<u32>(bounds + 4 * d, sum);
    sum += n;
  }
  for (let i: usize = 0; i < count; i++) {
    const digit = digitOf(scalars + 32 * i, window, c, isLast);
    if (digit == 0) continue;
    const at = bounds + 4 * <usize>(digit < 0 ? -digit : digit);
    const position = load<u32>(at);
    store<u32>(at, position + 1);
    store<u32>(indices + 4 * position, (<u32>i << 1) | (digit < 0 ? 1 : 0));
  }
}

/**
 * Adds pairs of each bucket's bases. bounds[d] becomes the number of points that are left of digit ±d.
 *
 * Bases lie all over the memory. Each is touched when its pair is listed, where the loads are independent of each other, so that
 * it is in the cache when the pair is added.
 */
function firstRound(bounds: usize, indices: usize, buckets: usize, bases: usize, target: usize, work: usize, field: usize): void {
  const listed = work + PAIRS * BLOCK;
  let pending: usize = 0;
  let start: u32 = 0;
  let touched: u32 = 0;
  for (let d: usize = 1; d <= buckets; d++) {
    const end = load<u32>(bounds + 4 * d);
    for (let i = start; i + 1 < end; i += 2) {
      const a = load<u32>(indices + 4 * i);
      const b = load<u32>(indices + 4 * i + 4);
      const pair = listed + pending * PAIR;
      const first = bases + POINT * (a >> 1);
      const second = bases + POINT * (b >> 1);
      touched ^= load<u32>(first) ^ load<u32>(second);
      store<u32>(pair, first | (a & 1));
      store<u32>(pair + 4, second | (b & 1));
      store<u32>(pair + 8, target);
      target += POINT;
      if (++pending == 4 * BATCH) {
        addPairs(work, pending, field);
        pending = 0;
      }
    }
    const n = end - start;
    if ((n & 1) != 0) {
      const a = load<u32>(indices + 4 * (end - 1));
      memory.copy(target, bases + POINT * (a >> 1), POINT);
      if ((a & 1) != 0) negate(target, work, field);
      target += POINT;
    }
    store<u32>(bounds + 4 * d, (n + 1) >> 1);
    start = end;
  }
  addPairs(work, pending, field);
  // The loads must have a use.
  store<u32>(bounds, touched);
}

/** Negates a packed point. */
function negate(point: usize, work: usize, field: usize): void {
  const x = work + X1 * BLOCK;
  const y = work + Y1 * BLOCK;
  load4(x, point, point, point, point);
  load4(y, point + 32, point + 32, point + 32, point + 32);
  // Infinity stays as it is.
  if (v128.any_true(bothZero(x, y))) return;
  zero(x);
  sub(x, x, y, field);
  reduce(x, x, field);
  store4(x, point + 32, point + 32, point + 32, point + 32);
}

/** Running sums over points by address, a quarter of them in each lane, from the last to the first. */
function weigh(dst: usize, addresses: usize, quarter: usize, work: usize, field: usize): void {
  const total = dst;
  const running = dst + 3 * BLOCK;
  const point = work;
  const temporary = work + 3 * BLOCK;
  const nowhere = work + 9 * BLOCK;
  memory.fill(nowhere, 0, POINT);
  setInfinity(total, field);
  setInfinity(running, field);
  for (let t = quarter; t > 0; t--) {
    const at = addresses + 4 * (t - 1);
    const a0 = load<u32>(at);
    const a1 = load<u32>(at + 4 * quarter);
    const a2 = load<u32>(at + 8 * quarter);
    const a3 = load<u32>(at + 12 * quarter);
    const p0 = a0 != 0 ? a0 : nowhere;
    const p1 = a1 != 0 ? a1 : nowhere;
    const p2 = a2 != 0 ? a2 : nowhere;
    const p3 = a3 != 0 ? a3 : nowhere;
    load4(point, p0, p1, p2, p3);
    load4(point + BLOCK, p0 + 32, p1 + 32, p2 + 32, p3 + 32);
    const infinite = bothZero(point, point + BLOCK);
    // (0 : 1 : 0), or (x : y : 1).
    zero(point + 2 * BLOCK);
    select(point + BLOCK, field + ONE, point + BLOCK, infinite);
    select(point + 2 * BLOCK, point + 2 * BLOCK, field + ONE, infinite);
    addPoints(running, running, point, temporary, field);
    addPoints(total, total, running, temporary, field);
  }
}

/**
 * A row of the table for `multiplyBase`: point d is (d + 1)·(its first point), which must be there already.
 * @param size points of the row, a power of two
 * @param work `workBytes()` bytes
 */
export function fillRow(row: usize, size: usize, work: usize, field: usize): void {
  infinities = false;
  for (let half: usize = 1; half < size; half <<= 1) {
    // Points half .. 2·half − 1 are those before them plus half times the first.
    const middle = row + POINT * (half - 1);
    let pending: usize = 0;
    for (let d: usize = 0; d < half; d++) {
      const pair = work + PAIRS * BLOCK + pending * PAIR;
      store<u32>(pair, row + POINT * d);
      store<u32>(pair + 4, middle);
      store<u32>(pair + 8, row + POINT * (half + d));
      if (++pending == 4 * BATCH) {
        addPairs(work, pending, field);
        pending = 0;
      }
    }
    addPairs(work, pending, field);
  }
}

/**
 * Multiples of one point: Σ_w (digit_w + 1)·2^(cw)·P, of digits that are never "no point" (Brickell, Gordon, McCurley, Wilson 1992).
 * @param dst `count` points, at most 4·BATCH
 * @param scalars packed
 * @param table rows of 2^c points, of 2^(cw)·P each
 * @param work `workBytes()` bytes
 */
export function multiplyBase(dst: usize, scalars: usize, count: usize, table: usize, c: usize, windows: usize, work: usize, field: usize): void {
  infinities = false;
  for (let i: usize = 0; i < count; i++) {
    memory.copy(dst + POINT * i, table + POINT * digitOf(scalars + 32 * i, 0, c, true), POINT);
  }
  for (let w: usize = 1; w < windows; w++) {
    const row = table + w * (POINT << c);
    for (let i: usize = 0; i < count; i++) {
      const pair = work + PAIRS * BLOCK + i * PAIR;
      store<u32>(pair, dst + POINT * i);
      store<u32>(pair + 4, row + POINT * digitOf(scalars + 32 * i, w, c, true));
      store<u32>(pair + 8, dst + POINT * i);
    }
    addPairs(work, count, field);
  }
}

/**
 * Packed points as sumWindow takes them, from packed points times `factor`·2^-261; whether one of them is at infinity.
 * @param work one block
 */
export function preparePoints(dst: usize, src: usize, count: usize, factor: usize, work: usize, field: usize): bool {
  let infinite = false;
  for (let i: usize = 0; i < count; i += 2) {
    const other = i + 1 < count ? i + 1 : i;
    const p = POINT * i;
    const q = POINT * other;
    load4(work, src + p, src + p + 32, src + q, src + q + 32);
    mul(work, work, factor, field);
    canonical(work, work, field);
    let bits = limb(work, 0);
    for (let j: usize = 1; j < 9; j++) bits = v128.or(bits, limb(work, j));
    const zeros = i32x4.bitmask(i32x4.eq(bits, i32x4.splat(0)));
    if ((zeros & 3) == 3 || (zeros & 12) == 12) infinite = true;
    store4(work, dst + p, dst + p + 32, dst + q, dst + q + 32);
  }
  return infinite;
}
