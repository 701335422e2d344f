import { tokenId, ZUSD } from "../spec";
import type { Chain } from "./chain";
import { acting, ChainError } from "./errors";
import { loadErc20 } from "./erc20";

/** The address that stands for a chain's own coin in the vault and its token registry. */
export const NATIVE = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE";

/** A token of one chain as the protocol knows it. */
export interface Token {
  /** Token id: chain index and local number. */
  readonly id: number;
  readonly chain: number;
  /** Local number in the chain's token registry. */
  readonly local: number;
  /** Address on the chain; `NATIVE` for its coin. */
  readonly address: string;
  readonly symbol: string;
  readonly decimals: number;
}

const NATIVE_DECIMALS = 18;

/** zUSD as a token of the rollup. It has another address on each chain, see `zusdOf`. */
export const ZUSD_TOKEN: Token = { id: ZUSD, chain: 0, local: ZUSD, address: "", symbol: "zUSD", decimals: 18 };

/** zUSD with its address on a chain; undefined where the vault does not deal in it. */
export async function zusdOf({ stable }: Pick<Chain, "stable">): Promise<Token | undefined> {
  return stable && { ...ZUSD_TOKEN, address: await stable.zusd.getAddress() };
}

/** Whether two addresses are the same, in any spelling. */
export function isSameAddress(a: string, b: string | undefined): boolean {
  return a.toLowerCase() === b?.toLowerCase();
}

/** The listed tokens of a chain, by local number. */
export async function listTokens(chain: Chain): Promise<Token[]> {
  return acting(chain, "reading the token registry", async () => {
    const count = Number(await chain.tokens.count());
    const list: Token[] = [];
    for (let local = 1; local <= count; local++) list.push(await readToken(chain, local));
    return list;
  });
}

async function readToken(chain: Chain, local: number): Promise<Token> {
  const address = await chain.tokens.tokenOf(local);
  const common = { id: tokenId(chain.index, local), chain: chain.index, local, address };
  if (isNative(address)) return { ...common, symbol: "ETH", decimals: NATIVE_DECIMALS };
  const erc20 = loadErc20(address, chain.provider);
  const [symbol, decimals] = await Promise.all([erc20.symbol(), chain.tokens.decimalsOf(local)]);
  return { ...common, symbol, decimals: Number(decimals) };
}

export function isNative(address: string): boolean {
  return isSameAddress(address, NATIVE);
}

/** A token named by its symbol, address, or local number. Throws `ChainError` when there is none, or more than one. */
export function findToken(chain: Chain, tokens: readonly Token[], name: string): Token {
  const wanted = name.toLowerCase();
  const matches = ({ symbol, address, local }: Token) =>
    symbol.toLowerCase() === wanted || address.toLowerCase() === wanted || String(local) === wanted;
  const found = tokens.filter(matches);
  if (found.length === 1) return found[0];
  const listed = tokens.map(({ local, symbol }) => `${local} ${symbol}`).join(", ") || "none";
  throw new ChainError(
    chain.name,
    `token "${name}"`,
    `${found.length === 0 ? "is not listed" : "is ambiguous"}; listed: ${listed}`,
  );
}

/** What an address holds of a token on its chain. */
export async function holdingOf(chain: Chain, token: Token, holder: string): Promise<bigint> {
  return acting(chain, `reading a balance of ${token.symbol}`, () =>
    isNative(token.address)
      ? chain.provider.getBalance(holder)
      : loadErc20(token.address, chain.provider).balanceOf(holder),
  );
}
