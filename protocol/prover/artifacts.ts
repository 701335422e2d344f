/**
 * Everything made from a circuit: its constraints and witness generator, the proving and verification keys, the Solidity
 * verifier. Made when first needed and kept under a hash of all it depends on; a second call reads a few small files.
 */
import fs from "node:fs";
import path from "node:path";
import type { PlonkVerificationKey } from "snarkjs";
import { developmentTau, hashFile, isDevelopmentTauG2, openSrs, type OpenSrsOptions } from "../crypto/srs";
import { SIZES, type SizeName } from "../spec";
import { buildOnce, CACHE_ROOT, contentHash, packageVersion } from "../crypto/cache";
import { compileCircuit, type CircuitSource, type CompiledCircuit } from "./compile";
import { circuitId } from "./key";
import { useKey } from "./plonk/keyFile";
import { ProvingProcess } from "./process";
import type { OnProgress } from "./progress";
import { COMPILER_SETTINGS, type VerifierContract } from "./verifier";

const VERIFIER_SOURCE = "PlonkVerifier.sol";

/** A circuit and log2 of the most PLONK gates it may have: the size of the development SRS made for it. */
export interface CircuitSpec extends CircuitSource {
  readonly gatePower: number;
}

/** A file of a public ceremony; one of the hashes must be given. */
export type Ptau = NonNullable<OpenSrsOptions["ptau"]>;

export interface ArtifactOptions {
  /** Without one: the insecure development SRS. */
  readonly ptau?: Ptau;
  /** Folder of cached results; for tests. */
  readonly cache?: string;
  /** Phases "compile", "srs", "setup" and "verifier"; none when everything is there. */
  readonly onProgress?: OnProgress;
}

/** What `artifact.json` says of the files beside it. */
interface Summary {
  readonly name: string;
  readonly circuitId: string;
  /** PLONK gates as snarkjs counts them. */
  readonly gates: number;
  readonly publicInputs: number;
  /** Whether the keys come from the development SRS, whose secret is known. */
  readonly development: boolean;
  readonly warning?: string;
}

export interface CircuitArtifacts extends Summary {
  /** Folder of the keys and the verifier. */
  readonly directory: string;
  readonly r1cs: string;
  readonly wasm: string;
  readonly sym: string;
  readonly zkey: string;
  readonly vkey: PlonkVerificationKey;
  readonly verifier: VerifierContract;
  /** Solidity source of the verifier. */
  readonly verifierSource: string;
  /** The SRS of the keys: `openSrs({ power, ...srs })`. */
  readonly srs: Omit<OpenSrsOptions, "power" | "onProgress">;
}

const WARNING = "INSECURE: made with the development SRS, whose secret is public; anyone can prove anything";

/**
 * The artefacts of a size, or of any circuit.
 * @throws if the compiler refuses the circuit, it has more gates than the SRS has room for, or the `.ptau` file is
 * missing, damaged, too small or has another hash than given
 */
export async function circuitArtifacts(
  circuit: SizeName | CircuitSpec,
  options: ArtifactOptions = {},
): Promise<CircuitArtifacts> {
  const { ptau, cache = CACHE_ROOT, onProgress } = options;
  const spec = typeof circuit === "string" ? sizeSpec(circuit) : circuit;
  const srs = { circuitPower: spec.gatePower, ptau, directory: path.join(cache, "srs") };
  const compiled = await compileCircuit(spec, { cache, onProgress });
  const tools = ["snarkjs", "solc"].map((name) => `${name} ${packageVersion(name)}`);
  // The keys follow from the constraints: sources that differ in comments alone share them.
  const constraints = await hashFile(compiled.r1cs);
  const hash = contentHash([constraints, srsIdentity(spec, ptau), ...tools, JSON.stringify(COMPILER_SETTINGS)]);
  const directory = path.join(cache, "keys", `${spec.name}-${hash}`);
  const build = (temporary: string): Promise<void> => buildKeys(spec, compiled, srs, temporary, onProgress);
  await buildOnce(directory, build, () => onProgress?.({ phase: "wait for another process", done: 0, total: 1 }));
  const { r1cs, wasm, sym } = compiled;
  return {
    ...readJson<Summary>(directory, "artifact.json"),
    directory,
    r1cs,
    wasm,
    sym,
    zkey: path.join(directory, "circuit.zkey"),
    vkey: readJson(directory, "vkey.json"),
    verifier: readJson(directory, "verifier.json"),
    verifierSource: fs.readFileSync(path.join(directory, VERIFIER_SOURCE), "utf8"),
    srs,
  };
}

/** The circuit of a size: `circuits/main/NAME.circom`. */
export function sizeSpec(name: SizeName): CircuitSpec {
  const size = SIZES[name];
  return { name: size.name, file: `main/${size.name}.circom`, gatePower: size.gatePower };
}

/** What tells one SRS from another: a file's hash, or the development τ with its power. */
function srsIdentity({ gatePower }: CircuitSpec, ptau: Ptau | undefined): string {
  if (ptau === undefined) return `development ${developmentTau()} 2^${gatePower}`;
  const hash = ptau.sha256 ?? ptau.blake2b;
  if (hash === undefined) throw new Error(`${ptau.path}: the file's SHA-256 or BLAKE2b-512 hash must be given`);
  return hash.toLowerCase().replace(/^0x/, "");
}

async function buildKeys(
  spec: CircuitSpec,
  compiled: CompiledCircuit,
  srsOptions: CircuitArtifacts["srs"],
  output: string,
  onProgress?: OnProgress,
): Promise<void> {
  // The smallest domain's Lagrange points: only the file is needed here, checked.
  const srs = await openSrs({
    power: 1,
    ...srsOptions,
    onProgress: (done, total) => onProgress?.({ phase: "srs", done, total }),
  });
  const zkey = path.join(output, "circuit.zkey");
  const child = new ProvingProcess();
  try {
    const { refusal } = await child.call("setup", { r1cs: compiled.r1cs, ptau: srs.path, zkey }, { onProgress });
    if (refusal !== undefined) throw new Error(`circuit "${spec.name}" with ${srs.path}: ${refusal}`);
    onProgress?.({ phase: "verifier", done: 0, total: 1 });
    const { key, source, contract } = await child.call("verifier", { zkey });
    const development = await isDevelopmentTauG2(tauG2(key));
    const summary: Summary = {
      name: spec.name,
      circuitId: circuitId(key),
      gates: await useKey(zkey, async (_, header) => header.gates),
      publicInputs: key.nPublic,
      development,
      ...(development ? { warning: WARNING } : {}),
    };
    writeJson(output, "artifact.json", summary);
    writeJson(output, "vkey.json", key);
    writeJson(output, "verifier.json", contract);
    await fs.promises.writeFile(path.join(output, VERIFIER_SOURCE), source);
    onProgress?.({ phase: "verifier", done: 1, total: 1 });
  } finally {
    await child.terminate();
  }
}

/**
 * What is wrong with files that were kept: the key in `circuit.zkey` decides, from which everything else is made anew. Nothing if all is well.
 * @throws if the ceremony's file is missing or has another hash than given
 */
export async function flawsOf({ srs, zkey, vkey, circuitId: id, verifier }: CircuitArtifacts): Promise<string[]> {
  const { tauG2: expected } = await openSrs({ power: 1, ...srs });
  const child = new ProvingProcess();
  try {
    const { key, contract } = await child.call("verifier", { zkey });
    const { x, y } = tauG2(key);
    return [
      ...(circuitId(key) === id ? [] : [`the key is of circuit ${circuitId(key)}, not of ${id}`]),
      ...(circuitId(vkey) === id ? [] : [`the verification key is of circuit ${circuitId(vkey)}, not of ${id}`]),
      ...([...x, ...y].join() === [...expected.x, ...expected.y].join() ? [] : ["the key was made with another SRS"]),
      ...(contract.deployedBytecode === verifier.deployedBytecode && contract.bytecode === verifier.bytecode
        ? []
        : ["the verifier is not made from the key"]),
    ];
  } finally {
    await child.terminate();
  }
}

/** The source of a verifier with this creation code, if one was kept; nothing is made. */
export function keptVerifierSource(bytecode: string, cache = CACHE_ROOT): string | undefined {
  const keys = path.join(cache, "keys");
  const directories = fs.existsSync(keys) ? fs.readdirSync(keys).map((name) => path.join(keys, name)) : [];
  const kept = directories.find(
    (directory) =>
      fs.existsSync(path.join(directory, "verifier.json")) &&
      readJson<VerifierContract>(directory, "verifier.json").bytecode === bytecode,
  );
  return kept && fs.readFileSync(path.join(kept, VERIFIER_SOURCE), "utf8");
}

/** [τ]₂ as the key states it. */
function tauG2({ X_2: [x, y] }: PlonkVerificationKey): Parameters<typeof isDevelopmentTauG2>[0] {
  return { x: [BigInt(x[0]), BigInt(x[1])], y: [BigInt(y[0]), BigInt(y[1])] };
}

function readJson<T>(directory: string, name: string): T {
  return JSON.parse(fs.readFileSync(path.join(directory, name), "utf8")) as T;
}

function writeJson(directory: string, name: string, content: unknown): void {
  fs.writeFileSync(path.join(directory, name), `${JSON.stringify(content, null, 2)}\n`);
}
