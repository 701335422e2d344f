/** The syntax of circom, as far as circuits need it: no buses, no custom gates. */

/** Where something stands: what circom names anonymous components by, and what people look up. */
export interface Position {
  /** Path as it is shown to people. */
  file: string;
  line: number;
  /** Bytes before it in the file. */
  offset: number;
}

/** `name[i].field[j]`: what follows the name. */
export type Access = { kind: "index"; index: Expression } | { kind: "field"; name: string };

export type Expression =
  | { kind: "number"; value: bigint }
  | { kind: "name"; name: string; accesses: Access[]; at: Position }
  | { kind: "infix"; operator: string; left: Expression; right: Expression }
  | { kind: "prefix"; operator: string; operand: Expression }
  | { kind: "choice"; condition: Expression; yes: Expression; no: Expression }
  | { kind: "array"; items: Expression[] }
  | { kind: "tuple"; items: Expression[] }
  | { kind: "call"; name: string; parameters: Expression[]; at: Position }
  | { kind: "component"; name: string; parameters: Expression[]; inputs: Input[]; at: Position };

/** An input of an anonymous component, by name where the source gives one. */
export interface Input {
  name?: string;
  value: Expression;
}

/** `=` for variables and components, `<==` and `<--` for signals. */
export type Assigner = "=" | "<==" | "<--";

/** A name declared with its dimensions, and with its first value where the source gives one. */
export interface Declared {
  name: string;
  dimensions: Expression[];
  value?: { assigner: Assigner; expression: Expression };
}

export type Statement =
  | { kind: "signal"; direction: "input" | "output" | "intermediate"; declared: Declared[]; at: Position }
  | { kind: "var" | "component"; declared: Declared[]; at: Position }
  | { kind: "assign"; assigner: Assigner; target: Expression; value: Expression; at: Position }
  | { kind: "equal"; left: Expression; right: Expression; at: Position }
  | { kind: "expression"; expression: Expression; at: Position }
  | { kind: "if"; condition: Expression; yes: Statement; no?: Statement; at: Position }
  | { kind: "loop"; start?: Statement; condition: Expression; step?: Statement; body: Statement; at: Position }
  | { kind: "block"; statements: Statement[]; at: Position }
  | { kind: "return"; value: Expression; at: Position }
  | { kind: "assert"; condition: Expression; at: Position };

/** A template or a function. */
export interface Definition {
  kind: "template" | "function";
  name: string;
  parameters: string[];
  body: Statement;
  at: Position;
}

export interface SourceFile {
  includes: string[];
  definitions: Definition[];
  /** The expression of `component main`, with its public inputs. */
  main?: { component: Expression; publics: string[] };
}
