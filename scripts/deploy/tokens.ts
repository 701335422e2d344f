import { addressOf, ensureContract, type DeployContext } from "./context";
import type { TokenConfig } from "./config";

/** Stands for the native coin; `NATIVE` of the contracts. */
export const NATIVE = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE";

/** The address of a configured token; a test token is deployed when it is not there. */
export async function tokenAddress(context: DeployContext, token: TokenConfig): Promise<string> {
  if (token === "native") return NATIVE;
  if ("address" in token) return token.address;
  const { test: symbol, decimals } = token;
  return ensureContract(context, testTokenName(symbol), { contract: "MockToken", args: [symbol, decimals] });
}

/** The address of a configured token that is there. */
export async function knownTokenAddress(context: DeployContext, token: TokenConfig): Promise<string> {
  if (token === "native") return NATIVE;
  return "address" in token ? token.address : addressOf(context, testTokenName(token.test));
}

export function symbolOf(token: TokenConfig): string {
  if (token === "native") return "native";
  return "address" in token ? token.address : token.test;
}

function testTokenName(symbol: string): string {
  return `TestToken_${symbol}`;
}
