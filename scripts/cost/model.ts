/** What a batch costs over all chains: gas from the snapshot, prices assumed. */
import { networkOf, type Network } from "../../protocol/chain/networks";
import { SIZES, wordCount, type Size } from "../../protocol/spec";

/** Figures of contracts/gas.json that costs are made of. */
export interface GasFigures {
  /** A full batch of size small, with its proof. */
  readonly batchPrimary: number;
  readonly batchSecondary: number;
  /** One more signed slot, which is one more word. */
  readonly transfer: number;
  readonly publishLayerZero: number;
  readonly publishHyperlane: number;
  readonly publishCommittee: number;
  readonly deliverLayerZero: number;
  readonly deliverHyperlane: number;
  readonly deliverCommittee: number;
}

export interface Prices {
  /** Of one unit of gas, in 10^-9 of the network's coin. */
  readonly gas: number;
  /** Of one coin, in dollar. */
  readonly coin: number;
  /** Of data that the network posts on Ethereum, in dollar per kilobyte; 0 where there is none. */
  readonly data: number;
}

export interface CostAssumptions {
  /** By EVM chain id. */
  readonly prices: Readonly<Record<number, Prices>>;
  /** Batches that one fact speaks for, in each direction. */
  readonly batchesPerFact: number;
  /** What relayers ask for beyond the gas that they spend: 0.2 is a fifth. */
  readonly relayMargin: number;
  /** Of a machine that proves, in dollar per hour. */
  readonly machine: number;
  /** Part of a batch's slots that are filled, 0..1. */
  readonly fill: number;
}

/** In dollar. */
export interface BatchCost {
  readonly primary: number;
  readonly secondaries: number;
  readonly messages: number;
  readonly proof: number;
  readonly total: number;
  readonly perOp: number;
}

/** Round figures of quiet days in 2026, not a forecast. */
export const COST_ASSUMPTIONS: CostAssumptions = {
  prices: {
    1: { gas: 1, coin: 3_000, data: 0 },
    56: { gas: 0.1, coin: 900, data: 0 },
    137: { gas: 40, coin: 0.2, data: 0 },
    43114: { gas: 1, coin: 20, data: 0 },
    42161: { gas: 0.02, coin: 3_000, data: 0.001 },
    10: { gas: 0.001, coin: 3_000, data: 0.001 },
    8453: { gas: 0.005, coin: 3_000, data: 0.001 },
  },
  batchesPerFact: 10,
  relayMargin: 0.2,
  machine: 0.1,
  fill: 1,
};

/** What `batchPrimary` and `batchSecondary` were measured with. */
const MEASURED_WORDS = wordCount(SIZES.small);
/** Calldata of a batch beside its words: proof, points, evaluations, a fold. */
const OTHER_BYTES = 45 * 32;

/**
 * Cost of one batch, and of one op in it.
 * @param chains all networks of the deployment, the primary among them
 * @param proofSeconds to prove the batch on the machine
 */
export function batchCost(
  size: Size,
  primary: Network,
  chains: readonly Network[],
  gas: GasFigures,
  proofSeconds: number,
  assumptions: CostAssumptions = COST_ASSUMPTIONS,
): BatchCost {
  const secondaries = chains.filter(({ evmChainId }) => evmChainId !== primary.evmChainId);
  const more = (wordCount(size) - MEASURED_WORDS) * gas.transfer;
  const bytes = wordCount(size) * 32 + OTHER_BYTES;
  const spend = (network: Network, units: number, data = 0): number => {
    const price = pricesOf(network, assumptions);
    return (units * price.gas * price.coin) / 1e9 + (data / 1000) * price.data;
  };
  const onPrimary = spend(primary, gas.batchPrimary + more, bytes);
  const onSecondaries = sum(secondaries.map((network) => spend(network, gas.batchSecondary + more, bytes)));
  const publish = gas.publishLayerZero + gas.publishHyperlane + gas.publishCommittee;
  const deliver = gas.deliverLayerZero + gas.deliverHyperlane + gas.deliverCommittee;
  const fact = (from: Network, to: Network): number =>
    spend(from, publish) + spend(to, deliver) * (1 + assumptions.relayMargin);
  const facts = sum(secondaries.map((network) => fact(primary, network) + fact(network, primary)));
  const messages = facts / assumptions.batchesPerFact;
  const proof = (proofSeconds / 3600) * assumptions.machine;
  const total = onPrimary + onSecondaries + messages + proof;
  const ops = (size.queueOps + size.signedOps) * assumptions.fill;
  return { primary: onPrimary, secondaries: onSecondaries, messages, proof, total, perOp: total / ops };
}

/** @throws RangeError for a network without prices */
export function pricesOf({ evmChainId, name }: Network, { prices }: CostAssumptions): Prices {
  const found = prices[evmChainId] as Prices | undefined;
  if (!found) throw new RangeError(`prices: none are assumed for ${name}`);
  return found;
}

/** The networks that prices are assumed for. */
export function pricedNetworks({ prices }: CostAssumptions): Network[] {
  return Object.keys(prices).flatMap((id) => networkOf(Number(id)) ?? []);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
