/**
 * Compares what `npm run coverage` covered with the least shares of lines and branches, in all and in each file, and lists what is below.
 * Usage: tsx scripts/check-coverage.ts --lines 98 --branches 95
 */
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { table } from "./table";

const SUMMARY = "coverage/coverage-summary.json";
const KINDS = ["lines", "branches"] as const;

type Kind = (typeof KINDS)[number];
type Coverage = Record<Kind, { total: number; covered: number; pct: number }>;

const { values } = parseArgs({ options: { lines: { type: "string" }, branches: { type: "string" } } });
const least = Object.fromEntries(KINDS.map((kind) => [kind, percent(kind, values[kind])])) as Record<Kind, number>;

function percent(kind: Kind, text: string | undefined): number {
  const value = Number(text);
  if (text === undefined || !(value >= 0 && value <= 100))
    throw new Error(`--${kind} must be 0 to 100 percent, got ${text}`);
  return value;
}

if (!fs.existsSync(SUMMARY)) throw new Error(`${SUMMARY} is missing: run \`npm run coverage\` first`);
const { total, ...files } = JSON.parse(fs.readFileSync(SUMMARY, "utf8")) as Record<string, Coverage>;
if (total.lines.total === 0) throw new Error(`${SUMMARY} counts no lines`);

const rows: string[][] = [];
for (const [file, coverage] of [["all", total], ...Object.entries(files)] as const) {
  for (const kind of KINDS) {
    const { total: of, covered, pct } = coverage[kind];
    const isBelow = of > 0 && pct < least[kind];
    if (isBelow) process.exitCode = 1;
    if (!isBelow && file !== "all") continue;
    const name = file === "all" ? file : path.relative(process.cwd(), file);
    rows.push([name, kind, `${covered} of ${of}`, `${pct} %`, `at least ${least[kind]} %`]);
  }
}
console.log(table(rows, 2));
