import type { Access, Assigner, Declared, Definition, Expression, Position, Statement } from "./ast";
import { infix, prefix, type Formula, type Scalar } from "./formula";
import type { Program } from "./program";
import { elementsOf, pick, replaced, shaped, type Value } from "./value";

export interface Signal {
  /** As in circom's list of symbols: "main.op[1].word". */
  name: string;
  template: string;
  /** Name inside its component: "word". */
  local: string;
  /** An input of its component. */
  input: boolean;
}

/** How the witness generator comes to a signal's value. */
export interface Step {
  signal: number;
  value: Scalar;
  /** By `<--`: nothing but the value says that it is right. */
  hint: boolean;
}

/** What must hold: `<==` or `===` of a source, for one element. */
export interface Equation {
  /** The signal that `<==` assigns. */
  assigned?: number;
  left: Scalar;
  right: Scalar;
  /** Template whose source has it. */
  template: string;
  /** Name of the component, from "main". */
  component: string;
  at: Position;
}

/** A component with the parameters it was made with. */
export interface Component {
  /** From "main". */
  name: string;
  template: string;
  parameters: readonly Value[];
}

/** Everything that a main component does, all loops unrolled and all components in place. */
export interface Trace {
  signals: Signal[];
  inputs: number[];
  outputs: number[];
  /** In the order of execution. */
  steps: Step[];
  equations: Equation[];
  components: Component[];
}

/** Follows a program from its main component. @throws Error with the place of what is not understood */
export function trace({ definitions, main }: Program): Trace {
  return new Tracer(definitions).run(main.component);
}

/** A component: its inputs are collected until somebody reads its outputs, and then its template is followed. */
interface Instance {
  name: string;
  definition: Definition;
  parameters: readonly Value[];
  /** By "name[i]"; absent in the main component, whose inputs come from outside. */
  given?: Map<string, { value: Scalar; place: Place }>;
  signals: Map<string, Value>;
  finished: boolean;
}

interface Place {
  template: string;
  component: string;
  at: Position;
}

/** Where statements are executed. */
interface Frame {
  /** Variables, innermost scope last. */
  scopes: Map<string, Value>[];
  instance?: Instance;
  components: Map<string, Instance>;
  /** How often the body of each loop has run; circom numbers anonymous components of a loop by it. */
  rounds: Map<Statement, number>;
  loops: Statement[];
  /** Inside a condition on signals nothing but variables may change. */
  conditional: boolean;
}

type Assigned = "<==" | "<--";

class Tracer {
  private readonly result: Trace = { signals: [], inputs: [], outputs: [], steps: [], equations: [], components: [] };
  private readonly calls = new Map<string, Value>();

  constructor(private readonly definitions: ReadonlyMap<string, Definition>) {}

  run(main: Expression): Trace {
    if (main.kind !== "call") throw new Error("circom: the main component is no template with parameters");
    const frame = newFrame();
    const instance = this.instantiate("main", main.name, this.evaluateAll(main.parameters, frame));
    delete instance.given;
    this.finish(instance);
    return this.result;
  }

  // Components ------------------------------------------------------------------------------------------------------

  private instantiate(name: string, template: string, parameters: readonly Value[]): Instance {
    const definition = this.definitions.get(template);
    if (definition?.kind !== "template") throw new Error(`circom: there is no template ${template}`);
    return { name, definition, parameters, given: new Map(), signals: new Map(), finished: false };
  }

  private finish(instance: Instance): void {
    if (instance.finished) return;
    instance.finished = true;
    const { name, definition, parameters } = instance;
    this.result.components.push({ name, template: definition.name, parameters });
    const frame = newFrame(instance);
    definition.parameters.forEach((name, i) => frame.scopes[0].set(name, parameters[i]));
    this.execute(definition.body, frame);
    for (const component of frame.components.values()) this.finish(component);
  }

  private declareSignal(instance: Instance, { name, dimensions }: Declared, direction: string, frame: Frame): void {
    const lengths = dimensions.map((dimension) => this.index(dimension, frame));
    const value = shaped(lengths, (indices) => {
      const local = `${name}${indices}`;
      const signal = this.result.signals.length;
      const input = direction === "input";
      const template = instance.definition.name;
      this.result.signals.push({ name: `${instance.name}.${local}`, template, local, input });
      if (input) this.connect(instance, signal, local);
      if (direction === "output" && !instance.given) this.result.outputs.push(signal);
      return { kind: "signal", signal };
    });
    instance.signals.set(name, value);
  }

  /** Gives an input the value that the component around has assigned. */
  private connect({ given, name }: Instance, signal: number, local: string): void {
    if (!given) {
      this.result.inputs.push(signal);
      return;
    }
    const input = given.get(local);
    if (!input) throw new Error(`circom: nothing is assigned to ${name}.${local}`);
    this.assignSignal(signal, input.value, "<==", input.place);
  }

  private assignSignal(signal: number, value: Scalar, assigner: Assigned, place: Place): void {
    this.result.steps.push({ signal, value, hint: assigner === "<--" });
    if (assigner === "<--") return;
    this.result.equations.push({ assigned: signal, left: { kind: "signal", signal }, right: value, ...place });
  }

  // Statements ------------------------------------------------------------------------------------------------------

  /** The value that a function returns, if the statement returned. */
  private execute(statement: Statement, frame: Frame): Value | undefined {
    try {
      return this.perform(statement, frame);
    } catch (error) {
      const { message } = error as Error;
      if (message.startsWith("circom: ")) throw error;
      throw new Error(`circom: ${statement.at.file}:${statement.at.line}: ${message}`, { cause: error });
    }
  }

  private perform(statement: Statement, frame: Frame): Value | undefined {
    switch (statement.kind) {
      case "block":
        return this.scoped(frame, () => this.executeAll(statement.statements, frame));
      case "signal":
      case "var":
      case "component":
        for (const declared of statement.declared) this.declare(statement, declared, frame);
        return undefined;
      case "assign":
        this.assign(statement, frame);
        return undefined;
      case "equal":
        this.equate(this.evaluate(statement.left, frame), this.evaluate(statement.right, frame), statement.at, frame);
        return undefined;
      case "expression":
        if (statement.expression.kind === "component") this.evaluateAnonymous(statement.expression, frame);
        return undefined;
      case "assert":
        if (this.evaluate(statement.condition, frame) === 0n) throw new Error("an assertion fails");
        return undefined;
      case "return":
        return this.evaluate(statement.value, frame);
      case "if":
        return this.branch(statement, frame);
      case "loop":
        return this.scoped(frame, () => this.loop(statement, frame));
    }
  }

  private executeAll(statements: readonly Statement[], frame: Frame): Value | undefined {
    for (const statement of statements) {
      const returned = this.execute(statement, frame);
      if (returned !== undefined) return returned;
    }
    return undefined;
  }

  private scoped<T>({ scopes }: Frame, run: () => T): T {
    scopes.push(new Map());
    try {
      return run();
    } finally {
      scopes.pop();
    }
  }

  private loop(statement: Statement & { kind: "loop" }, frame: Frame): Value | undefined {
    if (statement.start) this.execute(statement.start, frame);
    frame.loops.push(statement);
    while (this.constant(statement.condition, frame) !== 0n) {
      const returned = this.execute(statement.body, frame);
      if (returned !== undefined) return returned;
      if (statement.step) this.execute(statement.step, frame);
      frame.rounds.set(statement, (frame.rounds.get(statement) ?? 0) + 1);
    }
    frame.loops.pop();
    return undefined;
  }

  private branch({ condition, yes, no }: Statement & { kind: "if" }, frame: Frame): Value | undefined {
    const decision = this.scalar(condition, frame);
    if (typeof decision !== "bigint") {
      this.branchOnSignals(decision, yes, no, frame);
      return undefined;
    }
    if (decision !== 0n) return this.execute(yes, frame);
    return no && this.execute(no, frame);
  }

  /** Both branches, for their variables alone: each variable is then a choice. */
  private branchOnSignals(condition: Formula, yes: Statement, no: Statement | undefined, frame: Frame): void {
    const before = frame.scopes.map((scope) => new Map(scope));
    const outcome = (branch: Statement | undefined): Map<string, Value>[] => {
      frame.scopes = before.map((scope) => new Map(scope));
      const { conditional } = frame;
      frame.conditional = true;
      if (branch && this.execute(branch, frame) !== undefined) throw new Error("a return depends on a signal");
      frame.conditional = conditional;
      return frame.scopes;
    };
    const [ifYes, ifNo] = [outcome(yes), outcome(no)];
    frame.scopes = ifYes.map((scope, depth) => {
      const merged = new Map<string, Value>();
      for (const [name, value] of scope) merged.set(name, choose(condition, value, ifNo[depth].get(name) ?? value));
      return merged;
    });
  }

  private declare(statement: Statement, declared: Declared, frame: Frame): void {
    const { name, dimensions, value } = declared;
    const target: Expression = { kind: "name", name, accesses: [], at: statement.at };
    if (statement.kind === "var") {
      const lengths = dimensions.map((dimension) => this.index(dimension, frame));
      const first = value ? this.evaluate(value.expression, frame) : shaped(lengths, () => 0n);
      frame.scopes[frame.scopes.length - 1].set(name, first);
      return;
    }
    if (statement.kind === "signal") {
      if (!frame.instance) throw new Error("a signal in a function");
      this.declareSignal(frame.instance, declared, statement.direction, frame);
    }
    if (value) this.assign({ assigner: value.assigner, target, value: value.expression, at: statement.at }, frame);
  }

  private assign(statement: { assigner: Assigner; target: Expression; value: Expression; at: Position }, frame: Frame): void {
    const { assigner, target, value, at } = statement;
    const component = value.kind === "call" && this.definitions.get(value.name)?.kind === "template";
    if (component && target.kind === "name") {
      const key = `${target.name}${this.indicesOf(target.accesses, frame)}`;
      const name = `${frame.instance?.name}.${key}`;
      frame.components.set(key, this.instantiate(name, value.name, this.evaluateAll(value.parameters, frame)));
      return;
    }
    if (target.kind === "tuple") {
      const values = this.evaluateMany(value, frame);
      target.items.forEach((item, i) => this.store(item, values[i], assigner, at, frame));
    } else this.store(target, this.evaluate(value, frame), assigner, at, frame);
  }

  private store(target: Expression, value: Value, assigner: Assigner, at: Position, frame: Frame): void {
    if (target.kind !== "name") throw new Error("not assignable");
    if (target.name === "_") return;
    if (assigner === "=") return this.storeVariable(target.name, target.accesses, value, frame);
    if (frame.conditional) throw new Error("a signal is assigned under a condition on signals");

    const { instance } = frame;
    if (!instance) throw new Error("a signal in a function");
    const place: Place = { template: instance.definition.name, component: instance.name, at };
    const field = target.accesses.findIndex((access) => access.kind === "field");
    if (field >= 0) {
      const component = this.component(target.name, target.accesses.slice(0, field), frame);
      const access = target.accesses[field] as { name: string };
      const indices = this.indicesOf(target.accesses.slice(field + 1), frame);
      for (const [rest, scalar] of elementsOf(value)) {
        component.given?.set(`${access.name}${indices}${rest}`, { value: scalar, place });
      }
      return;
    }
    const signals = pick(this.signal(target.name, instance), this.indices(target.accesses, frame));
    const scalars = [...elementsOf(value)];
    [...elementsOf(signals)].forEach(([indices, signal], i) => {
      if (i >= scalars.length) throw new Error(`${target.name}${indices} gets no value`);
      this.assignSignal((signal as { signal: number }).signal, scalars[i][1], assigner, place);
    });
  }

  private storeVariable(name: string, accesses: readonly Access[], value: Value, frame: Frame): void {
    const scope = frame.scopes.findLast((candidate) => candidate.has(name));
    if (!scope) throw new Error(`there is no variable ${name}`);
    scope.set(name, replaced(scope.get(name) as Value, this.indices(accesses, frame), value));
  }

  private equate(left: Value, right: Value, at: Position, { instance }: Frame): void {
    if (!instance) throw new Error("a constraint in a function");
    const place = { template: instance.definition.name, component: instance.name, at };
    const others = [...elementsOf(right)];
    [...elementsOf(left)].forEach(([, a], i) => {
      this.result.equations.push({ left: a, right: others[i][1], ...place });
    });
  }

  // Expressions -----------------------------------------------------------------------------------------------------

  private evaluate(expression: Expression, frame: Frame): Value {
    switch (expression.kind) {
      case "number":
        return expression.value;
      case "name":
        return this.read(expression.name, expression.accesses, frame);
      case "array":
        return this.evaluateAll(expression.items, frame);
      case "infix":
        return infix(expression.operator, this.scalar(expression.left, frame), this.scalar(expression.right, frame));
      case "prefix":
        return prefix(expression.operator, this.scalar(expression.operand, frame));
      case "choice": {
        const condition = this.scalar(expression.condition, frame);
        if (typeof condition === "bigint") return this.evaluate(condition !== 0n ? expression.yes : expression.no, frame);
        return choose(condition, this.evaluate(expression.yes, frame), this.evaluate(expression.no, frame));
      }
      case "call":
        return this.call(expression.name, this.evaluateAll(expression.parameters, frame), frame);
      case "component":
      case "tuple": {
        const values = this.evaluateMany(expression, frame);
        if (values.length !== 1) throw new Error("several values where one is expected");
        return values[0];
      }
    }
  }

  private evaluateAll(expressions: readonly Expression[], frame: Frame): Value[] {
    return expressions.map((expression) => this.evaluate(expression, frame));
  }

  private evaluateMany(expression: Expression, frame: Frame): Value[] {
    if (expression.kind === "component") return this.evaluateAnonymous(expression, frame);
    if (expression.kind === "tuple") return this.evaluateAll(expression.items, frame);
    return [this.evaluate(expression, frame)];
  }

  /** An anonymous component's outputs, in the order of their declaration. */
  private evaluateAnonymous({ name, parameters, inputs, at }: Expression & { kind: "component" }, frame: Frame): Value[] {
    const { instance: parent } = frame;
    if (!parent) throw new Error("a component in a function");
    const loop = frame.loops.at(-1);
    const round = loop ? `[${frame.rounds.get(loop) ?? 0}]` : "";
    const key = `${name}_${at.line}_${at.offset}${round}`;
    const instance = this.instantiate(`${parent.name}.${key}`, name, this.evaluateAll(parameters, frame));
    frame.components.set(key, instance);
    const place = { template: parent.definition.name, component: parent.name, at };
    const names = signalNames(instance.definition, "input");
    inputs.forEach((input, i) => {
      for (const [indices, value] of elementsOf(this.evaluate(input.value, frame))) {
        instance.given?.set(`${input.name ?? names[i]}${indices}`, { value, place });
      }
    });
    this.finish(instance);
    return signalNames(instance.definition, "output").map((output) => this.signal(output, instance));
  }

  private call(name: string, parameters: readonly Value[], frame: Frame): Value {
    const definition = this.definitions.get(name);
    if (definition?.kind !== "function") throw new Error(`there is no function ${name}`);
    const scalars = parameters.flatMap((parameter) => [...elementsOf(parameter)]);
    // What a template calls is called again by its other components; what a function calls is not worth remembering.
    const memorable = frame.instance !== undefined && scalars.every(([, scalar]) => typeof scalar === "bigint");
    const key = memorable ? `${name}(${scalars.map(([indices, scalar]) => `${indices}:${scalar as bigint}`).join()})` : "";
    const known = memorable ? this.calls.get(key) : undefined;
    if (known !== undefined) return known;
    const inner = newFrame();
    definition.parameters.forEach((parameter, i) => inner.scopes[0].set(parameter, parameters[i]));
    const result = this.execute(definition.body, inner);
    if (result === undefined) throw new Error(`function ${name} returns nothing`);
    if (memorable) this.calls.set(key, result);
    return result;
  }

  private read(name: string, accesses: readonly Access[], frame: Frame): Value {
    const field = accesses.findIndex((access) => access.kind === "field");
    if (field >= 0) {
      const component = this.component(name, accesses.slice(0, field), frame);
      this.finish(component);
      const { name: signal } = accesses[field] as { name: string };
      return pick(this.signal(signal, component), this.indices(accesses.slice(field + 1), frame));
    }
    const indices = this.indices(accesses, frame);
    const scope = frame.scopes.findLast((candidate) => candidate.has(name));
    if (scope) return pick(scope.get(name) as Value, indices);
    if (!frame.instance) throw new Error(`there is no variable ${name}`);
    return pick(this.signal(name, frame.instance), indices);
  }

  private signal(name: string, { signals, definition }: Instance): Value {
    const signal = signals.get(name);
    if (signal === undefined) throw new Error(`template ${definition.name} has no signal ${name}`);
    return signal;
  }

  private component(name: string, accesses: readonly Access[], frame: Frame): Instance {
    const key = `${name}${this.indicesOf(accesses, frame)}`;
    const component = frame.components.get(key);
    if (!component) throw new Error(`there is no component ${key}`);
    return component;
  }

  private indices(accesses: readonly Access[], frame: Frame): number[] {
    return accesses.map((access) => {
      if (access.kind === "field") throw new Error(`unexpected ".${access.name}"`);
      return this.index(access.index, frame);
    });
  }

  private indicesOf(accesses: readonly Access[], frame: Frame): string {
    return this.indices(accesses, frame)
      .map((index) => `[${index}]`)
      .join("");
  }

  private index(expression: Expression, frame: Frame): number {
    return Number(this.constant(expression, frame));
  }

  private constant(expression: Expression, frame: Frame): bigint {
    const value = this.evaluate(expression, frame);
    if (typeof value !== "bigint") throw new Error("a length, an index or a loop depends on a signal");
    return value;
  }

  private scalar(expression: Expression, frame: Frame): Scalar {
    const value = this.evaluate(expression, frame);
    if (Array.isArray(value)) throw new Error("an array where a number is expected");
    return value;
  }
}

function newFrame(instance?: Instance): Frame {
  return { scopes: [new Map<string, Value>()], instance, components: new Map(), rounds: new Map(), loops: [], conditional: false };
}

function choose(condition: Formula, yes: Value, no: Value): Value {
  if (yes === no) return yes;
  if (Array.isArray(yes) && Array.isArray(no)) return yes.map((item, i) => choose(condition, item, no[i]));
  if (Array.isArray(yes) || Array.isArray(no)) throw new Error("a choice between a number and an array");
  return { kind: "choice", condition, yes, no };
}

/** Names of a template's inputs or outputs, in the order of declaration. */
function signalNames({ body }: Definition, direction: "input" | "output"): string[] {
  const statements = body.kind === "block" ? body.statements : [];
  return statements.flatMap((statement) =>
    statement.kind === "signal" && statement.direction === direction ? statement.declared.map(({ name }) => name) : [],
  );
}
