import {
  BalanceCell,
  CountersCell,
  DepositWord0,
  DepositWord1,
  HeaderWord,
  Kind,
  MessageTail,
  Op,
  OpenToWord,
  OpenWord,
  OwnerCell,
  TransferWord,
  WithdrawWord,
  localToken,
  tokenChain,
  unpack,
  unpackAmount,
  type Layout,
} from "../spec";
import { toAddress } from "./address";

type Fields = Record<string, bigint>;

const readers: ReadonlyMap<Layout, (fields: Fields) => string> = new Map([
  [CountersCell, (f: Fields) => `the next account is ${f.nextAccount}, the next balance cell ${f.nextBalance}`],
  [OwnerCell, (f: Fields) => `${kindName(f.kind)} owned by ${toAddress(f.owner)} at home on chain ${f.home}`],
  [
    BalanceCell,
    (f: Fields) => `${f.balance} units of ${token(f.token)} owned by account ${f.account}, nonce ${f.nonce}`,
  ],
  [HeaderWord, (f: Fields) => `batch ${f.number} at ${time(f.timestamp)}`],
  [DepositWord0, readDeposit],
  [
    DepositWord1,
    (f: Fields) => `owner ${toAddress(f.owner)}; account ${f.usedAccount} and balance cell ${f.usedCell} are used`,
  ],
  [
    TransferWord,
    (f: Fields) => `pay ${units(f.amount)} from balance cell ${f.from} to balance cell ${f.to} of account ${f.account}`,
  ],
  [
    WithdrawWord,
    (f: Fields) =>
      `pay ${units(f.amount)} from balance cell ${f.from} to ${toAddress(f.recipient)} ` +
      `in token ${f.asset} of chain ${f.op - BigInt(Op.Withdraw)}`,
  ],
  [OpenWord, (f: Fields) => `the holder of balance cell ${f.from} opens a balance cell`],
  [OpenToWord, (f: Fields) => `balance cell ${f.cell} for ${token(f.token)}, owned by account ${f.account}`],
  [MessageTail, (f: Fields) => `valid until ${time(f.expiry)}, for nonce ${f.nonce} and ${token(f.token)}`],
]);

/** What a packed word or cell says, in one sentence. Throws `LayoutError` when an unused bit is set. */
export function describeWord(of: Layout, word: bigint): string {
  const read = readers.get(of);
  if (!read) throw new TypeError(`no description of ${of.name}`);
  return read(unpack(of, word));
}

function readDeposit(f: Fields): string {
  const account = f.account === 0n ? "a new account" : `account ${f.account}`;
  const cell = f.cell === 0n ? "a new balance cell" : `balance cell ${f.cell}`;
  const outcome = f.executed === 1n ? "credited" : "refunded";
  return `deposit on chain ${f.chain} of ${f.amount} units of ${token(f.token)} for ${account} and ${cell}: ${outcome}`;
}

function token(id: bigint): string {
  return `token ${localToken(Number(id))} of chain ${tokenChain(Number(id))}`;
}

function units(packed: bigint): string {
  return `${unpackAmount(packed)} units`;
}

function kindName(kind: bigint): string {
  const [name = "Unknown"] = Object.entries(Kind).find(([, value]) => BigInt(value) === kind) ?? [];
  return name === "None" ? "no account," : `${name.toLowerCase()} account`;
}

function time(seconds: bigint): string {
  return new Date(Number(seconds) * 1000).toISOString().replace(".000Z", "Z");
}
