/** Runs an attester, and delivers what attesters signed. */
import type { Signer } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import { serveAttester } from "../../protocol/batcher/attesterServer";
import { describeMessage } from "../../protocol/chain/attestation";
import { Attester, type AttesterEvent } from "../../protocol/chain/attester";
import type { Chain } from "../../protocol/chain/chain";
import { pause } from "../../protocol/chain/pause";
import { AttestedDelivery, type Carried, type Lacking } from "../../protocol/client/attestedDelivery";
import { RemoteAttester } from "../../protocol/client/remoteAttester";
import { interruption } from "./interruption";
import { openNetwork, openNetworks, senderOf } from "./network";
import { toConsole, type Print } from "./print";

export interface AttestArguments {
  secondaries: string;
  host: string;
  port: number;
}

export interface DeliverArguments {
  secondaries: string;
  attesters: string;
  watch: boolean;
}

/** Milliseconds between two rounds of deliveries. */
const ROUND_PAUSE = 10_000;

/** Signs and serves until it is interrupted. */
export async function attest(
  { secondaries, host, port }: AttestArguments,
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
  stop: AbortSignal = interruption(print),
): Promise<void> {
  const chains = await openAll(secondaries, hre);
  await senderOf(chains[0]);
  const tell = withTime(print);
  const attester = await Attester.open(chains, chains[0].signer as Signer, (event) => tell(describe(event)));
  const door = await serveAttester(attester, port, host);
  print(`${attester.address} is an attester on ${attester.chains.join(", ")}`);
  print(`Serving signatures at ${door.url}; end with Ctrl-C`);
  await attester.run(stop);
  await door.close();
}

/** Delivers once, or until it is interrupted. @throws Error when a chain refused something, in a single run */
export async function deliverAttested(
  { secondaries, attesters, watch }: DeliverArguments,
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const sources = attesters
    .split(",")
    .filter((url) => url.trim() !== "")
    .map((url) => new RemoteAttester(url.trim()));
  if (sources.length === 0) throw new Error("attesters: must be addresses like http://HOST:PORT, got none");
  const delivery = await AttestedDelivery.open(await openAll(secondaries, hre), sources);
  if (watch) return deliverOn(delivery, withTime(print), interruption(print));
  const { delivered, lacking, failures } = await delivery.step();
  for (const carried of delivered) print(`delivered: ${way(carried)}`);
  for (const each of lacking) print(describeLacking(each));
  for (const { message } of failures) print(`failed: ${message}`);
  print(`${delivered.length} delivered, ${lacking.length} lack signatures, ${failures.length} failed`);
  if (failures.length > 0) throw new Error(`${failures.length} failed; the first: ${failures[0].message}`);
}

async function deliverOn(delivery: AttestedDelivery, print: Print, stop: AbortSignal): Promise<void> {
  // What is the same as in the round before is told once.
  let told: readonly string[] = [];
  while (!stop.aborted) {
    const { delivered, lacking, failures } = await delivery.step();
    for (const carried of delivered) print(`delivered: ${way(carried)}`);
    const lines = [...lacking.map(describeLacking), ...failures.map(({ message }) => `failed: ${message}`)];
    for (const line of lines.filter((line) => !told.includes(line))) print(line);
    told = lines;
    await pause(ROUND_PAUSE, stop);
  }
}

async function openAll(secondaries: string, hre: HardhatRuntimeEnvironment): Promise<Chain[]> {
  return [await openNetwork(hre), ...(await openNetworks(secondaries, hre))];
}

function withTime(print: Print): Print {
  return (line) => print(`${new Date().toISOString()}  ${line}`);
}

function way({ message, from, to }: Carried): string {
  return `${describeMessage(message)} from ${from} to ${to}`;
}

function describeLacking(lacking: Lacking): string {
  const { signatures, quorum, reasons } = lacking;
  return [`lacking: ${way(lacking)} has ${signatures} of ${quorum} signatures`, ...reasons].join("\n  ");
}

function describe(event: AttesterEvent): string {
  switch (event.type) {
    case "joined":
      return `${event.committee.chain.name} has a new committee gateway, ${event.committee.address}`;
    case "signed":
      return `signed: ${way(event)}`;
    case "reorganised":
      return `${event.chain} replaced blocks: its messages are looked at again`;
    case "failed":
      return `failed: ${event.error.message}`;
  }
}
