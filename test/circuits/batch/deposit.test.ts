import { expect } from "chai";
import {
  COUNTERS_CELL,
  DepositWord0,
  FullExitWord1,
  RouteWord1,
  Kind,
  Op,
  keyCell,
  ownerCell,
  tokenId,
} from "../../../protocol/spec";
import { encodeQueueOp, encodeOwner, type Deposit, type DepositRequest, type State } from "../../../protocol/state";
import { adding, depositSlot, noopInQueue, withAccess, withWords, type DepositClaim } from "./forgery";
import { Judge, constraint } from "./judge";
import { GOLD, SILVER, alter, batchOf, cellOf, depositOf, user, world } from "./world";

/** Where the circuit refuses: the flag and indices against the conditions, what is created, and the words. */
const FLAG = constraint("queueSlot", "op.executed ===");
const USED_ACCOUNT = constraint("queueSlot", "op.usedAccount ===");
const USED_CELL = constraint("queueSlot", "op.usedCell ===");
const NEW_ACCOUNT = constraint("queueSlot", "createsAccount * value[1] ===");
const NEW_CELL = constraint("queueSlot", "createsCell * value[2] ===");
const WORDS = /QueueWords/;
const DIGEST = constraint("batch", "digest ===");

describe("Batch: Deposit", () => {
  let judge: Judge;
  before(async () => {
    judge = await Judge.create();
  });

  /** What the reference says a request does. */
  function truth(state: State, request: DepositRequest): DepositClaim {
    const trace = batchOf(state, { requests: [request] });
    const [deposit] = trace.effects.queueOps as [Deposit];
    const key = trace.accesses[4];
    return { ...deposit, takesKey: key?.value !== key?.written };
  }

  async function passes(state: State, claim: DepositClaim): Promise<void> {
    await judge.proves(state, { queue: [depositSlot(claim)] });
  }

  async function refused(state: State, claim: DepositClaim, by = FLAG): Promise<void> {
    await judge.refuses(state, { queue: [depositSlot(claim)] }, by);
  }

  /** A request that the reference refuses: the other flag, with or without its effects, is unprovable. */
  async function refunded(state: State, request: DepositRequest): Promise<void> {
    const claim = truth(state, request);
    expect(claim.executed).to.equal(false);
    await passes(state, claim);
    await refused(state, { ...claim, executed: true });
  }

  const fresh = (fields: Partial<DepositRequest> = {}): DepositRequest =>
    depositOf(user("dave"), { chain: 1, token: GOLD, amount: 77n, ...fields });

  it("C27: an executable deposit is credited: not refunded, and not without its effects", async () => {
    for (const request of [fresh(), fresh({ account: 2 }), fresh({ account: 2, cell: 2 })]) {
      const { state } = world();
      const claim = truth(state, request);
      expect(claim.executed).to.equal(true);
      await passes(state, claim);
      await refused(state, { ...claim, executed: false, takesKey: false });
      const words = encodeQueueOp(claim);
      const uncredited = withWords(depositSlot({ ...claim, amount: 0n }), (_, i) => words[i]);
      await judge.refuses(state, { queue: [uncredited] }, /Memory/);
    }
  });

  it("C27: a token of another chain, of chain 0, of local number 0", async () => {
    const { state } = world();
    await refunded(state, fresh({ chain: 2 }));
    await refunded(state, fresh({ chain: 0, token: 1 }));
    await refunded(state, fresh({ chain: 1, token: 1 << 10 }));
    await refunded(state, fresh({ chain: 0, token: 0 }));
  });

  it("C27: an account that does not exist, the system's, a pool's", async () => {
    const { state } = world();
    state.write(ownerCell(5), encodeOwner({ owner: user("dave").address, home: 1, kind: Kind.Pool }));
    await refunded(state, fresh({ account: 4 }));
    await refunded(state, fresh({ account: 5 }));
    // Account 0 in a request means a new one; the circuit must not take it for the system's either.
    const claim = truth(state, fresh());
    await refused(state, { ...claim, usedAccount: 0, newAccount: false }, USED_ACCOUNT);
  });

  it("C27: a named cell with a new account", async () => {
    const { state } = world();
    for (const cell of [1, 5]) await refunded(state, fresh({ cell }));
  });

  it("C27: a cell of another account, a free cell, a cell of another token", async () => {
    const { state } = world();
    await refunded(state, fresh({ account: 2, cell: 1 }));
    await refunded(state, fresh({ account: 2, cell: 9 }));
    await refunded(state, fresh({ account: 1, cell: 4 }));
    await refunded(state, fresh({ account: 1, cell: 1, chain: 2, token: SILVER }));
  });

  it("C5, C27: a balance of 2^128 or more", async () => {
    const { state } = world();
    alter(state, 2, { balance: (1n << 128n) - 78n });
    await passes(state, truth(state, fresh({ account: 2, cell: 2 })));
    alter(state, 2, { balance: (1n << 128n) - 77n });
    await refunded(state, fresh({ account: 2, cell: 2 }));
    alter(state, 2, { balance: (1n << 128n) - 1n });
    await refunded(state, fresh({ account: 2, cell: 2, amount: (1n << 104n) - 1n }));
  });

  it("C27: no room for an account, or for a cell", async () => {
    const { state } = world();
    state.write(COUNTERS_CELL, 16n | (5n << 24n));
    await refunded(state, fresh());
    await passes(state, truth(state, fresh({ account: 2 })));
    state.write(COUNTERS_CELL, 4n | (32n << 24n));
    await refunded(state, fresh());
    await refunded(state, fresh({ account: 2 }));
    await passes(state, truth(state, fresh({ account: 2, cell: 2 })));
    state.write(COUNTERS_CELL, 15n | (31n << 24n));
    await passes(state, truth(state, fresh()));
  });

  it("C5: counters beyond their ends", async () => {
    for (const counters of [17n | (5n << 24n), 4n | (33n << 24n), 4n | (5n << 24n) | (1n << 48n), 4n | (1n << 23n)]) {
      const { state } = world();
      const claim = { ...truth(state, fresh()), executed: false, usedAccount: 0, usedCell: 0, takesKey: false };
      state.write(COUNTERS_CELL, counters);
      await refused(state, claim, /CountersCell|Range/);
    }
  });

  it("C28: an account or a cell that is not the named one, nor the counter's", async () => {
    const { state } = world();
    const claim = truth(state, fresh());
    expect([claim.usedAccount, claim.usedCell]).to.deep.equal([4, 5]);
    await refused(state, { ...claim, usedAccount: 6 }, USED_ACCOUNT);
    await refused(state, { ...claim, usedCell: 7 }, USED_CELL);
    const named = truth(state, fresh({ account: 2, cell: 2 }));
    await refused(state, { ...named, usedAccount: 1, takesKey: false }, USED_ACCOUNT);
    await refused(state, { ...named, usedCell: 1 }, USED_CELL);
    // Also when it is refunded.
    const refund = truth(state, fresh({ account: 4 }));
    await refused(state, { ...refund, usedAccount: 0 }, USED_ACCOUNT);
    await refused(state, { ...refund, usedCell: 0 }, USED_CELL);
  });

  it("C8, C27: what is refunded changes nothing", async () => {
    const { state } = world();
    const claim = truth(state, fresh({ account: 4 }));
    await refused(state, { ...claim, newAccount: true }, /Memory/);
    await refused(state, { ...claim, newCell: true }, /Memory/);
    await refused(state, { ...claim, takesKey: true }, /Memory/);
  });

  it("C27: the key is taken from the owner, on the home chain, once; and not left", async () => {
    const { state, alice, carol } = world();
    const mine = depositOf(carol, { chain: 1, token: GOLD, amount: 1n, account: 3, cell: 3 });
    const taken = truth(state, mine);
    expect(taken.takesKey).to.equal(true);
    await passes(state, taken);
    await refused(state, { ...taken, takesKey: false }, /Memory/);

    const notTaken: [string, DepositRequest][] = [
      ["a stranger's", { ...mine, owner: user("dave").address }],
      ["on another chain", { ...mine, chain: 2, token: SILVER, cell: 0 }],
      ["a second key", depositOf(alice, { chain: 1, token: GOLD, amount: 1n, account: 1, cell: 1, key: 5n })],
      ["refunded", { ...mine, cell: 1 }],
    ];
    for (const [why, request] of notTaken) {
      const claim = truth(state, request);
      expect(claim.takesKey, why).to.equal(false);
      await passes(state, claim);
      await refused(state, { ...claim, takesKey: true }, /Memory/);
    }
  });

  it("C22: a named or used index out of range", async () => {
    const { state } = world();
    const claim = truth(state, fresh({ account: 4 }));
    // 16 = N/4 as an account would have balance cell 0 as its key cell; 32 = N/2 is beyond the vector.
    const outside: Partial<DepositClaim>[] = [
      { account: 16, usedAccount: 16 },
      { account: 20, usedAccount: 4 },
      { usedAccount: 20 },
      { cell: 32, usedCell: 0 },
      { cell: 37, usedCell: 5 },
    ];
    for (const fields of outside) {
      const words = encodeQueueOp({ ...claim, ...fields });
      const slot = withWords(depositSlot(claim), (_, i) => words[i]);
      await judge.refuses(state, { queue: [slot] }, WORDS);
    }
  });

  it("C28: undefined op codes, unused bits", async () => {
    const { state } = world();
    const claim = truth(state, fresh({ account: 4 }));
    const changed = async (change: (word: bigint, i: number) => bigint): Promise<void> =>
      judge.refuses(state, { queue: [withWords(depositSlot(claim), change)] }, WORDS);
    for (const code of [0x00n, 0x01n, 0x1fn, 0x24n, 0x30n, 0x40n, 0x60n, 0x80n, 0xa0n, 0xffn]) {
      await changed((word, i) => (i === 0 ? (word & ~0xffn) | code : word));
    }
    for (const bit of [205n, 252n, 253n]) await changed((word, i) => (i === 0 ? word | (1n << bit) : word));
    // 160..165: the payer of a FullExit or Route; 211..250: a Route's deadline.
    for (const bit of [160n, 165n, 211n, 250n, 252n, 253n]) {
      await changed((word, i) => (i === 1 ? word | (1n << bit) : word));
    }
  });

  it("C28: as a SetKey, a FullExit or a Route", async () => {
    const { state } = world();
    for (const request of [fresh(), fresh({ account: 4 }), fresh({ account: 2, cell: 2 })]) {
      const claim = truth(state, request);
      for (const op of ["SetKey", "FullExit", "Route"] as const) {
        const slot = withWords(depositSlot(claim), (word, i) =>
          i === 0 ? word - BigInt(Op.Deposit) + BigInt(Op[op]) : word,
        );
        await judge.refuses(state, { queue: [slot] }, /QueueWords|FullExit|QueueSlot/);
      }
    }
  });

  it("C8, C28: a Noop with anything in its words", async () => {
    const { state } = world();
    const refusedNoop = async (words: bigint[]): Promise<void> =>
      judge.refuses(state, { queue: [withWords(noopInQueue, (_, i) => words[i])] }, WORDS);
    for (const { offset } of DepositWord0.fields.slice(1)) await refusedNoop([1n << BigInt(offset), 0n, 0n]);
    for (const { offset } of [...FullExitWord1.fields, ...RouteWord1.fields])
      await refusedNoop([0n, 1n << BigInt(offset), 0n]);
    await refusedNoop([0n, 0n, 1n]);
  });

  it("C8: a Noop that changes a cell, or is in front of others", async () => {
    const { state } = world();
    for (const cell of [COUNTERS_CELL, ownerCell(0), cellOf(0)]) {
      await judge.refuses(state, { queue: [adding(noopInQueue, cell, 1n)] }, /Memory/);
    }
    for (const [from, to] of [
      [ownerCell(0), ownerCell(1)],
      [cellOf(0), cellOf(1)],
      [COUNTERS_CELL, keyCell(1)],
    ]) {
      const elsewhere = withAccess(noopInQueue, (access, cell, write) => access(cell === from ? to : cell, write));
      await judge.refuses(state, { queue: [elsewhere] }, from === COUNTERS_CELL ? /CountersCell/ : DIGEST);
    }
  });

  it("C28: into an owner cell or a balance cell that is not free", async () => {
    for (const cell of [ownerCell(4), cellOf(5)]) {
      const { state } = world();
      const claim = truth(state, fresh({ key: 0n }));
      state.write(cell, 3n);
      await refused(state, claim, cell === cellOf(5) ? NEW_CELL : NEW_ACCOUNT);
    }
  });

  it("C5: the largest amount, far above what a vault takes", async () => {
    const { state } = world();
    for (const amount of [(1n << 104n) - 1n, (1n << 128n) - 1n]) {
      await judge.accepts(state, { requests: [fresh({ amount, token: tokenId(1, 1023) })] });
    }
  });
});
