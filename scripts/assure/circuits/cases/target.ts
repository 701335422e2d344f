import type { Inputs } from "../model";

/** A template, or a use of it, that is looked at alone. */
export interface Target {
  template: string;
  /** Below `circuits/`. */
  file: string;
  /** The main component: "Range(7)". */
  call: string;
  publics?: readonly string[];
  /** Inputs that the constraints accept: every branch. */
  valid: readonly Inputs[];
  /** Inputs that they refuse. */
  invalid?: readonly Inputs[];
}

/** The text of the main file. */
export function sourceOf({ file, call, publics = [] }: Pick<Target, "file" | "call" | "publics">): string {
  const list = publics.length > 0 ? ` {public [${publics.join(", ")}]}` : "";
  return `pragma circom 2.2.0;\n\ninclude "${file}";\n\ncomponent main${list} = ${call};\n`;
}

/** A target by its template's file and its call. */
export function target(file: string, call: string, valid: readonly Inputs[], invalid?: readonly Inputs[]): Target {
  return { template: call.slice(0, call.indexOf("(")), file, call, valid, invalid };
}
