/** Reads progress off the log lines of snarkjs 0.7.6, which has no other way to tell it. */
import type { OnProgress } from "./progress";

/** Units of a whole phase, shared out by the time that the steps take at 2^16 gates on two cores. */
const TOTAL = 1000;

/** How a line starts, and the units done when it comes. */
type Milestone = readonly [start: string, done: number];

const PROVING: readonly Milestone[] = [
  ["> Reading witness file", 0],
  ["> ROUND 1", 20],
  ["> ROUND 2", 170],
  ["> ROUND 3", 240],
  ["··· Computing T evaluations", 250],
  ["··· Computing T ifft", 740],
  ["> Computing T MSM", 770],
  ["> ROUND 4", 865],
  ["> ROUND 5", 875],
  ["> Computing Wxi, Wxiw MSM", 905],
  ["PLONK PROVER FINISHED", TOTAL],
];

/** The single-threaded loop over the quotient's values: "T evaluation i/n". */
const QUOTIENT_UNITS = [250, 740] as const;
const QUOTIENT_LINE = /^\s*T evaluation (\d+)\/(\d+)/;

/** A reader of lines that reports phase "prove". */
export function provingProgress(onProgress: OnProgress): (line: string) => void {
  const [from, to] = QUOTIENT_UNITS;
  let last = -1;
  const report = (done: number): void => {
    if (done <= last) return;
    last = done;
    onProgress({ phase: "prove", done, total: TOTAL });
  };
  return (line) => {
    const count = QUOTIENT_LINE.exec(line);
    if (count) return report(from + Math.floor(((to - from) * Number(count[1])) / Number(count[2])));
    const milestone = PROVING.find(([start]) => line.startsWith(start));
    if (milestone) report(milestone[1]);
  };
}
