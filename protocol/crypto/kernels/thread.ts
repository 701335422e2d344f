/** A worker thread of the pool: runs steps on the shared memory it was last given. */
import fs from "node:fs";
import { parentPort } from "node:worker_threads";

/** A call of a kernel: its name and arguments; or a part of a file to be read into memory. */
export type Step = readonly [kernel: string, ...args: number[]] | FileRead;

export interface FileRead {
  /** File descriptor of the process. */
  readonly file: number;
  readonly position: number;
  readonly length: number;
  /** Address in the memory. */
  readonly to: number;
}

export type Order =
  | { readonly attach: { readonly module: WebAssembly.Module; readonly memory: WebAssembly.Memory } }
  | { readonly steps: readonly Step[] };

/** What the last step returned, or what went wrong; an attached memory answers 0. */
export type Answer = { readonly value: number } | { readonly error: string };

type Kernel = (...args: number[]) => number | undefined;

let memory: WebAssembly.Memory | undefined;
let kernels: Record<string, Kernel> = {};

function follow(order: Order): number {
  if ("attach" in order) {
    memory = order.attach.memory;
    kernels = new WebAssembly.Instance(order.attach.module, { env: { memory } }).exports as Record<string, Kernel>;
    return 0;
  }
  let result = 0;
  for (const step of order.steps) result = run(step);
  return result;
}

function run(step: Step): number {
  if ("file" in step) {
    read(step);
    return 0;
  }
  const [kernel, ...args] = step;
  return kernels[kernel](...args) ?? 0;
}

function read({ file, position, length, to }: FileRead): void {
  const { buffer } = memory as WebAssembly.Memory;
  const bytes = new Uint8Array(buffer, to, length);
  for (let done = 0; done < length;) {
    const count = fs.readSync(file, bytes, done, length - done, position + done);
    if (count === 0) throw new Error(`a file ends at byte ${position + done}`);
    done += count;
  }
}

parentPort?.on("message", (order: Order) => {
  let answer: Answer;
  try {
    answer = { value: follow(order) };
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage(answer);
});
