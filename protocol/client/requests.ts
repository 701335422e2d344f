import type { ContractTransactionResponse, Log } from "ethers";
import type { Chain } from "../chain/chain";
import { acting, ChainError } from "../chain/errors";
import { readRequestFees } from "../chain/requestFees";
import { REQUEST_FEE_STEP, requestFee } from "../spec";

/** Requests of an account's owner: transactions of its L1 address on the account's home chain. They need no key and no operator's consent. */

export interface QueuedReceipt {
  /** Position in the chain's request queue, from 0. */
  index: number;
  transaction: string;
  gasUsed: bigint;
}

export interface ExitRequest {
  /** The sender's account. */
  account: number;
  /** Its balance cell to empty. */
  cell: number;
  /** Token id of the cell. */
  token: number;
  /** Index of the chain that pays: the token's, or any for zUSD. */
  payer: number;
  /** Address that receives there. */
  recipient: string;
}

/** Asks for another key of the sender's account; 0: none. Throws `ChainError` with the vault's error when it refuses. */
export async function setKey(chain: Chain, account: number, key: bigint): Promise<QueuedReceipt> {
  return acting(chain, "setKey", async () => {
    const value = await feeToSend(chain);
    return queuedBy(chain, "setKey", await chain.vault.setKey(account, key, { value }));
  });
}

/** Asks to pay out a balance cell of the sender's account. Throws `ChainError` with the vault's error when it refuses. */
export async function exit(chain: Chain, request: ExitRequest): Promise<QueuedReceipt> {
  return acting(chain, "exit", async () => {
    const value = await feeToSend(chain);
    return queuedBy(chain, "exit", await chain.vault.exit(request, { value }));
  });
}

/** Requests of others that may come before one and raise its fee while it is on its way. */
const REQUESTS_MEANWHILE = REQUEST_FEE_STEP / 2;

/** Native coin to send with a request for its fee, in wei. The vault returns what it does not need. */
export async function feeToSend({ vault }: Chain): Promise<bigint> {
  const [fees, count, consumed] = await Promise.all([
    readRequestFees(vault),
    vault.requestCount(),
    vault.consumedCount(),
  ]);
  return requestFee(fees, Number(count - consumed) + REQUESTS_MEANWHILE);
}

/** The request that a transaction to the vault queued. */
export async function queuedBy(
  chain: Chain,
  action: string,
  sent: ContractTransactionResponse,
): Promise<QueuedReceipt> {
  const receipt = await sent.wait();
  const event = receipt?.logs
    .filter((log: Log) => log.address === chain.addresses.vault)
    .map((log: Log) => chain.vault.interface.parseLog(log))
    .find((log) => log?.name === "RequestQueued");
  if (!receipt || !event) throw new ChainError(chain.name, action, "the vault queued no request");
  return { index: Number(event.args.index), transaction: receipt.hash, gasUsed: receipt.gasUsed };
}
