import { REQUEST_FEE_STEP } from "./widths";

/** What a request costs on a chain, in wei. */
export interface RequestFees {
  /** Of every request. */
  readonly base: bigint;
  /** More for each `REQUEST_FEE_STEP` open requests. */
  readonly growth: bigint;
}

/** Of both, in wei: what the vault keeps. */
export const REQUEST_FEE_UNIT = 10n ** 9n;

/** Both as the vault takes them. */
export function requestFeeUnits({ base, growth }: RequestFees): [base: bigint, growth: bigint] {
  return [base / REQUEST_FEE_UNIT, growth / REQUEST_FEE_UNIT];
}

/** Fee of a request that finds `open` others which no batch has consumed, in wei. */
export function requestFee({ base, growth }: RequestFees, open: number): bigint {
  return base + growth * BigInt(Math.floor(open / REQUEST_FEE_STEP));
}

/** Fees of the first `count` requests that come to an empty queue and stay, in wei. */
export function feesToFill(fees: RequestFees, count: number): bigint {
  const steps = BigInt(Math.floor(count / REQUEST_FEE_STEP));
  const full = steps * fees.base + ((steps * (steps - 1n)) / 2n) * fees.growth;
  return BigInt(REQUEST_FEE_STEP) * full + BigInt(count % REQUEST_FEE_STEP) * requestFee(fees, count);
}
