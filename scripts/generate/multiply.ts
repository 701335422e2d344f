/** The unrolled Montgomery multiplication of the kernels: `protocol/crypto/kernels/assembly/multiply.ts`. */

const LIMBS = 9;
/** Limbs of a third of a number. */
const THIRD = 3;

type Term = readonly [a: string, b: string];

const limbs = Array.from({ length: LIMBS }, (_, i) => i);
const list = (make: (i: number) => string): string => limbs.map(make).join(", ");

/** The pairs of limbs i, j < count with i + j = k. */
function pairs(k: number, count: number): [number, number][] {
  const all = Array.from({ length: count }, (_, i): [number, number] => [i, k - i]);
  return all.filter(([, j]) => j >= 0 && j < count);
}

/** Statements that set lo and hi to the sum of products, three to a line. */
function sumOf(terms: readonly Term[], isNew: boolean): string[] {
  const statements = terms.map(([a, b], i) =>
    i === 0 && isNew
      ? `lo = i64x2.extmul_low_i32x4_u(${a}, ${b}); hi = i64x2.extmul_high_i32x4_u(${a}, ${b});`
      : `lo = low(lo, ${a}, ${b}); hi = high(hi, ${a}, ${b});`,
  );
  const lines: string[] = [];
  for (let i = 0; i < statements.length; i += 3) lines.push(`  ${statements.slice(i, i + 3).join(" ")}`);
  return lines;
}

/** Reduction of column k, whose products are in lo and hi: adds q_i·p_j, chooses q_k, and carries. */
function reduceColumn(k: number): string[] {
  const earlier = pairs(k, LIMBS).filter(([i]) => i < k);
  const lines = sumOf(
    earlier.map(([i, j]) => [`q${i}`, `p${j}`] as const),
    false,
  );
  if (k > 0) lines.push("  lo = i64x2.add(lo, carryLo); hi = i64x2.add(hi, carryHi);");
  if (k < LIMBS) {
    lines.push(`  const q${k} = v128.and(i32x4.mul(words(lo, hi), inverse), mask);`);
    lines.push(`  lo = low(lo, q${k}, p0); hi = high(hi, q${k}, p0);`);
  } else {
    lines.push(`  put(dst, ${k - LIMBS}, v128.and(words(lo, hi), mask));`);
  }
  const declaration = k === 0 ? ["let carryLo", "let carryHi"] : ["carryLo", "carryHi"];
  lines.push(`  ${declaration[0]} = i64x2.shr_u(lo, LIMB_BITS); ${declaration[1]} = i64x2.shr_u(hi, LIMB_BITS);`);
  return lines;
}

const LAST_COLUMN = 2 * LIMBS - 2;
const columns = Array.from({ length: LAST_COLUMN + 1 }, (_, k) => k);

/** What every multiplication starts and ends with. */
const PROLOGUE = [
  "  const mask = i32x4.splat(LIMB_MASK);",
  ...limbs.map((i) => `  const p${i} = limb(field, ${i});`),
  "  const inverse = v128.load(field, NEGATED_INVERSE);",
  "  let lo: v128;",
  "  let hi: v128;",
];
const EPILOGUE = ["  put(dst, 8, words(carryLo, carryHi));"];

/** The six products of thirds: s0, s1, s2 of equal ones, t01, t02, t12 of sums of two. */
const SQUARES = [0, 1, 2] as const;
const MIXED = [
  [0, 1],
  [0, 2],
  [1, 2],
] as const;

function karatsuba(): string[] {
  const lines: string[] = [];
  for (const [x, y] of MIXED) {
    for (let i = 0; i < THIRD; i++) {
      const sum = (name: string): string =>
        `const ${name}${x}${y}${i} = i32x4.add(${name}${THIRD * x + i}, ${name}${THIRD * y + i});`;
      lines.push(`  ${sum("a")} ${sum("b")}`);
    }
  }
  const products = (name: string, factor: (operand: string, i: number) => string): void => {
    for (let k = 0; k <= 2 * THIRD - 2; k++) {
      const terms = pairs(k, THIRD).map(([i, j]): Term => [factor("a", i), factor("b", j)]);
      lines.push(...sumOf(terms, true));
      lines.push(`  const ${name}l${k} = lo; const ${name}h${k} = hi;`);
    }
  };
  for (const x of SQUARES) products(`s${x}`, (operand, i) => `${operand}${THIRD * x + i}`);
  for (const [x, y] of MIXED) products(`t${x}${y}`, (operand, i) => `${operand}${x}${y}${i}`);
  return lines;
}

/** Column k of the whole product from those of the thirds'. */
function karatsubaColumn(k: number, half: "l" | "h"): string {
  const parts: string[] = [];
  const at = (offset: number): number | undefined => {
    const j = k - offset;
    return j >= 0 && j <= 2 * THIRD - 2 ? j : undefined;
  };
  for (const x of SQUARES) {
    const j = at(2 * THIRD * x);
    if (j !== undefined) parts.push(`s${x}${half}${j}`);
  }
  for (const [x, y] of MIXED) {
    const j = at(THIRD * (x + y));
    if (j !== undefined) parts.push(`i64x2.sub(i64x2.sub(t${x}${y}${half}${j}, s${x}${half}${j}), s${y}${half}${j})`);
  }
  return parts.reduce((sum, part) => `i64x2.add(${sum}, ${part})`);
}

function product(): string[] {
  const body = columns.flatMap((k) => [
    `  // column ${k}`,
    `  lo = ${karatsubaColumn(k, "l")};`,
    `  hi = ${karatsubaColumn(k, "h")};`,
    ...reduceColumn(k),
  ]);
  const parameters = [...limbs.map((i) => `a${i}: v128`), ...limbs.map((i) => `b${i}: v128`)].join(", ");
  return [
    "// @ts-ignore: decorator",
    "@inline",
    `function product(dst: usize, field: usize, ${parameters}): void {`,
    ...PROLOGUE,
    ...karatsuba(),
    ...body,
    ...EPILOGUE,
    "}",
  ];
}

function square(): string[] {
  const terms = (k: number): Term[] =>
    pairs(k, LIMBS)
      .filter(([i, j]) => i <= j)
      .map(([i, j]) => [i === j ? `a${i}` : `d${i}`, `a${j}`]);
  return [
    "/** dst = a²·2^-261. dst may be a. */",
    "export function square(dst: usize, a: usize, field: usize): void {",
    ...limbs.map((i) => `  const a${i} = limb(a, ${i});`),
    ...limbs.slice(0, -1).map((i) => `  const d${i} = i32x4.shl(a${i}, 1);`),
    ...PROLOGUE,
    ...columns.flatMap((k) => [`  // column ${k}`, ...sumOf(terms(k), true), ...reduceColumn(k)]),
    ...EPILOGUE,
    "}",
  ];
}

export function multiplyKernel(): string {
  return `// Generated by npm run generate.

/**
 * Montgomery multiplication of four field elements at once, unrolled.
 *
 * A block is four elements, one to each 32-bit lane of nine vectors: vector j holds limb j, bits 29j..29j+28. The numbers
 * stand for x·2^261 mod p. Thirds of the factors are multiplied by Karatsuba's rule: six products of three limbs by three instead of
 * nine. Column k of the product is the sum of all limb products of weight 2^(29k); a multiple q_k·p makes its low 29 bits vanish, what
 * is left is carried into the next column (product scanning, Koç, Acar, Kaliski 1996). A column's products are summed before the carry
 * arrives, which keeps the chain of dependent steps short. A column holds at most 18 products of less than 2^60, so nothing
 * overflows 64 bits.
 */

import { LIMB_BITS, LIMB_MASK, NEGATED_INVERSE } from "./layout";

// @ts-ignore: decorator
@inline
function limb(block: usize, index: i32): v128 {
  return v128.load(block + 16 * index);
}

// @ts-ignore: decorator
@inline
function put(block: usize, index: i32, value: v128): void {
  v128.store(block + 16 * index, value);
}

/** Adds a·b of lanes 0 and 1. */
// @ts-ignore: decorator
@inline
function low(sum: v128, a: v128, b: v128): v128 {
  return i64x2.add(sum, i64x2.extmul_low_i32x4_u(a, b));
}

/** Adds a·b of lanes 2 and 3. */
// @ts-ignore: decorator
@inline
function high(sum: v128, a: v128, b: v128): v128 {
  return i64x2.add(sum, i64x2.extmul_high_i32x4_u(a, b));
}

/** The low 32 bits of four 64-bit numbers. */
// @ts-ignore: decorator
@inline
function words(lo: v128, hi: v128): v128 {
  return v128.shuffle<i32>(lo, hi, 0, 2, 4, 6);
}

${product().join("\n")}

/** dst = a·b·2^-261, below 2p if a·b < 169·p². dst may be a or b. */
export function mul(dst: usize, a: usize, b: usize, field: usize): void {
  product(dst, field, ${list((i) => `limb(a, ${i})`)}, ${list((i) => `limb(b, ${i})`)});
}

/** As mul, with the one element b in nine consecutive words, in all lanes. */
export function mulElement(dst: usize, a: usize, b: usize, field: usize): void {
  product(dst, field, ${list((i) => `limb(a, ${i})`)}, ${list((i) => `v128.load32_splat(b, ${4 * i})`)});
}

${square().join("\n")}
`;
}
