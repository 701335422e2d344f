/** Worker processes, each with one job at a time. A worker that hangs or dies is replaced. */
import { fork, type ChildProcess } from "node:child_process";
import path from "node:path";
import type { Answer, Job } from "./protocol";

/** Thrown when a worker gave no answer. */
export class NoAnswer extends Error {}

class WorkerProcess {
  private child: ChildProcess | undefined;

  /** @throws NoAnswer when the worker hangs or dies */
  async do(job: Job, seconds: number): Promise<Answer> {
    const child = (this.child ??= start());
    try {
      const answer = await answerOf(child, job, seconds);
      if (answer.kind === "error") throw new Error(answer.error);
      return answer;
    } catch (error) {
      if (error instanceof NoAnswer) this.end();
      throw error;
    }
  }

  end(): void {
    this.child?.kill("SIGKILL");
    this.child = undefined;
  }
}

function start(): ChildProcess {
  // Tests print; what they say is not the report's.
  return fork(path.join(__dirname, "worker.ts"), {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
}

function answerOf(child: ChildProcess, job: Job, seconds: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer);
      child.off("message", answered).off("exit", died);
    };
    const answered = (answer: Answer): void => {
      done();
      resolve(answer);
    };
    const died = (code: number | null): void => {
      done();
      reject(new NoAnswer(`the worker ended with code ${code}`));
    };
    const timer = setTimeout(() => {
      done();
      reject(new NoAnswer(`the worker did not answer in ${seconds} s`));
    }, seconds * 1000);
    child.on("message", answered).on("exit", died);
    child.send(job);
  });
}

export class Pool {
  private readonly workers: WorkerProcess[];

  constructor(jobs: number) {
    this.workers = Array.from({ length: jobs }, () => new WorkerProcess());
  }

  /** Does something with each item, as many at once as there are workers. Jobs go to the worker that is given with the item. */
  async each<T>(items: readonly T[], work: (item: T, worker: WorkerProcess) => Promise<void>): Promise<void> {
    const waiting = [...items];
    await Promise.all(
      this.workers.map(async (worker) => {
        for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item, worker);
      }),
    );
  }

  /** Does the same in every worker. */
  async all(work: (worker: WorkerProcess) => Promise<void>): Promise<void> {
    await Promise.all(this.workers.map(work));
  }

  end(): void {
    for (const worker of this.workers) worker.end();
  }
}

export type { WorkerProcess };
