/** The demo's tables. */
import { readBooks } from "../../protocol/chain/conservation";
import { holdingOf } from "../../protocol/chain/tokens";
import { accountsOf, holdings } from "../../protocol/client/accounts";
import type { State } from "../../protocol/state";
import { amount, table } from "../table";
import type { DemoChain, Person } from "./world";

/** Balances by user, token and chain: on the rollup, and in the user's wallet on that chain. */
export async function balances(state: State, chains: readonly DemoChain[], people: readonly Person[]): Promise<string> {
  const columns = chains.flatMap(({ chain, tokens }) =>
    ["ETH", "TUSD"]
      .map((symbol) => ({ chain, token: tokens.get(symbol) }))
      .flatMap(({ token }) => (token ? [{ chain, token }] : [])),
  );
  const rows = [["", "", ...columns.map(({ chain, token }) => `${token.symbol} (${chain.name})`)]];
  const all = holdings(state);
  for (const { name, wallet } of people) {
    const accounts = accountsOf(state, wallet.address);
    const onRollup = columns.map(({ token }) => {
      const own = all.filter((holding) => accounts.includes(holding.account) && holding.token === token.id);
      return own.length === 0 ? "–" : amount(sum(own.map(({ balance }) => balance)), token.decimals);
    });
    const inWallet = await Promise.all(
      columns.map(async ({ chain, token }) => amount(await holdingOf(chain, token, wallet.address), token.decimals)),
    );
    rows.push([name, "rollup", ...onRollup], ["", "wallet", ...inWallet]);
  }
  return table(rows);
}

/** The custody equation of every vault and token. */
export async function conservation(chains: readonly DemoChain[]): Promise<{ text: string; holds: boolean }> {
  const rows = [["", "vault", "=", "rollup", "+", "outbox", "+", "claimable", "+", "queue", ""]];
  let holds = true;
  for (const { chain } of chains) {
    for (const { token, vault, supply, outbox, claimable, queued, surplus } of await readBooks(chain)) {
      const show = (value: bigint) => amount(value, token.decimals, 6);
      const verdict = surplus === 0n ? "holds" : `OFF BY ${show(surplus)}`;
      holds &&= surplus === 0n;
      const label = `${token.symbol} (${chain.name})`;
      rows.push([
        label,
        show(vault),
        "=",
        show(supply),
        "+",
        show(outbox),
        "+",
        show(claimable),
        "+",
        show(queued),
        verdict,
      ]);
    }
  }
  return { text: table(rows), holds };
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
