/**
 * The child process in which snarkjs runs; started by `process.ts`, which says why there is one.
 *
 * Takes one request at a time, in the order they came, and ends when its parent goes.
 */
import type { Logger } from "ffjavascript";
import { plonk, wtns, zKey, type Input, type MemoryFile, type PlonkProof, type PlonkVerificationKey } from "snarkjs";
import { provingProgress, setupProgress } from "./phases";
import type { OnProgress } from "./progress";
import { compileVerifier, verifierSource, type VerifierContract } from "./verifier";

/** The calls: parameters and results by name. */
export interface Calls {
  /** Writes the proving key; answers what refused it, if something did. */
  setup: { parameters: { r1cs: string; ptau: string; zkey: string }; result: { refusal?: string } };
  /** The verification key and the Solidity verifier of a proving key. */
  verifier: {
    parameters: { zkey: string };
    result: { key: PlonkVerificationKey; source: string; contract: VerifierContract };
  };
  prove: {
    parameters: { wasm: string; zkey: string; input: Input };
    result: { proof: PlonkProof; publicSignals: string[] };
  };
  verify: {
    parameters: { key: PlonkVerificationKey; publicSignals: string[]; proof: PlonkProof };
    result: boolean;
  };
}

export type CallName = keyof Calls;

export interface Request<N extends CallName = CallName> {
  id: number;
  name: N;
  parameters: Calls[N]["parameters"];
}

export type Message =
  | { id: number; progress: { phase: string; done: number; total: number } }
  | { id: number; result: unknown }
  | { id: number; error: string };

type Handlers = { [N in CallName]: (p: Calls[N]["parameters"], onProgress: OnProgress) => Promise<Calls[N]["result"]> };

const handlers: Handlers = {
  async setup({ r1cs, ptau, zkey }, onProgress) {
    let refusal = "";
    const logger = listen(setupProgress(onProgress), (message) => (refusal = message));
    const status = await plonk.setup(r1cs, ptau, zkey, logger);
    return status === -1 ? { refusal: refusal || "unknown" } : {};
  },
  async verifier({ zkey }) {
    const key = await zKey.exportVerificationKey(zkey);
    const source = await verifierSource(zkey);
    return { key, source, contract: compileVerifier(source) };
  },
  async prove({ wasm, zkey, input }, onProgress) {
    const progress = provingProgress(onProgress);
    const witness: MemoryFile = { type: "mem" };
    progress("witness");
    await wtns.calculate(input, wasm, witness);
    return plonk.prove(zkey, witness, listen(progress));
  },
  async verify({ key, publicSignals, proof }) {
    // snarkjs writes to the logger without asking whether there is one.
    return plonk.verify(
      key,
      publicSignals,
      proof,
      listen(() => undefined),
    );
  },
};

/** A logger of snarkjs: every line to `onLine`, errors to `onError` too. */
function listen(onLine: (line: string) => void, onError: (line: string) => void = () => undefined): Logger {
  return {
    debug: onLine,
    info: onLine,
    warn: onLine,
    error: (line: string) => {
      onLine(line);
      onError(line);
    },
  };
}

function send(message: Message): void {
  if (process.connected) process.send?.(message);
}

async function answer({ id, name, parameters }: Request): Promise<void> {
  const handler = handlers[name] as (parameters: unknown, onProgress: OnProgress) => Promise<unknown>;
  try {
    send({ id, result: await handler(parameters, (progress) => send({ id, progress })) });
  } catch (error) {
    send({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

let queue = Promise.resolve();

process.on("message", (request: Request) => {
  queue = queue.then(() => answer(request));
});
process.on("disconnect", () => process.exit());
