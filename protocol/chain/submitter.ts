import type { ContractTransactionReceipt, ContractTransactionResponse } from "ethers";
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
  const { rollup } = chain;
  return acting(chain, "submitting a batch", () =>
    later.length === 0
      ? tryAndSend(rollup.submitBatch, argument)
      : tryAndSend(rollup.followBatch, argument, later.map(hashParts)),
  );
}

interface Method<A extends unknown[]> {
  (...args: A): Promise<ContractTransactionResponse>;
  staticCall(...args: A): Promise<unknown>;
}

async function tryAndSend<A extends unknown[]>(method: Method<A>, ...args: A): Promise<ContractTransactionReceipt> {
  await method.staticCall(...args);
  const sent = await method(...args);
  return (await sent.wait()) as ContractTransactionReceipt;
}
