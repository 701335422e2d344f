import type { ContractTransactionReceipt } from "ethers";
import type { BatchCalldata } from "./batch";
import type { Chain } from "./chain";
import { acting } from "./errors";
import type { Fold } from "./queueFollower";

/**
 * Submits a batch to one chain. It is called without effect first, so that a batch which the chain would refuse costs nothing and comes
 * back as a `ChainError` with the contract's own error.
 */
export async function submitBatch(
  chain: Chain,
  batch: BatchCalldata,
  folds: readonly Fold[],
): Promise<ContractTransactionReceipt> {
  const argument = {
    ...batch,
    words: [...batch.words],
    proof: [...batch.proof] as never,
    folds: folds.map(({ chain: index, count, later }) => ({ chain: index, count, later: [...later] })),
  };
  return acting(chain, "submitting a batch", async () => {
    await chain.rollup.submitBatch.staticCall(argument);
    const sent = await chain.rollup.submitBatch(argument);
    return (await sent.wait()) as ContractTransactionReceipt;
  });
}
