/** What gateways told a chain, for people. */
import { describeFact, type FactsReport, type KnownFact, type OwnFact } from "../../protocol/chain/facts";
import { table } from "../../scripts/table";
import { showTime } from "./print";

/** Length of a value's beginning that tells it from others. */
const SHORT = 10;

/**
 * Tables of facts that came and of the chain's own.
 * @param last how many of the latest of each source and kind
 * @param now unix seconds
 */
export function factTables(
  { gateways, threshold, frozen, known, own }: FactsReport,
  last: number,
  now: number,
): string {
  const names = gateways.map((_, i) => `gateway ${i + 1}`);
  const came = latest(known, ({ chain, kind }) => `${chain}:${kind}`, last);
  const sent = latest(own, ({ kind }) => `${kind}`, last);
  const parts = [
    `${threshold} of ${gateways.length} gateways must agree:\n`,
    table(
      gateways.map((gateway, i) => [names[i], gateway]),
      2,
    ),
    "\nFrom other chains:\n",
    came.length === 0
      ? "  nothing yet"
      : table(
          [["chain", "fact", ...names, ""], ...came.map((fact) => knownRow(fact, gateways, threshold, frozen))],
          3 + names.length,
        ),
    "\nOf itself:\n",
    sent.length === 0
      ? "  nothing yet"
      : table([["fact", "value", "sent to"], ...sent.map((fact) => ownRow(fact, now))], 3),
  ];
  return parts.join("\n");
}

function knownRow(
  fact: KnownFact,
  gateways: readonly string[],
  threshold: number,
  frozen: readonly number[],
): string[] {
  const said = gateways.map((gateway) => fact.reports.get(gateway)?.slice(0, SHORT) ?? "missing");
  return [`${fact.chain}`, describeFact(fact), ...said, verdict(fact, threshold, frozen)];
}

function verdict({ chain, reports, holds }: KnownFact, threshold: number, frozen: readonly number[]): string {
  if (frozen.includes(chain)) return "frozen: two values with enough votes";
  const values = [...reports.values()];
  const differs = new Set(values).size > 1 ? "; gateways differ" : "";
  if (holds !== undefined) return `holds${differs}`;
  const most = Math.max(0, ...values.map((value) => values.filter((other) => other === value).length));
  return `${threshold - most} more needed${differs}`;
}

function ownRow({ kind, number, value, finalAt, sentTo }: OwnFact, now: number): string[] {
  const wait = finalAt > now ? `final at ${showTime(finalAt)}` : "nobody yet";
  const where = sentTo.length === 0 ? wait : `chain ${sentTo.join(", ")}`;
  return [describeFact({ kind, number }), value.slice(0, SHORT), where];
}

/** The last few of each group, in their order. */
function latest<T>(items: readonly T[], groupOf: (item: T) => string, last: number): T[] {
  return items.filter(
    (item, i) => items.slice(i + 1).filter((other) => groupOf(other) === groupOf(item)).length < last,
  );
}
