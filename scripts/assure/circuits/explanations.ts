import fs from "node:fs";
import path from "node:path";

/** What looks for problems: changed witnesses, deleted constraints, circom's own inspection, and circomspect. */
export type Check = "mutation" | "deletion" | "inspect" | "circomspect";

/** Something found that is no problem, and why. */
export interface Explanation {
  check: Check;
  /** Regular expression for the whole name of the template whose source has it. */
  template: string;
  /** Regular expression for the whole of the signals' names as they are shown. */
  signals: string;
  reason: string;
}

const FILE = path.join(__dirname, "explained.json");

/** What is known to be no problem, and which of it was found. */
export class Explanations {
  private readonly times = new Map<Explanation, number>();

  constructor(private readonly entries: readonly Explanation[]) {}

  /** The committed ones. */
  static read(): Explanations {
    return new Explanations(JSON.parse(fs.readFileSync(FILE, "utf8")) as Explanation[]);
  }

  /** Why something found is no problem; undefined where nobody has said. */
  reasonFor(check: Check, template: string, signals: string): string | undefined {
    const found = this.entries.find(
      (entry) => entry.check === check && matches(entry.template, template) && matches(entry.signals, signals),
    );
    if (found) this.times.set(found, (this.times.get(found) ?? 0) + 1);
    return found?.reason;
  }

  /** Explanations of what was found, and how often they were asked for. */
  used(): [Explanation, times: number][] {
    return this.entries.flatMap((entry) => {
      const times = this.times.get(entry);
      return times === undefined ? [] : [[entry, times] as [Explanation, number]];
    });
  }

  /** Explanations of what was not found. */
  unused(): Explanation[] {
    return this.entries.filter((entry) => !this.times.has(entry));
  }
}

function matches(pattern: string, text: string): boolean {
  return new RegExp(`^(?:${pattern})$`).test(text);
}
