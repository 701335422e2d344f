import * as F from "../../../protocol/crypto/field";
import type { Scalar } from "./circom/formula";
import type { Trace } from "./circom/trace";

/** Σ coefficient·signal + constant, by the representative of each signal. */
interface Linear {
  terms: Map<number, bigint>;
  constant: bigint;
}

/**
 * Finds the signals that circom's `--O1` makes one, or a number: by its linear constraints `a = b` and `a = 5`, again and again.
 * @param kept whether the compiled circuit has the signal
 * @returns the representative of each signal
 */
export function mergeSignals({ signals, equations }: Trace, kept: (signal: number) => boolean): number[] {
  const parents = signals.map((_, signal) => signal);
  const isKept = signals.map((_, signal) => kept(signal));
  const numbers = new Map<number, bigint>();

  const find = (signal: number): number => {
    while (parents[signal] !== signal) {
      parents[signal] = parents[parents[signal]];
      signal = parents[signal];
    }
    return signal;
  };
  const formOf = (scalar: Scalar): Linear | undefined =>
    linear(scalar, (signal) => {
      const root = find(signal);
      const number = numbers.get(root);
      return number === undefined ? { terms: new Map([[root, 1n]]), constant: 0n } : { terms: new Map(), constant: number };
    });
  /** Whether the equation makes a signal another. */
  const equates = ({ terms, constant }: Linear): boolean => {
    const [[a, x] = [0, 0n], [b, y] = [0, 0n]] = terms;
    if (terms.size !== 2 || constant !== 0n || F.add(x, y) !== 0n || (isKept[a] && isKept[b])) return false;
    parents[b] = a;
    isKept[a] ||= isKept[b];
    return true;
  };
  /** Whether it makes a signal a number. */
  const fixes = ({ terms, constant }: Linear): boolean => {
    const [[a, x] = [0, 0n]] = terms;
    if (terms.size !== 1 || isKept[a]) return false;
    numbers.set(a, F.div(F.neg(constant), x));
    return true;
  };

  let left = equations.filter(({ left, right }) => formOf(left) && formOf(right));
  /** Whether that did anything. */
  const applyAll = (apply: (form: Linear) => boolean): boolean => {
    const before = left.length;
    left = left.filter((equation) => !apply(combine(formOf(equation.left), formOf(equation.right), F.R - 1n)));
    return left.length < before;
  };
  // Numbers come last: an output that equals a number takes others with it.
  while (applyAll(equates) || applyAll(fixes));
  return signals.map((_, signal) => find(signal));
}

/** The linear form of a value; undefined where signals are multiplied, or anything else is done to them. */
function linear(scalar: Scalar, lookUp: (signal: number) => Linear): Linear | undefined {
  if (typeof scalar === "bigint") return { terms: new Map(), constant: scalar };
  const visit = (operand: Scalar): Linear | undefined => linear(operand, lookUp);
  const times = (form: Linear | undefined, factor: bigint) => form && combine(undefined, form, factor);
  if (scalar.kind === "signal") return lookUp(scalar.signal);
  if (scalar.kind === "prefix") return scalar.operator === "-" ? times(visit(scalar.operand), F.R - 1n) : undefined;
  if (scalar.kind === "choice") return undefined;
  const { operator, left, right } = scalar;
  if (operator === "*" && typeof left === "bigint") return times(visit(right), left);
  if (operator === "*" && typeof right === "bigint") return times(visit(left), right);
  if (operator === "/" && typeof right === "bigint") return times(visit(left), F.inv(right));
  if (operator !== "+" && operator !== "-") return undefined;
  const [a, b] = [visit(left), visit(right)];
  return a && b && combine(a, b, operator === "+" ? 1n : F.R - 1n);
}

/** a + factor·b. */
function combine(a: Linear | undefined, b: Linear | undefined, factor: bigint): Linear {
  const terms = new Map(a?.terms);
  for (const [signal, coefficient] of b?.terms ?? []) {
    const sum = F.add(terms.get(signal) ?? 0n, F.mul(coefficient, factor));
    if (sum === 0n) terms.delete(signal);
    else terms.set(signal, sum);
  }
  return { terms, constant: F.add(a?.constant ?? 0n, F.mul(b?.constant ?? 0n, factor)) };
}
