/** What a holder of stablecoins, LP shares and zUSD does on one chain. */
import { formatUnits, isAddress } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import type { Chain } from "../../protocol/chain/chain";
import { factories } from "../../protocol/chain/contracts";
import { readFacilities, type FacilityDebt } from "../../protocol/chain/debt";
import { loadErc20 } from "../../protocol/chain/erc20";
import { acting } from "../../protocol/chain/errors";
import { inspectToken } from "../../protocol/chain/listing";
import { findToken, listTokens, ZUSD_TOKEN, type Token } from "../../protocol/chain/tokens";
import * as client from "../../protocol/client/stable";
import { table } from "../../scripts/table";
import { readUnits } from "./amounts";
import { findFacility } from "./facility";
import { openNetwork, senderOf } from "./network";
import { toConsole, type Print } from "./print";
import { presentProposal } from "./proposal";

const UNIT = 10_000n;

const zusd = (amount: bigint): string => formatUnits(amount, ZUSD_TOKEN.decimals);

export async function facilities(_: unknown, hre: HardhatRuntimeEnvironment, print: Print = toConsole): Promise<void> {
  const chain = await openNetwork(hre);
  print(facilityTable(await readFacilities(chain)));
}

/** Reserve in the token's units, the rest in zUSD and dollar. */
export function facilityTable(list: readonly FacilityDebt[]): string {
  const rows = list.map((one) => [
    one.symbol,
    one.class.toLowerCase(),
    one.status.toLowerCase().replace("_", " "),
    formatUnits(one.reserve, one.decimals),
    zusd(one.debt),
    zusd(one.ceiling),
    one.price === undefined ? "none" : priceOf(one),
    zusd(one.value),
  ]);
  return table([["token", "class", "status", "reserve", "debt", "ceiling", "price", "after haircut"], ...rows]);
}

/** Of a share of a pair whose price is beyond reading: per 10^-18 of it. */
function priceOf({ price = 0n }: FacilityDebt): string {
  return price < 10n ** 24n ? Number(zusd(price)).toFixed(4) : Number(zusd(price)).toExponential(4);
}

export async function mint(
  args: { token: string; amount: string; min: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const { chain, token } = await stablecoin(args.token, hre);
  const amount = readUnits(args.amount, token, "amount");
  const minted = await client.mint(chain, token.address, amount, readUnits(args.min, ZUSD_TOKEN, "min"));
  print(`Minted ${zusd(minted)} zUSD on ${chain.name} with ${args.amount} ${token.symbol}`);
}

export async function redeem(
  args: { token: string; amount: string; min: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const { chain, token } = await stablecoin(args.token, hre);
  const amount = readUnits(args.amount, ZUSD_TOKEN, "amount");
  const paid = await client.redeem(chain, token.address, amount, readUnits(args.min, token, "min"));
  print(`Redeemed ${args.amount} zUSD on ${chain.name} into ${formatUnits(paid, token.decimals)} ${token.symbol}`);
}

export async function open(
  args: { facility: string; shares: string; debt: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const { chain, address, decimals, symbol } = await discounted(args.facility, hre);
  const shares = readUnits(args.shares, { symbol, decimals }, "shares");
  const id = await client.openPosition(chain, address, shares, readUnits(args.debt, ZUSD_TOKEN, "debt"));
  print(`Opened position ${id}: ${args.shares} ${symbol}, ${args.debt} zUSD borrowed`);
}

export async function borrow(
  args: { facility: string; id: number; amount: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const { chain, address } = await discounted(args.facility, hre);
  const amount = readUnits(args.amount, ZUSD_TOKEN, "amount");
  const sender = await senderOf(chain);
  await client.send(chain, "borrow", () => client.discountedFacility(chain, address).borrow(args.id, amount, sender));
  print(`Borrowed ${args.amount} zUSD against position ${args.id}`);
}

export async function repay(
  args: { facility: string; id: number; amount: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const { chain, address } = await discounted(args.facility, hre);
  const amount = readUnits(args.amount, ZUSD_TOKEN, "amount");
  const facility = client.discountedFacility(chain, address);
  const before = (await facility.position(args.id)).debt;
  await client.send(chain, "repay", () => facility.repay(args.id, amount));
  const { debt } = await facility.position(args.id);
  print(`Repaid ${zusd(before - debt)} zUSD of position ${args.id}; ${zusd(debt)} are left`);
}

export async function withdraw(
  args: { facility: string; id: number; shares: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const { chain, address, decimals, symbol } = await discounted(args.facility, hre);
  const shares = readUnits(args.shares, { symbol, decimals }, "shares");
  const sender = await senderOf(chain);
  await client.send(chain, "withdraw", () =>
    client.discountedFacility(chain, address).withdraw(args.id, shares, sender),
  );
  print(`Took ${args.shares} ${symbol} out of position ${args.id}`);
}

export async function liquidate(
  args: { facility: string; id: number; pay: string; min: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const { chain, address, decimals, symbol } = await discounted(args.facility, hre);
  const pay = readUnits(args.pay, ZUSD_TOKEN, "pay");
  const least = readUnits(args.min, { symbol, decimals }, "min");
  const { paid, collateral } = await client.liquidate(chain, address, BigInt(args.id), pay, least);
  print(`Liquidated position ${args.id}: ${zusd(paid)} zUSD for ${formatUnits(collateral, decimals)} ${symbol}`);
}

export async function positions(
  args: { facility: string; owner?: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const { chain, address, decimals } = await discounted(args.facility, hre);
  const facility = client.discountedFacility(chain, address);
  const { positions: count } = await facility.totals();
  const { liquidationHaircut } = await facility.parameters();
  const price = await factories()
    .IPriceSource__factory.connect(await facility.source(), chain.provider)
    .price()
    .then(({ lower }) => lower)
    .catch(() => undefined);
  const rows: string[][] = [];
  for (let id = 1n; id <= count; id++) {
    const { owner, collateral, debt } = await facility.position(id);
    if (args.owner !== undefined && owner.toLowerCase() !== args.owner.toLowerCase()) continue;
    const worth = price === undefined ? undefined : (collateral * price) / 10n ** BigInt(decimals);
    const limit = worth === undefined ? undefined : (worth * (UNIT - liquidationHaircut)) / UNIT;
    const used =
      limit === undefined ? "no price" : limit === 0n ? "–" : `${((Number(debt) / Number(limit)) * 100).toFixed(1)} %`;
    rows.push([`${id}`, owner, formatUnits(collateral, decimals), zusd(worth ?? 0n), zusd(debt), used]);
  }
  print(table([["id", "owner", "shares", "worth", "debt", "of the limit"], ...rows]));
}

/** @throws Error if no facility may be made for the token */
export async function checkToken(
  { token }: { token: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const chain = await openNetwork(hre);
  await requireListable(chain, token, print);
}

/** What the governor schedules and, after the timelock, executes: a call of the books through the access manager. */
export async function propose(
  { facility: address, ceiling, safe }: { facility: string; ceiling: string; safe?: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const chain = await openNetwork(hre);
  const { stable } = chain;
  if (!stable) throw new Error(`${chain.name}: the vault has no books`);
  const most = readUnits(ceiling, ZUSD_TOKEN, "ceiling");
  if (!isAddress(address) || (await chain.provider.getCode(address)) === "0x")
    throw new Error(`facility: there is no code at ${address} on ${chain.name}`);
  const facility = factories().IPeggedFacility__factory.connect(address, chain.provider);
  const [books, token] = [await stable.books.getAddress(), await facility.token()];
  if ((await facility.books()) !== books)
    throw new Error(`facility: its books are not those of ${chain.name}, ${books}`);
  if (await stable.books.isFacility(address)) throw new Error("facility: it is in the books already");
  await requireListable(chain, token, print);
  const source = factories().IPriceSource__factory.connect(await facility.source(), chain.provider);
  const { lower, upper } = await acting(chain, "reading the facility's price", () => source.price());
  print(`price ${zusd(lower)} to ${zusd(upper)} dollar a whole token`);
  const data = stable.books.interface.encodeFunctionData("add", [address, most]);
  const what = `lists ${address} with a ceiling of ${ceiling} zUSD`;
  presentProposal(hre, [{ target: books, data, what }], safe, print);
}

async function requireListable(chain: Chain, token: string, print: Print): Promise<void> {
  if (!isAddress(token)) throw new Error(`token: must be an address, got "${String(token)}"`);
  const { chainId } = await chain.provider.getNetwork();
  const findings = await inspectToken(chain.provider, token, Number(chainId), await chain.stable?.zusd.getAddress());
  print(
    table(
      findings.map(({ verdict, what }) => [verdict, what]),
      2,
    ),
  );
  const refused = findings.filter(({ verdict }) => verdict === "refuse");
  if (refused.length > 0) throw new Error(`token: ${refused.map(({ what }) => what).join("; ")}`);
}

async function stablecoin(name: string, hre: HardhatRuntimeEnvironment): Promise<{ chain: Chain; token: Token }> {
  const chain = await openNetwork(hre);
  return { chain, token: findToken(chain, await listTokens(chain), name) };
}

interface Discounted {
  chain: Chain;
  address: string;
  decimals: number;
  symbol: string;
}

/** A discounted facility by the name that it was deployed under, or its address. */
async function discounted(name: string, hre: HardhatRuntimeEnvironment): Promise<Discounted> {
  const chain = await openNetwork(hre);
  const found = findFacility(hre, chain, name, ["DISCOUNTED"]);
  const erc20 = loadErc20(found.token, chain.provider);
  return { chain, address: found.address, decimals: Number(await erc20.decimals()), symbol: await erc20.symbol() };
}
