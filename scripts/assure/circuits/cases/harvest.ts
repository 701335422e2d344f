import type { Value } from "../circom/value";
import type { Base, Inputs, Model } from "../model";
import type { Target } from "./target";
import { REFUSED } from "./whole";

/** A template as a large circuit uses it. */
export interface HarvestedTarget extends Omit<Target, "valid" | "invalid"> {
  /** Inputs of its components, without repetitions. */
  inputs: Inputs[];
}

/**
 * Targets for the templates that a large circuit is made of: with the inputs that their components have in its witnesses. Which of them the
 * constraints of the component alone accept is found out later.
 * @param files by template: where it is, below `circuits/`
 */
export function harvest(model: Model, bases: readonly Base[], files: ReadonlyMap<string, string>): HarvestedTarget[] {
  const targets = new Map<string, { target: HarvestedTarget; seen: Set<string> }>();
  for (const { name, template, parameters } of model.trace.components) {
    const file = files.get(template);
    if (file === undefined) continue;
    const call = `${template}(${parameters.map(format).join(", ")})`;
    const entry = targets.get(call) ?? { target: { template, file, call, inputs: [...(REFUSED[template] ?? [])] }, seen: new Set() };
    targets.set(call, entry);
    for (const base of bases) {
      const inputs = model.inputsOf(name, base);
      const key = [...inputs.values()].join();
      if (!entry.seen.has(key)) entry.target.inputs.push(Object.fromEntries(inputs));
      entry.seen.add(key);
    }
  }
  return [...targets.values()].map(({ target }) => target);
}

function format(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(format).join(", ")}]`;
  if (typeof value !== "bigint") throw new Error("a parameter depends on a signal");
  return value.toString();
}
