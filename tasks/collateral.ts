/** Tasks of scope `collateral`: zUSD on one chain, and what stands behind it. Amounts are in whole tokens, as 1.5. */
import { scope, types } from "hardhat/config";
import { action } from "./support/action";
import { SAFE } from "./support/safe";
import type * as Support from "./support/collateral";

/** What is loaded only when a task runs: the contracts' types do not exist before the first compile. */
const load = () => require("./support/collateral") as typeof Support;

type Arguments<N extends keyof typeof Support> = Parameters<(typeof Support)[N]>[0];

const collateral = scope("collateral", "Mint, redeem and borrow zUSD on one chain");

const TOKEN = "a stablecoin of this chain: symbol, address or local number";
const FACILITY = "name or address of a facility of LP shares";
const ID = "the position's id";

collateral
  .task("facilities", "Shows this chain's facilities: reserve, debt, ceiling, price, status")
  .setAction(action((args, hre) => load().facilities(args, hre)));

collateral
  .task("mint", "Mints zUSD with a stablecoin, one for one")
  .addParam("token", TOKEN)
  .addParam("amount", "of the token, for example 1.5")
  .addOptionalParam("min", "least zUSD to accept", "0")
  .setAction(action((args: Arguments<"mint">, hre) => load().mint(args, hre)));

collateral
  .task("redeem", "Redeems zUSD into a stablecoin")
  .addParam("token", TOKEN)
  .addParam("amount", "zUSD, for example 1.5")
  .addOptionalParam("min", "least of the token to accept", "0")
  .setAction(action((args: Arguments<"redeem">, hre) => load().redeem(args, hre)));

collateral
  .task("open", "Opens a position: LP shares in, zUSD out")
  .addParam("facility", FACILITY)
  .addParam("shares", "LP shares, for example 0.5")
  .addOptionalParam("debt", "zUSD to borrow", "0")
  .setAction(action((args: Arguments<"open">, hre) => load().open(args, hre)));

collateral
  .task("borrow", "Borrows more zUSD against a position of yours")
  .addParam("facility", FACILITY)
  .addParam("id", ID, undefined, types.int)
  .addParam("amount", "zUSD, for example 1.5")
  .setAction(action((args: Arguments<"borrow">, hre) => load().borrow(args, hre)));

collateral
  .task("repay", "Repays a position's debt with your zUSD")
  .addParam("facility", FACILITY)
  .addParam("id", ID, undefined, types.int)
  .addParam("amount", "zUSD, for example 1.5; what is above the debt is not taken")
  .setAction(action((args: Arguments<"repay">, hre) => load().repay(args, hre)));

collateral
  .task("withdraw", "Takes LP shares out of a position of yours")
  .addParam("facility", FACILITY)
  .addParam("id", ID, undefined, types.int)
  .addParam("shares", "LP shares, for example 0.5")
  .setAction(action((args: Arguments<"withdraw">, hre) => load().withdraw(args, hre)));

collateral
  .task("liquidate", "Pays the debt of a position that has too little collateral, and takes collateral for it")
  .addParam("facility", FACILITY)
  .addParam("id", ID, undefined, types.int)
  .addParam("pay", "zUSD to pay at most")
  .addOptionalParam("min", "least LP shares to accept", "0")
  .setAction(action((args: Arguments<"liquidate">, hre) => load().liquidate(args, hre)));

collateral
  .task("positions", "Shows a facility's positions: collateral, debt and how near they are to liquidation")
  .addParam("facility", FACILITY)
  .addOptionalParam("owner", "of one owner only")
  .setAction(action((args: Arguments<"positions">, hre) => load().positions(args, hre)));

collateral
  .task("check-token", "Looks for what a facility's token must not do: fees, hooks, rebases, too many decimals")
  .addParam("token", "address of the token")
  .setAction(action((args: Arguments<"checkToken">, hre) => load().checkToken(args, hre)));

collateral
  .task("propose", "Checks a deployed facility and its token, and prints what the governor must schedule to list it")
  .addParam("facility", "address of the facility")
  .addParam("ceiling", "largest debt, in zUSD")
  .addOptionalParam("safe", SAFE)
  .setAction(action((args: Arguments<"propose">, hre) => load().propose(args, hre)));
