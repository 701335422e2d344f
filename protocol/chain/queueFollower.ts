import type { EventLog } from "ethers";
import { QUEUE_RING } from "../spec";
import { ZERO_HASH, queueHead, requestHash } from "../witness";
import { decodeQueueOp, requestOf, type Request } from "../state";
import type { Chain } from "./chain";
import { acting, ChainError } from "./errors";
import { LogFollower } from "./logs";

/** One request of a chain's queue. */
export interface QueuedRequest {
  /** Position in the queue, from 0. */
  readonly index: number;
  /** What the requester chose, as the vault packed it. */
  readonly words: readonly [bigint, bigint, bigint];
  readonly request: Request;
  readonly hash: string;
  /** Head of the queue after this request. */
  readonly head: string;
}

/** A prefix of the queue, and the hashes from there to a head that the vault still knows. */
export interface Fold {
  readonly chain: number;
  /** Requests below the head that the fold ends at. */
  readonly count: number;
  readonly later: readonly string[];
}

/** Follows a chain's request queue by the vault's events and checks every head against them. */
export class QueueFollower {
  private readonly logs: LogFollower;
  private readonly queue: QueuedRequest[] = [];

  constructor(readonly chain: Chain) {
    this.logs = new LogFollower(chain.provider, chain.vault, "RequestQueued", chain.firstBlock);
  }

  /** All requests up to the last `sync`, oldest first. */
  get requests(): readonly QueuedRequest[] {
    return this.queue;
  }

  /** Head of the queue's first `count` requests. */
  headAt(count: number): string {
    if (count === 0) return ZERO_HASH;
    const request = this.queue[count - 1];
    if (!request)
      throw new ChainError(this.chain.name, "request queue", `has ${this.queue.length} requests, not ${count}`);
    return request.head;
  }

  /**
   * Reads new requests. Throws `ChainError` when an event is missing, comes twice, or does not hash to the vault's head.
   * @returns whether there were any, or the chain was reorganised
   */
  async sync(): Promise<boolean> {
    const { reset, count } = await acting(this.chain, "reading the request queue", () =>
      this.logs.follow(
        () => (this.queue.length = 0),
        (log) => this.append(log),
      ),
    );
    return reset || count > 0;
  }

  /**
   * How a batch shows that its requests, the first `end` of the queue, are a prefix of it: the hashes of later ones up to a head that the
   * vault still knows. No hashes unless half of the vault's ring was filled since: the other half is for requests that come meanwhile.
   * @param head requests below the head that the fold is to end at, where that is another
   */
  fold(end: number, head?: number): Fold {
    const total = this.queue.length;
    if (end > total)
      throw new ChainError(this.chain.name, "request queue", `has ${total} requests, a batch consumes ${end}`);
    const count = head ?? (total - end < QUEUE_RING / 2 ? end : total);
    return { chain: this.chain.index, count, later: this.queue.slice(end, count).map(({ hash }) => hash) };
  }

  private append(log: EventLog): void {
    const index = this.queue.length;
    const { args } = log;
    const fail = (reason: string) =>
      new ChainError(this.chain.name, `request ${index}`, `${reason} (${log.transactionHash})`);
    if (args.index !== BigInt(index)) throw fail(`the vault's next event is of request ${String(args.index)}`);
    const words: [bigint, bigint, bigint] = [args.word0 as bigint, args.word1 as bigint, args.word2 as bigint];
    const hash = requestHash(words);
    const head = queueHead(this.headAt(index), hash);
    if (head !== args.head) throw fail(`its words hash to head ${head}, the vault's is ${String(args.head)}`);
    this.queue.push({ index, words, request: this.decode(words), hash, head });
  }

  private decode(words: readonly bigint[]): Request {
    const queueOp = decodeQueueOp(this.chain.cellBits, words);
    if (!queueOp) throw new ChainError(this.chain.name, "request queue", "holds a request without an op code");
    return requestOf(queueOp);
  }
}
