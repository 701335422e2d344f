import type { G1Point } from "../crypto/curve";
import * as spec from "../spec";
import {
  describeWord,
  encodeBalance,
  encodeCounters,
  encodeHeader,
  encodeOwner,
  encodeQueueOp,
  encodeSigned,
  packNumbers,
  signedMessage,
  type Deposit,
  type FullExit,
  type Open,
  type Payment,
  type Route,
  type SetKey,
  type Transfer,
  type Withdraw,
  type WithdrawExact,
} from "../state";
import { digestElements, digestOf, type Committed } from "./digest";
import {
  ZERO_HASH,
  batchHash,
  challengeOf,
  domainOf,
  genesisHash,
  openingChallenge,
  outboxHash,
  paymentWord,
  queueHead,
  requestHash,
  wordsHash,
} from "./hashes";

/** An example of the protocol document, and a golden vector for the suites of all languages. */
export interface Example {
  name: string;
  /** Layout of the number, or what else it is: "field", "bytes32", "domain". */
  layout: string;
  /** What it is made of, by name: numbers in decimal, addresses and hashes in hex, lists. */
  fields: Record<string, string | string[]>;
  /** The number in hex, 32 bytes. */
  hex: string;
  readsAs: string;
}

const ALICE = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const PRIMARY_CHAIN = 1;
const CELL_BITS = spec.SIZES.test.cellBits;
const SALT = hex32(0x5a17n);
const CIRCUIT_ID = hex32(0xc12c017n);

// Points of the curve y² = x³ + 3: multiples 1, 2 and 3 of the generator.
const COMMITMENTS: { old: G1Point; new: G1Point; quotient: G1Point } = {
  old: { x: 1n, y: 2n },
  new: {
    x: 1368015179489954701390400359078579693043519447331113978918064868415326638035n,
    y: 9918110051302171585080402603319702774565515993150576347155970296011118125764n,
  },
  quotient: {
    x: 3353031288059533942658390886683067124040920775575537747144343083137631628272n,
    y: 19321533766552368860946552437480515441416830039777911637913418824951667761761n,
  },
};

const deposit: Deposit = {
  op: "Deposit",
  chain: 1,
  token: spec.tokenId(1, 1),
  amount: 1_500_000_000_000_000_000n,
  account: 0,
  cell: 0,
  owner: ALICE,
  key: 1234567890123456789012345678901234567890n,
  executed: true,
  covered: true,
  usedAccount: 1,
  usedCell: 1,
};
const setKey: SetKey = {
  op: "SetKey",
  chain: 1,
  account: 1,
  owner: ALICE,
  key: 9876543210987654321098765432109876543210n,
  executed: true,
  covered: true,
  usedAccount: 1,
  usedCell: 0,
};
const fullExit: FullExit = {
  op: "FullExit",
  chain: 1,
  account: 1,
  cell: 4,
  token: spec.ZUSD,
  payer: 2,
  owner: ALICE,
  recipient: ALICE,
  executed: true,
  covered: false,
  usedAccount: 1,
  usedCell: 4,
  amount: 40_000_000_000_000_000_000n,
};
const route: Route = {
  op: "Route",
  chain: 1,
  token: spec.ZUSD,
  amount: 250_000_000_000_000_000_000n,
  payer: 2,
  owner: ALICE,
  deadline: 1_767_229_200,
  recipient: ALICE,
  into: 3,
  minOut: spec.packAmount(249_500_000n),
  executed: true,
  covered: true,
  usedAccount: 0,
  usedCell: 0,
};
const transfer: Transfer = {
  op: "Transfer",
  from: 1,
  to: 2,
  account: 2,
  amount: 250_000_000_000_000_000n,
  fee: 1_200_000_000_000_000n,
};
const withdraw: Withdraw = {
  op: "Withdraw",
  from: 2,
  amount: 12_345_678n,
  recipient: ALICE,
  chain: 2,
  isZusd: false,
  asset: 3,
  fee: 50n,
};
const withdrawExact: WithdrawExact = {
  op: "WithdrawExact",
  from: 4,
  amount: 1_234_567_890_123_456_789n,
  recipient: ALICE,
  chain: 2,
  isZusd: true,
  asset: 3,
  minOut: 1_234_000n,
  fee: 0n,
};
const open: Open = { op: "Open", from: 1, cell: 3, token: spec.tokenId(2, 3), account: 1, fee: 0n };
const tail = { expiry: 1_800_000_000, nonce: 7, token: spec.tokenId(1, 1) };
const header = { number: 1, timestamp: 1_767_225_600, suspended: 1n << 3n, feeCells: [5, 6, 0, 0] };
const payments: Payment[] = [
  { chain: PRIMARY_CHAIN, token: spec.tokenId(PRIMARY_CHAIN, 2), recipient: ALICE, amount: 5n, into: 0, minOut: 0n },
  { chain: PRIMARY_CHAIN, token: spec.ZUSD, recipient: ALICE, amount: 6n, into: 2, minOut: spec.packAmount(5n) },
];

/** Every example, computed by the reference implementation. */
export function examples(): Example[] {
  return [...layoutExamples(), ...hashExamples()];
}

function layoutExamples(): Example[] {
  const [deposit0, deposit1] = encodeQueueOp(deposit);
  const [setKey0, setKey1] = encodeQueueOp(setKey);
  const [fullExit0, fullExit1] = encodeQueueOp(fullExit);
  const [route0, route1, route2] = encodeQueueOp(route);
  const [exactFirst, exactSecond] = encodeSigned(withdrawExact);
  const [openWord, openToWord] = encodeSigned(open);
  const counters = encodeCounters(CELL_BITS, { nextAccount: 3, nextBalance: 4 });
  const owner = encodeOwner({ owner: ALICE, home: 1, kind: spec.Kind.User });
  const balance = encodeBalance(CELL_BITS, {
    balance: 5n * 10n ** 18n,
    nonce: 7,
    token: spec.tokenId(1, 1),
    account: 1,
  });
  return [
    packed("counters", spec.CountersCell, counters),
    packed("owner", spec.OwnerCell, owner),
    packed("balance", spec.BalanceCell, balance),
    packed("header", spec.HeaderWord, encodeHeader(header)),
    packed("deposit", spec.DepositWord0, deposit0),
    packed("deposit, second word", spec.DepositWord1, deposit1),
    packed("setKey", spec.SetKeyWord0, setKey0),
    packed("setKey, second word", spec.SetKeyWord1, setKey1),
    packed("fullExit", spec.FullExitWord0, fullExit0),
    packed("fullExit, second word", spec.FullExitWord1, fullExit1),
    packed("route", spec.RouteWord0, route0),
    packed("route, second word", spec.RouteWord1, route1),
    packed("route, third word", spec.RouteWord2, route2),
    packed("transfer", spec.TransferWord, encodeSigned(transfer)[0]),
    packed("withdraw", spec.WithdrawWord, encodeSigned(withdraw)[0]),
    packed("withdrawExact", spec.WithdrawWord, exactFirst),
    packed("withdrawExact, second word", spec.ExactWord, exactSecond),
    packed("open", spec.OpenWord, openWord),
    packed("open, second word", spec.OpenToWord, openToWord),
    packed("message tail", spec.MessageTail, packNumbers(spec.MessageTail, { ...tail, tag: spec.MESSAGE_TAG })),
    packed("payment", spec.PaymentWord, paymentWord(payments[1])),
  ];
}

function hashExamples(): Example[] {
  const domain = domainOf(1n, SALT);
  const requestWords = encodeQueueOp(deposit);
  const request = requestHash(requestWords);
  const [transferWord] = encodeSigned(transfer);
  const message = signedMessage(domain, transferWord, 0n, tail);
  const words = [encodeHeader(header), ...requestWords, transferWord];
  const committed = smallBatch(words);
  const digest = digestOf(committed);
  const previousHash = genesisHash(domain, COMMITMENTS.old);
  const batch = { domain, circuitId: CIRCUIT_ID, previousHash, commitment: COMMITMENTS.new, words };
  const challenge = challengeOf({ domain, circuitId: CIRCUIT_ID, number: 1, commitments: COMMITMENTS, digest, words });
  const evaluations = { oldEval: 11n, quotientEval: 22n, newEval: 33n };
  const common = { domain: hex32(domain), circuitId: CIRCUIT_ID, number: "1", words: words.map(hex32) };
  return [
    {
      name: "domain",
      layout: "domain",
      fields: { primaryChainId: "1", salt: SALT },
      hex: hex32(domain),
      readsAs: `domain of the deployment whose primary chain has EVM chain id 1, with salt ${SALT}`,
    },
    {
      name: "message",
      layout: "field",
      fields: {
        domain: hex32(domain),
        word: hex32(transferWord),
        secondWord: hex32(0n),
        expiry: String(tail.expiry),
        nonce: String(tail.nonce),
        token: String(tail.token),
      },
      hex: hex32(message),
      readsAs: "what the holder of the paying cell signs for the transfer above",
    },
    {
      name: "requestHash",
      layout: "bytes32",
      fields: { words: requestWords.map(hex32) },
      hex: request,
      readsAs: "hash of the deposit above as the vault queued it, before a batch filled in its outcome",
    },
    {
      name: "exitHash",
      layout: "bytes32",
      fields: { words: encodeQueueOp(fullExit).map(hex32) },
      hex: requestHash(encodeQueueOp(fullExit)),
      readsAs: "hash of the exit above as the vault queued it: without the amount",
    },
    {
      name: "routeHash",
      layout: "bytes32",
      fields: { words: encodeQueueOp(route).map(hex32) },
      hex: requestHash(encodeQueueOp(route)),
      readsAs: "hash of the route above as the vault queued it: without its flags",
    },
    {
      name: "queueHead",
      layout: "bytes32",
      fields: { head: ZERO_HASH, requestHash: request },
      hex: queueHead(ZERO_HASH, request),
      readsAs: "head of a queue that holds this request alone",
    },
    {
      name: "outboxHash",
      layout: "bytes32",
      fields: {
        word: payments.map((payment) => hex32(paymentWord(payment))),
        amount: payments.map((payment) => String(payment.amount)),
      },
      hex: outboxHash(payments),
      readsAs: "outbox of two payments: 5 units of token 2 of chain 1, then 6 units of zUSD",
    },
    {
      name: "digest",
      layout: "field",
      fields: { elements: digestElements(committed).map(hex32) },
      hex: hex32(digest),
      readsAs: "digest of a small list of words, accesses and sorted cells",
    },
    {
      name: "challenge",
      layout: "field",
      fields: { ...common, digest: hex32(digest), ...points() },
      hex: hex32(challenge),
      readsAs: "challenge x of a batch with these words, commitments and this digest",
    },
    {
      name: "openingChallenge",
      layout: "field",
      fields: { challenge: hex32(challenge), oldEval: "11", quotientEval: "22", newEval: "33", ...points() },
      hex: hex32(openingChallenge(challenge, evaluations, COMMITMENTS)),
      readsAs: "challenge v that merges the three openings at x",
    },
    {
      name: "genesisHash",
      layout: "bytes32",
      fields: { domain: hex32(domain), commitment: pointHex(COMMITMENTS.old) },
      hex: previousHash,
      readsAs: "hash that batch 1 follows",
    },
    {
      name: "batchHash",
      layout: "bytes32",
      fields: { ...common, previousHash, commitment: pointHex(COMMITMENTS.new), wordsHash: wordsHash(words) },
      hex: batchHash(batch),
      readsAs: "hash of batch 1, which follows genesis",
    },
  ];
}

/** Two accesses to one cell and one to another: each packed part of the digest is used. */
function smallBatch(words: readonly bigint[]): Committed {
  return {
    words,
    accesses: [
      { cell: 1, value: 7n, previous: 0, first: true, last: true },
      { cell: 5, value: 8n, previous: 0, first: true, last: false },
      { cell: 5, value: 9n, previous: 2, first: false, last: true },
    ],
    sorted: [1, 5, 2 ** CELL_BITS + 3],
  };
}

function packed(name: string, layout: spec.Layout, word: bigint): Example {
  const fields = Object.fromEntries(
    Object.entries(spec.unpack(layout, word)).map(([field, value]) => [field, value.toString()]),
  );
  return { name, layout: layout.name, fields, hex: hex32(word), readsAs: describeWord(layout, word) };
}

function points(): Record<string, string[]> {
  return {
    oldCommitment: pointHex(COMMITMENTS.old),
    newCommitment: pointHex(COMMITMENTS.new),
    quotientCommitment: pointHex(COMMITMENTS.quotient),
  };
}

function pointHex({ x, y }: G1Point): string[] {
  return [hex32(x), hex32(y)];
}

function hex32(value: bigint): string {
  return `0x${value.toString(16).padStart(64, "0")}`;
}
