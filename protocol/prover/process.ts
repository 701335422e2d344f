/**
 * Proving in a child process.
 *
 * The witness, reading constraints and snarkjs are long stretches of work that never yield: in the same process every timer,
 * connection and signal would wait for them. A child keeps the caller responsive, gives its memory back, and can be ended at
 * any time; no worker threads stay behind. It does not keep the parent alive while it is idle.
 */
import { fork, type ChildProcess } from "node:child_process";
import path from "node:path";
import type { OnProgress } from "./progress";
import type { Cancellation, CallName, Calls, Message, Request } from "./worker";

/** Characters of the child's last error output that go into an error. */
const ERROR_TAIL = 2_000;

export interface CallOptions {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
  onProgress?: OnProgress;
}

/** Starts a child when first called, and again after it ended. */
export class ProvingProcess {
  private child: ChildProcess | undefined;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;

  /**
   * Calls are answered one after the other.
   * @param signal when it is aborted the call is given up; its reason is thrown
   * @throws what went wrong in the child, or that it ended before it answered
   */
  call<N extends CallName>(
    name: N,
    parameters: Calls[N]["parameters"],
    { onProgress, signal }: CallOptions = {},
  ): Promise<Calls[N]["result"]> {
    signal?.throwIfAborted();
    const child = (this.child ??= this.start());
    const id = this.nextId++;
    const answer = new Promise<Calls[N]["result"]>((resolve, reject) => {
      this.pending.set(id, { resolve: resolve, reject, onProgress });
      child.ref();
      child.channel?.ref();
      const request: Request<N> = { id, name, parameters };
      child.send(request, (error) => {
        if (error) this.settle(id)?.reject(error);
      });
    });
    if (signal === undefined) return answer;
    const cancel = (): void => {
      const cancellation: Cancellation = { cancel: id };
      if (this.pending.has(id)) child.send(cancellation);
      this.settle(id)?.reject(signal.reason as Error);
    };
    signal.addEventListener("abort", cancel, { once: true });
    return answer.finally(() => signal.removeEventListener("abort", cancel));
  }

  /** Ends the child; calls under way are rejected. May be called at any time, and the object used again afterwards. */
  async terminate(): Promise<void> {
    const child = this.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.ref();
    child.kill("SIGKILL");
    await ended;
  }

  private start(): ChildProcess {
    const child = fork(path.join(__dirname, "worker.ts"), {
      execArgv: ["--expose-gc", "--require", require.resolve("tsx/cjs")],
      serialization: "advanced",
      // snarkjs writes notes to the standard output that are nobody's.
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let errorOutput = "";
    child.stderr?.on("data", (data: Buffer) => {
      errorOutput = (errorOutput + data.toString()).slice(-ERROR_TAIL);
    });
    (child.stderr as unknown as { unref(): void } | null)?.unref();
    child.on("message", (message: Message) => this.receive(message));
    child.on("error", (error) => this.end(child, error.message));
    child.on("exit", (code, signal) =>
      this.end(child, `ended (${signal ?? `exit code ${code}`}) ${errorOutput}`.trim()),
    );
    return child;
  }

  private receive(message: Message): void {
    if ("progress" in message) return this.pending.get(message.id)?.onProgress?.(message.progress);
    const call = this.settle(message.id);
    if ("error" in message) call?.reject(new Error(message.error));
    else call?.resolve(message.result);
  }

  private settle(id: number): Pending | undefined {
    const call = this.pending.get(id);
    this.pending.delete(id);
    if (this.pending.size === 0) {
      this.child?.unref();
      this.child?.channel?.unref();
    }
    return call;
  }

  private end(child: ChildProcess, reason: string): void {
    if (this.child !== child) return;
    this.child = undefined;
    for (const id of [...this.pending.keys()]) this.settle(id)?.reject(new Error(`the proving process ${reason}`));
  }
}
