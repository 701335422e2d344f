import { mask } from "./layout";
import { EXPONENT_BITS, FEE_MANTISSA_BITS, MANTISSA_BITS } from "./widths";

/**
 * Packed amounts and packed fees: `mantissa * 10^exponent`, the mantissa in the low bits. An amount has 35 bits of mantissa, a fee 7; both
 * have 5 of exponent.
 */

/** Value of a packed amount, below 2^138. Throws `RangeError` for 2^40 and above. */
export function unpackAmount(packed: bigint): bigint {
  return unpackDecimal("amount", MANTISSA_BITS, packed);
}

/** Packs an amount below 2^128 with the smallest exponent. Throws `RangeError` when it is not exactly representable. */
export function packAmount(amount: bigint): bigint {
  return packDecimal("amount", MANTISSA_BITS, amount);
}

/** The largest packable amount that is at most `amount`. */
export function floorAmount(amount: bigint): bigint {
  return floorDecimal(MANTISSA_BITS, amount);
}

/** Value of a packed fee, below 2^110. Throws `RangeError` for 2^12 and above. */
export function unpackFee(packed: bigint): bigint {
  return unpackDecimal("fee", FEE_MANTISSA_BITS, packed);
}

/** Packs a fee with the smallest exponent. Throws `RangeError` when it is not exactly representable. */
export function packFee(fee: bigint): bigint {
  return packDecimal("fee", FEE_MANTISSA_BITS, fee);
}

/** The largest packable fee that is at most `fee`. */
export function floorFee(fee: bigint): bigint {
  return floorDecimal(FEE_MANTISSA_BITS, fee);
}

function unpackDecimal(name: string, mantissaBits: number, packed: bigint): bigint {
  if (packed < 0n || packed >> BigInt(mantissaBits + EXPONENT_BITS) !== 0n) {
    throw new RangeError(`packed ${name} must be below 2^${mantissaBits + EXPONENT_BITS}, got ${packed}`);
  }
  return (packed & mask(mantissaBits)) * 10n ** (packed >> BigInt(mantissaBits));
}

function packDecimal(name: string, mantissaBits: number, value: bigint): bigint {
  if (value < 0n || value >> 128n !== 0n) throw new RangeError(`${name} must be in [0, 2^128), got ${value}`);
  let mantissa = value;
  let exponent = 0n;
  while (mantissa >> BigInt(mantissaBits) !== 0n) {
    if (mantissa % 10n !== 0n || exponent === mask(EXPONENT_BITS)) {
      const below = floorDecimal(mantissaBits, value);
      throw new RangeError(`${name} ${value} is not exact in a packed ${name}; the nearest below is ${below}`);
    }
    mantissa /= 10n;
    exponent += 1n;
  }
  return mantissa | (exponent << BigInt(mantissaBits));
}

function floorDecimal(mantissaBits: number, value: bigint): bigint {
  const largest = mask(mantissaBits) * 10n ** mask(EXPONENT_BITS);
  if (value > largest) return largest;
  let unit = 1n;
  while ((value / unit) >> BigInt(mantissaBits) !== 0n) unit *= 10n;
  return value - (value % unit);
}
