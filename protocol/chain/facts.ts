/** What the gateways said to a chain, and what the chain says of itself. */
import { FactKind } from "../spec";
import type { Chain } from "./chain";
import { acting } from "./errors";
import { LogFollower } from "./logs";

/** A fact that at least one gateway reported. */
export interface KnownFact {
  readonly kind: number;
  /** Source chain. */
  readonly chain: number;
  readonly number: number;
  /** What each gateway said, by the gateway's address; nothing of those that said nothing. */
  readonly reports: ReadonlyMap<string, string>;
  /** The value that holds; undefined: none does. */
  readonly holds: string | undefined;
}

/** A value of the chain's own. */
export interface OwnFact {
  readonly kind: number;
  readonly number: number;
  readonly value: string;
  /** From when on it may be sent, unix seconds. */
  readonly finalAt: number;
  /** Chains that it was sent to. */
  readonly sentTo: readonly number[];
}

export interface FactsReport {
  readonly gateways: readonly string[];
  readonly threshold: number;
  readonly frozen: readonly number[];
  /** By source, kind and number. */
  readonly known: readonly KnownFact[];
  readonly own: readonly OwnFact[];
}

interface Key {
  readonly kind: number;
  readonly chain: number;
  readonly number: number;
}

/** Reads all facts from the chain's events. Reports of gateways that are not registered any more do not count. */
export async function readFacts(chain: Chain): Promise<FactsReport> {
  const { facts } = chain;
  const [reported, recorded, published] = await acting(chain, "reading facts", () =>
    Promise.all(["FactReported", "FactRecorded", "FactPublished"].map((event) => eventsOf(chain, event))),
  );
  const gateways = [...(await facts.gateways())];
  const keys = new Map<string, Key>();
  const reports = new Map<string, Map<string, string>>();
  for (const { kind, chain: source, number, value, gateway } of reported) {
    const key = { kind: Number(kind), chain: Number(source), number: Number(number) };
    const name = `${key.chain}:${key.kind}:${key.number}`;
    keys.set(name, key);
    const said = reports.get(name) ?? new Map<string, string>();
    reports.set(name, said);
    if (gateways.includes(String(gateway))) said.set(String(gateway), String(value));
  }
  const known = await Promise.all(
    [...keys].map(async ([name, key]) => {
      const said = reports.get(name) as Map<string, string>;
      const values = [...new Set(said.values())];
      const holding = await Promise.all(values.map((value) => facts.holds(key.kind, key.chain, key.number, value)));
      return { ...key, reports: said, holds: values.find((_, i) => holding[i]) };
    }),
  );
  known.sort((a, b) => a.chain - b.chain || a.kind - b.kind || a.number - b.number);
  const own = recorded.map(({ kind, number, value, finalAt }) => ({
    kind: Number(kind),
    number: Number(number),
    value: String(value),
    finalAt: Number(finalAt),
    sentTo: destinations(published, kind, number),
  }));
  const sources = [...new Set(known.map((fact) => fact.chain))];
  const isFrozen = await Promise.all(sources.map((source) => facts.frozen(source)));
  return {
    gateways,
    threshold: Number(await facts.threshold()),
    frozen: sources.filter((_, i) => isFrozen[i]),
    known,
    own,
  };
}

/** Numbers of the chain's own values of a kind that were recorded, ascending. */
export async function recordedNumbers(chain: Chain, kind: number): Promise<number[]> {
  const events = await acting(chain, "reading recorded facts", () => eventsOf(chain, "FactRecorded"));
  const numbers = events.filter((event) => Number(event.kind) === kind).map(({ number }) => Number(number));
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** A fact in words: "queue head at 12", "batch 3". */
export function describeFact({ kind, number }: { kind: number; number: number }): string {
  return kind === FactKind.Queue ? `queue head at ${number}` : `batch ${number}`;
}

type Args = Record<string, unknown>;

async function eventsOf({ provider, facts, firstBlock }: Chain, event: string): Promise<Args[]> {
  const { logs } = await new LogFollower(provider, facts, event, firstBlock).next();
  return logs.map(({ args }) => args.toObject());
}

function destinations(published: readonly Args[], kind: unknown, number: unknown): number[] {
  const chains = published.filter((event) => event.kind === kind && event.number === number);
  return [...new Set(chains.map(({ toChain }) => Number(toChain)))].sort((a, b) => a - b);
}
