import type { Chain } from "../chain/chain";
import type { Ledger } from "../chain/ledger";
import type { QueueFollower } from "../chain/queueFollower";

/** One chain as the batcher sees it. */
export interface Followed {
  readonly chain: Chain;
  readonly ledger: Ledger;
  readonly queue: QueueFollower;
}
