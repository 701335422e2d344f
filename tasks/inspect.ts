/** Tasks that read one chain alone: its contracts, its events and the calldata of its batches. */
import { task, types } from "hardhat/config";
import type * as Support from "./support/inspect";

/** What is loaded only when a task runs: the contracts' types do not exist before the first compile. */
const load = () => require("./support/inspect") as typeof Support;

task("balances", "Shows balances on the rollup, rebuilt from the words this chain published")
  .addOptionalParam("address", "of one owner only")
  .addOptionalParam("account", "of one account only", undefined, types.int)
  .setAction((args, hre) => load().balances(args as { address?: string; account?: number }, hre));

task("queue", "Shows this chain's requests that no batch has consumed")
  .addFlag("all", "the consumed ones too")
  .setAction((args, hre) => load().queue(args as { all: boolean }, hre));

task("status", "Shows where this chain stands").setAction((args, hre) => load().status(args, hre));

task("books", "Compares what this chain's vault holds with what it owes").setAction((args, hre) =>
  load().books(args, hre),
);
