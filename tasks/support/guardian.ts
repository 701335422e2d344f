/** What a guardian does at once. */
import type { ContractTransactionResponse } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import type { Chain } from "../../protocol/chain/chain";
import { factories } from "../../protocol/chain/contracts";
import { DelayedPayer } from "../../protocol/chain/delayedPayer";
import { acting, revertReason } from "../../protocol/chain/errors";
import { listTokens } from "../../protocol/chain/tokens";
import { nameOf, showAmount } from "./amounts";
import { findFacility } from "./facility";
import { openNetwork, senderOf } from "./network";
import { showTime, toConsole, type Print } from "./print";

/** Holds what was delayed of a range of batches, and shows it. */
export async function hold(
  { first, last }: { first: number; last: number },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  if (first < 0 || first > last)
    throw new Error(`first: must be a batch's number, and at most last, got ${first} and ${last}`);
  const chain = await openNetwork(hre);
  const { vault, name } = chain;
  const newest = await acting(chain, "reading what is delayed", () => vault.lastDelayed());
  if (newest === 0n) throw new Error(`${name}: no payment was delayed, so there is nothing to hold`);
  if (BigInt(last) > newest)
    throw new Error(`last: must be at most ${newest}, the latest batch of which a payment was delayed, got ${last}`);
  await asGuardian(chain, "holding payments", () => vault.holdPayments(first, last));
  const tokens = await listTokens(chain);
  const held = (await new DelayedPayer(chain).waiting()).filter(({ heldUntil }) => heldUntil !== undefined);
  for (const { batch, recipient, token, amount } of held)
    print(`batch ${batch}: ${showAmount(tokens, token, amount)} ${nameOf(tokens, token)} to ${recipient} is held`);
  const [{ until }, decision] = await Promise.all([vault.hold(), vault.DECISION()]);
  const times = [until - decision, until].map((time) => showTime(Number(time)));
  print(`${name}: ${held.length} held until ${times[1]}; the governor may redirect them from ${times[0]} on.`);
  print("What it decides must be announced now, since it waits for the timelock: npx hardhat propose-redirection");
}

/** Removes a gateway, and says how many are left. */
export async function removeGateway(
  { gateway }: { gateway: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const chain = await openNetwork(hre);
  const { facts, name } = chain;
  const registered = await acting(chain, "reading the gateways", () => facts.gateways());
  const found = registered.find((one) => one.toLowerCase() === gateway.toLowerCase());
  if (found === undefined)
    throw new Error(`gateway: ${gateway} is none of ${name}'s; there are ${registered.join(", ")}`);
  await asGuardian(chain, "removing the gateway", () => facts.removeGateway(found));
  const [left, threshold] = await Promise.all([facts.gateways(), facts.threshold()]);
  print(`${name}: ${found} is removed; ${left.length} gateways are left, ${threshold} of which must agree`);
}

/** Stops new zUSD of a facility. */
export async function stopMinting(
  { facility }: { facility: string },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const chain = await openNetwork(hre);
  const { address, name } = findFacility(hre, chain, facility, ["PEGGED", "DISCOUNTED"]);
  const contract = factories().IPeggedFacility__factory.connect(address, chain.signer);
  await asGuardian(chain, `stopping ${name}`, () => contract.stopMinting());
  print(`${chain.name}: ${name} mints no more; redemption, repayment and claims go on`);
}

/** @throws Error naming the account if it is no guardian, ChainError if the chain refuses */
async function asGuardian(
  chain: Chain,
  action: string,
  send: () => Promise<ContractTransactionResponse>,
): Promise<void> {
  const sender = await senderOf(chain);
  try {
    await acting(chain, action, async () => (await send()).wait());
  } catch (error) {
    if (revertReason(error)?.name !== "AccessManagedUnauthorized") throw error;
    throw new Error(`accounts: ${sender} is no guardian of ${chain.name}`, { cause: error });
  }
}
