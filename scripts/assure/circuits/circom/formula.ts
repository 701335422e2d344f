import { INFIX, PREFIX } from "./arithmetic";

/** How a value follows from signals. What follows from no signal is a number. */
export type Formula =
  | { kind: "signal"; signal: number }
  | { kind: "infix"; operator: string; left: Scalar; right: Scalar }
  | { kind: "prefix"; operator: string; operand: Scalar }
  | { kind: "choice"; condition: Formula; yes: Scalar; no: Scalar };

export type Scalar = bigint | Formula;

export function infix(operator: string, left: Scalar, right: Scalar): Scalar {
  if (typeof left === "bigint" && typeof right === "bigint") return INFIX[operator](left, right);
  return simpler(operator, left, right) ?? { kind: "infix", operator, left, right };
}

export function prefix(operator: string, operand: Scalar): Scalar {
  return typeof operand === "bigint" ? PREFIX[operator](operand) : { kind: "prefix", operator, operand };
}

/** What a neutral number leaves as it is: circom's compiler sees through it too. */
function simpler(operator: string, left: Scalar, right: Scalar): Scalar | undefined {
  if (operator === "+") return left === 0n ? right : right === 0n ? left : undefined;
  if (operator === "-") return right === 0n ? left : undefined;
  if (operator !== "*") return undefined;
  if (left === 0n || right === 0n) return 0n;
  return left === 1n ? right : right === 1n ? left : undefined;
}

/** The signals that a value follows from. */
export function signalsOf(...scalars: readonly Scalar[]): Set<number> {
  const signals = new Set<number>();
  const seen = new Set<Scalar>();
  const pending = [...scalars];
  for (let scalar = pending.pop(); scalar !== undefined; scalar = pending.pop()) {
    if (typeof scalar === "bigint" || seen.has(scalar)) continue;
    seen.add(scalar);
    if (scalar.kind === "signal") signals.add(scalar.signal);
    else pending.push(...operandsOf(scalar));
  }
  return signals;
}

function operandsOf(formula: Exclude<Formula, { kind: "signal" }>): Scalar[] {
  switch (formula.kind) {
    case "infix":
      return [formula.left, formula.right];
    case "prefix":
      return [formula.operand];
    case "choice":
      return [formula.condition, formula.yes, formula.no];
  }
}

export type Evaluator = (values: readonly bigint[]) => bigint;

/** Makes a function of a formula. @param place where a signal's value is */
export function compileFormula(scalar: Scalar, place: (signal: number) => number): Evaluator {
  if (typeof scalar === "bigint") return () => scalar;
  switch (scalar.kind) {
    case "signal": {
      const index = place(scalar.signal);
      return (values) => values[index];
    }
    case "infix": {
      const operation = INFIX[scalar.operator];
      const left = compileFormula(scalar.left, place);
      const right = compileFormula(scalar.right, place);
      return (values) => operation(left(values), right(values));
    }
    case "prefix": {
      const operation = PREFIX[scalar.operator];
      const operand = compileFormula(scalar.operand, place);
      return (values) => operation(operand(values));
    }
    case "choice": {
      const condition = compileFormula(scalar.condition, place);
      const yes = compileFormula(scalar.yes, place);
      const no = compileFormula(scalar.no, place);
      return (values) => (condition(values) !== 0n ? yes(values) : no(values));
    }
  }
}
