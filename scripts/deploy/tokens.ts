import { parseUnits } from "ethers";
import { ZUSD_TOKEN } from "../../protocol/chain/tokens";
import { tokenId } from "../../protocol/spec";
import { addressOf, ensureContract, type DeployContext } from "./context";
import type { OutflowConfig, TokenConfig } from "./config";

/** Stands for the native coin; `NATIVE` of the contracts. */
export const NATIVE = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE";
const NATIVE_DECIMALS = 18;

/** Deploys a configured token if it is a test token that is not there. */
export async function ensureToken(context: DeployContext, token: TokenConfig): Promise<void> {
  if (token === "native" || "address" in token) return;
  const { test: symbol, decimals } = token;
  await ensureContract(context, testTokenName(symbol), { contract: "MockToken", args: [symbol, decimals] });
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
  const address = await knownTokenAddress(context, chain.tokens[token - 1]);
  const contract = await hre.ethers.getContractAt("IERC20Metadata", address);
  const decimals = address === NATIVE ? NATIVE_DECIMALS : Number(await contract.decimals());
  return { id: tokenId(chain.index, token), units: parseUnits(limit, decimals) };
}

export function symbolOf(token: TokenConfig): string {
  if (token === "native") return "native";
  return "address" in token ? token.address : token.test;
}

function testTokenName(symbol: string): string {
  return `TestToken_${symbol}`;
}
