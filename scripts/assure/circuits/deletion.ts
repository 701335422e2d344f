import { judge } from "./judge";
import type { Base, Model } from "./model";
import { MOST_REPAIRS, Search, type Quest } from "./search";
import type { Change, Use } from "./system";

/**
 * What the constraints allow without one of them:
 *
 * - wrong: an assignment with outputs that the inputs do not have, or with inputs that may not be;
 * - free: only other values of signals inside, which break no constraint but this one;
 * - implied: nothing was found, so the constraint may follow from the others.
 */
export type Finding = "wrong" | "free" | "implied";

/** Signals computed for a constraint at most. */
const EFFORT = 500_000;
/** The same when something free was found, to find something wrong. */
const INSISTENCE = 20_000;
/** Free signals that are looked for behind a constraint. */
const MOST_KNOBS = 8;

/** Looks for assignments that satisfy all constraints but one, from witnesses of valid inputs and of inputs that may not be. */
export class Deletion {
  private readonly valid: readonly Base[];
  private readonly invalid: readonly Base[];
  private readonly sinks: ReadonlyMap<number, Use>;
  private readonly knobsOf = new Map<number, number[]>();

  constructor(
    private readonly model: Model,
    bases: readonly Base[],
  ) {
    this.valid = bases.filter(({ evaluation }) => evaluation.violated.size === 0);
    this.invalid = bases.filter(({ evaluation }) => evaluation.violated.size > 0);
    this.sinks = findSinks(model);
  }

  /** What is possible without a constraint. @param insist whether to look on for something wrong where something free was found */
  find(constraint: number, insist = true): Finding {
    const alone = ({ evaluation: { violated } }: Base): boolean => violated.size === 1 && violated.has(constraint);
    if (this.invalid.some(alone)) return "wrong";

    let finding: Finding = "implied";
    const quest = this.quest(constraint, (base, changes) => {
      const { verdict } = judge(this.model, base, changes);
      if (verdict === "wrong" || (verdict === "free" && finding === "implied")) finding = verdict;
      if (finding === "implied") return Infinity;
      return finding === "free" && insist ? INSISTENCE : 0;
    });
    const invalid = this.invalid.map((base) => new Search(this.model, base, quest));
    const valid = this.valid.map((base) => new Search(this.model, base, quest));
    for (const search of invalid) search.repairNear(0);
    for (let repairs = 0; repairs <= MOST_REPAIRS && !quest.isOver(); repairs++) {
      for (const search of invalid) search.repairStart(repairs);
      for (const search of valid) search.repairNear(repairs);
      for (const search of valid) search.repairFar(repairs);
    }
    return finding;
  }

  /** @param record takes an assignment. @returns how much effort is left at most */
  private quest(deleted: number, record: (base: Base, changes: readonly Change[]) => number): Quest {
    const freed = this.model.defines[deleted];
    const behind = this.knobs(deleted);
    let left = EFFORT;
    return {
      ...{ deleted, freed, near: freed === undefined ? behind : [freed, ...behind] },
      knobs: (constraint) => this.knobs(constraint),
      sinksIn: (constraint) => this.model.system.wires[constraint].flatMap((wire) => this.sinks.get(wire) ?? []),
      record: (base, changes) => {
        left = Math.min(left, record(base, changes));
      },
      spend: (signals) => (left -= signals),
      isOver: () => left <= 0,
    };
  }

  /** The nearest inputs and hints from which the signals of a constraint follow. */
  private knobs(constraint: number): readonly number[] {
    let knobs = this.knobsOf.get(constraint);
    if (!knobs) this.knobsOf.set(constraint, (knobs = knobsBehind(this.model, this.model.variablesIn(constraint))));
    return knobs;
  }
}

/** The nearest inputs and hints that variables follow from, themselves among them. */
function knobsBehind({ variables }: Model, from: readonly number[]): number[] {
  const seen = new Set(from);
  const knobs: number[] = [];
  for (const variable of seen) {
    const { kind, operands } = variables[variable];
    if (kind !== "defined") knobs.push(variable);
    else for (const operand of operands) seen.add(operand);
    if (knobs.length === MOST_KNOBS) break;
  }
  return knobs;
}

/** Inputs that occur in one constraint, which nothing is computed from: they are set to what it asks for. */
function findSinks(model: Model): Map<number, Use> {
  const sinks = new Map<number, Use>();
  for (let variable = 0; variable < model.inputCount; variable++) {
    const { wire } = model.variables[variable];
    if (wire === undefined || model.dependents[variable].length > 0) continue;
    const uses = model.system.uses[wire];
    if (uses.length === 1) sinks.set(wire, uses[0]);
  }
  return sinks;
}
