/** Tasks for who administers a deployment: they print transactions, and send none. */
import { task, types } from "hardhat/config";
import { action } from "./support/action";
import { SAFE } from "./support/safe";
import type * as Support from "./support/governance";

/** What is loaded only when a task runs: the contracts' types do not exist before the first compile. */
const load = () => require("./support/governance") as typeof Support;

task("propose-chain", "Prints what the governor must schedule here so that another chain takes part")
  .addParam("index", "index of the new chain, 1..63", undefined, types.int)
  .addParam("evmChainId", "its chain id (EIP-155)")
  .addParam("from", "the batch from which on zUSD may come in from it; the same on every chain", undefined, types.int)
  .addOptionalParam("zusdCap", "up to how much zUSD may come in from it (default: as configured)")
  .addOptionalParam(
    "lease",
    "seconds of silence after which it is suspended (default: as configured)",
    undefined,
    types.int,
  )
  .addOptionalParam("facts", "address of its Facts; by default as here")
  .addOptionalParam("safe", SAFE)
  .setAction(action((args: Support.AddChainOptions, hre) => load().proposeChain(args, hre)));

task("propose-retirement", "Prints what the governor must schedule here so that a chain takes part no more")
  .addParam("index", "index of the chain", undefined, types.int)
  .addParam("from", "the batch from which on no zUSD comes in from it; the same on every chain", undefined, types.int)
  .addOptionalParam("safe", SAFE)
  .setAction(
    action((args: { index: number; from: number; safe?: string }, hre) => load().proposeRetirement(args, hre)),
  );

task(
  "propose-circuits",
  "Prints what the governor must schedule here so that circuits that are new in the configuration prove batches",
)
  .addParam("from", "the first batch that they may prove; the same on every chain", undefined, types.int)
  .addOptionalParam("safe", SAFE)
  .setAction(action((args: { from: number; safe?: string }, hre) => load().proposeCircuits(args, hre)));

task(
  "propose-circuit-retirement",
  "Prints what the governor must schedule here so that a circuit proves no more batches",
)
  .addParam("id", "the circuit's id, 32 bytes")
  .addParam("from", "the first batch that it may no longer prove; the same on every chain", undefined, types.int)
  .addOptionalParam("safe", SAFE)
  .setAction(
    action((args: { id: string; from: number; safe?: string }, hre) => load().proposeCircuitRetirement(args, hre)),
  );

task(
  "propose-redirection",
  "Prints what the governor must schedule so that payments that a guardian holds here go to another",
)
  .addParam("batch", "number of the batch that ordered them", undefined, types.int)
  .addParam("recipients", 'whose payments, separated by commas; "all": everybody\'s')
  .addParam("to", "address that is paid instead")
  .addOptionalParam("safe", SAFE)
  .setAction(
    action((args: { batch: number; recipients: string; to: string; safe?: string }, hre) =>
      load().proposeRedirection(args, hre),
    ),
  );

task(
  "propose-changes",
  "Prints what the governor must schedule here so that gateways, tokens, limits, facilities, operators, fees and finality are as configured",
)
  .addOptionalParam("safe", SAFE)
  .setAction(action((args: { safe?: string }, hre) => load().proposeChanges(args, hre)));
