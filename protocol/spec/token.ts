import { CHAIN_BITS, LOCAL_TOKEN_BITS } from "./widths";
import { mask } from "./layout";

/** Token id of zUSD, the rollup's own token. */
export const ZUSD = 1;

/** Token id of token `local` (1..1023) on chain `chain` (1..63). */
export function tokenId(chain: number, local: number): number {
  if (!Number.isInteger(chain) || chain < 1 || chain >= 1 << CHAIN_BITS)
    throw new RangeError(`chain must be in 1..63, got ${chain}`);
  if (!Number.isInteger(local) || local < 1 || local >= 1 << LOCAL_TOKEN_BITS) {
    throw new RangeError(`local token must be in 1..1023, got ${local}`);
  }
  return (chain << LOCAL_TOKEN_BITS) | local;
}

/** The chain index of a token id; 0 is the rollup itself. */
export function tokenChain(token: number): number {
  return token >> LOCAL_TOKEN_BITS;
}

/** The local number of a token id. */
export function localToken(token: number): number {
  return Number(BigInt(token) & mask(LOCAL_TOKEN_BITS));
}
