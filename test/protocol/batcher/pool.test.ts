import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { Pool } from "../../../protocol/batcher/pool";
import { Store } from "../../../protocol/batcher/store";
import { encodeSigned, type SignedOp } from "../../../protocol/state";
import { alice, bob, smallState } from "../../fixtures/states";
import { signOp } from "../../fixtures/users";

describe("pool of signed ops", () => {
  let directory: string;
  let store: Store;
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "causeway-pool-"));
    store = Store.open(directory);
  });
  afterEach(() => {
    store.close();
    fs.rmSync(directory, { recursive: true });
  });

  const state = smallState();
  const pay = (nonceAhead: number): SignedOp =>
    signOp(state, alice, { op: "Transfer", fee: 0n, from: 1, to: 2, account: 2, amount: 5n }, { nonceAhead });
  const payBack = (): SignedOp =>
    signOp(state, bob, { op: "Transfer", fee: 0n, from: 2, to: 1, account: 1, amount: 1n });
  const wordOf = (op: SignedOp) => encodeSigned(op)[0];

  it("keeps ops and their order over a restart", () => {
    const ops = [pay(0), payBack(), pay(1)];
    const pool = new Pool(store, 10);
    ops.forEach((op) => pool.add(op));
    expect(new Pool(store, 10).ops).to.deep.equal(ops);
  });

  it("takes the oldest of equal ops out, once per batch", () => {
    const [first, second] = [pay(0), pay(1)];
    const pool = new Pool(store, 10);
    [first, second, payBack()].forEach((op) => pool.add(op));
    expect(pool.include(1, "hash 1", [wordOf(first)])).to.deep.equal([first]);
    expect(pool.ops).to.have.length(2);
    expect(pool.include(1, "hash 1", [wordOf(second)])).to.deep.equal([]);
    // A restart reads all batches again, and the second op has the word of the first.
    expect(new Pool(store, 10).include(1, "hash 1", [wordOf(second)])).to.deep.equal([]);
    expect(pool.include(2, "hash 2", [wordOf(second)])).to.deep.equal([second]);
    expect(pool.ops).to.deep.equal([payBack()]);
  });

  it("R11: puts back the ops of batches that the chain took back, in their order", () => {
    const [first, second, third] = [pay(0), pay(1), pay(2)];
    const pool = new Pool(store, 10);
    [first, second, third].forEach((op) => pool.add(op));
    pool.include(1, "hash 1", [wordOf(first)]);
    pool.include(2, "hash 2", [wordOf(second)]);
    pool.restore(() => true);
    expect(pool.ops).to.deep.equal([third]);
    const restarted = new Pool(store, 10);
    restarted.restore((batch, hash) => batch === 1 && hash === "hash 1");
    expect(restarted.ops).to.deep.equal([second, third]);
    expect(restarted.include(1, "hash 1", [wordOf(second)]), "known").to.deep.equal([]);
    expect(restarted.include(2, "another hash 2", [wordOf(second)])).to.deep.equal([second]);
    restarted.restore(() => false);
    expect(restarted.ops).to.deep.equal([first, second, third]);
    expect(restarted.include(1, "another hash 1", [wordOf(first)])).to.deep.equal([first]);
  });

  it("remembers the batches of a deep reorganisation, and no more", () => {
    const pool = new Pool(store, 10);
    for (let batch = 1; batch <= 70; batch++) pool.include(batch, `hash ${batch}`, []);
    pool.add(pay(0));
    pool.restore(() => false);
    // Batches 1 to 6 are beyond what can be taken back: what they hold is not looked at again.
    expect(pool.include(6, "hash 6", [wordOf(pay(0))])).to.deep.equal([]);
    expect(pool.include(7, "another hash 7", [wordOf(pay(0))])).to.have.length(1);
  });

  it("B4: holds no more than its capacity", () => {
    const pool = new Pool(store, 1);
    pool.requireRoom(pay(0));
    pool.add(pay(0));
    expect(() => pool.requireRoom(pay(1))).to.throw("Transfer.op finds no room: 1 ops wait already");
  });
});
