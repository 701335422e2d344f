import * as F from "../../../../protocol/crypto/field";

/** Numbers above it stand for negative ones in comparisons. */
const HALF = F.R >> 1n;
const MASK = (1n << 254n) - 1n;

const signed = (a: bigint): bigint => (a > HALF ? a - F.R : a);
const truth = (condition: boolean): bigint => (condition ? 1n : 0n);

/** What was inverted last: sources divide by one number several times in a row. */
let inverted = { a: 1n, inverse: 1n };

/** As in circom's witness generator 1/0 is 0; and so is every quotient by 0, where circom's would trap. */
function inverse(a: bigint): bigint {
  if (a === 0n) return 0n;
  if (inverted.a !== a) inverted = { a, inverse: F.inv(a) };
  return inverted.inverse;
}

function shiftRight(a: bigint, by: bigint): bigint {
  return by > HALF ? shiftLeft(a, F.R - by) : by > 254n ? 0n : a >> by;
}

function shiftLeft(a: bigint, by: bigint): bigint {
  return by > HALF ? shiftRight(a, F.R - by) : by > 254n ? 0n : ((a << by) & MASK) % F.R;
}

/** Circom's operators over field elements in [0, r). */
export const INFIX: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  "+": F.add,
  "-": F.sub,
  "*": F.mul,
  "/": (a, b) => F.mul(a, inverse(b)),
  "\\": (a, b) => (b === 0n ? 0n : a / b),
  "%": (a, b) => (b === 0n ? 0n : a % b),
  "**": F.pow,
  "<<": shiftLeft,
  ">>": shiftRight,
  "&": (a, b) => a & b,
  "|": (a, b) => (a | b) % F.R,
  "^": (a, b) => (a ^ b) % F.R,
  "==": (a, b) => truth(a === b),
  "!=": (a, b) => truth(a !== b),
  "<": (a, b) => truth(signed(a) < signed(b)),
  ">": (a, b) => truth(signed(a) > signed(b)),
  "<=": (a, b) => truth(signed(a) <= signed(b)),
  ">=": (a, b) => truth(signed(a) >= signed(b)),
  "&&": (a, b) => truth(a !== 0n && b !== 0n),
  "||": (a, b) => truth(a !== 0n || b !== 0n),
};

export const PREFIX: Readonly<Record<string, (a: bigint) => bigint>> = {
  "-": F.neg,
  "!": (a) => truth(a === 0n),
  "~": (a) => (a ^ MASK) % F.R,
};
