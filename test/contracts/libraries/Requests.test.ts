import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import fc from "fast-check";
import { ethers } from "hardhat";
import {
  accountRoom,
  balanceRoom,
  DepositWord0,
  field,
  FIELD_ORDER,
  FullExitWord0,
  FullExitWord1,
  mask,
  MAX_CELL_BITS,
  Op,
  pack,
  packAmount,
  RouteWord0,
  RouteWord1,
  RouteWord2,
  SetKeyWord0,
  tokenChain,
  tokenId,
  localToken,
  ZUSD,
} from "../../../protocol/spec";
import { applyRequest, decodeQueueOp, encodeRequest, type Request, requestOf } from "../../../protocol/state";
import { requestHash } from "../../../protocol/witness/hashes";
import type { RequestWords } from "../../fixtures/contracts";
import { alice, bob, SMALL_BITS, smallState, TOKEN_A, TOKEN_B } from "../../fixtures/states";

const CHAIN = 2;
const OTHER = 3;
const OWNER = ethers.getAddress("0x00000000000000000000000000000000000000a1");
const RECIPIENT = ethers.getAddress("0x00000000000000000000000000000000000000b2");

/** One request of each op, in the queue of `CHAIN`. */
const deposit = {
  op: "Deposit",
  chain: CHAIN,
  account: 3,
  cell: 4,
  token: tokenId(CHAIN, 5),
  amount: 6n,
  owner: OWNER,
  key: 7n,
} as const satisfies Request;
const setKey = { op: "SetKey", chain: CHAIN, account: 3, owner: OWNER, key: 7n } as const satisfies Request;
const exit = {
  op: "FullExit",
  chain: CHAIN,
  account: 3,
  cell: 4,
  token: tokenId(CHAIN, 5),
  payer: CHAIN,
  owner: OWNER,
  recipient: RECIPIENT,
} as const satisfies Request;
const route = {
  op: "Route",
  chain: CHAIN,
  token: ZUSD,
  amount: 6n,
  payer: OTHER,
  owner: OWNER,
  deadline: 1_800_000_000,
  recipient: RECIPIENT,
  into: 7,
  minOut: packAmount(5n),
} as const satisfies Request;
const EXAMPLES: readonly Request[] = [deposit, setKey, exit, route];

const words = (request: Request): RequestWords => encodeRequest(request) as RequestWords;

/** A request's words with one field of the first word replaced, whatever its op. */
function withField0(request: Request, name: string, value: bigint): RequestWords {
  const { offset, bits } = field(DepositWord0, name);
  const [word0, word1, word2] = words(request);
  return [(word0 & ~(mask(bits) << BigInt(offset))) | (value << BigInt(offset)), word1, word2];
}

const withOwner = (request: Request, owner: bigint): RequestWords => [
  words(request)[0],
  (words(request)[1] & ~mask(160)) | owner,
  words(request)[2],
];
const withLast = (request: Request, last: bigint): RequestWords => [words(request)[0], words(request)[1], last];

describe("Requests", () => {
  async function fixture() {
    const library = await ethers.deployContract("LibraryHarness");
    const check = (request: RequestWords, cellBits = MAX_CELL_BITS, chain = CHAIN) =>
      library.checkRequest(request, chain, cellBits);
    const expectRefused = async (request: RequestWords, error: string, args: unknown[], cellBits?: number) =>
      expect(check(request, cellBits), `${error}(${args.join(", ")})`)
        .to.be.revertedWithCustomError(library, error)
        .withArgs(...args);
    /** Of each of many requests, the error it is refused with; undefined: taken. */
    const refusals = async (requests: RequestWords[], cellBits = MAX_CELL_BITS, chain = CHAIN) => {
      const errors = await library.tryRequests(requests, chain, cellBits);
      return errors.map((data) => (data === "0x" ? undefined : library.interface.parseError(data)!));
    };
    return { library, check, expectRefused, refusals };
  }

  it("takes a request of each op as the reference encodes it, and encodes it so itself", async () => {
    const { library, check } = await loadFixture(fixture);
    for (const request of EXAMPLES) {
      const [word0, word1] = words(request);
      await check(words(request));
      const none = { account: 0, cell: 0, token: 0, amount: 0n, payer: 0, deadline: 0 };
      const { account, cell, token, amount, payer, deadline } = { ...none, ...request };
      expect(await library.requestWord0(Op[request.op], CHAIN, account, cell, token, amount)).to.equal(word0);
      const deadlineBits = BigInt(deadline) << BigInt(field(RouteWord1, "deadline").offset);
      expect((await library.requestWord1(OWNER, payer)) | deadlineBits).to.equal(word1);
    }
  });

  it("takes the widest fields", async () => {
    const { check } = await loadFixture(fixture);
    const [account, cell] = [accountRoom(MAX_CELL_BITS) - 1, balanceRoom(MAX_CELL_BITS) - 1];
    const common = { chain: 63, owner: ethers.getAddress(ethers.toBeHex(mask(160), 20)) };
    const payment = { recipient: common.owner, into: 1023, minOut: mask(40) };
    const token = tokenId(63, 1023);
    const widest: Request[] = [
      { ...common, op: "Deposit", account, cell, token, amount: mask(104), key: FIELD_ORDER - 1n },
      { ...common, op: "SetKey", account, key: FIELD_ORDER - 1n },
      { ...common, op: "FullExit", account, cell, token, payer: 63, recipient: common.owner },
      { ...common, op: "Route", token: ZUSD, amount: mask(104), payer: 63, deadline: 2 ** 40 - 1, ...payment },
    ];
    for (const request of widest) await check(words(request), MAX_CELL_BITS, 63);
  });

  describe("malformed words", () => {
    it("refuses every op code but the four", async () => {
      const { refusals } = await loadFixture(fixture);
      const codes = Array.from({ length: 256 }, (_, code) => code);
      const defined: number[] = [Op.Deposit, Op.SetKey, Op.FullExit, Op.Route];
      const requests = codes.map((code) => withField0(setKey, "op", BigInt(code)));
      const errors = await refusals(requests);
      for (const code of codes.filter((code) => !defined.includes(code))) {
        expect(errors[code]?.name, `op ${code}`).to.equal("Requests_Malformed");
        expect(errors[code]?.args).to.deep.equal(requests[code].slice(0, 2));
      }
      // The words are a SetKey's: as others they are read, and lack what those need.
      expect(errors[Op.Deposit]?.name).to.equal("Requests_WrongToken");
      expect(errors[Op.SetKey]).to.equal(undefined);
      expect(errors[Op.FullExit]?.name).to.equal("Requests_CellOutOfRange");
      expect(errors[Op.Route]?.name).to.equal("Requests_Malformed");
    });

    /** Bits of the first two words that an op uses. */
    const used: [Request, number, number, deadline?: boolean][] = [
      [deposit, field(DepositWord0, "executed").offset, 160],
      [setKey, field(SetKeyWord0, "account").offset + field(SetKeyWord0, "account").bits, 160],
      [exit, field(FullExitWord0, "amount").offset, 166],
      [route, field(RouteWord0, "executed").offset, 166, true],
    ];
    const isOfDeadline = (bit: number): boolean => bit >= 211 && bit <= 250;
    for (const [request, bits0, bits1, hasDeadline = false] of used) {
      it(`refuses each bit that a ${request.op} does not use: flags, amounts, indices used and beyond`, async () => {
        const { refusals } = await loadFixture(fixture);
        const [word0, word1, word2] = words(request);
        const requests: RequestWords[] = [];
        for (let bit = bits0; bit < 256; bit++) requests.push([word0 | (1n << BigInt(bit)), word1, word2]);
        for (let bit = bits1; bit < 256; bit++) {
          if (!hasDeadline || !isOfDeadline(bit)) requests.push([word0, word1 | (1n << BigInt(bit)), word2]);
        }
        for (const [i, error] of (await refusals(requests)).entries()) {
          expect(error?.name, requests[i].map(String).join()).to.equal("Requests_Malformed");
          expect(error?.args).to.deep.equal(requests[i].slice(0, 2));
        }
      });
    }

    it("refuses words of zeros and of ones", async () => {
      const { expectRefused } = await loadFixture(fixture);
      await expectRefused([0n, 0n, 0n], "Requests_ZeroOwner", []);
      const ones = ethers.MaxUint256;
      await expectRefused([ones, ones, ones], "Requests_Malformed", [ones, ones]);
    });
  });

  it("V16: refuses a request of another chain", async () => {
    const { expectRefused } = await loadFixture(fixture);
    for (const request of EXAMPLES) {
      for (const chain of [0, 1, OTHER, 63]) {
        await expectRefused(withField0(request, "chain", BigInt(chain)), "Requests_WrongChain", [CHAIN, chain]);
      }
    }
  });

  it("refuses the zero address as owner", async () => {
    const { expectRefused, check } = await loadFixture(fixture);
    for (const request of EXAMPLES) {
      await expectRefused(withOwner(request, 0n), "Requests_ZeroOwner", []);
      await check(withOwner(request, 1n));
      await check(withOwner(request, mask(160)));
    }
  });

  it("refuses a recipient that is no address, and the zero address", async () => {
    const { expectRefused, check } = await loadFixture(fixture);
    for (const recipient of [0n, 1n << 160n, FIELD_ORDER, ethers.MaxUint256, (1n << 200n) | 1n]) {
      await expectRefused(withLast(exit, recipient), "Requests_InvalidRecipient", [recipient]);
    }
    for (const recipient of [1n, mask(160)]) await check(withLast(exit, recipient));
  });

  it("refuses keys at or above the field's order", async () => {
    const { expectRefused, check } = await loadFixture(fixture);
    for (const request of [deposit, setKey]) {
      for (const key of [FIELD_ORDER, FIELD_ORDER + 1n, ethers.MaxUint256]) {
        await expectRefused(withLast(request, key), "Requests_KeyOutOfRange", [key]);
      }
      for (const key of [0n, 1n, FIELD_ORDER - 1n]) await check(withLast(request, key));
    }
  });

  describe("R14: indices", () => {
    it("are below N/4 and N/2, for every n", async () => {
      const { library, expectRefused, check } = await loadFixture(fixture);
      for (let cellBits = 3; cellBits <= MAX_CELL_BITS; cellBits++) {
        const accounts = BigInt(accountRoom(cellBits));
        const cells = BigInt(balanceRoom(cellBits));
        const small: Request[] = [
          { ...deposit, account: 1, cell: 1 },
          { ...setKey, account: 1 },
          { ...exit, account: 1, cell: 1 },
        ];
        for (const request of small) {
          await check(withField0(request, "account", accounts - 1n), cellBits);
          if (request.op !== "SetKey") await check(withField0(request, "cell", cells - 1n), cellBits);
          for (const account of [accounts, mask(22)].filter((index) => index >= accounts && index <= mask(22))) {
            const args = [account];
            await expectRefused(withField0(request, "account", account), "Requests_AccountOutOfRange", args, cellBits);
          }
          for (const cell of [cells, mask(23)].filter((index) => index >= cells && index <= mask(23))) {
            await expectRefused(withField0(request, "cell", cell), "Requests_CellOutOfRange", [cell], cellBits);
          }
        }
        // Before they are put into their bits, they may be anything.
        await library.checkIndices(accounts - 1n, cells - 1n, cellBits);
        for (const index of [accounts, 2n ** 32n - 1n, ethers.MaxUint256]) {
          await expect(library.checkIndices(index, 0n, cellBits))
            .to.be.revertedWithCustomError(library, "Requests_AccountOutOfRange")
            .withArgs(index);
        }
        for (const index of [cells, 2n ** 32n - 1n, ethers.MaxUint256]) {
          await expect(library.checkIndices(0n, index, cellBits))
            .to.be.revertedWithCustomError(library, "Requests_CellOutOfRange")
            .withArgs(index);
        }
      }
    });

    it("may be 0 in a deposit only, and a new account has no cell", async () => {
      const { expectRefused, check } = await loadFixture(fixture);
      for (const request of [setKey, exit]) {
        await expectRefused(withField0(request, "account", 0n), "Requests_AccountOutOfRange", [0]);
      }
      await expectRefused(words({ ...exit, cell: 0 }), "Requests_CellOutOfRange", [0]);
      await check(words({ ...deposit, cell: 0 }));
      await check(words({ ...deposit, account: 0, cell: 0 }));
      await expectRefused(words({ ...deposit, account: 0 }), "Requests_CellWithoutAccount", [4]);
    });

    it("a Route names no account and no cell", async () => {
      const { expectRefused } = await loadFixture(fixture);
      for (const changed of [withField0(route, "account", 1n), withField0(route, "cell", 1n)]) {
        await expectRefused(changed, "Requests_Malformed", [changed[0], changed[1]]);
      }
    });

    it("a SetKey names no cell and no token", async () => {
      const { expectRefused } = await loadFixture(fixture);
      for (const changed of [withField0(setKey, "cell", 1n), withField0(setKey, "token", BigInt(deposit.token))]) {
        await expectRefused(changed, "Requests_Malformed", [changed[0], changed[1]]);
      }
    });
  });

  it("V10: amounts of deposits and routes are 1 to 2^104 − 1", async () => {
    const { expectRefused, check } = await loadFixture(fixture);
    for (const request of [deposit, route]) {
      for (const amount of [1n, mask(103), mask(104)]) await check(words({ ...request, amount }));
      for (const amount of [0n, 1n << 104n, (1n << 104n) + 1n, 1n << 127n, mask(128)]) {
        await expectRefused(withField0(request, "amount", amount), "Requests_AmountOutOfRange", [amount]);
      }
    }
  });

  describe("of a route", () => {
    it("the destination is any chain, also its own, but not none", async () => {
      const { expectRefused, check } = await loadFixture(fixture);
      for (const payer of [1, CHAIN, OTHER, 63]) await check(words({ ...route, payer }));
      await expectRefused(words({ ...route, payer: 0 }), "Requests_NoPayer", []);
    });

    it("the deadline is any: one of 0 is never met, and refunded", async () => {
      const { check } = await loadFixture(fixture);
      for (const deadline of [0, 1, 2 ** 39, 2 ** 40 - 1]) await check(words({ ...route, deadline }));
    });

    it("the recipient is not the zero address", async () => {
      const { expectRefused, check } = await loadFixture(fixture);
      const third = (recipient: bigint) => withLast(route, (words(route)[2] & ~mask(160)) | recipient);
      for (const recipient of [1n, mask(160)]) await check(third(recipient));
      await expectRefused(third(0n), "Requests_InvalidRecipient", [0]);
      await expectRefused(withLast(route, 0n), "Requests_InvalidRecipient", [0]);
    });

    it("the third word has no bit above its fields", async () => {
      const { refusals, check } = await loadFixture(fixture);
      await check(withLast(route, mask(210)));
      const requests = Array.from({ length: 256 - 210 }, (_, i) =>
        withLast(route, words(route)[2] | (1n << BigInt(210 + i))),
      );
      for (const [i, error] of (await refusals(requests)).entries()) {
        expect(error?.name, `bit ${210 + i}`).to.equal("Requests_InvalidPayment");
        expect(error?.args).to.deep.equal([requests[i][2]]);
      }
    });

    it("a least output comes with a token to redeem into, packed in any way", async () => {
      const { expectRefused, check } = await loadFixture(fixture);
      for (const [into, minOut] of [
        [0n, 0n],
        [1n, 0n],
        [1023n, 0n],
        [1n, 10n | (1n << 35n)],
        [1023n, mask(40)],
      ]) {
        await check(withLast(route, pack(RouteWord2, { recipient: 5n, into, minOut })));
      }
      for (const minOut of [1n, 1n << 35n, mask(40)]) {
        const third = pack(RouteWord2, { recipient: 5n, minOut });
        await expectRefused(withLast(route, third), "Requests_InvalidPayment", [third]);
      }
    });
  });

  describe("tokens", () => {
    /** Neither a token of `CHAIN` nor zUSD. */
    const foreign = [0, 2, 1023, tokenId(1, 5), CHAIN << 10, tokenId(OTHER, 5), OTHER << 10, tokenId(63, 1023)];

    it("V2: of a deposit are the chain's own, or zUSD", async () => {
      const { expectRefused, check } = await loadFixture(fixture);
      for (const token of [tokenId(CHAIN, 1), tokenId(CHAIN, 1023), ZUSD]) await check(words({ ...deposit, token }));
      for (const token of foreign) {
        await expectRefused(words({ ...deposit, token }), "Requests_WrongToken", [token, CHAIN]);
      }
    });

    it("V2: of a route is zUSD", async () => {
      const { expectRefused } = await loadFixture(fixture);
      for (const token of [...foreign, tokenId(CHAIN, 1), tokenId(CHAIN, 5)]) {
        await expectRefused(words({ ...route, token }), "Requests_WrongToken", [token, CHAIN]);
      }
    });

    it("of an exit are the payer's own, whatever chain is asked, or zUSD, which any chain pays", async () => {
      const { expectRefused, check } = await loadFixture(fixture);
      for (const payer of [1, CHAIN, OTHER, 63]) {
        for (const token of [tokenId(payer, 1), tokenId(payer, 1023), ZUSD]) {
          await check(words({ ...exit, payer, token }));
        }
        for (const token of foreign.filter((id) => tokenChain(id) !== payer || localToken(id) === 0)) {
          await expectRefused(words({ ...exit, payer, token }), "Requests_WrongToken", [token, payer]);
        }
      }
      for (const token of [...foreign, ZUSD]) {
        await expectRefused(words({ ...exit, payer: 0, token }), "Requests_WrongToken", [token, 0]);
      }
    });
  });

  it("takes exactly what the reference can encode and what a queue may hold, and all of it can be consumed", async () => {
    const { refusals } = await loadFixture(fixture);
    const state = smallState();
    const counts = { taken: 0, refused: 0, executed: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(anyWords, { minLength: 20, maxLength: 60 }), async (requests) => {
        const errors = await refusals(requests, SMALL_BITS, 1);
        for (const [i, request] of requests.entries()) {
          const read = asRequest(request, SMALL_BITS, 1);
          const refusal = errors[i]?.name;
          expect(refusal === undefined, `${request.join()} ${refusal}`).to.equal(read !== undefined);
          counts[read ? "taken" : "refused"]++;
          if (!read) continue;
          const applied = applyRequest(state.clone(), read, { timestamp: 1, suspended: 4n, cap: () => 100n });
          if (applied.queueOp.executed) counts.executed++;
          expect(requestHash(applied.words)).to.equal(requestHash(request));
        }
      }),
      { numRuns: 40 },
    );
    expect(counts.taken).to.be.above(200);
    expect(counts.refused).to.be.above(200);
    expect(counts.executed).to.be.above(20);
  });
});

/** Words of all ops: about half of them requests, others with a field out of range or a wrong bit. */
const anyWords: fc.Arbitrary<RequestWords> = fc
  .record({
    op: fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(Op.Deposit, Op.SetKey, Op.FullExit, Op.Route) },
      { weight: 1, arbitrary: fc.nat(255) },
    ),
    chain: fc.oneof({ weight: 20, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.nat(63) }),
    account: fc.oneof(
      { weight: 9, arbitrary: fc.nat(2) },
      { weight: 3, arbitrary: fc.nat(7) },
      { weight: 1, arbitrary: fc.nat(1 << 21) },
    ),
    cell: fc.oneof(
      { weight: 9, arbitrary: fc.nat(4) },
      { weight: 3, arbitrary: fc.nat(15) },
      { weight: 1, arbitrary: fc.nat(1 << 22) },
    ),
    token: fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(ZUSD, TOKEN_A, TOKEN_A, TOKEN_A, TOKEN_B) },
      { weight: 1, arbitrary: fc.nat(65535) },
    ),
    amount: fc.oneof(
      { weight: 12, arbitrary: fc.bigInt(1n, 1000n) },
      { weight: 2, arbitrary: fc.constantFrom(0n, mask(104), 1n << 104n, mask(128)) },
    ),
    owner: fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(BigInt(alice.address), BigInt(bob.address), mask(160)) },
      { weight: 1, arbitrary: fc.constant(0n) },
    ),
    payer: fc.constantFrom(0, 1, 1, 1, 2, 63),
    deadline: fc.constantFrom(0n, 1n, mask(40)),
    payment: fc.record({ into: fc.constantFrom(0n, 0n, 1n, 1023n), minOut: fc.constantFrom(0n, 0n, 5n, mask(40)) }),
    last: fc.oneof(
      { weight: 8, arbitrary: fc.bigInt(1n, mask(160)) },
      { weight: 1, arbitrary: fc.constantFrom(0n, 1n << 160n, FIELD_ORDER - 1n, FIELD_ORDER, mask(256)) },
    ),
    flipped: fc.option(fc.record({ word: fc.nat(2), bit: fc.nat(255) }), { freq: 4 }),
  })
  .map(({ op, chain, account, cell, token, amount, owner, payer, deadline, payment, last, flipped }) => {
    const isSetKey = op === Number(Op.SetKey);
    const first: Record<string, bigint> = { op: BigInt(op), chain: BigInt(chain), account: BigInt(account) };
    if (!isSetKey) Object.assign(first, { cell: BigInt(cell), token: BigInt(token) });
    if (op !== Number(Op.FullExit) && !isSetKey) first.amount = amount;
    if (op === Number(Op.Route)) {
      // Of most routes what an account would be is 0, and the token zUSD.
      if (account < 7) Object.assign(first, { account: 0n, cell: 0n });
      if (token !== TOKEN_B) first.token = BigInt(ZUSD);
      const second = pack(RouteWord1, { owner, payer: BigInt(payer), deadline });
      const third = last >> 160n === 0n ? pack(RouteWord2, { recipient: last, ...payment }) : last;
      return flip([pack(DepositWord0, first), second, third], flipped);
    }
    const second = { owner, payer: op === Number(Op.FullExit) ? BigInt(payer) : 0n };
    return flip([pack(DepositWord0, first), pack(FullExitWord1, second), last], flipped);
  });

function flip(request: RequestWords, flipped: { word: number; bit: number } | null): RequestWords {
  if (flipped) request[flipped.word] ^= 1n << BigInt(flipped.bit);
  return request;
}

/** The request in three words if a vault of `chain` may queue it, by the reference's decoder and the protocol's text. */
function asRequest(requestWords: RequestWords, cellBits: number, chain: number): Request | undefined {
  let request: Request;
  try {
    const op = decodeQueueOp(cellBits, requestWords);
    if (!op) return undefined;
    request = requestOf(op);
    if (encodeRequest(request).some((word, i) => word !== requestWords[i])) return undefined;
  } catch {
    return undefined;
  }
  if (request.chain !== chain || request.owner === ZeroAddress) return undefined;
  const isPaidOn = (token: number, payer: number) =>
    payer !== 0 && (token === ZUSD || (tokenChain(token) === payer && localToken(token) !== 0));
  switch (request.op) {
    case "Deposit": {
      const { token, amount, account, cell } = request;
      const isInRange = amount > 0n && amount < 1n << 104n;
      return isInRange && isPaidOn(token, chain) && (account !== 0 || cell === 0) ? request : undefined;
    }
    case "SetKey":
      return request.account === 0 ? undefined : request;
    case "FullExit": {
      const { account, cell, token, payer, recipient } = request;
      return account !== 0 && cell !== 0 && recipient !== ZeroAddress && isPaidOn(token, payer) ? request : undefined;
    }
    case "Route": {
      const { token, amount, payer, recipient, into, minOut } = request;
      const isInRange = amount > 0n && amount < 1n << 104n;
      const isPaid = payer !== 0 && recipient !== ZeroAddress && (into !== 0 || minOut === 0n);
      return token === ZUSD && isInRange && isPaid ? request : undefined;
    }
  }
}
