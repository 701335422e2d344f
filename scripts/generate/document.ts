import { examples, type Example } from "../../protocol/witness/examples";
import * as spec from "../../protocol/spec";
import type { Layout } from "../../protocol/spec";

const LAYOUTS: Record<string, Layout> = {
  CountersCell: spec.CountersCell,
  OwnerCell: spec.OwnerCell,
  BalanceCell: spec.BalanceCell,
  HeaderWord: spec.HeaderWord,
  DepositWord0: spec.DepositWord0,
  DepositWord1: spec.DepositWord1,
  SetKeyWord0: spec.SetKeyWord0,
  SetKeyWord1: spec.SetKeyWord1,
  FullExitWord0: spec.FullExitWord0,
  FullExitWord1: spec.FullExitWord1,
  TransferWord: spec.TransferWord,
  WithdrawWord: spec.WithdrawWord,
  ExactWord: spec.ExactWord,
  OpenWord: spec.OpenWord,
  OpenToWord: spec.OpenToWord,
  MessageTail: spec.MessageTail,
  PaymentWord: spec.PaymentWord,
};

const MARKER = /<!-- generated: (\w+) -->[\s\S]*?<!-- end -->/g;

/** Fills the marked parts of the protocol document: `<!-- generated: Name -->` ... `<!-- end -->`. */
export function protocolDocument(current: string): string {
  const all = examples();
  return current.replace(MARKER, (_, name: string) => {
    const body = name === "sizes" ? sizesTable() : section(name, all);
    return `<!-- generated: ${name} -->\n\n${body}\n\n<!-- end -->`;
  });
}

function section(name: string, all: Example[]): string {
  const layout = LAYOUTS[name];
  const parts = layout ? [layoutTable(layout)] : [];
  const own = all.filter((example) => example.layout === name || example.name === name);
  if (!layout && own.length === 0) throw new Error(`docs/protocol.md: nothing is called ${name}`);
  for (const example of own) {
    parts.push(["```", example.hex, "```", "", `reads as: ${example.readsAs}`].join("\n"));
  }
  return parts.join("\n\n");
}

function layoutTable(layout: Layout): string {
  const rows = layout.fields.map(({ name, bits, offset, meaning }) => [
    `${offset}..${offset + bits - 1}`,
    String(bits),
    `\`${name}\``,
    meaning,
  ]);
  return table(["bits", "width", "field", "meaning"], rows);
}

function sizesTable(): string {
  const rows = Object.values(spec.SIZES).map((size) => [
    `\`${size.name}\``,
    `2^${size.cellBits}`,
    String(size.queueOps),
    String(size.signedOps),
    String(spec.wordCount(size)),
    String(spec.accessCount(size)),
    `2^${size.gatePower}`,
  ]);
  return table(["size", "cells", "queue ops", "signed ops", "words", "accesses", "gates at most"], rows);
}

/** A Markdown table whose columns are aligned as Prettier aligns them. */
function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, 3, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: string[]): string => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
