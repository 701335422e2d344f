/** Tasks that prepare what the administration does; they send nothing. */
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import { additionOf, checkFrom, retirementOf } from "../../protocol/chain/membership";
import { redirectionOf } from "../../protocol/chain/redirection";
import { listTokens, ZUSD_TOKEN } from "../../protocol/chain/tokens";
import { changesOf, circuitCalls, circuitRetirementCalls } from "../../scripts/deploy/changes";
import { DEFAULT_LEASE, leaseOf, loadConfig } from "../../scripts/deploy/config";
import { deployContext, recordedDeployer, type DeployContext } from "../../scripts/deploy/context";
import { readUnits, showTokens } from "./amounts";
import { openNetwork } from "./network";
import { showTime, toConsole, type Print } from "./print";
import { presentProposal } from "./proposal";

export interface AddChainOptions {
  readonly index: number;
  readonly evmChainId: string;
  readonly facts?: string;
  readonly zusdCap?: string;
  readonly from: number;
  readonly lease?: number;
  readonly safe?: string;
}

/** Prints what adds a chain, on this one. */
export async function proposeChain(
  { evmChainId, safe, ...rest }: AddChainOptions,
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  if (!/^[1-9]\d*$/.test(evmChainId)) throw new Error(`evm-chain-id: must be a positive integer, got "${evmChainId}"`);
  const chain = await openNetwork(hre);
  const known = loadConfig().chains.find((one) => one.evmChainId === Number(evmChainId));
  if (known !== undefined && known.index !== rest.index)
    throw new Error(`index: the configuration has ${known.index} for chain ${known.name}, got ${rest.index}`);
  const { zusdCap = known?.zusdCap ?? "0", lease = known ? leaseOf(known) : DEFAULT_LEASE } = rest;
  const cap = zusdCap === "0" ? 0n : readUnits(zusdCap, ZUSD_TOKEN, "zusd-cap");
  const calls = await additionOf(chain, { ...rest, evmChainId: BigInt(evmChainId), cap, lease });
  presentProposal(hre, calls, safe, print);
}

/** Prints what takes a chain out, on this one. */
export async function proposeRetirement(
  { index, from, safe }: { index: number; from: number; safe?: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const chain = await openNetwork(hre);
  presentProposal(hre, await retirementOf(chain, index, from), safe, print);
}

/** Prints what lets the configured circuits that are not registered here prove batches. */
export async function proposeCircuits(
  { from, safe }: { from: number; safe?: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  await checkFrom(await openNetwork(hre), from);
  const calls = await circuitCalls(await recordedContext(hre), from);
  if (calls.length === 0) print("The configured circuits are registered.");
  else presentProposal(hre, calls, safe, print);
}

/** Prints what lets a circuit prove no more batches here. */
export async function proposeCircuitRetirement(
  { id, from, safe }: { id: string; from: number; safe?: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  await checkFrom(await openNetwork(hre), from);
  presentProposal(hre, await circuitRetirementCalls(await recordedContext(hre), id, from), safe, print);
}

/** Prints what has payments that a guardian holds made to another. */
export async function proposeRedirection(
  { batch, recipients, to, safe }: { batch: number; recipients: string; to: string; safe?: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const chain = await openNetwork(hre);
  const tokens = await listTokens(chain);
  const chosen = recipients === "all" ? recipients : recipients.split(",");
  const { calls, from, until } = await redirectionOf(chain, { batch, recipients: chosen, to }, ({ amount, token }) =>
    showTokens(tokens, token, amount),
  );
  presentProposal(hre, calls, safe, print);
  print(`\nThe vault takes it from ${showTime(from)} on, and until ${showTime(until)}; then who was to be paid is.`);
}

/** Prints what makes everything else here as the configuration has it. */
export async function proposeChanges(
  { safe }: { safe?: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const calls = await changesOf(await recordedContext(hre));
  if (calls.length === 0) print("All that may change at any time is as configured.");
  else presentProposal(hre, calls, safe, print);
}

async function recordedContext(hre: HardhatRuntimeEnvironment): Promise<DeployContext> {
  return deployContext(hre, await recordedDeployer(hre));
}
