/** The demo's tables. */
import { judge, readDebt, readIssued } from "../../protocol/chain/debt";
import { readBooks } from "../../protocol/chain/conservation";
import type { Chain } from "../../protocol/chain/chain";
import { holdingOf, zusdOf, type Token } from "../../protocol/chain/tokens";
import { accountsOf, holdings } from "../../protocol/client/accounts";
import type { State } from "../../protocol/state";
import { debtTables, verdictTable } from "../books";
import { amount, table } from "../table";
import type { DemoChain, Person } from "./world";

/**
 * Balances by user, token and chain: on the rollup, and in the user's wallet on that chain.
 * @param symbols tokens to show; "zUSD" is one on the rollup and another on each chain
 */
export async function balances(
  state: State,
  chains: readonly DemoChain[],
  people: readonly Person[],
  symbols: readonly string[],
): Promise<string> {
  const columns: { chain: Chain; token: Token }[] = [];
  for (const { chain, tokens } of chains) {
    for (const symbol of symbols) {
      const token = symbol === "zUSD" ? await zusdOf(chain) : tokens.get(symbol);
      if (token) columns.push({ chain, token });
    }
  }
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

/** The books of zUSD of all chains, and whether every invariant holds. */
export async function stableBooks(chains: readonly DemoChain[]): Promise<{ text: string; holds: boolean }> {
  const debts = [];
  for (const { chain } of chains) debts.push(await readDebt(chain));
  const indices = chains.map(({ chain }) => chain.index);
  const verdicts = judge(debts, debts[0].inState, await readIssued(chains[0].chain, indices));
  const broken = verdicts.filter(({ holds, waived }) => !holds && waived === undefined);
  const waived = verdicts.filter((verdict) => verdict.waived !== undefined);
  const asked = `${verdicts.length - waived.length} equations of I1 to I4`;
  const text = broken.length === 0 ? `  ${asked} hold to the last digit` : verdictTable(broken);
  return { text: `${debtTables(debts)}\n\n${text}`, holds: broken.length === 0 };
}

/** The custody equation of every vault and token. */
export async function conservation(chains: readonly DemoChain[]): Promise<{ text: string; holds: boolean }> {
  const rows = [["", "vault", "=", "rollup", "+", "outbox", "+", "claimable", "+", "queue", "+", "fees", ""]];
  let holds = true;
  for (const { chain } of chains) {
    for (const { token, vault, supply, outbox, claimable, queued, fees, surplus } of await readBooks(chain)) {
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
        "+",
        show(fees),
        verdict,
      ]);
    }
  }
  return { text: table(rows), holds };
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
