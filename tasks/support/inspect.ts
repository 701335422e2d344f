/** What one chain alone tells: balances, queue, status, books. */
import { formatUnits } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import { readBooks } from "../../protocol/chain/conservation";
import { Ledger } from "../../protocol/chain/ledger";
import { firstUnpaid } from "../../protocol/chain/outboxPayer";
import { QueueFollower } from "../../protocol/chain/queueFollower";
import { listTokens } from "../../protocol/chain/tokens";
import { accountsOf, holdings } from "../../protocol/client/accounts";
import { table } from "../../scripts/table";
import { nameOf, showAmount } from "./amounts";
import { toConsole, type Print } from "./print";
import { openNetwork } from "./network";

/** All balances, or those of one address or account, in the state that the chain stands at. */
export async function balances(
  { address, account }: { address?: string; account?: number },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const chain = await openNetwork(hre);
  const ledger = new Ledger(chain);
  await ledger.sync();
  const tokens = await listTokens(chain);
  const owned = address === undefined ? undefined : accountsOf(ledger.state, address);
  const rows = holdings(ledger.state)
    .filter((holding) => (owned?.includes(holding.account) ?? true) && holding.account === (account ?? holding.account))
    .map(({ account, cell, balance, token, nonce }) => {
      const { owner, home } = ledger.state.owner(account);
      const amount = showAmount(tokens, token, balance);
      return [owner, `${home}`, `${account}`, `${cell}`, amount, nameOf(tokens, token), `${nonce}`];
    });
  print(`After batch ${ledger.latest} on ${chain.name}:\n`);
  print(table([["owner", "home", "account", "cell", "balance", "token", "nonce"], ...rows]));
}

/** The requests that no batch on this chain has consumed, or all. */
export async function queue(
  { all }: { all: boolean },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const chain = await openNetwork(hre);
  const [ledger, follower] = [new Ledger(chain), new QueueFollower(chain)];
  await ledger.sync();
  await follower.sync();
  const tokens = await listTokens(chain);
  const consumed = ledger.consumed(chain.index);
  const rows = follower.requests
    .slice(all ? 0 : consumed)
    .map(({ index, request }) => [
      `${index}`,
      request.owner,
      request.op,
      request.op === "Deposit" || request.op === "Route" ? showAmount(tokens, request.token, request.amount) : "",
      request.op === "SetKey" ? "" : nameOf(tokens, request.token),
      request.op === "Route" ? "" : request.account === 0 ? "new" : `${request.account}`,
      request.op === "Route" || request.op === "SetKey" ? "" : request.cell === 0 ? "new" : `${request.cell}`,
      index < consumed ? "consumed" : "waits",
    ]);
  print(`${follower.requests.length} requests on ${chain.name}, ${consumed} consumed:\n`);
  print(table([["request", "owner", "op", "amount", "token", "account", "cell", ""], ...rows]));
}

/** Where the chain stands. */
export async function status(_: unknown, hre: HardhatRuntimeEnvironment, print: Print = toConsole): Promise<void> {
  const chain = await openNetwork(hre);
  const [ledger, follower] = [new Ledger(chain), new QueueFollower(chain)];
  await ledger.sync();
  await follower.sync();
  const { nextAccount, nextBalance } = ledger.state.counters();
  const waiting = follower.requests.length - ledger.consumed(chain.index);
  let unpaid = 0;
  for (const { number } of ledger.batches) {
    const payments = ledger.outbox(number, chain.index);
    if (payments.length > 0) unpaid += payments.length - (await firstUnpaid(chain, number, payments));
  }
  const time = ledger.latest === 0 ? "genesis" : new Date(ledger.timestamp * 1000).toISOString();
  const role = chain.index === chain.primary ? "primary" : `secondary; the primary is chain ${chain.primary}`;
  const { x } = await chain.rollup.commitment();
  print(
    table(
      [
        ["chain", `${chain.name}, index ${chain.index} (${role})`],
        ["rollup", chain.addresses.rollup],
        ["vault", chain.addresses.vault],
        ["batch", `${ledger.latest} (${time})`],
        ["commitment", `0x${x.toString(16).padStart(64, "0")} (x)`],
        ["accounts", `${nextAccount - 1}`],
        ["balance cells", `${nextBalance - 1}`],
        ["requests", `${follower.requests.length}, ${waiting} wait`],
        ["outbox", `${unpaid} payments wait`],
        ["facts", `${await chain.facts.threshold()} of ${chain.gateways.length} gateways must agree`],
      ],
      2,
    ),
  );
}

/** The custody equation of each token of the chain's vault. */
export async function books(_: unknown, hre: HardhatRuntimeEnvironment, print: Print = toConsole): Promise<void> {
  const chain = await openNetwork(hre);
  const all = await readBooks(chain);
  const rows = all.map(({ token, vault, supply, outbox, claimable, queued, surplus }) => [
    token.symbol,
    ...[vault, supply, outbox, claimable, queued, surplus].map((value) => formatUnits(value, token.decimals)),
  ]);
  print(table([["token", "vault", "rollup", "outbox", "claimable", "queue", "surplus"], ...rows]));
  if (all.some(({ surplus }) => surplus < 0n)) throw new Error(`${chain.name}: a vault holds less than it owes`);
}
