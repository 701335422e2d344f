/** How far something is, for people at a terminal. */

const BAR = 24;
/** Seconds between lines where the output is no terminal. */
const QUIET_SECONDS = 15;

/** One line that shows how far something is: redrawn on a terminal, now and then a new line elsewhere. */
export class ProgressLine {
  private readonly isTerminal = process.stdout.isTTY === true;
  private readonly start = Date.now();
  private lastPrinted = 0;
  private shown = "";

  constructor(private readonly indent = "  ") {}

  update(label: string, done: number, total: number): void {
    const part = total === 0 ? 1 : Math.min(1, done / total);
    const seconds = Math.round((Date.now() - this.start) / 1000);
    const filled = Math.round(part * BAR);
    const bar = "█".repeat(filled) + "·".repeat(BAR - filled);
    const line = `${this.indent}${label.padEnd(22)} ${bar} ${String(Math.round(part * 100)).padStart(3)} %  ${seconds} s`;
    if (this.isTerminal) {
      if (line !== this.shown) process.stdout.write(`\r\u001b[2K${line}`);
      this.shown = line;
    } else if (Date.now() - this.lastPrinted >= QUIET_SECONDS * 1000) {
      this.lastPrinted = Date.now();
      process.stdout.write(`${line}\n`);
    }
  }

  /** Removes the line. */
  clear(): void {
    if (this.isTerminal && this.shown !== "") process.stdout.write("\r\u001b[2K");
    this.shown = "";
  }
}
