/** Exact integers, none negative, rounded as the contracts round: the direction is in the name. */

/** A price of one dollar, a factor of one: units of 10^-18. */
export const ONE = 10n ** 18n;

/** Shares of parameters: units of 10^-4. */
export const UNIT = 10_000n;

export const DAY = 86_400n;

export function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function ceilDiv(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

export function mulDivDown(a: bigint, b: bigint, divisor: bigint): bigint {
  return (a * b) / divisor;
}

export function mulDivUp(a: bigint, b: bigint, divisor: bigint): bigint {
  return ceilDiv(a * b, divisor);
}

/** ⌊log2⌋; 0 for 0. */
export function log2(a: bigint): bigint {
  return a === 0n ? 0n : BigInt(a.toString(2).length - 1);
}

/** A share of an amount, rounded up. */
export function shareUp(amount: bigint, share: bigint): bigint {
  return ceilDiv(amount * share, UNIT);
}
