/** Tasks that read one chain alone: its contracts, its events and the calldata of its batches. */
import { task, types } from "hardhat/config";
import { action } from "./support/action";
import type * as Support from "./support/inspect";
import type * as LatencySupport from "./support/latency";

/** What is loaded only when a task runs: the contracts' types do not exist before the first compile. */
const load = () => require("./support/inspect") as typeof Support;
const loadLatency = () => require("./support/latency") as typeof LatencySupport;

task("balances", "Shows balances on the rollup, rebuilt from the words this chain published")
  .addOptionalParam("address", "of one owner only")
  .addOptionalParam("account", "of one account only", undefined, types.int)
  .setAction(action((args: { address?: string; account?: number }, hre) => load().balances(args, hre)));

task("queue", "Shows this chain's requests that no batch has consumed")
  .addFlag("all", "the consumed ones too")
  .setAction(action((args: { all: boolean }, hre) => load().queue(args, hre)));

task("status", "Shows where this chain stands").setAction(action((args, hre) => load().status(args, hre)));

task(
  "books",
  "Compares what this chain's vault holds with what it owes, and adds up zUSD over all chains of the deployment",
)
  .addFlag("json", "as JSON, amounts in smallest units")
  .setAction(action((args: { json: boolean }, hre) => load().books(args, hre)));

task("facts", "Shows what the gateways told this chain, who is missing, and what it says of itself")
  .addOptionalParam("last", "how many of the latest facts of each source and kind", 5, types.int)
  .setAction(action((args: { last: number }, hre) => load().facts(args, hre)));

task("latency", "Shows how long a swap takes between each two networks, for a slow and for a fast primary")
  .addOptionalParam("primary", "name of the primary's network; by default Ethereum, and BNB Smart Chain")
  .addOptionalParam("gateways", "seconds until gateways agree", undefined, types.float)
  .addOptionalParam("interval", "seconds between batches", undefined, types.float)
  .addOptionalParam("proof", "seconds to prove a batch", undefined, types.float)
  .setAction(action(async (args: LatencySupport.LatencyOptions) => loadLatency().latency(args)));
