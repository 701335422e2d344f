import * as F from "./field";
import { getDomain } from "./domain";
import { FixedBase } from "./fixedBase";

/** One piece of the points of a development SRS: powers [τ^i]₁, or Lagrange points [L_i(τ)]₁ of a domain, start <= i < start + count. */
export interface SrsTask {
  kind: "powers" | "lagrange";
  /** Of the domain; powers have none. */
  power: number;
  start: number;
  count: number;
  tau: bigint;
}

function scalars({ kind, power, start, count, tau }: SrsTask): bigint[] {
  if (kind === "lagrange") {
    const indices = Array.from({ length: count }, (_, i) => start + i);
    return getDomain(power).lagrangeAll(indices, tau);
  }
  let current = F.pow(tau, BigInt(start));
  return Array.from({ length: count }, () => {
    const value = current;
    current = F.mul(current, tau);
    return value;
  });
}

/** Runs in a process of its own: answers each task with its points, encoded as by `encodeG1`, and ends with its parent. */
function serve(): void {
  const ready = FixedBase.build();
  process.on("message", (task: SrsTask) => {
    void ready.then((fixedBase) => process.send?.(fixedBase.multiply(scalars(task))));
  });
  process.on("disconnect", () => process.exit());
}

if (require.main === module) serve();
