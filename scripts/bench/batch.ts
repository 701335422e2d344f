/** Full batches of any size, as inputs of their circuits. */
import { tokenId, type Size } from "../../protocol/spec";
import { State } from "../../protocol/state";
import { buildBatch, type CircuitInput } from "../../protocol/witness";
import { proverInput } from "../../test/fixtures/statements";
import { depositOf, signOp, user } from "../../test/fixtures/users";

/** A deposit in every queue slot and a transfer in every signed slot. */
export function fullBatch(size: Size): CircuitInput {
  const holder = user("bench");
  const state = State.genesis(1n, size.cellBits);
  const deposit = { chain: 1, token: tokenId(1, 1), amount: 10n ** 12n };
  const opening = Array.from({ length: 2 }, (_, i) =>
    depositOf(holder, i === 0 ? deposit : { ...deposit, account: 1 }),
  );
  buildBatch(state, { size, number: 1, timestamp: 1, requests: opening, ops: [] });
  const before = state.clone();
  const requests = Array.from({ length: size.queueOps }, () => depositOf(holder, deposit));
  const ops = Array.from({ length: size.signedOps }, (_, i) => {
    const amount = 1_000n + BigInt(i);
    return signOp(before, holder, { op: "Transfer", fee: 0n, from: 1, amount, to: 2, account: 1 }, { nonceAhead: i });
  });
  const trace = buildBatch(state, { size, number: 2, timestamp: 2, requests, ops });
  if (trace.report.rejected.length > 0) throw trace.report.rejected[0].error;
  return proverInput(before, trace);
}
