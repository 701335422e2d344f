import { expect } from "chai";
import * as F from "../../../protocol/crypto/field";
import {
  DepositWord0,
  DepositWord1,
  ExactWord,
  FullExitWord0,
  FullExitWord1,
  Op,
  OpenWord,
  RouteWord0,
  RouteWord1,
  SetKeyWord0,
  SetKeyWord1,
  TransferWord,
  WithdrawWord,
  field,
  pack,
  unpack,
  type Layout,
} from "../../../protocol/spec";
import { circuit, type CircuitTester } from "../../fixtures/circom";
import { expectNoSurvivors } from "../mutation";
import { notReadAs, type Reading } from "./reading";
import { SMALL } from "./world";

/** In the small state accounts have 4 bits and balance cells 5. */
const AT = (name: string, of: Layout = WithdrawWord): bigint => BigInt(field(of, name).offset);

/** A Withdraw's word at the boundaries of all layouts. */
const SIGNED: Reading = {
  widths: {
    "low[0]": 1,
    "low[1]": 1,
    high: 4,
    isOwn: 1,
    isZusd: 1,
    index: 5,
    packedAmount: 40,
    packedFee: 12,
    toHigh: 18,
    account: 22,
    middle: 106,
    top: 9,
    asset: 10,
  },
  sums: (fields) => {
    const { high, isOwn, isZusd, index, packedAmount, packedFee, toHigh, account, middle, top, asset } = fields;
    const chainLow = fields["low[0]"] + 2n * fields["low[1]"];
    const chain = chainLow + 4n * high;
    const opOwn = chain + 64n * isOwn;
    const op = opOwn + 128n * isZusd;
    const toField = toHigh << 5n;
    const sumIndex = op + (index << AT("from"));
    const sumAmount = sumIndex + (packedAmount << AT("amount"));
    const sumFee = sumAmount + (packedFee << AT("fee"));
    const sumTo = sumFee + (toField << AT("recipient"));
    const sumAccount = sumTo + (account << AT("account", TransferWord));
    const sumMiddle = sumAccount + (middle << 128n);
    const sumTop = sumMiddle + (top << 234n);
    const word = sumTop + (asset << AT("asset"));
    const withdrawOnlyHigh = top + asset;
    const withdrawOnly = withdrawOnlyHigh + toHigh;
    // `to` is 0 but for its high part.
    const afterFee = packedAmount;
    const notOpen = afterFee + account;
    const sums = {
      chainLow,
      chain,
      opOwn,
      op,
      toField,
      sumIndex,
      sumAmount,
      sumFee,
      sumTo,
      sumAccount,
      sumMiddle,
      sumTop,
    };
    return { ...sums, word, withdrawOnlyHigh, withdrawOnly, afterFee, notOpen };
  },
  input: ({ word }) => ({ word }),
};

/** A queue op's first two words. */
const QUEUE: Reading = {
  widths: {
    chain: 6,
    account: 4,
    cell: 5,
    local: 10,
    tokenChain: 6,
    amount: 128,
    executed: 1,
    covered: 1,
    owner: 160,
    payer: 6,
    usedAccount: 4,
    usedCell: 5,
    deadline: 40,
  },
  sums: (fields) => {
    const { isOp, low, high, chain, local, tokenChain, amount, account, cell, executed, covered } = fields;
    const { owner, payer, usedAccount, usedCell, deadline } = fields;
    const at = (name: string, of: Layout = FullExitWord0): bigint => BigInt(field(of, name).offset);
    const token = local + (tokenChain << 10n);
    const code = BigInt(Op.Deposit) * isOp + low;
    const sumOp = code + 2n * high;
    const sumChain = sumOp + (chain << at("chain"));
    const sumAccount = sumChain + (account << at("account"));
    const sumCell = sumAccount + (cell << at("cell"));
    const sumToken = sumCell + (token << at("token"));
    const sumAmount = sumToken + (amount << at("amount"));
    const sumExecuted = sumAmount + (executed << at("executed"));
    const sumPayer = owner + (payer << at("payer", FullExitWord1));
    const sumUsedAccount = sumPayer + (usedAccount << at("usedAccount", FullExitWord1));
    const sumUsedCell = sumUsedAccount + (usedCell << at("usedCell", FullExitWord1));
    const words = {
      "word[0]": sumExecuted + (covered << at("covered")),
      "word[1]": sumUsedCell + (deadline << at("deadline", RouteWord1)),
    };
    const sums = { token, code, sumOp, sumChain, sumAccount, sumCell, sumToken, sumAmount, sumExecuted };
    return { ...sums, sumPayer, sumUsedAccount, sumUsedCell, cellAndToken: cell + token, ...words };
  },
  input: (sums) => ({ word: [sums["word[0]"], sums["word[1]"], 5n] }),
};

describe("words", () => {
  let even: CircuitTester;
  let odd: CircuitTester;
  let queue: CircuitTester;
  before(async () => {
    even = await circuit("batch/signedWord.circom", "SignedWord", [SMALL.cellBits, 0]);
    odd = await circuit("batch/signedWord.circom", "SignedWord", [SMALL.cellBits, 1]);
    queue = await circuit("batch/queueWords.circom", "QueueWords", [SMALL.cellBits]);
  });

  const withdraw = {
    "low[0]": 1n,
    "low[1]": 1n,
    high: 9n,
    isOwn: 1n,
    isZusd: 0n,
    index: 3n,
    packedAmount: 77n,
    packedFee: 33n,
    toHigh: 5n,
    account: 21n,
    middle: 1n << 100n,
    top: 6n,
    asset: 12n,
  };

  for (const name of ["high", "toHigh", "account", "middle", "top", "asset"]) {
    it(`C5, C21: a signed word's ${name} does not carry into the field above`, async () => {
      await notReadAs(even, { ...withdraw, [name]: 1n << BigInt(SIGNED.widths[name]) }, SIGNED);
    });
  }

  const exit = {
    isOp: 1n,
    low: 0n,
    high: 1n,
    chain: 1n,
    account: 5n,
    cell: 6n,
    local: 2n,
    tokenChain: 3n,
    amount: 4n,
    executed: 0n,
    covered: 0n,
    owner: 7n,
    payer: 3n,
    usedAccount: 8n,
    usedCell: 9n,
    deadline: 0n,
  };
  const route = { ...exit, low: 1n, account: 0n, cell: 0n, usedAccount: 0n, usedCell: 0n, deadline: 77n };

  // Those that are taken apart into bits do not have their sums' wires to tamper with.
  for (const name of ["account", "cell", "local", "tokenChain", "amount", "executed", "covered", "owner"]) {
    it(`C5, C21: a queue op's ${name} does not carry into the field above`, async () => {
      await notReadAs(queue, { ...exit, [name]: 1n << BigInt(QUEUE.widths[name]) }, QUEUE);
    });
  }
  for (const name of ["amount", "owner", "deadline"]) {
    it(`C5, C21: a Route's ${name} does not carry into the field above`, async () => {
      await notReadAs(queue, { ...route, [name]: 1n << BigInt(QUEUE.widths[name]) }, QUEUE);
    });
  }

  describe("C28: an op code's bits are bits", () => {
    interface Code {
      low: readonly [bigint, bigint];
      isOwn?: bigint;
      isZusd?: bigint;
    }

    /** Signals that follow from other op code bits, without a field above them that a Transfer or Withdraw lacks. */
    function tampered({ low, isOwn = 0n, isZusd = 0n }: Code, index: bigint, isOdd: boolean): Record<string, bigint> {
      const isWithdraw = isOwn + isZusd;
      const chain = low[0] + 2n * low[1];
      const opOwn = chain + 64n * isOwn;
      const op = opOwn + 128n * isZusd;
      const word = op + (index << 8n);
      const [neither, onlyFirst] = [(1n - low[0]) * (1n - low[1]), low[0] * (1n - low[1])];
      const [zeroLow, isTransfer] = [neither * (1n - isWithdraw), onlyFirst * (1n - isWithdraw)];
      const moves = isTransfer + isWithdraw;
      const second = isOdd ? low[0] * low[1] : (1n - low[0]) * low[1];
      const isSecond = second * (1n - isWithdraw);
      // The slot's other conditions hold: exactly one op, and a Noop's word is 0.
      expect(moves + zeroLow + isSecond).to.equal(1n);
      expect(zeroLow * word).to.equal(0n);
      const signals = {
        "low[0]": low[0],
        "low[1]": low[1],
        ...{ isOwn, isZusd, isWithdraw, chainLow: chain, chain, opOwn, op },
        ...{ neither, onlyFirst, zeroLow, isNoop: zeroLow, isTransfer, moves },
        ...(isOdd
          ? { both: second, isOpenTo: isSecond, isSecond, usesMiddle: isWithdraw }
          : { onlySecond: second, isOpen: isSecond }),
        ...{ sumIndex: word, sumAmount: word, sumFee: word, sumTo: word, sumAccount: word },
        ...{ sumMiddle: word, sumTop: word, word },
      };
      return Object.fromEntries(Object.entries(signals).map(([name, value]) => [name, F.mod(value)]));
    }

    const cases: [string, isOdd: boolean, honest: number, Code][] = [
      ["0x81 as a Withdraw from chain 65", false, Op.Withdraw + 1, { low: [65n, 0n], isOwn: 1n }],
      ["0x41 as one of zUSD for chain -63", false, Op.WithdrawZusd + 1, { low: [-63n, 0n], isZusd: 1n }],
      ["0x81 as two Withdraws less a Transfer", false, Op.Transfer, { low: [1n, 0n], isOwn: 2n }],
      [
        "0xc1 as a Withdraw and one of zUSD less a Transfer",
        false,
        Op.Transfer,
        { low: [1n, 0n], isOwn: 1n, isZusd: 1n },
      ],
      ["0x05 as two OpenTos less a Transfer", true, Op.Transfer, { low: [1n, 2n] }],
    ];
    for (const [name, isOdd, honest, code] of cases) {
      it(name, async () => {
        const tester = isOdd ? odd : even;
        const index = 3n;
        const witness = await tester.expectPass({ word: BigInt(honest) + (index << 8n) });
        const signals = tampered(code, index, isOdd);
        await tester.expectUnsatisfied(await tester.tamper(witness, signals));
        // The same tampering with the honest bits is the honest witness.
        const bit = (i: bigint): bigint => (BigInt(honest) >> i) & 1n;
        const unchanged = tampered({ low: [bit(0n), bit(1n)], isOwn: bit(6n), isZusd: bit(7n) }, index, isOdd);
        await tester.checkConstraints(await tester.tamper(witness, unchanged));
      });
    }

    const SUMS = ["sumOp", "sumChain", "sumAccount", "sumCell", "sumToken", "sumAmount", "sumExecuted", "word[0]"];
    const queueCases: [
      string,
      chain: bigint,
      code: bigint,
      { isOp: bigint; low?: bigint; high?: bigint },
    ][] = [
      ["words of 0 as minus eight Deposits of chain 1", 1n, 0n, { isOp: -8n }],
      ["0x22 as two SetKeys", 1n, 0x22n, { isOp: 1n, low: 2n }],
      ["0x1f as minus one SetKey", 1n, 0x1fn, { isOp: 1n, low: -1n }],
      ["0x24 as two FullExits", 1n, 0x24n, { isOp: 1n, high: 2n }],
      ["0x21 as half a FullExit", 1n, 0x21n, { isOp: 1n, high: F.div(1n, 2n) }],
      ["0x23 as three SetKeys", 1n, 0x23n, { isOp: 1n, low: 3n }],
      ["0x25 as three Routes", 1n, 0x25n, { isOp: 1n, low: 3n, high: 1n }],
    ];
    for (const [name, chain, code, bits] of queueCases) {
      it(name, async () => {
        const word = code + (code === 0n ? 0n : chain << 8n);
        const witness = await queue.expectPass({ word: [(chain << 8n) | BigInt(Op.Deposit), 0n, 0n] }, { chain });
        const claimed = ({ isOp, low = 0n, high = 0n }: typeof bits, claimedWord: bigint): Record<string, bigint> => {
          expect(F.mod(claimedWord)).to.equal(F.mod(32n * isOp + low + 2n * high + (chain << 8n)));
          const isRoute = low * high;
          const isDeposit = isOp - low - high + isRoute;
          const signals = {
            ...{ isOp, low, high, lowAndHigh: low + high, isRoute, isSetKey: low - isRoute, isFullExit: high - isRoute },
            ...{ isDeposit, code: 32n * isOp + low },
            ...Object.fromEntries(SUMS.map((sum) => [sum, claimedWord])),
            sumOp: 32n * isOp + low + 2n * high,
          };
          return Object.fromEntries(Object.entries(signals).map(([signal, value]) => [signal, F.mod(value)]));
        };
        await queue.expectUnsatisfied(await queue.tamper(witness, claimed(bits, word)));
        // The same tampering with the honest bits is the honest witness.
        const unchanged = claimed({ isOp: 1n }, BigInt(Op.Deposit) + (chain << 8n));
        await queue.checkConstraints(await queue.tamper(witness, unchanged));
      });
    }
  });

  it("C28: an OpenTo in an even slot, an Open in an odd one, and what else an OpenTo has no field for", async () => {
    await even.expectPass({ word: BigInt(Op.Open) }, { isOpen: 1n });
    await even.expectFail({ word: BigInt(Op.OpenTo) }, "SignedWord");
    await odd.expectPass({ word: BigInt(Op.OpenTo) }, { isOpenTo: 1n });
    await odd.expectFail({ word: BigInt(Op.Open) }, "SignedWord");
    const to = 1n << AT("to", TransferWord);
    const fee = 1n << AT("fee", TransferWord);
    await odd.expectFail({ word: BigInt(Op.OpenTo) + to }, "SignedWord");
    await odd.expectFail({ word: BigInt(Op.OpenTo) + fee }, "SignedWord");
    await even.expectFail({ word: BigInt(Op.Open) + to }, "SignedWord");
    await even.expectPass({ word: BigInt(Op.Open) + fee }, { isOpen: 1n, fee: 1n });
  });

  it("C28: an Exact in an even slot, and what it has no field for", async () => {
    const word = pack(ExactWord, { op: BigInt(Op.Exact), minOut: 77n, amount: (1n << 128n) - 1n });
    await odd.expectPass({ word }, { isExact: 1n, exact: (1n << 128n) - 1n, packedAmount: 77n, isNoop: 0n, fee: 0n });
    await odd.expectPass({ word: BigInt(Op.Exact) }, { isExact: 1n, exact: 0n });
    await even.expectFail({ word }, "SignedWord");
    await even.expectFail({ word: BigInt(Op.Exact) }, "SignedWord");
    for (const plain of [word, BigInt(Op.Exact)]) {
      for (const bit of [
        0n,
        1n,
        3n,
        4n,
        5n,
        8n,
        12n,
        13n,
        30n,
        71n,
        82n,
        83n,
        87n,
        88n,
        105n,
        234n,
        242n,
        243n,
        252n,
        253n,
      ]) {
        await odd.expectFail({ word: plain | (1n << bit) }, "SignedWord");
      }
    }
  });

  it("C5, C28: every op code but those of the ops, in each kind of slot", async () => {
    const withdrawals = Array.from({ length: 64 }, (_, chain) => [Op.Withdraw + chain, Op.WithdrawZusd + chain]).flat();
    // Of chain 0: refused where the token is compared.
    const both = [Op.Noop, Op.Transfer, ...withdrawals];
    for (const [tester, codes] of [
      [even, [...both, Op.Open]],
      [odd, [...both, Op.OpenTo, Op.Exact]],
    ] as const) {
      for (let code = 0; code < 256; code++) {
        if (codes.includes(code)) await tester.expectPass({ word: BigInt(code) });
        else await tester.expectFail({ word: BigInt(code) }, "SignedWord");
      }
    }
    for (let code = 0; code < 256; code++) {
      const word = [BigInt(code), 0n, 0n];
      if ([Op.Noop, Op.Deposit, Op.SetKey, Op.FullExit, Op.Route].includes(code as 0)) await queue.expectPass({ word });
      else await queue.expectFail({ word }, "QueueWords");
    }
  });

  it("C21: a word is the sum of its fields", async () => {
    const { word } = SIGNED.sums(withdraw);
    const witness = await even.expectPass({ word });
    await even.expectUnsatisfied(await even.tamper(witness, { word: word + (1n << AT("from")) }));
    const words = [(1n << 8n) | BigInt(Op.Deposit), 7n, 5n];
    const honest = await queue.expectPass({ word: words });
    for (const i of [0, 1]) {
      await queue.expectUnsatisfied(await queue.tamper(honest, { [`word[${i}]`]: words[i] + (1n << 30n) }));
    }
  });

  it("C2: no signal of a word can be changed alone", async () => {
    for (const [tester, word] of [
      [even, SIGNED.sums(withdraw).word],
      [even, pack(OpenWord, { op: BigInt(Op.Open), from: 3n, fee: 5n })],
      [odd, pack(ExactWord, { op: BigInt(Op.Exact), minOut: 77n, amount: 12_345n })],
      [odd, 0n],
    ] as const) {
      await expectNoSurvivors(tester, await tester.expectPass({ word }));
    }
    const exit0 = { op: BigInt(Op.FullExit), chain: 1n, account: 2n, cell: 3n, token: 1n, amount: 9n };
    const route0 = { op: BigInt(Op.Route), chain: 1n, token: 1n, amount: 9n, executed: 1n, covered: 1n };
    const setKey0 = { op: BigInt(Op.SetKey), chain: 1n, account: 2n, executed: 1n, covered: 1n };
    for (const [word, free] of [
      // A third word may be anything, but for a Noop's.
      [[pack(FullExitWord0, exit0), 7n, 5n], ["last"]],
      [[pack(SetKeyWord0, setKey0), 7n, 5n], ["last"]],
      [[pack(RouteWord0, route0), pack(RouteWord1, { owner: 7n, payer: 3n, deadline: 99n }), 5n], ["last"]],
      [[0n, 0n, 0n], []],
    ] as [bigint[], string[]][]) {
      await expectNoSurvivors(queue, await queue.expectPass({ word }), free);
    }
  });

  it("reads words as their layouts do", async () => {
    const { word } = SIGNED.sums(withdraw);
    const { op, from, amount, asset } = unpack(WithdrawWord, word);
    const common = { isWithdraw: 1n, index: from, packedAmount: amount, asset, fee: 33n };
    await even.expectPass({ word }, { ...common, isZusd: 0n, chain: op - 64n });
    await even.expectPass({ word: word + 64n }, { ...common, isZusd: 1n, chain: op - 64n });
    const transfer = { from: 31n, amount: 5n, fee: 6n, to: 30n, account: 15n };
    const read = { isTransfer: 1n, index: 31n, packedAmount: 5n, amount: 5n, fee: 6n, to: 30n, account: 15n };
    await odd.expectPass({ word: pack(TransferWord, { op: BigInt(Op.Transfer), ...transfer }) }, read);
  });

  describe("QueueWords", () => {
    const CODE = { isOp: 1n, isDeposit: 0n, isSetKey: 0n, isFullExit: 0n, isRoute: 0n, deadline: 0n };
    const request = { chain: 63n, account: 15n };
    const outcome = { executed: 1n, covered: 1n };
    const used = { owner: (1n << 160n) - 1n, usedAccount: 15n };
    const money = { cell: 31n, token: (1n << 16n) - 1n, amount: (1n << 128n) - 1n };

    it("reads what the layouts pack, at both ends of each range", async () => {
      const last = F.R - 1n;
      const token = { local: 1023n, tokenChain: 63n };
      const deposit = [
        pack(DepositWord0, { op: BigInt(Op.Deposit), ...request, ...money, ...outcome }),
        pack(DepositWord1, { ...used, usedCell: 31n }),
        last,
      ];
      const all = { ...request, ...money, ...token, ...outcome, ...used, usedCell: 31n, last };
      await queue.expectPass({ word: deposit }, { ...CODE, isDeposit: 1n, ...all, payer: 0n });
      const setKey = [
        pack(SetKeyWord0, { op: BigInt(Op.SetKey), ...request, ...outcome }),
        pack(SetKeyWord1, used),
        last,
      ];
      const none = { cell: 0n, token: 0n, amount: 0n, payer: 0n, usedCell: 0n };
      await queue.expectPass(
        { word: setKey },
        { ...CODE, isSetKey: 1n, ...request, ...outcome, ...used, ...none, last },
      );
      const fullExit = [
        pack(FullExitWord0, { op: BigInt(Op.FullExit), ...request, ...money, ...outcome }),
        pack(FullExitWord1, { ...used, payer: 63n, usedCell: 31n }),
        last,
      ];
      await queue.expectPass({ word: fullExit }, { ...CODE, isFullExit: 1n, ...all, payer: 63n });
      const route = [
        pack(RouteWord0, { op: BigInt(Op.Route), chain: 63n, token: money.token, amount: money.amount, ...outcome }),
        pack(RouteWord1, { owner: used.owner, payer: 63n, deadline: (1n << 40n) - 1n }),
        last,
      ];
      await queue.expectPass(
        { word: route },
        {
          ...{ ...CODE, isRoute: 1n, ...all, payer: 63n, deadline: (1n << 40n) - 1n },
          ...{ account: 0n, cell: 0n, usedAccount: 0n, usedCell: 0n },
        },
      );
      const zeros = {
        chain: 0n,
        account: 0n,
        executed: 0n,
        covered: 0n,
        owner: 0n,
        usedAccount: 0n,
        ...none,
        last: 0n,
      };
      await queue.expectPass({ word: [0n, 0n, 0n] }, { ...CODE, isOp: 0n, ...zeros });
      for (const op of ["Deposit", "SetKey", "FullExit", "Route"] as const) {
        await queue.expectPass({ word: [BigInt(Op[op]), 0n, 0n] }, { ...CODE, [`is${op}`]: 1n, ...zeros });
      }
    });

    it("C28: bits that an op does not use, and any above the layouts", async () => {
      const refused = async (op: keyof typeof Op, i: 0 | 1, bits: bigint[]): Promise<void> => {
        for (const bit of bits) {
          const word = [BigInt(Op[op]), 0n, 0n];
          word[i] |= 1n << bit;
          await queue.expectFail({ word }, "QueueWords");
        }
      };
      const ends = (of: Layout, ...names: string[]): bigint[] =>
        names.flatMap((name) => {
          const { offset, bits } = field(of, name);
          return [BigInt(offset), BigInt(offset + bits - 1)];
        });
      await refused("SetKey", 0, ends(FullExitWord0, "cell", "token", "amount"));
      await refused("SetKey", 1, ends(FullExitWord1, "payer"));
      await refused("Deposit", 1, ends(FullExitWord1, "payer"));
      for (const op of ["Deposit", "SetKey", "FullExit"] as const) {
        await refused(op, 0, [205n, 252n, 253n]);
        await refused(op, 1, [251n, 252n, 253n]);
        // Indices beyond the state: in its field, but not in its room.
        await refused(op, 0, [AT("account", DepositWord0) + 4n, AT("cell", DepositWord0) + 5n]);
        await refused(op, 1, [AT("usedAccount", DepositWord1) + 4n, AT("usedCell", DepositWord1) + 5n]);
        await refused(op, 1, ends(RouteWord1, "deadline"));
      }
      await refused("Route", 0, [...ends(FullExitWord0, "account", "cell"), 205n, 252n, 253n]);
      await refused("Route", 1, [AT("usedAccount", DepositWord1) + 4n, AT("usedCell", DepositWord1) + 5n]);
      await refused("Route", 1, [251n, 252n, 253n]);
    });
  });
});
