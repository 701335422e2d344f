import { expect } from "chai";
import { ZUSD, mask, packAmount, tokenId } from "../../../../protocol/spec";
import { applyRequest, type QueueTerms, type RouteRequest, type State } from "../../../../protocol/state";
import { TOKEN_A, TOKEN_B, alice, cellsOf, contentOf, ledgerOf, mallory, zusdState } from "../../../fixtures/states";
import { depositOf, exitOf, routeOf } from "../../../fixtures/users";
import { NOW, expectThrows } from "./behavior";

/** Of the zUSD state: 100 are issued to chain 1, 40 to chain 2. */
const request = (change: Partial<RouteRequest> = {}): RouteRequest =>
  routeOf(alice, { chain: 1, payer: 2, amount: 30n, recipient: mallory.address, deadline: NOW, ...change });

/** In time, and with room for 200 zUSD on each chain. */
const TERMS = { timestamp: NOW, cap: () => 200n };

/** Expects that a route is paid by its destination, and changes the ledger alone. */
function expectPaid(state: State, route: RouteRequest, terms: QueueTerms = TERMS): void {
  const before = cellsOf(state);
  const issued = new Map(ledgerOf(state));
  const { queueOp, payments, zusd } = applyRequest(state, route, terms);
  expect(queueOp).to.deep.equal({ ...route, executed: true, covered: true, usedAccount: 0, usedCell: 0 });
  const { payer, recipient, amount, into, minOut } = route;
  expect(payments).to.deep.equal([{ chain: payer, token: ZUSD, recipient, amount, into, minOut }]);
  expect(zusd).to.deep.equal([
    { chain: route.chain, change: amount },
    { chain: payer, change: -amount },
  ]);
  issued.set(route.chain, (issued.get(route.chain) ?? 0n) + amount);
  issued.set(payer, (issued.get(payer) ?? 0n) - amount);
  expect(new Map(ledgerOf(state))).to.deep.equal(new Map([...issued].filter(([, of]) => of !== 0n)));
  expect(cellsOf(state)).to.deep.equal(before);
}

/** Expects that a route is refunded to its owner where it came in, and changes nothing. */
function expectRefunded(state: State, route: RouteRequest, covered: boolean, terms: QueueTerms = TERMS): void {
  const before = contentOf(state);
  const { queueOp, payments, zusd } = applyRequest(state, route, terms);
  expect(queueOp).to.deep.equal({ ...route, executed: false, covered, usedAccount: 0, usedCell: 0 });
  const { chain, token, amount } = route;
  expect(payments).to.deep.equal([{ chain, token, recipient: alice.address, amount, into: 0, minOut: 0n }]);
  expect(zusd).to.equal(undefined);
  expect(contentOf(state)).to.deep.equal(before);
}

describe("Route", () => {
  it("takes zUSD in on one chain and pays it on another, with what to redeem it into", () => {
    const state = zusdState();
    const minOut = packAmount(29_000n);
    const { accesses, words } = applyRequest(state.clone(), request({ into: 7, minOut }), TERMS);
    expect(accesses.map(({ cell }) => cell)).to.deep.equal([0, 1, 16, 0]);
    for (const { value, written } of accesses) expect(written).to.equal(value);
    const word0 = 0x23n | (1n << 8n) | (BigInt(ZUSD) << 59n) | (30n << 75n) | (3n << 203n);
    const word1 = BigInt(alice.address) | (2n << 160n) | (BigInt(NOW) << 211n);
    expect(words).to.deep.equal([word0, word1, BigInt(mallory.address) | (7n << 160n) | (minOut << 170n)]);

    expectPaid(state, request({ into: 7, minOut }));
    expect(ledgerOf(state)).to.deep.equal([
      [1, 130n],
      [2, 10n],
    ]);
  });

  it("keeps the packing of the least output, though another would be canonical", () => {
    // 10 · 10^1, where packAmount would have 100 · 10^0.
    expectPaid(zusdState(), request({ into: 1, minOut: 10n | (1n << 35n) }));
    expectPaid(zusdState(), request({ into: 1023, minOut: mask(40) }));
  });

  it("may go back, and on to a third chain", () => {
    const state = zusdState();
    expectPaid(state, request());
    expectPaid(state, request({ chain: 2, payer: 1 }));
    // What came in on chain 3 is there to leave again.
    expectPaid(state, request({ chain: 3, payer: 1, amount: 100n }));
    expectPaid(state, request({ chain: 63, payer: 3, amount: 100n }));
    expect(ledgerOf(state)).to.deep.equal([
      [2, 40n],
      [63, 100n],
    ]);
  });

  it("needs no account: it goes on where none and no cell is left", () => {
    const state = zusdState();
    state.write(0, 8n | (16n << 24n));
    expectPaid(state, request());
  });

  it("executes at its deadline, and is refunded a second later", () => {
    for (const deadline of [0, NOW, 2 ** 40 - 1]) {
      expectPaid(zusdState(), request({ deadline }), { ...TERMS, timestamp: deadline });
      if (deadline < 2 ** 40 - 1)
        expectRefunded(zusdState(), request({ deadline }), true, { ...TERMS, timestamp: deadline + 1 });
    }
    expectRefunded(zusdState(), request({ deadline: 0 }), true);
  });

  it("is covered up to exactly the source's cap", () => {
    for (const [cap, amount, covered] of [
      [130n, 30n, true],
      [130n, 31n, false],
      [101n, 1n, true],
      [100n, 1n, false],
      [100n, 0n, true],
      [0n, 0n, false],
    ] as const) {
      const terms = { timestamp: NOW, cap: (chain: number) => (chain === 1 ? cap : 0n) };
      if (covered) expectPaid(zusdState(), request({ amount }), terms);
      else expectRefunded(zusdState(), request({ amount }), false, terms);
    }
  });

  it("is covered up to exactly what is issued to the destination", () => {
    expectPaid(zusdState(), request({ amount: 40n }));
    expectRefunded(zusdState(), request({ amount: 41n }), false);
    expectRefunded(zusdState(), request({ payer: 3, amount: 1n }), false);
    expectPaid(zusdState(), request({ payer: 3, amount: 0n }));
  });

  it("from a chain to itself leaves the ledger as it is, but asks for the room", () => {
    for (const [amount, covered] of [
      [100n, true],
      [1n, true],
      [101n, false],
    ] as const) {
      const state = zusdState();
      const before = ledgerOf(state);
      if (covered) expectPaid(state, request({ payer: 1, amount }));
      else expectRefunded(state, request({ payer: 1, amount }), false);
      expect(ledgerOf(state)).to.deep.equal(before);
    }
    // Where nothing is issued, what comes in is what goes out.
    expectPaid(zusdState(), request({ chain: 3, payer: 3, amount: 200n }));
  });

  it("is refunded with the ledger's answer, whatever else is wrong", () => {
    expectRefunded(zusdState(), request({ deadline: NOW - 1, amount: 40n }), true);
    expectRefunded(zusdState(), request({ deadline: NOW - 1, amount: 41n }), false);
    expectRefunded(zusdState(), request({ deadline: NOW - 1, amount: 200n }), false);
  });

  it("C24: is refunded when the destination is suspended, and waits when the source is", () => {
    expectRefunded(zusdState(), request(), true, { ...TERMS, suspended: 1n << 2n });
    expectPaid(zusdState(), request(), { ...TERMS, suspended: 2n ** 64n - 1n - 7n });
    for (const payer of [1, 2]) {
      const message = "Route.chain is 1, which is suspended";
      expectThrows(zusdState(), request({ payer }), message, { ...TERMS, suspended: 1n << 1n });
    }
  });

  it("counts with the ops before it, in their order", () => {
    const state = zusdState();
    expectRefunded(state, request({ amount: 41n }), false);
    applyRequest(state, depositOf(mallory, { chain: 2, token: ZUSD, amount: 1n }), TERMS);
    expectPaid(state, request({ amount: 41n }));
    // Nothing is left for an exit there.
    const exit = exitOf(alice, { chain: 1, account: 1, cell: 5, token: ZUSD, payer: 2 });
    expect(applyRequest(state, exit, TERMS).queueOp).to.deep.include({ executed: true, covered: false, amount: 0n });
  });

  describe("of what a vault never queues", () => {
    it("a token that is not zUSD is given back by its own chain, and by no other", () => {
      for (const token of [TOKEN_A, tokenId(1, 1023), 1 << 10])
        expectRefunded(zusdState(), request({ token, amount: 1000n }), true);
      for (const token of [TOKEN_B, 0, 2]) {
        const state = zusdState();
        const before = contentOf(state);
        const { queueOp, payments } = applyRequest(state, request({ token }), TERMS);
        expect(queueOp).to.deep.include({ executed: false, covered: true });
        expect(payments).to.deep.equal([]);
        expect(contentOf(state)).to.deep.equal(before);
      }
    });

    it("no chain that pays is a refund, and no chain that asks is nothing", () => {
      expectRefunded(zusdState(), request({ payer: 0 }), false);
      expectRefunded(zusdState(), request({ payer: 0, amount: 0n }), true);
      for (const payer of [0, 2]) {
        const { queueOp, payments } = applyRequest(zusdState(), request({ chain: 0, payer }), TERMS);
        expect(queueOp.executed).to.equal(false);
        expect(payments).to.deep.equal([]);
      }
    });

    it("any amount of 128 bits", () => {
      const amount = mask(128);
      expectRefunded(zusdState(), request({ amount }), false);
      expectPaid(zusdState(), request({ chain: 3, payer: 3, amount }), { ...TERMS, cap: () => amount });
    });

    it("throws where it fits no words, and leaves the state as it was", () => {
      const state = zusdState();
      for (const [change, message] of [
        [{ chain: 64 }, "RouteWord0.chain must be below 2^6, got 64"],
        [{ token: 2 ** 16 }, "RouteWord0.token must be below 2^16, got 65536"],
        [{ amount: 1n << 128n }, "RouteWord0.amount must be below 2^128"],
        [{ payer: 64 }, "RouteWord1.payer must be below 2^6, got 64"],
        [{ deadline: 2 ** 40 }, "RouteWord1.deadline must be below 2^40"],
        [{ into: 1024 }, "RouteWord2.into must be below 2^10, got 1024"],
        [{ minOut: 1n << 40n }, "RouteWord2.minOut must be below 2^40"],
        [{ owner: "alice" }, "Route.owner must be an address, got alice"],
        [{ recipient: "0x12", deadline: 0 }, "Route.recipient must be an address, got 0x12"],
      ] as const) {
        const terms = { timestamp: NOW, cap: () => 1n << 200n };
        expectThrows(state, request(change), message, terms);
      }
    });
  });
});
