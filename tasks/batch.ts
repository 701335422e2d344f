/** Tasks about batches: the operator's, and those with which anyone makes requests known and has delayed payments made. */
import { task, types } from "hardhat/config";
import { action } from "./support/action";
import type * as Support from "./support/batcher";
import type * as DelayedSupport from "./support/delayed";

task("batcher", "Runs a batcher on the primary chain and others; takes signed ops by HTTP")
  .addParam("secondaries", "networks of the other chains, separated by commas", "secondary")
  .addParam("directory", "folder for pool and batch under way; one batcher at a time may use it")
  .addOptionalParam("port", "where to take signed ops", 8600, types.int)
  .addOptionalParam("prover", "what makes the proofs: kernels, or snarkjs, which is slower", "kernels")
  .addOptionalParam(
    "feeCells",
    "balance cells that collect the fees, up to four, separated by commas; CELL:LEAST asks for at least LEAST units",
    "",
  )
  .addOptionalParam("size", "circuit size of the batches (default: the first of the configuration)")
  .setAction(
    action((args: Support.BatcherArguments, hre) => {
      const { runBatcher } = require("./support/batcher") as typeof Support;
      return runBatcher(args, hre);
    }),
  );

task(
  "post",
  "Makes the open requests of other chains and this one known on this, the primary chain: from then on they must be taken in time; and has forged ones forgotten",
)
  .addOptionalParam("secondaries", "networks of the other chains, separated by commas", "secondary")
  .setAction(
    action((args: { secondaries: string }, hre) => {
      const { post } = require("./support/batcher") as typeof Support;
      return post(args, hre);
    }),
  );

task("pay-delayed", "Pays what this chain's vault delayed, as far as its outflow limits let it leave now")
  .addFlag("list", "only shows what waits, and what is held")
  .setAction(
    action((args: { list: boolean }, hre) => {
      const { payDelayed } = require("./support/delayed") as typeof DelayedSupport;
      return payDelayed(args, hre);
    }),
  );
