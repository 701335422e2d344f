import { Coverage } from "./coverage";
import { Deletion, type Finding } from "./deletion";
import type { Check, Explanations } from "./explained";
import type { Base, Inputs, Model } from "./model";
import { mutatePairs, mutateSingles } from "./mutation";
import { withoutIndices } from "./names";

/** What no constraint noticed: a change of a witness, or that a constraint is gone. */
export interface Survivor {
  check: Check;
  /** Template whose source it is about. */
  template: string;
  /** Names of the signals, without indices. */
  signals: string;
  /** Line of the source, for a constraint. */
  place?: string;
  count: number;
  /** Why it is no problem, where that is known. */
  reason?: string;
}

/** What was found of a circuit. */
export interface Assessment {
  /** Constraints that were deleted, by what is possible without each. */
  deleted: Record<Finding, number>;
  /** Constraints of the compiled circuit. */
  constraints: number;
  witnesses: number;
  /** Changed witnesses. */
  changes: number;
  survivors: Survivor[];
}

export interface AssessOptions {
  explanations: Explanations;
  /** Whether to delete constraints of every component; else, in a large circuit, only those of the main one and its parts. */
  everywhere?: boolean;
  onProgress?: (done: number, total: number) => void;
}

/** Witnesses that changes are tried on, and that searches start from: as many as take new branches, up to these. */
const MOST_WITNESSES = 12;
/** Constraints up to which a circuit is small: everything in it is looked at as closely as possible. */
const SMALL = 300;
/** Constraints from which a circuit's inner components are left to their own assessments. */
const LARGE = 3_000;

/** Which of the inputs the constraints accept and which they refuse; and of both, those that take new branches. */
export function sortInputs(model: Model, inputs: Iterable<Inputs>): { valid: Base[]; invalid: Base[] } {
  const [valid, invalid] = [new Coverage(model), new Coverage(model)].map((coverage) => ({ coverage, bases: [] as Base[] }));
  for (const input of inputs) {
    const base = model.evaluate(input);
    const { coverage, bases } = base.evaluation.violated.size === 0 ? valid : invalid;
    if (bases.length < MOST_WITNESSES && coverage.add(base)) bases.push(base);
  }
  return { valid: valid.bases, invalid: invalid.bases };
}

/** Changes witnesses of valid inputs, and deletes constraints. */
export function assess(model: Model, valid: readonly Base[], invalid: readonly Base[], options: AssessOptions): Assessment {
  const survivors = new Survivors(options.explanations);
  let changes = 0;
  for (const base of valid) {
    for (const mutate of [mutateSingles, mutatePairs]) {
      const { tried, survivors: found } = mutate(model, base);
      changes += tried;
      for (const { different } of found) survivors.addChange(model, different);
    }
  }
  const deleted = deleteConstraints(model, [...valid, ...invalid], options, survivors);
  const { length } = model.equations;
  return { deleted, constraints: length, witnesses: valid.length, changes, survivors: survivors.list() };
}

function deleteConstraints(
  model: Model,
  bases: readonly Base[],
  { everywhere = false, onProgress }: AssessOptions,
  survivors: Survivors,
): Record<Finding, number> {
  const deletion = new Deletion(model, bases);
  const found: Record<Finding, number> = { wrong: 0, free: 0, implied: 0 };
  const total = model.equations.length;
  model.equations.forEach((equation, constraint) => {
    // "main.part" and "main" are near, "main.part.inner" is not.
    const isNear = equation === undefined || equation.component.split(".").length <= 2;
    if (!isNear && !everywhere && total > LARGE) return;
    const finding = deletion.find(constraint, { insist: isNear || total <= SMALL });
    found[finding]++;
    if (finding === "implied") survivors.addConstraint(model, constraint);
    onProgress?.(constraint + 1, total);
  });
  return found;
}

/** Survivors, alike ones counted together. */
class Survivors {
  private readonly found = new Map<string, Survivor>();

  constructor(private readonly explanations: Explanations) {}

  list(): Survivor[] {
    return [...this.found.values()];
  }

  /** Hints that were free; or, where there are none among them, all signals that differ. */
  addChange({ variables }: Model, different: readonly number[]): void {
    const hints = different.filter((variable) => variables[variable].kind === "hint");
    for (const variable of hints.length > 0 ? hints : different) {
      const { template, local } = variables[variable].signal;
      this.add("mutation", template, withoutIndices(local));
    }
  }

  addConstraint(model: Model, constraint: number): void {
    const equation = model.equations[constraint];
    const names = model.variablesIn(constraint).map((variable) => model.variables[variable].signal.name);
    const signals = [...new Set(names.map((name) => withoutIndices(name.slice("main.".length))))].join(" ");
    const place = equation && `${equation.at.file}:${equation.at.line}`;
    this.add("deletion", equation?.template ?? "?", signals, place);
  }

  private add(check: Check, template: string, signals: string, place?: string): void {
    const key = [check, template, signals, place].join();
    const known = this.found.get(key);
    if (known) known.count++;
    else this.found.set(key, { check, template, signals, place, count: 1, reason: this.explanations.reasonFor(check, template, signals) });
  }
}
