import { expect } from "chai";
import fc from "fast-check";
import { ZUSD, balanceRoom, localToken, tokenChain } from "../../../../protocol/spec";
import {
  applyRequest,
  applySigned,
  encodeBalance,
  encodeCounters,
  type DepositRequest,
  type State,
  type Withdraw,
} from "../../../../protocol/state";
import {
  NO_CAP,
  SMALL_BITS,
  TOKEN_A,
  alice,
  bob,
  contentOf,
  ledgerOf,
  mallory,
  smallState,
  zusdState,
} from "../../../fixtures/states";
import { depositOf, exitOf, signOp } from "../../../fixtures/users";
import { NOW, expectRefused } from "./behavior";

const capOf = (cap: bigint) => ({ cap: () => cap });
/** Alice's cell 5 holds 100 zUSD, issued to chain 1; bob's cell 6 40, issued to chain 2. */
const deposit = (amount: bigint, change: Partial<DepositRequest> = {}) =>
  depositOf(bob, { chain: 2, token: ZUSD, amount, account: 2, cell: 6, ...change });
const base: Withdraw = {
  op: "Withdraw",
  fee: 0n,
  isZusd: true,
  from: 5,
  amount: 30n,
  recipient: mallory.address,
  chain: 2,
  asset: 0,
};
const withdraw = (state: State, change: Partial<Withdraw> = {}) => signOp(state, alice, { ...base, ...change });

function supply(state: State): bigint {
  const cells = Array.from({ length: balanceRoom(state.cellBits) }, (_, index) => state.balance(index));
  return cells.filter(({ token }) => token === ZUSD).reduce((sum, { balance }) => sum + balance, 0n);
}

const issued = (state: State) => ledgerOf(state).reduce((sum, [, amount]) => sum + amount, 0n);

describe("zUSD", () => {
  it("is token 1 of chain 0", () => {
    expect([tokenChain(ZUSD), localToken(ZUSD)]).to.deep.equal([0, 1]);
  });

  describe("deposited", () => {
    it("is credited on any chain, and issued to it", () => {
      for (const chain of [1, 2, 3, 63]) {
        const state = zusdState();
        const before = state.issued(chain);
        const request = depositOf(mallory, { chain, token: ZUSD, amount: 9n });
        const { queueOp, payments, zusd } = applyRequest(state, request, NO_CAP);
        expect(queueOp).to.deep.include({ executed: true, covered: true, usedAccount: 3, usedCell: 7 });
        expect(payments).to.deep.equal([]);
        expect(zusd).to.deep.equal([{ chain, change: 9n }]);
        expect(state.balance(7)).to.deep.equal({ balance: 9n, nonce: 0, token: ZUSD, account: 3 });
        expect(state.owner(3)).to.deep.equal({ owner: mallory.address, home: chain, kind: 1 });
        expect(state.issued(chain)).to.equal(before + 9n);
        expect(supply(state)).to.equal(issued(state));
      }
    });

    it("is credited up to the cap, and refunded one unit above", () => {
      // 40 are issued to chain 2.
      for (const [cap, amount, covered] of [
        [50n, 9n, true],
        [50n, 10n, true],
        [50n, 11n, false],
        [40n, 0n, true],
        [40n, 1n, false],
        [39n, 0n, false],
        [0n, 0n, false],
        [2n ** 128n, 2n ** 128n - 41n, true],
        [2n ** 104n - 1n, 2n ** 104n - 41n, true],
        [2n ** 104n - 1n, 2n ** 104n - 40n, false],
      ] as const) {
        const state = zusdState();
        const before = contentOf(state);
        const { queueOp, payments, zusd, words } = applyRequest(state, deposit(amount), capOf(cap));
        const what = `${amount} of cap ${cap}`;
        expect(queueOp, what).to.deep.include({ executed: covered, covered });
        expect((words[0] >> 203n) & 3n).to.equal(covered ? 3n : 0n);
        if (covered) {
          expect([payments, zusd], what).to.deep.equal([[], [{ chain: 2, change: amount }]]);
          expect(state.issued(2)).to.equal(40n + amount);
          expect(state.balance(6).balance).to.equal(40n + amount);
        } else {
          const refund = { chain: 2, token: ZUSD, recipient: bob.address, amount, into: 0, minOut: 0n };
          expect([payments, zusd], what).to.deep.equal([[refund], undefined]);
          expect(contentOf(state)).to.deep.equal(before);
        }
      }
    });

    it("is asked of its chain's cap alone, and without one is refunded", () => {
      const state = zusdState();
      const caps = { cap: (chain: number) => (chain === 2 ? 40n : 10n ** 6n) };
      expect(applyRequest(state, deposit(1n), caps).queueOp).to.deep.include({ executed: false, covered: false });
      expect(applyRequest(state, deposit(1n, { chain: 3 }), caps).queueOp.executed).to.equal(true);
      expect(applyRequest(state, deposit(1n, { chain: 3 })).queueOp).to.deep.include({
        executed: false,
        covered: false,
      });
    });

    it("makes room under the cap again when it leaves", () => {
      const state = zusdState();
      expect(applyRequest(state, deposit(1n), capOf(40n)).queueOp.executed).to.equal(false);
      applySigned(state, withdraw(state, { amount: 1n }), { timestamp: NOW });
      expect(applyRequest(state, deposit(1n), capOf(40n)).queueOp.executed).to.equal(true);
      expect(applyRequest(state, deposit(1n), capOf(40n)).queueOp.executed).to.equal(false);
    });

    it("is refunded when another rule is broken, covered or not, and the ledger stays", () => {
      for (const [cap, covered] of [
        [2n ** 128n, true],
        [0n, false],
      ] as const) {
        const state = zusdState();
        const before = contentOf(state);
        for (const change of [{ account: 4 }, { cell: 2 }, { cell: 5 }, { account: 0 }]) {
          const { queueOp, payments, zusd } = applyRequest(state, deposit(3n, change), capOf(cap));
          expect(queueOp).to.deep.include({ executed: false, covered });
          expect(payments).to.have.length(1);
          expect(zusd).to.equal(undefined);
        }
        state.write(0, encodeCounters(SMALL_BITS, { nextAccount: 3, nextBalance: 16 }));
        expect(applyRequest(state, deposit(3n, { cell: 0 }), capOf(cap)).queueOp.executed).to.equal(false);
        state.write(0, encodeCounters(SMALL_BITS, { nextAccount: 3, nextBalance: 7 }));
        expect(contentOf(state)).to.deep.equal(before);
      }
    });

    it("is refunded when the balance would reach 2^128, though the cap would allow it", () => {
      const state = zusdState();
      state.write(22, encodeBalance(SMALL_BITS, { balance: 2n ** 128n - 5n, nonce: 0, token: ZUSD, account: 2 }));
      expect(applyRequest(state, deposit(5n), capOf(2n ** 130n)).queueOp).to.deep.include({
        executed: false,
        covered: true,
      });
      expect(applyRequest(state, deposit(4n), capOf(2n ** 130n)).queueOp.executed).to.equal(true);
    });

    it("C27: on chain 0, which has no queue, changes and pays nothing", () => {
      const state = zusdState();
      const before = contentOf(state);
      const { queueOp, payments, zusd } = applyRequest(state, deposit(5n, { chain: 0 }), NO_CAP);
      expect(queueOp).to.deep.include({ executed: false, covered: true });
      expect([payments, zusd]).to.deep.equal([[], undefined]);
      expect(contentOf(state)).to.deep.equal(before);
    });
  });

  describe("withdrawn", () => {
    it("leaves for any chain to which it is issued, and names what to redeem into", () => {
      for (const [chain, asset] of [
        [1, 0],
        [2, 1],
        [2, 1023],
      ]) {
        const state = zusdState();
        const before = state.issued(chain);
        const { payments, words, zusd } = applySigned(state, withdraw(state, { chain, asset }), { timestamp: NOW });
        expect(payments).to.deep.equal([
          { chain, token: ZUSD, recipient: mallory.address, amount: 30n, into: asset, minOut: 0n },
        ]);
        expect(zusd).to.deep.equal([{ chain, change: -30n }]);
        expect(state.balance(5)).to.deep.include({ balance: 70n, nonce: 1 });
        expect(state.issued(chain)).to.equal(before - 30n);
        expect(supply(state)).to.equal(issued(state));
        const op = 0x80n + BigInt(chain);
        const recipient = BigInt(mallory.address) << 83n;
        expect(words).to.deep.equal([op | (5n << 8n) | (30n << 31n) | recipient | (BigInt(asset) << 243n)]);
      }
    });

    it("is at most what is issued to the chain, and at most the balance", () => {
      const state = zusdState();
      const rule = "exceeds the zUSD issued to chain 2 (41 > 40)";
      expectRefused(state, withdraw(state, { amount: 41n }), "amount", rule);
      expectRefused(state, withdraw(state, { amount: 1n, chain: 3 }), "amount", "issued to chain 3 (1 > 0)");
      applySigned(state, withdraw(state, { amount: 0n, chain: 3 }), { timestamp: NOW });
      applySigned(state, withdraw(state, { amount: 40n }), { timestamp: NOW });
      expect(ledgerOf(state)).to.deep.equal([[1, 100n]]);
      expectRefused(state, withdraw(state, { amount: 61n, chain: 1 }), "amount", "balance of cell 5 (61 > 60)");
      applySigned(state, withdraw(state, { amount: 60n, chain: 1 }), { timestamp: NOW });
      expect(ledgerOf(state)).to.deep.equal([[1, 40n]]);
    });

    it("C25: refuses the signature with another chain, asset or recipient", () => {
      const state = zusdState();
      const op = withdraw(state);
      for (const change of [{ chain: 1 }, { asset: 1 }, { recipient: bob.address }, { amount: 29n }])
        expectRefused(state, { ...op, ...change }, "signature", "is not one by account 1");
      // A signature for a token of the chain is none for zUSD, nor the other way round.
      expectRefused(state, { ...op, isZusd: false }, "signature", "is not one by account 1");
    });

    it("is of a cell of zUSD, and such a cell withdraws nothing else", () => {
      const state = zusdState();
      for (const op of ["Withdraw", "WithdrawExact"] as const) {
        const make = (change: Partial<Withdraw>) =>
          signOp(state, alice, { ...base, ...change, op, ...(op === "WithdrawExact" && { minOut: 0n }) } as Withdraw);
        const rule = `is set, but the token of cell 1 is ${TOKEN_A}`;
        expectRefused(state, make({ from: 1, chain: 1, asset: 1 }), "isZusd", rule);
        for (const [chain, asset] of [
          [1, 1],
          [2, 0],
        ]) {
          const other = make({ isZusd: false, chain, asset });
          expectRefused(state, other, "chain", `is ${chain}, but the token of cell 5 is on chain 0`);
        }
      }
    });

    it("cannot leave for chain 0 or beyond 63", () => {
      const state = zusdState();
      for (const chain of [0, 64, -1, 1.5])
        expectRefused(state, { ...withdraw(state), chain }, "chain", `must be in 1..63, got ${chain}`);
    });
  });

  describe("in the ledger", () => {
    it("is as much as in the balance cells, whatever happens", () => {
      const chain = fc.constantFrom(1, 2, 3);
      const amount = fc.bigInt({ min: 0n, max: 60n });
      const step = fc.oneof(
        fc.record({ kind: fc.constant("deposit" as const), chain, amount }),
        fc.record({ kind: fc.constant("withdraw" as const), chain, amount }),
        fc.record({ kind: fc.constant("exit" as const), chain, amount }),
      );
      const caps = { cap: (of: number) => BigInt(of) * 100n };
      fc.assert(
        fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
          const state = zusdState();
          for (const { kind, chain: at, amount: units } of steps) {
            if (kind === "deposit") applyRequest(state, deposit(units, { chain: at }), caps);
            if (kind === "exit") {
              applyRequest(state, exitOf(bob, { chain: 1, account: 2, cell: 6, token: ZUSD, payer: at }));
            }
            if (kind === "withdraw") {
              const op = withdraw(state, { chain: at, amount: units });
              const fits = units <= state.issued(at) && units <= state.balance(5).balance;
              if (fits) applySigned(state, op, { timestamp: NOW });
              else expectRefused(state, op, "amount", /^exceeds/);
            }
            expect(issued(state)).to.equal(supply(state));
            for (const [of, sum] of ledgerOf(state)) expect(sum <= caps.cap(of)).to.equal(true);
          }
        }),
        { numRuns: 15 },
      );
    });

    it("does not move with other tokens", () => {
      const state = smallState();
      applyRequest(state, depositOf(bob, { chain: 1, token: TOKEN_A, amount: 5n, account: 2, cell: 2 }));
      const own = { ...base, isZusd: false, from: 1, chain: 1, asset: 1 };
      expect(applySigned(state, signOp(state, alice, own), { timestamp: NOW }).zusd).to.equal(undefined);
      applyRequest(state, exitOf(bob, { chain: 1, account: 2, cell: 2, token: TOKEN_A, payer: 1 }));
      expect(ledgerOf(state)).to.deep.equal([]);
    });
  });
});
