/** What the project uses of WebAssembly's JavaScript interface, which TypeScript declares for browsers only. */
declare namespace WebAssembly {
  /** Compiled code. */
  class Module {
    private readonly module: true;
  }

  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: true });
    /** Another object after `grow`. */
    readonly buffer: SharedArrayBuffer;
    /** @returns the pages before */
    grow(pages: number): number;
  }

  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>);
    readonly exports: Record<string, unknown>;
  }

  function compile(bytes: Uint8Array): Promise<Module>;
}
