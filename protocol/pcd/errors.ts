/** A refusal, named as the contract's error is; nothing has changed. */
export class Refused extends Error {
  constructor(
    readonly reason: string,
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
