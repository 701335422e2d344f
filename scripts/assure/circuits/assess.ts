import type { Equation } from "./circom/trace";
import { Coverage } from "./coverage";
import { Deletion, type Finding } from "./deletion";
import type { Check, Explanations } from "./explanations";
import type { Base, Inputs, Model } from "./model";
import { mutatePairs, mutateSingles } from "./mutation";
import type { Change } from "./system";

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
  onProgress?: (done: number, total: number) => void;
}

/** Witnesses that changes are tried on, and that searches start from: as many as take new branches, up to these. */
const MOST_WITNESSES = 12;
/** Constraints up to which a circuit is small: everything in it is looked at as closely as its own lines always are. */
const SMALL = 300;
/** Constraints from which a circuit's components are left to the rows of their own templates, but for its assertions. */
const LARGE = 1_000;

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
  let tries = 0;
  options.onProgress?.(0, model.equations.length);
  for (const base of valid) {
    for (const mutate of [mutateSingles, mutatePairs]) {
      const { tried, survivors: found } = mutate(model, base);
      tries += tried;
      for (const { changes, different } of found) survivors.addChange(model, base, changes, different);
    }
  }
  const deleted = deleteConstraints(model, [...valid, ...invalid], options, survivors);
  const { length } = model.equations;
  return { deleted, constraints: length, witnesses: valid.length, changes: tries, survivors: survivors.list() };
}

function deleteConstraints(
  model: Model,
  bases: readonly Base[],
  { onProgress }: AssessOptions,
  survivors: Survivors,
): Record<Finding, number> {
  const deletion = new Deletion(model, bases);
  const found: Record<Finding, number> = { wrong: 0, free: 0, implied: 0 };
  const total = model.equations.length;
  model.equations.forEach((equation, constraint) => {
    onProgress?.(constraint, total);
    const isOwn = equation === undefined || equation.component === "main";
    if (!isOwn && total > LARGE && !isAssertion(equation)) return;
    const finding = deletion.find(constraint, isOwn || total <= SMALL);
    found[finding]++;
    if (finding === "implied") survivors.addConstraint(model, constraint);
  });
  return found;
}

/** Whether a constraint is of a part of the main component that does nothing but assert: to call it is a line of the main one's own. */
function isAssertion({ component, template }: Equation): boolean {
  return component.split(".").length === 2 && template.startsWith("Assert");
}

/** Survivors, alike ones counted together. */
class Survivors {
  private readonly found = new Map<string, Survivor>();

  constructor(private readonly explanations: Explanations) {}

  list(): Survivor[] {
    return [...this.found.values()];
  }

  /** Hints that are not what the other signals make of them; or, where there are none, all signals that differ. */
  addChange(model: Model, base: Base, changes: readonly Change[], different: readonly number[]): void {
    const { variables } = model;
    const values = [...base.values];
    for (const { wire, value } of changes) values[model.at(wire)] = value;
    const hints = different.filter((variable) => {
      const { kind, evaluate } = variables[variable];
      return kind === "hint" && evaluate?.(values) !== values[variable];
    });
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

/** Names that stay the same when a source's lines move: without indices, and without the places of anonymous components. */
function withoutIndices(name: string): string {
  return name.replace(/\[\d+\]/g, "").replace(/_\d+_\d+(?=\.|$)/g, "");
}
