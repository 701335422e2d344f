import type { ContractTransactionReceipt } from "ethers";
import { FactKind } from "../spec";
import { hashParts, type AcceptedBatch } from "./batchFollower";
import type { Chain } from "./chain";
import type { IOrdering } from "./contracts";
import { acting, ChainError, isRefused } from "./errors";
import { FactWaits, type Fact, type FactCarrier } from "./factCarrier";
import { recordedNumbers } from "./facts";
import { LogFollower, type EventSource } from "./logs";
import type { QueueFollower } from "./queueFollower";

/** How the primary chain sees another: see `IOrdering`. */
export interface Standing {
  /** Timestamp of the highest batch that the chain acknowledged, unix seconds. */
  readonly acknowledged: number;
  /** Seconds of silence after which it is suspended; 0: it does not take part. */
  readonly lease: number;
  /** Requests of its queue that are known, or consumed. */
  readonly known: number;
}

/** Throws `ChainError` for a chain that is not the primary. */
export function orderingOf(primary: Chain): IOrdering {
  if (!primary.ordering) throw new ChainError(primary.name, "ordering", "is not the primary chain");
  return primary.ordering;
}

export async function readStanding(primary: Chain, chain: number): Promise<Standing> {
  const status = await acting(primary, `reading how chain ${chain} stands`, () => orderingOf(primary).statusOf(chain));
  const { acknowledged, lease, known, consumed } = status;
  return {
    acknowledged: Number(acknowledged),
    lease: Number(lease),
    known: Number(known > consumed ? known : consumed),
  };
}

/** The mask of chains that a batch must suspend: those which are silent for longer than their lease. */
export async function suspendedAt(primary: Chain, timestamp: number): Promise<bigint> {
  const leased = await acting(primary, "reading which chains take part", () => orderingOf(primary).leased());
  let mask = 0n;
  for (let chain = 1; leased >> BigInt(chain) !== 0n; chain++) {
    if (((leased >> BigInt(chain)) & 1n) === 0n) continue;
    const { acknowledged, lease } = await readStanding(primary, chain);
    if (timestamp - acknowledged > lease) mask |= 1n << BigInt(chain);
  }
  return mask;
}

/** Tells the primary that a chain accepted a batch: brings the fact, and names the batch. Anyone may. */
export async function acknowledge(
  primary: Chain,
  chain: Chain,
  batch: AcceptedBatch,
  carrier: FactCarrier,
): Promise<ContractTransactionReceipt> {
  await carrier.carry({ kind: FactKind.Batch, number: batch.number, value: batch.hash }, chain, primary);
  return acting(primary, `acknowledging batch ${batch.number} for ${chain.name}`, async () => {
    const sent = await orderingOf(primary).acknowledge(chain.index, hashParts(batch));
    return (await sent.wait()) as ContractTransactionReceipt;
  });
}

/**
 * Makes requests of a chain's queue known on the primary that are not: from then on the force delay runs. Anyone may. All of them, or those
 * below the latest head whose fact holds, where that of a later one is on its way: call again then. Forgets forged ones before.
 * @param queue of the chain, synchronised
 * @returns how many there were
 * @throws FactWaits when no later head's fact holds yet
 */
export async function postRequests(primary: Chain, queue: QueueFollower, carrier: FactCarrier): Promise<number> {
  const { chain, requests } = queue;
  let heads: readonly Fact[] | undefined;
  let posted = 0;
  await forgetUnproven(primary, chain.index);
  for (;;) {
    const { known } = await readStanding(primary, chain.index);
    if (known >= requests.length) return posted;
    let count = requests.length;
    if (chain.index !== primary.index) {
      heads ??= await headsOf(queue);
      const open = heads.filter(({ number }) => number > known);
      try {
        count = (await carrier.carryOne(open, chain, primary)).number;
      } catch (error) {
        if (error instanceof FactWaits && posted > 0) return posted;
        throw error;
      }
    }
    const words = requests.slice(known, count).map((request): [bigint, bigint, bigint] => [...request.words]);
    await acting(primary, `posting requests of ${chain.name}`, async () => {
      await (await orderingOf(primary).post(chain.index, words, [], count)).wait();
    });
    posted += words.length;
  }
}

/** Heads of a queue that were recorded, and the latest: whoever adds requests holds up none that is on its way. */
async function headsOf(queue: QueueFollower): Promise<Fact[]> {
  const { chain, requests } = queue;
  const recorded = await recordedNumbers(chain, FactKind.Queue);
  const counts = recorded.filter((count) => count < requests.length);
  return [...counts, requests.length].map((number) => ({ kind: FactKind.Queue, number, value: queue.headAt(number) }));
}

/** Forgets what is known of a chain's queue where its proof does not hold any more. Anyone may. @returns whether there was anything */
export async function forgetUnproven(primary: Chain, chain: number): Promise<boolean> {
  const ordering = orderingOf(primary);
  const isUnproven = await acting(primary, "looking for forged requests", async () => {
    try {
      await ordering.forget.staticCall(chain);
      return true;
    } catch (error) {
      if (isRefused(error)) return false;
      throw error;
    }
  });
  if (!isUnproven) return false;
  await acting(primary, `forgetting requests of chain ${chain}`, async () => (await ordering.forget(chain)).wait());
  return true;
}

/** In their order they say what is known. */
const EVENTS = ["RequestsPosted", "RequestsForgotten"] as const;

/** Follows when requests became known on the primary. */
export class PostFollower {
  private readonly logs: LogFollower;
  private readonly posts = new Map<number, { end: number; time: number }[]>();

  constructor(readonly primary: Chain) {
    const ordering = orderingOf(primary);
    const topics = EVENTS.map((name) => ordering.interface.getEvent(name).topicHash);
    const source: EventSource = { queryFilter: (_, from, to) => ordering.queryFilter([topics] as never, from, to) };
    this.logs = new LogFollower(primary.provider, source, EVENTS.join(), primary.firstBlock);
  }

  async sync(): Promise<void> {
    await acting(this.primary, "reading posted requests", () =>
      this.logs.follow(
        () => this.posts.clear(),
        ({ eventName, args }) => {
          const [chain, end] = [Number(args.chain), Number(args.end)];
          const posts = this.posts.get(chain) ?? [];
          if (eventName === "RequestsPosted") posts.push({ end, time: Number(args.time) });
          const isForgotten = eventName === "RequestsForgotten";
          this.posts.set(chain, isForgotten ? posts.filter((post) => post.end <= end) : posts);
        },
      ),
    );
  }

  /** When the request at a position of a chain's queue was posted, unix seconds; infinity: not yet. */
  postedAt(chain: number, index: number): number {
    return this.posts.get(chain)?.find(({ end }) => end > index)?.time ?? Infinity;
  }
}
