/** The second half of the demo's story: stablecoins of both chains are one zUSD. One act per batch. */
import { parseUnits } from "ethers";
import type { Batcher } from "../../protocol/batcher/batcher";
import type { Token } from "../../protocol/chain/tokens";
import { allowVault, deposit } from "../../protocol/client/deposit";
import { signOp, zusdWithdrawal } from "../../protocol/client/ops";
import { feeToSend } from "../../protocol/client/requests";
import { mint, peggedFacility, redeem, swap } from "../../protocol/client/stable";
import { ZUSD } from "../../protocol/spec";
import type { UnsignedOp } from "../../protocol/state";
import { accountsOf, holdings } from "../../protocol/client/accounts";
import { amount } from "../table";
import type { Act, Say } from "./story";
import { as, balanceCellOf, type DemoChain, type Person } from "./world";
import { addLiquidity, advance, facilityNamed, setFeed } from "./market";

const UNIT = 10n ** 18n;
const DAY = 24 * 3600;
const FEED_ONE = 10n ** 8n;

const zusd = (value: string): bigint => parseUnits(value, 18);

/** Alice lives on chain A and Bob on chain B; USDC has 6 decimals, USDT 6 on chain A and 18 on chain B. */
export function stableStory(
  batcher: Batcher,
  [a, b]: readonly DemoChain[],
  people: readonly Person[],
  say: Say,
): Act[] {
  const [alice, bob, carol] = people;
  const token = (on: DemoChain, symbol: string) => on.tokens.get(symbol) as Token;
  const [usdcA, usdtA, usdtB] = [token(a, "USDC"), token(a, "USDT"), token(b, "USDT")];

  async function unifies(person: Person, on: DemoChain, of: Token, value: string): Promise<void> {
    const state = await batcher.expected();
    const [account = 0] = accountsOf(state, person.wallet.address);
    const own = holdings(state).find((holding) => holding.account === account && holding.token === ZUSD);
    const request = { token: of.address, amount: parseUnits(value, of.decimals), account, cell: own?.cell ?? 0 };
    await deposit(as(person, on), { ...request, key: account === 0 ? person.key.ay : 0n });
    say(`${person.name} deposits ${value} ${of.symbol} on ${on.chain.name}, and is credited zUSD`);
  }

  async function pays(person: Person, op: UnsignedOp): Promise<void> {
    const state = await batcher.expected();
    const { nonce, token: paid } = state.balance(op.from);
    await batcher.submit(signOp(person.key, op, { domain: state.domain, nonce, token: paid }));
  }

  async function withdraws(person: Person, on: DemoChain, value: string, into: Token): Promise<void> {
    const from = balanceCellOf(await batcher.expected(), person, ZUSD);
    await pays(person, zusdWithdrawal(from, zusd(value), person.wallet.address, on.chain.index, { into: into.local }));
    say(`${person.name} withdraws ${value} zUSD on ${on.chain.name}, redeemed into ${into.symbol}`);
  }

  return [
    {
      title: "Dollars of both chains become one: 6 decimals here, 18 there, zUSD on the rollup",
      async play() {
        await unifies(alice, a, usdcA, "1000");
        await unifies(carol, a, usdtA, "500");
        await unifies(bob, b, usdtB, "2000");
      },
    },
    {
      title: "Two days later: LP shares of a Uniswap pair borrow zUSD at a discount, straight into the rollup",
      async play() {
        for (const { url } of [a, b]) await advance(url, 2 * DAY);
        const { pair, shares } = await addLiquidity(a, [usdcA, usdtA], carol);
        const facility = facilityNamed(a, "LP");
        const chain = as(carol, a);
        await allowVault(chain, pair, carol.wallet.address, shares);
        const state = await batcher.expected();
        const [account] = accountsOf(state, carol.wallet.address);
        const books = chain.stable;
        if (!books) throw new Error("chain A has no books");
        const request = {
          token: await books.zusd.getAddress(),
          amount: zusd("300"),
          owner: carol.wallet.address,
          account,
          cell: balanceCellOf(state, carol, ZUSD),
          key: 0n,
          keepToken: false,
        };
        await (await chain.vault.depositOnCredit(facility, shares, request, { value: await feeToSend(chain) })).wait();
        say("Carol pledges LP shares worth 400 dollar on chain A and is credited 300 zUSD, with one transaction");
        const from = balanceCellOf(state, alice, ZUSD);
        const to = balanceCellOf(state, bob, ZUSD);
        const op: UnsignedOp = {
          op: "Transfer",
          from,
          to,
          account: state.balance(to).account,
          amount: zusd("250"),
          fee: 0n,
        };
        await pays(alice, op);
        say("Alice pays Bob 250 zUSD: nobody asks which dollar it was");
      },
    },
    {
      title: "A holder leaves on the other chain, and USDC on chain A becomes USDT on chain B with one transaction",
      async play() {
        await withdraws(alice, b, "300", usdtB);
        const block = await a.chain.provider.getBlock("latest");
        await swap(as(carol, a), {
          tokenIn: usdcA.address,
          amountIn: parseUnits("250", usdcA.decimals),
          tokenOut: usdtB.local,
          minOut: parseUnits("249", usdtB.decimals),
          destination: b.chain.index,
          deadline: (block?.timestamp ?? 0) + DAY,
        });
        say("Carol swaps 250 USDC on chain A into at least 249 USDT on chain B: that is all she sends");
      },
    },
    {
      title: "A depeg: USDC falls to 0.88. Nothing is minted on chain A; who leaves bears the average of the chain",
      async play() {
        await setFeed(a, "USDC", (FEED_ONE * 88n) / 100n);
        await (await (await peggedFacility(a.chain, usdcA.address)).sync()).wait();
        const factor = (await a.chain.stable?.books.factor()) ?? UNIT;
        say(`Chain A stands for ${amount(factor, 18)} dollar a zUSD, chain B for 1`);
        const refused = await mint(as(bob, a), usdtA.address, parseUnits("10", usdtA.decimals)).then(
          () => "was not",
          () => "is",
        );
        say(`Bob's mint with 10 USDT on chain A ${refused} refused`);
        await withdraws(bob, a, "100", usdtA);
      },
    },
    {
      title:
        "The payment found no redemption within half a percent: it waits, Bob takes zUSD, redeems it, and USDC recovers",
      async play() {
        const { vault, stable } = as(bob, a);
        const [event] = await vault.queryFilter(vault.filters.PaymentWaits(), a.chain.firstBlock);
        const { id, payment, since } = event.args;
        const { recipient, token: paid, into, minOut, amount: value } = payment;
        await (await vault.releaseWaiting(id, { recipient, token: paid, into, minOut, amount: value }, since)).wait();
        const out = await redeem(as(bob, a), usdtA.address, value);
        say(
          `Bob takes ${amount(value, 18)} zUSD at once and redeems it at the factor: ${amount(out, usdtA.decimals)} USDT`,
        );
        await setFeed(a, "USDC", FEED_ONE);
        await (await (await peggedFacility(a.chain, usdcA.address)).sync()).wait();
        say(
          `USDC is back at 1; what Bob left behind is surplus of chain A: ${amount((await stable?.books.buffer()) ?? 0n, 18)} zUSD`,
        );
        await unifies(alice, a, usdcA, "100");
      },
    },
  ];
}
