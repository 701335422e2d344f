/** The books of zUSD as tables. */
import { formatUnits } from "ethers";
import { claimsOf, type ChainDebt, type FacilityDebt, type Verdict } from "../protocol/chain/debt";
import { amount, table } from "./table";

const ZUSD_DECIMALS = 18;
/** Digits behind the point that a reader wants; verdicts are exact all the same. */
const PLACES = 4;

const zusd = (value: bigint): string => amount(value, ZUSD_DECIMALS, PLACES);

/** A price of a share of a pair is beyond reading. */
function priceText(price: bigint | undefined): string {
  if (price === undefined) return "none";
  return price < 10n ** 24n ? amount(price, ZUSD_DECIMALS, PLACES) : Number(formatUnits(price, 18)).toExponential(3);
}

/** Shares of a pair may be so few of their whole ones that no digit would be seen. */
function reserveText({ reserve, decimals }: FacilityDebt): string {
  const isTiny = reserve !== 0n && reserve < 10n ** BigInt(Math.max(0, decimals - PLACES));
  return isTiny ? Number(formatUnits(reserve, decimals)).toExponential(3) : amount(reserve, decimals, PLACES);
}

/** What each chain's zUSD was minted against, where it is, and what all chains have together. */
export function debtTables(chains: readonly ChainDebt[]): string {
  const facilities = chains.flatMap(({ name, facilities: list }) =>
    list.map((one) => [
      `${one.symbol} (${name})`,
      one.class.toLowerCase(),
      one.status.toLowerCase().replace("_", " "),
      reserveText(one),
      zusd(one.debt),
      priceText(one.price),
      zusd(one.value),
    ]),
  );
  const rows = chains.map((chain) => [
    chain.name,
    ...[chain.supply, chain.issued, chain.queued, chain.outbox, chain.claimable + chain.waiting].map(zusd),
    zusd(chain.buffer),
    zusd(claimsOf(chain) + chain.buffer),
    zusd(chain.factor),
  ]);
  return [
    table([["facility", "class", "status", "reserve", "debt", "price", "after haircut"], ...facilities]),
    table([["zUSD", "here", "in the rollup", "queue", "outbox", "waiting", "buffer", "= debt", "factor"], ...rows]),
  ].join("\n\n");
}

/** Each invariant with both sides, to the last digit. */
export function verdictTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ id, where, left, relation, right, decimals, holds, waived }) => [
    id,
    where,
    formatUnits(left, decimals),
    relation,
    formatUnits(right, decimals),
    waived === undefined ? (holds ? "holds" : "DOES NOT HOLD") : `not asked: ${waived}`,
  ]);
  return table([["", "", "", "", "", ""], ...rows]);
}
