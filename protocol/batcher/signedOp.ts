import { OpError, type SignedOp, type UnsignedOp } from "../state";

/** Names of the fields of each op that are numbers, amounts and addresses. */
const FIELDS = {
  Transfer: { numbers: ["from", "to", "account"], amounts: ["amount"], addresses: [] },
  Withdraw: { numbers: ["from", "chain", "asset"], amounts: ["amount"], addresses: ["recipient"] },
  Open: { numbers: ["from", "cell", "token", "account"], amounts: [], addresses: [] },
} as const satisfies Record<UnsignedOp["op"], { numbers: string[]; amounts: string[]; addresses: string[] }>;

const SIGNATURE = ["r8x", "r8y", "s", "keyX"] as const;

/** A signed op from untrusted input: right fields of right types and no others. Ranges and rules are the reference's to check. */
export function readSignedOp(input: unknown): SignedOp {
  const fields = record("op", "op", input);
  const name = fields.op;
  if (typeof name !== "string" || !Object.hasOwn(FIELDS, name))
    throw new OpError("op", "op", `must be one of ${Object.keys(FIELDS).join(", ")}`);
  const { numbers, amounts, addresses } = FIELDS[name as keyof typeof FIELDS];
  const op: Record<string, unknown> = { op: name };
  for (const field of [...numbers, "expiry"]) op[field] = integer(name, field, fields[field]);
  for (const field of amounts) op[field] = bigint(name, field, fields[field]);
  for (const field of addresses) op[field] = address(name, field, fields[field]);
  const signature = record(name, "signature", fields.signature);
  op.signature = Object.fromEntries(
    SIGNATURE.map((field) => [field, bigint(name, `signature.${field}`, signature[field])]),
  );
  noOthers(name, "", fields, Object.keys(op));
  noOthers(name, "signature.", signature, SIGNATURE);
  return op as unknown as SignedOp;
}

function record(op: string, field: string, value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new OpError(op, field, "must be an object");
  return value as Record<string, unknown>;
}

function integer(op: string, field: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new OpError(op, field, `must be a whole number from 0, got ${String(value)}`);
  }
  return value;
}

function bigint(op: string, field: string, value: unknown): bigint {
  if (typeof value !== "bigint" || value < 0n)
    throw new OpError(op, field, `must be {"$": "decimal digits"}, got ${String(value)}`);
  return value;
}

function address(op: string, field: string, value: unknown): string {
  if (typeof value !== "string" || !/^0x[0-9a-fA-F]{40}$/.test(value)) {
    throw new OpError(op, field, `must be an address, got ${String(value)}`);
  }
  return value;
}

function noOthers(op: string, prefix: string, fields: Record<string, unknown>, known: readonly string[]): void {
  const other = Object.keys(fields).find((field) => !known.includes(field));
  if (other !== undefined) throw new OpError(op, `${prefix}${other}`, "is not a field of this op");
}
