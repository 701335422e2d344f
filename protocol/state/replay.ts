import {
  BalanceCell,
  COUNTERS_CELL,
  CountersCell,
  DOMAIN_CELL,
  DepositWord0,
  DepositWord1,
  FIELD_ORDER,
  HeaderWord,
  Kind,
  Op,
  OpenToWord,
  OpenWord,
  OwnerCell,
  TransferWord,
  WithdrawWord,
  accountRoom,
  balanceCell,
  balanceRoom,
  keyCell,
  localToken,
  ownerCell,
  pack,
  queueWord,
  signedWord,
  tokenChain,
  tokenId,
  unpack,
  unpackAmount,
  wordCount,
  type Layout,
  type Size,
} from "../spec";
import { toAddress } from "./address";
import type { Payment } from "./types";

/**
 * Rebuilds the state from pubdata words alone: a second path beside the ops, for followers, who trust the proofs and not
 * the operator. It shares only the layouts with the reference: without signatures and requests, it believes what a proof
 * shows (that a deposit executed, which indices it used), and stops at words that no proof can carry.
 */
export class Replay {
  private readonly cells = new Map<number, bigint>();
  private number = 0;
  private timestamp = 0n;

  /** Starts at genesis. */
  constructor(
    readonly cellBits: number,
    domain: bigint,
  ) {
    this.cells.set(COUNTERS_CELL, pack(CountersCell, { nextAccount: 1n, nextBalance: 1n }));
    this.cells.set(DOMAIN_CELL, domain);
  }

  /** The last batch that was replayed; 0 is genesis. */
  get batch(): number {
    return this.number;
  }

  /** The nonzero cells, in no particular order. */
  nonzero(): Iterable<readonly [number, bigint]> {
    return this.cells;
  }

  /**
   * Moves on by one batch and returns its payments, in order.
   * @param size the circuit that the batch was proven with
   * @throws `ReplayError` at impossible words; the replay is of no use afterwards
   */
  apply(size: Size, words: readonly bigint[]): Payment[] {
    this.expect(size.cellBits === this.cellBits, `the circuit is for 2^${size.cellBits} cells`);
    this.expect(words.length === wordCount(size), `there are ${words.length} words`);
    for (const word of words) this.expect(word >= 0n && word < FIELD_ORDER, "a word is no field element");

    const { number, timestamp } = this.fields(HeaderWord, words[0]);
    this.expect(Number(number) === this.number + 1, `its header says batch ${number}`);
    this.expect(timestamp >= this.timestamp, "the timestamp is before the last batch's");

    const payments: Payment[] = [];
    for (let slot = 0; slot < size.queueOps; slot++) {
      const at = queueWord(slot);
      payments.push(...this.queueOp(words.slice(at, at + 3)));
    }
    const signed = words.slice(signedWord(size, 0));
    signed.forEach((_, slot) => payments.push(...this.signedOp(signed, slot)));
    this.number = Number(number);
    this.timestamp = timestamp;
    return payments;
  }

  // Queue ops -------------------------------------------------------------------------------------------------------

  private queueOp(words: readonly bigint[]): Payment[] {
    if (words.every((word) => word === 0n)) return [];
    const [word0, word1, key] = words;
    const { op, amount, executed, ...first } = this.fields(DepositWord0, word0);
    const { owner, ...second } = this.fields(DepositWord1, word1);
    this.expect(op === BigInt(Op.Deposit), "a queue op has an undefined code");
    const [chain, token, account, cell] = [first.chain, first.token, first.account, first.cell].map(Number);
    const [usedAccount, usedCell] = [second.usedAccount, second.usedCell].map(Number);
    const isOwnToken = chain !== 0 && tokenChain(token) === chain;
    if (executed === 0n) {
      return isOwnToken ? [{ chain, token: localToken(token), recipient: toAddress(owner), amount }] : [];
    }

    this.expect(isOwnToken && localToken(token) !== 0, "a deposit has a token that is not its chain's");
    if (account === 0) this.createAccount(usedAccount, owner, chain);
    this.expect(account === 0 || usedAccount === account, "a deposit uses another account than it names");
    if (cell === 0) this.createCell(usedCell, token, usedAccount);
    this.expect(cell === 0 || (usedCell === cell && account !== 0), "a deposit uses another cell than it names");
    this.addBalance(usedCell, usedAccount, token, amount);
    this.expectUser(usedAccount);

    const isByOwner = this.read(ownerCell(usedAccount)) === this.userCell(owner, chain);
    if (key !== 0n && isByOwner && this.read(keyCell(usedAccount)) === 0n) this.cells.set(keyCell(usedAccount), key);
    return [];
  }

  private createAccount(account: number, owner: bigint, home: number): void {
    const counters = this.fields(CountersCell, this.read(COUNTERS_CELL));
    this.expect(account < accountRoom(this.cellBits), `account ${account} does not exist`);
    this.expect(BigInt(account) === counters.nextAccount, `account ${account} is not the next one`);
    this.cells.set(COUNTERS_CELL, pack(CountersCell, { ...counters, nextAccount: counters.nextAccount + 1n }));
    this.cells.set(ownerCell(account), this.userCell(owner, home));
  }

  private createCell(index: number, token: number, account: number): void {
    const counters = this.fields(CountersCell, this.read(COUNTERS_CELL));
    this.expect(BigInt(index) === counters.nextBalance, `balance cell ${index} is not the next one`);
    this.cells.set(COUNTERS_CELL, pack(CountersCell, { ...counters, nextBalance: counters.nextBalance + 1n }));
    this.cells.set(this.at(index), pack(BalanceCell, { token: BigInt(token), account: BigInt(account) }));
  }

  // Signed ops ------------------------------------------------------------------------------------------------------

  private signedOp(words: readonly bigint[], slot: number): Payment[] {
    const word = words[slot];
    const code = Number(word & 255n);
    const follows = slot % 2 === 1 && Number(words[slot - 1] & 255n) === Op.Open;
    this.expect(follows === (code === Op.OpenTo), "an Open and its second word do not stand together");
    if (word === 0n) return [];
    if (code === Op.Transfer) return this.transfer(word);
    if (code === Op.Open) return this.open(word, slot);
    if (code === Op.OpenTo) return this.openTo(word);
    return this.withdraw(word);
  }

  private transfer(word: bigint): Payment[] {
    const { from, to, account, amount, fee } = this.fields(TransferWord, word);
    this.expect(fee === 0n, "a transfer has a fee");
    const token = this.pay(Number(from), unpackAmount(amount));
    this.addBalance(Number(to), Number(account), token, unpackAmount(amount));
    return [];
  }

  private withdraw(word: bigint): Payment[] {
    const { op, from, recipient, asset, amount, fee } = this.fields(WithdrawWord, word);
    const chain = Number(op) - Op.Withdraw;
    this.expect(chain >= 1 && chain <= 63, "a signed op has an undefined code");
    this.expect(fee === 0n, "a withdrawal has a fee");
    const token = this.pay(Number(from), unpackAmount(amount));
    this.expect(asset !== 0n && token === tokenId(chain, Number(asset)), "a withdrawal is not of its cell's token");
    return [{ chain, token: Number(asset), recipient: toAddress(recipient), amount: unpackAmount(amount) }];
  }

  private open(word: bigint, slot: number): Payment[] {
    const { from, fee } = this.fields(OpenWord, word);
    this.expect(fee === 0n, "an Open has a fee");
    this.expect(slot % 2 === 0, "an Open stands in an odd slot");
    this.pay(Number(from), 0n);
    return [];
  }

  private openTo(word: bigint): Payment[] {
    const { cell, token, account } = this.fields(OpenToWord, word);
    this.expect(localToken(Number(token)) !== 0, "an OpenTo has no token");
    this.expectUser(Number(account));
    this.createCell(Number(cell), Number(token), Number(account));
    return [];
  }

  // Cells -----------------------------------------------------------------------------------------------------------

  private read(cell: number): bigint {
    return this.cells.get(cell) ?? 0n;
  }

  private at(index: number): number {
    this.expect(index < balanceRoom(this.cellBits), `balance cell ${index} does not exist`);
    return balanceCell(this.cellBits, index);
  }

  private userCell(owner: bigint, home: number): bigint {
    return pack(OwnerCell, { owner, home: BigInt(home), kind: BigInt(Kind.User) });
  }

  /** Takes an amount out of a cell, uses its nonce up, and returns its token. */
  private pay(index: number, amount: bigint): number {
    const cell = this.fields(BalanceCell, this.read(this.at(index)));
    this.expect(cell.account !== 0n, `balance cell ${index} pays, but nobody owns it`);
    this.expect(cell.balance >= amount, `balance cell ${index} pays more than it has`);
    const balance = cell.balance - amount;
    this.put(index, { ...cell, balance, nonce: cell.nonce + 1n });
    return Number(cell.token);
  }

  private addBalance(index: number, account: number, token: number, amount: bigint): void {
    const cell = this.fields(BalanceCell, this.read(this.at(index)));
    const isRight = account !== 0 && cell.account === BigInt(account) && cell.token === BigInt(token);
    this.expect(isRight, `balance cell ${index} is not account ${account}'s of token ${token}`);
    this.put(index, { ...cell, balance: cell.balance + amount });
  }

  private put(index: number, fields: Record<string, bigint>): void {
    this.cells.set(
      this.at(index),
      this.guarded(() => pack(BalanceCell, fields)),
    );
  }

  private expectUser(account: number): void {
    this.expect(account !== 0 && account < accountRoom(this.cellBits), `account ${account} does not exist`);
    const { kind } = this.fields(OwnerCell, this.read(ownerCell(account)));
    this.expect(kind === BigInt(Kind.User), `account ${account} is no user's`);
  }

  private fields(of: Layout, word: bigint): Record<string, bigint> {
    return this.guarded(() => unpack(of, word));
  }

  private guarded<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw new ReplayError(this.number + 1, (error as Error).message);
    }
  }

  private expect(holds: boolean, what: string): void {
    if (!holds) throw new ReplayError(this.number + 1, what);
  }
}

/** Words that no accepted batch can have. */
export class ReplayError extends Error {
  constructor(batch: number, what: string) {
    super(`batch ${batch}: ${what}`);
    this.name = "ReplayError";
  }
}
