import { keccak256, toBeHex } from "ethers";
import type { G1Point } from "../crypto/curve";
import * as F from "../crypto/field";
import {
  ADDRESS_BITS,
  BATCH_TAG,
  CHALLENGE_TAG,
  DEPOSIT_REQUEST_BITS,
  DOMAIN_TAG,
  OPENING_TAG,
  Op,
  PaymentWord,
  REQUEST_BITS_0,
  REQUEST_1_MASK,
  mask,
} from "../spec";
import { encodeRequest, fromAddress, opCode, packNumbers, type Payment, type Request } from "../state";

/** The hashes that contracts compute too: keccak256 over 32-byte words, most significant byte first. */

/** 32 bytes in hex. */
export type Bytes32 = string;

export const ZERO_HASH: Bytes32 = toBeHex(0n, 32);

/** Version of the protocol in the domain. */
const PROTOCOL_VERSION = 1n;

/** keccak256 of 32-byte words, given as numbers below 2^256 or as 32 bytes in hex. */
export function keccakWords(...words: readonly (bigint | Bytes32)[]): Bytes32 {
  return keccak256(`0x${words.map(wordHex).join("")}`);
}

function wordHex(word: bigint | Bytes32): string {
  if (typeof word === "bigint") return toBeHex(word, 32).slice(2);
  if (!/^0x[0-9a-fA-F]{64}$/.test(word)) throw new TypeError(`a hashed word must be 32 bytes in hex, got ${word}`);
  return word.slice(2);
}

/**
 * The domain of a deployment: 160 bits that every batch reads and every signature is over.
 * @param primaryChainId EVM chain id of the primary chain
 * @param salt tells deployments apart that have one primary chain
 */
export function domainOf(primaryChainId: bigint, salt: Bytes32): bigint {
  return BigInt(keccakWords(DOMAIN_TAG, PROTOCOL_VERSION, primaryChainId, salt)) & mask(ADDRESS_BITS);
}

// Request queue -----------------------------------------------------------------------------------------------------

/** Hash of what the requester chose; the batch's own bits in the three words are left out. */
export function requestHash(words: readonly bigint[]): Bytes32 {
  if (words.length !== 3) throw new RangeError(`a request has 3 words, got ${words.length}`);
  const [word0, word1, last] = words;
  const op = opCode(word0);
  const bits = op === Op.Deposit || op === Op.Route ? DEPOSIT_REQUEST_BITS : REQUEST_BITS_0;
  return keccakWords(word0 & mask(bits), word1 & REQUEST_1_MASK, last);
}

/** Head of a request queue after `request`; an empty queue's head is `ZERO_HASH`. */
export function queueHead(head: Bytes32, request: Bytes32): Bytes32 {
  return keccakWords(head, request);
}

/** Heads after each of the requests that follow `head`. */
export function queueHeads(head: Bytes32, requests: readonly Request[]): Bytes32[] {
  return requests.map((request) => (head = queueHead(head, requestHash(encodeRequest(request)))));
}

// Outbox ------------------------------------------------------------------------------------------------------------

/** Hash of a chain's payments of one batch, folded from the last to the first so that a prefix can be paid. */
export function outboxHash(payments: readonly Payment[]): Bytes32 {
  return payments.reduceRight((rest, payment) => keccakWords(paymentWord(payment), payment.amount, rest), ZERO_HASH);
}

/** Everything of a payment but its amount, in one word. */
export function paymentWord({ token, recipient, into, minOut }: Payment): bigint {
  return packNumbers(PaymentWord, { recipient: fromAddress("Payment.recipient", recipient), token, into, minOut });
}

// Batches -----------------------------------------------------------------------------------------------------------

/** keccak256 of a batch's words. */
export function wordsHash(words: readonly bigint[]): Bytes32 {
  return keccakWords(...words);
}

export interface BatchHashFields {
  domain: bigint;
  circuitId: Bytes32;
  /** Hash of the batch before. */
  previousHash: Bytes32;
  /** State commitment after the batch. */
  commitment: G1Point;
  words: readonly bigint[];
}

/** The first word, which holds number and timestamp, stands in it beside the hash of all: an acknowledgement shows it without them. */
export function batchHash({ domain, circuitId, previousHash, commitment, words }: BatchHashFields): Bytes32 {
  const { x, y } = commitment;
  const header = words[0] ?? 0n;
  return keccakWords(BATCH_TAG, domain, circuitId, header, previousHash, x, y, wordsHash(words));
}

/** The hash that the first batch follows. */
export function genesisHash(domain: bigint, commitment: G1Point): Bytes32 {
  return batchHash({ domain, circuitId: ZERO_HASH, previousHash: ZERO_HASH, commitment, words: [] });
}

/** Commitments of a batch: to the state before, to the quotient of its reads, and to the state after. */
export interface BatchCommitments {
  old: G1Point;
  quotient: G1Point;
  new: G1Point;
}

export interface ChallengeFields {
  domain: bigint;
  circuitId: Bytes32;
  number: number;
  commitments: BatchCommitments;
  digest: bigint;
  words: readonly bigint[];
}

/** The challenge x: it depends on everything that the prover commits to before. */
export function challengeOf({ domain, circuitId, number, commitments, digest, words }: ChallengeFields): bigint {
  const points = [commitments.old, commitments.new, commitments.quotient].flatMap(({ x, y }) => [x, y]);
  return F.mod(BigInt(keccakWords(CHALLENGE_TAG, domain, circuitId, BigInt(number), ...points, digest, ...words)));
}

/** Σ words_k·x^k. */
export function wordsEval(words: readonly bigint[], x: bigint): bigint {
  return words.reduceRight((sum, word) => F.add(F.mul(sum, x), word), 0n);
}

/** Values at the challenge of the old state, the quotient and the new state. */
export interface Evaluations {
  oldEval: bigint;
  quotientEval: bigint;
  newEval: bigint;
}

/** The challenge v that merges the three openings into one. */
export function openingChallenge(x: bigint, evaluations: Evaluations, commitments: BatchCommitments): bigint {
  const { oldEval, quotientEval, newEval } = evaluations;
  const points = [commitments.old, commitments.quotient, commitments.new].flatMap((point) => [point.x, point.y]);
  return F.mod(BigInt(keccakWords(OPENING_TAG, x, oldEval, quotientEval, newEval, ...points)));
}
