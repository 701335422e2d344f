/** Worker threads and memories of the kernels, made when first needed; idle threads keep no process alive. */
import { availableParallelism } from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { INITIAL_PAGES, kernelModule, MAXIMUM_PAGES } from "./build";
import type { Answer, Order } from "./thread";

interface Pending {
  resolve(value: number): void;
  reject(error: Error): void;
}

/** A thread that follows one order at a time. */
export class Thread {
  private pending: Pending | undefined;
  private ended = false;

  private constructor(private readonly worker: Worker) {
    worker.on("message", (answer: Answer) => {
      if ("error" in answer) this.settle()?.reject(new Error(answer.error));
      else this.settle()?.resolve(answer.value);
    });
    worker.on("error", (error) => this.settle()?.reject(error));
    worker.on("exit", (code) => {
      this.ended = true;
      this.settle()?.reject(new Error(`a worker thread ended with code ${code}`));
    });
    worker.unref();
  }

  static start(): Thread {
    return new Thread(
      new Worker(path.join(__dirname, "thread.ts"), { execArgv: ["--require", require.resolve("tsx/cjs")] }),
    );
  }

  /** @throws what went wrong in the thread */
  follow(order: Order): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.ended) throw new Error("the worker thread has ended");
      if (this.pending) throw new Error("a thread follows one order at a time");
      this.worker.postMessage(order);
      this.pending = { resolve, reject };
      this.worker.ref();
    });
  }

  get isAlive(): boolean {
    return !this.ended;
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }

  private settle(): Pending | undefined {
    const { pending } = this;
    this.pending = undefined;
    this.worker.unref();
    return pending;
  }
}

/** Kernels in this thread and in workers, on one memory that they share. */
export interface Station {
  readonly memory: WebAssembly.Memory;
  readonly exports: Record<string, (...args: number[]) => number | undefined>;
  readonly threads: readonly Thread[];
}

let idle: Station[] = [];

/**
 * A station for exclusive use. One that was used before is taken again, its memory as it was left: a memory that nobody
 * refers to is freed only when every thread's collector has run.
 */
export async function takeStation(threadCount = availableParallelism()): Promise<Station> {
  if (!Number.isInteger(threadCount) || threadCount < 1) {
    throw new RangeError(`threads must be a positive integer, got ${threadCount}`);
  }
  idle = idle.filter(isAlive);
  const known = idle.findLastIndex(({ threads }) => threads.length === threadCount);
  if (known >= 0) return idle.splice(known, 1)[0];
  const module = await kernelModule();
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MAXIMUM_PAGES, shared: true });
  const threads = Array.from({ length: threadCount }, () => Thread.start());
  try {
    await Promise.all(threads.map((thread) => thread.follow({ attach: { module, memory } })));
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    return { memory, exports: exports as Station["exports"], threads };
  } catch (error) {
    await Promise.all(threads.map((thread) => thread.end()));
    throw error;
  }
}

function isAlive({ threads }: Station): boolean {
  return threads.every((thread) => thread.isAlive);
}

/** Gives a station back whose threads follow no order; one of which a thread has ended is not used again. */
export async function giveStation(station: Station): Promise<void> {
  if (isAlive(station)) idle.push(station);
  else await endStation(station);
}

/** Ends a station's threads, whatever they do. */
export async function endStation({ threads }: Station): Promise<void> {
  await Promise.all(threads.map((thread) => thread.end()));
}

/** Ends the stations that nobody uses. Their memory is free when this thread's collector has run. */
export async function endIdleStations(): Promise<void> {
  const ending = idle;
  idle = [];
  await Promise.all(ending.map(endStation));
}
