/** What a governor, a multisig for example, sends so that calls are made after the timelock. */
import fs from "node:fs";
import path from "node:path";
import { Interface } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import type { Call } from "../../protocol/chain/membership";
import { readDescription } from "../../scripts/deploy/description";
import type { Print } from "./print";

const MANAGER = new Interface([
  "function schedule(address target, bytes data, uint48 when)",
  "function execute(address target, bytes data)",
  "function multicall(bytes[] data)",
]);

/** The governor's transactions to the access manager: `schedule` at once, `execute` after the timelock. */
export interface Proposal {
  readonly access: string;
  readonly what: readonly string[];
  readonly schedule: string;
  readonly execute: string;
}

/**
 * The two transactions, in each all calls at once.
 * @param access address of the access manager
 */
export function proposalOf(access: string, calls: readonly Call[]): Proposal {
  const all = (name: "schedule" | "execute", ...when: number[]): string => {
    const each = calls.map(({ target, data }) => MANAGER.encodeFunctionData(name, [target, data, ...when]));
    return each.length === 1 ? each[0] : MANAGER.encodeFunctionData("multicall", [each]);
  };
  const what = calls.map((call) => `${call.what}: ${call.target}`);
  return { access, what, schedule: all("schedule", 0), execute: all("execute") };
}

/** Prints the two transactions. */
export function printProposal(access: string, calls: readonly Call[], print: Print): void {
  const { what, schedule, execute } = proposalOf(access, calls);
  print(
    [
      "",
      ...what.map((line) => `  ${line}`),
      "",
      `The governor sends to the access manager ${access}:`,
      `  at once              ${schedule}`,
      `  after the timelock   ${execute}`,
    ].join("\n"),
  );
}

/**
 * Writes the two transactions for Safe's Transaction Builder: `NAME-schedule.json` and `NAME-execute.json`.
 * @param name path of the files, without their endings
 * @returns the files
 */
export function writeSafeFiles(name: string, evmChainId: number, access: string, calls: readonly Call[]): string[] {
  const proposal = proposalOf(access, calls);
  return (["schedule", "execute"] as const).map((step) => {
    const file = `${name}-${step}.json`;
    const batch = {
      version: "1.0",
      chainId: `${evmChainId}`,
      createdAt: Date.now(),
      meta: { name: `${path.basename(name)}: ${step}`, description: proposal.what.join("; ") },
      transactions: [
        { to: access, value: "0", data: proposal[step], contractMethod: null, contractInputsValues: null },
      ],
    };
    fs.writeFileSync(file, `${JSON.stringify(batch, null, 2)}\n`);
    return file;
  });
}

/** Prints the transactions of the network's governor, and writes them for Safe if a name of files is given. */
export function presentProposal(
  hre: HardhatRuntimeEnvironment,
  calls: readonly Call[],
  safe: string | undefined,
  print: Print,
): void {
  const { accessManager, evmChainId } = readDescription(hre.config.paths.deployments, hre.network.name);
  printProposal(accessManager, calls, print);
  if (safe === undefined) return;
  for (const file of writeSafeFiles(`${safe}-${hre.network.name}`, evmChainId, accessManager, calls))
    print(`  ${file}`);
}
