/** What the project uses of circom2 0.2.23 (untyped): the circom compiler in WebAssembly. */
declare module "circom2" {
  export interface RunnerOptions {
    /** Arguments of the circom command. */
    args: readonly string[];
    env?: NodeJS.ProcessEnv;
    /** Folders the compiler may see, by the name it sees. */
    preopens?: Record<string, string>;
    bindings: Record<string, unknown>;
  }

  export class CircomRunner {
    constructor(options: RunnerOptions);
    /** Runs the compiler on the bytes of circom.wasm. */
    execute(wasm: Uint8Array): Promise<unknown>;
  }

  export const bindings: Record<string, unknown>;
  export const preopens: Record<string, string>;
}
