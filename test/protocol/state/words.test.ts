import { expect } from "chai";
import fc from "fast-check";
import * as spec from "../../../protocol/spec";
import {
  decodeBatch,
  decodeHeader,
  decodeQueueOp,
  decodeSigned,
  describeWord,
  encodeHeader,
  encodeQueueOp,
  encodeRequest,
  encodeSigned,
  opCode,
  requestOf,
  slotsOf,
  toAddress,
  type Deposit,
  type FullExit,
  type Route,
  type QueueOp,
  type SetKey,
  type UnsignedOp,
  type WithdrawExact,
} from "../../../protocol/state";
import { alice, bob } from "../../fixtures/states";

const BITS = 5;
const SIZE: spec.Size = { name: "small", cellBits: BITS, queueOps: 1, signedOps: 4, gatePower: 0 };
const KEY_LIMIT = spec.FIELD_ORDER - 1n;

// Values of each field, bounds included -------------------------------------------------------------------------------

const bits = (count: number) => fc.bigInt({ min: 0n, max: spec.mask(count) });
const below = (limit: number) => fc.integer({ min: 0, max: limit - 1 });
const address = bits(160).map(toAddress);
const cell = below(16);
const account = below(8);
const token = below(2 ** 16);
const chain = below(64);
const key = fc.bigInt({ min: 0n, max: KEY_LIMIT });
/** Any packing of an amount below 2^128: mantissa and exponent. */
const packing = fc
  .tuple(fc.oneof(bits(35), bits(4), fc.constant(10n)), bits(5))
  .filter(([mantissa, exponent]) => mantissa * 10n ** exponent < 2n ** 128n);
const feePacking = fc.tuple(bits(7), bits(5));
const valueOf = ([mantissa, exponent]: readonly [bigint, bigint]) => mantissa * 10n ** exponent;
const amount = packing.map(valueOf);
const fee = feePacking.map(valueOf);

const leaving = {
  from: cell,
  fee,
  recipient: address,
  chain: fc.integer({ min: 1, max: 63 }),
  isZusd: fc.boolean(),
  asset: below(1024),
};
const signedOp: fc.Arbitrary<UnsignedOp> = fc.oneof(
  fc.record({ op: fc.constant("Transfer" as const), from: cell, to: cell, account, amount, fee }),
  fc.record({ op: fc.constant("Withdraw" as const), ...leaving, amount }),
  fc
    .record({ op: fc.constant("WithdrawExact" as const), ...leaving, amount: bits(128), minOut: amount })
    .map((op): WithdrawExact => (op.isZusd ? op : { ...op, minOut: 0n })),
  fc.record({ op: fc.constant("Open" as const), from: cell, cell, token, account, fee }),
);
const outcome = { executed: fc.boolean(), covered: fc.boolean(), usedAccount: account };
const queueOp: fc.Arbitrary<QueueOp> = fc.oneof(
  fc.record({
    op: fc.constant("Deposit" as const),
    chain,
    token,
    amount: bits(128),
    account,
    cell,
    owner: address,
    key,
    ...outcome,
    usedCell: cell,
  }),
  fc.record({
    op: fc.constant("SetKey" as const),
    chain,
    account,
    owner: address,
    key,
    ...outcome,
    usedCell: fc.constant(0),
  }),
  fc.record({
    op: fc.constant("FullExit" as const),
    chain,
    account,
    owner: address,
    cell,
    token,
    payer: chain,
    recipient: address,
    amount: bits(128),
    ...outcome,
    usedCell: cell,
  }),
  fc.record({
    op: fc.constant("Route" as const),
    chain,
    owner: address,
    token,
    amount: bits(128),
    payer: chain,
    deadline: below(2 ** 40),
    recipient: address,
    into: below(2 ** 10),
    // In any packing: it is the requester's.
    minOut: bits(40),
    ...outcome,
    usedAccount: fc.constant(0),
    usedCell: fc.constant(0),
  }),
);
const header = fc.record({
  number: below(2 ** 32),
  timestamp: below(2 ** 40),
  suspended: bits(63).map((mask) => 2n * mask),
  feeCells: fc.array(below(2 ** 23), { minLength: 4, maxLength: 4 }),
});

const RUNS = { numRuns: 300 };

// Ops of the examples below -------------------------------------------------------------------------------------------

const leave = { from: 1, fee: 0n, recipient: bob.address, chain: 2, isZusd: false, asset: 7 } as const;
const transfer: UnsignedOp = { op: "Transfer", fee: 0n, from: 1, to: 2, account: 2, amount: 300n };
const withdraw: UnsignedOp = { op: "Withdraw", ...leave, amount: 3000n };
const withdrawZusd: UnsignedOp = { ...withdraw, isZusd: true };
const exact: WithdrawExact = { op: "WithdrawExact", ...leave, amount: 3001n, minOut: 0n };
const exactZusd: WithdrawExact = { ...exact, isZusd: true, minOut: 40n };
const open: UnsignedOp = { op: "Open", fee: 0n, from: 1, cell: 5, token: 1025, account: 2 };
const [transferWord] = encodeSigned(transfer);
const [withdrawWord] = encodeSigned(withdraw);
const [exactFirst, exactSecond] = encodeSigned(exact);
const [zusdFirst, zusdSecond] = encodeSigned(exactZusd);
const [openWord, openToWord] = encodeSigned(open);
const deposit: Deposit = {
  op: "Deposit",
  chain: 1,
  token: 1025,
  amount: 5n,
  account: 0,
  cell: 0,
  owner: alice.address,
  key: 9n,
  executed: true,
  covered: true,
  usedAccount: 1,
  usedCell: 1,
};
const setKey: SetKey = {
  op: "SetKey",
  chain: 1,
  account: 2,
  owner: alice.address,
  key: 9n,
  executed: true,
  covered: true,
  usedAccount: 2,
  usedCell: 0,
};
const fullExit: FullExit = {
  op: "FullExit",
  chain: 1,
  account: 2,
  cell: 3,
  token: spec.ZUSD,
  payer: 2,
  owner: alice.address,
  recipient: bob.address,
  executed: true,
  covered: true,
  usedAccount: 2,
  usedCell: 3,
  amount: 70n,
};
const route: Route = {
  op: "Route",
  chain: 1,
  token: spec.ZUSD,
  amount: 70n,
  payer: 2,
  owner: alice.address,
  deadline: 1_767_225_600,
  recipient: bob.address,
  into: 7,
  minOut: 40n,
  executed: true,
  covered: true,
  usedAccount: 0,
  usedCell: 0,
};
const NO_FEES = [0, 0, 0, 0];

describe("words", () => {
  it("gives signed ops back as they were", () => {
    fc.assert(
      fc.property(signedOp, (op) => {
        const words = encodeSigned(op);
        expect(words).to.have.length(slotsOf(op));
        expect(decodeSigned(BITS, words)).to.deep.equal(op);
      }),
      RUNS,
    );
  });

  it("gives queue ops back as they were", () => {
    fc.assert(
      fc.property(queueOp, (op) => expect(decodeQueueOp(BITS, encodeQueueOp(op))).to.deep.equal(op) && true),
      RUNS,
    );
  });

  it("gives headers back as they were", () => {
    fc.assert(
      fc.property(header, (of) => expect(decodeHeader(encodeHeader(of))).to.deep.equal(of) && true),
      RUNS,
    );
  });

  it("keeps in a request's words only what the requester chose", () => {
    fc.assert(
      fc.property(queueOp, (op) => {
        const [word0, word1, last] = encodeQueueOp(op);
        const chosen0 = op.op === "Deposit" || op.op === "Route" ? spec.mask(203) : spec.mask(75);
        const chosen1 = spec.mask(166) | (spec.mask(40) << 211n);
        expect(encodeRequest(op)).to.deep.equal([word0 & chosen0, word1 & chosen1, last]);
        const { executed: _, covered: __, usedAccount: ___, usedCell: ____, ...rest } = op;
        const { amount: _____, ...exit } = { amount: 0n, ...rest };
        expect(requestOf(op)).to.deep.equal(op.op === "FullExit" ? exit : rest);
        expect(encodeRequest(requestOf(op))).to.deep.equal(encodeRequest(op));
      }),
      RUNS,
    );
  });

  it("keeps every word below 2^253", () => {
    const feeCells = [0, 1, 2, 3].map(() => 2 ** 23 - 1);
    const most = encodeHeader({ number: 2 ** 32 - 1, timestamp: 2 ** 40 - 1, suspended: 2n ** 64n - 2n, feeCells });
    expect(most >> 227n).to.equal(1n);
    fc.assert(
      fc.property(signedOp, queueOp, (signed, queued) => {
        const words = [...encodeSigned(signed), ...encodeQueueOp(queued).slice(0, 2)];
        for (const word of words) expect(word < 2n ** 253n).to.equal(true);
      }),
      RUNS,
    );
  });

  describe("packed otherwise than with the smallest exponent", () => {
    const at = (word: bigint, offset: number, packed: readonly [bigint, bigint], mantissaBits: number) =>
      word | ((packed[0] | (packed[1] << BigInt(mantissaBits))) << BigInt(offset));

    /** Where an op has a packed field, in which word, and the op for a value. */
    const fields: [string, number, number, number, (value: bigint) => UnsignedOp][] = [
      ["a transfer's amount", 0, 31, 35, (value) => ({ ...transfer, amount: value })],
      ["a withdrawal's amount", 0, 31, 35, (value) => ({ ...withdraw, amount: value })],
      ["the least of a redemption", 1, 31, 35, (value) => ({ ...exactZusd, minOut: value })],
      ["a transfer's fee", 0, 71, 7, (value) => ({ ...transfer, fee: value })],
      ["a withdrawal's fee", 0, 71, 7, (value) => ({ ...withdrawZusd, fee: value })],
      ["an exact withdrawal's fee", 0, 71, 7, (value) => ({ ...exact, fee: value })],
      ["an Open's fee", 0, 71, 7, (value) => ({ ...open, fee: value })],
    ];
    for (const [name, index, offset, mantissaBits, opOf] of fields) {
      it(`read as what they are worth, and written with the smallest: ${name}`, () => {
        const zeros = encodeSigned(opOf(0n));
        const packings = mantissaBits === 7 ? feePacking : packing;
        fc.assert(
          fc.property(packings, (packed) => {
            const words = zeros.map((word, i) => (i === index ? at(word, offset, packed, mantissaBits) : word));
            const op = opOf(valueOf(packed));
            expect(decodeSigned(BITS, words)).to.deep.equal(op);
            const written = encodeSigned(op);
            expect(decodeSigned(BITS, written)).to.deep.equal(op);
            // The smallest exponent is the one with which the mantissa cannot be ten times as large.
            const [mantissa, exponent] = packed;
            const isSmallest = exponent === 0n || (mantissa * 10n) >> BigInt(mantissaBits) !== 0n;
            expect(words[index] === written[index], `${mantissa}·10^${exponent}`).to.equal(isSmallest);
          }),
          RUNS,
        );
      });
    }
  });

  it("reads a batch: header, queue ops, signed ops", () => {
    for (const queued of [deposit, setKey, fullExit, route]) {
      const feeCells = [1, 15, 0, 2];
      const words = [
        encodeHeader({ number: 3, timestamp: 99, suspended: 6n, feeCells }),
        ...encodeQueueOp(queued),
        0n,
        transferWord,
        openWord,
        openToWord,
      ];
      expect(decodeBatch(SIZE, words)).to.deep.equal({
        number: 3,
        timestamp: 99,
        suspended: 6n,
        feeCells,
        queue: [{ slot: 0, op: queued }],
        signed: [
          { slot: 1, op: transfer },
          { slot: 2, op: open },
        ],
      });
    }
  });

  it("reads withdrawals of one slot and of two, in either place", () => {
    const head = [encodeHeader({ number: 3, timestamp: 99, suspended: 0n, feeCells: NO_FEES }), 0n, 0n, 0n];
    const signed = (...words: bigint[]) => decodeBatch(SIZE, [...head, ...words]).signed;
    expect(signed(exactFirst, exactSecond, withdrawWord, withdrawWord)).to.deep.equal([
      { slot: 0, op: exact },
      { slot: 2, op: withdraw },
      { slot: 3, op: withdraw },
    ]);
    expect(signed(withdrawWord, transferWord, zusdFirst, zusdSecond)).to.deep.equal([
      { slot: 0, op: withdraw },
      { slot: 1, op: transfer },
      { slot: 2, op: exactZusd },
    ]);
    // Without its second word it is a Withdraw of nothing; an exact one of nothing is another op.
    expect(signed(zusdFirst, 0n, zusdFirst, 4n)).to.deep.equal([
      { slot: 0, op: { ...withdrawZusd, amount: 0n } },
      { slot: 2, op: { ...exactZusd, amount: 0n, minOut: 0n } },
    ]);
  });

  it("refuses to write what has no word", () => {
    const fields = { number: 1, timestamp: 1, suspended: 0n, feeCells: NO_FEES };
    for (const [change, message] of [
      [{ number: 2 ** 32 }, "HeaderWord.number must be below 2^32"],
      [{ timestamp: 2 ** 40 }, "HeaderWord.timestamp must be below 2^40"],
      [{ suspended: 1n }, "HeaderWord.suspended must have bit 0 clear"],
      [{ suspended: 2n ** 64n }, "HeaderWord.suspended must be below 2^64"],
      [{ feeCells: [0, 0, 0] }, "a header has 4 fee cells, got 3"],
      [{ feeCells: [0, 0, 0, 0, 0] }, "a header has 4 fee cells, got 5"],
      [{ feeCells: [0, 0, 0, 2 ** 23] }, "HeaderWord.feeCell3 must be below 2^23"],
      [{ feeCells: [0, -1, 0, 0] }, "HeaderWord.feeCell1 must be below 2^23"],
      [{ feeCells: [0, 0, 1.5, 0] }, "HeaderWord.feeCell2 must be an integer"],
    ] as const) {
      expect(() => encodeHeader({ ...fields, ...change })).to.throw(message);
    }
    expect(() => encodeQueueOp({ ...deposit, amount: 2n ** 128n })).to.throw("DepositWord0.amount must be below 2^128");
    expect(() => encodeQueueOp({ ...fullExit, amount: 2n ** 128n })).to.throw(
      "FullExitWord0.amount must be below 2^128",
    );
    expect(() => encodeQueueOp({ ...fullExit, payer: 64 })).to.throw("FullExitWord1.payer must be below 2^6");
    for (const [change, message] of [
      [{ amount: 2n ** 128n }, "RouteWord0.amount must be below 2^128"],
      [{ payer: 64 }, "RouteWord1.payer must be below 2^6"],
      [{ deadline: 2 ** 40 }, "RouteWord1.deadline must be below 2^40"],
      [{ deadline: 0.5 }, "RouteWord1.deadline must be an integer"],
      [{ into: 1024 }, "RouteWord2.into must be below 2^10"],
      [{ minOut: 2n ** 40n }, "RouteWord2.minOut must be below 2^40"],
      [{ recipient: "0x12" }, "Route.recipient must be an address"],
    ] as const) {
      expect(() => encodeQueueOp({ ...route, ...change })).to.throw(message);
    }
    expect(() => encodeQueueOp({ ...setKey, key: spec.FIELD_ORDER })).to.throw("SetKey.key must be below");
    expect(() => encodeSigned({ ...exact, amount: 2n ** 128n })).to.throw("ExactWord.amount must be below 2^128");
    expect(() => encodeSigned({ ...exact, minOut: 1n })).to.throw("WithdrawExact.minOut must be 0 but for zUSD, got 1");
    expect(() => encodeSigned({ ...exactZusd, minOut: 2n ** 35n + 1n })).to.throw(
      "WithdrawExact.minOut 34359738369 is not exact in a packed amount; the nearest below is 34359738360",
    );
    expect(() => encodeSigned({ ...withdraw, asset: 1024 })).to.throw("WithdrawWord.asset must be below 2^10");
    expect(() => encodeSigned({ ...open, fee: 129n })).to.throw("Open.fee 129 is not exact in a packed fee");
  });

  describe("that cannot be a batch", () => {
    const header = encodeHeader({ number: 1, timestamp: 1, suspended: 0n, feeCells: NO_FEES });
    const batch = (signed: bigint[], queue: bigint[] = [0n, 0n, 0n], first = header) =>
      decodeBatch(SIZE, [first, ...queue, ...signed]);
    const noops = [0n, 0n, 0n, 0n];
    const queue = (words: bigint[]) => batch(noops, words);
    const changed = (op: QueueOp, index: number, change: (word: bigint) => bigint) =>
      encodeQueueOp(op).map((word, i) => (i === index ? change(word) : word));

    it("have another length", () => {
      expect(() => batch([0n, 0n, 0n])).to.throw("a batch of size small has 8 words, got 7");
      expect(() => batch([0n, 0n, 0n, 0n, 0n])).to.throw("a batch of size small has 8 words, got 9");
    });

    it("hold an undefined op code", () => {
      const defined = (code: number) => code <= 4 || (code > 0x40 && code < 0x80) || (code > 0x80 && code < 0xc0);
      const codes = Array.from({ length: 256 }, (_, code) => code);
      for (const code of codes.filter((c) => !defined(c))) {
        const name = `0x${code.toString(16).padStart(2, "0")}`;
        expect(() => batch([BigInt(code), 0n, 0n, 0n])).to.throw(`signed op.op ${name} is not defined`);
        expect(() => batch([0n, BigInt(code), 0n, 0n])).to.throw(`signed op.op ${name} is not defined`);
      }
      for (const code of codes.filter((c) => c !== 0 && (c < 0x20 || c > 0x23))) {
        const name = `0x${code.toString(16).padStart(2, "0")}`;
        expect(() => queue([BigInt(code), 0n, 0n])).to.throw(`queue op.op ${name} is not defined`);
      }
      for (const code of [0x41, 0x7f, 0x81, 0xbf]) {
        const isZusd = code > 0x80;
        expect(batch([BigInt(code), 0n, 0n, 0n]).signed[0].op).to.deep.include({ isZusd, chain: code & 63 });
      }
    });

    it("C28: hold an Open without its OpenTo, in an odd slot, or an OpenTo alone", () => {
      const alone = "OpenTo.op stands without its first word, in the even slot before it";
      for (const signed of [
        [openWord, 0n, 0n, 0n],
        [openWord, transferWord, 0n, 0n],
        [openWord, exactSecond, 0n, 0n],
        [openWord, openWord, openToWord, 0n],
        [0n, openWord, openToWord, 0n],
        [0n, 0n, 0n, openWord],
      ])
        expect(() => batch(signed)).to.throw("Open.op stands without its OpenTo");
      for (const signed of [
        [0n, openToWord, 0n, 0n],
        [openToWord, openWord, 0n, 0n],
        [transferWord, openToWord, 0n, 0n],
        [withdrawWord, openToWord, 0n, 0n],
        [0n, transferWord, openToWord, 0n],
        [openWord, openToWord, openToWord, 0n],
        [openToWord, openToWord, 0n, 0n],
      ])
        expect(() => batch(signed), signed.join()).to.throw(alone);
    });

    it("C28: hold an Exact without its withdrawal, or behind one in an odd slot", () => {
      const alone = "Exact.op stands without its first word, in the even slot before it";
      for (const signed of [
        [0n, exactSecond, 0n, 0n],
        [exactSecond, 0n, 0n, 0n],
        [exactSecond, exactFirst, 0n, 0n],
        [transferWord, exactSecond, 0n, 0n],
        [0n, exactFirst, exactSecond, 0n],
        [exactFirst, exactSecond, exactSecond, 0n],
        [0n, 0n, 0n, exactSecond],
      ])
        expect(() => batch(signed), signed.join()).to.throw(alone);
    });

    it("hold an exact withdrawal with a second amount, or with the least of a redemption that is none", () => {
      for (const packed of [1n, 1n << 35n]) {
        expect(() => batch([exactFirst | (packed << 31n), exactSecond, 0n, 0n])).to.throw(
          "WithdrawExact.amount must be 0 in the first word",
        );
        // Also for a packing of 0 that is not 0.
        expect(() => batch([exactFirst, exactSecond | (packed << 31n), 0n, 0n])).to.throw(
          "WithdrawExact.minOut must be 0 but for zUSD",
        );
        batch([zusdFirst, (zusdSecond & ~(spec.mask(40) << 31n)) | (packed << 31n), 0n, 0n]);
      }
    });

    it("C8: hold a Noop with content", () => {
      for (const content of [1n << 8n, 1n << 31n, 1n << 252n, spec.mask(252) - 255n]) {
        expect(() => batch([content, 0n, 0n, 0n])).to.throw("Noop.unused bits must be zero");
        expect(() => batch([transferWord, content, 0n, 0n])).to.throw("Noop.unused bits must be zero");
        expect(() => queue([content, 0n, 0n])).to.throw("Noop.unused bits must be zero");
      }
      expect(() => queue([0n, 1n, 0n])).to.throw("Noop.unused bits must be zero");
      expect(() => queue([0n, 0n, 1n])).to.throw("Noop.unused bits must be zero");
    });

    it("set a bit that is not used", () => {
      const unused: [string, bigint, number[], (word: bigint) => unknown][] = [
        ["TransferWord", transferWord, [128, 252, 253], (word) => batch([word, 0n, 0n, 0n])],
        ["WithdrawWord", withdrawWord, [253], (word) => batch([word, 0n, 0n, 0n])],
        ["WithdrawWord", zusdFirst, [253], (word) => batch([word, zusdSecond, 0n, 0n])],
        ["ExactWord", exactSecond, [8, 30, 71, 82, 83, 105, 234, 253], (word) => batch([exactFirst, word, 0n, 0n])],
        ["OpenWord", openWord, [31, 70, 83, 105, 106, 253], (word) => batch([word, openToWord, 0n, 0n])],
        ["OpenToWord", openToWord, [47, 70, 71, 105, 128, 253], (word) => batch([openWord, word, 0n, 0n])],
        ["HeaderWord", header, [228, 253], (word) => batch(noops, [0n, 0n, 0n], word)],
      ];
      for (const [name, word, places, decode] of unused) {
        for (const place of places) {
          const set = word | (1n << BigInt(place));
          expect(() => decode(set), `${name} bit ${place}`).to.throw(`${name}.unused bits must be zero`);
        }
        decode(word);
      }
      const queued: [string, QueueOp, number, number[]][] = [
        ["DepositWord0", deposit, 0, [205, 253]],
        ["DepositWord1", deposit, 1, [160, 165, 211, 250, 253]],
        ["SetKeyWord0", setKey, 0, [36, 58, 59, 74, 75, 202, 205, 253]],
        ["SetKeyWord1", setKey, 1, [160, 165, 188, 210, 211, 250, 253]],
        ["FullExitWord0", fullExit, 0, [205, 253]],
        ["FullExitWord1", fullExit, 1, [211, 250, 253]],
        ["RouteWord0", route, 0, [14, 35, 36, 58, 205, 253]],
        ["RouteWord1", route, 1, [166, 187, 188, 210, 251, 253]],
        ["RouteWord2", route, 2, [210, 252, 253]],
      ];
      for (const [name, op, index, places] of queued) {
        for (const place of places) {
          const words = changed(op, index, (word) => word | (1n << BigInt(place)));
          expect(() => queue(words), `${name} bit ${place}`).to.throw(`${name}.unused bits must be zero`);
        }
        queue(encodeQueueOp(op));
      }
    });

    it("suspend the rollup itself", () => {
      expect(() => batch(noops, [0n, 0n, 0n], header | (1n << 72n))).to.throw(
        "HeaderWord.suspended must have bit 0 clear",
      );
      expect(batch(noops, [0n, 0n, 0n], header | (1n << 73n)).suspended).to.equal(2n);
    });

    it("C22: name an index out of range", () => {
      expect(() => batch([transferWord + (16n << 8n), 0n, 0n, 0n])).to.throw("TransferWord.from must be below 16");
      expect(() => batch([transferWord + (16n << 83n), 0n, 0n, 0n])).to.throw("TransferWord.to must be below 16");
      expect(() => batch([transferWord + (8n << 106n), 0n, 0n, 0n])).to.throw("TransferWord.account must be below 8");
      expect(() => batch([withdrawWord + (16n << 8n), 0n, 0n, 0n])).to.throw("WithdrawWord.from must be below 16");
      expect(() => batch([exactFirst + (16n << 8n), exactSecond, 0n, 0n])).to.throw(
        "WithdrawWord.from must be below 16",
      );
      expect(() => batch([openWord + (16n << 8n), openToWord, 0n, 0n])).to.throw("OpenWord.from must be below 16");
      expect(() => batch([openWord, openToWord + (16n << 8n), 0n, 0n])).to.throw("OpenToWord.cell must be below 16");
      expect(() => batch([openWord, openToWord + (8n << 106n), 0n, 0n])).to.throw("OpenToWord.account must be below 8");
      for (const slot of [0, 1, 2, 3]) {
        const feeCells = NO_FEES.map((none, i) => (i === slot ? 16 : none));
        const wrong = encodeHeader({ number: 1, timestamp: 1, suspended: 0n, feeCells });
        expect(() => batch(noops, [0n, 0n, 0n], wrong)).to.throw("HeaderWord.feeCell must be below 16, got 16");
      }
    });

    it("C22: name an index out of range in a queue op", () => {
      for (const [op, name] of [
        [deposit, "Deposit"],
        [setKey, "SetKey"],
        [fullExit, "FullExit"],
      ] as const) {
        const wrong = (change: object) => () => queue(encodeQueueOp({ ...op, ...change }));
        expect(wrong({ account: 8 })).to.throw(`${name}Word0.account must be below 8, got 8`);
        expect(wrong({ usedAccount: 8 })).to.throw(`${name}Word1.usedAccount must be below 8, got 8`);
        wrong({ account: 7, usedAccount: 7 })();
        if (op.op === "SetKey") continue;
        expect(wrong({ cell: 16 })).to.throw(`${name}Word0.cell must be below 16, got 16`);
        expect(wrong({ usedCell: 16 })).to.throw(`${name}Word1.usedCell must be below 16, got 16`);
        wrong({ cell: 15, usedCell: 15 })();
      }
    });

    it("hold an amount of 2^128", () => {
      const most = 34028236692n | (28n << 35n);
      for (const [name, words] of [
        ["Transfer", [transferWord, 0n]],
        ["Withdraw", [withdrawWord, 0n]],
      ] as const) {
        const packed = (amount: bigint) => [(words[0] & ~(spec.mask(40) << 31n)) | (amount << 31n), 0n, 0n, 0n];
        expect(() => batch(packed(most + 1n))).to.throw(`${name}.amount must be below 2^128`);
        expect(() => batch(packed(spec.mask(40)))).to.throw(`${name}.amount must be below 2^128`);
        batch(packed(most));
      }
      // What a redemption must bring at least moves nothing: one that can bring nothing like it is read, but not written.
      const { signed } = batch([zusdFirst, zusdSecond | (spec.mask(40) << 31n), 0n, 0n]);
      expect(signed[0].op).to.deep.include({ minOut: spec.mask(35) * 10n ** 31n });
      expect(() => encodeSigned(signed[0].op)).to.throw("WithdrawExact.minOut must be in [0, 2^128)");
    });

    it("hold an exit's recipient that is no address", () => {
      const words = (recipient: bigint) => changed(fullExit, 2, () => recipient);
      for (const recipient of [2n ** 160n, KEY_LIMIT])
        expect(() => queue(words(recipient))).to.throw(`address must be below 2^160, got ${recipient}`);
      expect(queue(words(2n ** 160n - 1n)).queue).to.have.length(1);
      // A key may be any field element.
      expect(queue(changed(setKey, 2, () => KEY_LIMIT)).queue[0].op).to.deep.include({ key: KEY_LIMIT });
    });

    it("are no field elements", () => {
      expect(() => batch([spec.FIELD_ORDER, 0n, 0n, 0n])).to.throw("word must be below the field order");
      expect(() => batch([-1n, 0n, 0n, 0n])).to.throw("word must not be negative");
      for (const op of [deposit, setKey]) {
        const words = changed(op, 2, () => spec.FIELD_ORDER);
        expect(() => queue(words)).to.throw(`${op.op}.key must be below the field order`);
      }
      expect(() => opCode(spec.FIELD_ORDER)).to.throw("word must be below the field order");
    });
  });

  describe("says what a word means:", () => {
    const of = (layout: spec.Layout, word: bigint) => describeWord(layout, word);
    const first = (op: QueueOp) => encodeQueueOp(op)[0];

    it("header", () => {
      const words = { number: 7, timestamp: 1_767_225_600 };
      expect(of(spec.HeaderWord, encodeHeader({ ...words, suspended: 0n, feeCells: NO_FEES }))).to.equal(
        "batch 7 at 2026-01-01T00:00:00Z; no chain is suspended; no fee slots",
      );
      const suspended = (1n << 2n) | (1n << 63n);
      expect(of(spec.HeaderWord, encodeHeader({ ...words, suspended, feeCells: [0, 3, 0, 5] }))).to.equal(
        "batch 7 at 2026-01-01T00:00:00Z; suspended: chain 2, 63; fees go to balance cell 3, 5",
      );
    });

    it("deposit", () => {
      const what = "deposit on chain 1 of 5 units of token 1 of chain 1 for a new account and a new balance cell";
      expect(of(spec.DepositWord0, first(deposit))).to.equal(`${what}: credited`);
      expect(of(spec.DepositWord0, first({ ...deposit, executed: false }))).to.equal(`${what}: refunded`);
      const above = { ...deposit, token: spec.ZUSD, account: 3, cell: 4, executed: false, covered: false };
      expect(of(spec.DepositWord0, first(above))).to.equal(
        "deposit on chain 1 of 5 units of zUSD for account 3 and balance cell 4: refunded, above the chain's cap",
      );
      expect(of(spec.DepositWord1, encodeQueueOp(deposit)[1])).to.equal(
        `owner ${alice.address}; account 1 and balance cell 1 are used`,
      );
    });

    it("setKey", () => {
      expect(of(spec.SetKeyWord0, first(setKey))).to.equal("set the key of account 2, asked on chain 1: done");
      expect(of(spec.SetKeyWord0, first({ ...setKey, executed: false }))).to.equal(
        "set the key of account 2, asked on chain 1: nothing happened",
      );
      expect(of(spec.SetKeyWord1, encodeQueueOp(setKey)[1])).to.equal(`asked by ${alice.address}; account 2 is used`);
    });

    it("fullExit", () => {
      const what = "exit of account 2's balance cell 3 of zUSD, asked on chain 1";
      expect(of(spec.FullExitWord0, first(fullExit))).to.equal(`${what}: 70 units`);
      expect(of(spec.FullExitWord0, first({ ...fullExit, covered: false }))).to.equal(
        `${what}: 70 units, all that is issued there`,
      );
      expect(of(spec.FullExitWord0, first({ ...fullExit, executed: false, amount: 0n }))).to.equal(
        `${what}: nothing happens`,
      );
      expect(of(spec.FullExitWord1, encodeQueueOp(fullExit)[1])).to.equal(
        `asked by ${alice.address}, to be paid by chain 2; account 2 and balance cell 3 are used`,
      );
    });

    it("route", () => {
      const what = "route from chain 1 of 70 units of zUSD";
      expect(of(spec.RouteWord0, first(route))).to.equal(`${what}: paid`);
      expect(of(spec.RouteWord0, first({ ...route, executed: false }))).to.equal(`${what}: refunded`);
      expect(of(spec.RouteWord0, first({ ...route, executed: false, covered: false }))).to.equal(
        `${what}: refunded, beyond what the ledger covers`,
      );
      const [, second, third] = encodeQueueOp(route);
      expect(of(spec.RouteWord1, second)).to.equal(
        `to be paid by chain 2 until 2026-01-01T00:00:00Z; else ${alice.address} is refunded`,
      );
      expect(of(spec.RouteWord2, third)).to.equal(`for ${bob.address}, redeemed into token 7 for at least 40 units`);
      expect(of(spec.RouteWord2, encodeQueueOp({ ...route, into: 0, minOut: 0n })[2])).to.equal(`for ${bob.address}`);
    });

    it("transfer, open", () => {
      const paid = "pay 300 units from balance cell 1 to balance cell 2 of account 2";
      expect(of(spec.TransferWord, transferWord)).to.equal(paid);
      const [charged] = encodeSigned({ ...transfer, fee: 1300n });
      expect(of(spec.TransferWord, charged)).to.equal(`${paid}, with a fee of 1300 units`);
      const opens = "the holder of balance cell 1 opens a balance cell";
      expect(of(spec.OpenWord, openWord)).to.equal(opens);
      expect(of(spec.OpenWord, encodeSigned({ ...open, fee: 5n })[0])).to.equal(`${opens}, with a fee of 5 units`);
      expect(of(spec.OpenToWord, openToWord)).to.equal("balance cell 5 for token 1 of chain 1, owned by account 2");
      const [, zusd] = encodeSigned({ ...open, token: spec.ZUSD });
      expect(of(spec.OpenToWord, zusd)).to.equal("balance cell 5 for zUSD, owned by account 2");
    });

    it("withdraw, withdrawExact", () => {
      const paid = `pay 3000 units from balance cell 1 to ${bob.address}`;
      expect(of(spec.WithdrawWord, withdrawWord)).to.equal(`${paid} in token 7 of chain 2`);
      expect(of(spec.WithdrawWord, encodeSigned({ ...withdraw, fee: 9n })[0])).to.equal(
        `${paid} in token 7 of chain 2, with a fee of 9 units`,
      );
      expect(of(spec.WithdrawWord, encodeSigned(withdrawZusd)[0])).to.equal(
        `${paid} in zUSD on chain 2, redeemed into token 7`,
      );
      expect(of(spec.WithdrawWord, encodeSigned({ ...withdrawZusd, asset: 0, chain: 63 })[0])).to.equal(
        `${paid} in zUSD on chain 63`,
      );
      expect(of(spec.ExactWord, exactSecond)).to.equal("of exactly 3001 units");
      expect(of(spec.ExactWord, zusdSecond)).to.equal("of exactly 3001 units, redeemed for at least 40 units");
    });

    it("cells, payment, message tail", () => {
      const ofPayment = (fields: spec.Values) => of(spec.PaymentWord, spec.pack(spec.PaymentWord, fields));
      const recipient = BigInt(bob.address);
      expect(ofPayment({ recipient, token: 2051n })).to.equal(`pay token 3 of chain 2 to ${bob.address}`);
      expect(ofPayment({ recipient, token: 1n, into: 3n, minOut: 5n })).to.equal(
        `pay zUSD to ${bob.address}, redeemed into token 3 for at least 5 units`,
      );
      const ofOwner = (kind: bigint) =>
        of(spec.OwnerCell, spec.pack(spec.OwnerCell, { owner: recipient, home: 2n, kind }));
      expect([0n, 1n, 2n, 3n].map(ofOwner)).to.deep.equal(
        ["no account,", "user account", "pool account", "unknown account"].map(
          (kind) => `${kind} owned by ${bob.address} at home on chain 2`,
        ),
      );
      const tail = { expiry: 1_767_225_600n, nonce: 7n, token: 1n, tag: spec.MESSAGE_TAG };
      expect(of(spec.MessageTail, spec.pack(spec.MessageTail, tail))).to.equal(
        "valid until 2026-01-01T00:00:00Z, for nonce 7 and zUSD",
      );
    });

    it("and refuses what is no such word", () => {
      expect(() => describeWord(spec.TransferWord, 1n << 200n)).to.throw("TransferWord.unused bits must be zero");
      expect(() => describeWord(spec.ExactWord, 1n << 8n)).to.throw("ExactWord.unused bits must be zero");
      expect(() => describeWord(spec.layout("Other", []), 0n)).to.throw("no description of Other");
    });
  });
});
