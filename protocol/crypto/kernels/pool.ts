/** The process' worker threads: one per core, started when first needed, which keep no process alive while they are idle. */
import { availableParallelism } from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";
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
    if (this.pending) throw new Error("a thread follows one order at a time");
    return new Promise((resolve, reject) => {
      this.pending = { resolve, reject };
      this.worker.ref();
      this.worker.postMessage(order);
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

let idle: Thread[] = [];

/** Threads for exclusive use, as many as there are cores. */
export function takeThreads(count = availableParallelism()): Thread[] {
  return Array.from({ length: count }, () => idle.pop() ?? Thread.start());
}

/** Gives threads back that follow no order. */
export function giveThreads(threads: readonly Thread[]): void {
  idle.push(...threads.filter((thread) => thread.isAlive));
}

/** Ends the threads that nobody uses, so that their memory is free. */
export async function endIdleThreads(): Promise<void> {
  const ending = idle;
  idle = [];
  await Promise.all(ending.map((thread) => thread.end()));
}
