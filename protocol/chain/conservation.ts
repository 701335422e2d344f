import { balanceRoom } from "../spec";
import type { State } from "../state";
import type { Chain } from "./chain";
import { acting } from "./errors";
import { Ledger } from "./ledger";
import { LogFollower } from "./logs";
import { firstUnpaid } from "./outboxPayer";
import { QueueFollower } from "./queueFollower";
import { readRequestFees } from "./requestFees";
import { holdingOf, isNative, listTokens, type Token } from "./tokens";

/** The custody equation of one token: what the vault holds is what it owes. All amounts in the token's own units. */
export interface TokenBooks {
  readonly token: Token;
  /** What the vault holds. */
  readonly vault: bigint;
  /** Sum of the token's balances in the state that this chain stands at. */
  readonly supply: bigint;
  /** Payments of accepted batches that were not tried yet. */
  readonly outbox: bigint;
  /** Payments that failed and wait for their recipients, or that exceeded what may leave in a time. */
  readonly claimable: bigint;
  /** Requests that no accepted batch has consumed. */
  readonly queued: bigint;
  /** Of the native coin: fees of requests that were not collected. */
  readonly fees: bigint;
  /** `vault` less all that is owed, and the fees: 0, or more when somebody gave tokens to the vault without a deposit. */
  readonly surplus: bigint;
}

/**
 * The books of each token of a chain's vault, read from that chain alone: its contracts, its events and the calldata of its batches. Nobody
 * may submit batches or deposit on this chain meanwhile.
 */
export async function readBooks(chain: Chain, standing?: Standing): Promise<TokenBooks[]> {
  const { supply, outbox, claimable, queued } = standing ?? (await readStanding(chain));

  const books: TokenBooks[] = [];
  for (const token of await listTokens(chain)) {
    const vault = await holdingOf(chain, token, chain.addresses.vault);
    const owed = {
      supply: supply.get(token.id) ?? 0n,
      outbox: outbox.get(token.id) ?? 0n,
      claimable: claimable.get(token.id) ?? 0n,
      queued: queued.get(token.id) ?? 0n,
    };
    const fees = isNative(token.address) ? await uncollectedFees(chain) : 0n;
    const surplus = vault - owed.supply - owed.outbox - owed.claimable - owed.queued - fees;
    books.push({ token, vault, ...owed, fees, surplus });
  }
  return books;
}

async function uncollectedFees(chain: Chain): Promise<bigint> {
  return (await acting(chain, "reading request fees", () => readRequestFees(chain.vault))).uncollected;
}

/** What a vault owes, by token id: in the state that the chain stands at, and what it has yet to credit or to pay. */
export interface Standing {
  /** Number of the latest batch. */
  readonly batch: number;
  readonly supply: ReadonlyMap<number, bigint>;
  readonly outbox: ReadonlyMap<number, bigint>;
  readonly claimable: ReadonlyMap<number, bigint>;
  readonly queued: ReadonlyMap<number, bigint>;
}

/** Replays all that the chain published: read it once for all that is asked of it. */
export async function readStanding(chain: Chain): Promise<Standing> {
  const ledger = new Ledger(chain);
  const queue = new QueueFollower(chain);
  await ledger.sync();
  await queue.sync();
  const queued = new Map<number, bigint>();
  for (const { request } of queue.requests.slice(ledger.consumed(chain.index))) {
    if (request.op === "Deposit" || request.op === "Route") add(queued, request.token, request.amount);
  }
  return {
    batch: ledger.latest,
    supply: suppliesOf(ledger.state),
    outbox: await unpaidOutboxes(chain, ledger),
    claimable: await claimableOf(chain),
    queued,
  };
}

/** Sum of the balances of each token id. */
export function suppliesOf(state: State): Map<number, bigint> {
  const supplies = new Map<number, bigint>();
  const first = balanceRoom(state.cellBits);
  for (const [cell] of state.nonzero()) {
    if (cell < first) continue;
    const { token, balance } = state.balance(cell - first);
    add(supplies, token, balance);
  }
  return supplies;
}

/** What batches pay here and was not tried yet, by token id. */
async function unpaidOutboxes(chain: Chain, ledger: Ledger): Promise<Map<number, bigint>> {
  const sums = new Map<number, bigint>();
  for (const { number } of ledger.batches) {
    const payments = ledger.outbox(number, chain.index);
    if (payments.length === 0) continue;
    for (const { token, amount } of payments.slice(await firstUnpaid(chain, number, payments)))
      add(sums, token, amount);
  }
  return sums;
}

/** What waits to be claimed or to leave, by token id: whoever it belongs to was named by an event. */
async function claimableOf(chain: Chain): Promise<Map<number, bigint>> {
  return acting(chain, "reading the claims", async () => {
    const { provider, vault, firstBlock } = chain;
    const sums = new Map<number, bigint>();
    const deferred = await new LogFollower(provider, vault, "PaymentDeferred", firstBlock).next();
    const claims = new Map(
      deferred.logs.map(({ args }) => [`${String(args.recipient)} ${String(args.token)}`, args] as const),
    );
    for (const { recipient, token } of claims.values()) {
      add(sums, Number(token), await vault.claimable(recipient as string, token as bigint));
    }
    const delayed = await new LogFollower(provider, vault, "PaymentDelayed", firstBlock).next();
    const waiting = delayed.logs.map(
      ({ args }) => [args.batch, args.recipient, args.token] as [bigint, string, bigint],
    );
    for (const key of new Map(waiting.map((key) => [key.join(), key])).values()) {
      add(sums, Number(key[2]), await vault.delayedOf(...key));
    }
    return sums;
  });
}

function add(sums: Map<number, bigint>, key: number, amount: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + amount);
}
