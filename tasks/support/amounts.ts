/** Amounts as people write them, and tokens as people name them. */
import { formatUnits, parseUnits } from "ethers";
import { ZUSD_TOKEN, type Token } from "../../protocol/chain/tokens";
import { localToken, tokenChain, ZUSD } from "../../protocol/spec";

/** A token of a balance cell: one of this chain's, or of a chain whose registry is elsewhere. */
export function knownToken(tokens: readonly Token[], id: number): Token | undefined {
  if (id === ZUSD) return ZUSD_TOKEN;
  return tokens.find((token) => token.id === id);
}

export function nameOf(tokens: readonly Token[], id: number): string {
  return knownToken(tokens, id)?.symbol ?? `token ${localToken(id)} of chain ${tokenChain(id)}`;
}

/** In the token's decimals; in its smallest units when another chain's registry has them. */
export function showAmount(tokens: readonly Token[], id: number, amount: bigint): string {
  const token = knownToken(tokens, id);
  return token ? formatUnits(amount, token.decimals) : `${amount} units`;
}

/** With the token's name. */
export function showTokens(tokens: readonly Token[], id: number, amount: bigint): string {
  return `${showAmount(tokens, id, amount)} ${nameOf(tokens, id)}`;
}

/**
 * Reads an amount.
 * @param units given in the token's smallest units
 * @throws Error naming the field and the rule
 */
export function readAmount(text: string, token: Token | undefined, units: boolean): bigint {
  if (units) {
    if (!/^[0-9]+$/.test(text)) throw new Error(`amount: must be a whole number of units, got "${text}"`);
    return BigInt(text);
  }
  if (!token)
    throw new Error(
      "amount: only the token's own chain knows its decimals; add --units and give the amount in smallest units",
    );
  return readUnits(text, token, "amount");
}

/** A number like 1.5 in a token's smallest units. @throws Error naming the field and the rule */
export function readUnits(text: string, token: Pick<Token, "symbol" | "decimals">, field: string): bigint {
  if (!/^[0-9]+(\.[0-9]+)?$/.test(text)) throw new Error(`${field}: must be a number like 1.5, got "${text}"`);
  const fraction = text.split(".")[1] ?? "";
  if (fraction.length > token.decimals)
    throw new Error(`${field}: ${token.symbol} has ${token.decimals} decimals, got "${text}"`);
  return parseUnits(text, token.decimals);
}
