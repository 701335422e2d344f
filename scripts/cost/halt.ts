/** What it costs to halt a chain by filling the request queues, and the fees of a request that make it cost enough. */
import { REQUEST_FEE_STEP, SIZES } from "../../protocol/spec";

export interface HaltAssumptions {
  /** Of the slowest who still makes batches: requests are consumed by all, the operators or anyone. */
  readonly secondsPerBatch: number;
  /** Requests that a batch consumes, of all chains together. */
  readonly requestsPerBatch: number;
  /** Seconds that a request waits before its chain may be halted. */
  readonly escapeDelay: number;
}

/** Far below what two cores do: a proof of size large takes them a minute. */
export const HALT_ASSUMPTIONS: HaltAssumptions = {
  secondsPerBatch: 600,
  requestsPerBatch: SIZES.large.queueOps,
  escapeDelay: 7 * 24 * 3600,
};

/** Least that a halt by full queues must cost, in dollar. */
export const LEAST_HALT_COST = 100_000;

/** Fees of a request on one chain, in dollar. */
export interface DollarFees {
  readonly base: number;
  /** More for each `REQUEST_FEE_STEP` open requests. */
  readonly growth: number;
}

/** Open requests on all chains together behind which one waits as long as `escapeDelay`. */
export function requestsUntilHalt(assumptions: HaltAssumptions = HALT_ASSUMPTIONS): number {
  const { secondsPerBatch, requestsPerBatch, escapeDelay } = assumptions;
  return Math.ceil(escapeDelay / secondsPerBatch) * requestsPerBatch;
}

/**
 * The least that so many open requests cost in fees: who floods takes the cheapest queue each time, and what is consumed meanwhile he
 * pays for once more. Gas is not counted.
 * @param chains fees of each chain's queue
 * @returns in dollar
 */
export function costToFill(chains: readonly DollarFees[], requests: number): number {
  const steps = chains.map(() => 0);
  const price = (i: number): number => chains[i].base + chains[i].growth * steps[i];
  let total = 0;
  for (let left = requests; left > 0; left -= REQUEST_FEE_STEP) {
    const cheapest = steps.reduce((best, _, i) => (price(i) < price(best) ? i : best), 0);
    total += Math.min(left, REQUEST_FEE_STEP) * price(cheapest);
    steps[cheapest]++;
  }
  return total;
}

/** The growth of the fee, in dollar and the same on each of so many chains, with which a halt costs enough without any base. */
export function growthFor(chains: number): number {
  const perDollar = costToFill(Array<DollarFees>(chains).fill({ base: 0, growth: 1 }), requestsUntilHalt());
  return LEAST_HALT_COST / perDollar;
}
