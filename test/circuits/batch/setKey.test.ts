import { expect } from "chai";
import * as F from "../../../protocol/crypto/field";
import { COUNTERS_CELL, Kind, keyCell, ownerCell } from "../../../protocol/spec";
import { encodeOwner, encodeQueueOp, type SetKey, type SetKeyRequest, type State } from "../../../protocol/state";
import { adding, noop, payment, setKeySlot, withAccess, withWords, type Slot } from "./forgery";
import { Judge, constraint } from "./judge";
import { batchOf, cellOf, setKeyOf, signOp, transferOf, user, wideWorld, world } from "./world";

const FLAG = constraint("queueSlot", "op.executed ===");
const NO_LEDGER = constraint("queueSlot", "withoutLedger * (1 - op.covered) ===");
const DIGEST = constraint("batch", "digest ===");

describe("Batch: SetKey", () => {
  let judge: Judge;
  before(async () => {
    judge = await Judge.create();
  });

  /** What the reference says a request does. */
  function truth(state: State, request: SetKeyRequest): SetKey {
    return batchOf(state, { requests: [request] }).effects.queueOps[0] as SetKey;
  }

  async function refused(state: State, slot: Slot, by: RegExp): Promise<void> {
    await judge.refuses(state, { queue: [slot] }, by);
  }

  /** A request of the owner's: it is set, and neither the flag nor the key can be another. */
  async function executes(state: State, request: SetKeyRequest): Promise<void> {
    const claim = truth(state, request);
    expect(claim.executed).to.equal(true);
    await judge.proves(state, { queue: [setKeySlot(claim)] });
    await refused(state, setKeySlot({ ...claim, executed: false }), FLAG);
    await refused(state, setKeySlot({ ...claim, executed: false }, { replaces: true }), FLAG);
    if (state.key(claim.account) !== claim.key) await refused(state, setKeySlot(claim, { replaces: false }), /Memory/);
    await refused(state, adding(setKeySlot(claim), keyCell(claim.account), 1n), /Memory/);
  }

  /** A request that changes nothing: neither can the flag be 1, nor the key another. */
  async function doesNot(state: State, request: SetKeyRequest): Promise<void> {
    const claim = truth(state, request);
    expect(claim.executed).to.equal(false);
    await judge.proves(state, { queue: [setKeySlot(claim)] });
    await refused(state, setKeySlot({ ...claim, executed: true }), FLAG);
    await refused(state, setKeySlot({ ...claim, executed: true }, { replaces: false }), FLAG);
    // In front of account 0 the key's cell is the counters', which must stay counters to be read at all.
    if (claim.account !== 0) await refused(state, setKeySlot(claim, { replaces: true }), /Memory/);
  }

  it("C27: the owner sets a first key, another one, the same one, and none", async () => {
    const { state, alice, carol } = wideWorld();
    await executes(state, setKeyOf(carol, { account: 3 }));
    await executes(state, setKeyOf(alice));
    await executes(state, setKeyOf(alice, { key: alice.keys.ay }));
    await executes(state, setKeyOf(alice, { key: 0n }));
  });

  it("C5: any field element is a key", async () => {
    const { state, alice } = world();
    for (const key of [1n, F.R - 1n, 1n << 253n]) await executes(state, setKeyOf(alice, { key }));
  });

  it("C27: not the owner", async () => {
    const { state, alice, bob } = world();
    await doesNot(state, setKeyOf(bob));
    await doesNot(state, setKeyOf(alice, { account: 2 }));
    // One bit of the address.
    const near = `0x${(BigInt(alice.address) ^ 1n).toString(16).padStart(40, "0")}`;
    await doesNot(state, setKeyOf({ ...alice, address: near }));
  });

  it("C27: on another chain than the account's home", async () => {
    const { state, alice, erin } = wideWorld();
    for (const chain of [2, 3, 63]) await doesNot(state, setKeyOf(alice, { chain }));
    await doesNot(state, setKeyOf(erin, { account: 5, chain: 1 }));
    await executes(state, setKeyOf(erin, { account: 5, chain: 2 }));
  });

  it("C27: on chain 0", async () => {
    const { state, alice } = world();
    await doesNot(state, setKeyOf(alice, { chain: 0 }));
  });

  it("C27, C28: of an account of kind pool, of none, or of no kind that there is", async () => {
    for (const kind of [Kind.None, Kind.Pool, 3]) {
      const { state, alice } = world();
      // As its owner's but for the kind, with a key and without.
      state.write(ownerCell(1), encodeOwner({ owner: alice.address, home: 1, kind }));
      await doesNot(state, setKeyOf(alice));
      state.write(keyCell(1), 0n);
      await doesNot(state, setKeyOf(alice));
    }
  });

  it("C27, C28: of an account that does not exist, and of the system's", async () => {
    const { state, alice } = world();
    await doesNot(state, setKeyOf(alice, { account: 4 }));
    await doesNot(state, setKeyOf(alice, { account: 15 }));
    await doesNot(state, setKeyOf(alice, { account: 0 }));
    // The domain reads as an owner's address, but of no kind.
    const domain = { ...alice, address: `0x${state.domain.toString(16).padStart(40, "0")}` };
    for (const chain of [0, 1]) await doesNot(state, setKeyOf(domain, { account: 0, chain }));
  });

  it("C28: in front of other cells than the named account's", async () => {
    const { state, alice } = world();
    const claim = truth(state, setKeyOf(alice));
    const usedAccount = constraint("queueSlot", "op.usedAccount ===");
    for (const used of [0, 2, 4]) await refused(state, setKeySlot({ ...claim, usedAccount: used }), usedAccount);
    // The words are right, the accesses are to bob's cells: whoever reads his owner cell takes alice for a stranger.
    for (const [from, to, by] of [
      [ownerCell(1), ownerCell(2), FLAG],
      [keyCell(1), keyCell(2), DIGEST],
      [cellOf(0), cellOf(1), DIGEST],
    ] as const) {
      const elsewhere = withAccess(setKeySlot(claim), (access, cell, write) =>
        access(cell === from ? to : cell, write),
      );
      await refused(state, elsewhere, by);
    }
  });

  it("C23: counters, owner and balance are read and written back", async () => {
    const { state, alice, bob } = world();
    for (const request of [setKeyOf(alice), setKeyOf(bob)]) {
      const slot = setKeySlot(truth(state, request));
      for (const cell of [COUNTERS_CELL, ownerCell(1), cellOf(0)])
        await refused(state, adding(slot, cell, 1n), /Memory/);
    }
  });

  it("C28: bits that a SetKey does not use", async () => {
    const { state, alice } = world();
    const claim = truth(state, setKeyOf(alice));
    const unused = constraint("queueWords", "isSetKey * (cellAndToken + amount) ===");
    const payer = constraint("queueWords", "payer * (1 - high) ===");
    const withBits = (slot: Slot, ...bits: bigint[]): Slot => withWords(slot, (word, i) => word | (bits[i] ?? 0n));
    // Of token and amount; and a cell, which is used then.
    for (const bit of [59n, 68n, 69n, 74n, 75n, 202n])
      await refused(state, withBits(setKeySlot(claim), 1n << bit), unused);
    const inCell = setKeySlot({ ...claim, usedCell: 1 });
    await refused(state, withBits(inCell, 1n << 36n, 1n << 188n), unused);
    await refused(state, withBits(inCell, 0n, 1n << 188n), constraint("queueSlot", "op.usedCell ==="));
    for (const bit of [160n, 165n]) await refused(state, withBits(setKeySlot(claim), 0n, 1n << bit), payer);
    await refused(state, withBits(setKeySlot(claim), 1n << 205n), /QueueWords/);
    await refused(state, withBits(setKeySlot(claim), 0n, 1n << 211n), /QueueWords/);
  });

  it("C28: as a Deposit, FullExit or Route of nothing", async () => {
    const { state, alice } = world();
    const claim = truth(state, setKeyOf(alice));
    for (const code of [0x20n, 0x22n, 0x23n]) {
      const slot = withWords(setKeySlot(claim), (word, i) => (i === 0 ? (word & ~0xffn) | code : word));
      const by = { 0x20: constraint("queueSlot", "op.usedCell ==="), 0x22: FLAG, 0x23: /QueueWords/ };
      await refused(state, slot, by[Number(code) as keyof typeof by]);
    }
  });

  it("C20, C25: the new key signs in the same batch, the old one no longer", async () => {
    const { state, alice, bob, carol } = wideWorld();
    const key = setKeyOf(alice, { key: bob.keys.ay });
    await judge.accepts(state, { requests: [key], ops: [signOp(state, bob, transferOf())] });
    const queue = [setKeySlot(truth(state, key))];
    const signed = [payment(state, signOp(state, alice, transferOf())), noop];
    await judge.proves(state, { signed });
    await judge.refuses(state, { queue, signed }, /AssertOnCurve|EdDSAVerify/);

    const none = setKeyOf(alice, { key: 0n });
    await judge.refuses(
      state,
      { queue: [setKeySlot(truth(state, none))], signed },
      /AssertOnCurve|EdDSAVerify|AssertNotZero/,
    );
    const first = setKeyOf(carol, { account: 3, key: carol.keys.ay });
    await judge.accepts(state, { requests: [first], ops: [signOp(state, carol, transferOf({ from: 3 }))] });
  });

  it("C27: `covered`, which means nothing here, is always 1", async () => {
    const { state, alice, bob } = world();
    for (const request of [setKeyOf(alice), setKeyOf(bob, { account: 1 })]) {
      const claim = truth(state, request);
      expect(claim.covered).to.equal(true);
      await refused(state, setKeySlot({ ...claim, covered: false }), NO_LEDGER);
    }
  });

  it("C27: another key than the asked one", async () => {
    const { state, alice } = world();
    const claim = truth(state, setKeyOf(alice));
    const words = encodeQueueOp(claim);
    const mixed = withWords(setKeySlot({ ...claim, key: user("mallory").keys.ay }), (_, i) => words[i]);
    await refused(state, mixed, /Memory/);
  });
});
