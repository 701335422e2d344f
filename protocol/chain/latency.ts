/** How long it takes until what is brought on one chain is paid on another. */
import type { Network } from "./networks";

/** What does not follow from the networks; in seconds. */
export interface Assumptions {
  /** From a message's sending to the threshold's last report. Facts are final when they are sent: gateways need not wait again. */
  readonly gateways: number;
  /** Between two batches. */
  readonly interval: number;
  /** To make a batch and its proof. */
  readonly proof: number;
}

/** Witness and proof are of size large, on two cores: docs/performance.md. */
export const ASSUMPTIONS: Assumptions = { gateways: 60, interval: 60, proof: 50 };

/** In seconds, in the order in which they pass. */
export interface Latency {
  /** Until the request is final on its chain and known on the primary; 0 when it was made there. */
  readonly toPrimary: number;
  /** Until the primary accepted a batch with it: half an interval on average, the proof, a block. */
  readonly batch: number;
  /** Until that is final, known on the destination and paid there; 0 when the primary pays. */
  readonly toDestination: number;
  readonly total: number;
}

/** Latency of a swap, or of a deposit followed by a withdrawal in the same batch. */
export function latencyOf(
  source: Network,
  destination: Network,
  primary: Network,
  { gateways, interval, proof }: Assumptions = ASSUMPTIONS,
): Latency {
  const fact = (from: Network): number => 2 * from.blockTime + from.finality.seconds + gateways;
  const isPrimary = ({ evmChainId }: Network): boolean => evmChainId === primary.evmChainId;
  const toPrimary = isPrimary(source) ? 0 : fact(source);
  const batch = interval / 2 + proof + primary.blockTime;
  const toDestination = isPrimary(destination) ? 0 : fact(primary) + destination.blockTime;
  return { toPrimary, batch, toDestination, total: toPrimary + batch + toDestination };
}
