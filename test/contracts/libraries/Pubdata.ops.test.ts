import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroHash } from "ethers";
import fc from "fast-check";
import { ethers } from "hardhat";
import {
  accountRoom,
  BALANCE_BITS,
  balanceRoom,
  type Field,
  FIELD_ORDER,
  FullExitWord0,
  FullExitWord1,
  DepositWord0,
  HeaderWord,
  type Layout,
  mask,
  MAX_CELL_BITS,
  Op,
  pack,
  PACKED_AMOUNT_BITS,
  packAmount,
  RouteWord1,
  SetKeyWord0,
  tokenChain,
  tokenId,
  unpackAmount,
  unpackFee,
  WithdrawWord,
  ZUSD,
} from "../../../protocol/spec";
import {
  encodeQueueOp,
  encodeSigned,
  type FullExit,
  type Payment,
  type QueueOp,
  requestOf,
  type Route,
  toAddress,
  type UnsignedOp,
  type WithdrawExact,
} from "../../../protocol/state";
import { outboxHash, queueHead, queueHeads, requestHash } from "../../../protocol/witness/hashes";
import { payment, type RequestWords } from "../../fixtures/contracts";

const CHAINS = [1, 2, 3, 63];
const HEADER = 1;

// Random batches ------------------------------------------------------------------------------------------------------

const chain = fc.constantFrom(...CHAINS);
const address = fc.oneof(fc.bigInt(0n, mask(160)), fc.constant(mask(160))).map(toAddress);
const amount = fc.oneof(
  fc.bigInt(0n, mask(BALANCE_BITS)),
  fc.constantFrom(0n, 1n, mask(104), 1n << 104n, mask(BALANCE_BITS)),
);
const packable = fc
  .bigInt(0n, mask(PACKED_AMOUNT_BITS))
  .map(unpackAmount)
  .filter((value) => value >> BigInt(BALANCE_BITS) === 0n);
const fee = fc.bigInt(0n, mask(12)).map(unpackFee);
const token = fc.oneof(
  fc.tuple(chain, fc.nat(1023)).map(([c, local]) => (c << 10) | local),
  fc.constant(ZUSD),
);
const account = fc.nat(accountRoom(MAX_CELL_BITS) - 1);
const cell = fc.nat(balanceRoom(MAX_CELL_BITS) - 1);
const key = fc.oneof(fc.bigInt(0n, FIELD_ORDER - 1n), fc.constantFrom(0n, FIELD_ORDER - 1n));

const recorded = { chain, owner: address, executed: fc.boolean(), covered: fc.boolean() };
const common = { ...recorded, account, usedAccount: account, usedCell: cell };
const deposit = fc.record({ op: fc.constant("Deposit" as const), ...common, token, amount, cell, key });
const setKey = fc.record({ op: fc.constant("SetKey" as const), ...common, key });
const exit = fc.record({
  op: fc.constant("FullExit" as const),
  ...common,
  cell,
  token,
  payer: chain,
  recipient: address,
  amount,
});
const route = fc.record({
  op: fc.constant("Route" as const),
  ...recorded,
  usedAccount: fc.constant(0),
  usedCell: fc.constant(0),
  token: fc.oneof(token, fc.constant(ZUSD)),
  amount,
  payer: chain,
  deadline: fc.nat(2 ** 31 - 1),
  recipient: address,
  into: fc.nat(1023),
  minOut: fc.bigInt(0n, mask(PACKED_AMOUNT_BITS)),
});
const queueOp: fc.Arbitrary<QueueOp | undefined> = fc.oneof(
  deposit,
  deposit,
  setKey,
  exit,
  exit,
  route,
  route,
  fc.constant(undefined),
);

const leaving = { from: cell, recipient: address, chain, isZusd: fc.boolean(), asset: fc.nat(1023), fee };
const withdraw = fc.record({ op: fc.constant("Withdraw" as const), ...leaving, amount: packable });
const exact = fc
  .record({ op: fc.constant("WithdrawExact" as const), ...leaving, amount, minOut: packable })
  .map((op): WithdrawExact => (op.isZusd ? op : { ...op, minOut: 0n }));
const transfer = fc.record({
  op: fc.constant("Transfer" as const),
  from: cell,
  to: cell,
  account,
  amount: packable,
  fee,
});
const open = fc.record({ op: fc.constant("Open" as const), from: cell, cell, token, account, fee });
const single: fc.Arbitrary<UnsignedOp | undefined> = fc.oneof(withdraw, withdraw, transfer, fc.constant(undefined));
/** What stands in two slots: an op of two words, or two of one, or fewer. */
const pair: fc.Arbitrary<(UnsignedOp | undefined)[]> = fc.oneof(
  fc.tuple(exact),
  fc.tuple(exact),
  fc.tuple(open),
  fc.tuple(single, single),
  fc.tuple(single, single),
);

interface RandomOps {
  queue: (QueueOp | undefined)[];
  signed: (UnsignedOp | undefined)[];
  words: bigint[];
}

const batches: fc.Arbitrary<RandomOps> = fc
  .record({
    queue: fc.array(queueOp, { minLength: 1, maxLength: 6 }),
    pairs: fc.array(pair, { minLength: 1, maxLength: 4 }),
  })
  .map(({ queue, pairs }) => {
    const signed = pairs.flat();
    return { queue, signed, words: wordsOf(queue, signed) };
  });

function wordsOf(queue: readonly (QueueOp | undefined)[], signed: readonly (UnsignedOp | undefined)[]): bigint[] {
  return [
    5n,
    ...queue.flatMap((op) => (op ? encodeQueueOp(op) : [0n, 0n, 0n])),
    ...signed.flatMap((op) => (op ? encodeSigned(op) : [0n])),
  ];
}

/** What a batch pays on a chain, from its ops: for deposits and routes that were not executed, executed exits and routes, and withdrawals. */
function paymentsOn(paying: number, { queue, signed }: RandomOps): Payment[] {
  const result: Payment[] = [];
  for (const op of queue) {
    if ((op?.op === "Deposit" || op?.op === "Route") && op.chain === paying && !op.executed) {
      if (op.token === ZUSD || tokenChain(op.token) === paying) result.push(payment(op.token, op.owner, op.amount));
    }
    if (op?.op === "FullExit" && op.payer === paying && op.executed) {
      result.push(payment(op.token, op.recipient, op.amount));
    }
    if (op?.op === "Route" && op.payer === paying && op.executed) {
      result.push({ ...payment(ZUSD, op.recipient, op.amount), into: op.into, minOut: op.minOut });
    }
  }
  for (const op of signed) {
    if ((op?.op !== "Withdraw" && op?.op !== "WithdrawExact") || op.chain !== paying) continue;
    const minOut = op.op === "WithdrawExact" ? packAmount(op.minOut) : 0n;
    const id = op.isZusd ? ZUSD : (paying << 10) | op.asset;
    result.push(payment(id, op.recipient, op.amount, op.isZusd ? { into: op.asset, minOut } : {}));
  }
  return result;
}

const isDefined = <T>(value: T | undefined): value is T => value !== undefined;

describe("Pubdata: ops", () => {
  async function fixture() {
    return { library: await ethers.deployContract("LibraryHarness") };
  }

  describe("random words of all ops", () => {
    const RUNS = { numRuns: 60 };

    it("the outbox of every chain is the reference's", async () => {
      const { library } = await loadFixture(fixture);
      let paid = 0;
      await fc.assert(
        fc.asyncProperty(batches, async (batch) => {
          for (const paying of [...CHAINS, 4]) {
            const payments = paymentsOn(paying, batch);
            paid += payments.length;
            expect(await library.outboxHash(batch.words, batch.queue.length, paying)).to.equal(outboxHash(payments));
          }
        }),
        RUNS,
      );
      expect(paid).to.be.above(RUNS.numRuns);
    });

    it("queue ops are read field by field", async () => {
      const { library } = await loadFixture(fixture);
      await fc.assert(
        fc.asyncProperty(batches, async ({ queue, words }) => {
          for (const [i, op] of queue.entries()) {
            const [code, chainIndex, tokenOf, amountOf, executed, covered, owner, payer, last] = await library.queueOp(
              words,
              i,
            );
            if (!op) {
              const fields = [code, chainIndex, tokenOf, amountOf, executed, covered, owner, payer, last];
              expect(fields.every((value) => !value)).to.equal(true);
              continue;
            }
            const fields = { token: 0, amount: 0n, payer: 0, key: 0n, recipient: "0x0", ...op };
            expect(code).to.equal(Op[op.op]);
            expect(chainIndex).to.equal(op.chain);
            expect(tokenOf).to.equal(fields.token);
            expect(amountOf).to.equal(fields.amount);
            expect([executed, covered]).to.deep.equal([op.executed, op.covered]);
            expect(owner).to.equal(BigInt(op.owner));
            expect(payer).to.equal(fields.payer);
            const [, , word2] = encodeQueueOp(op);
            expect(last).to.equal(word2);
            if (op.op !== "Route") expect(last).to.equal(op.op === "FullExit" ? BigInt(fields.recipient) : fields.key);
          }
        }),
        RUNS,
      );
    });

    it("requests are counted and appended chain by chain, in order, without what the batch fills in", async () => {
      const { library } = await loadFixture(fixture);
      const before = ethers.id("head");
      await fc.assert(
        fc.asyncProperty(batches, async ({ queue, words }) => {
          const requests = queue.filter(isDefined).map(requestOf);
          expect(await library.countRequests(words, queue.length, 0)).to.equal(requests.length);
          for (const chain of [...CHAINS, 4]) {
            const own = requests.filter((request) => request.chain === chain);
            const head = queueHeads(before, own).at(-1) ?? before;
            expect(await library.countRequests(words, queue.length, chain)).to.equal(own.length);
            expect(await library.consume(words, queue.length, chain, before)).to.deep.equal([head, BigInt(own.length)]);
          }
        }),
        RUNS,
      );
    });

    it("amounts of withdrawals are their own, or the exact ones after them", async () => {
      const { library } = await loadFixture(fixture);
      await fc.assert(
        fc.asyncProperty(batches, async ({ queue, signed, words }) => {
          const firstSigned = HEADER + 3 * queue.length;
          let at = firstSigned;
          for (const op of signed) {
            if (op?.op === "Withdraw" || op?.op === "WithdrawExact") {
              const minOut = op.op === "WithdrawExact" ? packAmount(op.minOut) : 0n;
              expect(await library.withdrawn(words, at, firstSigned)).to.deep.equal([op.amount, minOut]);
            }
            at += op ? encodeSigned(op).length : 1;
          }
        }),
        RUNS,
      );
    });
  });

  const OWNER = toAddress(0xa11cen);
  const EXIT: FullExit = {
    op: "FullExit",
    chain: 1,
    account: 3,
    cell: 4,
    token: tokenId(2, 5),
    payer: 2,
    owner: OWNER,
    recipient: toAddress(0xb0bn),
    amount: 6n,
    executed: true,
    covered: true,
    usedAccount: 3,
    usedCell: 4,
  };
  const DEPOSIT: QueueOp = {
    op: "Deposit",
    chain: 2,
    account: 3,
    cell: 4,
    token: tokenId(2, 5),
    owner: OWNER,
    amount: 6n,
    key: 7n,
    executed: false,
    covered: true,
    usedAccount: 3,
    usedCell: 4,
  };
  const SET_KEY: QueueOp = {
    op: "SetKey",
    chain: 2,
    account: 3,
    owner: OWNER,
    key: 7n,
    executed: true,
    covered: true,
    usedAccount: 3,
    usedCell: 0,
  };
  const ROUTE: Route = {
    op: "Route",
    chain: 1,
    token: ZUSD,
    amount: 6n,
    payer: 2,
    owner: OWNER,
    deadline: 1_800_000_000,
    recipient: toAddress(0xb0bn),
    into: 5,
    minOut: packAmount(4n),
    executed: true,
    covered: true,
    usedAccount: 0,
    usedCell: 0,
  };
  const EXACT: WithdrawExact = {
    op: "WithdrawExact",
    from: 1,
    fee: 0n,
    amount: 6n,
    minOut: 0n,
    recipient: toAddress(0xb0bn),
    chain: 2,
    isZusd: false,
    asset: 5,
  };

  it("V10: amounts of refunds, exits, routes and exact withdrawals are any of 128 bits", async () => {
    const { library } = await loadFixture(fixture);
    for (const value of [0n, 1n, mask(104), 1n << 104n, mask(128)]) {
      for (const executed of [true, false]) {
        const batch = {
          queue: [
            { ...DEPOSIT, amount: value, executed },
            { ...EXIT, amount: value, executed },
            { ...DEPOSIT, token: ZUSD, amount: value, executed },
            { ...EXIT, token: ZUSD, amount: value, executed },
            { ...ROUTE, amount: value, executed },
            { ...ROUTE, chain: 2, payer: 1, amount: value, executed },
          ],
          signed: [
            { ...EXACT, amount: value },
            { ...EXACT, amount: value, isZusd: true, minOut: unpackAmount(mask(35)) },
          ],
        };
        const words = wordsOf(batch.queue, batch.signed);
        const payments = paymentsOn(2, { ...batch, words });
        expect(payments.map((paid) => paid.amount)).to.deep.equal(new Array(5).fill(value));
        expect(await library.outboxHash(words, 6, 2)).to.equal(outboxHash(payments));
        expect(await library.outboxHash(words, 6, 3)).to.equal(ZeroHash);
      }
    }
  });

  it("V10: packed amounts of zUSD are exact too, and what does not fit 128 bits is refused", async () => {
    const { library } = await loadFixture(fixture);
    for (const packed of [0n, 1n, mask(35), mask(35) | (27n << 35n), mask(35) | (28n << 35n), mask(40)]) {
      const word = pack(WithdrawWord, { op: BigInt(Op.WithdrawZusd + 2), amount: packed, recipient: 1n });
      const value = unpackAmount(packed);
      const words = [0n, word];
      if (value >> 128n === 0n) {
        expect(await library.withdrawn(words, 1, 1)).to.deep.equal([value, 0n]);
        expect(await library.outboxHash(words, 0, 2)).to.equal(outboxHash([payment(ZUSD, toAddress(1n), value)]));
      } else {
        for (const read of [() => library.withdrawn(words, 1, 1), () => library.outboxHash(words, 0, 2)]) {
          await expect(read()).to.be.revertedWithCustomError(library, "Pubdata_AmountTooLarge").withArgs(1, value);
        }
        expect(await library.outboxHash(words, 0, 3)).to.equal(ZeroHash);
      }
    }
  });

  describe("pairs of slots", () => {
    const [first, second] = encodeSigned(EXACT);
    const packed = pack(WithdrawWord, { op: BigInt(Op.Withdraw + 2), amount: 9n, recipient: 1n });
    const cases: [name: string, words: bigint[], at: number, amount: bigint][] = [
      ["an Exact right after, in the odd slot", [first, second], 1, 6n],
      ["an Exact after another pair", [packed, packed, first, second], 3, 6n],
      ["an Exact in the next pair", [0n, packed, second, 0n], 2, 9n],
      ["an Exact two slots on", [packed, 0n, second, 0n], 1, 9n],
      ["an Exact of the pair of an odd slot's withdrawal", [second, packed], 2, 9n],
      ["nothing after, at the end of the words", [packed], 1, 9n],
      ["the exact amount alone, whatever the first word says", [packed, second], 1, 6n],
    ];
    for (const [name, signed, at, value] of cases) {
      it(name, async () => {
        const { library } = await loadFixture(fixture);
        expect(await library.withdrawn([0n, ...signed], at, 1)).to.deep.equal([value, 0n]);
        // The same after queue ops: pairs are counted from the first signed op.
        const words = [0n, 0n, 0n, 0n, ...signed];
        expect(await library.withdrawn(words, at + 3, 4)).to.deep.equal([value, 0n]);
      });
    }

    it("minOut is of zUSD only", async () => {
      const { library } = await loadFixture(fixture);
      const dirty = second | (5n << 31n);
      expect(await library.outboxHash([0n, first, dirty], 0, 2)).to.equal(
        outboxHash([payment(tokenId(2, 5), EXACT.recipient, 6n)]),
      );
    });
  });

  describe("refuses", () => {
    it("a queue op of any code but Noop, Deposit, SetKey, FullExit and Route, wherever it stands", async () => {
      const { library } = await loadFixture(fixture);
      const defined: number[] = [Op.Noop, Op.Deposit, Op.SetKey, Op.FullExit, Op.Route];
      for (let code = 0; code < 256; code++) {
        const slot = code % 3;
        const words = wordsOf([undefined, undefined, undefined], [undefined, undefined]);
        words[HEADER + 3 * slot] = BigInt(code) | (2n << 8n);
        for (const read of [() => library.queueOp(words, slot), () => library.outboxHash(words, 3, 2)]) {
          if (defined.includes(code)) await read();
          else {
            await expect(read())
              .to.be.revertedWithCustomError(library, "Pubdata_UnknownQueueOp")
              .withArgs(HEADER + 3 * slot, code);
          }
        }
      }
    });

    it("an exit whose recipient is no address, whoever pays it and whether it pays", async () => {
      const { library } = await loadFixture(fixture);
      for (const recipient of [1n << 160n, FIELD_ORDER - 1n, mask(256)]) {
        for (const executed of [true, false]) {
          const words = wordsOf([DEPOSIT, { ...EXIT, executed }], [undefined, undefined]).with(6, recipient);
          for (const read of [
            () => library.queueOp(words, 1),
            () => library.outboxHash(words, 2, 2),
            () => library.outboxHash(words, 2, 9),
          ]) {
            await expect(read())
              .to.be.revertedWithCustomError(library, "Pubdata_InvalidRecipient")
              .withArgs(6, recipient);
          }
        }
      }
    });

    it("a route whose third word has a bit above its fields, whoever pays it and whether it pays", async () => {
      const { library } = await loadFixture(fixture);
      for (const third of [1n << 210n, (1n << 210n) | 5n, FIELD_ORDER - 1n, mask(256)]) {
        for (const executed of [true, false]) {
          const words = wordsOf([DEPOSIT, { ...ROUTE, executed }], [undefined, undefined]).with(6, third);
          for (const read of [
            () => library.queueOp(words, 1),
            () => library.outboxHash(words, 2, 2),
            () => library.outboxHash(words, 2, 9),
          ]) {
            await expect(read()).to.be.revertedWithCustomError(library, "Pubdata_InvalidRoute").withArgs(6, third);
          }
        }
      }
      const words = wordsOf([ROUTE], [undefined, undefined]).with(3, mask(210));
      expect((await library.queueOp(words, 0)).last).to.equal(mask(210));
    });

    it("no key, which may be anything below 2^256", async () => {
      const { library } = await loadFixture(fixture);
      for (const op of [DEPOSIT, SET_KEY]) {
        const words = wordsOf([op], [undefined, undefined]).with(3, mask(256));
        expect((await library.queueOp(words, 0)).last).to.equal(mask(256));
      }
    });
  });

  it("a Noop is no request, whatever its other words", async () => {
    const { library } = await loadFixture(fixture);
    const words = [0n, mask(256) ^ 0xffn, mask(256), mask(256), 0n, 0n];
    expect(await library.countRequests(words, 1, 0)).to.equal(0);
    expect(await library.countRequests(words, 1, 63)).to.equal(0);
    expect(await library.consume(words, 1, 63, ZeroHash)).to.deep.equal([ZeroHash, 0n]);
    expect(await library.outboxHash(words, 1, 63)).to.equal(ZeroHash);
    expect(Array.from(await library.queueOp(words, 0)).every((value) => !value)).to.equal(true);
  });

  it("an outbox holds no refund but of the asking chain's own tokens and zUSD, and no exit or route but an executed one", async () => {
    const { library } = await loadFixture(fixture);
    const none: QueueOp[] = [
      { ...DEPOSIT, executed: true },
      { ...DEPOSIT, chain: 1 },
      { ...DEPOSIT, token: tokenId(1, 5) },
      { ...DEPOSIT, token: 2 },
      { ...EXIT, executed: false },
      { ...EXIT, payer: 1 },
      { ...EXIT, payer: 1, chain: 2 },
      { ...SET_KEY },
      { ...SET_KEY, executed: false },
      { ...ROUTE, payer: 1 },
      { ...ROUTE, payer: 1, chain: 2 },
      { ...ROUTE, executed: false },
      { ...ROUTE, chain: 2, token: tokenId(1, 5), executed: false },
    ];
    for (const op of none) {
      expect(await library.outboxHash(wordsOf([op], [undefined, undefined]), 1, 2)).to.equal(ZeroHash);
    }
    const refunds: QueueOp[] = [
      DEPOSIT,
      { ...DEPOSIT, token: ZUSD, covered: false },
      { ...ROUTE, chain: 2, executed: false },
    ];
    const paid: QueueOp[] = [...refunds, EXIT, { ...EXIT, token: ZUSD }, ROUTE, { ...ROUTE, chain: 2 }];
    for (const op of paid) {
      expect(await library.outboxHash(wordsOf([op], [undefined, undefined]), 1, 2)).not.to.equal(ZeroHash);
    }
  });

  it("pays a route to its recipient, with what to redeem it into, and refunds it to its owner in plain zUSD", async () => {
    const { library } = await loadFixture(fixture);
    const other = { ...ROUTE, chain: 2, payer: 3, executed: false, covered: false, amount: 7n };
    const words = wordsOf([ROUTE, DEPOSIT, other], [undefined, undefined]);
    const paid = { ...payment(ZUSD, ROUTE.recipient, 6n), into: 5, minOut: packAmount(4n) };
    const payments = [paid, payment(DEPOSIT.op === "Deposit" ? DEPOSIT.token : 0, OWNER, 6n), payment(ZUSD, OWNER, 7n)];
    expect(await library.outboxHash(words, 3, 2)).to.equal(outboxHash(payments));
    expect(await library.outboxHash(words, 3, 3)).to.equal(ZeroHash);
  });

  describe("a request's hash", () => {
    const ops: [QueueOp, chosen0: number][] = [
      [DEPOSIT, fieldOf(DepositWord0, "executed").offset],
      [SET_KEY, fieldOf(FullExitWord0, "amount").offset],
      [EXIT, fieldOf(FullExitWord0, "amount").offset],
      [ROUTE, fieldOf(DepositWord0, "executed").offset],
    ];
    /** Owner, payer and deadline, whatever the op. */
    const isChosen1 = (bit: number): boolean => bit < 166 || (bit >= 211 && bit <= 250);
    for (const [op, chosen0] of ops) {
      it(`of a ${op.op} has what the requester chose, to the bit, and nothing else`, async () => {
        const { library } = await loadFixture(fixture);
        const words = encodeQueueOp(op) as RequestWords;
        const hash = await library.requestHash(...words);
        expect(hash).to.equal(requestHash(words));
        const isChosen = [(bit: number) => bit < chosen0, isChosen1, () => true];
        const second = [...ends(FullExitWord1), ...ends(RouteWord1)];
        for (const [word, bits] of [ends(FullExitWord0), second, [0, 128, 159, 160, 209, 210, 255]].entries()) {
          for (const bit of bits) {
            // Another op code means other words.
            if (word === 0 && bit < 8) continue;
            const changed = words.with(word, words[word] ^ (1n << BigInt(bit))) as RequestWords;
            const changedHash = await library.requestHash(...changed);
            expect(changedHash === hash, `word ${word}, bit ${bit}`).to.equal(!isChosen[word](bit));
            // The reference reads field elements only.
            if (changed[0] < FIELD_ORDER) expect(changedHash).to.equal(requestHash(changed));
          }
        }
      });
    }

    it("of each op is another one, though all else is equal", async () => {
      const { library } = await loadFixture(fixture);
      const word1 = BigInt(OWNER);
      const hashes = new Set<string>();
      for (const code of [Op.Deposit, Op.SetKey, Op.FullExit, Op.Route]) {
        const word0 = pack(SetKeyWord0, { op: BigInt(code), chain: 2n, account: 3n });
        hashes.add(await library.requestHash(word0, word1, 7n));
      }
      expect(hashes.size).to.equal(4);
    });
  });

  it("heads chain as the reference chains them", async () => {
    const { library } = await loadFixture(fixture);
    const requests = ["a", "b", "c"].map(ethers.id);
    for (let count = 0; count <= requests.length; count++) {
      const expected = requests.slice(0, count).reduce(queueHead, ethers.id("head"));
      expect(await library.appendAll(ethers.id("head"), requests.slice(0, count))).to.equal(expected);
    }
  });

  it("the header has number, timestamp and suspended chains; fee slots do not matter", async () => {
    const { library } = await loadFixture(fixture);
    const fields = [mask(32), mask(40), mask(64)];
    for (let only = 0; only < 3; only++) {
      const [number, timestamp, suspended] = fields.map((value, i) => (i === only ? value : 0n));
      const feeCells = { feeCell0: mask(23), feeCell1: mask(23), feeCell2: mask(23), feeCell3: mask(23) };
      for (const rest of [{}, feeCells]) {
        const word = pack(HeaderWord, { number, timestamp, suspended, ...rest });
        expect(await library.header(word)).to.deep.equal([number, timestamp, suspended]);
      }
    }
  });

  it("the number of words is one, three for a queue op, and one for a signed op", async () => {
    const { library } = await loadFixture(fixture);
    for (const [queueOps, signedOps] of [
      [1, 2],
      [4, 4],
      [65535, 65534],
    ]) {
      expect(await library.wordCount(queueOps, signedOps)).to.equal(1 + 3 * queueOps + signedOps);
    }
  });
});

function fieldOf(of: Layout, name: string): Field {
  return of.fields.find((field) => field.name === name)!;
}

/** First and last bit of each field, and the bits around. */
function ends(of: Layout): number[] {
  return [...new Set([...of.fields.flatMap(({ offset, bits }) => [offset, offset + bits - 1]), of.bits, 254, 255])];
}
