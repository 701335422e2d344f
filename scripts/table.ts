/** Tables and amounts for people at a terminal. */

/** Rows of cells as lines. @param left how many of the first columns are aligned left; the others are aligned right */
export function table(rows: readonly (readonly string[])[], left = 1): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i < left ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("   ");
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
