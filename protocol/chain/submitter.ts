import type { ContractTransactionReceipt } from "ethers";
import type { BatchCalldata } from "./batch";
import { hashParts, type AcceptedBatch } from "./batchFollower";
import type { Chain } from "./chain";
import { acting } from "./errors";
import type { Fold } from "./queueFollower";

/**
 * Submits a batch to one chain. The contract is called without effect first, so that a batch which the chain would refuse costs nothing and comes
 * back as a `ChainError` with the contract's own error.
 * @param later on a secondary chain, the batches after this one up to the one whose fact is there
 */
export async function submitBatch(
  chain: Chain,
  batch: BatchCalldata,
  folds: readonly Fold[],
  later: readonly AcceptedBatch[] = [],
): Promise<ContractTransactionReceipt> {
  const argument = {
    ...batch,
    words: [...batch.words],
    proof: [...batch.proof] as never,
    folds: folds.map(({ chain: index, count, later }) => ({ chain: index, count, later: [...later] })),
  };
  return acting(chain, "submitting a batch", async () => {
    if (later.length === 0) {
      await chain.rollup.submitBatch.staticCall(argument);
      const sent = await chain.rollup.submitBatch(argument);
      return (await sent.wait()) as ContractTransactionReceipt;
    }
    const parts = later.map(hashParts);
    await chain.rollup.followBatch.staticCall(argument, parts);
    const sent = await chain.rollup.followBatch(argument, parts);
    return (await sent.wait()) as ContractTransactionReceipt;
  });
}
