/** Reads progress off the log lines of snarkjs 0.7.6, which has no other way to tell it. */
import type { OnProgress } from "./progress";

/** Units of a whole phase, shared out by the time that the steps take at 2^16 gates on two cores. */
const TOTAL = 1000;

/** How a line starts, and the units done when it comes. */
type Milestone = readonly [start: string, done: number];

const PROVING: readonly Milestone[] = [
  ["witness", 0],
  ["> Reading witness file", 10],
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

const SETUP: readonly Milestone[] = [
  ["Reading r1cs", 0],
  ["Plonk constraints", 150],
  ["writing Qm", 200],
  ["writing Ql", 255],
  ["writing Qr", 310],
  ["writing Qo", 365],
  ["writing Qc", 420],
  ["writing sigma phase1", 470],
  ["multiexp S1", 680],
  ["multiexp S2", 720],
  ["multiexp S3", 760],
  ["writing lagrange polynomials", 800],
  ["Setup Finished", TOTAL],
];

/** The single-threaded loop over the quotient's values: "T evaluation i/n". */
const QUOTIENT_LINE = /^\s*T evaluation (\d+)\/(\d+)/;
const LAGRANGE_LINE = /^writing lagrange polynomials (\d+)\/(\d+)/;

/** A reader of lines that reports phase "prove". */
export function provingProgress(onProgress: OnProgress): (line: string) => void {
  return reader("prove", PROVING, QUOTIENT_LINE, [250, 740], onProgress);
}

/** A reader of lines that reports phase "setup". */
export function setupProgress(onProgress: OnProgress): (line: string) => void {
  return reader("setup", SETUP, LAGRANGE_LINE, [800, TOTAL], onProgress);
}

function reader(
  phase: string,
  milestones: readonly Milestone[],
  counter: RegExp,
  [from, to]: readonly [number, number],
  onProgress: OnProgress,
): (line: string) => void {
  let last = -1;
  const report = (done: number): void => {
    if (done <= last) return;
    last = done;
    onProgress({ phase, done, total: TOTAL });
  };
  return (line) => {
    const count = counter.exec(line);
    if (count) return report(from + Math.floor(((to - from) * Number(count[1])) / Number(count[2])));
    const milestone = milestones.find(([start]) => line.startsWith(start));
    if (milestone) report(milestone[1]);
  };
}
