import { parseUnits } from "ethers";
import { ZUSD_TOKEN } from "../../protocol/chain/tokens";
import { tokenId } from "../../protocol/spec";
import { addressOf, ensureContract, type DeployContext } from "./context";
import type { OutflowConfig, TokenConfig } from "./config";

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

/** The token id and the limit, in the token's own units, of what may leave the vault within a day. */
export async function outflowOf(
  context: DeployContext,
  { token, limit }: OutflowConfig,
): Promise<{ id: number; units: bigint }> {
  if (token === "zUSD") return { id: ZUSD_TOKEN.id, units: parseUnits(limit, ZUSD_TOKEN.decimals) };
  const { hre, chain } = context;
  const registry = await hre.ethers.getContractAt("TokenRegistry", await addressOf(context, "TokenRegistry"));
  return { id: tokenId(chain.index, token), units: parseUnits(limit, Number(await registry.decimalsOf(token))) };
}

export function symbolOf(token: TokenConfig): string {
  if (token === "native") return "native";
  return "address" in token ? token.address : token.test;
}

function testTokenName(symbol: string): string {
  return `TestToken_${symbol}`;
}
