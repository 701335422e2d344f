import { expect } from "chai";
import { FIELD_ORDER, PaymentWord, ZUSD, packAmount, unpack } from "../../../protocol/spec";
import { encodeQueueOp, encodeRequest, type Payment, type QueueOp, type Request } from "../../../protocol/state";
import {
  ZERO_HASH,
  batchHash,
  challengeOf,
  domainOf,
  keccakWords,
  openingChallenge,
  outboxHash,
  paymentWord,
  queueHead,
  queueHeads,
  requestHash,
  wordsEval,
  type ChallengeFields,
} from "../../../protocol/witness";
import { TOKEN_A, alice, bob } from "../../fixtures/states";
import { depositOf, exitOf, routeOf, setKeyOf } from "../../fixtures/users";

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

  describe("hash of a request what the requester chose, and nothing that the batch fills in:", () => {
    const outcomes = [
      { executed: true },
      { executed: false },
      { covered: false },
      { usedAccount: 3, usedCell: 4 },
      { executed: true, covered: false, usedAccount: 7, usedCell: 15 },
    ];
    const deposit = request;
    const setKey = setKeyOf(alice, { chain: 1, account: 1 });
    const exit = exitOf(alice, { chain: 1, account: 1, cell: 2, token: ZUSD, payer: 1 });
    const route = routeOf(alice, { chain: 1, payer: 2, amount: 5n, into: 1, minOut: 4n });
    const common = [{ chain: 2 }, { owner: bob.address }];
    const ofAccount = [...common, { account: 3 }];
    const changes: [Request, object[]][] = [
      [deposit, [...ofAccount, { token: 1 }, { amount: 6n }, { cell: 1 }, { key: 1n }]],
      [setKey, [...ofAccount, { key: 1n }, { key: 0n }]],
      [exit, [...ofAccount, { cell: 3 }, { token: TOKEN_A }, { payer: 2 }, { recipient: bob.address }]],
      [
        route,
        [
          ...[...common, { token: TOKEN_A }, { amount: 6n }, { payer: 1 }, { deadline: 0 }],
          ...[{ recipient: bob.address }, { into: 2 }, { minOut: 5n }],
        ],
      ],
    ];
    for (const [base, others] of changes) {
      it(base.op, () => {
        const expected = requestHash(encodeRequest(base));
        for (const outcome of outcomes) {
          const filled = { executed: true, covered: true, usedAccount: 0, usedCell: 0, ...outcome };
          // The amount of an exit is proven, that of a deposit asked for.
          for (const amount of base.op === "FullExit" ? [0n, 1n, 2n ** 128n - 1n] : [undefined]) {
            const op = { ...base, ...filled, ...(amount !== undefined && { amount }) } as QueueOp;
            expect(requestHash(encodeQueueOp(op))).to.equal(expected);
          }
        }
        const hashes = others.map((change) => requestHash(encodeRequest({ ...base, ...change })));
        expect(new Set([expected, ...hashes]).size).to.equal(others.length + 1);
      });
    }

    it("and none is another's", () => {
      const fields = { chain: 1, account: 1, owner: alice.address };
      const five = `0x${"00".repeat(19)}05`;
      const hashes = [
        encodeRequest(depositOf(alice, { ...fields, token: 0, amount: 0n, key: 5n })),
        encodeRequest({ op: "SetKey", ...fields, key: 5n }),
        encodeRequest(exitOf(alice, { ...fields, cell: 0, token: 0, payer: 0, recipient: five })),
        encodeRequest(routeOf(alice, { chain: 1, token: 0, payer: 0, amount: 0n, deadline: 0, recipient: five })),
      ].map(requestHash);
      expect(new Set(hashes).size).to.equal(4);
    });

    it("three words, and no fewer", () => {
      expect(() => requestHash([1n])).to.throw("a request has 3 words, got 1");
      expect(() => requestHash([1n, 2n, 3n, 4n])).to.throw("a request has 3 words, got 4");
    });
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
    const payments = [1n, 2n, 3n].map((amount): Payment => ({
      chain: 1,
      token: TOKEN_A,
      recipient: bob.address,
      amount,
      into: 0,
      minOut: 0n,
    }));
    const rest = outboxHash(payments.slice(1));
    expect(outboxHash(payments)).to.equal(keccakWords(paymentWord(payments[0]), 1n, rest));
    expect(outboxHash([])).to.equal(ZERO_HASH);
  });

  it("tell payments apart by every field but the chain, whose outbox it is", () => {
    const payment: Payment = {
      chain: 1,
      token: ZUSD,
      recipient: bob.address,
      amount: 5n,
      into: 3,
      minOut: packAmount(7n),
    };
    const changes: Partial<Payment>[] = [
      {},
      { token: TOKEN_A },
      { recipient: alice.address },
      { amount: 6n },
      { into: 4 },
      { into: 0 },
      { minOut: 8n },
      { minOut: 0n },
      // The same least amount, packed otherwise.
      { minOut: 2n ** 40n - 1n },
    ];
    const hashes = changes.map((change) => outboxHash([{ ...payment, ...change }]));
    expect(new Set(hashes).size).to.equal(changes.length);
    expect(outboxHash([{ ...payment, chain: 2 }])).to.equal(hashes[0]);
    expect(unpack(PaymentWord, paymentWord(payment))).to.deep.equal({
      recipient: BigInt(bob.address),
      token: 1n,
      into: 3n,
      minOut: 7n,
    });
    for (const [wrong, message] of [
      [{ token: 2 ** 16 }, "PaymentWord.token must be below 2^16"],
      [{ into: 1024 }, "PaymentWord.into must be below 2^10"],
      [{ minOut: 2n ** 40n }, "PaymentWord.minOut must be below 2^40"],
      [{ recipient: "bob" }, "Payment.recipient must be an address, got bob"],
    ] as const)
      expect(() => paymentWord({ ...payment, ...wrong })).to.throw(message);
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

  it("R1: chain batches by circuit, parent, commitment and words, the first of which has the number", () => {
    const fields = {
      domain: 1n,
      circuitId: hash("01"),
      previousHash: hash("02"),
      commitment: point(1n),
      words: [1n, 5n],
    };
    const changes = [
      {},
      { domain: 2n },
      { circuitId: hash("03") },
      { previousHash: hash("04") },
      { commitment: point(2n) },
      { words: [2n, 5n] },
      { words: [1n, 6n] },
      { words: [1n] },
    ];
    const hashes = changes.map((change) => batchHash({ ...fields, ...change }));
    expect(new Set(hashes).size).to.equal(changes.length);
  });
});
