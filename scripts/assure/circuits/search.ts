import * as F from "../../../protocol/crypto/field";
import type { Base, Model } from "./model";
import { otherValues } from "./mutation";
import type { Change, Use } from "./system";

/** What is looked for without a constraint, and how much may still be spent on it. */
export interface Quest {
  deleted: number;
  /** What the deleted constraint computed. */
  freed: number | undefined;
  /** Signals near the deleted constraint that may be set: what it computed, and the inputs and hints that its signals follow from. */
  near: readonly number[];
  /** The same for the signals of another constraint. */
  knobs: (constraint: number) => readonly number[];
  sinksIn: (constraint: number) => readonly Use[];
  /** Takes an assignment that violates the deleted constraint alone. */
  record: (base: Base, changes: readonly Change[]) => void;
  spend: (signals: number) => void;
  isOver: () => boolean;
}

/** An assignment on the way: what was set, what follows, and which constraints do not hold. */
interface State {
  overrides: ReadonlyMap<number, bigint>;
  changes: readonly Change[];
  violated: readonly number[];
  /** Whether all that follows was computed; else only what comes soon after, and constraints on the rest count as satisfied. */
  whole: boolean;
}

/** Signals that are set to repair what earlier ones broke. */
export const MOST_REPAIRS = 3;
/** Constraints that an assignment may break beside the deleted one, for its repair to be tried. */
const MOST_BROKEN = 3;
/** Signals that are computed of what follows, before it is clear that all of it is needed. */
const WINDOW = 400;
/** Values that a signal is set to at first. */
const VALUES = 5;
/** How often others are looked for that repair what the last ones broke. */
const DISTANCE = 2;
/** A change of a signal that stands for any. */
const ANY_CHANGE = 0x1b873593_cc9e2d51_85ebca6b_c2b2ae35n;

/**
 * The search for one deleted constraint from one witness. A signal near the constraint is set to another value: an input, a hint, or what
 * the constraint computed. All that follows is computed as the source computes it. Where that breaks other constraints, further such
 * signals are set so that they hold: how a constraint depends on a signal is measured, and solved as if it were linear.
 */
export class Search {
  private far: number[] | undefined;
  private readonly leafStates = new Map<number, State[]>();
  private readonly touched = new Map<number, ReadonlySet<number>>();

  constructor(
    private readonly model: Model,
    private readonly base: Base,
    private readonly quest: Quest,
  ) {}

  /** Repairs what the witness itself breaks. */
  repairStart(repairs: number): void {
    this.repair(this.attempt(new Map()), repairs);
  }

  /** Sets one signal near the constraint to each of several values, and repairs what that breaks. */
  repairNear(repairs: number): void {
    this.repairLeaves(this.quest.near, repairs);
  }

  /** The same for signals that can repair what those break. */
  repairFar(repairs: number): void {
    if (repairs > 0 && !this.quest.isOver()) this.repairLeaves((this.far ??= this.findFar()), repairs);
  }

  private repairLeaves(leaves: readonly number[], repairs: number): void {
    for (let i = 0; i < VALUES; i++) {
      for (const leaf of leaves) {
        if (this.quest.isOver()) return;
        const state = this.leafState(leaf, i);
        if (state) this.repair(state, repairs);
      }
    }
  }

  /** A signal alone at its i-th other value. */
  private leafState(leaf: number, i: number): State | undefined {
    const states = this.leafStates.get(leaf) ?? [];
    this.leafStates.set(leaf, states);
    const values = otherValues(this.base.values[leaf]);
    if (i < values.length) states[i] ??= this.attempt(new Map([[leaf, values[i]]]));
    return states[i];
  }

  /** Signals that can repair what those near the constraint break, and so once more. */
  private findFar(): number[] {
    const { near, deleted, knobs } = this.quest;
    const seen = new Set(near);
    let round: readonly number[] = near;
    for (let distance = 0; distance < DISTANCE; distance++) {
      const next = new Set<number>();
      for (const knob of round) {
        const broken = this.anyChange(knob).violated.filter((constraint) => constraint !== deleted);
        if (broken.length > MOST_BROKEN) continue;
        for (const further of broken.flatMap(knobs)) if (!seen.has(further)) next.add(further);
      }
      for (const knob of next) seen.add(knob);
      round = [...next];
    }
    return [...seen].slice(near.length);
  }

  /** Sets signals until no constraint is violated but the deleted one. */
  private repair(state: State, repairs: number): void {
    const { near, deleted, knobs, freed, record, isOver } = this.quest;
    const broken = state.violated.filter((constraint) => constraint !== deleted);
    if (broken.length === 0) {
      if (!state.whole) this.repair(this.attempt(state.overrides, true), repairs);
      else if (state.violated.length > 0) record(this.base, state.changes);
      return;
    }
    if (broken.length > Math.min(repairs, MOST_BROKEN)) return;
    const [first] = broken;
    const useful = near.filter((knob) => this.touchedBy(knob).has(first));
    // At the latest the last signal that is set must violate the deleted constraint.
    const mustViolate = broken.length === repairs && !state.violated.includes(deleted);
    for (const knob of mustViolate ? useful : new Set([...useful, ...knobs(first)])) {
      if (isOver()) return;
      if (state.overrides.has(knob) && knob !== freed) continue;
      // What is made of the signal follows it; or else stays as it is, which is another assignment.
      for (const frozen of [[], this.hintsOn(knob)]) {
        const solved = this.solve(state, knob, first, frozen);
        if (solved) this.repair(solved, repairs - 1);
      }
    }
  }

  /**
   * Sets a signal so that a constraint holds, if it depends on the signal as a line does.
   * @param frozen hints that keep their values, whatever becomes of the signal
   */
  private solve(state: State, knob: number, constraint: number, frozen: readonly number[]): State | undefined {
    const { evaluation, values } = this.base;
    const valueOf = (variable: number): bigint => {
      const { wire } = this.model.variables[variable];
      return state.changes.find((change) => change.wire === wire)?.value ?? values[variable];
    };
    const now = valueOf(knob);
    const overrides = new Map(state.overrides);
    for (const hint of frozen) if (!overrides.has(hint)) overrides.set(hint, valueOf(hint));
    const moved = this.attempt(new Map([...overrides, [knob, F.add(now, 1n)]]), state.whole);
    const before = evaluation.residual(constraint, state.changes);
    const slope = F.sub(evaluation.residual(constraint, moved.changes), before);
    if (slope === 0n) return undefined;
    const solved = this.attempt(new Map([...overrides, [knob, F.sub(now, F.div(before, slope))]]), state.whole);
    return solved.violated.includes(constraint) ? undefined : solved;
  }

  /** The nearest hints that are made from a signal. */
  private hintsOn(knob: number): number[] {
    const { dependents, variables } = this.model;
    const seen = new Set([knob]);
    const hints: number[] = [];
    for (const variable of seen) {
      if (seen.size > WINDOW) break;
      for (const dependent of dependents[variable]) {
        if (variables[dependent].kind === "hint") hints.push(dependent);
        else seen.add(dependent);
      }
    }
    return hints;
  }

  /** The constraints that may notice a signal's change. */
  private touchedBy(knob: number): ReadonlySet<number> {
    let touched = this.touched.get(knob);
    if (!touched) {
      const { uses } = this.model.system;
      touched = new Set(this.anyChange(knob).changes.flatMap(({ wire }) => uses[wire].map((use) => use.constraint)));
      this.touched.set(knob, touched);
    }
    return touched;
  }

  private anyChange(knob: number): State {
    return this.attempt(new Map([[knob, F.add(this.base.values[knob], ANY_CHANGE)]]));
  }

  /** Computes what follows from the values of some signals. @param whole all of it, however much it is */
  private attempt(overrides: ReadonlyMap<number, bigint>, whole = false): State {
    const { base, model } = this;
    const { freed, deleted, spend } = this.quest;
    // What the deleted constraint computed keeps its value unless it is given another.
    const all = freed === undefined ? overrides : new Map([[freed, base.values[freed]], ...overrides]);
    const { changed, pending } = model.follow(base, all, whole ? Infinity : WINDOW);
    const changes = model.changesOf(changed);
    spend(1 + changes.length);
    const unknown = new Set(pending.flatMap((variable) => this.constraintsOf(variable)));
    const violatedBy = (changes: readonly Change[]): number[] =>
      base.evaluation.violatedBy(changes).filter((constraint) => !unknown.has(constraint));
    const state = { overrides: all, whole: pending.length === 0 };
    const violated = violatedBy(changes);
    const settled = violated.flatMap((constraint) => (constraint === deleted ? [] : this.settle(constraint, changes)));
    if (settled.length === 0) return { ...state, changes, violated };
    changes.push(...settled);
    return { ...state, changes, violated: violatedBy(changes) };
  }

  private constraintsOf(variable: number): number[] {
    const { wire } = this.model.variables[variable];
    return wire === undefined ? [] : this.model.system.uses[wire].map(({ constraint }) => constraint);
  }

  /** The change of an input that makes a constraint hold, where there is such an input. */
  private settle(constraint: number, changes: readonly Change[]): Change[] {
    const { evaluation } = this.base;
    for (const use of this.quest.sinksIn(constraint)) {
      const { wire } = use;
      const [a, b, c] = evaluation.sumsIn(constraint, changes);
      const slope = F.mod(use.a * b + use.b * a - use.c);
      if (slope === 0n || changes.some((change) => change.wire === wire)) continue;
      return [{ wire, value: F.sub(evaluation.witness[wire], F.div(F.mod(a * b - c), slope)) }];
    }
    return [];
  }
}
