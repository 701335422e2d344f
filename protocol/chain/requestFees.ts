import { REQUEST_FEE_UNIT, type RequestFees } from "../spec";
import type { Chain } from "./chain";

/** What a request to a vault costs now, and the fees that were paid and not collected; all in wei. */
export async function readRequestFees(
  vault: Pick<Chain["vault"], "requestFees">,
): Promise<RequestFees & { readonly uncollected: bigint }> {
  const { base, growth, uncollected } = await vault.requestFees();
  return { base: base * REQUEST_FEE_UNIT, growth: growth * REQUEST_FEE_UNIT, uncollected };
}
