/** What a guardian does at once. */
import type { ContractTransactionResponse } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import type { Chain } from "../../protocol/chain/chain";
import { factories } from "../../protocol/chain/contracts";
import { DelayedPayer, type WaitingPayment } from "../../protocol/chain/delayedPayer";
import { acting, revertReason } from "../../protocol/chain/errors";
import { listTokens } from "../../protocol/chain/tokens";
import { showTokens } from "./amounts";
import { findFacility } from "./facility";
import { openNetwork, senderOf } from "./network";
import { showTime, toConsole, type Print } from "./print";

/**
 * Holds what a range of batches delayed: shows it first, and what it leaves.
 * @throws Error when nothing of the range is delayed, or payments were held lately: a hold cannot be taken back, nor soon made again
 */
export async function hold(
  { first, last }: { first: number; last: number },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  if (first < 0 || first > last)
    throw new Error(`first: must be a batch's number, and at most last, got ${first} and ${last}`);
  const chain = await openNetwork(hre);
  const { vault, name, rollup, provider } = chain;
  const [before, between, decision, latest, block] = await acting(chain, "reading what is held", () =>
    Promise.all([vault.hold(), vault.BETWEEN_HOLDS(), vault.DECISION(), rollup.number(), provider.getBlock("latest")]),
  );
  const earliest = before.until + between;
  if (BigInt(block?.timestamp ?? 0) < earliest)
    throw new Error(
      `${name}: batches ${before.first} to ${before.last} were held until ${showTime(before.until)}, nothing else before ${showTime(earliest)}`,
    );
  if (BigInt(last) > latest) throw new Error(`last: must be at most the latest batch, ${latest}, got ${last}`);
  const waiting = await new DelayedPayer(chain).waiting();
  const isNamed = ({ batch }: WaitingPayment): boolean => batch >= first && batch <= last;
  if (!waiting.some(isNamed))
    throw new Error(`first, last: nothing that batches ${first} to ${last} ordered is delayed here`);
  const tokens = await listTokens(chain);
  for (const payment of waiting) {
    const { batch, recipient, token, amount } = payment;
    const what = `batch ${batch}: ${showTokens(tokens, token, amount)} to ${recipient}`;
    print(`${isNamed(payment) ? "holds " : "leaves"} ${what}`);
  }
  await asGuardian(chain, "holding payments", () => vault.holdPayments(first, last));
  const { until } = await acting(chain, "reading what is held", () => vault.hold());
  print(
    [
      `${name}: what batches ${first} to ${last} delayed is held until ${showTime(until)}.`,
      `The vault lets the governor redirect it from ${showTime(until - decision)} on: npx hardhat propose-redirection.`,
    ].join("\n"),
  );
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
