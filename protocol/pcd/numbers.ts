/** Exact integers, rounded as the contracts round. */

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

/** A share of an amount, rounded up. */
export function shareUp(amount: bigint, share: bigint): bigint {
  return ceilDiv(amount * share, UNIT);
}
