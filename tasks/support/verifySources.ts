/** Publishes the sources of what stands on a network. */
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import { etherscan, sourcify, type Explorer } from "../../scripts/deploy/explorers";
import { MissingSources, readRecords, sourcesOf, type ContractRecord } from "../../scripts/deploy/sources";
import { table } from "../../scripts/table";
import { toConsole, type Print } from "./print";

export interface VerifyOptions {
  readonly service: string;
  readonly api?: string;
  /** Milliseconds between questions to the service; for tests. */
  readonly pause?: number;
  /** Folder of the circuits' kept artefacts; for tests. */
  readonly cache?: string;
}

const KEY = "ETHERSCAN_API_KEY";

/** @throws if a contract is not verified in the end */
export async function verifySources(
  options: VerifyOptions,
  hre: Pick<HardhatRuntimeEnvironment, "config" | "network">,
  print: Print = toConsole,
): Promise<void> {
  const { service, cache } = options;
  const { evmChainId, records } = readRecords(hre.config.paths.deployments, hre.network.name);
  const explorer = explorerOf(options, evmChainId);
  const rows: string[][] = [];
  for (const record of records) {
    print(`${record.name} ...`);
    rows.push([record.name, record.address, await resultOf(record, explorer, cache)]);
  }
  print(`\n${table([["contract", "address", "result"], ...rows], 3)}`);
  const failed = rows.filter(([, , result]) => result.startsWith(FAILED)).length;
  if (failed > 0) throw new Error(`${failed} of ${rows.length} contracts could not be verified by ${service}`);
}

const FAILED = "failed: ";

/** One line, whatever happens. */
async function resultOf(record: ContractRecord, explorer: Explorer, cache?: string): Promise<string> {
  try {
    return await explorer.verify(sourcesOf(record, cache));
  } catch (error) {
    const reason = (error as Error).message.trim().replace(/\s+/g, " ");
    return `${error instanceof MissingSources ? "skipped: " : FAILED}${reason}`;
  }
}

function explorerOf({ service, api, pause }: VerifyOptions, evmChainId: number): Explorer {
  if (service === "sourcify") return sourcify({ evmChainId, api, pause });
  if (service !== "etherscan") throw new Error(`service: ${service} is neither etherscan nor sourcify`);
  const key = process.env[KEY];
  if (!key) throw new Error(`${KEY}: must be a key of Etherscan's API; or take --service sourcify, which needs none`);
  return etherscan({ evmChainId, api, pause }, key);
}
