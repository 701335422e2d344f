/** Reads progress off the log lines of snarkjs 0.7.6, which has no other way to tell it. */
import type { OnProgress } from "./progress";

/** Units of a whole phase. */
const TOTAL = 1000;

/** How a line starts, and the units done when it comes. */
type Milestone = readonly [start: string, done: number];

const PROVING: readonly Milestone[] = [
  ["witness", 0],
  ["> Reading witness file", 20],
  ["> ROUND 1", 60],
  ["> ROUND 2", 200],
  ["> ROUND 3", 300],
  ["··· Computing T evaluations", 350],
  ["··· Computing T ifft", 750],
  ["> Computing T MSM", 800],
  ["> ROUND 4", 880],
  ["> ROUND 5", 890],
  ["> Computing Wxi, Wxiw MSM", 930],
  ["PLONK PROVER FINISHED", TOTAL],
];

const SETUP: readonly Milestone[] = [
  ["Reading r1cs", 0],
  ["Plonk constraints", 60],
  ["writing Qm", 80],
  ["writing Ql", 160],
  ["writing Qr", 240],
  ["writing Qo", 320],
  ["writing Qc", 400],
  ["writing sigma phase1", 480],
  ["multiexp S1", 640],
  ["multiexp S2", 700],
  ["multiexp S3", 760],
  ["writing lagrange polynomials", 800],
  ["Setup Finished", TOTAL],
];

/** The single-threaded loop over the quotient's values: "T evaluation i/n". */
const QUOTIENT_LINE = /^\s*T evaluation (\d+)\/(\d+)/;
const LAGRANGE_LINE = /^writing lagrange polynomials (\d+)\/(\d+)/;

/** A reader of lines that reports phase "prove". */
export function provingProgress(onProgress: OnProgress): (line: string) => void {
  return reader("prove", PROVING, QUOTIENT_LINE, [350, 750], onProgress);
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
