/** What a governor, a multisig for example, sends so that calls are made after the timelock. */
import { Interface } from "ethers";
import type { Call } from "../../protocol/chain/membership";
import type { Print } from "./print";

const MANAGER = new Interface([
  "function schedule(address target, bytes data, uint48 when)",
  "function execute(address target, bytes data)",
  "function multicall(bytes[] data)",
]);

/**
 * Prints the two transactions to the access manager, in each all calls at once.
 * @param access address of the access manager
 */
export function printProposal(access: string, calls: readonly Call[], print: Print): void {
  const all = (name: "schedule" | "execute", ...when: number[]): string => {
    const each = calls.map(({ target, data }) => MANAGER.encodeFunctionData(name, [target, data, ...when]));
    return each.length === 1 ? each[0] : MANAGER.encodeFunctionData("multicall", [each]);
  };
  print(
    [
      "",
      ...calls.map(({ what, target }) => `  ${what}: ${target}`),
      "",
      `The governor sends to the access manager ${access}:`,
      `  at once              ${all("schedule", 0)}`,
      `  after the timelock   ${all("execute")}`,
    ].join("\n"),
  );
}
