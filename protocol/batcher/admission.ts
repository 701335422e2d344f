import { applyRequest, applySigned, OpError, type Request, type SignedOp, type State, type Terms } from "../state";

/**
 * Where the state will be when all known requests and all pooled ops are in batches: what new ops are measured against. The batcher takes
 * requests first, so an op may spend a deposit that no batch has credited yet.
 */
export class Outlook {
  private constructor(
    readonly state: State,
    private readonly terms: Terms,
  ) {}

  /**
   * @param requests known and not consumed
   * @param ops pooled, oldest first
   * @param terms of the next batch
   * @returns the outlook, and the ops that cannot be executed any more, which it leaves out
   */
  static of(state: State, requests: readonly Request[], ops: readonly SignedOp[], terms: Terms) {
    const outlook = new Outlook(state.clone(), terms);
    for (const request of requests) applyRequest(outlook.state, request, terms);
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
    applySigned(this.state, op, this.terms);
  }
}

/** Errors of ranges and layouts, which name their field too, as the op's. */
export function asOpError(op: SignedOp, error: unknown): OpError {
  if (error instanceof OpError) return error;
  return new OpError(op.op, "op", `is malformed: ${error instanceof Error ? error.message : String(error)}`);
}
