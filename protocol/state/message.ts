import { poseidon } from "../crypto/poseidon";
import { MESSAGE_TAG, MessageTail } from "../spec";
import { packNumbers } from "./cells";

/** The part of a message that its word does not say. */
export interface MessageTailFields {
  /** Last batch timestamp, unix seconds, at which the op is valid. */
  expiry: number;
  /** Nonce of the paying cell before the op. */
  nonce: number;
  /** Token id of the paying cell. */
  token: number;
}

/**
 * The field element that a signed op's signature is over: Poseidon of the domain, the op's two words and the packed
 * tail. It fixes the deployment, every field of the op, and one single use.
 * @param secondWord the second word of an op of two slots; 0n for the others
 */
export function signedMessage(domain: bigint, word: bigint, secondWord: bigint, tail: MessageTailFields): bigint {
  const { expiry, nonce, token } = tail;
  return poseidon([domain, word, secondWord, packNumbers(MessageTail, { expiry, nonce, token, tag: MESSAGE_TAG })]);
}
