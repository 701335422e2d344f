import { expect } from "chai";
import { BASE8, multiply } from "../../../protocol/crypto/babyjubjub";
import * as F from "../../../protocol/crypto/field";
import {
  Kind,
  MessageTail,
  MESSAGE_TAG,
  NONCE_BITS,
  TIMESTAMP_BITS,
  keyCell,
  ownerCell,
  packAmount,
  pack,
  TransferWord,
  OpenToWord,
  OpenWord,
  WithdrawWord,
  Op,
  COUNTERS_CELL,
  field,
} from "../../../protocol/spec";
import { sign } from "../../../protocol/crypto/eddsa";
import { poseidon } from "../../../protocol/crypto/poseidon";
import {
  type State,
  encodeBalance,
  encodeOwner,
  encodeSigned,
  signedMessage,
  type SignedOp,
  type Transfer,
  type Withdraw,
} from "../../../protocol/state";
import { circuit } from "../../fixtures/circom";
import { adding, draft, noop, opening, payment, signWords, withAccess, withWords, type Slot } from "./forgery";
import { Judge, constraint } from "./judge";
import { GOLD, NOW, SILVER, SMALL, alter, cellOf, signOp, tryBatch, user, withdrawOf, world } from "./world";

/** The circuit's templates that refuse, so that a test does not pass for another reason. */
const SIGNATURE = /EdDSAVerify/;
const RANGE = /Range|ToBits/;
const DIGEST = constraint("batch", "digest ===");
/** An OpenTo stands exactly after an Open. */
const OPENS = constraint("batch", "signedOp[i].isOpen === signedOp[i + 1].isOpenTo");

describe("Batch: signed ops", () => {
  let judge: Judge;
  before(async () => {
    judge = await Judge.create();
  });

  const transfer = (fields: Partial<Transfer> = {}): Transfer => ({
    op: "Transfer",
    fee: 0n,
    from: 1,
    to: 2,
    account: 2,
    amount: 1_000n,
    ...fields,
  });

  async function passes(state: State, ...ops: SignedOp[]): Promise<void> {
    await judge.accepts(state, { ops });
  }

  async function refused(state: State, signed: Slot[], by: RegExp): Promise<void> {
    await judge.refuses(state, { signed }, by);
  }

  it("accepts the unchecked slots of these tests when the op is allowed", async () => {
    const { state, alice } = world();
    const op = signOp(state, alice, transfer());
    await judge.proves(state, { signed: [payment(state, op), noop] });
    const withdraw = {
      op: "Withdraw",
      fee: 0n,
      isZusd: false,
      from: 4,
      amount: 1n,
      recipient: alice.address,
      chain: 2,
      asset: 3,
    } as const;
    const second = signOp(state, alice, withdraw);
    await judge.proves(state, { signed: [noop, payment(state, second)] });
  });

  describe("amounts, balances, nonces and times", () => {
    it("C5: the whole balance leaves, one unit more does not", async () => {
      const { state, alice } = world();
      await passes(state, signOp(state, alice, transfer({ amount: 1_000_000n })));
      const tooMuch = signOp(state, alice, transfer({ amount: 1_000_001n }));
      await refused(state, [payment(state, tooMuch), noop], RANGE);
    });

    it("C5: a balance reaches 2^128 - 1, not 2^128", async () => {
      const { state, alice } = world();
      alter(state, 2, { balance: (1n << 128n) - 1_001n });
      await passes(state, signOp(state, alice, transfer({ amount: 1_000n })));
      await refused(state, [payment(state, signOp(state, alice, transfer({ amount: 1_001n }))), noop], RANGE);
    });

    it("C5: the largest packed amount, far above 2^128, is refused for any balance", async () => {
      const { state } = world();
      alter(state, 1, { balance: (1n << 128n) - 1n });
      const packed = (1n << 40n) - 1n;
      const amount = ((1n << 35n) - 1n) * 10n ** 31n;
      const word = pack(TransferWord, { op: BigInt(Op.Transfer), from: 1n, amount: packed, to: 2n, account: 2n });
      await refused(state, [overWord(state, transfer({ amount }), word), noop], RANGE);
    });

    it("C5, C9: the last nonce is 2^40 - 1 and signs nothing", async () => {
      const { state, alice } = world();
      alter(state, 1, { nonce: 2 ** NONCE_BITS - 2 });
      await passes(state, signOp(state, alice, transfer()));
      alter(state, 1, { nonce: 2 ** NONCE_BITS - 1 });
      await refused(state, [payment(state, signOp(state, alice, transfer())), noop], /AssertNotZeroIf/);
    });

    it("C5: valid up to the expiry, not a second later", async () => {
      const { state, alice } = world();
      await passes(state, signOp(state, alice, transfer(), { expiry: NOW }));
      await passes(state, signOp(state, alice, transfer(), { expiry: 2 ** TIMESTAMP_BITS - 1 }));
      await refused(state, [payment(state, signOp(state, alice, transfer(), { expiry: NOW - 1 })), noop], RANGE);
    });

    it("C5: an expiry of 2^40 more reads as the next nonce in the message, and is refused", async () => {
      const { state, alice } = world();
      // Signed for the nonce after this one and expired, shown with an expiry that carries into the nonce.
      const op = signOp(state, alice, transfer(), { expiry: NOW - 5, nonceAhead: 1 });
      const carried = { ...op, expiry: op.expiry + 2 ** TIMESTAMP_BITS };
      await refused(state, [payment(state, carried), noop], RANGE);
    });

    it("C5: a packed amount of 0 passes, and uses a nonce", async () => {
      const { state, alice } = world();
      await passes(state, signOp(state, alice, transfer({ amount: 0n })));
    });
  });

  describe("cells", () => {
    it("C7: to oneself, debited and then credited", async () => {
      const { state, alice } = world();
      const op = signOp(state, alice, transfer({ to: 1, account: 1, amount: 1_000_000n }));
      const trace = await judge.accepts(state, { ops: [op] });
      expect(trace.touched.find(({ index }) => index === cellOf(1))?.new).to.equal(
        state.read(cellOf(1)) + (1n << 128n),
      );
    });

    it("C7: to oneself, the credit read before the debit", async () => {
      const { state, alice } = world();
      const op = signOp(state, alice, transfer({ to: 1, account: 1, amount: 1_000n }));
      const forged = draft(state, { signed: [payment(state, op), noop] });
      const credit = forged.accesses.findLastIndex(({ cell }) => cell === cellOf(1));
      const old = state.read(cellOf(1));
      expect(forged.accesses[credit].value).not.to.equal(old);
      forged.accesses[credit] = { cell: cellOf(1), value: old, written: old + 1_000n };
      await judge.refusesDraft(state, forged, /Memory/);
    });

    it("C7: to a free cell, to balance cell 0, of account 0 or any other", async () => {
      const { state, alice } = world();
      for (const to of [0, 9]) {
        for (const account of [0, 2]) {
          await refused(state, [payment(state, signOp(state, alice, transfer({ to, account }))), noop], /Transfer/);
        }
      }
    });

    it("C7: to a cell of the payer's token that nobody owns", async () => {
      const { state, alice } = world();
      state.write(cellOf(9), encodeBalance(SMALL.cellBits, { balance: 0n, nonce: 0, token: GOLD, account: 0 }));
      const op = signOp(state, alice, transfer({ to: 9, account: 0 }));
      await refused(state, [payment(state, op), noop], /AssertNotZeroIf/);
    });

    it("C7: to another account's cell than the one named, and to a cell of another token", async () => {
      const { state, alice } = world();
      await refused(state, [payment(state, signOp(state, alice, transfer({ account: 3 }))), noop], /Transfer/);
      const toSilver = signOp(state, alice, transfer({ to: 4, account: 1 }));
      await refused(state, [payment(state, toSilver), noop], /Transfer/);
    });

    it("C7: the same cells in several ops of one batch", async () => {
      const { state, alice, bob } = world();
      const there = signOp(state, alice, transfer({ amount: 1_000_000n }));
      const back = signOp(state, bob, transfer({ from: 2, to: 1, account: 1, amount: 2_000_000n }));
      await passes(state, there, back);
      // In the other order Bob has not got that much.
      const [rejected] = tryBatch(state, { ops: [back, there] });
      expect(rejected[0]?.message).to.match(/exceeds the balance/);
      await refused(state, [payment(state, back), payment(state, there)], RANGE);
    });

    it("C22: an index beyond the balance cells, or of too many bits", async () => {
      const { state, alice } = world();
      const op = signOp(state, alice, transfer());
      for (const field of ["from", "to"] as const) {
        const word = pack(TransferWord, {
          op: BigInt(Op.Transfer),
          from: 1n,
          to: 2n,
          account: 2n,
          amount: packAmount(1_000n),
          [field]: 32n + (field === "from" ? 1n : 2n),
        });
        await refused(state, [overWord(state, op, word), noop], /SignedWord/);
      }
    });

    it("C22: a balance cell whose account is no account's index", async () => {
      const { state, alice } = world();
      // Account 16 = N/4 would have balance cell 0 as its key cell.
      const bad = (16n << 184n) | (state.read(cellOf(1)) & ((1n << 184n) - 1n));
      state.write(cellOf(1), bad);
      const op = { ...transfer(), expiry: NOW, signature: { ...sign(alice.keys.secret, 1n), keyX: alice.keys.ax } };
      const slot: Slot = (access) => {
        access(cellOf(0));
        access(cellOf(1), (value) => value - 1_000n + (1n << 128n));
        access(cellOf(2), (value) => value + 1_000n);
        return { words: encodeSigned(op), authorisation: op };
      };
      await refused(state, [slot, noop], RANGE);
    });
  });

  describe("who signs", () => {
    it("C20: nobody spends from an account without a key", async () => {
      const { state, alice } = world();
      const op = transfer({ from: 3 });
      for (const signature of [signOp(state, alice, op).signature, { keyX: BASE8.x, r8x: 0n, r8y: 1n, s: 0n }]) {
        const unsigned = { ...op, expiry: NOW, signature };
        await refused(state, [payment(state, unsigned), noop], /AssertOnCurve|EdDSAVerify|AssertNotZero/);
      }
    });

    it("C20: nobody signs by keys of small order: y = 0, 1, -1", async () => {
      const { state } = world();
      // For such a key 8·A is neutral, so R8 = S·B8 satisfies the equation for any message.
      const s = 12345n;
      const r8 = multiply(s, BASE8);
      const inverseRoot = F.inv(F.sqrt(168700n) as bigint);
      for (const [x, y] of [
        [inverseRoot, 0n],
        [0n, 1n],
        [0n, F.R - 1n],
      ] as const) {
        state.write(keyCell(3), y);
        const op = { ...transfer({ from: 3 }), expiry: NOW, signature: { keyX: x, r8x: r8.x, r8y: r8.y, s } };
        await refused(state, [payment(state, op), noop], /AssertNotZero/);
      }
    });

    it("C20: account 0 pays nothing: a free cell, and balance cell 0", async () => {
      const { state, alice } = world();
      for (const from of [0, 9]) {
        const op = signOp(state, alice, transfer({ from, amount: 0n }));
        await refused(state, [payment(state, op), noop], /AssertNotZeroIf|Transfer/);
      }
    });

    it("C20: account 0 pays nothing even from a cell with a balance, by a key that cell 0 would hold", async () => {
      // In a batch cell 0 must decode as counters too, and nobody knows a secret for such a y: so this slot alone.
      const slot = await circuit("batch/signedSlot.circom", "SignedSlot", [SMALL.cellBits, 0]);
      const { state, alice } = world();
      const op = signOp(state, alice, transfer());
      const cells = [state.key(1), state.read(cellOf(1)), state.read(cellOf(2))];
      const input = {
        word: encodeSigned(op)[0],
        secondWord: 0n,
        nextCell: 0n,
        nextIsExact: 0n,
        nextExact: 0n,
        nextMinOut: 0n,
        suspended: new Array<bigint>(8).fill(0n),
        slotToken: new Array<bigint>(4).fill(0n),
        domain: state.domain,
        timestamp: BigInt(NOW),
        expiry: BigInt(op.expiry),
        ...op.signature,
      };
      await slot.expectPass({ ...input, value: cells });
      const nobodys = encodeBalance(SMALL.cellBits, { ...state.balance(1), account: 0 });
      await slot.expectFail({ ...input, value: [cells[0], nobodys, cells[2]] }, "AssertNotZeroIf");
    });

    it("C20: another account's key", async () => {
      const { state, bob } = world();
      const op = signOp(state, bob, transfer());
      await refused(state, [payment(state, op), noop], /AssertOnCurve|EdDSAVerify/);
    });

    it("C8: a Noop's dummy signature does not pass for an op", async () => {
      const { state } = world();
      const op = { ...transfer(), expiry: NOW, signature: { keyX: BASE8.x, r8x: 0n, r8y: 1n, s: 0n } };
      await refused(state, [payment(state, op), noop], /AssertOnCurve|EdDSAVerify/);
    });

    it("C9: the same nonce twice, and a gap", async () => {
      const { state, alice } = world();
      const first = signOp(state, alice, transfer());
      const next = signOp(state, alice, transfer({ amount: 2_000n }), { nonceAhead: 1 });
      await passes(state, first, next);
      await refused(state, [payment(state, first), payment(state, first)], SIGNATURE);
      await refused(state, [payment(state, next), noop], SIGNATURE);
      await refused(state, [payment(state, next), payment(state, first)], SIGNATURE);
    });

    it("C9: a nonce that is not used up", async () => {
      const { state, alice } = world();
      const op = signOp(state, alice, transfer());
      await refused(state, [payment(state, op, { noncesUsed: 0n }), noop], /Memory/);
      await refused(state, [payment(state, op, { noncesUsed: 2n }), noop], /Memory/);
    });

    it("C25: a signature with another receiver, cell owner, amount, fee, expiry or second word", async () => {
      const { state, alice } = world();
      const op = signOp(state, alice, transfer());
      alter(state, 5, { balance: 0n, nonce: 0, token: GOLD, account: 2 });
      await refused(state, [payment(state, { ...op, to: 5 }), noop], SIGNATURE);
      await refused(state, [payment(state, { ...op, to: 3, account: 3 }), noop], SIGNATURE);
      await refused(state, [payment(state, { ...op, amount: 999n }), noop], SIGNATURE);
      await refused(state, [payment(state, { ...op, expiry: op.expiry + 1 }), noop], SIGNATURE);
      const [word] = encodeSigned(op) as [bigint];
      const { offset } = field(TransferWord, "fee");
      await refused(state, [payment(state, op, { word: word | (1n << BigInt(offset)) }), noop], SIGNATURE);
    });

    it("C25: a signature of another deployment", async () => {
      const { state, alice } = world();
      const op = transfer();
      const [word] = encodeSigned(op) as [bigint];
      const { nonce, token } = state.balance(1);
      const signedIn = (domain: bigint): Parameters<typeof payment>[1] => {
        const message = signedMessage(domain, word, 0n, { expiry: NOW, nonce, token });
        return { ...op, expiry: NOW, signature: { ...sign(alice.keys.secret, message), keyX: alice.keys.ax } };
      };
      await judge.proves(state, { signed: [payment(state, signedIn(state.domain)), noop] });
      for (const domain of [state.domain + 1n, 0n]) {
        await refused(state, [payment(state, signedIn(domain)), noop], SIGNATURE);
      }
    });

    it("C25: a signature over another second word, or over another token", async () => {
      const { state, alice } = world();
      const op = transfer();
      const [word] = encodeSigned(op) as [bigint];
      const { nonce, token } = state.balance(1);
      for (const message of [
        signedMessage(state.domain, word, 1n, { expiry: NOW, nonce, token }),
        signedMessage(state.domain, word, 0n, { expiry: NOW, nonce, token: SILVER }),
        poseidon([
          state.domain,
          word,
          0n,
          pack(MessageTail, { expiry: BigInt(NOW), nonce: 0n, token: BigInt(token), tag: MESSAGE_TAG - 1n }),
        ]),
      ]) {
        const signature = { ...sign(alice.keys.secret, message), keyX: alice.keys.ax };
        await refused(state, [payment(state, { ...op, expiry: NOW, signature }), noop], SIGNATURE);
      }
    });
  });

  describe("Withdraw", () => {
    it("C28: on another chain than the token's, or as another token", async () => {
      const { state, alice } = world();
      const op = {
        op: "Withdraw",
        fee: 0n,
        isZusd: false,
        from: 4,
        amount: 1n,
        recipient: alice.address,
        chain: 2,
        asset: 3,
      } as const;
      await passes(state, signOp(state, alice, op));
      for (const fields of [{ chain: 1 }, { asset: 1 }, { chain: 0 }, { asset: 0 }]) {
        await refused(state, [withdrawal(state, fields), noop], /Withdraw/);
      }
    });

    it("C28: a token of chain 0, or of local number 0, does not leave", async () => {
      for (const fields of [{ chain: 0 }, { asset: 0 }]) {
        const { state } = world();
        const { chain, asset } = { chain: 2, asset: 3, ...fields };
        alter(state, 4, { token: (chain << 10) | asset });
        await refused(state, [withdrawal(state, fields), noop], /AssertNotZeroIf/);
      }
    });

    /** A Withdraw of SILVER by alice, of any chain and asset. */
    function withdrawal(state: State, fields: { chain?: number; asset?: number }): Slot {
      const op = {
        op: "Withdraw",
        fee: 0n,
        isZusd: false,
        from: 4,
        amount: 1n,
        recipient: user("alice").address,
        chain: 2,
        asset: 3,
        ...fields,
      } as const;
      const { chain, asset } = op;
      const word = pack(WithdrawWord, {
        op: BigInt(Op.Withdraw + chain),
        from: 4n,
        amount: 1n,
        recipient: 5n,
        asset: BigInt(asset),
      });
      return overWord(state, op, word);
    }

    it("C23: the access that a Withdraw does not need changes nothing", async () => {
      const { state, alice } = world();
      const op = {
        op: "Withdraw",
        fee: 0n,
        isZusd: false,
        from: 4,
        amount: 1n,
        recipient: alice.address,
        chain: 2,
        asset: 3,
      } as const;
      const slot = payment(state, signOp(state, alice, op));
      await refused(state, [adding(slot, cellOf(0), 7n), noop], /Memory/);
      const elsewhere = withAccess(slot, (access, cell, write) => access(cell === cellOf(0) ? cellOf(2) : cell, write));
      await refused(state, [elsewhere, noop], DIGEST);
    });
  });

  describe("Open and OpenTo", () => {
    const open = { op: "Open", fee: 0n, from: 2, cell: 5, token: SILVER, account: 3 } as const;
    type Fields = Partial<Record<"cell" | "account" | "token", number>>;

    /** Both slots of an Open by bob as if it were allowed. */
    const opens = (state: State, fields: Fields = {}, signer = user("bob")): [Slot, Slot] =>
      opening(state, signOp(state, signer, { ...open, ...fields }));

    it("accepts the unchecked slots when the op is allowed", async () => {
      const { state } = world();
      await judge.proves(state, { signed: opens(state) });
    });

    it("C28: an Open without its OpenTo, an OpenTo without its Open", async () => {
      const { state } = world();
      const [first, second] = opens(state);
      await refused(state, [first, noop], /Batch|Open/);
      await refused(state, [noop, second], OPENS);
    });

    it("C28: an OpenTo after a Transfer or a Withdraw, whether it was signed with it or not", async () => {
      const { state, alice } = world();
      const [, second] = opens(state);
      const openTo = encodeSigned({ ...open, account: 3 })[1];
      for (const op of [transfer(), withdrawOf()]) {
        await refused(state, [payment(state, signOp(state, alice, op)), second], OPENS);
        const both = signWords(state, alice, op.from, [encodeSigned(op)[0], openTo]);
        await refused(state, [payment(state, { ...op, ...both }), second], SIGNATURE);
      }
    });

    it("C28: an OpenTo in an even slot, an Open in an odd one", async () => {
      const { state } = world();
      const [first, second] = opens(state);
      await refused(state, [second, first], /SignedWord/);
      await refused(state, [second, noop], /SignedWord/);
      await refused(state, [noop, first], /SignedWord/);
    });

    it("C28: an index that is not the counter's", async () => {
      const { state } = world();
      for (const cell of [4, 6, 0]) await refused(state, opens(state, { cell }), /Open/);
    });

    it("C28: for the system's account, a free account, a pool's", async () => {
      const { state } = world();
      state.write(ownerCell(5), encodeOwner({ owner: user("dave").address, home: 1, kind: Kind.Pool }));
      for (const account of [0, 4, 5]) await refused(state, opens(state, { account }), /OpenTo/);
    });

    it("C28: into a cell that is not free", async () => {
      const { state } = world();
      state.write(cellOf(5), 1n);
      await refused(state, opens(state), /OpenTo/);
    });

    it("C28: of token 0, or of local number 0", async () => {
      const { state } = world();
      for (const token of [0, 2 << 10]) await refused(state, opens(state, { token }), /AssertNotZeroIf/);
    });

    it("C28: when no cell is left", async () => {
      const { state } = world();
      state.write(COUNTERS_CELL, 4n | (32n << 24n));
      await refused(state, opens(state, { cell: 0 }), /Open/);
      state.write(COUNTERS_CELL, 4n | (31n << 24n));
      await judge.proves(state, { signed: opens(state, { cell: 31 }) });
    });

    it("C25: the signature covers the OpenTo's account, token and cell", async () => {
      const { state, bob } = world();
      for (const fields of [{ account: 1 }, { token: GOLD }]) {
        const [first] = opens(state);
        const [, second] = opens(state, fields);
        await refused(state, [first, second], SIGNATURE);
      }
      await refused(state, opens(state, {}, user("alice")), /AssertOnCurve|EdDSAVerify/);
      expect(bob.keys.ay).to.equal(state.key(2));
    });

    it("C28: unused bits of Open and OpenTo", async () => {
      const { state } = world();
      const [first, second] = opens(state);
      const withBit = (slot: Slot, bit: bigint): Slot => withWords(slot, (word) => word | (1n << bit));
      for (const bit of [31n, 70n, 83n, 106n, 128n, 234n, 243n]) {
        await refused(state, [withBit(first, bit), second], /SignedWord/);
      }
      for (const bit of [47n, 66n, 71n, 83n, 128n, 234n, 243n]) {
        await refused(state, [first, withBit(second, bit)], /SignedWord|TokenId/);
      }
    });

    it("reads words as the layouts say", () => {
      const { state } = world();
      const words = encodeSigned({ ...open, account: 3 });
      expect(words).to.deep.equal([
        pack(OpenWord, { op: 2n, from: 2n }),
        pack(OpenToWord, { op: 3n, cell: 5n, token: BigInt(SILVER), account: 3n }),
      ]);
      expect(state.counters().nextBalance).to.equal(5);
    });
  });

  describe("words", () => {
    it("C28: undefined op codes", async () => {
      const { state, alice } = world();
      const op = signOp(state, alice, transfer());
      const [word] = encodeSigned(op) as [bigint];
      const undefinedCodes = [0x05, 0x06, 0x07, 0x08, 0x0c, 0x10, 0x20, 0x21, 0x22, 0x3f, 0xc0, 0xc1, 0xff];
      const slotOf = (code: number): Slot => overWord(state, op, (word & ~0xffn) | BigInt(code));
      for (const code of [...undefinedCodes, Op.OpenTo, Op.Exact]) {
        await refused(state, [slotOf(code), noop], /SignedWord/);
      }
      for (const code of [...undefinedCodes, Op.Open]) await refused(state, [noop, slotOf(code)], /SignedWord/);
    });

    it("C28: unused bits of Transfer, Withdraw and Noop", async () => {
      const { state, alice } = world();
      const op = signOp(state, alice, transfer());
      const [word] = encodeSigned(op) as [bigint];
      for (const bit of [13n, 30n, 88n, 105n, 128n, 233n, 234n, 242n, 243n, 252n, 253n]) {
        await refused(state, [overWord(state, op, word | (1n << bit)), noop], /SignedWord/);
      }
      const withdraw = { op: "Withdraw", fee: 0n, isZusd: false, from: 4, amount: 1n, chain: 2, asset: 3 } as const;
      const out = signOp(state, alice, { ...withdraw, recipient: alice.address });
      for (const bit of [13n, 30n, 253n]) {
        await refused(state, [overWord(state, out, encodeSigned(out)[0] | (1n << bit)), noop], /SignedWord/);
      }
      for (const slots of [(slot: Slot): Slot[] => [slot, noop], (slot: Slot): Slot[] => [noop, slot]]) {
        for (const bit of [8n, 31n, 71n, 83n, 106n, 128n, 234n, 243n, 252n]) {
          await refused(state, slots(withWords(noop, () => 1n << bit)), /SignedWord/);
        }
      }
    });

    it("C8: a Noop that changes a cell", async () => {
      const { state } = world();
      for (const changed of [keyCell(0), cellOf(0)]) {
        await refused(state, [adding(noop, changed, 1n), noop], /Memory/);
        await refused(state, [noop, adding(noop, changed, 1n)], /Memory/);
      }
    });

    it("C8: a Noop in front of another cell", async () => {
      const { state } = world();
      const slot: Slot = (access) => {
        for (const cell of [keyCell(1), cellOf(1), cellOf(2)]) access(cell);
        return { words: [0n] };
      };
      await refused(state, [slot, noop], DIGEST);
      await refused(state, [noop, slot], DIGEST);
      for (const [from, to] of [
        [keyCell(0), keyCell(1)],
        [cellOf(0), cellOf(1)],
        [cellOf(0), cellOf(9)],
      ]) {
        const elsewhere = withAccess(noop, (access, cell, write) => access(cell === from ? to : cell, write));
        await refused(state, [elsewhere, noop], DIGEST);
      }
    });

    it("C8: a Noop uses no nonce up, nor gives balance cell 0 a token", async () => {
      const { state } = world();
      await judge.proves(state, { signed: [noop, noop] });
      for (const bit of [128n, 168n]) {
        const slot = adding(noop, cellOf(0), 1n << bit);
        await refused(state, [slot, noop], /Memory/);
        await refused(state, [noop, slot], /Memory/);
      }
    });

    it("C8: a Noop does not stand for an op: with a Transfer's accesses, or its word without them", async () => {
      const { state, alice } = world();
      const slot = payment(state, signOp(state, alice, transfer()));
      const unsaid: Slot = (access) => {
        slot(access);
        return { words: [0n] };
      };
      await refused(state, [unsaid, noop], DIGEST);
      await refused(state, [noop, unsaid], DIGEST);
      const [word] = encodeSigned(transfer());
      const undone = withWords(noop, () => word);
      for (const slots of [
        [undone, noop],
        [noop, undone],
      ])
        await refused(state, slots, /SignedSlot/);
    });
  });

  /** The slot of an op of alice that she signed over any word. */
  function overWord(state: State, op: Transfer | Withdraw, word: bigint): Slot {
    return payment(state, { ...op, ...signWords(state, user("alice"), op.from, [word]) }, { word });
  }
});
