/** Tasks about committees: an attester's, and one with which anyone delivers what attesters signed. */
import { task, types } from "hardhat/config";
import { action } from "./support/action";
import type * as Support from "./support/attesters";

/** What is loaded only when a task runs: the contracts' types do not exist before the first compile. */
const load = () => require("./support/attesters") as typeof Support;

const SECONDARIES = ["secondaries", "networks of the other chains, separated by commas", "secondary"] as const;

task("attest", "Runs an attester of the committee gateways: signs what is final, and serves its signatures by HTTP")
  .addParam(...SECONDARIES)
  .addOptionalParam("host", "address of this machine to serve at; 0.0.0.0: all", "127.0.0.1")
  .addOptionalParam("port", "where to serve", 8700, types.int)
  .setAction(action((args: Support.AttestArguments, hre) => load().attest(args, hre)));

task("deliver-attested", "Gathers attesters' signatures and delivers what committee gateways sent and has not arrived")
  .addParam(...SECONDARIES)
  .addParam("attesters", "addresses of running attesters, separated by commas")
  .addFlag("watch", "goes on until it is interrupted")
  .setAction(action((args: Support.DeliverArguments, hre) => load().deliverAttested(args, hre)));
