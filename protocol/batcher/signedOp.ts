import { OpError, type SignedOp, type UnsignedOp } from "../state";

/** How a field of a type is read from untrusted input. */
const READERS = { number: integer, amount: bigint, address, flag: boolean } as const;

const LEAVING = {
  from: "number",
  amount: "amount",
  fee: "amount",
  recipient: "address",
  chain: "number",
  isZusd: "flag",
  asset: "number",
} as const;

/** The fields of each op and their types. */
const FIELDS = {
  Transfer: { from: "number", to: "number", account: "number", amount: "amount", fee: "amount" },
  Withdraw: LEAVING,
  WithdrawExact: { ...LEAVING, minOut: "amount" },
  Open: { from: "number", cell: "number", token: "number", account: "number", fee: "amount" },
} as const satisfies Record<UnsignedOp["op"], Record<string, keyof typeof READERS>>;

const SIGNATURE = ["r8x", "r8y", "s", "keyX"] as const;

/** A signed op from untrusted input: right fields of right types and no others. Ranges and rules are the reference's to check. */
export function readSignedOp(input: unknown): SignedOp {
  const fields = record("op", "op", input);
  const name = fields.op;
  if (typeof name !== "string" || !Object.hasOwn(FIELDS, name))
    throw new OpError("op", "op", `must be one of ${Object.keys(FIELDS).join(", ")}`);
  const op: Record<string, unknown> = { op: name, expiry: integer(name, "expiry", fields.expiry) };
  for (const [field, type] of Object.entries(FIELDS[name as keyof typeof FIELDS])) {
    op[field] = READERS[type](name, field, fields[field]);
  }
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

function boolean(op: string, field: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw new OpError(op, field, `must be true or false, got ${String(value)}`);
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
