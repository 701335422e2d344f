import { expect } from "chai";
import { COUNTERS_CELL, DepositWord0, DepositWord1, Kind, keyCell, ownerCell, tokenId } from "../../../protocol/spec";
import {
  encodeBalance,
  encodeQueueOp,
  encodeOwner,
  type Deposit,
  type DepositRequest,
  type State,
} from "../../../protocol/state";
import type { CircuitTester } from "../../fixtures/circom";
import {
  GOLD,
  SILVER,
  SMALL,
  batchCircuit,
  batchOf,
  cellOf,
  depositOf,
  draft,
  forgedInput,
  honestInput,
  noopInQueue,
  user,
  world,
  type Slot,
} from "./world";

/** What a prover says a deposit does. */
interface Claim extends Deposit {
  /** Creates the account and the cell; by default where the request has 0 and the deposit is executed. */
  newAccount?: boolean;
  newCell?: boolean;
  takesKey: boolean;
}

describe("Batch: Deposit", () => {
  let tester: CircuitTester;
  before(async () => {
    tester = await batchCircuit();
  });

  /** The slot of a deposit that does what the claim says. */
  function claimed(claim: Claim): Slot {
    const { executed, account, cell, usedAccount, usedCell, chain, token, amount, owner, key, takesKey } = claim;
    const newAccount = claim.newAccount ?? (executed && account === 0);
    const newCell = claim.newCell ?? (executed && cell === 0);
    const created = encodeOwner({ owner, home: chain, kind: Kind.User });
    const labels = (BigInt(token) << 168n) + (BigInt(usedAccount) << 184n);
    return (access) => {
      access(COUNTERS_CELL, (value) => value + (newAccount ? 1n : 0n) + (newCell ? 1n << 24n : 0n));
      access(ownerCell(usedAccount), (value) => value + (newAccount ? created : 0n));
      access(cellOf(usedCell), (value) => value + (executed ? amount : 0n) + (newCell ? labels : 0n));
      access(keyCell(usedAccount), (value) => value + (takesKey ? key : 0n));
      return { words: encodeQueueOp(claim) };
    };
  }

  /** What the reference says a request does. */
  function truth(state: State, request: DepositRequest): Claim {
    const trace = batchOf(state, { requests: [request] });
    const [deposit] = trace.effects.queueOps as [Deposit];
    const key = trace.accesses[4];
    return { ...deposit, takesKey: key?.value !== key?.written };
  }

  async function passes(state: State, claim: Claim): Promise<void> {
    await tester.expectPass({ ...forgedInput(state, draft(state, { queue: [claimed(claim)] })) });
  }

  async function refused(state: State, claim: Claim, by: RegExp = /Deposit/): Promise<void> {
    await tester.expectFail({ ...forgedInput(state, draft(state, { queue: [claimed(claim)] })) }, by);
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
      const uncredited: Slot = (access) => {
        const { words } = claimed({ ...claim, amount: 0n })(access);
        return { words: [encodeQueueOp(claim)[0], ...words.slice(1)] };
      };
      await tester.expectFail({ ...forgedInput(state, draft(state, { queue: [uncredited] })) }, /Memory/);
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
    await refused(state, { ...claim, usedAccount: 0, newAccount: false });
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
    const at = (balance: bigint): void =>
      state.write(cellOf(2), encodeBalance(SMALL.cellBits, { ...state.balance(2), balance }));
    at((1n << 128n) - 78n);
    await passes(state, truth(state, fresh({ account: 2, cell: 2 })));
    at((1n << 128n) - 77n);
    await refunded(state, fresh({ account: 2, cell: 2 }));
    at((1n << 128n) - 1n);
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
    await refused(state, { ...claim, usedAccount: 6 });
    await refused(state, { ...claim, usedCell: 7 });
    const named = truth(state, fresh({ account: 2, cell: 2 }));
    await refused(state, { ...named, usedAccount: 1, takesKey: false });
    await refused(state, { ...named, usedCell: 1 });
    // Also when it is refunded.
    const refund = truth(state, fresh({ account: 4 }));
    await refused(state, { ...refund, usedAccount: 0 });
    await refused(state, { ...refund, usedCell: 0 });
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
    const outside: Partial<Claim>[] = [
      { account: 16, usedAccount: 16 },
      { account: 20, usedAccount: 4 },
      { usedAccount: 20 },
      { cell: 32, usedCell: 0 },
      { cell: 37, usedCell: 5 },
    ];
    for (const fields of outside) {
      const slot: Slot = (access) => {
        claimed(claim)(access);
        return { words: encodeQueueOp({ ...claim, ...fields }) };
      };
      await tester.expectFail({ ...forgedInput(state, draft(state, { queue: [slot] })) }, /Range|ToBits|DepositWords/);
    }
  });

  it("C28: undefined op codes, unused bits", async () => {
    const { state } = world();
    const claim = truth(state, fresh({ account: 4 }));
    const words = encodeQueueOp(claim);
    const changed = async (change: (word: bigint, i: number) => bigint): Promise<void> => {
      const slot: Slot = (access) => {
        claimed(claim)(access);
        return { words: words.map(change) };
      };
      const input = forgedInput(state, draft(state, { queue: [slot] }));
      await tester.expectFail({ ...input }, /DepositWords|AssertBit|Range|ToBits/);
    };
    for (const code of [0x00n, 0x01n, 0x21n, 0x40n, 0xa0n, 0xffn]) {
      await changed((word, i) => (i === 0 ? (word & ~0xffn) | code : word));
    }
    for (const bit of [180n, 252n, 253n]) await changed((word, i) => (i === 0 ? word | (1n << bit) : word));
    for (const bit of [205n, 252n, 253n]) await changed((word, i) => (i === 1 ? word | (1n << bit) : word));
  });

  it("C8, C28: a Noop with anything in its words", async () => {
    const { state } = world();
    const refusedNoop = async (words: bigint[]): Promise<void> => {
      const slot: Slot = (access) => {
        noopInQueue(access);
        return { words };
      };
      await tester.expectFail({ ...forgedInput(state, draft(state, { queue: [slot] })) }, /DepositWords/);
    };
    for (const { offset } of DepositWord0.fields.slice(1)) await refusedNoop([1n << BigInt(offset), 0n, 0n]);
    for (const { offset } of DepositWord1.fields) await refusedNoop([0n, 1n << BigInt(offset), 0n]);
    await refusedNoop([0n, 0n, 1n]);
  });

  it("C28: into an owner cell or a balance cell that is not free", async () => {
    for (const cell of [ownerCell(4), cellOf(5)]) {
      const { state } = world();
      const claim = truth(state, fresh({ key: 0n }));
      state.write(cell, 3n);
      await refused(state, claim);
    }
  });

  it("C5: the largest amount", async () => {
    const { state } = world();
    const trace = batchOf(state, { requests: [fresh({ amount: (1n << 104n) - 1n, token: tokenId(1, 1023) })] });
    await tester.expectPass({ ...honestInput(state, trace) });
  });
});
