import { MAX_TIMESTAMP_AGE, type Size } from "../spec";
import type { BatchCalldata } from "../chain/batch";
import { decodeBatch } from "../state";
import type { Store } from "./store";

/** A batch that has less time than this left on the primary, in seconds, is made anew. */
const TIMESTAMP_MARGIN = 600;

const DOCUMENT = "batch";

/** What the primary says of a batch that no waiting will make right. */
const VOID_REASONS = [
  "Ordering_MustNotSuspend",
  "Ordering_MustSuspend",
  "Ordering_OverdueRequests",
  "Rollup_InvalidOpening",
  "Rollup_InvalidProof",
  "Rollup_WrongNumber",
  "Rollup_WrongQueueHead",
  "Rollup_WrongTimestamp",
];

/** What the next batch must fit. */
export interface Next {
  readonly number: number;
  readonly circuitId: string;
  /** The primary's clock, unix seconds. */
  readonly now: number;
}

/** The proven batch that the primary may not have accepted yet, kept on disk: a crash or a failure does not cost its proof. */
export class UnderWay {
  constructor(
    private readonly store: Store,
    private readonly size: Size,
  ) {}

  keep(batch: BatchCalldata): void {
    this.store.write(DOCUMENT, batch);
  }

  remove(): void {
    this.store.write(DOCUMENT, undefined);
  }

  /** The batch if the primary can still accept it; otherwise it is removed, and `onVoid` is told why unless it has arrived. */
  read(next: Next, onVoid: (batch: number, reason: string) => void): BatchCalldata | undefined {
    const batch = this.store.read(DOCUMENT) as BatchCalldata | undefined;
    if (!batch) return undefined;
    const { number, timestamp } = decodeBatch(this.size, batch.words);
    const reason = whyVoid(batch, number, timestamp, next);
    if (reason === undefined) return batch;
    this.remove();
    if (number >= next.number) onVoid(number, reason);
    return undefined;
  }
}

/** Whether a refusal by the primary means that the batch must be made anew. */
export function isVoidBy(contractError: string | undefined): boolean {
  return contractError !== undefined && VOID_REASONS.includes(contractError);
}

function whyVoid(batch: BatchCalldata, number: number, timestamp: number, next: Next): string | undefined {
  if (number !== next.number) return `the next batch is ${next.number}`;
  if (batch.circuit !== next.circuitId) return `it is proven for circuit ${batch.circuit}`;
  const isOld = timestamp < next.now - MAX_TIMESTAMP_AGE + TIMESTAMP_MARGIN;
  return isOld ? `its timestamp ${timestamp} is too old at ${next.now}` : undefined;
}
