import type { G1Point } from "../crypto/curve";
import type { SparseValues } from "../crypto/domain";
import * as F from "../crypto/field";
import * as kzg from "../crypto/kzg";
import type { State } from "./state";

/** A cell that a batch accessed, changed or not. */
export interface Touched {
  index: number;
  /** Value before the batch. */
  old: bigint;
  /** Value after the batch. */
  new: bigint;
}

/** The quotient of a batch's reads: commitment, and values on the domain. */
export interface Quotient {
  commitment: G1Point;
  values: SparseValues;
}

/** Values of the old state, the quotient and the new state at one point, and the one witness that opens all three. */
export interface BatchOpenings {
  oldEval: bigint;
  quotientEval: bigint;
  newEval: bigint;
  opening: G1Point;
}

/**
 * KZG commitments to states: f with f(ω^i) = cell_i, committed as Σ cell_i·[L_i(τ)]₁. Committing costs the nonzero
 * cells, an update the touched ones; an opening is a sum over the whole domain.
 */
export class StateCommitment {
  /** @param basis Lagrange points of the domain of 2^cellBits roots */
  constructor(readonly basis: kzg.LagrangeBasis) {}

  /** The commitment to the whole state, from nothing. */
  async commit(state: State): Promise<G1Point> {
    this.assertSize(state);
    return kzg.commit(this.basis, state.nonzero());
  }

  /** The commitment after the touched cells changed. */
  async update(commitment: G1Point, touched: readonly Touched[]): Promise<G1Point> {
    const differences = touched.map(({ index, old, new: after }) => [index, F.sub(after, old)] as const);
    return kzg.update(this.basis, commitment, differences);
  }

  /**
   * The quotient of a batch's reads.
   * @param state the state after the batch
   */
  async quotient(state: State, touched: readonly Touched[]): Promise<Quotient> {
    this.assertSize(state);
    const indices = touched.map(({ index }) => index);
    return kzg.quotient(this.basis, valuesBefore(state, touched), indices);
  }

  /**
   * Opens old state, quotient and new state at x.
   * @param state the state after the batch
   * @param challenge v from the three values: a hash that also covers x and the three commitments
   */
  async openAt(
    state: State,
    touched: readonly Touched[],
    quotient: Quotient,
    x: bigint,
    challenge: (values: Omit<BatchOpenings, "opening">) => bigint,
  ): Promise<BatchOpenings> {
    this.assertSize(state);
    const polynomials = [valuesBefore(state, touched), quotient.values, state.nonzero()];
    const named = ([oldEval, quotientEval, newEval]: readonly bigint[]) => ({ oldEval, quotientEval, newEval });
    const { values, witness } = await kzg.openBatch(this.basis, polynomials, x, (values) => challenge(named(values)));
    return { ...named(values), opening: witness };
  }

  /** Opens one cell: what an owner shows to leave without the operator. */
  async openCell(state: State, index: number): Promise<kzg.Opening> {
    this.assertSize(state);
    return kzg.openCell(this.basis, state.nonzero(), index);
  }

  private assertSize({ cellBits }: State): void {
    if (cellBits !== this.basis.power) {
      throw new RangeError(`the SRS is for 2^${this.basis.power} cells, the state has 2^${cellBits}`);
    }
  }
}

/** The nonzero cells before a batch, from the state after it. */
export function valuesBefore(state: State, touched: readonly Touched[]): Map<number, bigint> {
  const values = new Map(state.nonzero());
  for (const { index, old } of touched) {
    if (old === 0n) values.delete(index);
    else values.set(index, old);
  }
  return values;
}
