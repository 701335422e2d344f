/** What the demo's users do: one act per batch. */
import { parseUnits } from "ethers";
import type { Batcher } from "../../protocol/batcher/batcher";
import type { Token } from "../../protocol/chain/tokens";
import { deposit, type DepositRequest } from "../../protocol/client/deposit";
import { signOp, withdrawal } from "../../protocol/client/ops";
import type { UnsignedOp } from "../../protocol/state";
import { accountOf, as, cellOf, type DemoChain, type Person } from "./world";

export interface Act {
  readonly title: string;
  /** Does what the act is about, and says each thing in one line. */
  play(): Promise<void>;
}

export type Say = (line: string) => void;

/** The acts of Alice, who lives on chain A, Bob on chain B, and Carol, who comes later. */
export function story(batcher: Batcher, [a, b]: readonly DemoChain[], people: readonly Person[], say: Say): Act[] {
  const [alice, bob, carol] = people;
  const token = (on: DemoChain, symbol: string) => on.tokens.get(symbol) as Token;
  const [ethA, usdA, ethB, usdB] = [token(a, "ETH"), token(a, "TUSD"), token(b, "ETH"), token(b, "TUSD")];
  const home = (of: Token) => (of.chain === a.chain.index ? a : b);
  const units = (value: string, of: Token) => parseUnits(value, of.decimals);
  const named = (value: string, of: Token) => `${value} ${of.symbol} of ${home(of).chain.name}`;

  async function pays(person: Person, op: UnsignedOp): Promise<void> {
    const state = await batcher.expected();
    const { nonce, token: paid } = state.balance(op.from);
    await batcher.submit(signOp(person.key, op, { domain: state.domain, nonce, token: paid }));
  }

  async function deposits(person: Person, value: string, of: Token, into: Partial<DepositRequest> = {}): Promise<void> {
    const request = { token: of.address, amount: units(value, of), key: person.key.ay, ...into };
    await deposit(as(person, home(of)), request);
  }

  async function opens(payer: Person, payFrom: Token, owner: Person, of: Token): Promise<void> {
    const state = await batcher.expected();
    const from = cellOf(state, payer, payFrom);
    const account = accountOf(state, owner);
    await pays(payer, { op: "Open", from, cell: state.counters().nextBalance, token: of.id, account, fee: 0n });
    say(
      `${payer.name} opens a cell for ${of.symbol} of ${home(of).chain.name}${owner === payer ? "" : ` for ${owner.name}`}`,
    );
  }

  async function transfers(from: Person, to: Person, value: string, of: Token): Promise<void> {
    const state = await batcher.expected();
    const [cell, receiver] = [cellOf(state, from, of), cellOf(state, to, of)];
    await pays(from, {
      op: "Transfer",
      from: cell,
      to: receiver,
      account: accountOf(state, to),
      amount: units(value, of),
      fee: 0n,
    });
    say(`${from.name} pays ${to.name} ${named(value, of)}`);
  }

  async function withdraws(person: Person, value: string, of: Token, recipient = person.wallet.address): Promise<void> {
    const state = await batcher.expected();
    await pays(person, withdrawal(cellOf(state, person, of), of.id, units(value, of), recipient));
  }

  return [
    {
      title: "Alice arrives on chain A, Bob on chain B; each opens a cell for the other chain's token",
      async play() {
        await deposits(alice, "5", ethA);
        say(`Alice deposits 5 ETH on chain A and gets an account`);
        await deposits(bob, "2000", usdB);
        say(`Bob deposits 2000 TUSD on chain B and gets an account`);
        await opens(alice, ethA, alice, usdB);
        await opens(bob, usdB, bob, ethA);
      },
    },
    {
      title: "They pay each other across the chains, while more deposits come in",
      async play() {
        const state = await batcher.expected();
        await deposits(alice, "3000", usdA, { account: accountOf(state, alice) });
        say(`Alice deposits 3000 TUSD on chain A`);
        await deposits(carol, "1", ethB);
        say(`Carol deposits 1 ETH on chain B and gets an account`);
        await transfers(alice, bob, "1.5", ethA);
        await transfers(bob, alice, "500", usdB);
        await opens(alice, ethA, carol, usdA);
      },
    },
    {
      title: "Money is spent in the batch it arrives in, and leaves on the chain it belongs to",
      async play() {
        const state = await batcher.expected();
        await deposits(bob, "100", usdB, {
          account: accountOf(state, alice),
          cell: cellOf(state, alice, ethA),
          key: 0n,
        });
        say(`Bob deposits 100 TUSD on chain B into a cell for ETH: it will be refunded`);
        await transfers(alice, carol, "250", usdA);
        await withdraws(carol, "100", usdA);
        say(`Carol withdraws ${named("100", usdA)} of these at once`);
        await withdraws(bob, "0.5", ethA);
        say(`Bob, who lives on chain B, withdraws 0.5 ETH on chain A`);
        await withdraws(alice, "200", usdB);
        say(`Alice withdraws 200 TUSD on chain B`);
      },
    },
    {
      title: "Some leave for good, one payment is refused by its recipient, one deposit stays in the queue",
      async play() {
        await withdraws(bob, "0.25", ethA, a.chain.addresses.facts);
        say(`Bob withdraws 0.25 ETH to a contract that takes none: it stays claimable`);
        await withdraws(carol, "1", ethB);
        await withdraws(carol, "150", usdA);
        say(`Carol withdraws all she has: 1 ETH on chain B, 150 TUSD on chain A`);
        await transfers(alice, bob, "0.75", ethA);
      },
    },
  ];
}

/** After the last batch: a request that no batch has consumed, so that the books show one. */
export async function epilogue([a]: readonly DemoChain[], people: readonly Person[], say: Say): Promise<void> {
  const carol = people[2];
  const eth = a.tokens.get("ETH") as Token;
  await deposit(as(carol, a), { token: eth.address, amount: parseUnits("0.125", eth.decimals), key: carol.key.ay });
  say("Carol deposits 0.125 ETH on chain A, which no batch takes any more");
}
