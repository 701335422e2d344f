import { requestFeeUnits } from "../../protocol/spec";
import type { Vault } from "../../typechain-types";
import { requestFeesOf } from "./config";
import { addressOf, type DeployContext } from "./context";

/** A chain's vault and what a request to it is to cost, as it stores it: in units of 10^9 wei. */
export interface RequestFeeChange {
  readonly vault: Vault;
  readonly base: bigint;
  readonly growth: bigint;
}

/** What makes a request cost what the configuration says; undefined: it does. */
export async function requestFeeChange(context: DeployContext): Promise<RequestFeeChange | undefined> {
  const vault = await context.hre.ethers.getContractAt("Vault", await addressOf(context, "Vault"));
  const [base, growth] = requestFeeUnits(requestFeesOf(context.chain));
  const now = await vault.requestFees();
  return now.base === base && now.growth === growth ? undefined : { vault, base, growth };
}
