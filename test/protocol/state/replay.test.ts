import { expect } from "chai";
import { SIZES, ZUSD, packAmount, type Size, type Values } from "../../../protocol/spec";
import * as spec from "../../../protocol/spec";
import {
  Replay,
  ReplayError,
  State,
  encodeHeader,
  encodeQueueOp,
  encodeSigned,
  type Deposit,
  type FullExit,
  type Route,
  type QueueOp,
  type SetKey,
  type UnsignedOp,
  type Withdraw,
  type WithdrawExact,
} from "../../../protocol/state";
import { buildBatch } from "../../../protocol/witness";
import {
  DOMAIN,
  NO_CAP,
  TOKEN_A,
  TOKEN_B,
  alice,
  bob,
  cellsOf,
  contentOf,
  ledgerOf,
  mallory,
} from "../../fixtures/states";
import { RandomBatches } from "../../fixtures/randomBatches";
import { depositOf } from "../../fixtures/users";

const SIZE: Size = { name: "small", cellBits: 5, queueOps: 2, signedOps: 4, gatePower: 0 };
const NOOP = [0n, 0n, 0n];
const NO_FEES = [0, 0, 0, 0];

describe("Replay", () => {
  for (const size of [SIZES.test, { ...SIZES.test, cellBits: 6 }]) {
    it(`R9: gives the cells, ledger and payments of 60 random batches on 2^${size.cellBits} cells`, () => {
      const batches = new RandomBatches({ size, seed: "replay", domain: DOMAIN, forged: true });
      const replay = new Replay(size.cellBits, DOMAIN);
      for (let i = 1; i <= 60; i++) {
        const { trace } = batches.next();
        expect(replay.apply(size, trace.words)).to.deep.equal(trace.effects.payments);
        expect(replay.batch).to.equal(i);
      }
      expect(contentOf(replay)).to.deep.equal(contentOf(batches.state));
      expect([...replay.issuedAll()].sort(([a], [b]) => a - b)).to.deep.equal(ledgerOf(batches.state));
    });
  }

  it("starts at genesis, and moves on by batches of Noops", () => {
    const replay = new Replay(5, DOMAIN);
    expect(cellsOf(replay)).to.deep.equal(cellsOf(State.genesis(DOMAIN, 5)));
    const header = encodeHeader({ number: 1, timestamp: 0, suspended: 0n, feeCells: NO_FEES });
    expect(replay.apply(SIZE, [header, ...NOOP, ...NOOP, 0n, 0n, 0n, 0n])).to.deep.equal([]);
    expect(contentOf(replay)).to.deep.equal(contentOf(State.genesis(DOMAIN, 5)));
  });

  /**
   * Alice in account 1, at home on chain 1, with cell 1 (1,000 of token A) and 3 (100 zUSD, issued to chain 1); bob in account 2, at home on
   * chain 2, with cell 2 (500 of token B) and 4 (40 zUSD, issued to chain 2).
   */
  function started(): Replay {
    const state = State.genesis(DOMAIN, 5);
    const requests = [
      depositOf(alice, { chain: 1, token: TOKEN_A, amount: 1000n }),
      depositOf(bob, { chain: 2, token: TOKEN_B, amount: 500n }),
      depositOf(alice, { chain: 1, token: ZUSD, amount: 100n, account: 1 }),
      depositOf(bob, { chain: 2, token: ZUSD, amount: 40n, account: 2 }),
    ];
    const size = { ...SIZE, queueOps: 4 };
    const { words } = buildBatch(state, { size, number: 1, timestamp: 50, requests, ops: [], ...NO_CAP });
    const replay = new Replay(5, DOMAIN);
    replay.apply(size, words);
    expect(contentOf(replay)).to.deep.equal(contentOf(state));
    return replay;
  }

  const header = (change: { number?: number; timestamp?: number; suspended?: bigint; feeCells?: number[] } = {}) =>
    encodeHeader({ number: 2, timestamp: 50, suspended: 0n, feeCells: NO_FEES, ...change });
  /** A batch of signed words, filled up with Noops. */
  const withSigned = (words: bigint[], of = header()) => [
    of,
    ...NOOP,
    ...NOOP,
    ...words,
    ...new Array<bigint>(4 - words.length).fill(0n),
  ];
  const withQueue = (words: bigint[], of = header()) => [of, ...words, ...NOOP, 0n, 0n, 0n, 0n];

  const deposit: Deposit = {
    op: "Deposit",
    chain: 1,
    token: TOKEN_A,
    amount: 7n,
    account: 1,
    cell: 1,
    owner: alice.address,
    key: 0n,
    executed: true,
    covered: true,
    usedAccount: 1,
    usedCell: 1,
  };
  const ofZusd = { token: ZUSD, cell: 3, usedCell: 3 };
  const setKey: SetKey = {
    op: "SetKey",
    chain: 1,
    account: 1,
    owner: alice.address,
    key: 77n,
    executed: true,
    covered: true,
    usedAccount: 1,
    usedCell: 0,
  };
  const exit: FullExit = {
    op: "FullExit",
    chain: 1,
    account: 1,
    cell: 1,
    token: TOKEN_A,
    payer: 1,
    owner: alice.address,
    recipient: mallory.address,
    executed: true,
    covered: true,
    usedAccount: 1,
    usedCell: 1,
    amount: 1000n,
  };
  /** 100 are issued to chain 1, 40 to chain 2. */
  const route: Route = {
    op: "Route",
    chain: 1,
    token: ZUSD,
    amount: 30n,
    payer: 2,
    owner: alice.address,
    deadline: 2 ** 40 - 1,
    recipient: mallory.address,
    into: 9,
    minOut: 7n,
    executed: true,
    covered: true,
    usedAccount: 0,
    usedCell: 0,
  };
  const withOp = (op: QueueOp, of = header()) => withQueue(encodeQueueOp(op), of);
  const withDeposit = (change: Partial<Deposit>, of = header()) => withOp({ ...deposit, ...change }, of);
  const withSetKey = (change: Partial<SetKey>, of = header()) => withOp({ ...setKey, ...change }, of);
  const withExit = (change: Partial<FullExit>, of = header()) => withOp({ ...exit, ...change }, of);
  const withRoute = (change: Partial<Route>, of = header()) => withOp({ ...route, ...change }, of);

  const transfer: UnsignedOp = { op: "Transfer", fee: 0n, from: 1, to: 1, account: 1, amount: 10n };
  const leaving = { fee: 0n, from: 1, recipient: bob.address, chain: 1, isZusd: false, asset: 1 };
  const withdraw: Withdraw = { op: "Withdraw", ...leaving, amount: 10n };
  const withdrawZusd: Withdraw = { ...withdraw, from: 3, isZusd: true, asset: 7 };
  const exact: WithdrawExact = { op: "WithdrawExact", ...leaving, amount: 11n, minOut: 0n };
  const exactZusd: WithdrawExact = { ...exact, from: 3, isZusd: true, asset: 7, minOut: 5n };
  const open: UnsignedOp = { op: "Open", fee: 0n, from: 1, cell: 5, token: TOKEN_B, account: 2 };
  const word = (op: UnsignedOp) => encodeSigned(op)[0];
  const signed = (...ops: UnsignedOp[]) => withSigned(ops.flatMap(encodeSigned));

  describe("does what the words say:", () => {
    const payment = { token: TOKEN_A, recipient: bob.address, into: 0, minOut: 0n };
    const balanceOf = (replay: Replay, index: number) => {
      const [, value] = [...replay.nonzero()].find(([cell]) => cell === 16 + index) ?? [0, 0n];
      return spec.unpack(spec.BalanceCell, value);
    };

    it("credits a deposit, takes its key, and refunds one that is not executed", () => {
      const replay = started();
      expect(replay.apply(SIZE, withDeposit({}))).to.deep.equal([]);
      expect(balanceOf(replay, 1).balance).to.equal(1007n);
      const refund = { chain: 1, ...payment, recipient: alice.address, amount: 7n };
      expect(started().apply(SIZE, withDeposit({ executed: false, cell: 2 }))).to.deep.equal([refund]);
      expect(started().apply(SIZE, withDeposit({ executed: false, chain: 2 }))).to.deep.equal([]);
      expect(started().apply(SIZE, withDeposit({ executed: false, chain: 0 }))).to.deep.equal([]);
    });

    it("issues a deposit of zUSD, and refunds one above the cap", () => {
      const replay = started();
      expect(replay.apply(SIZE, withDeposit({ ...ofZusd, chain: 2 }))).to.deep.equal([]);
      expect([replay.issued(1), replay.issued(2)]).to.deep.equal([100n, 47n]);
      const other = started();
      const refused = withDeposit({ ...ofZusd, chain: 2, executed: false, covered: false });
      const refund = { ...payment, chain: 2, token: ZUSD, recipient: alice.address, amount: 7n };
      expect(other.apply(SIZE, refused)).to.deep.equal([refund]);
      expect(ledgerOf(other)).to.deep.equal(ledgerOf(started()));
    });

    it("sets keys, and takes them away", () => {
      const replay = started();
      const keyOf = (account: number) => [...replay.nonzero()].find(([cell]) => cell === 2 * account)?.[1];
      replay.apply(SIZE, withSetKey({}));
      expect(keyOf(1)).to.equal(77n);
      replay.apply(SIZE, withSetKey({ key: 0n }, header({ number: 3 })));
      expect(keyOf(1)).to.equal(undefined);
      replay.apply(SIZE, withSetKey({ executed: false, owner: bob.address }, header({ number: 4 })));
      expect(keyOf(1)).to.equal(undefined);
    });

    it("pays exits: of a token its chain, of zUSD any, and at most what is issued", () => {
      const replay = started();
      expect(replay.apply(SIZE, withExit({}))).to.deep.equal([
        { ...payment, chain: 1, recipient: mallory.address, amount: 1000n },
      ]);
      expect(balanceOf(replay, 1)).to.deep.equal({ balance: 0n, nonce: 0n, token: BigInt(TOKEN_A), account: 1n });
      const zusd = started();
      const words = withExit({ ...ofZusd, payer: 2, amount: 40n, covered: false });
      expect(zusd.apply(SIZE, words)).to.deep.equal([
        { ...payment, chain: 2, token: ZUSD, recipient: mallory.address, amount: 40n },
      ]);
      expect(balanceOf(zusd, 3).balance).to.equal(60n);
      expect(ledgerOf(zusd)).to.deep.equal([[1, 100n]]);
      const nothing = withExit({ executed: false, amount: 0n, payer: 2 }, header({ number: 3 }));
      expect(zusd.apply(SIZE, nothing)).to.deep.equal([]);
    });

    it("pays routes by their destination, and refunds those that are not executed", () => {
      const replay = started();
      const cells = [...replay.nonzero()];
      const paid = { token: ZUSD, recipient: mallory.address, amount: 30n, into: 9, minOut: 7n };
      expect(replay.apply(SIZE, withRoute({}))).to.deep.equal([{ ...paid, chain: 2 }]);
      expect(ledgerOf(replay)).to.deep.equal([
        [1, 130n],
        [2, 10n],
      ]);
      const refund = { ...payment, chain: 1, token: ZUSD, recipient: alice.address, amount: 11n };
      const beyond = { executed: false, covered: false, amount: 11n };
      expect(replay.apply(SIZE, withRoute(beyond, header({ number: 3 })))).to.deep.equal([refund]);
      const itself = { payer: 1, amount: 500n };
      expect(replay.apply(SIZE, withRoute(itself, header({ number: 4 })))).to.deep.equal([
        { ...paid, chain: 1, amount: 500n },
      ]);
      expect(ledgerOf(replay)).to.deep.equal([
        [1, 130n],
        [2, 10n],
      ]);
      expect([...replay.nonzero()]).to.deep.equal(cells);
    });

    it("pays withdrawals of one slot and of two", () => {
      const replay = started();
      expect(replay.apply(SIZE, signed(withdraw, withdrawZusd, exact))).to.deep.equal([
        { ...payment, chain: 1, amount: 10n },
        { ...payment, chain: 1, token: ZUSD, amount: 10n, into: 7 },
        { ...payment, chain: 1, amount: 11n },
      ]);
      expect(balanceOf(replay, 1)).to.deep.include({ balance: 979n, nonce: 2n });
      expect(ledgerOf(replay)).to.deep.equal([
        [1, 90n],
        [2, 40n],
      ]);
      const other = started();
      expect(other.apply(SIZE, signed({ ...exactZusd, chain: 2 }, exact))).to.deep.equal([
        { ...payment, chain: 2, token: ZUSD, amount: 11n, into: 7, minOut: packAmount(5n) },
        { ...payment, chain: 1, amount: 11n },
      ]);
    });

    it("reads amounts that are not packed with the smallest exponent, and hands the least of a redemption on as it is", () => {
      const ten = 1n | (1n << 35n);
      const zero = 1n << 35n;
      const [first, second] = encodeSigned({ ...exactZusd, minOut: 0n });
      const words = [word({ ...withdraw, amount: 0n }) | (ten << 31n), word(transfer), first, second | (ten << 31n)];
      expect(
        started()
          .apply(SIZE, withSigned(words))
          .map(({ amount, minOut }) => [amount, minOut]),
      ).to.deep.equal([
        [10n, 0n],
        [11n, ten],
      ]);
      const nothing = [first, second | (zero << 31n)];
      expect(
        started()
          .apply(SIZE, withSigned(nothing))
          .map(({ minOut }) => minOut),
      ).to.deep.equal([zero]);
    });

    it("takes fees into the first slot of a token, and pays them out at the end", () => {
      const feeCells = [3, 1, 0, 1];
      const charged = [
        { ...transfer, amount: 980n, fee: 20n },
        { ...withdraw, amount: 0n, fee: 30n },
      ];
      const replay = started();
      replay.apply(SIZE, withSigned(charged.flatMap(encodeSigned), header({ feeCells })));
      expect(balanceOf(replay, 1)).to.deep.include({ balance: 1000n, nonce: 2n });
      const uncharged = started();
      uncharged.apply(SIZE, signed({ ...transfer, amount: 1000n, fee: 20n }));
      expect(balanceOf(uncharged, 1)).to.deep.include({ balance: 1000n, nonce: 1n });
    });

    it("takes fees into a cell that the batch itself opens, by a deposit or an Open, as the circuit does", () => {
      const byDeposit = withDeposit({ cell: 0, usedCell: 5, amount: 7n }, header({ feeCells: [5, 0, 0, 0] }));
      byDeposit[7] = word({ ...transfer, fee: 9n });
      const replay = started();
      replay.apply(SIZE, byDeposit);
      expect(balanceOf(replay, 5)).to.deep.include({ balance: 16n, token: BigInt(TOKEN_A), account: 1n });
      expect(balanceOf(replay, 1).balance).to.equal(991n);
      const [first, second] = encodeSigned({ ...open, token: TOKEN_A, fee: 4n });
      const opening = withSigned(
        [word({ ...transfer, fee: 9n }), 0n, first, second],
        header({ feeCells: [0, 5, 0, 0] }),
      );
      const other = started();
      other.apply(SIZE, opening);
      expect(balanceOf(other, 5)).to.deep.include({ balance: 13n, token: BigInt(TOKEN_A), account: 2n });
      // One that stays free has no token, and collects nothing.
      const none = started();
      none.apply(SIZE, withSigned([word({ ...transfer, fee: 9n })], header({ feeCells: [9, 0, 0, 0] })));
      expect(balanceOf(none, 1).balance).to.equal(1000n);
    });

    it("moves zUSD of suspended chains in the rollup, and opens cells for their tokens", () => {
      const suspended = 2n ** 64n - 2n;
      const words = withSigned(
        [word({ ...transfer, from: 3, to: 3 }), 0n, ...encodeSigned({ ...open, from: 3 })],
        header({ suspended }),
      );
      expect(started().apply(SIZE, words)).to.deep.equal([]);
    });
  });

  describe("stops at words that no proof can carry:", () => {
    const suspend = (...chains: number[]) =>
      header({ suspended: chains.reduce((mask, chain) => mask | (1n << BigInt(chain)), 0n) });
    const pack = (of: spec.Layout, values: Values) => spec.pack(of, values);
    const openWords = encodeSigned(open);
    const [exactFirst, exactSecond] = encodeSigned(exact);
    const [zusdFirst, zusdSecond] = encodeSigned(exactZusd);
    const exitWords = encodeQueueOp(exit);

    const accepted: Record<string, bigint[]> = {
      deposit: withDeposit({}),
      refund: withDeposit({ executed: false, cell: 2 }),
      "deposit of zUSD": withDeposit(ofZusd),
      "new account": withDeposit({ account: 0, cell: 0, usedAccount: 3, usedCell: 5 }),
      "new cell": withDeposit({ cell: 0, usedCell: 5 }),
      SetKey: withSetKey({}),
      exit: withExit({}),
      "exit of zUSD": withExit({ ...ofZusd, amount: 100n }),
      "exit above the ledger": withExit({ ...ofZusd, payer: 2, amount: 40n, covered: false }),
      "exit above an empty ledger": withExit({ ...ofZusd, payer: 3, amount: 0n, covered: false }),
      route: withRoute({}),
      "route of all that is issued there": withRoute({ amount: 40n }),
      "route from a chain to itself": withRoute({ payer: 1, amount: 500n }),
      "route at its deadline": withRoute({ deadline: 50 }, header({ timestamp: 50 })),
      "late route": withRoute({ executed: false, deadline: 50 }, header({ timestamp: 51 })),
      "late route that is not covered": withRoute(
        { executed: false, covered: false, deadline: 50 },
        header({ timestamp: 51 }),
      ),
      "route above the cap": withRoute({ executed: false, covered: false }),
      "route beyond what is issued": withRoute({ executed: false, covered: false, amount: 41n }),
      "route to a suspended chain": withRoute({ executed: false }, suspend(2)),
      "route to nobody": withRoute({ executed: false, covered: false, payer: 0 }),
      "route of another token": withRoute({ executed: false, token: TOKEN_A, amount: 1000n }),
      "route of another chain's token": withRoute({ executed: false, token: TOKEN_B }),
      "route of chain 0": withRoute({ executed: false, chain: 0 }),
      transfer: signed(transfer),
      withdraw: signed(withdraw),
      "withdraw of zUSD": signed(withdrawZusd),
      withdrawExact: signed(exact),
      "withdrawExact of zUSD": signed(exactZusd),
      open: signed(open),
      "batch with other chains suspended": withDeposit({}, suspend(2, 3, 63)),
    };
    for (const [name, words] of Object.entries(accepted))
      it(`and not at a good ${name}`, () => void started().apply(SIZE, words));

    const refused: [string, bigint[], string][] = [
      // The batch.
      ["another length", withSigned([]).slice(1), "there are 10 words"],
      ["no field element", withSigned([2n ** 255n]), "a word is no field element"],
      ["a negative word", withSigned([-1n]), "a word is no field element"],
      ["a batch skipped", withSigned([], header({ number: 3 })), "its header says batch 3"],
      ["a batch again", withSigned([], header({ number: 1 })), "its header says batch 1"],
      ["time running back", withSigned([], header({ timestamp: 49 })), "the timestamp is before the last batch's"],
      ["bits in the header", withSigned([], header() | (1n << 228n)), "HeaderWord.unused bits must be zero"],
      ["chain 0 suspended", withSigned([], header() | (1n << 72n)), "its header suspends chain 0"],
      ["a fee cell outside", withSigned([], header({ feeCells: [0, 0, 16, 0] })), "balance cell 16 does not exist"],

      // Deposits.
      ["an undefined queue op", withQueue([0x24n, 0n, 0n]), "a queue op has an undefined code"],
      ["a signed op's code in the queue", withQueue([0x01n, 0n, 0n]), "a queue op has an undefined code"],
      ["a queue Noop with content", withQueue([0n, 0n, 1n]), "a queue op has an undefined code"],
      ["bits in a deposit", withQueue([0x20n | (1n << 205n), 0n, 0n]), "DepositWord0.unused bits must be zero"],
      ["a payer in a deposit", withQueue([0x20n, 1n << 160n, 0n]), "DepositWord1.unused bits must be zero"],
      ["a token of another chain", withDeposit({ chain: 2 }), "a deposit has a token that is not its chain's"],
      ["a deposit on chain 0", withDeposit({ ...ofZusd, chain: 0 }), "a deposit has a token that is not its chain's"],
      ["no token", withDeposit({ token: 1024 }), "a deposit has a token that is not its chain's"],
      ["another account than named", withDeposit({ usedAccount: 2 }), "a deposit uses another account than it names"],
      ["another cell than named", withDeposit({ usedCell: 2 }), "a deposit uses another cell than it names"],
      [
        "a named cell for a new account",
        withDeposit({ account: 0, usedAccount: 3 }),
        "a deposit uses another cell than it names",
      ],
      [
        "an account out of order",
        withDeposit({ account: 0, cell: 0, usedAccount: 4, usedCell: 5 }),
        "account 4 is not the next one",
      ],
      [
        "an account outside",
        withDeposit({ account: 0, cell: 0, usedAccount: 8, usedCell: 5 }),
        "account 8 does not exist",
      ],
      ["a cell out of order", withDeposit({ cell: 0, usedCell: 6 }), "balance cell 6 is not the next one"],
      [
        "a cell of another account",
        withDeposit({ cell: 2, usedCell: 2 }),
        "balance cell 2 is not account 1's of token 1025",
      ],
      ["a cell of another token", withDeposit({ cell: 3, usedCell: 3 }), "balance cell 3 is not account 1's of token"],
      ["a cell outside", withDeposit({ cell: 16, usedCell: 16 }), "balance cell 16 does not exist"],
      [
        "an unknown account",
        withDeposit({ account: 5, usedAccount: 5, cell: 0, usedCell: 5 }),
        "account 5 is no user's",
      ],
      ["a flag of a deposit of another token", withDeposit({ covered: false }), "a deposit has a wrong flag"],
      [
        "a flag of a refund of another token",
        withDeposit({ covered: false, executed: false }),
        "a deposit has a wrong flag",
      ],
      ["zUSD credited above the cap", withDeposit({ ...ofZusd, covered: false }), "a deposit has a wrong flag"],
      ["a deposit of a suspended chain", withDeposit({}, suspend(1)), "something of chain 1 moves, which is suspended"],
      [
        "a refund of a suspended chain",
        withDeposit({ executed: false }, suspend(1)),
        "something of chain 1 moves, which is suspended",
      ],

      // SetKeys.
      ["bits in a SetKey", withQueue([0x21n | (1n << 36n), 0n, 0n]), "SetKeyWord0.unused bits must be zero"],
      ["a cell in a SetKey", withQueue([0x21n, 1n << 188n, 0n]), "SetKeyWord1.unused bits must be zero"],
      ["a key set by a stranger", withSetKey({ owner: bob.address }), "account 1 is not owned by who asks on chain 1"],
      ["a key set elsewhere", withSetKey({ chain: 2 }), "account 1 is not owned by who asks on chain 2"],
      ["a key of no account", withSetKey({ account: 5, usedAccount: 5 }), "account 5 is no user's"],
      ["a key of account 0", withSetKey({ account: 0, usedAccount: 0 }), "account 0 does not exist"],
      ["a key outside", withSetKey({ account: 8, usedAccount: 8 }), "account 8 does not exist"],
      ["a key of another account", withSetKey({ usedAccount: 2 }), "a SetKey uses another account than it names"],
      ["a flag of a SetKey", withSetKey({ covered: false }), "a SetKey has a wrong flag"],
      ["a SetKey of a suspended chain", withSetKey({}, suspend(1)), "something of chain 1 moves, which is suspended"],

      // Exits.
      ["bits in an exit", withQueue([0x22n | (1n << 205n), 0n, 0n]), "FullExitWord0.unused bits must be zero"],
      ["bits in an exit's second word", withQueue([0x22n, 1n << 211n, 0n]), "FullExitWord1.unused bits must be zero"],
      ["an exit of a stranger", withExit({ owner: bob.address }), "account 1 is not owned by who asks on chain 1"],
      ["an exit elsewhere", withExit({ chain: 2 }), "account 1 is not owned by who asks on chain 2"],
      ["an exit of account 0", withExit({ account: 0, usedAccount: 0 }), "account 0 does not exist"],
      ["an exit of another account", withExit({ usedAccount: 2 }), "an exit uses other cells than it names"],
      ["an exit of another cell", withExit({ usedCell: 2 }), "an exit uses other cells than it names"],
      ["an exit outside", withExit({ cell: 16, usedCell: 16 }), "balance cell 16 does not exist"],
      ["an exit of somebody's cell", withExit({ cell: 2, usedCell: 2 }), "an exit does not fit its cell"],
      ["an exit of another token", withExit({ token: TOKEN_B, payer: 2 }), "an exit does not fit its cell"],
      ["an exit of a free cell", withExit({ cell: 9, usedCell: 9, amount: 0n }), "an exit does not fit its cell"],
      ["an exit paid elsewhere", withExit({ payer: 2 }), "an exit is paid by another chain than its token's"],
      ["an exit paid by nobody", withExit({ payer: 0 }), "an exit is paid by another chain than its token's"],
      [
        "zUSD paid by nobody",
        withExit({ ...ofZusd, payer: 0, amount: 0n, covered: false }),
        "an exit is paid by another chain than its token's",
      ],
      ["an exit of less", withExit({ amount: 999n }), "an exit pays neither the whole balance nor all that is issued"],
      ["an exit of more", withExit({ amount: 1001n }), "an exit pays neither the whole balance nor all that is issued"],
      [
        "an exit that its token's ledger would not cover",
        withExit({ amount: 999n, covered: false }),
        "an exit pays neither the whole balance nor all that is issued",
      ],
      [
        "a whole exit that is said not to be covered",
        withExit({ ...ofZusd, amount: 100n, covered: false }),
        "an exit pays neither the whole balance nor all that is issued",
      ],
      [
        "less than is issued",
        withExit({ ...ofZusd, payer: 2, amount: 39n, covered: false }),
        "an exit pays neither the whole balance nor all that is issued",
      ],
      [
        "more than is issued",
        withExit({ ...ofZusd, payer: 2, amount: 100n }),
        "the zUSD issued to chain 2 falls below 0",
      ],
      [
        "an amount of an exit that is not executed",
        withExit({ executed: false, amount: 1n }),
        "an exit that is not executed pays",
      ],
      [
        "a flag of an exit that is not executed",
        withExit({ executed: false, amount: 0n, covered: false }),
        "an exit that is not executed pays",
      ],
      [
        "a recipient that is no address",
        withQueue([exitWords[0], exitWords[1], 2n ** 160n]),
        "an exit's recipient is no address",
      ],
      ["an exit of a suspended chain", withExit({}, suspend(1)), "something of chain 1 moves, which is suspended"],
      [
        "zUSD paid by a suspended chain",
        withExit({ ...ofZusd, payer: 2, amount: 40n, covered: false }, suspend(2)),
        "something of chain 2 moves, which is suspended",
      ],

      // Routes.
      ["bits in a route", withQueue([0x23n | (1n << 14n), 0n, 0n]), "RouteWord0.unused bits must be zero"],
      ["bits in a route's second word", withQueue([0x23n, 1n << 166n, 0n]), "RouteWord1.unused bits must be zero"],
      ["bits in a route's third word", withQueue([0x23n, 0n, 1n << 210n]), "RouteWord2.unused bits must be zero"],
      ["a route of a suspended chain", withRoute({}, suspend(1)), "something of chain 1 moves, which is suspended"],
      ["a route to a suspended chain", withRoute({}, suspend(2)), "a route has a wrong flag"],
      ["a late route", withRoute({ deadline: 50 }, header({ timestamp: 51 })), "a route has a wrong flag"],
      ["a route of another token", withRoute({ token: TOKEN_A }), "a route has a wrong flag"],
      ["a route of chain 0", withRoute({ chain: 0 }), "a route has a wrong flag"],
      ["a route to nobody", withRoute({ payer: 0, amount: 0n }), "a route has a wrong flag"],
      ["a route that is refunded for nothing", withRoute({ executed: false }), "a route has a wrong flag"],
      ["a route that is not covered", withRoute({ covered: false }), "a route has a wrong flag"],
      ["a route of more than is issued", withRoute({ amount: 41n }), "a route has a wrong flag"],
      [
        "a late route that says more than is issued is covered",
        withRoute({ executed: false, deadline: 50, amount: 41n }, header({ timestamp: 51 })),
        "a route has a wrong flag",
      ],
      [
        "a route of another token that is not covered",
        withRoute({ executed: false, covered: false, token: TOKEN_A }),
        "a route has a wrong flag",
      ],

      // Transfers.
      ["an undefined signed op", withSigned([0x05n]), "a signed op has an undefined code"],
      ["a queue op's code among the signed", withSigned([0x20n]), "a signed op has an undefined code"],
      ["no chain to withdraw on", withSigned([0x40n | (1n << 8n)]), "a signed op has an undefined code"],
      ["no chain to withdraw zUSD on", withSigned([0x80n | (1n << 8n)]), "a signed op has an undefined code"],
      ["a chain beyond the last", withSigned([0xc0n | (1n << 8n)]), "a signed op has an undefined code"],
      ["a Noop with content", withSigned([1n << 8n]), "a signed op has an undefined code"],
      [
        "a payer that nobody owns",
        withSigned([word({ ...transfer, from: 7 })]),
        "balance cell 7 pays, but nobody owns it",
      ],
      ["a payer outside", withSigned([word({ ...transfer, from: 16 })]), "balance cell 16 does not exist"],
      ["too much paid", signed({ ...transfer, amount: 1001n }), "balance cell 1 pays more than it has"],
      [
        "too much paid with its fee",
        withSigned([word({ ...transfer, amount: 1000n, fee: 1n })], header({ feeCells: [0, 0, 1, 0] })),
        "balance cell 1 pays more than it has",
      ],
      ["a wrong receiver", signed({ ...transfer, to: 2 }), "balance cell 2 is not account 1's of token 1025"],
      [
        "another token received",
        signed({ ...transfer, to: 2, account: 2 }),
        "balance cell 2 is not account 2's of token 1025",
      ],
      [
        "a free cell received",
        signed({ ...transfer, to: 7, account: 0 }),
        "balance cell 7 is not account 0's of token 1025",
      ],
      ["a receiver outside", withSigned([word({ ...transfer, to: 16 })]), "balance cell 16 does not exist"],
      ["bits in an op", withSigned([word(transfer) | (1n << 128n)]), "TransferWord.unused bits must be zero"],
      [
        "a token of a suspended chain",
        withSigned([word(transfer)], suspend(1)),
        "something of chain 1 moves, which is suspended",
      ],

      // Withdrawals.
      ["a withdrawal elsewhere", signed({ ...withdraw, chain: 2 }), "a withdrawal is not of its cell's token"],
      ["another asset", signed({ ...withdraw, asset: 2 }), "a withdrawal is not of its cell's token"],
      ["no asset", signed({ ...withdraw, asset: 0 }), "a withdrawal is not of its cell's token"],
      ["zUSD withdrawn as a token", signed({ ...withdraw, from: 3 }), "a withdrawal is not of its cell's token"],
      [
        "a token withdrawn as zUSD",
        signed({ ...withdrawZusd, from: 1 }),
        "a withdrawal of zUSD is from a cell of another token",
      ],
      [
        "more zUSD than is issued",
        signed({ ...withdrawZusd, chain: 2, amount: 41n }),
        "the zUSD issued to chain 2 falls below 0",
      ],
      [
        "more zUSD than is issued, exactly",
        signed({ ...exactZusd, chain: 3, amount: 1n }),
        "the zUSD issued to chain 3 falls below 0",
      ],
      ["too much of it", signed({ ...withdraw, amount: 1001n }), "balance cell 1 pays more than it has"],
      ["too much of it, exactly", signed({ ...exact, amount: 1001n }), "balance cell 1 pays more than it has"],
      [
        "a withdrawal of a suspended chain's token",
        withSigned([word(withdraw)], suspend(1)),
        "something of chain 1 moves, which is suspended",
      ],
      [
        "zUSD withdrawn to a suspended chain",
        withSigned([word({ ...withdrawZusd, chain: 2 })], suspend(2)),
        "something of chain 2 moves, which is suspended",
      ],
      ["bits in an Exact", withSigned([exactFirst, exactSecond | (1n << 8n)]), "ExactWord.unused bits must be zero"],
      ["an Exact in an even slot", withSigned([exactSecond]), "a second word stands in an even slot"],
      ["an Exact alone", withSigned([0n, exactSecond]), "an Exact stands without its withdrawal"],
      [
        "an Exact after a Transfer",
        withSigned([word(transfer), exactSecond]),
        "an Exact stands without its withdrawal",
      ],
      ["an Exact after an Open", withSigned([openWords[0], exactSecond]), "an Open and its second word do not stand"],
      [
        "an Exact behind a withdrawal in an odd slot",
        withSigned([0n, exactFirst, exactSecond]),
        "a second word stands in an even slot",
      ],
      [
        "a second amount",
        withSigned([exactFirst | (1n << 31n), exactSecond]),
        "an exact withdrawal has an amount in its first word, too",
      ],
      [
        "a packing of 0 in its place",
        withSigned([zusdFirst | (1n << 66n), zusdSecond]),
        "an exact withdrawal has an amount in its first word, too",
      ],
      [
        "the least of a redemption that is none",
        withSigned([exactFirst, exactSecond | (1n << 31n)]),
        "a withdrawal is not of its cell's token",
      ],

      // Opens.
      ["an Open alone", withSigned([openWords[0]]), "an Open and its second word do not stand together"],
      ["an OpenTo alone", withSigned([0n, openWords[1]]), "an Open and its second word do not stand together"],
      [
        "an OpenTo after a Transfer",
        withSigned([word(transfer), openWords[1]]),
        "an Open and its second word do not stand together",
      ],
      ["an OpenTo in an even slot", withSigned([0n, 0n, openWords[1]]), "a second word stands in an even slot"],
      ["an Open in an odd slot", withSigned([0n, openWords[0]]), "an Open stands in an odd slot"],
      [
        "an opened cell out of order",
        withSigned([openWords[0], openWords[1] + (1n << 8n)]),
        "balance cell 6 is not the next one",
      ],
      [
        "an opened cell without token",
        withSigned([openWords[0], openWords[1] - (BigInt(TOKEN_B) << 31n)]),
        "an OpenTo has no token",
      ],
      ["an opened cell for nobody", withSigned([openWords[0], openWords[1] + (1n << 106n)]), "account 3 is no user's"],
      ["an opened cell outside", signed({ ...open, account: 8 }), "account 8 does not exist"],
      [
        "an Open from a suspended chain's cell",
        withSigned(openWords, suspend(1)),
        "something of chain 1 moves, which is suspended",
      ],
      [
        "an Open's fee above the balance",
        withSigned(encodeSigned({ ...open, fee: 1010n }), header({ feeCells: [1, 0, 0, 0] })),
        "balance cell 1 pays more than it has",
      ],
    ];
    for (const [name, words, message] of refused) {
      it(name, () => expect(() => started().apply(SIZE, words)).to.throw(ReplayError, `batch 2: ${message}`));
    }

    /** Puts a value into a cell, whatever the words before say. */
    function withCell(cell: number, value: bigint): Replay {
      const replay = started();
      (replay as unknown as { cells: Map<number, bigint> }).cells.set(cell, value);
      return replay;
    }
    const tokenA = { token: BigInt(TOKEN_A), account: 1n };

    it("a balance of 2^128", () => {
      const full = pack(spec.BalanceCell, { balance: 2n ** 128n - 1n, ...tokenA });
      expect(() => withCell(17, full).apply(SIZE, withDeposit({}))).to.throw("BalanceCell.balance must be below 2^128");
      withCell(17, full).apply(SIZE, signed({ ...transfer, amount: 0n }));
      const fees = withSigned([word({ ...withdrawZusd, amount: 0n, fee: 1n })], header({ feeCells: [4, 0, 0, 0] }));
      const fullZusd = pack(spec.BalanceCell, { balance: 2n ** 128n - 1n, token: 1n, account: 2n });
      expect(() => withCell(20, fullZusd).apply(SIZE, fees)).to.throw("BalanceCell.balance must be below 2^128");
      withCell(20, fullZusd - 1n).apply(SIZE, fees);
    });

    it("a nonce of 2^40", () => {
      const last = pack(spec.BalanceCell, { balance: 10n, nonce: 2n ** 40n - 1n, ...tokenA });
      expect(() => withCell(17, last).apply(SIZE, signed(transfer))).to.throw("BalanceCell.nonce must be below 2^40");
      withCell(17, last - (1n << 128n)).apply(SIZE, signed(transfer));
    });

    it("an exit of a token of chain 0 that is not zUSD, which nothing can pay", () => {
      const cell = pack(spec.BalanceCell, { balance: 10n, token: 5n, account: 1n });
      for (const payer of [0, 1]) {
        expect(() => withCell(17, cell).apply(SIZE, withExit({ token: 5, payer, amount: 10n }))).to.throw(
          "an exit is paid by another chain than its token's",
        );
      }
    });

    it("an account or cell beyond the last", () => {
      const counters = pack(spec.CountersCell, { nextAccount: 8n, nextBalance: 16n });
      for (const [change, message] of [
        [{ cell: 0, usedCell: 16 }, "balance cell 16 does not exist"],
        [{ account: 0, usedAccount: 8, cell: 0, usedCell: 15 }, "account 8 does not exist"],
      ] as const) {
        expect(() => withCell(0, counters).apply(SIZE, withDeposit(change))).to.throw(message);
      }
      expect(() => withCell(0, counters).apply(SIZE, signed({ ...open, cell: 16 }))).to.throw(
        "balance cell 16 does not exist",
      );
    });

    it("a circuit for another state", () => {
      expect(() => started().apply({ ...SIZE, cellBits: 6 }, withSigned([]))).to.throw("the circuit is for 2^6 cells");
    });

    it("and names the batch", () => {
      const replay = started();
      replay.apply(SIZE, withSigned([]));
      expect(() => replay.apply(SIZE, withSigned([], header({ number: 4 })))).to.throw(ReplayError, "batch 3: ");
    });
  });
});
