import { batchTargets } from "./batch";
import { libTargets } from "./lib";
import type { Target } from "./target";

export { harvest } from "./harvest";
export { sourceOf, type Target } from "./target";
export { REFUSED, WHOLE, invalidBatches, randomBatches } from "./whole";

/** Templates that are looked at in small; all others as the whole uses them. */
export function smallTargets(): Target[] {
  return [...libTargets(), ...batchTargets()];
}
