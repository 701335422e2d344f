import type { Authorisation } from "../state";

/**
 * Base point B8 of Baby Jubjub's subgroup (EIP-2494): its x stands in slots that need no signature, where the circuit
 * still computes with a key.
 */
export const BASE8 = {
  x: 5299619240641551281634865583518297030282874472190772894086521144482721001553n,
  y: 16950150798460657717958625567821834550301663161624707787222815936182638968203n,
} as const;

/** What stands in the slot of a Noop or OpenTo. */
export const NO_SIGNATURE: Authorisation = {
  expiry: 0,
  signature: { keyX: BASE8.x, r8x: 0n, r8y: 1n, s: 0n },
};
