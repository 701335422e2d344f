import { ZeroAddress } from "ethers";
import { acting, ChainError } from "../chain/errors";
import type { Chain } from "../chain/chain";
import { loadErc20 } from "../chain/erc20";
import { isNative, isSameAddress, zusdOf } from "../chain/tokens";
import { feeToSend, queuedBy, type QueuedReceipt } from "./requests";

export interface DepositRequest {
  /** Token address on the chain; `NATIVE` for its coin. */
  token: string;
  /** In the token's own units; below 2^104. */
  amount: bigint;
  /** Owner of a new account, and who is refunded; the sender by default. */
  owner?: string;
  /** Account to credit; 0 or left out: a new one. */
  account?: number;
  /** Balance cell to credit; 0 or left out: a new one. */
  cell?: number;
  /** `ay` of the key that the account takes if it has none; only the owner itself may give one. */
  key?: bigint;
  /** Credits the token itself, and not zUSD for it, where the token has a facility. */
  keepToken?: boolean;
}

/** Approves the vault if needed, and deposits. Throws `ChainError` with the vault's error when it refuses. */
export async function deposit(chain: Chain, request: DepositRequest): Promise<QueuedReceipt> {
  const { signer, vault } = chain;
  if (!signer) throw new ChainError(chain.name, "deposit", "needs a signer");
  const sender = await signer.getAddress();
  const { token, amount, owner = sender, account = 0, cell = 0, key = 0n, keepToken = false } = request;
  if (owner === ZeroAddress) throw new ChainError(chain.name, "deposit", "owner must not be the zero address");

  const native = isNative(token);
  if (!native) await allowVault(chain, token, sender, amount);
  return acting(chain, "deposit", async () => {
    const argument = { token, amount, owner, account, cell, key, keepToken };
    const value = (native ? amount : 0n) + (await feeToSend(chain));
    return queuedBy(chain, "deposit", await vault.deposit(argument, { value }));
  });
}

/** Lets the vault take so much of the sender's tokens. zUSD needs no allowance: the vault burns its sender's alone. */
export async function allowVault(chain: Chain, token: string, sender: string, amount: bigint): Promise<void> {
  if (isSameAddress(token, (await zusdOf(chain))?.address)) return;
  await approve(chain, token, sender, amount, chain.addresses.vault);
}

/** Lets `spender` take so much of the sender's tokens. */
export async function approve(
  chain: Chain,
  token: string,
  sender: string,
  amount: bigint,
  spender: string,
): Promise<void> {
  const erc20 = loadErc20(token, chain.signer);
  await acting(chain, `approving ${token}`, async () => {
    if ((await erc20.allowance(sender, spender)) >= amount) return;
    await (await erc20.approve(spender, amount)).wait();
  });
}
