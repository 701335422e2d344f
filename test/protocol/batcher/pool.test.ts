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
    signOp(state, alice, { op: "Transfer", from: 1, to: 2, account: 2, amount: 5n }, { nonceAhead });
  const payBack = (): SignedOp => signOp(state, bob, { op: "Transfer", from: 2, to: 1, account: 1, amount: 1n });
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
    expect(pool.include(1, [wordOf(first)])).to.deep.equal([first]);
    expect(pool.ops).to.have.length(2);
    expect(pool.include(1, [wordOf(second)])).to.deep.equal([]);
    // A restart reads all batches again, and the second op has the word of the first.
    expect(new Pool(store, 10).include(1, [wordOf(second)])).to.deep.equal([]);
    expect(pool.include(2, [wordOf(second)])).to.deep.equal([second]);
    expect(pool.ops).to.deep.equal([payBack()]);
  });

  it("B4: holds no more than its capacity", () => {
    const pool = new Pool(store, 1);
    pool.requireRoom(pay(0));
    pool.add(pay(0));
    expect(() => pool.requireRoom(pay(1))).to.throw("Transfer.op finds no room: 1 ops wait already");
  });
});
