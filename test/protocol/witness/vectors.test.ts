import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { AbiCoder, concat, keccak256, toBeHex, toUtf8Bytes } from "ethers";
import { poseidon4 } from "poseidon-lite";
import { assertG1, G1_GENERATOR, mulG1 } from "../../../protocol/crypto/curve";
import { permute } from "../../../protocol/crypto/poseidon";
import * as spec from "../../../protocol/spec";
import { decodeHeader, decodeQueueOp, decodeSigned, describeWord } from "../../../protocol/state";
import { examples, type Example } from "../../../protocol/witness";

const file = join(__dirname, "..", "..", "vectors", "protocol.json");
const vectors = JSON.parse(readFileSync(file, "utf8")) as Example[];

const layouts: Record<string, spec.Layout> = Object.fromEntries(
  [
    spec.CountersCell,
    spec.OwnerCell,
    spec.BalanceCell,
    spec.HeaderWord,
    spec.DepositWord0,
    spec.DepositWord1,
    spec.SetKeyWord0,
    spec.SetKeyWord1,
    spec.FullExitWord0,
    spec.FullExitWord1,
    spec.RouteWord0,
    spec.RouteWord1,
    spec.RouteWord2,
    spec.TransferWord,
    spec.WithdrawWord,
    spec.ExactWord,
    spec.OpenWord,
    spec.OpenToWord,
    spec.MessageTail,
    spec.PaymentWord,
  ].map((layout) => [layout.name, layout]),
);

function vector(name: string): Example {
  const found = vectors.find((example) => example.name === name);
  if (!found) throw new Error(`test/vectors/protocol.json has no example called ${name}`);
  return found;
}

function one(name: string, field: string): string {
  return vector(name).fields[field] as string;
}

function list(name: string, field: string): string[] {
  return vector(name).fields[field] as string[];
}

/** keccak256 of 32-byte words, through ethers' ABI coder: another path than `keccakWords`. */
function keccakOf(...words: (string | bigint)[]): string {
  const types = words.map(() => "uint256");
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, words));
}

function ascii(text: string): bigint {
  return BigInt(`0x${Buffer.from(toUtf8Bytes(text)).toString("hex")}`);
}

function inField(hash: string): string {
  return toBeHex(BigInt(hash) % spec.FIELD_ORDER, 32);
}

describe("golden vectors", () => {
  it("are what the reference computes", () => {
    expect(examples()).to.deep.equal(vectors);
  });

  it("have an example of every layout", () => {
    const all = Object.values(spec).filter((of): of is spec.Layout => typeof of === "object" && "fields" in of);
    expect(Object.keys(layouts).sort()).to.deep.equal(all.map(({ name }) => name).sort());
    expect(Object.keys(layouts).filter((name) => !vectors.some(({ layout }) => layout === name))).to.deep.equal([]);
    const others = ["domain", "field", "bytes32"];
    expect(vectors.filter(({ layout }) => !(layout in layouts) && !others.includes(layout))).to.deep.equal([]);
  });

  it("hold ops that decode to what they are made of", () => {
    const hex = (...names: string[]) => names.map((name) => BigInt(vector(name).hex));
    const bits = spec.SIZES.test.cellBits;
    const exit = list("exitHash", "words").map(BigInt);
    expect(hex("fullExit", "fullExit, second word")).to.deep.equal(exit.slice(0, 2));
    const owner = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    expect(decodeQueueOp(bits, exit)).to.deep.equal({
      op: "FullExit",
      chain: 1,
      account: 1,
      owner,
      cell: 4,
      token: 1,
      payer: 2,
      recipient: owner,
      executed: true,
      covered: false,
      usedAccount: 1,
      usedCell: 4,
      amount: 40n * 10n ** 18n,
    });
    expect(decodeQueueOp(bits, [...hex("setKey", "setKey, second word"), 5n])).to.deep.include({
      op: "SetKey",
      account: 1,
      owner,
      executed: true,
      covered: true,
      usedAccount: 1,
    });
    const route = list("routeHash", "words").map(BigInt);
    expect(hex("route", "route, second word", "route, third word")).to.deep.equal(route);
    expect(decodeQueueOp(bits, route)).to.deep.equal({
      op: "Route",
      chain: 1,
      owner,
      token: 1,
      amount: 250n * 10n ** 18n,
      payer: 2,
      deadline: 1_767_229_200,
      recipient: owner,
      into: 3,
      minOut: spec.packAmount(249_500_000n),
      executed: true,
      covered: true,
      usedAccount: 0,
      usedCell: 0,
    });
    expect(decodeSigned(bits, hex("withdrawExact", "withdrawExact, second word"))).to.deep.equal({
      op: "WithdrawExact",
      from: 4,
      recipient: owner,
      chain: 2,
      isZusd: true,
      asset: 3,
      fee: 0n,
      amount: 1_234_567_890_123_456_789n,
      minOut: 1_234_000n,
    });
    expect(decodeSigned(bits, hex("transfer"))).to.deep.include({ op: "Transfer", fee: 12n * 10n ** 14n });
    expect(decodeSigned(bits, hex("withdraw"))).to.deep.include({ op: "Withdraw", isZusd: false, fee: 50n });
    expect(decodeHeader(hex("header")[0])).to.deep.include({ suspended: 8n, feeCells: [5, 6, 0, 0] });
  });

  for (const { name, layout, fields, hex, readsAs } of vectors.filter((example) => example.layout in layouts)) {
    it(`packs and describes: ${name}`, () => {
      const of = layouts[layout];
      const values = Object.fromEntries(
        Object.entries(fields).map(([field, value]) => [field, BigInt(value as string)]),
      );
      const sum = of.fields.reduce((total, { name: field, offset }) => total + (values[field] << BigInt(offset)), 0n);
      expect(toBeHex(sum, 32)).to.equal(hex);
      expect(describeWord(of, BigInt(hex))).to.equal(readsAs);
    });
  }

  it("domain: keccak of tag, version, chain and salt, cut to 160 bits", () => {
    const hash = keccakOf(ascii("causeway.domain"), 1n, one("domain", "primaryChainId"), one("domain", "salt"));
    expect(vector("domain").hex).to.equal(toBeHex(BigInt(hash) & ((1n << 160n) - 1n), 32));
  });

  it("message: circomlib's Poseidon of domain, words and tail", () => {
    const { word, secondWord, domain } = vector("message").fields as Record<string, string>;
    expect(one("message", "expiry")).to.equal(vector("message tail").fields.expiry);
    const inputs = [domain, word, secondWord, vector("message tail").hex];
    expect(vector("message").hex).to.equal(toBeHex(poseidon4(inputs), 32));
    expect(word).to.equal(vector("transfer").hex);
  });

  it("requestHash: keccak of the requester's 203 and 166 bits, and the key", () => {
    const [word0, word1, key] = list("requestHash", "words").map(BigInt);
    const masked = [word0 % (1n << 203n), word1 % (1n << 166n), key];
    expect(vector("requestHash").hex).to.equal(keccakOf(...masked));
    expect(toBeHex(word0, 32)).to.equal(vector("deposit").hex);
  });

  it("exitHash: keccak of the requester's 75 and 166 bits, and the recipient", () => {
    const [word0, word1, recipient] = list("exitHash", "words").map(BigInt);
    const masked = [word0 % (1n << 75n), word1 % (1n << 166n), recipient];
    expect(vector("exitHash").hex).to.equal(keccakOf(...masked));
    expect(toBeHex(word0, 32)).to.equal(vector("fullExit").hex);
    expect(toBeHex(word1, 32)).to.equal(vector("fullExit, second word").hex);
    // The amount is proven: the vault does not know it.
    expect(word0 >> 75n).not.to.equal(0n);
  });

  it("routeHash: keccak of the requester's 203 bits, owner, payer and deadline, and the third word", () => {
    const [word0, word1, word2] = list("routeHash", "words").map(BigInt);
    const ownerAndPayer = word1 % (1n << 166n);
    const deadline = (word1 >> 211n) % (1n << 40n);
    expect(deadline).to.equal(1_767_229_200n);
    const masked = [word0 % (1n << 203n), ownerAndPayer + (deadline << 211n), word2];
    expect(vector("routeHash").hex).to.equal(keccakOf(...masked));
  });

  it("queueHead: keccak of the head before and the request", () => {
    const hex = keccak256(concat([one("queueHead", "head"), one("queueHead", "requestHash")]));
    expect(vector("queueHead").hex).to.equal(hex);
  });

  it("outboxHash: keccak of a payment's word, its amount and the rest, from the last payment to the first", () => {
    const [words, amounts] = ["word", "amount"].map((field) => list("outboxHash", field));
    expect([words.length, amounts.length]).to.deep.equal([2, 2]);
    const last = keccakOf(words[1], amounts[1], 0n);
    expect(vector("outboxHash").hex).to.equal(keccakOf(words[0], amounts[0], last));
  });

  it("payment: recipient, token id, what to redeem into and the least to accept, packed in one word of the outbox", () => {
    const { recipient, token, into, minOut } = vector("payment").fields as Record<string, string>;
    const word = BigInt(recipient) | (BigInt(token) << 160n) | (BigInt(into) << 176n) | (BigInt(minOut) << 186n);
    expect(vector("payment").hex).to.equal(toBeHex(word, 32));
    expect(list("outboxHash", "word")[1]).to.equal(vector("payment").hex);
    const first = BigInt(list("outboxHash", "word")[0]);
    expect(first >> 160n).to.equal((1n << 10n) | 2n);
  });

  it("digest: five elements into each permutation, on top of the tag", () => {
    const elements = list("digest", "elements").map(BigInt);
    while (elements.length % 5 !== 0) elements.push(0n);
    let state = ascii("causeway.digest");
    for (let i = 0; i < elements.length; i += 5) state = permute([state, ...elements.slice(i, i + 5)])[0];
    expect(vector("digest").hex).to.equal(toBeHex(state, 32));
  });

  it("digest: words, values, places of 38 bits and sorted numbers of 25 bits", () => {
    const elements = list("digest", "elements").map(BigInt);
    expect(elements.slice(0, 5).map((word) => toBeHex(word, 32))).to.deep.equal(list("batchHash", "words"));
    expect(elements.slice(5, 8)).to.deep.equal([7n, 8n, 9n]);
    const places = [1n | (3n << 36n), 5n | (1n << 36n), 5n | (2n << 24n) | (1n << 37n)];
    expect(elements[8]).to.equal(places[0] | (places[1] << 38n) | (places[2] << 76n));
    expect(elements[9]).to.equal(1n | (5n << 25n) | (65539n << 50n));
    expect(elements).to.have.length(10);
  });

  it("challenge: keccak of everything the prover commits to before, in the field", () => {
    const [domain, circuitId, number, digest] = ["domain", "circuitId", "number", "digest"].map((f) =>
      one("challenge", f),
    );
    const points = ["oldCommitment", "newCommitment", "quotientCommitment"].flatMap((field) =>
      list("challenge", field),
    );
    const words = list("challenge", "words");
    const hash = keccakOf(ascii("causeway.challenge"), domain, circuitId, number, ...points, digest, ...words);
    expect(vector("challenge").hex).to.equal(inField(hash));
    expect(digest).to.equal(vector("digest").hex);
  });

  it("openingChallenge: keccak of the point, the values and the commitments, in the field", () => {
    const scalars = ["challenge", "oldEval", "quotientEval", "newEval"].map((field) => one("openingChallenge", field));
    const points = ["oldCommitment", "quotientCommitment", "newCommitment"];
    const hash = keccakOf(
      ascii("causeway.opening"),
      ...scalars,
      ...points.flatMap((field) => list("openingChallenge", field)),
    );
    expect(vector("openingChallenge").hex).to.equal(inField(hash));
  });

  it("batchHash: keccak that chains the batches, from genesis", () => {
    const domain = one("batchHash", "domain");
    const tag = ascii("causeway.batch");
    const genesis = keccakOf(tag, domain, 0n, 0n, 0n, ...list("genesisHash", "commitment"), keccak256("0x"));
    expect(vector("genesisHash").hex).to.equal(genesis);
    const words = keccak256(concat(list("batchHash", "words")));
    expect(one("batchHash", "wordsHash")).to.equal(words);
    const point = list("batchHash", "commitment");
    const [header] = list("batchHash", "words");
    const hash = keccakOf(tag, domain, one("batchHash", "circuitId"), header, genesis, ...point, words);
    expect(vector("batchHash").hex).to.equal(hash);
  });

  it("use points of the curve", async () => {
    const names = ["oldCommitment", "newCommitment", "quotientCommitment"];
    for (const [i, name] of names.entries()) {
      const [x, y] = list("challenge", name).map(BigInt);
      assertG1(name, { x, y });
      expect(await mulG1(G1_GENERATOR, BigInt(i + 1))).to.deep.equal({ x, y });
    }
  });
});
