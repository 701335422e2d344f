import { expect } from "chai";
import { OpError, type State, applySigned, type SignedOp } from "../../../../protocol/state";
import { cellsOf } from "../../../fixtures/states";

export const NOW = 1_000_000;

/** Expects that the op is refused for this field and rule, and that the state is as before. */
export function expectRefused(state: State, op: SignedOp, field: string, rule: string | RegExp, timestamp = NOW): void {
  const before = cellsOf(state);
  let error: unknown;
  try {
    applySigned(state, op, { timestamp });
  } catch (caught) {
    error = caught;
  }
  expect(error, "the op must be refused").to.be.instanceOf(OpError);
  const refusal = error as OpError;
  expect(refusal.op).to.equal(op.op);
  expect(refusal.field, refusal.message).to.equal(field);
  expect(refusal.rule).to.match(rule instanceof RegExp ? rule : new RegExp(rule.replace(/[()^.+*]/g, "\\$&")));
  expect(cellsOf(state)).to.deep.equal(before);
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
    expectRefused(state, op, "expiry", `is ${op.expiry}, before the batch's timestamp ${op.expiry + 1}`, op.expiry + 1);
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
    const cell = state.read(17) + ((2n ** 40n - 1n) << 128n);
    state.write(17, cell);
    expectRefused(state, make(state), "from.nonce", "must be an integer below 1099511627776");
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

  it("C25: refuses the signature with another expiry, or in another deployment", () => {
    const state = initial();
    const op = make(state);
    expectRefused(state, { ...op, expiry: op.expiry - 1 }, "signature", "is not one by account 1");
    state.write(1, state.domain + 1n);
    expectRefused(state, op, "signature", "is not one by account 1");
  });
}
