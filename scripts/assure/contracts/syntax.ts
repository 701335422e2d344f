/** The compiler's syntax trees, as far as mutants are made from them. Positions count bytes, as the compiler does. */

export interface Node {
  readonly nodeType: string;
  /** start:length:file */
  readonly src: string;
  readonly typeDescriptions?: { readonly typeString?: string | null };
  readonly [key: string]: unknown;
}

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** What stands at a range of bytes, and what shall stand there. */
export interface Edit extends Range {
  readonly text: string;
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "nodeType" in value;
}

/** The node's child of that name, if it has one. */
export function child(node: Node, name: string): Node | undefined {
  const value = node[name];
  return isNode(value) ? value : undefined;
}

/** The nodes in the node's list of that name. */
export function children(node: Node, name: string): Node[] {
  const value = node[name];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** Visits every node of Solidity below, itself included, with its ancestors, nearest last. Assembly is not visited. */
export function walk(
  node: Node,
  visit: (node: Node, ancestors: readonly Node[]) => void,
  ancestors: readonly Node[] = [],
): void {
  if (node.nodeType === "InlineAssembly") return;
  visit(node, ancestors);
  const next = [...ancestors, node];
  for (const value of Object.values(node)) {
    for (const item of [value].flat()) if (isNode(item)) walk(item, visit, next);
  }
}

export function rangeOf({ src }: Node): Range {
  const [start, length] = src.split(":").map(Number);
  return { start, end: start + length };
}

/** A source file's text. */
export class Source {
  private readonly bytes: Buffer;

  constructor(content: string) {
    this.bytes = Buffer.from(content);
  }

  get length(): number {
    return this.bytes.length;
  }

  text({ start, end }: Range): string {
    return this.bytes.toString("utf8", start, end);
  }

  /** From 1. */
  line(position: number): number {
    return this.text({ start: 0, end: position }).split("\n").length;
  }

  /** The text after edits that do not overlap. */
  edited(edits: readonly Edit[]): string {
    let at = 0;
    let result = "";
    for (const { start, end, text } of [...edits].sort((a, b) => a.start - b.start)) {
      if (start < at) throw new Error(`edits overlap at byte ${start}`);
      result += this.text({ start: at, end: start }) + text;
      at = end;
    }
    return result + this.text({ start: at, end: this.length });
  }
}
