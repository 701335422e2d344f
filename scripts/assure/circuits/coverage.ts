import type { Base, Model } from "./model";

/** Templates whose bits are digits of numbers: they say nothing about branches. */
const DIGITS = new Set(["Range", "ToBits", "SignedDigits4", "SignedDigits8", "UnpackAmount", "AtMost", "OmegaPower"]);

/** Which bits of a circuit have been 0, and which 1: witnesses that add nothing to this take no new branch. */
export class Coverage {
  /** Values so far, by variable: undefined before the first, "both" when there is nothing to add. */
  private readonly seen: (bigint | "both")[] = [];
  private readonly variables: readonly number[];

  constructor({ variables }: Model) {
    this.variables = [...variables.keys()].filter((i) => !DIGITS.has(variables[i].signal.template));
  }

  /** Takes a witness into account. @returns whether a bit had a value that it never had, or the witness is the first */
  add({ values }: Base): boolean {
    const isFirst = this.seen.length === 0;
    let isNew = isFirst;
    for (const variable of this.variables) {
      const before = this.seen[variable];
      const value = values[variable];
      if (before === "both") continue;
      if (value > 1n) this.seen[variable] = "both";
      else if (before === undefined) this.seen[variable] = value;
      else if (before !== value) {
        this.seen[variable] = "both";
        isNew = true;
      }
    }
    return isNew;
  }
}
