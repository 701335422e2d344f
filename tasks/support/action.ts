import { inspect } from "node:util";
import { HardhatPluginError } from "hardhat/plugins";
import type { ActionType, HardhatRuntimeEnvironment } from "hardhat/types";

const TRACES = "--show-stack-traces";

/** An error for whoever runs Hardhat: one line, and the trace only with --show-stack-traces. */
export function userError(error: unknown): HardhatPluginError {
  const shown = new HardhatPluginError("causeway", (error as Error).message, error as Error);
  // Where there is no display, on servers, Hardhat shows traces unasked.
  if (process.argv.includes(TRACES)) return shown;
  return Object.assign(shown, { [inspect.custom]: () => `For more info run hardhat with ${TRACES}` });
}

/** An action of a task whose errors are for its user. */
export function action<A>(run: (args: A, hre: HardhatRuntimeEnvironment) => Promise<void>): ActionType<A> {
  return async (args, hre) => {
    try {
      await run(args, hre);
    } catch (error) {
      throw userError(error);
    }
  };
}
