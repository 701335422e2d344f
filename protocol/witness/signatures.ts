import { BASE8 } from "../crypto/babyjubjub";
import type { Authorisation } from "../state";

/**
 * What stands in the slot of a Noop or OpenTo. The circuit computes with a key there too, so it needs a point on the
 * curve: the x of circomlib's Base8.
 */
export const NO_SIGNATURE: Authorisation = {
  expiry: 0,
  signature: { keyX: BASE8.x, r8x: 0n, r8y: 1n, s: 0n },
};
