import type { ContractTransactionReceipt, ContractTransactionResponse } from "ethers";
import type { Chain } from "../chain/chain";
import { factories, type IDiscountedFacility, type IPeggedFacility } from "../chain/contracts";
import { acting, ChainError } from "../chain/errors";
import { allowVault, approve } from "./deposit";
import { feeToSend, queuedBy, type QueuedReceipt } from "./requests";

/** What holders of stablecoins and zUSD do on one chain. All of it throws `ChainError` with the contract's error when it refuses. */

export interface SwapRequest {
  /** zUSD, or a token with a facility on this chain. */
  tokenIn: string;
  /** In its own units. */
  amountIn: bigint;
  /** Local number of the token on the destination; 0: zUSD. */
  tokenOut: number;
  /** Least of it to accept, in its own units; 0: what its facility says. */
  minOut: bigint;
  /** Index of the chain that pays. */
  destination: number;
  /** Address there; the sender by default. */
  recipient?: string;
  /** Unix seconds. */
  deadline: number;
}

/** Swaps a stablecoin of this chain into one of another, or of this; approves the vault if needed. */
export async function swap(chain: Chain, request: SwapRequest): Promise<QueuedReceipt> {
  const sender = await senderOf(chain, "swap");
  await allowVault(chain, request.tokenIn, sender, request.amountIn);
  return acting(chain, "swap", async () => {
    const value = await feeToSend(chain);
    const argument = { ...request, recipient: request.recipient ?? sender };
    return queuedBy(chain, "swap", await chain.vault.swap(argument, { value }));
  });
}

/** Mints zUSD with a stablecoin, for the sender. @returns zUSD, in units of 10^-18 */
export async function mint(chain: Chain, token: string, amount: bigint, minOut = 0n): Promise<bigint> {
  const sender = await senderOf(chain, "mint");
  const facility = await peggedFacility(chain, token);
  await approve(chain, token, sender, amount, await facility.getAddress());
  const receipt = await send(chain, "mint", () => facility.mint(amount, minOut, sender));
  return eventOf(chain, "mint", facility, receipt, "Minted").minted as bigint;
}

/** Redeems the sender's zUSD into a stablecoin. @returns of the token, in its own units */
export async function redeem(chain: Chain, token: string, amount: bigint, minOut = 0n): Promise<bigint> {
  const sender = await senderOf(chain, "redeem");
  const facility = await peggedFacility(chain, token);
  const receipt = await send(chain, "redeem", () => facility.redeem(amount, minOut, sender));
  return eventOf(chain, "redeem", facility, receipt, "Redeemed").amount as bigint;
}

/** The pegged facility of a token. @throws ChainError if it has none */
export async function peggedFacility(chain: Chain, token: string): Promise<IPeggedFacility> {
  return acting(chain, "finding a facility", async () => {
    const address = await chain.stable?.books.facilityOf(token);
    if (address === undefined || BigInt(address) === 0n)
      throw new ChainError(chain.name, `token ${token}`, "has no pegged facility here");
    return factories().IPeggedFacility__factory.connect(address, chain.signer ?? chain.provider);
  });
}

/** A discounted facility by its address. */
export function discountedFacility(chain: Chain, address: string): IDiscountedFacility {
  return factories().IDiscountedFacility__factory.connect(address, chain.signer ?? chain.provider);
}

/** Opens a position of the sender's. @returns its id */
export async function openPosition(chain: Chain, address: string, collateral: bigint, debt: bigint): Promise<bigint> {
  const sender = await senderOf(chain, "open");
  const facility = discountedFacility(chain, address);
  await approve(chain, await facility.token(), sender, collateral, address);
  const receipt = await send(chain, "open", () => facility.open(sender, collateral, debt, sender));
  return eventOf(chain, "open", facility, receipt, "Opened").id as bigint;
}

/** Liquidates a position for the sender. @returns zUSD burnt, and the collateral that came out */
export async function liquidate(
  chain: Chain,
  address: string,
  id: bigint,
  pay: bigint,
  minCollateral = 0n,
): Promise<{ paid: bigint; collateral: bigint }> {
  const sender = await senderOf(chain, "liquidate");
  const facility = discountedFacility(chain, address);
  const receipt = await send(chain, "liquidate", () => facility.liquidate(id, pay, minCollateral, sender));
  const { paid, collateral } = eventOf(chain, "liquidate", facility, receipt, "Liquidated");
  return { paid: paid as bigint, collateral: collateral as bigint };
}

/** Sends a transaction and waits until it is mined. */
export async function send(
  chain: Chain,
  action: string,
  start: () => Promise<ContractTransactionResponse>,
): Promise<ContractTransactionReceipt> {
  return acting(chain, action, async () => {
    const receipt = await (await start()).wait();
    if (!receipt) throw new ChainError(chain.name, action, "the transaction was not mined");
    return receipt;
  });
}

async function senderOf({ name, signer }: Chain, action: string): Promise<string> {
  if (!signer) throw new ChainError(name, action, "needs a signer");
  return signer.getAddress();
}

function eventOf(
  chain: Chain,
  action: string,
  contract: IPeggedFacility | IDiscountedFacility,
  receipt: ContractTransactionReceipt,
  name: string,
): Record<string, unknown> {
  for (const log of receipt.logs) {
    const parsed = contract.interface.parseLog(log);
    if (parsed?.name === name) return parsed.args.toObject();
  }
  throw new ChainError(chain.name, action, `the transaction has no event ${name}`);
}
