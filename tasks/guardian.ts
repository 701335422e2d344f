/** Tasks of scope `guardian`: what a guardian does at once on one chain. It stops, and never starts. */
import { scope, types } from "hardhat/config";
import { action } from "./support/action";
import type * as Support from "./support/guardian";

/** What is loaded only when a task runs: the contracts' types do not exist before the first compile. */
const load = () => require("./support/guardian") as typeof Support;

const guardian = scope("guardian", "Stop something on one chain, at once, as its guardian");

guardian
  .task("hold", "Holds what some batches delayed on this chain, for 33 days; once in 63 days")
  .addParam("first", "number of the first batch", undefined, types.int)
  .addParam("last", "number of the last batch", undefined, types.int)
  .setAction(action((args: { first: number; last: number }, hre) => load().hold(args, hre)));

guardian
  .task("remove-gateway", "Removes a gateway that lies: what it said counts no more")
  .addParam("gateway", "its address on this chain")
  .setAction(action((args: { gateway: string }, hre) => load().removeGateway(args, hre)));

guardian
  .task("stop-minting", "Stops new zUSD of a facility; redemption, repayment and claims go on")
  .addParam("facility", "name or address of the facility")
  .setAction(action((args: { facility: string }, hre) => load().stopMinting(args, hre)));
