import { getAddress, id, Interface, type Provider } from "ethers";
import { ASSETS } from "../pcd";

/** What a token can do that a facility's token must not, or that its administrators should know. */
export interface Finding {
  /** `refuse`: no facility may be made for it; `watch`: somebody must decide. */
  readonly verdict: "ok" | "watch" | "refuse";
  readonly what: string;
}

const TOKEN = new Interface([
  "function decimals() view returns (uint8)",
  "function symbol() view returns (string)",
  "function totalSupply() view returns (uint256)",
  "function balanceOf(address) view returns (uint256)",
  "function DOMAIN_SEPARATOR() view returns (bytes32)",
  "function basisPointsRate() view returns (uint256)",
  "function maximumFee() view returns (uint256)",
]);

/** Where proxies keep their implementation: EIP-1967, and the slot of older OpenZeppelin proxies. */
const IMPLEMENTATION_SLOTS = [
  "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc",
  "0x7050c9e0f4ca769c69bd3a8ef740bc37934f8e2c036e5a723fd8ee048ed3f8c3",
];

const MOST_DECIMALS = 18;

/** Functions that tell what a token is, by what it means that they are there. */
const SIGNS: readonly { readonly signature: string; readonly finding: Finding }[] = [
  refused("granularity()", "it has the hooks of ERC-777: whoever receives it may call back"),
  refused("transferAndCall(address,uint256)", "it has the hooks of ERC-1363: whoever receives it may call back"),
  refused("rebase(uint256,int256)", "its balances are rebased"),
  refused("sharesOf(address)", "its balances are shares of something that grows: rebased"),
  refused("scaledBalanceOf(address)", "its balances grow by an index: rebased"),
  watched("pause()", "its issuer can pause it: then the facility freezes"),
  watched("isBlacklisted(address)", "its issuer can block addresses: blocked, the facility freezes"),
  watched("isBlackListed(address)", "its issuer can block addresses: blocked, the facility freezes"),
  watched(
    "destroyBlackFunds(address)",
    "its issuer can destroy what a blocked address holds: the loss is booked by `sync`",
  ),
  watched("mint(address,uint256)", "it can be minted: whoever may do that mints zUSD up to ceiling and flow"),
];

function refused(signature: string, what: string): (typeof SIGNS)[number] {
  return { signature, finding: { verdict: "refuse", what } };
}

function watched(signature: string, what: string): (typeof SIGNS)[number] {
  return { signature, finding: { verdict: "watch", what } };
}

/**
 * Looks at a token from outside: its code and what it answers. It shows what is there, not that nothing else is.
 * @param zusd of the chain, which must not be its own collateral
 */
export async function inspectToken(
  provider: Provider,
  address: string,
  evmChainId: number,
  zusd?: string,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const say = (verdict: Finding["verdict"], what: string): void => void findings.push({ verdict, what });
  const code = await provider.getCode(address);
  if (code === "0x") return [{ verdict: "refuse", what: "there is no code at this address" }];
  if (zusd !== undefined && getAddress(zusd) === getAddress(address)) say("refuse", "it is zUSD itself");

  const decimals = await answer(provider, address, "decimals");
  if (decimals === undefined) say("refuse", "it does not say its decimals");
  else if (Number(decimals) > MOST_DECIMALS)
    say("refuse", `it has ${Number(decimals)} decimals, more than ${MOST_DECIMALS}`);
  else say("ok", `it has ${Number(decimals)} decimals`);
  if ((await answer(provider, address, "totalSupply")) === undefined) say("refuse", "it does not say its supply");

  const asset = ASSETS.find((chain) => chain.evmChainId === evmChainId)?.assets.find(
    (one) => getAddress(one.address) === getAddress(address),
  );
  if (asset) say("ok", `it is ${asset.symbol} of the asset table`);
  else say("watch", "it is not in the asset table: is it the one that is meant?");

  const implementation = await implementationOf(provider, address);
  if (implementation !== undefined)
    say("watch", `it is a proxy: ${implementation} can be replaced, and all this with it`);
  const whole = implementation === undefined ? code : code + (await provider.getCode(implementation)).slice(2);
  for (const { signature, finding } of SIGNS) if (hasFunction(whole, signature)) findings.push(finding);
  for (const fee of ["basisPointsRate", "maximumFee"]) {
    const value = (await answer(provider, address, fee)) as bigint | undefined;
    if (value === undefined) continue;
    if (value === 0n) say("watch", `it can take a fee of transfers: ${fee} is 0 now`);
    else say("refuse", `it takes a fee of transfers: ${fee} is ${value}`);
  }
  const hasPermit = (await answer(provider, address, "DOMAIN_SEPARATOR")) !== undefined;
  say("ok", hasPermit ? "it has permits (ERC-2612)" : "it has no permits: its holders approve the vault");
  return findings;
}

/** Solidity's dispatcher pushes each selector: PUSH4 and four bytes. */
function hasFunction(code: string, signature: string): boolean {
  return code.includes(`63${id(signature).slice(2, 10)}`);
}

async function implementationOf(provider: Provider, address: string): Promise<string | undefined> {
  for (const slot of IMPLEMENTATION_SLOTS) {
    const word = await provider.getStorage(address, slot);
    if (BigInt(word) !== 0n) return getAddress(`0x${word.slice(-40)}`);
  }
  return undefined;
}

/** What a view answers; undefined if it has none. */
async function answer(provider: Provider, address: string, name: string): Promise<unknown> {
  try {
    const data = await provider.call({ to: address, data: TOKEN.encodeFunctionData(name, []) });
    return TOKEN.decodeFunctionResult(name, data)[0] as unknown;
  } catch {
    return undefined;
  }
}
