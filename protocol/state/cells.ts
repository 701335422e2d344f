import {
  BalanceCell,
  CountersCell,
  LayoutError,
  OwnerCell,
  accountRoom,
  balanceRoom,
  pack,
  unpack,
  type Layout,
} from "../spec";
import { fromAddress, toAddress } from "./address";

/**
 * Typed views of packed cells. Each is decoded with every range checked, each time it is read and each time it is
 * written, as the circuit does: a field element has many readings, and only one of them is in range.
 */

/** Cell 0: what is allocated next. */
export interface Counters {
  /** 1..N/4; N/4: no room. */
  nextAccount: number;
  /** 1..N/2; N/2: no room. */
  nextBalance: number;
}

export interface Owner {
  /** Checksummed address. */
  owner: string;
  /** Index of the chain whose transactions speak for the owner. */
  home: number;
  /** One of `Kind`. */
  kind: number;
}

export interface Balance {
  /** In the token's own units, below 2^128. */
  balance: bigint;
  /** Signed ops the cell has paid for, below 2^40. */
  nonce: number;
  /** Token id; 0 in a free cell. */
  token: number;
  /** Index of the account that owns the cell; 0 in a free cell. */
  account: number;
}

export function decodeCounters(cellBits: number, cell: bigint): Counters {
  const fields = unpack(CountersCell, cell);
  const counters = { nextAccount: Number(fields.nextAccount), nextBalance: Number(fields.nextBalance) };
  checkCounters(cellBits, counters);
  return counters;
}

export function encodeCounters(cellBits: number, counters: Counters): bigint {
  checkCounters(cellBits, counters);
  return packNumbers(CountersCell, { ...counters });
}

export function decodeOwner(cell: bigint): Owner {
  const fields = unpack(OwnerCell, cell);
  return { owner: toAddress(fields.owner), home: Number(fields.home), kind: Number(fields.kind) };
}

export function encodeOwner({ owner, home, kind }: Owner): bigint {
  return packNumbers(OwnerCell, { owner: fromAddress("OwnerCell.owner", owner), home, kind });
}

export function decodeBalance(cellBits: number, cell: bigint): Balance {
  const fields = unpack(BalanceCell, cell);
  const account = Number(fields.account);
  checkBelow(BalanceCell, "account", account, accountRoom(cellBits));
  return { balance: fields.balance, nonce: Number(fields.nonce), token: Number(fields.token), account };
}

export function encodeBalance(cellBits: number, balance: Balance): bigint {
  checkBelow(BalanceCell, "account", balance.account, accountRoom(cellBits));
  return packNumbers(BalanceCell, { ...balance });
}

/** `pack` for fields that are small numbers or bigints. Throws `LayoutError` for anything but integers in range. */
export function packNumbers(of: Layout, values: Record<string, number | bigint>): bigint {
  const fields: Record<string, bigint> = {};
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === "number" && !Number.isSafeInteger(value)) {
      throw new LayoutError(of.name, name, `must be an integer, got ${value}`);
    }
    fields[name] = BigInt(value);
  }
  return pack(of, fields);
}

function checkCounters(cellBits: number, { nextAccount, nextBalance }: Counters): void {
  checkBelow(CountersCell, "nextAccount", nextAccount, accountRoom(cellBits) + 1);
  checkBelow(CountersCell, "nextBalance", nextBalance, balanceRoom(cellBits) + 1);
}

function checkBelow(of: Layout, field: string, value: number, limit: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= limit) {
    throw new LayoutError(of.name, field, `must be below ${limit}, got ${value}`);
  }
}
