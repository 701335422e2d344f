/** The Solidity verifier of a key: made from the template that snarkjs ships, compiled with the project's solc. */
import fs from "node:fs";
import path from "node:path";
import { zKey } from "snarkjs";
import solc from "solc";

const CONTRACT = "PlonkVerifier";
const FILE = `${CONTRACT}.sol`;

/** As in `hardhat.config.ts`. */
export const COMPILER_SETTINGS = {
  evmVersion: "cancun",
  optimizer: { enabled: true, runs: 10_000 },
} as const;

export interface VerifierContract {
  readonly contractName: string;
  readonly abi: readonly object[];
  /** Creation code, a 0x-string; the constructor takes nothing. */
  readonly bytecode: string;
  /** The code on chain, byte for byte: there are no immutables. */
  readonly deployedBytecode: string;
}

/** The source of the verifier for the key in a `.zkey` file. */
export async function verifierSource(zkey: string): Promise<string> {
  const template = path.join(path.dirname(require.resolve("snarkjs")), "../templates/verifier_plonk.sol.ejs");
  return zKey.exportSolidityVerifier(zkey, { plonk: await fs.promises.readFile(template, "utf8") });
}

/** The verifier as the compiler's standard JSON input names it. */
export const VERIFIER_IDENTIFIER = `${FILE}:${CONTRACT}`;

/** The compiler's standard JSON input for a verifier. */
export function verifierInput(source: string) {
  return {
    language: "Solidity",
    sources: { [FILE]: { content: source } },
    settings: {
      ...COMPILER_SETTINGS,
      outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } },
    },
  };
}

/** As explorers name the compiler: `0.8.28+commit.7893614a`. */
export function compilerVersion(): string {
  return solc.version().split(".").slice(0, 4).join(".");
}

/** @throws with the compiler's messages if it refuses */
export function compileVerifier(source: string): VerifierContract {
  const output = JSON.parse(solc.compile(JSON.stringify(verifierInput(source)))) as CompilerOutput;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  const { abi, evm } = output.contracts[FILE][CONTRACT];
  return {
    contractName: CONTRACT,
    abi,
    bytecode: `0x${evm.bytecode.object}`,
    deployedBytecode: `0x${evm.deployedBytecode.object}`,
  };
}

interface CompilerOutput {
  errors?: { severity: string; formattedMessage: string }[];
  contracts: Record<
    string,
    Record<string, { abi: object[]; evm: Record<"bytecode" | "deployedBytecode", { object: string }> }>
  >;
}
