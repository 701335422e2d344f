import { examples, type Example } from "../../protocol/witness/examples";
import * as spec from "../../protocol/spec";
import type { Layout } from "../../protocol/spec";
import { conditionsTable } from "../assure/attacks/document";
import { restrictedFunctions } from "../deploy/restricted";
import { GUARDIAN_ROLE } from "../deploy/roles";
import { depegTable, runTable } from "../model/depegDocument";
import { markdownTable } from "./markdown";

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
  RouteWord0: spec.RouteWord0,
  RouteWord1: spec.RouteWord1,
  RouteWord2: spec.RouteWord2,
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
  return fill(current, (name) => (name === "sizes" ? sizesTable() : section(name, all)));
}

/** Fills the tables of the soundness document: `conditions2` is that of its section 2. */
export function soundnessDocument(current: string): string {
  return fill(current, (name) => conditionsTable(Number(name.replace("conditions", ""))));
}

/** Fills the tables of the document on zUSD and its debt. */
export function pcdDocument(current: string): string {
  const tables: Record<string, () => string> = { depegTable, runTable };
  return fill(current, (name) => tables[name]());
}

/** Fills the table of the document on governance: who may call what. */
export function governanceDocument(current: string): string {
  const roles: Record<string, string> = { "0": "administrator", [`${GUARDIAN_ROLE}`]: "guardian" };
  const rows = restrictedFunctions().map(({ contract, name, role, purpose }) => [
    `\`${contract}.${name}\``,
    roles[`${role}`],
    purpose,
  ]);
  return fill(current, () => markdownTable(["Function", "Role", "What it does"], rows));
}

function fill(current: string, bodyOf: (name: string) => string): string {
  return current.replace(MARKER, (_, name: string) => `<!-- generated: ${name} -->\n\n${bodyOf(name)}\n\n<!-- end -->`);
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
  return markdownTable(["bits", "width", "field", "meaning"], rows);
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
  return markdownTable(["size", "cells", "queue ops", "signed ops", "words", "accesses", "gates at most"], rows);
}
