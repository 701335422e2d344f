import type { DelayedPayout } from "../chain/delayedPayer";
import type { Payout } from "../chain/outboxPayer";
import type { OpError, SignedOp } from "../state";

/** What a batcher tells of its work. `chain` is a chain's name. */
export type BatcherEvent =
  /** The state was rebuilt from the primary's calldata and its commitment is the chain's. */
  | { type: "started"; batch: number; pooled: number }
  /** A batch was put together. */
  | { type: "building"; batch: number; requests: number; ops: number }
  | { type: "proving"; batch: number; phase: string; done: number; total: number }
  /** A batch is proven, checked and kept on disk. */
  | { type: "proven"; batch: number; seconds: number }
  | { type: "submitted"; batch: number; chain: string; gasUsed: bigint }
  | { type: "paid"; batch: number; chain: string; payout: Payout }
  /** A part of a payment that its vault delayed. */
  | { type: "paidDelayed"; chain: string; payout: DelayedPayout }
  /** The primary was told that a chain accepted the batch. */
  | { type: "acknowledged"; batch: number; chain: string }
  /** An op of the pool is in a batch. */
  | { type: "included"; batch: number; op: SignedOp }
  /** An op left the pool because it can no longer be executed. */
  | { type: "dropped"; op: SignedOp; error: OpError }
  /** A batch kept on disk is void and will be made anew. */
  | { type: "discarded"; batch: number; reason: string }
  /** A fact is on its way; told once while it is the same. */
  | { type: "waiting"; reason: string }
  /** A chain refused something or cannot be reached; it is tried again in the next round. */
  | { type: "failed"; error: Error };

export type OnEvent = (event: BatcherEvent) => void;
