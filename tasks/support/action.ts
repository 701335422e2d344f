import { HardhatPluginError } from "hardhat/plugins";
import type { ActionType, HardhatRuntimeEnvironment } from "hardhat/types";

/** An action of a task whose errors are for its user: one line, and the trace only with --show-stack-traces. */
export function action<A>(run: (args: A, hre: HardhatRuntimeEnvironment) => Promise<void>): ActionType<A> {
  return async (args, hre) => {
    try {
      await run(args, hre);
    } catch (error) {
      throw new HardhatPluginError("causeway", (error as Error).message, error as Error);
    }
  };
}
