import { expect } from "chai";
import { OpError, applyRequest, applySigned } from "../../../../protocol/state";
import type { QueueTerms, Request, SignedOp, State, Terms } from "../../../../protocol/state";
import { contentOf } from "../../../fixtures/states";

export const NOW = 1_000_000;

/** Expects that the op is refused for this field and rule, and that the state is as before. */
export function expectRefused(
  state: State,
  op: SignedOp,
  field: string,
  rule: string | RegExp,
  terms: Partial<Terms> = {},
): void {
  const before = contentOf(state);
  let error: unknown;
  try {
    applySigned(state, op, { timestamp: NOW, ...terms });
  } catch (caught) {
    error = caught;
  }
  expect(error, "the op must be refused").to.be.instanceOf(OpError);
  const refusal = error as OpError;
  expect(refusal.op).to.equal(op.op);
  expect(refusal.field, refusal.message).to.equal(field);
  if (rule instanceof RegExp) expect(refusal.rule).to.match(rule);
  else expect(refusal.rule).to.include(rule);
  expect(contentOf(state)).to.deep.equal(before);
}

/** Expects that a request throws with this message, and that the state is as before. */
export function expectThrows(state: State, request: Request, message: string, terms: QueueTerms = {}): void {
  const before = contentOf(state);
  expect(() => applyRequest(state, request, terms)).to.throw(message);
  expect(contentOf(state)).to.deep.equal(before);
}

/** Expects that a request changes and pays nothing, but makes accesses to these cells. */
export function expectNothing(state: State, request: Request, cells: number[], terms: QueueTerms = {}): void {
  const before = contentOf(state);
  const { queueOp, payments, accesses, zusd } = applyRequest(state, request, terms);
  expect(queueOp).to.deep.include({ executed: false, covered: true });
  expect(payments).to.deep.equal([]);
  expect(zusd).to.equal(undefined);
  expect(contentOf(state)).to.deep.equal(before);
  expect(accesses.map(({ cell }) => cell)).to.deep.equal(cells);
  for (const { value, written } of accesses) expect(written).to.equal(value);
}

/** What every signed op refuses, whatever it does. `make` signs an op that would be executed by account 1 from cell 1. */
export function refusesWithoutAuthority(make: (state: State) => SignedOp, initial: () => State): void {
  it("refuses to pay from a cell that nobody owns", () => {
    const state = initial();
    for (const from of [0, 9])
      expectRefused(state, { ...make(state), from }, "from", `is balance cell ${from}, which nobody owns`);
  });

  it("C22: refuses a paying cell outside the vector", () => {
    const state = initial();
    for (const from of [16, -1, 1.5])
      expectRefused(state, { ...make(state), from }, "from", "must be an integer below 16");
  });

  it("C20: refuses to spend from an account without a key", () => {
    const state = initial();
    const op = make(state);
    state.write(2, 0n);
    expectRefused(state, op, "from", "belongs to account 1, which has no key");
  });

  it("C20: refuses keys that anyone can sign for, and keys off the curve", () => {
    const state = initial();
    const op = make(state);
    const minusOne = 21888242871839275222246405745257275088548364400416034343698204186575808495616n;
    for (const [ay, ax] of [
      [1n, 0n],
      [minusOne, 0n],
      [op.signature.keyX, op.signature.keyX],
    ]) {
      state.write(2, ay);
      expectRefused(
        state,
        { ...op, signature: { ...op.signature, keyX: ax } },
        "signature.keyX",
        "does not fit account 1",
      );
    }
  });

  it("executes until the expiry, and refuses after it", () => {
    const state = initial();
    const op = make(state);
    const timestamp = op.expiry + 1;
    expectRefused(state, op, "expiry", `is ${op.expiry}, before the batch's timestamp ${timestamp}`, { timestamp });
    applySigned(state, op, { timestamp: op.expiry });
  });

  it("refuses an expiry that does not fit", () => {
    const state = initial();
    expectRefused(state, { ...make(state), expiry: 2 ** 40 }, "expiry", "must be an integer below 1099511627776");
  });

  it("C9: refuses the same op twice", () => {
    const state = initial();
    const op = make(state);
    applySigned(state, op, { timestamp: NOW });
    expectRefused(state, op, "signature", "with nonce 1");
  });

  it("C9: refuses to sign with the last nonce", () => {
    const state = initial();
    const nonce = (value: bigint) =>
      state.write(17, (state.read(17) & ~(((1n << 40n) - 1n) << 128n)) | (value << 128n));
    nonce(2n ** 40n - 1n);
    expectRefused(state, make(state), "from.nonce", "must be an integer below 1099511627776");
    nonce(2n ** 40n - 2n);
    applySigned(state, make(state), { timestamp: NOW });
    expect(state.balance(1).nonce).to.equal(2 ** 40 - 1);
  });

  it("C14: refuses each part of the signature changed", () => {
    const state = initial();
    const op = make(state);
    const l = 2736030358979909402780800718157159386076813972158567259200215660948447373041n;
    for (const change of [{ s: op.signature.s + l }, { s: 0n }, { r8x: 0n, r8y: 1n }, { r8x: op.signature.r8x + 1n }]) {
      expectRefused(
        state,
        { ...op, signature: { ...op.signature, ...change } },
        "signature",
        "is not one by account 1",
      );
    }
  });

  it("C25: refuses the signature with another expiry or fee, or in another deployment", () => {
    const state = initial();
    const op = make(state);
    expectRefused(state, { ...op, expiry: op.expiry - 1 }, "signature", "is not one by account 1");
    expectRefused(state, { ...op, fee: op.fee + 1n }, "signature", "is not one by account 1");
    state.write(1, state.domain + 1n);
    expectRefused(state, op, "signature", "is not one by account 1");
  });

  it("refuses a fee that does not pack", () => {
    const state = initial();
    const rule = "129 is not exact in a packed fee; the nearest below is 120";
    expectRefused(state, { ...make(state), fee: 129n }, "fee", rule);
    expectRefused(state, { ...make(state), fee: -1n }, "fee", "must be in [0, 2^128), got -1");
  });

  it("refuses when the paying cell's token is of a suspended chain, and no other is", () => {
    const state = initial();
    const op = make(state);
    const rule = "is 1, which is suspended";
    expectRefused(state, op, "from.token.chain", rule, { suspended: 1n << 1n });
    expectRefused(state, op, "from.token.chain", rule, { suspended: 2n ** 64n - 2n });
    applySigned(state, op, { timestamp: NOW, suspended: 2n ** 64n - 4n });
  });
}
