import { EXPONENT_BITS, MANTISSA_BITS } from "./widths";
import { mask } from "./layout";

/** Value of a packed amount, `mantissa * 10^exponent`, below 2^138. */
export function unpackAmount(packed: bigint): bigint {
  if (packed < 0n || packed >> BigInt(MANTISSA_BITS + EXPONENT_BITS) !== 0n) {
    throw new RangeError(`packed amount must be below 2^${MANTISSA_BITS + EXPONENT_BITS}, got ${packed}`);
  }
  return (packed & mask(MANTISSA_BITS)) * 10n ** (packed >> BigInt(MANTISSA_BITS));
}

/** Packs an amount with the smallest exponent. Throws `RangeError` when the amount is not exactly representable. */
export function packAmount(amount: bigint): bigint {
  if (amount < 0n || amount >> 128n !== 0n) throw new RangeError(`amount must be in [0, 2^128), got ${amount}`);
  let mantissa = amount;
  let exponent = 0n;
  while (mantissa >> BigInt(MANTISSA_BITS) !== 0n) {
    if (mantissa % 10n !== 0n) {
      throw new RangeError(
        `amount ${amount} is not exact in a packed amount; the nearest below is ${floorAmount(amount)}`,
      );
    }
    mantissa /= 10n;
    exponent += 1n;
  }
  return mantissa | (exponent << BigInt(MANTISSA_BITS));
}

/** The largest packable amount that is at most `amount`. */
export function floorAmount(amount: bigint): bigint {
  let unit = 1n;
  while ((amount / unit) >> BigInt(MANTISSA_BITS) !== 0n) unit *= 10n;
  return amount - (amount % unit);
}
