import { toConsole, type Print } from "./print";

/** Is raised when the process is interrupted; interrupted once more, it ends at once. */
export function interruption(print: Print = toConsole): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      print("Finishing what is under way; once more ends at once");
      stop.abort();
    });
  }
  return stop.signal;
}
