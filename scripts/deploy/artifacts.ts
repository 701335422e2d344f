/** What is recorded of a deployed contract: hardhat-deploy's own reading takes the whole build information in for each contract, several times. */
import fs from "node:fs";
import path from "node:path";
import type { ExtendedArtifact } from "hardhat-deploy/types";
import type { BuildInfo, HardhatRuntimeEnvironment } from "hardhat/types";

interface Build {
  /** The compiler's standard JSON input. */
  readonly input: string;
  readonly contracts: BuildInfo["output"]["contracts"];
}

/** By file: its name is a hash of what was compiled, and with what. */
const builds = new Map<string, Build>();

/** A contract's artifact with its compilation: metadata, storage layout and all sources, which explorers are shown. */
export async function extendedArtifact(
  { artifacts, config }: HardhatRuntimeEnvironment,
  name: string,
): Promise<ExtendedArtifact> {
  const artifact = await artifacts.readArtifact(name);
  const { sourceName, contractName } = artifact;
  const debugFile = path.join(config.paths.artifacts, sourceName, `${contractName}.dbg.json`);
  const { buildInfo } = JSON.parse(fs.readFileSync(debugFile, "utf8")) as { buildInfo: string };
  const file = path.resolve(path.dirname(debugFile), buildInfo);
  const { input, contracts } = readBuild(file);
  return {
    ...artifact,
    ...contracts[sourceName][contractName],
    solcInput: input,
    solcInputHash: path.basename(file, ".json"),
  };
}

function readBuild(file: string): Build {
  const known = builds.get(file);
  if (known) return known;
  const { input, output } = JSON.parse(fs.readFileSync(file, "utf8")) as BuildInfo;
  const build = { input: JSON.stringify(input, null, 2), contracts: output.contracts };
  builds.set(file, build);
  return build;
}
