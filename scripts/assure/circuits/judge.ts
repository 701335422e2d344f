import type { Base, Model } from "./model";
import type { Change } from "./system";

/**
 * What an assignment is, compared with what the generator makes of its inputs:
 *
 * - honest: the same;
 * - free: other values of signals inside, but the same outputs;
 * - wrong: other outputs, or inputs that the constraints refuse.
 */
export type Verdict = "honest" | "free" | "wrong";

export interface Judgement {
  verdict: Verdict;
  /** The variables that are not what the generator makes; for inputs that the constraints refuse, those that were changed. */
  different: number[];
}

/** Judges a base with changes. Whether they satisfy the constraints is for the caller to know. */
export function judge(model: Model, base: Base, changes: readonly Change[]): Judgement {
  const assigned = new Map(changes.map(({ wire, value }) => [model.at(wire), value]));
  const inputs = new Map([...assigned].filter(([variable]) => variable < model.inputCount));
  const honest = model.follow(base, inputs).changed;
  const refused = base.evaluation.violatedBy(model.changesOf(honest)).length > 0;
  if (refused) return { verdict: "wrong", different: [...assigned.keys()] };

  const differs = (variable: number): boolean => {
    const before = base.values[variable];
    return (assigned.get(variable) ?? before) !== (honest.get(variable) ?? before);
  };
  // What the compiler left out has no value of its own.
  const kept = [...new Set([...assigned.keys(), ...honest.keys()])].filter(
    (variable) => model.variables[variable].wire !== undefined,
  );
  const different = kept.filter(differs);
  if (different.length === 0) return { verdict: "honest", different };
  return { verdict: different.some((variable) => model.isOutput(variable)) ? "wrong" : "free", different };
}
