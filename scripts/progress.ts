import type { OnProgress } from "../protocol/prover";

/** Shows the phases of long work on standard error: one line that is rewritten on a terminal, a line per phase elsewhere. */
export function showProgress(prefix = ""): OnProgress & { end: () => void } {
  const terminal = process.stderr.isTTY;
  let phase = "";
  let start = Date.now();
  const show: OnProgress = ({ phase: next, done, total }) => {
    if (next !== phase) {
      if (terminal && phase !== "") process.stderr.write("\n");
      phase = next;
      start = Date.now();
      if (!terminal) process.stderr.write(`${prefix}${phase} ...\n`);
    }
    if (!terminal) return;
    const percent = total > 0 ? Math.floor((100 * done) / total) : 0;
    const seconds = ((Date.now() - start) / 1000).toFixed(0);
    process.stderr.write(`\r${prefix}${phase.padEnd(24)} ${String(percent).padStart(3)} %  ${seconds.padStart(4)} s`);
  };
  const end = (): void => {
    if (terminal && phase !== "") process.stderr.write("\n");
    phase = "";
  };
  return Object.assign(show, { end });
}
