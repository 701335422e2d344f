/** docs/depeg.svg, and the tables of docs/pcd.md about a depeg. */
import { markdownTable } from "../generate/markdown";
import { LOST, MARCH_2023, replay, RULES } from "./depeg";

const LEAVING = 60;
const COLOURS = ["#c0392b", "#7f8c8d", "#8e44ad", "#e67e22", "#2471a3"];

const dollars = (value: number | undefined): string => (value === undefined ? "–" : value.toFixed(3));

/** What the first, the middle and the last leaver and a stayer have in the end. */
export function depegTable(): string {
  const rows = Object.entries(RULES).map(([name, rule]) => {
    const [recovered, stayed] = [replay(rule, LEAVING, MARCH_2023), replay(rule, LEAVING, LOST)];
    const { leavers } = stayed;
    return [
      name,
      ...[leavers[0], leavers[LEAVING / 2 - 1], leavers[LEAVING - 1]].map(dollars),
      dollars(recovered.stayer),
      dollars(stayed.stayer),
      dollars(Math.max(recovered.excess, stayed.excess)),
    ];
  });
  const head = ["rule", "1st", "30th", "60th", "stays, recovers", "stays, 0.877", "most beyond the share"];
  return markdownTable(head, rows);
}

/** How many leave changes what a stayer has in the end. */
export function runTable(): string {
  const counts = [10, 30, 60, 90];
  const rows = Object.entries(RULES).map(([name, rule]) => [
    name,
    ...counts.map(
      (leaving) =>
        `${dollars(replay(rule, leaving, MARCH_2023).stayer)} / ${dollars(replay(rule, leaving, LOST).stayer)}`,
    ),
  ]);
  return markdownTable(["rule", ...counts.map((leaving) => `${leaving} of 100 leave`)], rows);
}

const WIDTH = 860;
const HEIGHT = 360;
const PANEL = { width: 360, height: 240, top: 50 };
const RANGE = { from: 0.68, to: 1.14 };

/** Two panels, the coin recovers and stays low: what each holder has in the end, by the order of leaving. */
export function depegPlot(): string {
  const panels = [
    { title: "the coin recovers to 1", prices: MARCH_2023, left: 50 },
    { title: "the coin stays at 0.877", prices: LOST, left: 470 },
  ];
  const names = Object.keys(RULES);
  const legend = names.map((name, i) => {
    const x = 50 + i * 160;
    return [
      `<line x1="${x}" y1="338" x2="${x + 22}" y2="338" stroke="${COLOURS[i]}" stroke-width="3"/>`,
      `<text x="${x + 28}" y="342">${name}</text>`,
    ].join("");
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    `<text x="50" y="18" font-size="14">Dollar per zUSD in the end, by order of leaving: 60 of 100 holders leave, 40 stay (dot)</text>`,
    ...panels.flatMap(panel),
    ...legend,
    "</svg>",
  ].join("\n")}\n`;
}

function panel({ title, prices, left }: { title: string; prices: readonly number[]; left: number }): string[] {
  const x = (order: number): number => Math.round(left + (order / (LEAVING + 10)) * PANEL.width);
  const y = (value: number): number =>
    Math.round((PANEL.top + PANEL.height * (1 - (value - RANGE.from) / (RANGE.to - RANGE.from))) * 10) / 10;
  const lines: string[] = [`<text x="${left}" y="40">${title}</text>`];
  for (const value of [0.7, 0.8, 0.9, 1.0, 1.1]) {
    lines.push(
      `<line x1="${left}" y1="${y(value)}" x2="${left + PANEL.width}" y2="${y(value)}" stroke="#ddd"/>`,
      `<text x="${left - 30}" y="${y(value) + 4}">${value.toFixed(1)}</text>`,
    );
  }
  for (const order of [1, 20, 40, 60])
    lines.push(`<text x="${x(order) - 4}" y="${PANEL.top + PANEL.height + 18}">${order}</text>`);
  for (const [i, rule] of Object.values(RULES).entries()) {
    const { leavers, stayer } = replay(rule, LEAVING, prices);
    const points = leavers.flatMap((value, k) => (value === undefined ? [] : [`${x(k + 1)},${y(value)}`]));
    if (points.length > 0)
      lines.push(`<polyline points="${points.join(" ")}" fill="none" stroke="${COLOURS[i]}" stroke-width="2"/>`);
    lines.push(`<circle cx="${x(LEAVING + 4 + i)}" cy="${y(stayer)}" r="4" fill="${COLOURS[i]}"/>`);
  }
  return lines;
}
