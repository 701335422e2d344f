/** Tasks of scope `circuits`: what is made from the circuits. */
import { scope, types } from "hardhat/config";
import type { CircuitArtifacts, Ptau } from "../protocol/prover";
import type { SizeName } from "../protocol/spec";

interface Arguments {
  size: string;
  ptau?: string;
  sha256?: string;
}

const circuits = scope("circuits", "Keys and verifiers of the circuits");

circuits
  .task("build", "Makes the keys and the verifier of a size, unless they are there")
  .addOptionalParam("size", "name of the size", "test", types.string)
  .addOptionalParam(
    "ptau",
    "file of a public ceremony; without it, the insecure development SRS",
    undefined,
    types.string,
  )
  .addOptionalParam("sha256", "SHA-256 hash of that file, hexadecimal", undefined, types.string)
  .setAction(async (args: Arguments) => {
    print(await build(args));
  });

circuits
  .task("verifier", "Prints the Solidity source of a size's verifier")
  .addOptionalParam("size", "name of the size", "test", types.string)
  .addOptionalParam(
    "ptau",
    "file of a public ceremony; without it, the insecure development SRS",
    undefined,
    types.string,
  )
  .addOptionalParam("sha256", "SHA-256 hash of that file, hexadecimal", undefined, types.string)
  .setAction(async (args: Arguments) => {
    const { verifierSource } = await build(args);
    console.log(verifierSource);
  });

/** Loaded here and not above: the tasks must not slow down every other command. */
async function build({ size, ptau, sha256 }: Arguments): Promise<CircuitArtifacts> {
  const { SIZES } = await import("../protocol/spec");
  const { circuitArtifacts } = await import("../protocol/prover");
  const { showProgress } = await import("../scripts/progress");
  if (!(size in SIZES)) throw new Error(`there is no size "${size}"; there are ${Object.keys(SIZES).join(", ")}`);
  if (sha256 !== undefined && ptau === undefined) throw new Error("--sha256 is the hash of a file: name it by --ptau");
  const ceremony: Ptau | undefined = ptau === undefined ? undefined : { path: ptau, sha256 };
  const onProgress = showProgress(`circuit ${size}: `);
  const artifacts = await circuitArtifacts(size as SizeName, { ptau: ceremony, onProgress });
  onProgress.end();
  return artifacts;
}

function print({ name, gates, publicInputs, circuitId, development, warning, directory }: CircuitArtifacts): void {
  console.log(`circuit        ${name}: ${gates.toLocaleString("en")} gates, ${publicInputs} public inputs`);
  console.log(`circuit id     ${circuitId}`);
  console.log(`SRS            ${development ? "development" : "of a ceremony"}`);
  console.log(`files          ${directory}`);
  if (warning !== undefined) console.log(`\n${warning}`);
}
