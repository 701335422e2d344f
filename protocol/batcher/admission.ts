import { applyDeposit, applySigned, OpError, type DepositRequest, type SignedOp, type State } from "../state";

/**
 * Where the state will be when all known requests and all pooled ops are in batches: what new ops are measured against. The batcher takes
 * requests first, so an op may spend a deposit that no batch has credited yet.
 */
export class Outlook {
  private constructor(
    readonly state: State,
    private readonly timestamp: number,
  ) {}

  /**
   * @param requests known and not consumed
   * @param ops pooled, oldest first
   * @param timestamp of the next batch
   * @returns the outlook, and the ops that cannot be executed any more, which it leaves out
   */
  static of(state: State, requests: readonly DepositRequest[], ops: readonly SignedOp[], timestamp: number) {
    const outlook = new Outlook(state.clone(), timestamp);
    for (const request of requests) applyDeposit(outlook.state, request);
    const refused: { op: SignedOp; error: OpError }[] = [];
    for (const op of ops) {
      try {
        outlook.add(op);
      } catch (error) {
        refused.push({ op, error: asOpError(op, error) });
      }
    }
    return { outlook, refused };
  }

  /** Throws `OpError` when the op cannot be executed after all that is known. */
  add(op: SignedOp): void {
    applySigned(this.state, op, { timestamp: this.timestamp });
  }
}

/** Errors of ranges and layouts, which name their field too, as the op's. */
export function asOpError(op: SignedOp, error: unknown): OpError {
  if (error instanceof OpError) return error;
  return new OpError(op.op, "op", `is malformed: ${error instanceof Error ? error.message : String(error)}`);
}
