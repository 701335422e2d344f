import type { Access, Assigner, Declared, Definition, Expression, Input, Position, SourceFile, Statement } from "./ast";
import { tokenize, type Token } from "./lexer";

/** Operators from the loosest to the tightest, all left-associative. */
const INFIX: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["==", "!=", "<", ">", "<=", ">="],
  ["|"],
  ["^"],
  ["&"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "\\", "%"],
  ["**"],
];
const PREFIX = ["!", "~", "-"];
const UPDATES = ["+=", "-=", "*=", "/=", "\\=", "%=", "**=", "&=", "|=", "^=", "<<=", ">>="];

/**
 * Reads a file of circom.
 * @param file how it is named in positions and errors
 * @throws Error with the place of what is not understood
 */
export function parse(text: string, file: string): SourceFile {
  return new Parser(tokenize(text, file)).file();
}

class Parser {
  private next = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  file(): SourceFile {
    const result: SourceFile = { includes: [], definitions: [] };
    while (this.token.kind !== "end") {
      const at = this.token.at;
      const word = this.name();
      if (word === "pragma") while (!this.skip(";")) this.next++;
      else if (word === "include") {
        result.includes.push(this.take("string"));
        this.expect(";");
      } else if (word === "template" || word === "function") result.definitions.push(this.definition(word, at));
      else if (word === "component") result.main = this.main();
      else throw this.unexpected();
    }
    return result;
  }

  private main(): SourceFile["main"] {
    const publics: string[] = [];
    this.expect("main");
    if (this.skip("{")) {
      this.expect("public");
      this.expect("[");
      publics.push(...this.list("]", () => this.name()));
      this.expect("}");
    }
    this.expect("=");
    const component = this.expression();
    this.expect(";");
    return { component, publics };
  }

  private definition(kind: Definition["kind"], at: Position): Definition {
    this.skip("parallel");
    const name = this.name();
    this.expect("(");
    return { kind, name, parameters: this.list(")", () => this.name()), body: this.block(), at };
  }

  // Statements ------------------------------------------------------------------------------------------------------

  private block(): Statement {
    const { at } = this.token;
    this.expect("{");
    const statements: Statement[] = [];
    while (!this.skip("}")) statements.push(this.statement());
    return { kind: "block", statements, at };
  }

  private statement(): Statement {
    const { at, text } = this.token;
    if (text === "{") return this.block();
    if (this.skip("if")) {
      const condition = this.parenthesized();
      const yes = this.statement();
      return { kind: "if", condition, yes, at, ...(this.skip("else") ? { no: this.statement() } : {}) };
    }
    if (this.skip("while")) return { kind: "loop", condition: this.parenthesized(), body: this.statement(), at };
    if (this.skip("for")) {
      this.expect("(");
      const start = this.simple();
      this.expect(";");
      const condition = this.expression();
      this.expect(";");
      const step = this.simple();
      this.expect(")");
      return { kind: "loop", start, condition, step, body: this.statement(), at };
    }
    const statement = this.simple();
    this.expect(";");
    return statement;
  }

  /** A statement that a semicolon ends, without it. */
  private simple(): Statement {
    const { at } = this.token;
    if (this.skip("signal")) {
      const direction = this.skip("input") ? "input" : this.skip("output") ? "output" : "intermediate";
      if (this.skip("{")) this.list("}", () => this.name());
      return { kind: "signal", direction, declared: this.declared(), at };
    }
    if (this.skip("var")) return { kind: "var", declared: this.declared(), at };
    if (this.skip("component")) return { kind: "component", declared: this.declared(), at };
    if (this.skip("return")) return { kind: "return", value: this.expression(), at };
    if (this.skip("assert")) return { kind: "assert", condition: this.parenthesized(), at };

    const left = this.expression();
    if (this.skip("===")) return { kind: "equal", left, right: this.expression(), at };
    for (const [symbol, assigner] of [
      ["==>", "<=="],
      ["-->", "<--"],
    ] as const) {
      if (this.skip(symbol)) return { kind: "assign", assigner, target: this.expression(), value: left, at };
    }
    const assigner = this.assigner();
    if (assigner) return { kind: "assign", assigner, target: left, value: this.expression(), at };
    const update = UPDATES.find((symbol) => this.skip(symbol));
    if (update) return this.update(left, update.slice(0, -1), this.expression(), at);
    if (this.skip("++")) return this.update(left, "+", { kind: "number", value: 1n }, at);
    if (this.skip("--")) return this.update(left, "-", { kind: "number", value: 1n }, at);
    return { kind: "expression", expression: left, at };
  }

  private update(target: Expression, operator: string, right: Expression, at: Position): Statement {
    const value: Expression = { kind: "infix", operator, left: target, right };
    return { kind: "assign", assigner: "=", target, value, at };
  }

  private assigner(): Assigner | undefined {
    return (["<==", "<--", "="] as const).find((symbol) => this.skip(symbol));
  }

  private declared(): Declared[] {
    const result: Declared[] = [];
    do {
      const name = this.name();
      const dimensions: Expression[] = [];
      while (this.skip("[")) {
        dimensions.push(this.expression());
        this.expect("]");
      }
      const assigner = this.assigner();
      result.push({ name, dimensions, ...(assigner && { value: { assigner, expression: this.expression() } }) });
    } while (this.skip(","));
    return result;
  }

  // Expressions -----------------------------------------------------------------------------------------------------

  private parenthesized(): Expression {
    this.expect("(");
    const expression = this.expression();
    this.expect(")");
    return expression;
  }

  private expression(): Expression {
    const condition = this.infix(0);
    if (!this.skip("?")) return condition;
    const yes = this.expression();
    this.expect(":");
    return { kind: "choice", condition, yes, no: this.expression() };
  }

  private infix(level: number): Expression {
    if (level === INFIX.length) return this.prefix();
    let left = this.infix(level + 1);
    for (;;) {
      const operator = INFIX[level].find((symbol) => this.skip(symbol));
      if (operator === undefined) return left;
      left = { kind: "infix", operator, left, right: this.infix(level + 1) };
    }
  }

  private prefix(): Expression {
    const operator = PREFIX.find((symbol) => this.skip(symbol));
    if (operator !== undefined) return { kind: "prefix", operator, operand: this.prefix() };
    return this.primary();
  }

  private primary(): Expression {
    const { kind, at } = this.token;
    if (kind === "number") return { kind: "number", value: BigInt(this.take("number")) };
    if (this.skip("[")) return { kind: "array", items: this.list("]", () => this.expression()) };
    if (this.skip("(")) {
      const items = this.list(")", () => this.expression());
      return items.length === 1 ? items[0] : { kind: "tuple", items };
    }
    this.skip("parallel");
    const name = this.name();
    if (!this.skip("(")) return { kind: "name", name, accesses: this.accesses(), at };
    const parameters = this.list(")", () => this.expression());
    if (!this.skip("(")) return { kind: "call", name, parameters, at };
    return { kind: "component", name, parameters, inputs: this.list(")", () => this.input()), at };
  }

  private accesses(): Access[] {
    const result: Access[] = [];
    for (;;) {
      if (this.skip("[")) {
        result.push({ kind: "index", index: this.expression() });
        this.expect("]");
      } else if (this.skip(".")) result.push({ kind: "field", name: this.name() });
      else return result;
    }
  }

  private input(): Input {
    const named = this.tokens[this.next + 1].text === "<==";
    if (!named) return { value: this.expression() };
    const name = this.name();
    this.expect("<==");
    return { name, value: this.expression() };
  }

  // Tokens ----------------------------------------------------------------------------------------------------------

  private get token(): Token {
    return this.tokens[this.next];
  }

  private list<T>(end: string, read: () => T): T[] {
    const items: T[] = [];
    if (this.skip(end)) return items;
    do items.push(read());
    while (this.skip(","));
    this.expect(end);
    return items;
  }

  private skip(text: string): boolean {
    const found = this.token.text === text && this.token.kind !== "string";
    if (found) this.next++;
    return found;
  }

  private expect(text: string): void {
    if (!this.skip(text)) throw this.unexpected(`"${text}"`);
  }

  private name(): string {
    return this.take("name");
  }

  private take(kind: Token["kind"]): string {
    if (this.token.kind !== kind) throw this.unexpected(`a ${kind}`);
    return this.tokens[this.next++].text;
  }

  private unexpected(expected = "something else"): Error {
    const { text, at } = this.token;
    return new Error(`${at.file}:${at.line}: expected ${expected}, found "${text}"`);
  }
}
