import { expect } from "chai";
import { FIELD_ORDER } from "../../../protocol/spec";
import { encodeQueueOp, encodeRequest, type Deposit } from "../../../protocol/state";
import {
  ZERO_HASH,
  batchHash,
  challengeOf,
  domainOf,
  keccakWords,
  openingChallenge,
  outboxHash,
  queueHead,
  queueHeads,
  requestHash,
  wordsEval,
  type ChallengeFields,
} from "../../../protocol/witness";
import { TOKEN_A, alice, bob } from "../../fixtures/states";
import { depositOf } from "../../fixtures/users";

const hash = (byte: string): string => `0x${byte.repeat(32)}`;
const point = (n: bigint) => ({ x: n, y: n + 100n });

describe("hashes", () => {
  const request = depositOf(alice, { chain: 1, token: TOKEN_A, amount: 5n });

  it("hash 32-byte words, and refuse anything else", () => {
    expect(() => keccakWords(-1n)).to.throw();
    expect(() => keccakWords(1n << 256n)).to.throw();
    for (const text of ["0x12", hash("ab").slice(2), `${hash("ab")}00`]) {
      expect(() => keccakWords(text)).to.throw("a hashed word must be 32 bytes in hex");
    }
  });

  it("C15: give each deployment its own domain", () => {
    const domains = [domainOf(1n, hash("00")), domainOf(2n, hash("00")), domainOf(1n, hash("01"))];
    expect(new Set(domains).size).to.equal(3);
    for (const domain of domains) expect(domain < 1n << 160n).to.equal(true);
  });

  it("hash of a request what the requester chose, and nothing that the batch fills in", () => {
    const filled: Deposit = { ...request, op: "Deposit", executed: true, usedAccount: 3, usedCell: 4 };
    const base = requestHash(encodeRequest(request));
    expect(requestHash(encodeQueueOp(filled))).to.equal(base);
    for (const change of [
      { chain: 2 },
      { token: 1 },
      { amount: 6n },
      { account: 1 },
      { cell: 1 },
      { owner: bob.address },
      { key: 1n },
    ]) {
      expect(requestHash(encodeRequest({ ...request, ...change })), JSON.stringify(Object.keys(change))).not.to.equal(
        base,
      );
    }
    expect(() => requestHash([1n])).to.throw("a request has 3 words, got 1");
  });

  it("chain the heads of a queue", () => {
    const other = { ...request, amount: 6n };
    const heads = queueHeads(ZERO_HASH, [request, other]);
    expect(heads[0]).to.equal(queueHead(ZERO_HASH, requestHash(encodeRequest(request))));
    expect(heads[1]).to.equal(queueHead(heads[0], requestHash(encodeRequest(other))));
    expect(queueHeads(heads[0], [other])).to.deep.equal([heads[1]]);
    expect(queueHeads(ZERO_HASH, [other, request])[1]).not.to.equal(heads[1]);
  });

  it("fold an outbox so that a paid prefix leaves the rest's hash", () => {
    const payments = [1n, 2n, 3n].map((amount) => ({ chain: 1, token: 1, recipient: bob.address, amount }));
    const rest = outboxHash(payments.slice(1));
    expect(outboxHash(payments)).to.equal(keccakWords(1n, BigInt(bob.address), 1n, rest));
    expect(outboxHash([])).to.equal(ZERO_HASH);
  });

  it("evaluate the words as a polynomial", () => {
    expect(wordsEval([3n, 4n, 5n], 10n)).to.equal(543n);
    expect(wordsEval([], 10n)).to.equal(0n);
    expect(wordsEval([FIELD_ORDER - 1n, 1n], 1n)).to.equal(0n);
  });

  it("C12: give another challenge for each thing that the prover commits to", () => {
    const fields: ChallengeFields = {
      domain: 1n,
      circuitId: hash("01"),
      number: 1,
      commitments: { old: point(1n), quotient: point(2n), new: point(3n) },
      digest: 4n,
      words: [5n, 6n],
    };
    const { commitments } = fields;
    const changed: Partial<ChallengeFields>[] = [
      {},
      { domain: 2n },
      { circuitId: hash("02") },
      { number: 2 },
      { commitments: { ...commitments, old: point(9n) } },
      { commitments: { ...commitments, new: point(9n) } },
      { commitments: { ...commitments, quotient: point(9n) } },
      { digest: 5n },
      { words: [5n, 7n] },
      { words: [5n, 6n, 0n] },
    ];
    const challenges = changed.map((change) => challengeOf({ ...fields, ...change }));
    expect(new Set(challenges).size).to.equal(changed.length);
    for (const x of challenges) expect(x < FIELD_ORDER).to.equal(true);

    const evaluations = { oldEval: 1n, quotientEval: 2n, newEval: 3n };
    const openings = [
      openingChallenge(7n, evaluations, commitments),
      openingChallenge(8n, evaluations, commitments),
      openingChallenge(7n, { ...evaluations, oldEval: 9n }, commitments),
      openingChallenge(7n, { ...evaluations, quotientEval: 9n }, commitments),
      openingChallenge(7n, { ...evaluations, newEval: 9n }, commitments),
      ...(["old", "quotient", "new"] as const).map((name) =>
        openingChallenge(7n, evaluations, { ...commitments, [name]: point(9n) }),
      ),
    ];
    expect(new Set(openings).size).to.equal(openings.length);
  });

  it("R1: chain batches by number, circuit, parent, commitment and words", () => {
    const fields = {
      domain: 1n,
      circuitId: hash("01"),
      number: 1,
      previousHash: hash("02"),
      commitment: point(1n),
      words: [1n],
    };
    const changes = [
      {},
      { domain: 2n },
      { circuitId: hash("03") },
      { number: 2 },
      { previousHash: hash("04") },
      { commitment: point(2n) },
      { words: [2n] },
    ];
    const hashes = changes.map((change) => batchHash({ ...fields, ...change }));
    expect(new Set(hashes).size).to.equal(changes.length);
  });
});
