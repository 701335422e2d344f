/** Integer arithmetic with the direction of rounding in the name, as in the contracts. All arguments are not negative. */

export function mulDivDown(a: bigint, b: bigint, divisor: bigint): bigint {
  return (a * b) / divisor;
}

export function mulDivUp(a: bigint, b: bigint, divisor: bigint): bigint {
  return ceilDiv(a * b, divisor);
}

export function ceilDiv(a: bigint, divisor: bigint): bigint {
  return (a + divisor - 1n) / divisor;
}

export function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** ⌊log2⌋; 0 for 0. */
export function log2(a: bigint): bigint {
  return a === 0n ? 0n : BigInt(a.toString(2).length - 1);
}
