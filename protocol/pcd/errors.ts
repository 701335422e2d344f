/** A refusal, named as the contract's error is; nothing has changed. */
export class Refused<Reason extends string = string> extends Error {
  constructor(
    readonly reason: Reason,
    detail = "",
  ) {
    super(detail ? `${reason}: ${detail}` : reason);
    this.name = "Refused";
  }
}

/** @throws Refused unless the condition holds */
export function require(condition: boolean, reason: string, detail?: string): asserts condition {
  if (!condition) throw new Refused(reason, detail);
}
