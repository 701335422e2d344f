/** Latency between chains, for people. */
import { ASSUMPTIONS, latencyOf, type Assumptions } from "../../protocol/chain/latency";
import { NETWORKS, type Network } from "../../protocol/chain/networks";
import { table } from "../../scripts/table";
import { toConsole, type Print } from "./print";

/** A slow primary with the most value on it, and one with fast finality. */
const PRIMARIES: readonly string[] = ["Ethereum", "BNB Smart Chain"];

export interface LatencyOptions {
  readonly primary?: string;
  readonly gateways?: number;
  readonly interval?: number;
  readonly proof?: number;
}

/** Prints the time from each mainnet to each other. @throws Error naming the option that is wrong */
export function latency({ primary, ...options }: LatencyOptions, print: Print = toConsole): void {
  const assumptions = { ...ASSUMPTIONS };
  for (const name of ["gateways", "interval", "proof"] as const) {
    const value = options[name];
    if (value === undefined) continue;
    if (!(value >= 0)) throw new Error(`--${name} must not be negative, got ${value}`);
    assumptions[name] = value;
  }
  const networks = NETWORKS.filter(({ testnetOf }) => testnetOf === undefined);
  const primaries = (primary === undefined ? PRIMARIES : [primary]).map((name) => primaryNamed(networks, name));
  print(
    `Assumed: ${assumptions.gateways} s for gateways to agree once a fact is final, a batch every ${assumptions.interval} s, its proof ${assumptions.proof} s.\n`,
  );
  print("Finality:\n");
  print(
    table(
      networks.map(({ name, finality }) => [name, `${finality.seconds} s`, finality.reason]),
      3,
    ),
  );
  for (const chosen of primaries) print(`\n${matrix(chosen, networks, assumptions)}`);
}

function primaryNamed(networks: readonly Network[], name: string): Network {
  const found = networks.find((network) => network.name.toLowerCase() === name.toLowerCase());
  if (!found)
    throw new Error(`--primary must be one of ${networks.map((network) => network.name).join(", ")}, got "${name}"`);
  return found;
}

function matrix(primary: Network, networks: readonly Network[], assumptions: Assumptions): string {
  const rows = networks.map((source) => [
    source.name,
    ...networks.map((destination) => duration(latencyOf(source, destination, primary, assumptions).total)),
  ]);
  const head = ["from \\ to", ...networks.map(({ name }) => name)];
  return `Primary ${primary.name}, minutes:seconds from a user's transaction to the payment:\n\n${table([head, ...rows])}`;
}

/** 125 as "2:05". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${`${whole % 60}`.padStart(2, "0")}`;
}
