import { compileCircuit } from "../../../protocol/prover";
import { compileFormula, signalsOf, type Evaluator, type Scalar } from "./circom/formula";
import { readProgram } from "./circom/program";
import { trace, type Equation, type Signal, type Trace } from "./circom/trace";
import { mergeSignals } from "./merge";
import { System, type Change, type Evaluation } from "./system";

/**
 * A value of the witness generator: of one signal, or of several that the compiler made one. They are numbered in the order in which they
 * become known, inputs first.
 */
export interface Variable {
  kind: "input" | "hint" | "defined";
  /** The signal that becomes known first, whose value the others take. */
  signal: Signal;
  /** Absent where the compiler put in a number. */
  wire?: number;
  /** From the values of earlier variables. */
  evaluate?: Evaluator;
  operands: readonly number[];
}

/** What the generator makes of inputs, and how the constraints like it. */
export interface Base {
  values: readonly bigint[];
  evaluation: Evaluation;
}

/** What follows from other values of some variables. */
export interface Consequences {
  /** The values that differ, by variable. */
  changed: ReadonlyMap<number, bigint>;
  /** Variables that may differ too, where not all were computed. */
  pending: readonly number[];
}

/** Values of inputs by name: numbers, and arrays of any depth. */
export interface Inputs {
  [name: string]: InputValue;
}
export type InputValue = bigint | number | boolean | readonly InputValue[];

/** A circuit as its source computes it, beside its compiled constraints. */
export class Model {
  readonly variables: Variable[] = [];
  /** By variable: those computed from it. */
  readonly dependents: number[][] = [];
  /** By constraint; undefined where no line of the source has these signals. */
  readonly equations: readonly (Equation | undefined)[];
  /** By constraint: the variable that it computes. */
  readonly defines: readonly (number | undefined)[];
  private readonly variableOf: readonly number[];
  private readonly variableOfWire: readonly (number | undefined)[];
  private readonly outputs: readonly number[];

  private constructor(
    readonly system: System,
    readonly trace: Trace,
  ) {
    requireSameSignals(trace, system);
    const roots = mergeSignals(trace, (signal) => system.wireOf.has(trace.signals[signal].name));
    this.variableOf = this.declare(roots);
    const byWire: number[] = [];
    this.variables.forEach(({ wire }, variable) => wire !== undefined && (byWire[wire] = variable));
    this.variableOfWire = byWire;
    this.variables.forEach(({ operands }, variable) => {
      this.dependents.push([]);
      for (const operand of operands) this.dependents[operand].push(variable);
    });
    this.outputs = trace.outputs.map((signal) => this.variableOf[signal]);
    this.equations = this.attribute();
    this.defines = this.equations.map((equation) => {
      if (equation?.assigned === undefined) return undefined;
      const variable = this.variableOf[equation.assigned];
      const { kind, signal } = this.variables[variable];
      return kind === "defined" && signal === trace.signals[equation.assigned] ? variable : undefined;
    });
  }

  /** Compiles the text of a main file, and follows its source. */
  static async of(name: string, source: string): Promise<Model> {
    return new Model(await System.read(await compileCircuit({ name, source })), trace(readProgram(source)));
  }

  // Evaluation ------------------------------------------------------------------------------------------------------

  /**
   * The witness that the generator makes of inputs; `===` is not looked at, so it exists for any inputs.
   * @throws Error when an input is missing, or is none
   */
  evaluate(inputs: Inputs): Base {
    const given = flatten(inputs);
    const values = this.trace.inputs.map((signal) => {
      const name = this.trace.signals[signal].local;
      const value = given.get(name);
      if (value === undefined) throw new Error(`input ${name} is missing`);
      given.delete(name);
      return value;
    });
    if (given.size > 0) throw new Error(`there is no input ${[...given.keys()].join(", ")}`);
    for (const { evaluate } of this.variables.slice(this.inputCount)) values.push((evaluate as Evaluator)(values));
    const witness = Array<bigint>(this.system.wireCount).fill(1n);
    this.variables.forEach(({ wire }, variable) => wire !== undefined && (witness[wire] = values[variable]));
    return { values, evaluation: this.system.evaluate(witness) };
  }

  /**
   * What the generator would make of a base if some variables had other values: those, and what follows from them.
   * @param limit variables to compute at most, in the order of execution
   */
  follow(base: Base, overrides: ReadonlyMap<number, bigint>, limit = Infinity): Consequences {
    const { values, waiting } = this.scratchOf(base);
    const changed = new Map<number, bigint>();
    let first = this.variables.length;
    let count = 0;
    const set = (variable: number, value: bigint): void => {
      if (value === values[variable]) return;
      values[variable] = value;
      changed.set(variable, value);
      for (const dependent of this.dependents[variable]) {
        if (waiting[dependent] !== 0 || overrides.has(dependent)) continue;
        waiting[dependent] = 1;
        count++;
        if (dependent < first) first = dependent;
      }
    };
    for (const [variable, value] of overrides) set(variable, value);
    // Who depends on a variable comes after it.
    let at = first;
    for (let left = limit; count > 0 && left > 0; at++) {
      if (waiting[at] === 0) continue;
      waiting[at] = 0;
      count--;
      left--;
      set(at, (this.variables[at].evaluate as Evaluator)(values));
    }
    const pending: number[] = [];
    for (; count > 0; at++) {
      if (waiting[at] === 0) continue;
      waiting[at] = 0;
      count--;
      pending.push(at);
    }
    for (const variable of changed.keys()) values[variable] = base.values[variable];
    return { changed, pending };
  }

  /** A copy of a base's values that may be changed for a while, and marks of variables to compute. */
  private scratch: { base: Base; values: bigint[]; waiting: Uint8Array } | undefined;

  private scratchOf(base: Base): { values: bigint[]; waiting: Uint8Array } {
    if (this.scratch?.base !== base) {
      this.scratch = { base, values: [...base.values], waiting: new Uint8Array(this.variables.length) };
    }
    return this.scratch;
  }

  // Names -----------------------------------------------------------------------------------------------------------

  get inputCount(): number {
    return this.trace.inputs.length;
  }

  isOutput(variable: number): boolean {
    return this.outputs.includes(variable);
  }

  /** The variable of a wire. */
  at(wire: number): number {
    const variable = this.variableOfWire[wire];
    if (variable === undefined) throw new Error(`wire ${wire} has no signal`);
    return variable;
  }

  /** The variables in a constraint. */
  variablesIn(constraint: number): number[] {
    return this.system.wires[constraint].map((wire) => this.at(wire));
  }

  changesOf(values: ReadonlyMap<number, bigint>): Change[] {
    const changes: Change[] = [];
    for (const [variable, value] of values) {
      const { wire } = this.variables[variable];
      if (wire !== undefined) changes.push({ wire, value });
    }
    return changes;
  }

  /** The values of a component's inputs, by name. */
  inputsOf(component: string, { values }: Base): Map<string, bigint> {
    const signals = this.inputSignals().get(component) ?? [];
    return new Map(signals.map((signal) => [this.trace.signals[signal].local, values[this.variableOf[signal]]]));
  }

  private inputsByComponent: Map<string, number[]> | undefined;

  private inputSignals(): ReadonlyMap<string, number[]> {
    if (this.inputsByComponent) return this.inputsByComponent;
    const found = new Map<string, number[]>();
    this.trace.signals.forEach(({ name, local, input }, signal) => {
      if (!input) return;
      const component = name.slice(0, -local.length - 1);
      const signals = found.get(component);
      if (signals) signals.push(signal);
      else found.set(component, [signal]);
    });
    return (this.inputsByComponent = found);
  }

  // Construction ----------------------------------------------------------------------------------------------------

  /** Numbers the variables in the order in which they become known. @returns the variable of each signal */
  private declare(roots: readonly number[]): number[] {
    const { signals, inputs, steps } = this.trace;
    const { wireOf } = this.system;
    const wires = new Map<number, number>();
    signals.forEach(({ name }, signal) => {
      const wire = wireOf.get(name);
      if (wire !== undefined) wires.set(roots[signal], wire);
    });
    const known = new Map<number, number>();
    const place = (signal: number): number => known.get(roots[signal]) as number;
    for (const signal of inputs) {
      known.set(roots[signal], this.variables.length);
      this.variables.push({ kind: "input", signal: signals[signal], wire: wires.get(roots[signal]), operands: [] });
    }
    for (const { signal, value, hint } of steps) {
      if (known.has(roots[signal])) continue;
      const operands = [...new Set([...signalsOf(value)].map(place))];
      const evaluate = compileFormula(value, place);
      known.set(roots[signal], this.variables.length);
      const kind = hint ? "hint" : "defined";
      this.variables.push({ kind, signal: signals[signal], wire: wires.get(roots[signal]), evaluate, operands });
    }
    return signals.map((_, signal) => place(signal));
  }

  private wiresOf(scalar: Scalar): number[] {
    const variables = [...signalsOf(scalar)].map((signal) => this.variableOf[signal]);
    return variables.flatMap((variable) => this.variables[variable].wire ?? []);
  }

  /** Finds the line of the source for each constraint: the one with the same signals. */
  private attribute(): (Equation | undefined)[] {
    const byWires = new Map<string, Equation[]>();
    for (const equation of this.trace.equations) {
      const [left, right] = [equation.left, equation.right].map((side) => this.wiresOf(side));
      if (left.length === 1 && left.join() === right.join()) continue;
      const key = [...new Set([...left, ...right])].sort((a, b) => a - b).join();
      const equations = byWires.get(key);
      if (equations) equations.push(equation);
      else byWires.set(key, [equation]);
    }
    const found = this.system.wires.map((wires) => byWires.get(wires.join())?.shift());
    // Where a factor is a number the compiler leaves fewer signals: what assigns the last of them is it.
    const rest = new Map([...byWires.values()].flat().map((equation) => [equation.assigned, equation]));
    return found.map((equation, constraint) => {
      if (equation) return equation;
      const last = this.variables[Math.max(...this.variablesIn(constraint))].signal;
      return rest.get(this.trace.signals.indexOf(last));
    });
  }
}

/** Values of inputs by the full name of each: "in[2]". */
function flatten(inputs: Inputs): Map<string, bigint> {
  const result = new Map<string, bigint>();
  const visit = (name: string, value: InputValue): void => {
    if (Array.isArray(value)) value.forEach((item: InputValue, i) => visit(`${name}[${i}]`, item));
    else result.set(name, BigInt(value as bigint | number | boolean));
  };
  for (const [name, value] of Object.entries(inputs)) visit(name, value);
  return result;
}

function requireSameSignals({ signals }: Trace, system: System): void {
  const unknown = signals.find(({ name }) => !system.signals.has(name));
  if (unknown) throw new Error(`the compiler knows no signal ${unknown.name}`);
  if (signals.length !== system.signals.size) {
    throw new Error(`the compiler has ${system.signals.size} signals, the source ${signals.length}`);
  }
}
