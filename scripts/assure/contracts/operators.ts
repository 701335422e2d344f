/** What a mutant changes: each operator lists, for one node of a syntax tree, the changes that it makes there. */
import { child, children, rangeOf, walk, type Edit, type Node, type Range, type Source } from "./syntax";

/** One change, and the range of source around it that says what it means. */
export interface Change extends Edit {
  readonly context: Range;
}

type Operator = (node: Node, ancestors: readonly Node[], source: Source) => Change[];

export const OPERATORS = {
  require: withoutCheck,
  comparison: withOtherComparison,
  "off-by-one": besideByOne,
  swap: withSwappedArguments,
  modifier: withoutModifier,
} as const satisfies Record<string, Operator>;

export type OperatorName = keyof typeof OPERATORS;

export const OPERATOR_NAMES = Object.keys(OPERATORS) as OperatorName[];

// Deleted checks -----------------------------------------------------------------------------------------------------

/** Deletes a statement that reverts, with the `if` that it alone stands under. */
function withoutCheck(node: Node, ancestors: readonly Node[], source: Source): Change[] {
  const call = revertingCall(node);
  if (!call) return [];
  let statement = node;
  let above = ancestors;
  const parent = above.at(-1);
  if (parent?.nodeType === "Block" && children(parent, "statements").length === 1) {
    if (above.at(-2)?.nodeType === "IfStatement") [statement, above] = [parent, above.slice(0, -1)];
  }
  let condition = called(call) === "require" ? children(call, "arguments")[0] : undefined;
  const branching = above.at(-1);
  if (branching?.nodeType === "IfStatement" && branching.trueBody === statement && !child(branching, "falseBody")) {
    condition = child(branching, "condition");
    statement = branching;
  }
  const range = withSemicolon(rangeOf(statement), source);
  // What the condition does is done still.
  const text = condition && acts(condition) ? `{ ${source.text(rangeOf(condition))}; }` : "{}";
  return [{ ...range, text, context: range }];
}

/** The call by which a statement reverts, or may. */
function revertingCall(node: Node): Node | undefined {
  if (node.nodeType === "RevertStatement") return child(node, "errorCall");
  if (node.nodeType !== "ExpressionStatement") return undefined;
  const call = child(node, "expression");
  return call && /^(require|revert|assert)$/.test(called(call) ?? "") ? call : undefined;
}

/** The name by which a function is called. */
function called(call: Node): string | undefined {
  const name = child(call, "expression")?.name;
  return call.nodeType === "FunctionCall" && typeof name === "string" ? name : undefined;
}

/** The name of a library's function that is called: `mulDiv` of `Math.mulDiv(a, b, c)`. */
function member(call: Node): string | undefined {
  const name = child(call, "expression")?.memberName;
  return call.nodeType === "FunctionCall" && typeof name === "string" ? name : undefined;
}

/** Whether evaluating an expression may change anything. */
function acts(expression: Node): boolean {
  let found = false;
  walk(expression, (node) => {
    if (node.nodeType === "Assignment") found = true;
    if (node.nodeType === "UnaryOperation" && /^(\+\+|--|delete)$/.test(String(node.operator))) found = true;
    if (node.nodeType === "FunctionCall" && node.kind === "functionCall") {
      const type = child(node, "expression")?.typeDescriptions?.typeString ?? "";
      if (type.startsWith("function ") && !/ (view|pure)\b/.test(type)) found = true;
    }
  });
  return found;
}

/** The compiler leaves a statement's semicolon out of its range. */
function withSemicolon({ start, end }: Range, source: Source): Range {
  const rest = /^\s*;/.exec(source.text({ start: end, end: source.length }));
  return { start, end: end + (rest?.[0].length ?? 0) };
}

// Comparisons --------------------------------------------------------------------------------------------------------

const OTHER_COMPARISONS: Record<string, readonly string[]> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "==": ["!="],
  "!=": ["=="],
};

/** Moves a comparison's boundary, and negates it. */
function withOtherComparison(node: Node, _: readonly Node[], source: Source): Change[] {
  if (node.nodeType !== "BinaryOperation") return [];
  const others = OTHER_COMPARISONS[String(node.operator)] ?? [];
  const { left, right } = operands(node);
  const between = { start: rangeOf(left).end, end: rangeOf(right).start };
  const start = between.start + Buffer.from(source.text(between).split(String(node.operator))[0]).length;
  const end = start + String(node.operator).length;
  return others.map((text) => ({ start, end, text, context: rangeOf(node) }));
}

function operands(node: Node): { left: Node; right: Node } {
  const [left, right] = [child(node, "leftExpression"), child(node, "rightExpression")];
  if (!left || !right) throw new Error(`${node.nodeType} without two operands`);
  return { left, right };
}

// Off by one ---------------------------------------------------------------------------------------------------------

const INTEGER = /^(u?int\d*|int_const .*)$/;

/** Adds one to a number, and subtracts it: to literals, to whole sums, and to what is multiplied, divided or shifted by. */
function besideByOne(node: Node, ancestors: readonly Node[], source: Source): Change[] {
  const parent = ancestors.at(-1);
  if (!parent) return [];
  if (node.nodeType === "Literal") return literalByOne(node, parent);
  const { typeDescriptions } = node;
  if (!INTEGER.test(typeDescriptions?.typeString ?? "")) return [];
  if (node.nodeType === "Assignment") {
    const value = child(node, "rightHandSide");
    return value && /^[-+]=$/.test(String(node.operator)) ? operandByOne(value, node, source) : [];
  }
  if (node.nodeType !== "BinaryOperation") return [];
  const { left, right } = operands(node);
  switch (node.operator) {
    case "+":
    case "-":
      return isSum(parent) || termsOf(node).some(isLiteral) ? [] : byOne(node, node, source);
    case "*":
      return [...operandByOne(left, node, source), ...operandByOne(right, node, source)];
    case "/":
    case "%":
    case "**":
    case "<<":
    case ">>":
      return operandByOne(right, node, source);
    default:
      return [];
  }
}

function literalByOne(node: Node, parent: Node): Change[] {
  const digits = String(node.value).replaceAll("_", "");
  // The length of an array's type is no value, and a literal of 20 bytes is an address.
  const isNumber = node.kind === "number" && INTEGER.test(node.typeDescriptions?.typeString ?? "");
  if (!isNumber || parent.nodeType === "ArrayTypeName" || !/^(\d+|0x[\da-f]+)$/i.test(digits)) return [];
  const value = BigInt(digits);
  const unit = typeof node.subdenomination === "string" ? ` ${node.subdenomination}` : "";
  return [value + 1n, value - 1n]
    .filter((other) => other >= 0n)
    .map((other) => ({ ...rangeOf(node), text: `${other}${unit}`, context: rangeOf(parent) }));
}

/** Literals and sums are changed by themselves. */
function operandByOne(operand: Node, operation: Node, source: Source): Change[] {
  const bare = inside(operand);
  return isLiteral(bare) || isSum(bare) ? [] : byOne(operand, operation, source);
}

function byOne(value: Node, operation: Node, source: Source): Change[] {
  const range = rangeOf(value);
  const context = rangeOf(operation);
  return ["+", "-"].map((sign) => ({ ...range, text: `(${source.text(range)} ${sign} 1)`, context }));
}

/** An expression without its parentheses. */
function inside(node: Node): Node {
  const [only, ...more] = children(node, "components");
  return node.nodeType === "TupleExpression" && only && more.length === 0 ? inside(only) : node;
}

const isLiteral = (node: Node): boolean => node.nodeType === "Literal";

const isSum = (node: Node): boolean => node.nodeType === "BinaryOperation" && /^[-+]$/.test(String(node.operator));

function termsOf(node: Node): Node[] {
  if (!isSum(node)) return [node];
  const { left, right } = operands(node);
  return [...termsOf(left), ...termsOf(right)];
}

// Swapped arguments --------------------------------------------------------------------------------------------------

/** Functions whose first two arguments may be swapped. */
const COMMUTATIVE = /^(addmod|mulmod|mulDiv|min|max)$/;

/** Swaps neighbours of one type in a list: arguments of a call, of a struct, of an event or an error, items of an array or a tuple. */
function withSwappedArguments(node: Node, ancestors: readonly Node[], source: Source): Change[] {
  const list = listOf(node, ancestors);
  const changes: Change[] = [];
  for (let i = 0; i + 1 < list.length; i++) {
    const [a, b] = [rangeOf(list[i]), rangeOf(list[i + 1])];
    const [first, second] = [source.text(a), source.text(b)];
    if (first === second || !sameType(list[i], list[i + 1])) continue;
    if (i === 0 && COMMUTATIVE.test(called(node) ?? member(node) ?? "")) continue;
    const text = second + source.text({ start: a.end, end: b.start }) + first;
    changes.push({ start: a.start, end: b.end, text, context: rangeOf(node) });
  }
  return changes;
}

function listOf(node: Node, ancestors: readonly Node[]): Node[] {
  if (node.nodeType === "FunctionCall") return node.kind === "typeConversion" ? [] : children(node, "arguments");
  if (node.nodeType !== "TupleExpression") return [];
  // Swapping what is assigned to is swapping what is assigned.
  const assigned = ancestors.at(-1)?.nodeType === "Assignment" && ancestors.at(-1)?.leftHandSide === node;
  return assigned ? [] : children(node, "components");
}

/** Types without where the value is stored; the compiler decides whether a literal fits another integer's place. */
function sameType(a: Node, b: Node): boolean {
  const [first, second] = [a, b].map(({ typeDescriptions }) =>
    (typeDescriptions?.typeString ?? "").replace(/ (memory|calldata|storage)( (ref|pointer|slice))?$/, ""),
  );
  const literal = [first, second].some((type) => type.startsWith("int_const"));
  return first === second || (literal && INTEGER.test(first) && INTEGER.test(second));
}

// Modifiers ----------------------------------------------------------------------------------------------------------

/** Deletes a modifier of a function; calls of base constructors stay. */
function withoutModifier(node: Node, ancestors: readonly Node[]): Change[] {
  const parent = ancestors.at(-1);
  if (node.nodeType !== "ModifierInvocation" || node.kind !== "modifierInvocation" || !parent) return [];
  const body = child(parent, "body");
  const context = { start: rangeOf(parent).start, end: rangeOf(body ?? parent).start };
  return [{ ...rangeOf(node), text: "", context }];
}
