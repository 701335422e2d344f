import {
  BalanceCell,
  CountersCell,
  DepositWord0,
  DepositWord1,
  ExactWord,
  FullExitWord0,
  FullExitWord1,
  HeaderWord,
  Kind,
  MessageTail,
  Op,
  OpenToWord,
  OpenWord,
  OwnerCell,
  PaymentWord,
  RouteWord0,
  RouteWord1,
  RouteWord2,
  SetKeyWord0,
  SetKeyWord1,
  TransferWord,
  WithdrawWord,
  ZUSD,
  localToken,
  tokenChain,
  unpack,
  unpackAmount,
  unpackFee,
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
  [HeaderWord, readHeader],
  [DepositWord0, readDeposit],
  [
    DepositWord1,
    (f: Fields) => `owner ${toAddress(f.owner)}; account ${f.usedAccount} and balance cell ${f.usedCell} are used`,
  ],
  [
    SetKeyWord0,
    (f: Fields) =>
      `set the key of account ${f.account}, asked on chain ${f.chain}: ${f.executed ? "done" : "nothing happened"}`,
  ],
  [SetKeyWord1, (f: Fields) => `asked by ${toAddress(f.owner)}; account ${f.usedAccount} is used`],
  [FullExitWord0, readFullExit],
  [
    FullExitWord1,
    (f: Fields) =>
      `asked by ${toAddress(f.owner)}, to be paid by chain ${f.payer}; account ${f.usedAccount} and balance cell ${f.usedCell} are used`,
  ],
  [RouteWord0, readRoute],
  [
    RouteWord1,
    (f: Fields) => `to be paid by chain ${f.payer} until ${time(f.deadline)}; else ${toAddress(f.owner)} is refunded`,
  ],
  [RouteWord2, (f: Fields) => `for ${toAddress(f.recipient)}${redeemed(f)}`],
  [
    TransferWord,
    (f: Fields) =>
      `pay ${units(f.amount)} from balance cell ${f.from} to balance cell ${f.to} of account ${f.account}${fee(f.fee)}`,
  ],
  [WithdrawWord, readWithdraw],
  [
    ExactWord,
    (f: Fields) =>
      `of exactly ${f.amount} units${f.minOut === 0n ? "" : `, redeemed for at least ${unpackAmount(f.minOut)} units`}`,
  ],
  [OpenWord, (f: Fields) => `the holder of balance cell ${f.from} opens a balance cell${fee(f.fee)}`],
  [OpenToWord, (f: Fields) => `balance cell ${f.cell} for ${token(f.token)}, owned by account ${f.account}`],
  [PaymentWord, (f: Fields) => `pay ${token(f.token)} to ${toAddress(f.recipient)}${redeemed(f)}`],
  [MessageTail, (f: Fields) => `valid until ${time(f.expiry)}, for nonce ${f.nonce} and ${token(f.token)}`],
]);

/** What a packed word or cell says, in one sentence. Throws `LayoutError` when an unused bit is set. */
export function describeWord(of: Layout, word: bigint): string {
  const read = readers.get(of);
  if (!read) throw new TypeError(`no description of ${of.name}`);
  return read(unpack(of, word));
}

function readHeader(f: Fields): string {
  const chains = Array.from({ length: 64 }, (_, chain) => chain).filter((chain) => (f.suspended >> BigInt(chain)) & 1n);
  const cells = [f.feeCell0, f.feeCell1, f.feeCell2, f.feeCell3].filter((cell) => cell !== 0n);
  const suspended = chains.length === 0 ? "no chain is suspended" : `suspended: chain ${chains.join(", ")}`;
  const fees = cells.length === 0 ? "no fee slots" : `fees go to balance cell ${cells.join(", ")}`;
  return `batch ${f.number} at ${time(f.timestamp)}; ${suspended}; ${fees}`;
}

function readDeposit(f: Fields): string {
  const account = f.account === 0n ? "a new account" : `account ${f.account}`;
  const cell = f.cell === 0n ? "a new balance cell" : `balance cell ${f.cell}`;
  const outcome = f.executed === 1n ? "credited" : f.covered === 1n ? "refunded" : "refunded, above the chain's cap";
  return `deposit on chain ${f.chain} of ${f.amount} units of ${token(f.token)} for ${account} and ${cell}: ${outcome}`;
}

function readFullExit(f: Fields): string {
  const outcome =
    f.executed === 0n ? "nothing happens" : `${f.amount} units${f.covered === 1n ? "" : ", all that is issued there"}`;
  return `exit of account ${f.account}'s balance cell ${f.cell} of ${token(f.token)}, asked on chain ${f.chain}: ${outcome}`;
}

function readRoute(f: Fields): string {
  const outcome =
    f.executed === 1n ? "paid" : f.covered === 1n ? "refunded" : "refunded, beyond what the ledger covers";
  return `route from chain ${f.chain} of ${f.amount} units of ${token(f.token)}: ${outcome}`;
}

function readWithdraw(f: Fields): string {
  const isZusd = f.op > BigInt(Op.WithdrawZusd);
  const chain = f.op - BigInt(isZusd ? Op.WithdrawZusd : Op.Withdraw);
  const into = f.asset === 0n ? "" : `, redeemed into token ${f.asset}`;
  const asset = isZusd ? `in zUSD on chain ${chain}${into}` : `in token ${f.asset} of chain ${chain}`;
  return `pay ${units(f.amount)} from balance cell ${f.from} to ${toAddress(f.recipient)} ${asset}${fee(f.fee)}`;
}

function token(id: bigint): string {
  return id === BigInt(ZUSD) ? "zUSD" : `token ${localToken(Number(id))} of chain ${tokenChain(Number(id))}`;
}

function redeemed(f: Fields): string {
  return f.into === 0n ? "" : `, redeemed into token ${f.into} for at least ${unpackAmount(f.minOut)} units`;
}

function units(packed: bigint): string {
  return `${unpackAmount(packed)} units`;
}

function fee(packed: bigint): string {
  return packed === 0n ? "" : `, with a fee of ${unpackFee(packed)} units`;
}

function kindName(kind: bigint): string {
  const [name = "Unknown"] = Object.entries(Kind).find(([, value]) => BigInt(value) === kind) ?? [];
  return name === "None" ? "no account," : `${name.toLowerCase()} account`;
}

function time(seconds: bigint): string {
  return new Date(Number(seconds) * 1000).toISOString().replace(".000Z", "Z");
}
