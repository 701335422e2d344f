/** Tables and progress for people at a terminal. */

/** Rows of cells as lines: the first column aligned left, the others right. An empty row is a blank line. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("   ");
  return rows.map((row) => `  ${line(row)}`.trimEnd()).join("\n");
}

/** 1234567.5 as "1,234,567.5", with at most `decimals` digits after the point; digits beyond them are shown as "…". */
export function amount(value: bigint, tokenDecimals: number, decimals = 4): string {
  const sign = value < 0n ? "-" : "";
  const digits = (value < 0n ? -value : value).toString().padStart(tokenDecimals + 1, "0");
  const whole = digits.slice(0, digits.length - tokenDecimals).replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = digits.slice(digits.length - tokenDecimals).replace(/0+$/, "");
  if (fraction === "") return `${sign}${whole}`;
  return `${sign}${whole}.${fraction.length > decimals ? `${fraction.slice(0, decimals)}…` : fraction}`;
}

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
