import type { Position } from "./ast";

export interface Token {
  kind: "number" | "name" | "string" | "symbol" | "end";
  text: string;
  at: Position;
}

/** Longest first, so that the first match is the right one. */
const SYMBOLS = [
  ...["<==", "==>", "<--", "-->", "===", "**=", "\\\\=", "<<=", ">>=", "&&=", "||="],
  ...["**", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+=", "-=", "*=", "/=", "\\=", "%=", "&=", "|=", "^="],
  ...["++", "--", "+", "-", "*", "/", "\\", "%", "&", "|", "^", "~", "!", "<", ">", "=", "?", ":", ";", ",", "."],
  ...["(", ")", "[", "]", "{", "}"],
];

const PIECE = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|(0x[0-9A-Fa-f]+|\d+)|([A-Za-z_$][\w$]*)|"([^"\n]*)"|(\S)/gy;

/**
 * The tokens of a file, comments left out.
 * @throws Error with the place of a character that begins no token
 */
export function tokenize(text: string, file: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let offset = 0;
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < text.length) {
    const start = PIECE.lastIndex;
    const match = PIECE.exec(text);
    if (!match) throw new Error(`${file}:${line}: unreadable`);
    const at = { file, line, offset };
    const [piece, number, name, string, other] = match;
    if (number !== undefined) tokens.push({ kind: "number", text: number, at });
    else if (name !== undefined) tokens.push({ kind: "name", text: name, at });
    else if (string !== undefined) tokens.push({ kind: "string", text: string, at });
    else if (other !== undefined) {
      const symbol = SYMBOLS.find((candidate) => text.startsWith(candidate, start));
      if (symbol === undefined) throw new Error(`${file}:${line}: unexpected "${other}"`);
      tokens.push({ kind: "symbol", text: symbol, at });
      PIECE.lastIndex = start + symbol.length;
    }
    const read = other === undefined ? piece : text.slice(start, PIECE.lastIndex);
    for (const character of read) if (character === "\n") line++;
    offset += Buffer.byteLength(read);
  }
  tokens.push({ kind: "end", text: "", at: { file, line, offset } });
  return tokens;
}
