/** Mutants: sources with one change that the tests ought to notice. */
import { OPERATOR_NAMES, OPERATORS, type Change, type OperatorName } from "./operators";
import { Source, walk, type Edit, type Node } from "./syntax";

/** What names a mutant, wherever in its file it stands. */
export interface MutantName {
  readonly file: string;
  /** Contract.function, or the variable's name instead of the function's. */
  readonly function: string;
  readonly operator: OperatorName;
  /** Source around the change, white space collapsed. */
  readonly original: string;
  readonly mutated: string;
  /** Which of several of the same name, from 0. */
  readonly occurrence: number;
}

export interface Mutant extends MutantName, Edit {
  /** From 1. */
  readonly line: number;
}

/** All mutants of a file, in its order. */
export function mutantsOf(file: string, content: string, tree: Node): Mutant[] {
  const source = new Source(content);
  const mutants: Mutant[] = [];
  const seen = new Map<string, number>();
  const add = (operator: OperatorName, where: string, { context, ...edit }: Change): void => {
    const before = source.text({ start: context.start, end: edit.start });
    const after = source.text({ start: edit.end, end: context.end });
    const original = collapse(source.text(context));
    const mutated = collapse(before + edit.text + after);
    const key = JSON.stringify([where, operator, original, mutated]);
    const occurrence = seen.get(key) ?? 0;
    seen.set(key, occurrence + 1);
    const line = source.line(edit.start);
    mutants.push({ file, line, function: where, operator, original, mutated, occurrence, ...edit });
  };
  walk(tree, (node, ancestors) => {
    if ([...ancestors, node].some(({ contractKind }) => contractKind === "interface")) return;
    for (const operator of OPERATOR_NAMES) {
      for (const change of OPERATORS[operator](node, ancestors, source)) {
        add(operator, placeOf([...ancestors, node]), change);
      }
    }
  });
  return mutants.sort((a, b) => a.start - b.start);
}

function placeOf(nodes: readonly Node[]): string {
  const contract = nodes.find(({ nodeType }) => nodeType === "ContractDefinition");
  const member = nodes.find(
    (node) => /^(Function|Modifier)Definition$/.test(node.nodeType) || node.nodeType === "VariableDeclaration",
  );
  // Constructors have a kind only.
  const names = [contract?.name, member?.name || member?.kind];
  return names.filter((name) => typeof name === "string").join(".");
}

function collapse(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** Whether two changes of one file touch the same bytes. */
export function overlap(a: Mutant, b: Mutant): boolean {
  return a.file === b.file && a.start < b.end && b.start < a.end;
}
