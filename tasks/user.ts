/** Tasks of a user with one chain. Amounts are in the token's decimals; ops go to a running batcher by HTTP. */
import { task, types } from "hardhat/config";
import type { ConfigurableTaskDefinition } from "hardhat/types";
import { action } from "./support/action";
import type * as KeySupport from "./support/key";
import type * as Support from "./support/user";

const KEY_FILE =
  "file with the L2 key (32 bytes hex, readable by you alone, outside the repository); else CAUSEWAY_L2_KEY; else the wallet's key";

/** What is loaded only when a task runs: the contracts' types do not exist before the first compile. */
const load = () => require("./support/user") as typeof Support;

type Arguments<N extends "deposit" | "open" | "transfer" | "withdraw" | "swap" | "setKey" | "exit"> = Parameters<
  (typeof Support)[N]
>[0];

task("key", "Makes a new L2 key")
  .addPositionalParam("file", "where to write it; must not exist, and not be in the repository")
  .setAction(
    action(async ({ file }: { file: string }) => {
      const { createKey } = require("./support/key") as typeof KeySupport;
      console.log(`Wrote ${file}; public key y = ${createKey(file).ay}`);
    }),
  );

task(
  "deposit",
  "Deposits a token of this chain, a stablecoin as zUSD; opens an account and a balance cell if you have none",
)
  .addParam("token", "symbol, address or local number")
  .addParam("amount", "for example 1.5")
  .addOptionalParam("account", "account to credit; by default yours, or a new one", undefined, types.int)
  .addOptionalParam(
    "cell",
    "balance cell to credit; by default yours for the token, or a new one",
    undefined,
    types.int,
  )
  .addFlag("keepToken", "credits the token itself, and not zUSD for it, where it has a facility")
  .addOptionalParam("keyFile", KEY_FILE)
  .setAction(action((args: Arguments<"deposit">, hre) => load().deposit(args, hre)));

signed(task("open", "Opens a balance cell, so that an account can hold another token"))
  .addParam("token", "a token of this chain, or CHAIN:NUMBER")
  .addOptionalParam("account", "account that gets the cell; by default the payer's", undefined, types.int)
  .setAction(action((args: Arguments<"open">, hre) => load().open(args, hre)));

signed(task("transfer", "Pays from your balance cell to another, on any chain"))
  .addParam("to", "balance cell that receives", undefined, types.int)
  .addParam("amount", "for example 1.5; must be exact with 35 bits and a power of ten")
  .addFlag("units", "the amount is in the token's smallest units")
  .setAction(action((args: Arguments<"transfer">, hre) => load().transfer(args, hre)));

signed(task("withdraw", "Pays out from your balance cell on the chain of its token, zUSD on any"))
  .addParam("amount", "for example 1.5; must be exact with 35 bits and a power of ten")
  .addFlag("units", "the amount is in the token's smallest units")
  .addOptionalParam("recipient", "address on the token's chain; by default your own")
  .addOptionalParam("into", "of zUSD: the chain that pays, or CHAIN:NUMBER of a token of it to redeem into")
  .setAction(action((args: Arguments<"withdraw">, hre) => load().withdraw(args, hre)));

task("swap", "Swaps a stablecoin of this chain into one of another, with this one transaction")
  .addParam("token", "zUSD, or a stablecoin of this chain: symbol, address or local number")
  .addParam("amount", "for example 1.5")
  .addParam("into", "CHAIN:NUMBER of the token wanted, for example 2:4; CHAIN alone for zUSD there")
  .addOptionalParam("min", "least of it to accept, in its smallest units; by default what its facility says", "0")
  .addOptionalParam("recipient", "address on that chain; by default your own")
  .addOptionalParam("validFor", "minutes after which a batch refunds it in zUSD", 60, types.int)
  .setAction(action((args: Arguments<"swap">, hre) => load().swap(args, hre)));

task(
  "set-key",
  "Asks for another key of your account, by your wallet alone; takes hold with the batch that takes the request",
)
  .addOptionalParam("account", "your account at home on this chain, if you have several", undefined, types.int)
  .addOptionalParam("keyFile", KEY_FILE)
  .setAction(action((args: Arguments<"setKey">, hre) => load().setKey(args, hre)));

task(
  "exit",
  "Asks for all of a balance cell of yours, by your wallet alone: without the key, and no batcher can refuse",
)
  .addParam("cell", "your balance cell", undefined, types.int)
  .addOptionalParam("payer", "chain that pays zUSD; other tokens are paid by their own", undefined, types.int)
  .addOptionalParam("recipient", "address there that receives; by default your own", undefined, types.string)
  .setAction(action((args: Arguments<"exit">, hre) => load().exit(args, hre)));

/** Parameters of tasks that sign an op and hand it to a batcher. */
function signed(definition: ConfigurableTaskDefinition): ConfigurableTaskDefinition {
  return definition
    .addParam("from", "your balance cell that pays", undefined, types.int)
    .addOptionalParam("batcher", "address of a running batcher", "http://127.0.0.1:8600")
    .addOptionalParam("keyFile", KEY_FILE)
    .addOptionalParam("fee", "what a batch may take, in the token's smallest units; a power of ten times 0..127", "0")
    .addOptionalParam(
      "validFor",
      "minutes for which a batch may take the op; by default for ever",
      undefined,
      types.int,
    );
}
