/** What a deployment's records say of the sources of its contracts: all that an explorer asks for. */
import fs from "node:fs";
import path from "node:path";
import { Interface, type InterfaceAbi } from "ethers";
import {
  compilerVersion,
  compileVerifier,
  keptVerifierSource,
  VERIFIER_IDENTIFIER,
  verifierInput,
} from "../../protocol/prover";
import { VERIFIER_PREFIX } from "./circuits";

/** As hardhat-deploy writes it; `metadata` is missing when the code came without sources. */
export interface ContractRecord {
  readonly name: string;
  readonly address: string;
  readonly abi: InterfaceAbi;
  readonly args?: readonly unknown[];
  readonly bytecode?: string;
  readonly metadata?: string;
  readonly transactionHash?: string;
}

export interface Sources {
  readonly address: string;
  /** `FILE:CONTRACT`. */
  readonly identifier: string;
  /** `0.8.28+commit.7893614a`. */
  readonly compiler: string;
  /** The compiler's standard JSON input, with no other sources than the contract needs. */
  readonly input: object;
  /** ABI-encoded, hexadecimal without 0x. */
  readonly constructorArguments: string;
}

/** The compiler's own account of a contract, with the text of its sources. */
interface Metadata {
  readonly language: string;
  readonly compiler: { readonly version: string };
  readonly settings: { readonly compilationTarget: Record<string, string> } & Record<string, unknown>;
  readonly sources: Record<string, { readonly content?: string }>;
}

/**
 * The contracts deployed on a network, and its chain id.
 * @throws if nothing is recorded there
 */
export function readRecords(deployments: string, network: string): { evmChainId: number; records: ContractRecord[] } {
  const folder = path.join(deployments, network);
  const chainId = path.join(folder, ".chainId");
  if (!fs.existsSync(chainId)) throw new Error(`nothing is deployed on network ${network}: no records in ${folder}`);
  const files = fs.readdirSync(folder).filter((file) => file.endsWith(".json"));
  const records = files.map((file) => {
    const record = JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as Omit<ContractRecord, "name">;
    return { ...record, name: path.basename(file, ".json") };
  });
  return { evmChainId: Number(fs.readFileSync(chainId, "utf8")), records };
}

/**
 * The sources of a contract as it was deployed, whatever the repository's are now.
 * @param cache folder of the circuits' kept artefacts, for tests
 * @throws if they are not there, saying why
 */
export function sourcesOf(record: ContractRecord, cache?: string): Sources {
  const { address, abi, args = [] } = record;
  const constructorArguments = new Interface(abi).encodeDeploy(args).slice(2);
  return { address, constructorArguments, ...compiled(record, cache) };
}

type Compiled = Pick<Sources, "identifier" | "compiler" | "input">;

function compiled({ name, metadata, bytecode = "0x" }: ContractRecord, cache?: string): Compiled {
  if (metadata) return recorded(metadata);
  if (name.startsWith(VERIFIER_PREFIX)) return verifier(bytecode, cache);
  throw new MissingSources("recorded without sources: it came compiled, from another project");
}

function recorded(json: string): Compiled {
  const { language, compiler, settings, sources } = JSON.parse(json) as Metadata;
  const { compilationTarget, ...rest } = settings;
  const outputSelection = { "*": { "*": ["abi", "evm.bytecode", "evm.deployedBytecode", "metadata"] } };
  const texts = Object.entries(sources).map(([file, { content }]) => {
    if (content === undefined) throw new MissingSources(`the record does not have the text of ${file}`);
    return [file, { content }] as const;
  });
  return {
    identifier: Object.entries(compilationTarget)[0].join(":"),
    compiler: compiler.version,
    input: { language, sources: Object.fromEntries(texts), settings: { ...rest, outputSelection } },
  };
}

/** Of a circuit's verifier, whose source is made from its key. */
function verifier(bytecode: string, cache?: string): Compiled {
  const source = keptVerifierSource(bytecode, cache);
  if (source === undefined)
    throw new MissingSources("recorded without sources, and no circuit kept on this machine has such a verifier");
  if (compileVerifier(source).bytecode !== bytecode)
    throw new MissingSources(`the kept verifier was not compiled by solc ${compilerVersion()}`);
  return { identifier: VERIFIER_IDENTIFIER, compiler: compilerVersion(), input: verifierInput(source) };
}

/** There is nothing that could be sent. */
export class MissingSources extends Error {}
