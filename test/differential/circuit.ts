import { fork, type ChildProcess } from "node:child_process";
import path from "node:path";
import type { CircuitInput } from "../../protocol/witness";

interface Answer {
  id: number;
  error?: string;
}

/** The circuit of size `test` in a process of its own. */
export class CircuitProcess {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private next = 0;

  constructor() {
    const options = { execArgv: ["--import", "tsx"], stdio: ["ignore", "ignore", "inherit", "ipc"] as const };
    this.child = fork(path.join(__dirname, "circuitProcess.ts"), { ...options, stdio: [...options.stdio] });
    this.child.on("message", (answer: Answer) => this.settle(answer));
    this.child.on("exit", (code) => {
      for (const id of this.waiting.keys()) this.settle({ id, error: `the circuit's process ended with code ${code}` });
    });
  }

  /** Rejects when no witness with this input satisfies the circuit. */
  accept(input: CircuitInput): Promise<void> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, ({ error }) => (error === undefined ? resolve() : reject(new Error(error))));
      this.child.send({ id, input: decimal(input) });
    });
  }

  end(): void {
    this.child.kill();
  }

  private settle(answer: Answer): void {
    this.waiting.get(answer.id)?.(answer);
    this.waiting.delete(answer.id);
  }
}

function decimal(input: CircuitInput): Record<string, string | string[]> {
  const entries = Object.entries(input) as [string, bigint | bigint[]][];
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.map(String) : String(value)]),
  );
}
