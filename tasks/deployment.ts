/** Tasks for who deploys: they look before something is deployed, try it, and compare it afterwards. */
import { subtask, task } from "hardhat/config";
import { action } from "./support/action";
import type * as Support from "./support/deployment";
import type * as VerifySupport from "./support/verifySources";

/** What is loaded only when a task runs: the contracts' types do not exist before the first compile. */
const load = () => require("./support/deployment") as typeof Support;
const loadVerify = () => require("./support/verifySources") as typeof VerifySupport;

task("preflight", "Looks for what would make a deployment on this network fail; changes nothing").setAction(
  action((args, hre) => load().runPreflight(args, hre)),
);

task(
  "inspect",
  "Compares what stands on this network with its configuration; exit code 1 when something differs",
).setAction(action((args, hre) => load().inspect(args, hre)));

task("verify-sources", "Sends the sources of every contract recorded on this network to an explorer; changes nothing")
  .addOptionalParam("service", "etherscan (its key from ETHERSCAN_API_KEY) or sourcify", "etherscan")
  .addOptionalParam("api", "address of the service's API, of a server of your own for example")
  .setAction(action((args: VerifySupport.VerifyOptions, hre) => loadVerify().verifySources(args, hre)));

task("deploy")
  .addFlag("dryRun", "runs the scripts on a copy of the network, and prints what they cost; nothing is sent or kept")
  .setAction(async ({ dryRun, ...args }: { dryRun: boolean }, hre, runSuper): Promise<unknown> =>
    dryRun ? action((_, environment) => load().dryRun(environment))({}, hre, runSuper) : runSuper(args),
  );

// What a run that ended left on its way is waited for by the first script; hardhat-deploy would ask what to do with it.
subtask("deploy:main").setAction(async (args: object, _, runSuper): Promise<unknown> =>
  runSuper({ ...args, pendingtx: false }),
);
