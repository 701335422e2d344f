/** Tasks that prepare what the administration does; they send nothing. */
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import { additionOf, retirementOf } from "../../protocol/chain/membership";
import { ZUSD_TOKEN } from "../../protocol/chain/tokens";
import { deployContext } from "../../scripts/deploy/context";
import { gatewayCalls } from "../../scripts/deploy/gateways";
import { requestFeeChange } from "../../scripts/deploy/requestFee";
import { readUnits } from "./amounts";
import { openNetwork } from "./network";
import { toConsole, type Print } from "./print";
import { presentProposal } from "./proposal";

export interface AddChainOptions {
  readonly index: number;
  readonly evmChainId: string;
  readonly facts?: string;
  readonly zusdCap: string;
  readonly from: number;
  readonly lease: number;
  readonly safe?: string;
}

/** Prints what adds a chain, on this one. */
export async function proposeChain(
  { evmChainId, zusdCap, safe, ...rest }: AddChainOptions,
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  if (!/^[1-9]\d*$/.test(evmChainId)) throw new Error(`evm-chain-id: must be a positive integer, got "${evmChainId}"`);
  const chain = await openNetwork(hre);
  const cap = zusdCap === "0" ? 0n : readUnits(zusdCap, ZUSD_TOKEN, "zusd-cap");
  const calls = await additionOf(chain, { ...rest, evmChainId: BigInt(evmChainId), cap });
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

/** Prints what makes a request cost here what the configuration says. */
export async function proposeRequestFee(
  { safe }: { safe?: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const change = await requestFeeChange(await deployContext(hre));
  if (!change) return print("A request costs what the configuration says.");
  const { vault, base, growth } = change;
  const data = vault.interface.encodeFunctionData("setRequestFee", [base, growth]);
  const call = { what: "set the fee of a request", target: await vault.getAddress(), data };
  presentProposal(hre, [call], safe, print);
}

/** Prints what makes the gateways here as the configuration has them: peers of chains that joined, gateways that are not registered. */
export async function proposeGateways(
  { safe }: { safe?: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const calls = await gatewayCalls(await deployContext(hre));
  if (calls.length === 0) print("The gateways are as configured.");
  else presentProposal(hre, calls, safe, print);
}
