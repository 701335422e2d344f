import { expect } from "chai";
import fc from "fast-check";
import * as spec from "../../../protocol/spec";
import {
  decodeBatch,
  decodeQueueOp,
  decodeSigned,
  describeWord,
  encodeQueueOp,
  encodeHeader,
  encodeRequest,
  encodeSigned,
  toAddress,
  type Deposit,
  type UnsignedOp,
} from "../../../protocol/state";
import { alice, bob } from "../../fixtures/states";

const BITS = 5;
const SIZE: spec.Size = { name: "small", cellBits: BITS, queueOps: 1, signedOps: 4, gatePower: 0 };

const address = fc.bigInt({ min: 0n, max: 2n ** 160n - 1n }).map(toAddress);
const cell = fc.integer({ min: 0, max: 15 });
const account = fc.integer({ min: 0, max: 7 });
const token = fc.integer({ min: 0, max: 65535 });
const amount = fc
  .tuple(fc.bigInt({ min: 0n, max: 2n ** 35n - 1n }), fc.bigInt({ min: 0n, max: 27n }))
  .map(([m, e]) => m * 10n ** e);
const signedOp: fc.Arbitrary<UnsignedOp> = fc.oneof(
  fc.record({ op: fc.constant("Transfer" as const), from: cell, to: cell, account, amount }),
  fc.record({
    op: fc.constant("Withdraw" as const),
    from: cell,
    amount,
    recipient: address,
    chain: fc.integer({ min: 1, max: 63 }),
    asset: fc.integer({ min: 0, max: 1023 }),
  }),
  fc.record({ op: fc.constant("Open" as const), from: cell, cell, token, account }),
);
const deposit: fc.Arbitrary<Deposit> = fc.record({
  op: fc.constant("Deposit" as const),
  chain: fc.integer({ min: 0, max: 63 }),
  token,
  amount: fc.bigInt({ min: 0n, max: 2n ** 104n - 1n }),
  account,
  cell,
  owner: address,
  key: fc.bigInt({ min: 0n, max: spec.FIELD_ORDER - 1n }),
  executed: fc.boolean(),
  usedAccount: account,
  usedCell: cell,
});

const transfer: UnsignedOp = { op: "Transfer", fee: 0n, from: 1, to: 2, account: 2, amount: 300n };
const open: UnsignedOp = { op: "Open", fee: 0n, from: 1, cell: 5, token: 1025, account: 2 };
const [transferWord] = encodeSigned(transfer);
const [openWord, openToWord] = encodeSigned(open);

describe("words", () => {
  it("gives signed ops back as they were", () => {
    fc.assert(fc.property(signedOp, (op) => expect(decodeSigned(BITS, encodeSigned(op))).to.deep.equal(op) && true));
  });

  it("gives deposits back as they were", () => {
    fc.assert(fc.property(deposit, (op) => expect(decodeQueueOp(BITS, encodeQueueOp(op))).to.deep.equal(op) && true));
  });

  it("keeps in a request's words only what the requester chose", () => {
    fc.assert(
      fc.property(deposit, (op) => {
        const [word0, word1, key] = encodeQueueOp(op);
        const masks = [spec.mask(spec.DEPOSIT_REQUEST_BITS_0), spec.mask(spec.DEPOSIT_REQUEST_BITS_1)];
        expect(encodeRequest(op)).to.deep.equal([word0 & masks[0], word1 & masks[1], key]);
      }),
    );
  });

  it("keeps every word below 2^253", () => {
    const words = [
      ...encodeSigned(transfer),
      openToWord,
      encodeHeader({ number: 2 ** 32 - 1, timestamp: 2 ** 40 - 1 }),
    ];
    for (const word of words) expect(word < 2n ** 253n).to.equal(true);
  });

  it("reads a batch: header, queue ops, signed ops", () => {
    const queued: Deposit = {
      op: "Deposit",
      chain: 1,
      token: 1025,
      amount: 5n,
      account: 0,
      cell: 0,
      owner: alice.address,
      key: 9n,
      executed: true,
      usedAccount: 1,
      usedCell: 1,
    };
    const words = [
      encodeHeader({ number: 3, timestamp: 99 }),
      ...encodeQueueOp(queued),
      0n,
      transferWord,
      openWord,
      openToWord,
    ];
    expect(decodeBatch(SIZE, words)).to.deep.equal({
      number: 3,
      timestamp: 99,
      queue: [{ slot: 0, op: queued }],
      signed: [
        { slot: 1, op: transfer },
        { slot: 2, op: open },
      ],
    });
  });

  describe("that cannot be a batch", () => {
    const header = encodeHeader({ number: 1, timestamp: 1 });
    const batch = (signed: bigint[], queue: bigint[] = [0n, 0n, 0n]) =>
      decodeBatch(SIZE, [header, ...queue, ...signed]);

    it("have another length", () => {
      expect(() => batch([0n, 0n, 0n])).to.throw("a batch of size small has 8 words, got 7");
    });

    it("hold an undefined op code", () => {
      for (const code of [0x04n, 0x20n, 0x40n, 0x80n, 0xffn]) {
        expect(() => batch([code, 0n, 0n, 0n])).to.throw(
          `signed op.op 0x${code.toString(16).padStart(2, "0")} is not defined`,
        );
      }
      for (const code of [0x01n, 0x21n]) {
        expect(() => batch([0n, 0n, 0n, 0n], [code, 0n, 0n])).to.throw(
          `queue op.op 0x${code.toString(16).padStart(2, "0")} is not`,
        );
      }
    });

    it("C28: hold an Open without its OpenTo, in an odd slot, or an OpenTo alone", () => {
      expect(() => batch([openWord, 0n, 0n, 0n])).to.throw("Open.op stands without its OpenTo");
      expect(() => batch([openWord, transferWord, 0n, 0n])).to.throw("Open.op stands without its OpenTo");
      expect(() => batch([0n, openWord, openToWord, 0n])).to.throw(
        "Open.op stands in slot 1, but belongs in an even slot",
      );
      expect(() => batch([0n, openToWord, 0n, 0n])).to.throw("OpenTo.op stands without its Open");
      expect(() => batch([openToWord, openWord, 0n, 0n])).to.throw("OpenTo.op stands without its Open");
    });

    it("C8: hold a Noop with content", () => {
      expect(() => batch([1n << 8n, 0n, 0n, 0n])).to.throw("Noop.unused bits must be zero");
      expect(() => batch([0n, 0n, 0n, 0n], [0n, 0n, 1n])).to.throw("Noop.unused bits must be zero");
    });

    it("set a bit that is not used", () => {
      expect(() => batch([transferWord | (1n << 128n), 0n, 0n, 0n])).to.throw("TransferWord.unused bits must be zero");
      expect(() => batch([openWord | (1n << 31n), openToWord, 0n, 0n])).to.throw("OpenWord.unused bits must be zero");
      expect(() => batch([openWord, openToWord | (1n << 47n), 0n, 0n])).to.throw("OpenToWord.unused bits must be zero");
      expect(() => decodeBatch(SIZE, [header | (1n << 72n), ...Array<bigint>(7).fill(0n)])).to.throw(
        "HeaderWord.unused bits",
      );
    });

    it("C22: name an index out of range", () => {
      expect(() => batch([transferWord + (16n << 8n), 0n, 0n, 0n])).to.throw("TransferWord.from must be below 16");
      expect(() => batch([transferWord + (16n << 83n), 0n, 0n, 0n])).to.throw("TransferWord.to must be below 16");
      expect(() => batch([transferWord + (8n << 106n), 0n, 0n, 0n])).to.throw("TransferWord.account must be below 8");
      expect(() => batch([openWord, openToWord + (16n << 8n), 0n, 0n])).to.throw("OpenToWord.cell must be below 16");
      expect(() => batch([openWord, openToWord + (8n << 106n), 0n, 0n])).to.throw("OpenToWord.account must be below 8");
    });

    it("C22: name an index out of range in a deposit", () => {
      const word0 = 0x20n;
      const queue = (first: bigint, second: bigint) => batch([0n, 0n, 0n, 0n], [first, second, 0n]);
      expect(() => queue(word0 | (8n << 134n), 0n)).to.throw("DepositWord0.account must be below 8, got 8");
      expect(() => queue(word0 | (16n << 156n), 0n)).to.throw("DepositWord0.cell must be below 16, got 16");
      expect(() => queue(word0, 8n << 160n)).to.throw("DepositWord1.usedAccount must be below 8, got 8");
      expect(() => queue(word0, 16n << 182n)).to.throw("DepositWord1.usedCell must be below 16, got 16");
      expect(queue(word0, 0n).queue).to.have.length(1);
    });

    it("hold a fee, or an amount of 2^128", () => {
      expect(() => batch([transferWord | (1n << 71n), 0n, 0n, 0n])).to.throw("Transfer.fee must be 0, got 1");
      const tooMuch = transferWord | (((31n << 35n) | (2n ** 35n - 1n)) << 31n);
      expect(() => batch([tooMuch, 0n, 0n, 0n])).to.throw("Transfer.amount must be below 2^128");
    });

    it("are no field elements", () => {
      expect(() => batch([spec.FIELD_ORDER, 0n, 0n, 0n])).to.throw("word must be below the field order");
      expect(() => batch([-1n, 0n, 0n, 0n])).to.throw("word must not be negative");
    });
  });

  it("says what a word means", () => {
    expect(describeWord(spec.TransferWord, transferWord)).to.equal(
      "pay 300 units from balance cell 1 to balance cell 2 of account 2",
    );
    const [withdraw] = encodeSigned({
      op: "Withdraw",
      fee: 0n,
      isZusd: false,
      from: 1,
      amount: 3000n,
      recipient: bob.address,
      chain: 2,
      asset: 7,
    });
    expect(describeWord(spec.WithdrawWord, withdraw)).to.equal(
      `pay 3000 units from balance cell 1 to ${bob.address} in token 7 of chain 2`,
    );
    expect(() => describeWord(spec.TransferWord, 1n << 200n)).to.throw("TransferWord.unused bits must be zero");
    expect(() => describeWord(spec.layout("Other", []), 0n)).to.throw("no description of Other");
  });
});
