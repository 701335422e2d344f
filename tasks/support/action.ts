import { HardhatPluginError } from "hardhat/plugins";
import type { ActionType, HardhatRuntimeEnvironment } from "hardhat/types";

/** An error for whoever runs Hardhat: one line, and the trace only with --show-stack-traces. */
export function userError(error: unknown): HardhatPluginError {
  return new HardhatPluginError("causeway", (error as Error).message, error as Error);
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
