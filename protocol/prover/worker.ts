/**
 * The child process that makes proofs and keys; started by `process.ts`, which says why there is one.
 *
 * Takes one request at a time, in the order they came, and ends when its parent goes.
 */
import type { Logger } from "ffjavascript";
import { plonk, wtns, zKey, type Input, type MemoryFile, type PlonkProof, type PlonkVerificationKey } from "snarkjs";
import { endIdleStations } from "../crypto/kernels";
import { provingProgress } from "./phases";
import { provePlonk } from "./plonk/prove";
import { setupPlonk, TooManyGatesError } from "./plonk/setup";
import { witnessValues } from "./plonk/witnessFile";
import type { OnProgress } from "./progress";
import { proofToWords, type ProofWithPublics, type ProvingEngine } from "./proof";
import { compileVerifier, verifierSource, type VerifierContract } from "./verifier";

/** The calls: parameters and results by name. */
export interface Calls {
  /** Writes the proving key; answers what is wrong if the circuit does not fit the SRS. */
  setup: { parameters: { r1cs: string; ptau: string; zkey: string }; result: { refusal?: string } };
  /** The verification key and the Solidity verifier of a proving key. */
  verifier: {
    parameters: { zkey: string };
    result: { key: PlonkVerificationKey; source: string; contract: VerifierContract };
  };
  prove: {
    parameters: { wasm: string; zkey: string; input: Input; engine: ProvingEngine };
    result: ProofWithPublics;
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

/** Gives up the call with this id, begun or not. */
export interface Cancellation {
  cancel: number;
}

export type Message =
  | { id: number; progress: { phase: string; done: number; total: number } }
  | { id: number; result: unknown }
  | { id: number; error: string };

interface Context {
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

type Handlers = { [N in CallName]: (p: Calls[N]["parameters"], context: Context) => Promise<Calls[N]["result"]> };

const handlers: Handlers = {
  async setup(files, { onProgress }) {
    try {
      await setupPlonk(files, onProgress);
      return {};
    } catch (error) {
      if (error instanceof TooManyGatesError) return { refusal: error.message };
      throw error;
    }
  },
  async verifier({ zkey }) {
    const key = await zKey.exportVerificationKey(zkey);
    const source = await verifierSource(zkey);
    return { key, source, contract: compileVerifier(source) };
  },
  async prove({ wasm, zkey, input, engine }, context) {
    const { onProgress, signal } = context;
    const witness: MemoryFile = { type: "mem" };
    onProgress({ phase: "witness", done: 0, total: 1 });
    await wtns.calculate(input, wasm, witness);
    onProgress({ phase: "witness", done: 1, total: 1 });
    signal.throwIfAborted();
    if (engine === "snarkjs") {
      const { proof, publicSignals } = await plonk.prove(zkey, witness, listen(provingProgress(onProgress)));
      return { proof: proofToWords(proof), publics: publicSignals.map(BigInt) };
    }
    const values = await witnessValues(witness.data as Uint8Array);
    return provePlonk(zkey, values, context);
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

/** A logger of snarkjs. */
function listen(onLine: (line: string) => void): Logger {
  return { debug: onLine, info: onLine, warn: onLine, error: onLine };
}

function send(message: Message): void {
  if (process.connected) process.send?.(message);
}

const cancellations = new Map<number, AbortController>();

async function answer({ id, name, parameters }: Request): Promise<void> {
  const handler = handlers[name] as (parameters: unknown, context: Context) => Promise<unknown>;
  const { signal } = cancellations.get(id) as AbortController;
  try {
    signal.throwIfAborted();
    send({ id, result: await handler(parameters, { onProgress: (progress) => send({ id, progress }), signal }) });
  } catch (error) {
    send({ id, error: error instanceof Error ? error.message : String(error) });
  } finally {
    cancellations.delete(id);
    if (cancellations.size === 0) idleTimer = setTimeout(() => void giveMemoryBack(), IDLE_MILLISECONDS);
  }
}

/** Idle for so long, the process gives back what proofs needed. */
const IDLE_MILLISECONDS = 1_000;
let idleTimer: NodeJS.Timeout | undefined;

async function giveMemoryBack(): Promise<void> {
  await endIdleStations();
  (globalThis as { gc?: () => void }).gc?.();
}

let queue = Promise.resolve();

process.on("message", (message: Request | Cancellation) => {
  if ("cancel" in message) return cancellations.get(message.cancel)?.abort(new Error("the proof was cancelled"));
  clearTimeout(idleTimer);
  cancellations.set(message.id, new AbortController());
  queue = queue.then(() => answer(message));
});
process.on("disconnect", () => process.exit());
