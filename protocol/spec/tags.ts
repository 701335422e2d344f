/** Domain separation tags: ASCII text, read as a big-endian number below 2^248. */
function tag(text: string): bigint {
  return BigInt("0x" + Buffer.from(text, "ascii").toString("hex"));
}

/** Capacity of the digest's sponge before the first element. */
export const DIGEST_TAG = tag("causeway.digest");
/** First word under the challenge's keccak. */
export const CHALLENGE_TAG = tag("causeway.challenge");
/** First word under the keccak that merges the three KZG openings. */
export const OPENING_TAG = tag("causeway.opening");
/** First word under a batch hash. */
export const BATCH_TAG = tag("causeway.batch");
/** In every signed message; 64 bits. */
export const MESSAGE_TAG = tag("causeway");
/** First word under the domain's keccak. */
export const DOMAIN_TAG = tag("causeway.domain");

/** Second inputs of Poseidon(challenge, ·) for the two challenges of the memory check. */
export const BETA_TAG = 1n;
export const GAMMA_TAG = 2n;
