/** Compiles with the solc of node_modules: nothing is downloaded, and the lock file pins the compiler. */
import {
  TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD,
  TASK_COMPILE_SOLIDITY_LOG_COMPILATION_ERRORS,
} from "hardhat/builtin-tasks/task-names";
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

interface CompilerOutput {
  errors?: { severity: string; sourceLocation?: { file: string } }[];
}

// What the compiler warns of in a dependency is not ours to mend; that transient storage outlives a call is known, and every guard clears it.
subtask(TASK_COMPILE_SOLIDITY_LOG_COMPILATION_ERRORS).setAction(
  async ({ output, quiet }: { output: CompilerOutput; quiet: boolean }, _, runSuper) => {
    const isOurs = ({ severity, sourceLocation }: NonNullable<CompilerOutput["errors"]>[number]): boolean =>
      severity === "error" || !sourceLocation?.file.startsWith("@openzeppelin/");
    await runSuper({ output: { ...output, errors: output.errors?.filter(isOurs) }, quiet });
  },
);
