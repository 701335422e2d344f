/**
 * States and honest batches for the circuit's tests, made by the reference. Dishonest ones are in `forgery.ts`.
 */
import * as F from "../../../protocol/crypto/field";
import { getDomain } from "../../../protocol/crypto/domain";
import { ZUSD, balanceCell, tokenId, type Size } from "../../../protocol/spec";
import {
  State,
  encodeBalance,
  type Balance,
  type FullExitRequest,
  type Open,
  type Request,
  type SetKeyRequest,
  type SignedOp,
  type Terms,
  type Transfer,
  type Withdraw,
  type WithdrawExact,
} from "../../../protocol/state";
import {
  PUBLIC_INPUTS,
  buildBatch,
  circuitInput,
  type BatchTrace,
  type CircuitInput,
  type TracedAccess,
} from "../../../protocol/witness";
import { circuit, type CircuitTester } from "../../fixtures/circom";
import { depositOf, routeOf, signOp, user, type User } from "../../fixtures/users";

/** The smallest size with every kind of slot: 16 accounts, 32 balance cells. */
export const SMALL: Size = { name: "small", cellBits: 6, queueOps: 1, signedOps: 2, gatePower: 15 };

export const DOMAIN = 0xca05e3a7n;
export const NOW = 1_800_000_000;

/** Any challenge outside the domain of roots of unity will do: the circuit does not know where it comes from. */
export const CHALLENGE = 0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdefn % F.R;

export const GOLD = tokenId(1, 1);
export const SILVER = tokenId(2, 3);

export function batchCircuit({ cellBits, queueOps, signedOps }: Size = SMALL): Promise<CircuitTester> {
  return circuit("batch/batch.circom", "Batch", [cellBits, queueOps, signedOps], { publics: PUBLIC_INPUTS });
}

// States --------------------------------------------------------------------------------------------------------------

interface World {
  state: State;
  alice: User;
  bob: User;
  carol: User;
}

/**
 * A state after batch 1: alice (account and cell 1), bob (2) and carol (3, without a key) hold 1,000,000 GOLD each,
 * and alice 5,000 SILVER in cell 4. All are at home on chain 1.
 */
export function world(cellBits = SMALL.cellBits): World {
  return worldOf(cellBits, []);
}

/** Balance cells of the wide world that the plain one has not. */
export const CELLS = { aliceZusd: 5, bobZusd: 6, feesGold: 7, feesZusd: 8, feesSilver: 9, erinSilver: 10 } as const;

/**
 * As `world`, with zUSD from chain 1: alice holds 9,000 in cell 5, bob 1,000 in cell 6; who collects fees (account 4) holds 10 of each token
 * in cells 7 to 9; and erin (account 5), at home on chain 2, 500 SILVER in cell 10.
 */
export function wideWorld(): World & { fees: User; erin: User } {
  const [alice, bob, fees, erin] = ["alice", "bob", "fees", "erin"].map(user);
  const zusd = { chain: 1, token: ZUSD };
  const others = [
    depositOf(alice, { ...zusd, amount: 9_000n, account: 1 }),
    depositOf(bob, { ...zusd, amount: 1_000n, account: 2 }),
    depositOf(fees, { chain: 1, token: GOLD, amount: 10n }),
    depositOf(fees, { ...zusd, amount: 10n, account: 4 }),
    depositOf(fees, { chain: 2, token: SILVER, amount: 10n, account: 4 }),
    depositOf(erin, { chain: 2, token: SILVER, amount: 500n }),
  ];
  return { ...worldOf(SMALL.cellBits, others), fees, erin };
}

function worldOf(cellBits: number, others: readonly Request[]): World {
  const [alice, bob, carol] = ["alice", "bob", "carol"].map(user);
  const state = State.genesis(DOMAIN, cellBits);
  const requests = [
    depositOf(alice, { chain: 1, token: GOLD, amount: 1_000_000n }),
    depositOf(bob, { chain: 1, token: GOLD, amount: 1_000_000n }),
    depositOf(carol, { chain: 1, token: GOLD, amount: 1_000_000n, key: 0n }),
    depositOf(alice, { chain: 2, token: SILVER, amount: 5_000n, account: 1 }),
    ...others,
  ];
  const size = { ...SMALL, cellBits, queueOps: requests.length, signedOps: 0 };
  buildBatch(state, { size, number: 1, timestamp: NOW - 1, requests, ops: [], cap: CAP });
  return { state, alice, bob, carol };
}

/** Cell of balance cell `index` in the small state. */
export function cellOf(index: number): number {
  return balanceCell(SMALL.cellBits, index);
}

/** Sets fields of a balance cell of the small state. */
export function alter(state: State, index: number, fields: Partial<Balance>): void {
  state.write(cellOf(index), encodeBalance(SMALL.cellBits, { ...state.balance(index), ...fields }));
}

// Ops -----------------------------------------------------------------------------------------------------------------

/** GOLD of alice's to bob, unless `fields` say otherwise. */
export function transferOf(fields: Partial<Transfer> = {}): Transfer {
  return { op: "Transfer", from: 1, to: 2, account: 2, amount: 1_000n, fee: 0n, ...fields };
}

const OUT = { from: 4, amount: 7n, chain: 2, isZusd: false, asset: 3, fee: 0n } as const;

/** SILVER of alice's to bob's address. */
export function withdrawOf(fields: Partial<Withdraw> = {}): Withdraw {
  return { op: "Withdraw", ...OUT, recipient: user("bob").address, ...fields };
}

/** SILVER of alice's to bob's address. */
export function exactOf(fields: Partial<WithdrawExact> = {}): WithdrawExact {
  return { op: "WithdrawExact", ...OUT, recipient: user("bob").address, minOut: 0n, ...fields };
}

/** What makes a withdrawal one of alice's zUSD in the wide world. */
export const OF_ZUSD = { from: CELLS.aliceZusd, isZusd: true, chain: 1, asset: 0 } as const;

/** A cell of SILVER for carol, which bob pays. `cell` is the counter's value in the plain world. */
export function openOf(fields: Partial<Open> = {}): Open {
  return { op: "Open", from: 2, cell: 5, token: SILVER, account: 3, fee: 0n, ...fields };
}

export function setKeyOf({ address }: User, fields: Partial<SetKeyRequest> = {}): SetKeyRequest {
  return { op: "SetKey", chain: 1, account: 1, owner: address, key: 5n, ...fields };
}

/** Alice's GOLD to bob's address, asked by `address`. */
export function exitOf({ address }: User, fields: Partial<FullExitRequest> = {}): FullExitRequest {
  const named = { chain: 1, account: 1, cell: 1, token: GOLD, payer: 1 };
  return { op: "FullExit", ...named, owner: address, recipient: user("bob").address, ...fields };
}

// Honest batches ------------------------------------------------------------------------------------------------------

/** Room for zUSD of any chain in the batches of tests that do not set a cap. */
const CAP = (): bigint => 1n << 104n;

export interface Content extends Omit<Terms, "timestamp"> {
  requests?: Request[];
  ops?: SignedOp[];
}

/** Batch 2 by the reference; the state stays as it was. Throws when an op is rejected. */
export function batchOf(state: State, content: Content, size = SMALL): BatchTrace {
  const [rejected, trace] = tryBatch(state, content, size);
  if (rejected.length > 0) throw rejected[0];
  return trace;
}

/** The same, with the errors of rejected ops. */
export function tryBatch(state: State, content: Content, size = SMALL): [Error[], BatchTrace] {
  const after = state.clone();
  const fixed = { size, number: state.batch + 1, timestamp: NOW };
  const trace = buildBatch(after, { requests: [], ops: [], cap: CAP, ...content, ...fixed });
  return [trace.report.rejected.map(({ error }) => error), trace];
}

/** The circuit's input for an honest batch from `state`. */
export function honestInput(state: State, trace: BatchTrace, challenge = CHALLENGE): CircuitInput {
  return circuitInput(trace, challenge, evaluationsOf(state, trace.accesses, challenge));
}

/**
 * f(x), q(x) and f'(x), with the accesses' own first and last bits: f is the true state before, q is what makes the
 * reads' equation hold, and f' is what makes the writes' hold.
 */
export function evaluationsOf(
  state: Pick<State, "cellBits" | "nonzero">,
  accesses: readonly TracedAccess[],
  x: bigint,
): Pick<CircuitInput, "oldEval" | "quotientEval" | "newEval"> {
  const domain = getDomain(state.cellBits);
  const firsts = accesses.filter(({ first }) => first);
  const lasts = accesses.filter(({ last }) => last);
  const sum = (values: [number, bigint][]): bigint =>
    values.reduce((total, [cell, value]) => F.add(total, F.mul(value, domain.lagrange(cell, x))), 0n);
  const oldEval = domain.evaluate(state.nonzero(), x);
  const rest = F.sub(oldEval, sum(firsts.map(({ cell, value }) => [cell, value])));
  const zero = domain.vanishingOn(
    firsts.map(({ cell }) => cell),
    x,
  );
  const newEval = F.add(rest, sum(lasts.map(({ cell, written }) => [cell, written])));
  return { oldEval, quotientEval: F.div(rest, zero), newEval };
}

export { depositOf, routeOf, signOp, user };
