import { OpError, type Balance, type Counters, type SignedOp } from "../state";
import { fromJson, toJson } from "./json";

const TIMEOUT_MILLISECONDS = 30_000;

/** A running batcher, reached by its HTTP door. */
export class RemoteBatcher {
  constructor(private readonly url: string) {}

  /** Hands a signed op over. Throws `OpError` with the batcher's reason when it refuses. */
  async submit(op: SignedOp): Promise<void> {
    await this.ask("POST", "/ops", toJson(op));
  }

  /** A balance cell as it will be when all ops that the batcher holds are executed. */
  async cell(index: number): Promise<Balance> {
    return (await this.ask("GET", `/cells/${index}`)) as Balance;
  }

  /** The allocation counters, likewise. */
  async counters(): Promise<Counters> {
    return (await this.ask("GET", "/counters")) as Counters;
  }

  private async ask(method: string, path: string, body?: string): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(new URL(path, this.url), {
        method,
        body,
        signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
      });
    } catch (cause) {
      throw new Error(`no batcher answers at ${this.url}: ${(cause as Error).message}`, { cause });
    }
    const answer = fromJson(await response.text()) as { op?: string; field?: string; rule?: string; message?: string };
    if (response.ok) return answer;
    const { op, field, rule, message } = answer;
    if (op && field && rule) throw new OpError(op, field, rule);
    throw new Error(`the batcher refused: ${message ?? `status ${response.status}`}`);
  }
}
