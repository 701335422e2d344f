/**
 * Compares the lines that `npm run coverage` covered with a threshold, and lists the files below it.
 * Usage: tsx scripts/check-coverage.ts [percent, 95 by default]
 */
import fs from "node:fs";
import path from "node:path";

const SUMMARY = "coverage/coverage-summary.json";

interface FileCoverage {
  lines: { total: number; covered: number; pct: number };
}

const threshold = Number(process.argv[2] ?? "95");
if (!(threshold >= 0 && threshold <= 100)) throw new Error(`the threshold must be 0 to 100 percent, got ${threshold}`);
if (!fs.existsSync(SUMMARY)) throw new Error(`${SUMMARY} is missing: run \`npm run coverage\` first`);

const { total, ...files } = JSON.parse(fs.readFileSync(SUMMARY, "utf8")) as Record<string, FileCoverage>;
if (total.lines.total === 0) throw new Error(`${SUMMARY} counts no lines`);

for (const [file, { lines }] of Object.entries(files)) {
  if (lines.pct < threshold) {
    console.log(`${path.relative(process.cwd(), file)}: ${lines.covered} of ${lines.total} lines (${lines.pct} %)`);
  }
}
console.log(`all: ${total.lines.covered} of ${total.lines.total} lines (${total.lines.pct} %), wanted ${threshold} %`);
if (total.lines.pct < threshold) process.exitCode = 1;
