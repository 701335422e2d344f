/**
 * What an op costs, all in: every chain's gas, messages over three gateways, proving.
 *
 *   npm run cost                              all networks, for two primaries and each batch size
 *   npm run cost -- --chains 1,56,8453        of these networks, by EVM chain id
 *   npm run cost -- --facts-every 1           batches that one fact speaks for
 *   npm run cost -- --fill 0.25               a quarter of the slots filled
 *
 * Gas is the snapshot's (contracts/gas.json); prices are assumed, and printed. What users pay themselves, a deposit for example, is not in it.
 */
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { networkOf, type Network } from "../protocol/chain/networks";
import { REQUEST_FEE_STEP, SIZES, wordCount } from "../protocol/spec";
import {
  batchCost,
  COST_ASSUMPTIONS,
  pricedNetworks,
  pricesOf,
  type CostAssumptions,
  type GasFigures,
} from "./cost/model";
import { growthFor, HALT_ASSUMPTIONS, LEAST_HALT_COST, requestsUntilHalt } from "./cost/halt";
import { table } from "./table";

/** Seconds for witness and proof on two cores: docs/performance.md. */
const PROOF_SECONDS = { small: 15, large: 50 } as const;

const PRIMARIES = [1, 56];

function readOptions() {
  const { values } = parseArgs({
    options: {
      chains: { type: "string" },
      "facts-every": { type: "string", default: String(COST_ASSUMPTIONS.batchesPerFact) },
      fill: { type: "string", default: String(COST_ASSUMPTIONS.fill) },
    },
  });
  const batchesPerFact = Number(values["facts-every"]);
  if (!(batchesPerFact >= 1)) throw new Error(`--facts-every must be at least 1, got "${values["facts-every"]}"`);
  const fill = Number(values.fill);
  if (!(fill > 0 && fill <= 1)) throw new Error(`--fill must be above 0 and at most 1, got "${values.fill}"`);
  const assumptions = { ...COST_ASSUMPTIONS, batchesPerFact, fill };
  const chains = values.chains?.split(",").map(chainNamed) ?? pricedNetworks(assumptions);
  return { assumptions, chains };
}

function chainNamed(id: string): Network {
  const network = networkOf(Number(id));
  if (!network) throw new Error(`--chains: "${id}" is no EVM chain id of a known network`);
  return network;
}

function main(): void {
  const { assumptions, chains } = readOptions();
  const file = path.resolve(__dirname, "../contracts/gas.json");
  const gas = JSON.parse(fs.readFileSync(file, "utf8")) as GasFigures;
  console.log("Assumed prices:\n");
  const prices = chains.map((network) => {
    const { gas: unit, coin, data } = pricesOf(network, assumptions);
    return [network.name, `${unit}`, `${coin}`, network.coin.symbol, data === 0 ? "" : `${data}`];
  });
  console.log(table([["network", "gas, 10^-9 coin", "coin, $", "", "L1 data, $ per kB"], ...prices]));
  const { batchesPerFact, relayMargin, machine, fill } = assumptions;
  console.log(
    `\nA fact for every ${batchesPerFact} batches each way; relayers ask ${relayMargin * 100} % on top; a machine costs $${machine} an hour; ` +
      `${fill * 100} % of the slots are filled.\n`,
  );
  const rows = PRIMARIES.flatMap((id) => {
    const primary = chains.find(({ evmChainId }) => evmChainId === id);
    if (!primary) return [];
    return (["small", "large"] as const).map((name) => {
      const cost = batchCost(SIZES[name], primary, chains, gas, PROOF_SECONDS[name], assumptions);
      const { queueOps, signedOps } = SIZES[name];
      const shown = [cost.primary, cost.secondaries, cost.messages, cost.proof, cost.total, cost.perOp].map(dollar);
      return [primary.name, name, `${queueOps + signedOps}`, `${wordCount(SIZES[name])}`, ...shown];
    });
  });
  const head = [
    "primary",
    "size",
    "ops",
    "words",
    "primary, $",
    "others, $",
    "messages, $",
    "proof, $",
    "batch, $",
    "op, $",
  ];
  console.log(table([head, ...rows], 2));
  printRequestFees(chains, assumptions);
}

/** What a request must cost on each chain, so that nobody halts one by requests for little. */
function printRequestFees(chains: readonly Network[], assumptions: CostAssumptions): void {
  const growth = growthFor(chains.length);
  const requests = requestsUntilHalt();
  const { secondsPerBatch, requestsPerBatch, escapeDelay } = HALT_ASSUMPTIONS;
  console.log(
    `\nA request waits ${escapeDelay / 86_400} days behind ${requests.toLocaleString("en")} others on all chains, with ` +
      `${requestsPerBatch} of them in a batch every ${secondsPerBatch} s.\nWith this growth of a request's fee ` +
      `they cost $${LEAST_HALT_COST.toLocaleString("en")}, gas not counted:\n`,
  );
  const rows = chains.map((network) => {
    const { coin } = pricesOf(network, assumptions);
    // Up, to what the vault stores.
    const units = Math.ceil((growth / coin) * 1e9);
    return [network.name, (units / 1e9).toFixed(9), network.coin.symbol, ((units / 1e9) * coin).toFixed(4)];
  });
  console.log(table([["network", `for each ${REQUEST_FEE_STEP} open requests`, "coin", "$"], ...rows]));
}

function dollar(value: number): string {
  return value.toFixed(4);
}

main();
