import {
  ADDRESS_BITS,
  BalanceCell,
  COUNTERS_CELL,
  CountersCell,
  DOMAIN_CELL,
  DepositWord0,
  DepositWord1,
  ExactWord,
  FEE_SLOTS,
  FIELD_ORDER,
  FullExitWord0,
  FullExitWord1,
  HeaderWord,
  Kind,
  Op,
  OpenToWord,
  OpenWord,
  OwnerCell,
  RouteWord0,
  RouteWord1,
  RouteWord2,
  SetKeyWord0,
  SetKeyWord1,
  TransferWord,
  WithdrawWord,
  ZUSD,
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
  unpack,
  unpackAmount,
  unpackFee,
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
  private readonly ledger = new Map<number, bigint>();
  /** Of the batch under way: the mask of suspended chains, tokens of the fee slots and what they collect. */
  private suspended = 0n;
  private feeTokens: number[] = [];
  private fees: bigint[] = [];
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

  /** zUSD issued to a chain. */
  issued(chain: number): bigint {
    return this.ledger.get(chain) ?? 0n;
  }

  /** All chains to which zUSD is issued. */
  issuedAll(): Iterable<readonly [number, bigint]> {
    return this.ledger;
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

    const { number, timestamp, suspended, ...slots } = this.fields(HeaderWord, words[0]);
    const feeCells = [slots.feeCell0, slots.feeCell1, slots.feeCell2, slots.feeCell3].map(Number);
    this.expect((suspended & 1n) === 0n, "its header suspends chain 0");
    this.expect(Number(number) === this.number + 1, `its header says batch ${number}`);
    this.expect(timestamp >= this.timestamp, "the timestamp is before the last batch's");

    this.suspended = suspended;
    this.timestamp = timestamp;
    const payments: Payment[] = [];
    const signed = words.slice(signedWord(size, 0));
    const opened = this.openedCells(size, words);
    this.feeTokens = feeCells.map((cell) => opened.get(cell) ?? this.tokenOf(cell));
    this.fees = new Array<bigint>(FEE_SLOTS).fill(0n);
    for (let slot = 0; slot < size.queueOps; slot++) {
      const at = queueWord(slot);
      payments.push(...this.queueOp(words.slice(at, at + 3)));
    }
    signed.forEach((_, slot) => payments.push(...this.signedOp(signed, slot)));
    feeCells.forEach((cell, slot) => this.collect(cell, this.fees[slot]));
    this.number = Number(number);
    return payments;
  }

  // Queue ops -------------------------------------------------------------------------------------------------------

  private queueOp(words: readonly bigint[]): Payment[] {
    if (words.every((word) => word === 0n)) return [];
    switch (Number(words[0] & 255n)) {
      case Op.Deposit:
        return this.deposit(words);
      case Op.SetKey:
        return this.setKey(words);
      case Op.FullExit:
        return this.fullExit(words);
      case Op.Route:
        return this.route(words);
      default:
        throw new ReplayError(this.number + 1, "a queue op has an undefined code");
    }
  }

  private deposit([word0, word1, key]: readonly bigint[]): Payment[] {
    const { amount, executed, covered, ...first } = this.fields(DepositWord0, word0);
    const { owner, ...second } = this.fields(DepositWord1, word1);
    const [chain, token, account, cell] = [first.chain, first.token, first.account, first.cell].map(Number);
    const [usedAccount, usedCell] = [second.usedAccount, second.usedCell].map(Number);
    this.expectActive(chain);
    this.expect(covered === 1n || (token === ZUSD && executed === 0n), "a deposit has a wrong flag");
    const isPaidHere = chain !== 0 && (token === ZUSD || tokenChain(token) === chain);
    if (executed === 0n) {
      return isPaidHere ? [{ chain, token, recipient: toAddress(owner), amount, into: 0, minOut: 0n }] : [];
    }

    this.expect(isPaidHere && localToken(token) !== 0, "a deposit has a token that is not its chain's");
    if (account === 0) this.createAccount(usedAccount, owner, chain);
    this.expect(account === 0 || usedAccount === account, "a deposit uses another account than it names");
    if (cell === 0) this.createCell(usedCell, token, usedAccount);
    this.expect(cell === 0 || (usedCell === cell && account !== 0), "a deposit uses another cell than it names");
    this.addBalance(usedCell, usedAccount, token, amount);
    this.expectUser(usedAccount);
    if (token === ZUSD) this.issue(chain, amount);

    const isByOwner = this.read(ownerCell(usedAccount)) === this.userCell(owner, chain);
    if (key !== 0n && isByOwner && this.read(keyCell(usedAccount)) === 0n) this.cells.set(keyCell(usedAccount), key);
    return [];
  }

  private setKey([word0, word1, key]: readonly bigint[]): Payment[] {
    const { chain, account, executed, covered } = this.fields(SetKeyWord0, word0);
    const { owner, usedAccount } = this.fields(SetKeyWord1, word1);
    this.expectActive(Number(chain));
    this.expect(covered === 1n, "a SetKey has a wrong flag");
    this.expect(usedAccount === account, "a SetKey uses another account than it names");
    if (executed === 0n) return [];
    this.expectOwner(Number(account), owner, Number(chain));
    if (key === 0n) this.cells.delete(keyCell(Number(account)));
    else this.cells.set(keyCell(Number(account)), key);
    return [];
  }

  private fullExit([word0, word1, recipient]: readonly bigint[]): Payment[] {
    const { chain, account, cell, token, amount, executed, covered } = this.fields(FullExitWord0, word0);
    const { owner, payer, usedAccount, usedCell } = this.fields(FullExitWord1, word1);
    this.expectActive(Number(chain));
    this.expect(usedAccount === account && usedCell === cell, "an exit uses other cells than it names");
    this.expect(recipient >> BigInt(ADDRESS_BITS) === 0n, "an exit's recipient is no address");
    if (executed === 0n) {
      this.expect(amount === 0n && covered === 1n, "an exit that is not executed pays");
      return [];
    }

    this.expectActive(Number(payer));
    this.expectOwner(Number(account), owner, Number(chain));
    const fields = this.fields(BalanceCell, this.read(this.at(Number(cell))));
    this.expect(fields.account === account && fields.token === token, "an exit does not fit its cell");
    const isZusd = token === BigInt(ZUSD);
    const isPayer = isZusd || payer === BigInt(tokenChain(Number(token)));
    this.expect(payer !== 0n && isPayer, "an exit is paid by another chain than its token's");
    // The whole balance; or all that the ledger holds, if that is less.
    const left = fields.balance - amount;
    const isAll = covered === 1n ? left === 0n : isZusd && left > 0n && amount === this.issued(Number(payer));
    this.expect(isAll, "an exit pays neither the whole balance nor all that is issued");
    this.put(Number(cell), { ...fields, balance: left });
    if (isZusd) this.issue(Number(payer), -amount);
    return [
      { chain: Number(payer), token: Number(token), recipient: toAddress(recipient), amount, into: 0, minOut: 0n },
    ];
  }

  private route([word0, word1, word2]: readonly bigint[]): Payment[] {
    const { amount, executed, covered, ...first } = this.fields(RouteWord0, word0);
    const { owner, deadline, ...second } = this.fields(RouteWord1, word1);
    const { recipient, into, minOut } = this.fields(RouteWord2, word2);
    const [chain, token, payer] = [first.chain, first.token, second.payer].map(Number);
    this.expectActive(chain);
    // All that the flags say is in the words and the ledger, but for the source's cap.
    const issuedToPayer = this.issued(payer) + (payer === chain ? amount : 0n);
    const mayBeCovered = token !== ZUSD || amount <= issuedToPayer;
    this.expect(covered === 1n ? mayBeCovered : token === ZUSD, "a route has a wrong flag");
    const mayExecute =
      chain !== 0 && token === ZUSD && payer !== 0 && !this.isSuspended(payer) && this.timestamp <= deadline;
    this.expect((executed === 1n) === (mayExecute && covered === 1n), "a route has a wrong flag");
    if (executed === 1n) {
      this.issue(chain, amount);
      this.issue(payer, -amount);
      return [{ chain: payer, token, recipient: toAddress(recipient), amount, into: Number(into), minOut }];
    }
    const isRefunded = chain !== 0 && (token === ZUSD || tokenChain(token) === chain);
    return isRefunded ? [{ chain, token, recipient: toAddress(owner), amount, into: 0, minOut: 0n }] : [];
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
    const code = (at: number) => Number(words[at] & 255n);
    const isFirst = slot % 2 === 0;
    const isSecond = code(slot) === Op.OpenTo || code(slot) === Op.Exact;
    this.expect(!isSecond || !isFirst, "a second word stands in an even slot");
    if (words[slot] === 0n || code(slot) === Op.Exact) {
      const follows = code(slot) !== Op.Exact || code(slot - 1) > Op.Withdraw;
      this.expect(follows, "an Exact stands without its withdrawal");
      return [];
    }
    const opens = isFirst ? code(slot) === Op.Open : code(slot - 1) === Op.Open;
    this.expect(
      opens === (code(isFirst ? slot + 1 : slot) === Op.OpenTo),
      "an Open and its second word do not stand together",
    );
    if (code(slot) === Op.Transfer) return this.transfer(words[slot]);
    if (code(slot) === Op.Open) return this.open(words[slot], isFirst);
    if (code(slot) === Op.OpenTo) return this.openTo(words[slot]);
    const exact = isFirst && code(slot + 1) === Op.Exact ? words[slot + 1] : undefined;
    return this.withdraw(words[slot], exact);
  }

  private transfer(word: bigint): Payment[] {
    const { from, to, account, amount, fee } = this.fields(TransferWord, word);
    const token = this.pay(Number(from), unpackAmount(amount), fee);
    this.addBalance(Number(to), Number(account), token, unpackAmount(amount));
    return [];
  }

  private withdraw(word: bigint, second: bigint | undefined): Payment[] {
    const { op, from, recipient, asset, amount: packed, fee } = this.fields(WithdrawWord, word);
    const isZusd = op > BigInt(Op.WithdrawZusd);
    const chain = Number(op) - (isZusd ? Op.WithdrawZusd : Op.Withdraw);
    this.expect(chain >= 1 && chain <= 63, "a signed op has an undefined code");
    const exact = second === undefined ? undefined : this.fields(ExactWord, second);
    this.expect(!exact || packed === 0n, "an exact withdrawal has an amount in its first word, too");
    const amount = exact ? exact.amount : unpackAmount(packed);
    const token = this.pay(Number(from), amount, fee);
    const minOut = exact?.minOut ?? 0n;
    const payment = { chain, token, recipient: toAddress(recipient), amount, into: 0, minOut };
    if (isZusd) {
      this.expect(token === ZUSD, "a withdrawal of zUSD is from a cell of another token");
      this.expectActive(chain);
      this.issue(chain, -amount);
      return [{ ...payment, into: Number(asset) }];
    }
    const isRight = asset !== 0n && tokenChain(token) === chain && BigInt(localToken(token)) === asset;
    this.expect(isRight && minOut === 0n, "a withdrawal is not of its cell's token");
    return [payment];
  }

  private open(word: bigint, isFirst: boolean): Payment[] {
    const { from, fee } = this.fields(OpenWord, word);
    this.expect(isFirst, "an Open stands in an odd slot");
    this.pay(Number(from), 0n, fee);
    return [];
  }

  private openTo(word: bigint): Payment[] {
    const { cell, token, account } = this.fields(OpenToWord, word);
    this.expect(localToken(Number(token)) !== 0, "an OpenTo has no token");
    this.expectUser(Number(account));
    this.createCell(Number(cell), Number(token), Number(account));
    return [];
  }

  // Fees and the ledger -----------------------------------------------------------------------------------------------

  /** Tokens of the cells that the batch opens: a fee slot has its cell's token after the ops. */
  private openedCells(size: Size, words: readonly bigint[]): Map<number, number> {
    const opened = new Map<number, number>();
    for (let slot = 0; slot < size.queueOps; slot++) {
      const at = queueWord(slot);
      if (Number(words[at] & 255n) !== Op.Deposit) continue;
      const { cell, token, executed } = this.fields(DepositWord0, words[at]);
      const { usedCell } = this.fields(DepositWord1, words[at + 1]);
      if (executed === 1n && cell === 0n) opened.set(Number(usedCell), Number(token));
    }
    for (const word of words.slice(signedWord(size, 0))) {
      if (Number(word & 255n) !== Op.OpenTo) continue;
      const { cell, token } = this.fields(OpenToWord, word);
      opened.set(Number(cell), Number(token));
    }
    return opened;
  }

  private tokenOf(index: number): number {
    return Number(this.fields(BalanceCell, this.read(this.at(index))).token);
  }

  private collect(index: number, fees: bigint): void {
    const cell = this.fields(BalanceCell, this.read(this.at(index)));
    this.put(index, { ...cell, balance: cell.balance + fees });
  }

  private issue(chain: number, change: bigint): void {
    const issued = this.issued(chain) + change;
    this.expect(chain !== 0 && issued >= 0n, `the zUSD issued to chain ${chain} falls below 0`);
    if (issued === 0n) this.ledger.delete(chain);
    else this.ledger.set(chain, issued);
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

  /** Takes an amount and the fee out of a cell, uses its nonce up, and returns its token. */
  private pay(index: number, amount: bigint, packedFee: bigint): number {
    const cell = this.fields(BalanceCell, this.read(this.at(index)));
    this.expect(cell.account !== 0n, `balance cell ${index} pays, but nobody owns it`);
    this.expectActive(tokenChain(Number(cell.token)));
    const slot = this.feeTokens.indexOf(Number(cell.token));
    const fee = slot < 0 ? 0n : unpackFee(packedFee);
    if (slot >= 0) this.fees[slot] += fee;
    this.expect(cell.balance >= amount + fee, `balance cell ${index} pays more than it has`);
    const balance = cell.balance - amount - fee;
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
    const value = this.guarded(() => pack(BalanceCell, fields));
    if (value === 0n) this.cells.delete(this.at(index));
    else this.cells.set(this.at(index), value);
  }

  /** Nothing of a suspended chain moves. */
  private expectActive(chain: number): void {
    this.expect(!this.isSuspended(chain), `something of chain ${chain} moves, which is suspended`);
  }

  private isSuspended(chain: number): boolean {
    return ((this.suspended >> BigInt(chain)) & 1n) === 1n;
  }

  private expectUser(account: number): void {
    this.expect(account !== 0 && account < accountRoom(this.cellBits), `account ${account} does not exist`);
    const { kind } = this.fields(OwnerCell, this.read(ownerCell(account)));
    this.expect(kind === BigInt(Kind.User), `account ${account} is no user's`);
  }

  private expectOwner(account: number, owner: bigint, chain: number): void {
    this.expectUser(account);
    const isOwner = this.read(ownerCell(account)) === this.userCell(owner, chain);
    this.expect(isOwner, `account ${account} is not owned by who asks on chain ${chain}`);
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
