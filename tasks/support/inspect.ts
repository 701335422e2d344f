/** What one chain alone tells: balances, queue, status, books. */
import fs from "node:fs";
import path from "node:path";
import { formatEther, formatUnits } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import { readBooks, readStanding, type TokenBooks } from "../../protocol/chain/conservation";
import { judge, readDebt, readIssued, type ChainDebt, type Verdict } from "../../protocol/chain/debt";
import { readFacts } from "../../protocol/chain/facts";
import { Ledger } from "../../protocol/chain/ledger";
import { firstUnpaid } from "../../protocol/chain/outboxPayer";
import { QueueFollower } from "../../protocol/chain/queueFollower";
import { listTokens } from "../../protocol/chain/tokens";
import { accountsOf, holdings } from "../../protocol/client/accounts";
import { CHAIN_BITS } from "../../protocol/spec";
import { debtTables, verdictTable } from "../../scripts/books";
import { table } from "../../scripts/table";
import { nameOf, showAmount } from "./amounts";
import { factTables } from "./facts";
import { showTime, toConsole, type Print } from "./print";
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

/** What the gateways told the chain, and what it says of itself. @throws Error if `last` is not positive */
export async function facts(
  { last }: { last: number },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  if (last < 1) throw new Error(`--last must be at least 1, got ${last}`);
  const chain = await openNetwork(hre);
  const report = await readFacts(chain);
  const { timestamp } = (await chain.provider.getBlock("latest")) ?? { timestamp: 0 };
  print(`Facts on ${chain.name}: ${factTables(report, last, timestamp)}`);
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
  const time = ledger.latest === 0 ? "genesis" : showTime(ledger.timestamp);
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
        ["request fee", `${formatEther(await chain.vault.requestFee())} of the coin`],
        ["outbox", `${unpaid} payments wait`],
        ["facts", `${await chain.facts.threshold()} of ${chain.gateways.length} gateways must agree`],
      ],
      2,
    ),
  );
}

/**
 * The custody equation of each token of the chain's vault; and the books of zUSD of all chains of the deployment that the
 * configuration has an address for.
 * @throws Error if an invariant does not hold
 */
export async function books(
  { json = false }: { json?: boolean },
  hre: HardhatRuntimeEnvironment,
  print: Print = toConsole,
): Promise<void> {
  const chain = await openNetwork(hre);
  const standing = await readStanding(chain);
  const custody = await readBooks(chain, standing);
  const missing: string[] = [];
  const debts: ChainDebt[] = [];
  const verdicts: Verdict[] = [];
  if (chain.stable) {
    const own = await readDebt(chain, standing);
    const others = await readOtherDebts(hre, (network) => missing.push(network));
    debts.push(...[own, ...others].sort((a, b) => a.chain - b.chain));
    verdicts.push(...judge(debts, own.inState, await readIssued(chain, CHAINS)));
  }
  if (json) {
    print(JSON.stringify({ custody, debts, verdicts, missing }, bigintsAsText, 2));
  } else {
    print(custodyTable(custody));
    if (debts.length > 0) print(["", debtTables(debts), "", verdictTable(verdicts)].join("\n"));
    for (const network of missing) print(`\nNot counted, for nobody answers at its address: network ${network}`);
  }
  const broken = verdicts.filter(({ holds, waived }) => !holds && waived === undefined);
  if (custody.some(({ surplus }) => surplus < 0n)) throw new Error(`${chain.name}: a vault holds less than it owes`);
  if (broken.length > 0)
    throw new Error(`${broken.map(({ id, where }) => `${id} of ${where}`).join(", ")}: does not hold`);
}

/** Every chain index: of those that do not exist nothing is issued. */
const CHAINS = Array.from({ length: 2 ** CHAIN_BITS - 1 }, (_, i) => i + 1);

/**
 * The books of every other chain of the deployment that was deployed from here and answers.
 * @param missing is told of each that does not
 */
async function readOtherDebts(
  hre: HardhatRuntimeEnvironment,
  missing: (network: string) => void,
): Promise<ChainDebt[]> {
  const { config, network: own } = hre;
  const isDeployed = (network: string): boolean =>
    fs.existsSync(path.join(config.paths.deployments, `${network}.json`));
  const debts: ChainDebt[] = [];
  for (const network of Object.keys(config.networks).filter((name) => name !== own.name && isDeployed(name))) {
    const chain = await openNetwork(hre, network).catch(() => missing(network));
    if (chain?.stable) debts.push(await readDebt(chain));
  }
  return debts;
}

function custodyTable(custody: readonly TokenBooks[]): string {
  const rows = custody.map(({ token, vault, supply, outbox, claimable, queued, fees, surplus }) => [
    token.symbol,
    ...[vault, supply, outbox, claimable, queued, fees, surplus].map((value) => formatUnits(value, token.decimals)),
  ]);
  return table([["token", "vault", "rollup", "outbox", "claimable", "queue", "fees", "surplus"], ...rows]);
}

function bigintsAsText(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
