import { BlockMark } from "../chain/blockMark";
import { acting } from "../chain/errors";
import type { FactCarrier } from "../chain/factCarrier";
import { FactKind } from "../spec";
import type { Followed } from "./followed";

/** A head of a queue. */
interface Head {
  /** Requests below it. */
  readonly count: number;
  readonly value: string;
}

/**
 * The heads of the other chains' queues that the primary holds as facts: a batch takes no request that is above, and so waits for no chain
 * to be final.
 */
export class HeldHeads {
  private readonly held = new Map<number, Head & { mark: BlockMark }>();
  /** Heads on their way: what is queued meanwhile does not hold them up. */
  private readonly sent = new Map<number, Head>();

  constructor(
    private readonly primary: Followed,
    private readonly carrier: FactCarrier,
  ) {}

  /** Requests of a chain's queue below the latest head that the primary holds, as far as this process knows. */
  count({ chain, queue }: Followed): number {
    const head = this.held.get(chain.index);
    return head && isIn(queue, head) ? head.count : 0;
  }

  /** Brings the primary the head of a queue as it is now. @throws FactWaits while it is on its way, ChainError when it cannot be brought */
  async bring(source: Followed): Promise<void> {
    const { chain, queue } = source;
    await this.forgetReplaced(chain.index);
    if (this.count(source) === 0) await this.findHeld(source);
    for (;;) {
      const total = queue.requests.length;
      if (total <= Math.max(this.count(source), this.primary.ledger.consumed(chain.index))) return;
      const sent = this.sent.get(chain.index);
      const head = sent && isIn(queue, sent) ? sent : { count: total, value: queue.headAt(total) };
      this.sent.set(chain.index, head);
      await this.carry(source, head);
      await this.hold(chain.index, head);
      this.sent.delete(chain.index);
    }
  }

  private carry({ chain }: Followed, { count, value }: Head): Promise<void> {
    return this.carrier.carry({ kind: FactKind.Queue, number: count, value }, chain, this.primary.chain);
  }

  private async hold(chain: number, head: Head): Promise<void> {
    const { chain: primary } = this.primary;
    const mark = await acting(primary, "reading the latest block", () => BlockMark.latest(primary.provider));
    this.held.set(chain, { ...head, mark });
  }

  /** The primary holds a head no longer when a reorganisation took the message back. */
  private async forgetReplaced(chain: number): Promise<void> {
    const held = this.held.get(chain);
    if (!held || (await acting(this.primary.chain, "looking for a block", () => held.mark.stands()))) return;
    this.held.delete(chain);
  }

  /** Another process may have brought some: the latest that the primary holds above what was consumed. */
  private async findHeld({ chain, queue }: Followed): Promise<void> {
    const { facts } = this.primary.chain;
    for (let count = queue.requests.length; count > this.primary.ledger.consumed(chain.index); count--) {
      const value = queue.headAt(count);
      if (!(await facts.holds(FactKind.Queue, chain.index, count, value))) continue;
      await this.hold(chain.index, { count, value });
      return;
    }
  }
}

/** Not after a reorganisation that replaced it. */
function isIn(queue: Followed["queue"], { count, value }: Head): boolean {
  return count <= queue.requests.length && queue.headAt(count) === value;
}
