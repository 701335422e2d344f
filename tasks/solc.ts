/** Compiles with the solc of node_modules: nothing is downloaded, and the lock file pins the compiler. */
import { TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD } from "hardhat/builtin-tasks/task-names";
import { subtask } from "hardhat/config";
import type { SolcBuild } from "hardhat/types";
import solcPackage from "solc/package.json";

/** The build's full name, which verifiers of sources ask for. */
const LONG_VERSION = "0.8.28+commit.7893614a";

subtask(TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD).setAction(
  async ({ solcVersion }: { solcVersion: string }): Promise<SolcBuild> => {
    if (solcVersion !== solcPackage.version || !LONG_VERSION.startsWith(`${solcVersion}+`)) {
      throw new Error(`solc ${solcVersion} is configured, but package.json installs solc ${solcPackage.version}`);
    }
    return {
      version: solcVersion,
      longVersion: LONG_VERSION,
      compilerPath: require.resolve("solc/soljson.js"),
      isSolcJs: true,
    };
  },
);
