import type { EventLog, Log, Provider } from "ethers";

/** Blocks read with one request; providers limit it. */
const BLOCKS_PER_REQUEST = 2000;

/** What of a contract the follower needs. */
export interface EventSource {
  queryFilter(event: string, fromBlock: number, toBlock: number): Promise<(EventLog | Log)[]>;
}

export interface NewLogs {
  /** The chain replaced a block that was read before: everything read so far is void, and `logs` start at the first block again. */
  reset: boolean;
  logs: EventLog[];
}

/** Reads one event of one contract from block to block, each log once, and notices reorganisations by the hash of the last block read. */
export class LogFollower {
  private last: { number: number; hash: string } | undefined;

  constructor(
    private readonly provider: Provider,
    private readonly contract: EventSource,
    private readonly event: string,
    private readonly firstBlock: number,
  ) {}

  /** The last block that was read. */
  get latest(): number {
    return this.last?.number ?? this.firstBlock;
  }

  /** The logs since the last call, up to the chain's latest block. */
  async next(): Promise<NewLogs> {
    const latest = await this.provider.getBlockNumber();
    // The hash is read before all else: a block replaced from here on is noticed by the next call.
    const hash = await this.blockHash(latest);
    const reset = this.last !== undefined && (await this.blockHash(this.last.number)) !== this.last.hash;
    let from = reset || !this.last ? this.firstBlock : this.last.number + 1;
    const logs: EventLog[] = [];
    for (; from <= latest; from += BLOCKS_PER_REQUEST) {
      const to = Math.min(latest, from + BLOCKS_PER_REQUEST - 1);
      for (const log of await this.contract.queryFilter(this.event, from, to)) {
        if (!("args" in log))
          throw new Error(`${this.event}: a log could not be decoded in transaction ${log.transactionHash}`);
        logs.push(log);
      }
    }
    this.last = { number: latest, hash };
    return { reset, logs };
  }

  /**
   * Hands over the logs since the last call, in order.
   * @param restart is called before they come from the first block again
   * @param take where it throws, the next call starts over
   * @returns whether it started over, and how many logs there were
   */
  async follow(
    restart: () => void,
    take: (log: EventLog) => void | Promise<void>,
  ): Promise<{ reset: boolean; count: number }> {
    const { reset, logs } = await this.next();
    if (reset) restart();
    try {
      for (const log of logs) await take(log);
    } catch (error) {
      this.last = { number: this.firstBlock, hash: "" };
      throw error;
    }
    return { reset, count: logs.length };
  }

  /** Hash of a block of this chain; empty when the chain is shorter. */
  private async blockHash(number: number): Promise<string> {
    return (await this.provider.getBlock(number))?.hash ?? "";
  }
}
